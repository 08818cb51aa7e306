//! `imagelock get NAME`: one ID, for scripts.

use super::{Context, Format, Outcome, read_lock};
use crate::domain::lock::{Lock, Pin};
use crate::domain::problem::Problem;
use crate::domain::words::{and_more, did_you_mean, or, quoted, visible};
use crate::domain::{Arch, Zone};
use crate::error::{Error, Source};
use crate::render::json;

/// Prints the ID of the one pin of this name, in this zone and for this architecture where several have the name.
///
/// # Errors
/// If there is no such pin, or more than one, or its block was edited.
pub fn run(context: &Context, name: &str, zone: Option<&Zone>, arch: Option<&Arch>) -> Result<Outcome, Error> {
    let (lock, source) = read_lock(context)?;
    let pin = find(&lock, &source, name, zone, arch)
        .map_err(|problem| Error::Problems { problems: vec![problem], manifest: None, lock: Some(source.clone()) })?;
    Ok(Outcome::well(match context.format {
        Format::Human => format!("{}\n", pin.id),
        Format::Json => json::pin(pin),
    }))
}

fn find<'l>(lock: &'l Lock, source: &Source, name: &str, zone: Option<&Zone>, arch: Option<&Arch>) -> Result<&'l Pin, Problem> {
    let path = source.path.display();
    let named: Vec<&Pin> = lock.pins().iter().filter(|pin| pin.cell.name.as_str() == name).collect();
    if named.is_empty() {
        let help = did_you_mean(name, lock.pins().iter().map(|pin| pin.cell.name.as_str()))
            .unwrap_or_else(|| "`imagelock list` shows the pins; a new image is pinned by `imagelock resolve`".to_owned());
        return Err(Problem::new(format!("no pin is named `{}` in `{path}`", visible(name))).help(help));
    }
    let fits = |pin: &&Pin| zone.is_none_or(|zone| pin.cell.zone == *zone) && arch.is_none_or(|arch| pin.cell.arch == *arch);
    let fitting: Vec<&Pin> = named.iter().copied().filter(fits).collect();
    let cells = |pins: &[&Pin]| and_more(pins.iter().map(|pin| format!("{} ({})", pin.cell.zone, pin.cell.arch)), 12);
    match fitting[..] {
        [] => {
            let asked: Vec<&str> = zone.map(Zone::as_str).into_iter().chain(arch.map(Arch::as_str)).collect();
            Err(Problem::new(format!("`{name}` has no pin for {} in `{path}`", or(asked)))
                .help(format!("it is pinned in {}", cells(&named))))
        }
        [pin] if lock.is_edited(&pin.cell) => Err(Problem::new(format!("the block of {} does not match its digest", pin.cell))
            .in_lock()
            .at(lock.edited_at(&pin.cell).cloned().unwrap_or(0..0), "edited by hand, or by a merge")
            .help(format!("restore `{path}` from version control, or run `imagelock resolve --upgrade {name}`"))),
        [pin] => Ok(pin),
        _ => {
            let flags = ["--zone", "--arch"].into_iter().filter(|flag| if *flag == "--zone" { zone.is_none() } else { arch.is_none() });
            Err(Problem::new(format!("`{name}` has {} pins: {}", fitting.len(), cells(&fitting)))
                .help(format!("say which one with {}", or(flags.map(quoted)))))
        }
    }
}
