//! `imagelock export FORMAT`: the pins in a shape that another tool reads; and the files that are kept in step.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::project::{Project, read_lock};
use super::{Context, Outcome, lock_path};
use crate::domain::lock::Lock;
use crate::domain::manifest::Manifest;
use crate::domain::output::{Format, Output};
use crate::domain::problem::{Problem, Span};
use crate::domain::words::shown;
use crate::error::Error;
use crate::export::{Export, is_ours};
use crate::files;
use crate::guard::Guard;

/// Prints the pins in a format, or writes them to a file.
///
/// # Errors
/// If there is no lockfile, if a block of it was edited, or if the file holds what imagelock did not write.
pub fn run(context: &Context, format: Format, file: Option<&Path>) -> Result<Outcome, Error> {
    let (lock, lock_file) = read_lock(context)?;
    let export = Export::new(Cow::Owned(lock), format).map_err(|problems| lock_file.error(problems))?;
    let Some(path) = file else { return Ok(Outcome::well(export)) };
    let text = export.to_string();
    let _guard = Guard::acquire(&[path], context.deadline, &*context.notify)?;
    let old = if files::is_open(path) { None } else { files::read(path)? };
    match old {
        Some(old) if old == text => return Ok(Outcome::remark(format!("`{}` is up to date", shown(path)))),
        Some(old) if !is_ours(format, &old) => return Err(Error::NotOurs { path: path.to_owned() }),
        _ => files::put(path, &text)?,
    }
    Ok(Outcome::remark(format!("wrote `{}`", shown(path))))
}

/// A declared file that is not as the lock would have it.
pub(super) struct Stale {
    /// Where it is.
    pub(super) path: PathBuf,
    /// Where the manifest declares it.
    pub(super) place: Span,
    text: String,
}

impl Stale {
    /// The file, and what brings it in step.
    pub(super) fn file(&self) -> (&Path, &str) {
        (&self.path, &self.text)
    }
}

/// The right to write the manifest at a path, its lock, and the outputs that it declares.
pub(super) fn guard(context: &Context, path: &Path) -> Result<Guard, Error> {
    let lock = lock_path(path)?;
    let declared = || -> Result<Vec<PathBuf>, Error> {
        // What is wrong with the manifest is told by who reads it for good.
        let manifest = files::read(path)?.and_then(|text| Manifest::parse(&text).ok());
        Ok(manifest.map_or_else(Vec::new, |manifest| {
            manifest.outputs().iter().map(|output| beside(path, &output.path)).collect()
        }))
    };
    loop {
        let outputs = declared()?;
        let paths: Vec<&Path> = [&*lock, path].into_iter().chain(outputs.iter().map(|it| &**it)).collect();
        let guard = Guard::acquire(&paths, context.deadline, &*context.notify)?;
        // Somebody else may have declared others meanwhile.
        if declared()? == outputs {
            return Ok(guard);
        }
    }
}

/// Makes sure that no two of these projects write one file, or one what another reads.
///
/// # Errors
/// If they do.
pub(super) fn apart<'p>(projects: impl IntoIterator<Item = &'p Project>) -> Result<(), Error> {
    let mut taken: BTreeMap<PathBuf, &Path> = BTreeMap::new();
    for project in projects {
        let manifest = &project.manifest_source.path;
        let outputs = project.manifest.outputs().iter().map(|output| beside(manifest, &output.path));
        for path in outputs.chain([manifest.clone(), lock_path(manifest)?]) {
            match taken.insert(files::whole(&path), manifest) {
                Some(other) if other != manifest => {
                    return Err(Error::SharedOutput { path, manifests: [other.to_owned(), manifest.clone()] });
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// Where an output is.
pub(super) fn beside(manifest: &Path, output: &Path) -> PathBuf {
    manifest.parent().unwrap_or(Path::new("")).join(output)
}

/// The outputs that a manifest declares and that are not as `lock` would have them.
///
/// # Errors
/// If some cannot be made of the lock, cannot be read, or hold what imagelock did not write: all that is wrong with them.
pub(super) fn stale(project: &Project, lock: &Lock) -> Result<Vec<Stale>, Error> {
    let manifest = &project.manifest_source.path;
    let mut taken =
        vec![(manifest.clone(), "the manifest".to_owned()), (lock_path(manifest)?, "the lockfile".to_owned())];
    let (mut stale, mut problems) = (Vec::new(), Vec::new());
    for output @ Output { format, path, place, .. } in project.manifest.outputs() {
        let text = Export::new(Cow::Borrowed(lock), *format).map_err(|problems| project.error(problems))?.to_string();
        let path = beside(manifest, path);
        let this = format!("the output `{}`", shown(&path));
        if let Some((_, other)) = taken.iter().find(|(other, _)| files::is_same(other, &path)) {
            let problem = Problem::new(format!("{this} is the same file as {other}"));
            problems.push(problem.at(place.clone(), "leads there").help("choose another path"));
            continue;
        }
        let old = files::read(&path)?;
        // A checkout with other line ends is no difference.
        let old = old.map(|old| if old.contains("\r\n") { old.replace("\r\n", "\n") } else { old });
        problems.extend(old.as_ref().filter(|old| **old != text).and_then(|old| foreign(output, &this, old)));
        taken.push((path.clone(), this));
        if old.as_ref() != Some(&text) {
            stale.push(Stale { path, place: place.clone(), text });
        }
    }
    if problems.is_empty() { Ok(stale) } else { Err(project.error(problems)) }
}

/// The problem of an output that may not be replaced, for what it holds.
fn foreign(output: &Output, this: &str, old: &str) -> Option<Problem> {
    if output.overwrite || is_ours(output.format, old) {
        return None;
    }
    let problem = Problem::new(format!("{this} holds something that imagelock did not write"));
    let problem = problem.at(output.place.clone(), "left as it is");
    Some(problem.help("choose another path, move the file away, or add `overwrite = true`"))
}
