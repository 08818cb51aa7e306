//! What an existing pin means for a changed manifest: renames, new zones and changed declarations.

mod changed_declarations;
mod new_zones;
mod renames;
