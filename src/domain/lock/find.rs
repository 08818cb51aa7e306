//! Finds the only pin for a name, a zone and an architecture.

use crate::domain::diagnostics::{Command, Help, Problem, and_more, did_you_mean, visible};
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
            let mut get = Command::new("get").args([name]);
            if zone.is_some() || fitting.iter().any(|pin| pin.cell.zone != first.zone) {
                get = get.args(["--zone", first.zone.as_str()]);
            }
            if arch.is_some() || fitting.iter().any(|pin| pin.cell.arch != first.arch) {
                get = get.args(["--arch", first.arch.as_str()]);
            }
            Problem::new(format!("`{name}` has {} pins: {}", fitting.len(), cells(&fitting)))
                .help(Help::from("select one of them, for example: ").then_run(get))
        }
    }])
}

fn cells(pins: &[&Pin]) -> String {
    and_more(pins.iter().map(|pin| format!("{} ({})", pin.cell.zone, pin.cell.arch)), 12)
}
