//! `*.auto.tfvars.json`: the variable `images`, as Terraform, OpenTofu and Packer read it.

use serde::Serialize;

use super::{Nested, ids, pretty};
use crate::domain::lock::Lock;

#[derive(Serialize)]
struct Variables<'l> {
    images: Nested<'l>,
}

/// Its type is `map(map(map(object({ id = string, zoned_id = string }))))`. JSON has no comments, and an unknown
/// variable would be a warning, so there is no head.
pub(super) fn write(lock: &Lock) -> String {
    pretty(&Variables { images: Nested::new(lock, ids) })
}
