//! Finds the only pin for a name, a zone and an architecture.

use crate::domain::diagnostics::{Help, Problem, and, and_more, did_you_mean, quoted, visible};
use crate::domain::lock::{Lock, Pin};
use crate::domain::types::{Arch, Zone};

/// Returns the only pin of an image, in a zone and for an architecture if they are given.
///
/// # Errors
/// Fails if no pin or more than one matches, or if its block was edited, because a script must only use IDs that imagelock
/// wrote.
pub fn find<'l>(lock: &'l Lock, name: &str, zone: Option<&Zone>, arch: Option<&Arch>) -> Result<&'l Pin, Vec<Problem>> {
    let named: Vec<&Pin> = lock.pins().iter().filter(|pin| pin.cell.name.as_str() == name).collect();
    let here =
        |pin: &Pin| zone.is_none_or(|zone| pin.cell.zone == *zone) && arch.is_none_or(|arch| pin.cell.arch == *arch);
    let fitting: Vec<&Pin> = named.iter().copied().filter(|pin| here(pin)).collect();
    Err(vec![match fitting[..] {
        [pin] => match lock.edited(&pin.cell) {
            None => return Ok(pin),
            Some(problem) => problem,
        },
        [] if name.is_empty() => {
            Problem::new("the image name is empty").help(Help::from("to list the pins: ").then_run("list"))
        }
        [] if named.is_empty() => {
            let near = did_you_mean(name, lock.pins().iter().map(|pin| pin.cell.name.as_str()));
            let help = near.map_or_else(
                || Help::from("to list the pins: ").then_run("list").then("; to pin a new image: ").then_run("resolve"),
                Help::from,
            );
            Problem::new(format!("the lockfile has no pin named `{}`", visible(name))).help(help)
        }
        [] => {
            let place = match (zone, arch) {
                (Some(zone), Some(arch)) => format!("in {zone} for {arch}"),
                (Some(zone), None) => format!("in {zone}"),
                (None, Some(arch)) => format!("for {arch}"),
                (None, None) => String::new(),
            };
            Problem::new(format!("`{name}` has no pin {place}"))
                .help(format!("choose one of its pins: {}", cells(&named)))
        }
        _ => {
            let first = &fitting[0].cell;
            let flags = [
                ("--zone", fitting.iter().any(|pin| pin.cell.zone != first.zone)),
                ("--arch", fitting.iter().any(|pin| pin.cell.arch != first.arch)),
            ];
            let needed = flags.iter().filter(|(_, differs)| *differs).map(|(flag, _)| quoted(flag));
            Problem::new(format!("`{name}` has {} pins: {}", fitting.len(), cells(&fitting)))
                .help(format!("select one of them with {}", and(needed)))
        }
    }])
}

fn cells(pins: &[&Pin]) -> String {
    and_more(pins.iter().map(|pin| format!("{} ({})", pin.cell.zone, pin.cell.arch)), 12)
}
