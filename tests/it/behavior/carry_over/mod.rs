//! How a changed manifest affects existing pins: renames, new zones and changed declarations.

mod changed_declarations;
mod new_zones;
mod renames;
