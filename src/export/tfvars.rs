//! `*.auto.tfvars.json`: the variable `images`, as Terraform, OpenTofu and Packer read it.

use super::{Tree, ids};

/// Its type is `map(map(map(object({ id = string, zoned_id = string }))))`. JSON has no comments, and an unknown
/// variable would be a warning, so there is no head.
pub(super) fn write(tree: &Tree<'_>) -> String {
    format!("{:#}\n", ids(tree))
}
