//! `imagelock adopt`: reads a lock into being from IDs that people already run.

use super::{Mode, Output, planned};
use crate::workspace::apply::ProjectPlan;
use crate::workspace::context::Context;
use crate::workspace::errors::check_index;
use crate::workspace::outputs::{Files, guard};
use crate::workspace::project::{Project, lock_path, read_lock};
use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::deadline;
use crate::domain::adopt::correct::{Corrected, correct};
use crate::domain::adopt::declare::declarations;
use crate::domain::adopt::identify::{Identified, identify, queries};
use crate::domain::adopt::mention::mentions;
use crate::domain::adopt::pin::pins;
use crate::domain::adopt::{Wish, Word};
use crate::domain::catalog::Catalog;
use crate::domain::diagnostics::problem::Problem;
use crate::domain::diagnostics::sanitize::shown;
use crate::domain::diagnostics::sentence::{and_more, count, quoted};
use crate::domain::lock::Lock;
use crate::domain::manifest::Manifest;
use crate::domain::manifest::edit::declare;
use crate::error::{Error, Source};
use crate::workspace::claims::Role;
use crate::workspace::files;

/// Identifies the IDs of `names` (`NAME=UUID`) and those in the files `from`, declares them, and pins them as they are.
///
/// # Errors
/// If one of `names` cannot be identified, if nothing in the files can be, or if the manifest or the lock say otherwise.
/// Nothing is changed then.
pub fn run(context: &Context, names: &[String], from: &[PathBuf], word: &Word, mode: Mode) -> Result<Output, Error> {
    let wishes = wishes(names, from)?;
    let mut catalog = Catalog::default();
    context.marketplace.fetch(&mut catalog, |catalog| queries(&wishes, word, catalog));
    if wishes.iter().any(|wish| wish.place.is_some()) {
        check_index(&catalog)?;
    }
    let _guard = guard(context, context.manifest())?;
    let mut before = Before::read(context.manifest())?;
    let Before { source, manifest, lock, .. } = &before;
    let Identified { mut found, problems, warnings, others } =
        identify(&wishes, word, manifest.as_ref(), lock, &catalog)
            .map_err(|failure| Error::Marketplace { doing: "identify the IDs".to_owned(), failure })?;
    if !problems.is_empty() || found.is_empty() {
        let problems = if found.is_empty() { [problems, nothing(from, warnings, others)].concat() } else { problems };
        return Err(refused(problems, Some(source)));
    }
    let old_text = source.text.clone();
    let previous = lock.clone();
    let corrected = manifest.as_ref().map(|manifest| correct(&source.text, &found, manifest, lock)).transpose();
    let corrected = corrected.map_err(|problems| refused(problems, Some(source)))?.flatten();
    let is_corrected = corrected.is_some();
    if let Some(Corrected { text, lock }) = corrected {
        before = before.corrected(text, lock)?;
    }
    let Before { source, manifest, lock, .. } = &before;
    let declarations = declarations(&mut found, manifest.as_ref(), lock);
    let text = declare(&source.text, &declarations).map_err(|problems| refused(problems, Some(source)))?;
    let is_new = text != old_text;
    let project = before.with_manifest(text)?;
    let plan = pins(&found, project.manifest.targets(), &project.lock, &previous, &catalog)
        .map_err(|problems| project.error(problems))?;
    let written = &[Role::Manifest, Role::Lock, Role::Output];
    Files::new(context, [context.manifest()], written)?.add_outputs(std::slice::from_ref(&project))?;
    let project = Project { lock: previous, ..project };
    let step = ProjectPlan::new(project, plan)?;
    if mode == Mode::Write {
        step.write(is_new, context)?;
    }
    let outcome = planned(context, std::slice::from_ref(&step), mode);
    let mut remarks: Vec<String> = Vec::new();
    if others > 0 {
        let uuids = count(others, "other UUID");
        remarks.push(format!("skipped {uuids} that the Marketplace does not list and that no key calls an image"));
    }
    if is_new {
        let verb = match (mode == Mode::Write, is_corrected && declarations.is_empty()) {
            (true, true) => "corrected",
            (false, true) => "would correct",
            (true, false) => "declared",
            (false, false) => "would declare",
        };
        let names: BTreeSet<&str> = match &declarations[..] {
            [] => names.iter().filter_map(|name| Some(name.split_once('=')?.0)).collect(),
            some => some.iter().map(|declaration| declaration.name.as_str()).collect(),
        };
        remarks.push(format!(
            "{verb} {} in `{}`",
            and_more(names.into_iter().map(quoted), 12),
            shown(context.manifest())
        ));
    }
    remarks.push(outcome.remark);
    let remark = remarks.join("\n").trim_end().to_owned();
    let warnings = [warnings, step.plan.warnings].concat();
    Ok(Output { remark, warning: step.project.warning(&warnings, context), ..outcome })
}

/// A project that may have no manifest yet.
struct Before {
    source: Source,
    manifest: Option<Manifest>,
    lock: Lock,
    lock_source: Option<Source>,
}

impl Before {
    fn read(path: &Path) -> Result<Self, Error> {
        let (lock, lock_source) = read_lock(lock_path(path)?, Lock::parse)?;
        let source = Source { path: path.to_owned(), text: files::read(path)?.unwrap_or_default() };
        let manifest = if source.text.trim().is_empty() { Ok(None) } else { Manifest::parse(&source.text).map(Some) };
        let manifest = manifest.map_err(|problems| refused(problems, Some(&source)))?;
        Ok(Self { source, manifest, lock, lock_source })
    }

    /// The same once the manifest has this text, and the lock is this.
    fn corrected(self, text: String, lock: Lock) -> Result<Self, Error> {
        let source = Source { text, ..self.source };
        let manifest = Manifest::parse(&source.text).map_err(|problems| refused(problems, Some(&source)))?;
        Ok(Self { source, manifest: Some(manifest), lock, ..self })
    }

    /// The project once the manifest has this text.
    fn with_manifest(self, text: String) -> Result<Project, Error> {
        let manifest_source = Source { text, ..self.source };
        let manifest =
            Manifest::parse(&manifest_source.text).map_err(|problems| refused(problems, Some(&manifest_source)))?;
        Ok(Project { manifest, manifest_source, lock: self.lock, lock_source: self.lock_source })
    }
}

fn refused(problems: Vec<Problem>, manifest: Option<&Source>) -> Error {
    Error::Problems { problems, manifest: manifest.cloned(), lock: None }
}

/// What the command line and the files name.
fn wishes(names: &[String], from: &[PathBuf]) -> Result<Vec<Wish>, Error> {
    let (mut wishes, mut problems) = (Vec::new(), Vec::new());
    for name in names {
        match Wish::parse(name) {
            Ok(wish) => wishes.push(wish),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(refused(problems, None));
    }
    for path in from {
        let (name, text) = if path.as_os_str() == "-" {
            // Who writes to it may never end.
            deadline::arm();
            ("standard input".to_owned(), standard_input()?)
        } else {
            (shown(path), read(path)?)
        };
        wishes.extend(mentions(&name, &text).map_err(|problem| refused(vec![problem], None))?);
    }
    Ok(wishes)
}

fn read(path: &Path) -> Result<String, Error> {
    if files::check_regular(path).is_err() {
        let title = format!("cannot read `{}`: it is not a regular file", shown(path));
        let problem = Problem::new(title).help("to read standard input, run `imagelock adopt --from -`");
        return Err(refused(vec![problem], None));
    }
    files::read(path)?.ok_or_else(|| files::absent(path))
}

/// The most that is read from standard input, which need not end.
const MOST_INPUT: u64 = 256 << 20;

fn standard_input() -> Result<String, Error> {
    let path = Path::new("-");
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(MOST_INPUT + 1).read_to_end(&mut bytes);
    read.map_err(|source| Error::Read { path: path.to_owned(), source })?;
    if bytes.len() as u64 > MOST_INPUT {
        let problem = Problem::new(format!("cannot read standard input: it has more than {} MiB", MOST_INPUT >> 20));
        return Err(refused(vec![problem.help("name the IDs: `imagelock adopt web=UUID`")], None));
    }
    files::text(bytes, path)
}

/// The problems of files that have nothing to adopt.
fn nothing(from: &[PathBuf], unknown: Vec<Problem>, others: usize) -> Vec<Problem> {
    if from.is_empty() || !unknown.is_empty() {
        return unknown;
    }
    let files = and_more(from.iter().map(|path| quoted(shown(path))), 10);
    let title = format!("in {files} there is no ID of an image that the Marketplace lists");
    let problem = Problem::new(title).help("name the IDs: `imagelock adopt web=UUID`");
    vec![if others > 0 { problem.note(format!("{} are not listed", count(others, "UUID"))) } else { problem }]
}
