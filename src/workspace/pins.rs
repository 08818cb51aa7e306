//! The pins of a lockfile for commands that print them, and warnings about pins that cannot be trusted.

use std::collections::BTreeSet;

use crate::domain::check::{Finding, compare_with_manifest};
use crate::domain::diagnostics::{Help, Problem, Source, and_more, count, shown};
use crate::domain::lock::{Lock, Pin};
use crate::domain::types::Name;
use crate::render::errors;
use crate::workspace::context::Context;
use crate::workspace::error::Error;
use crate::workspace::files::{error::no_lock, find::missing_manifest};
use crate::workspace::project::{lock_failure, lock_path, read_lock, read_manifest};

/// The maximum number of differences that a warning lists. `check` and `resolve --locked` list all.
const MAX_NOTES: usize = 6;

/// The pins for a command that prints them, and whether they match the manifest. This needs no network.
pub(crate) struct Pins {
    pub(crate) lock: Lock,
    pub(crate) lock_source: Source,
    /// The names that the manifest declares, if it exists and is valid.
    pub(crate) declared: Option<BTreeSet<Name>>,
    /// The differences between the lockfile and the manifest.
    pub(crate) disagreements: Vec<Finding>,
    /// Why the lockfile and the manifest cannot be compared.
    not_compared: Option<String>,
}

impl Pins {
    /// Reads the lockfile, and the manifest if it exists.
    ///
    /// # Errors
    /// If the lockfile is missing or invalid. With `locked`, also if the manifest is missing or invalid.
    pub(crate) fn read(context: &Context, locked: bool) -> Result<Self, Error> {
        let path = lock_path(context.manifest())?;
        let (lock, Some(lock_source)) = read_lock(path.clone())? else {
            let manifest = context.manifest();
            return Err(if manifest.exists() { no_lock(&path) } else { missing_manifest(manifest) }.into());
        };
        let mut pins = Self { lock, lock_source, declared: None, disagreements: Vec::new(), not_compared: None };
        match read_manifest(context.manifest()) {
            Ok(Some(manifest)) => {
                pins.declared = Some(manifest.names().into_iter().cloned().collect());
                pins.disagreements = compare_with_manifest(&pins.lock, manifest.targets()).findings;
            }
            Ok(None) if locked => return Err(missing_manifest(context.manifest()).into()),
            Ok(None) => {}
            Err(error) if locked => return Err(error),
            Err(error) => pins.not_compared = Some(error.into_failure().title().to_owned()),
        }
        Ok(pins)
    }

    /// The error of problems with the lockfile.
    pub(crate) fn error(&self, problems: Vec<Problem>) -> Error {
        lock_failure(problems, &self.lock_source).into()
    }

    /// The warning that pins do not match the manifest, or that the two cannot be compared. Only differences for which
    /// `is_relevant` holds count. It is empty without such differences.
    pub(crate) fn warning(&self, context: &Context, is_relevant: impl Fn(&Finding) -> bool) -> String {
        let manifest = shown(context.manifest());
        let problem = if let Some(why) = &self.not_compared {
            Problem::new(format!("the lockfile was not compared with `{manifest}`: {why}"))
                .help(Help::from("to see the problem: ").then_run("resolve --locked"))
        } else {
            let stale: Vec<&Finding> = self.disagreements.iter().filter(|it| is_relevant(it)).collect();
            if stale.is_empty() {
                return String::new();
            }
            let title = format!("the lockfile does not match `{manifest}`: {}", count(stale.len(), "difference"));
            let line = |finding: &&Finding| format!("{}: {}", finding.cell, finding.notes.join("; "));
            let rest = stale.len().saturating_sub(MAX_NOTES);
            let rest = (rest > 0).then(|| format!("and {rest} more"));
            let notes = stale.iter().take(MAX_NOTES).map(line).chain(rest).collect();
            Problem { notes, ..Problem::new(title) }.help(Help::from("to update the lockfile: ").then_run("resolve"))
        };
        errors::warnings(&[problem], None, &context.invocation)
    }

    /// The warning with which `--locked` refuses to print pins, if the lockfile and the manifest differ.
    pub(crate) fn refusal(&self, context: &Context, locked: bool) -> Option<String> {
        (locked && !self.disagreements.is_empty()).then(|| self.warning(context, |_| true))
    }
}

/// The warning about pins whose blocks do not match their digest. It is empty if there are none.
pub(crate) fn edited_warning<'p>(
    pins: impl IntoIterator<Item = &'p Pin>,
    lock: &Lock,
    context: &Context,
) -> Result<String, Problem> {
    let edited: Vec<_> = pins.into_iter().map(|pin| &pin.cell).filter(|cell| lock.is_edited(cell)).collect();
    if edited.is_empty() {
        return Ok(String::new());
    }
    let title = format!(
        "{} of `{}` {} not match the digest: {}",
        count(edited.len(), "block"),
        shown(&lock_path(context.manifest())?),
        if edited.len() == 1 { "does" } else { "do" },
        and_more(edited, 4)
    );
    let problem = Problem::new(title).help(Help::from("for details: ").then_run("check"));
    Ok(errors::warnings(&[problem], None, &context.invocation))
}
