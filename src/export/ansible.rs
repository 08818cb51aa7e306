//! YAML variables: `{{ imagelock["web"]["fr-par-1"]["x86_64"].id }}`.

use super::{HEAD, Tree, ids, yaml};

/// The variable is `imagelock`: in a play, all variables share one room.
pub(super) fn write(tree: &Tree<'_>) -> String {
    let ids = ids(tree);
    format!("{HEAD}{}", yaml::document(&serde_json::json!({"imagelock": ids["images"]})))
}
