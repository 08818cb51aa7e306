//! YAML variables: `{{ imagelock["web"]["fr-par-1"]["x86_64"].id }}`.

use super::{HEAD, Nested, ids, yaml};
use crate::domain::lock::Lock;

/// The variable is `imagelock`: in a play, all variables share one room.
pub(super) fn write(lock: &Lock) -> String {
    let mut text = format!("{HEAD}---\n");
    yaml::map("imagelock", Nested::new(lock, ids), &mut text);
    text
}
