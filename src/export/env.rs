//! Lines of `IMAGE_WEB_FR_PAR_1_X86_64=UUID`, and the same with `_ZONED` for the zoned ID.

use super::{HEAD, zoned_id};
use crate::domain::Cell;
use crate::domain::lock::{Lock, Pin};
use crate::domain::problem::Problem;

/// Names are upper case, and `-` becomes `_`; two cells that would then have one name are refused.
pub(super) fn write(lock: &Lock) -> Result<String, Vec<Problem>> {
    let mut lines: Vec<(String, bool, &Pin)> = Vec::with_capacity(2 * lock.pins().len());
    for pin in lock.pins() {
        let name = variable(&pin.cell);
        let zoned = [&name, "_ZONED"].concat();
        lines.extend([(name, false, pin), (zoned, true, pin)]);
    }
    lines.sort_by(|a, b| a.0.cmp(&b.0));
    let twins = lines.windows(2).filter(|twins| twins[0].0 == twins[1].0);
    let problems: Vec<Problem> =
        twins.map(|twins| collision(&twins[0].0, &twins[0].2.cell, &twins[1].2.cell)).collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut text = HEAD.to_owned();
    for (name, is_zoned, pin) in &lines {
        let value = if *is_zoned { zoned_id(pin) } else { pin.id.to_string() };
        text.extend([name, "=", &value, "\n"]);
    }
    Ok(text)
}

fn collision(name: &str, one: &Cell, other: &Cell) -> Problem {
    Problem::new(format!("{one} and {other} would both be `{name}` in an env file"))
        .help(format!("rename one of the images, `{}` or `{}`", one.name, other.name))
}

fn variable(cell: &Cell) -> String {
    let mut name = ["IMAGE_", cell.name.as_str(), "_", cell.zone.as_str(), "_", cell.arch.as_str()].concat();
    name.make_ascii_uppercase();
    name.replace('-', "_")
}
