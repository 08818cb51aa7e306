//! Lines of `IMAGE_WEB_FR_PAR_1_X86_64=UUID`, and the same with `_ZONED` for the zoned ID.

use std::collections::BTreeMap;

use super::{HEAD, zoned_id};
use crate::domain::Cell;
use crate::domain::lock::Lock;
use crate::domain::problem::Problem;

/// Names are upper case, and `-` becomes `_`; two cells that would then have one name are refused.
pub(super) fn write(lock: &Lock) -> Result<String, Vec<Problem>> {
    let mut variables: BTreeMap<String, (&Cell, String)> = BTreeMap::new();
    let mut problems = Vec::new();
    for pin in lock.pins() {
        let name = variable(&pin.cell);
        for (name, value) in [(name.clone(), pin.id.to_string()), (name + "_ZONED", zoned_id(pin))] {
            if let Some((other, _)) = variables.insert(name.clone(), (&pin.cell, value)) {
                problems.push(
                    Problem::new(format!("{other} and {} would both be `{name}` in an env file", pin.cell))
                        .help(format!("rename one of the images, `{}` or `{}`", other.name, pin.cell.name)),
                );
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let lines: Vec<String> = variables.into_iter().map(|(name, (_, value))| format!("{name}={value}\n")).collect();
    Ok(HEAD.to_owned() + &lines.concat())
}

fn variable(cell: &Cell) -> String {
    format!("IMAGE_{}_{}_{}", cell.name, cell.zone, cell.arch).to_uppercase().replace('-', "_")
}
