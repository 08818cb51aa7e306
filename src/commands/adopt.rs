//! `imagelock adopt`: reads a lock into being from IDs that people already run.

use std::path::{Path, PathBuf};

use super::export::guard;
use super::project::{LockFile, Project};
use super::resolve::{Mode, Step, outcome};
use super::search::check_index;
use super::{Context, Outcome, lock_path};
use crate::domain::adopt::declare::declarations;
use crate::domain::adopt::identify::{Identified, identify, questions};
use crate::domain::adopt::mention::mentions;
use crate::domain::adopt::pin::pins;
use crate::domain::adopt::{Wish, Word};
use crate::domain::catalog::Catalog;
use crate::domain::lock::Lock;
use crate::domain::manifest::Manifest;
use crate::domain::manifest::edit::declare;
use crate::domain::problem::Problem;
use crate::domain::words::{and_more, quoted, shown};
use crate::error::{Error, Source};
use crate::files;

/// Identifies the IDs of `names` (`NAME=UUID`) and those in the files `from`, declares them, and pins them as they are.
///
/// # Errors
/// If one of `names` cannot be identified, if nothing in the files can be, or if the manifest or the lock say otherwise.
/// Nothing is changed then.
pub fn run(context: &Context, names: &[String], from: &[PathBuf], word: &Word, mode: Mode) -> Result<Outcome, Error> {
    let wishes = wishes(names, from)?;
    let mut catalog = Catalog::default();
    context.marketplace.inquire(&mut catalog, |catalog| questions(&wishes, catalog));
    if wishes.iter().any(|wish| !wish.is_image) {
        check_index(&catalog)?;
    }
    let _guard = guard(context, context.manifest())?;
    let before = Before::read(context.manifest())?;
    let Before { source, manifest, lock, .. } = &before;
    let Identified { mut found, problems, strangers } = identify(&wishes, word, manifest.as_ref(), lock, &catalog)
        .map_err(|failure| Error::Marketplace { doing: "identify the IDs".to_owned(), failure })?;
    if !problems.is_empty() || found.is_empty() {
        let problems = if found.is_empty() { [problems, nothing(from, strangers)].concat() } else { problems };
        return Err(refused(problems, Some(source)));
    }
    let declarations = declarations(&mut found, manifest.as_ref(), lock);
    let text = declare(&source.text, &declarations).map_err(|problems| refused(problems, Some(source)))?;
    let is_new = text != source.text;
    let project = before.with_manifest(text)?;
    let plan = pins(&found, project.manifest.targets(), &project.lock, &catalog)
        .map_err(|problems| project.error(problems))?;
    let step = Step::new(project, plan)?;
    if mode == Mode::Write {
        step.write(is_new)?;
    }
    let outcome = outcome(context, std::slice::from_ref(&step), mode);
    let verb = if mode == Mode::Write { "declared" } else { "would declare" };
    let names = declarations.iter().map(|declaration| quoted(&declaration.name));
    let declared = format!("{verb} {} in `{}`", and_more(names, 12), shown(context.manifest()));
    let remark = if is_new { [declared, outcome.remark].join("\n").trim_end().to_owned() } else { outcome.remark };
    let warnings = [strangers, step.plan.warnings].concat();
    Ok(Outcome { remark, warning: step.project.warning(&warnings, context), ..outcome })
}

/// A project that may have no manifest yet.
struct Before {
    source: Source,
    manifest: Option<Manifest>,
    lock: Lock,
    lock_file: LockFile,
}

impl Before {
    fn read(path: &Path) -> Result<Self, Error> {
        let (lock, lock_file) = LockFile::read(lock_path(path)?, Lock::parse)?;
        let source = Source { path: path.to_owned(), text: files::read(path)?.unwrap_or_default() };
        let manifest = if source.text.trim().is_empty() { Ok(None) } else { Manifest::parse(&source.text).map(Some) };
        let manifest = manifest.map_err(|problems| refused(problems, Some(&source)))?;
        Ok(Self { source, manifest, lock, lock_file })
    }

    /// The project once the manifest has this text.
    fn with_manifest(self, text: String) -> Result<Project, Error> {
        let manifest_source = Source { text, ..self.source };
        let manifest =
            Manifest::parse(&manifest_source.text).map_err(|problems| refused(problems, Some(&manifest_source)))?;
        Ok(Project { manifest, manifest_source, lock: self.lock, lock_file: self.lock_file })
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
    let mut texts = Vec::new();
    for path in from {
        let text = files::read(path)?.ok_or_else(|| files::absent(path))?;
        texts.push((shown(path), text));
    }
    let mentions = mentions(&texts).map_err(|problem| refused(vec![problem], None))?;
    Ok([wishes, mentions].concat())
}

/// The problem of files that have nothing to adopt.
fn nothing(from: &[PathBuf], strangers: Vec<Problem>) -> Vec<Problem> {
    if from.is_empty() || !strangers.is_empty() {
        return strangers;
    }
    let files = and_more(from.iter().map(|path| quoted(shown(path))), 12);
    let title = format!("in {files} there is no ID of an image that the Marketplace lists");
    vec![Problem::new(title).help("name the IDs: `imagelock adopt web=UUID`")]
}
