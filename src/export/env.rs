//! The `env` format: for each pin, the lines `IMAGE_WEB_FR_PAR_1_X86_64=UUID` and
//! `IMAGE_WEB_FR_PAR_1_X86_64_ZONED=ZONE/UUID`.

use crate::domain::diagnostics::Problem;
use crate::domain::lock::Pin;
use crate::domain::types::{Cell, ZonedId};

/// The suffix of a variable with a zoned ID.
const ZONED: &str = "_ZONED";

pub(super) fn text(pins: &[Pin]) -> String {
    let lines = pins.iter().map(|pin| {
        let (variable, id, zoned_id) = (variable(&pin.cell), pin.id, ZonedId(&pin.cell.zone, pin.id));
        format!("{variable}={id}\n{variable}{ZONED}={zoned_id}\n")
    });
    lines.collect()
}

/// The problems of pins that would have the same variable. In the name of a variable, all letters are in upper case,
/// and `-` is replaced with `_`.
pub(super) fn collisions(pins: &[Pin]) -> Vec<Problem> {
    let mut named: Vec<(String, &Cell)> = pins.iter().map(|pin| (variable(&pin.cell), &pin.cell)).collect();
    named.sort();
    let twins = named.windows(2).filter(|twins| twins[0].0 == twins[1].0);
    let twins = twins.map(|twins| (&*twins[0].0, twins[0].1, twins[1].1));
    let zoned = named.iter().filter_map(|(variable, cell)| {
        let other = variable.strip_suffix(ZONED)?;
        let other = named.binary_search_by(|(variable, _)| variable.as_str().cmp(other)).ok()?;
        Some((&**variable, *cell, named[other].1))
    });
    twins.chain(zoned).map(|(variable, one, other)| collision(variable, one, other)).collect()
}

fn collision(variable: &str, one: &Cell, other: &Cell) -> Problem {
    let help = if one.name == other.name {
        format!("declare one of them with a name other than `{}`", one.name)
    } else {
        format!("rename one of the images `{}` and `{}`", one.name, other.name)
    };
    let title = format!("the format `env` has the same variable `{variable}` for {one} and {other}");
    Problem::new(title).help(help)
}

fn variable(cell: &Cell) -> String {
    let mut variable = ["IMAGE_", cell.name.as_str(), "_", cell.zone.as_str(), "_", cell.arch.as_str()].concat();
    variable.make_ascii_uppercase();
    variable.replace('-', "_")
}
