//! Finding the one pin of a name, a zone and an architecture.

use crate::domain::diagnostics::{Help, Problem, and, and_more, did_you_mean, quoted, visible};
use crate::domain::lock::{Lock, Pin};
use crate::domain::{Arch, Zone};

/// The one pin of this name, in this zone and for this architecture if they are given.
///
/// # Errors
/// If there is no such pin, or more than one, or its block was edited: a script must not use an ID that imagelock did not
/// write.
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
        [] if name.is_empty() => Problem::new("the name is empty").help(Help::run("list").then(" shows the pins")),
        [] if named.is_empty() => {
            let near = did_you_mean(name, lock.pins().iter().map(|pin| pin.cell.name.as_str()));
            let help = near.map_or_else(
                || Help::run("list").then(" shows the pins; a new image is pinned by ").then_run("resolve"),
                Help::from,
            );
            Problem::new(format!("no pin is named `{}` in the lockfile", visible(name))).help(help)
        }
        [] => {
            let asked =
                zone.map(Zone::as_str).into_iter().chain(arch.map(Arch::as_str)).collect::<Vec<_>>().join(" for ");
            Problem::new(format!("`{name}` has no pin in {asked}")).help(format!("it is pinned in {}", cells(&named)))
        }
        _ => {
            let first = &fitting[0].cell;
            let flags = [
                ("--zone", fitting.iter().any(|pin| pin.cell.zone != first.zone)),
                ("--arch", fitting.iter().any(|pin| pin.cell.arch != first.arch)),
            ];
            let needed = flags.iter().filter(|(_, differs)| *differs).map(|(flag, _)| quoted(flag));
            Problem::new(format!("`{name}` has {} pins: {}", fitting.len(), cells(&fitting)))
                .help(format!("say which one with {}", and(needed)))
        }
    }])
}

fn cells(pins: &[&Pin]) -> String {
    and_more(pins.iter().map(|pin| format!("{} ({})", pin.cell.zone, pin.cell.arch)), 12)
}
