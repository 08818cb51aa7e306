//! `[[outputs]]`: which files a run may write, which are out of date, and whose they are.

use std::path::{Path, PathBuf};

use crate::domain::check::Report;
use crate::domain::diagnostics::{Problem, Span, shown};
use crate::domain::lock::Lock;
use crate::domain::manifest::outputs::{Format, Output, is_of_git};
use crate::domain::manifest::{Manifest, schema};
use crate::export;
use crate::export::header::{header, is_generated, manifest_path, owners, relative_path};
use crate::render::StaleOutput;
use crate::workspace::context::Context;
use crate::workspace::error::{Error, all};
use crate::workspace::files::claims::{Claims, Role};
use crate::workspace::files::{self, RealPath, write_lock::WriteLock};
use crate::workspace::project::{Project, lock_path};

/// The files of a run, each claimed once.
pub(crate) struct Files(Claims);

impl Files {
    /// Those of a run that writes files of these roles: the manifests, and what is next to them.
    ///
    /// # Errors
    /// If two of them are one.
    pub(crate) fn new<'m>(
        context: &Context,
        manifests: impl IntoIterator<Item = &'m Path>,
        written: &'static [Role],
    ) -> Result<Self, Error> {
        let mut claims = Claims::new(written);
        for manifest in manifests {
            claims.add(Role::Manifest, manifest, None)?;
            claims.add(Role::Lock, &lock_path(manifest)?, Some(manifest))?;
            claims.add(Role::Schema, &manifest.with_file_name(schema::FILE), None)?;
        }
        if let Some(catalog) = &context.catalog {
            claims.add(Role::Catalog, catalog, None)?;
        }
        Ok(Self(claims))
    }

    /// Those of a run that writes only what an option names.
    ///
    /// # Errors
    /// If two of them are one.
    pub(crate) fn read_only(context: &Context) -> Result<Self, Error> {
        let manifests = context.manifests.iter().map(PathBuf::as_path);
        Self::new(context, manifests, &[Role::Report, Role::Snapshot])
    }

    /// Adds a file that an option names. It may be anywhere.
    ///
    /// # Errors
    /// If it is another file of the run, or not a file.
    pub(crate) fn add_option(&mut self, role: Role, path: &Path) -> Result<(), Problem> {
        files::check_regular(path)?;
        self.0.add(role, path, None)
    }

    /// Adds the outputs of some projects, and makes sure that each may be written, so far as that does not depend on the
    /// lock.
    ///
    /// # Errors
    /// All that is wrong with the outputs of all projects.
    pub(crate) fn add_outputs(&mut self, projects: &[Project]) -> Result<(), Error> {
        let checked = projects.iter().map(|project| {
            let manifest = &project.manifest_source.path;
            let home = RealPath::of(files::directory_of(manifest)).path;
            let rivals = Rivals::of(manifest);
            let mut problems = Vec::new();
            for output in project.manifest.outputs() {
                let path = beside(manifest, &output.path);
                problems.extend(match self.0.add(Role::Output, &path, Some(manifest)) {
                    Err(problem) => Some(problem.at(output.span.clone(), "leads there")),
                    Ok(()) if self.0.writes(Role::Output) => {
                        misplaced(output, &path, &home).or_else(|| foreign(output, &path, &rivals))
                    }
                    Ok(()) => None,
                });
            }
            if problems.is_empty() { Ok(()) } else { Err(project.error(problems)) }
        });
        all(checked).map(drop)
    }
}

/// The problem of an output that leads where a manifest may not write on its own.
fn misplaced(output: &Output, path: &Path, home: &Path) -> Option<Problem> {
    if output.outside {
        return None;
    }
    let real = RealPath::of(path);
    let place = if [path, &real.path].into_iter().chain(real.links()).any(is_of_git)
        || real.path.ancestors().take_while(|it| it.starts_with(home)).any(is_git_dir)
    {
        "in a directory of git"
    } else if !real.path.starts_with(home) {
        "outside the manifest's directory"
    } else {
        return None;
    };
    let problem = Problem::new(format!("the output `{}` is {place}", shown(path)))
        .at(output.span.clone(), format!("leads to `{}`", shown(&real.path)));
    Some(problem.help("if that is meant, add `outside = true` to it"))
}

/// Whether a directory is what git takes for a repository, whatever its name is.
fn is_git_dir(path: &Path) -> bool {
    path.join("HEAD").is_file() && path.join("objects").is_dir() && path.join("refs").is_dir()
}

/// The problem of an output that may not be replaced, for what it holds.
fn foreign(output: &Output, path: &Path, rivals: &Rivals) -> Option<Problem> {
    let this = format!("the output `{}`", shown(path));
    let problem = |title: String, label: &str| Problem::new(title).at(output.span.clone(), label);
    let old = match files::read(path) {
        Ok(old) => old?,
        Err(unreadable) => return Some(unreadable.at(output.span.clone(), "this output")),
    };
    if let Some(manifest) = rivals.find(output.format, path, &old) {
        let problem = problem(format!("{this} is an output of `{}`", shown(&manifest)), "written for that manifest");
        return Some(problem.help("choose another path, or remove it from the `[[outputs]]` of that manifest"));
    }
    if output.overwrite || is_generated(output.format, &old) {
        return None;
    }
    let problem = problem(format!("{this} holds something that imagelock did not write"), "left as it is");
    Some(problem.help("choose another path, move the file away, or add `overwrite = true`"))
}

/// Other manifests that files say they belong to, seen from a manifest.
pub(crate) struct Rivals {
    manifest: PathBuf,
}

impl Rivals {
    pub(crate) fn of(manifest: &Path) -> Self {
        // Not behind a link in the place of the manifest itself: its lockfile is next to the link.
        let directory = RealPath::of(files::directory_of(manifest)).path;
        Self { manifest: directory.join(manifest.file_name().unwrap_or_default()) }
    }

    /// What a file says about whose it is.
    pub(crate) fn owner(&self, file: &Path) -> String {
        relative_path(files::directory_of(&RealPath::of(file).path), &self.manifest)
    }

    /// Another manifest that a file says it belongs to, and that declares it still.
    pub(crate) fn find(&self, format: Format, file: &Path, text: &str) -> Option<PathBuf> {
        let (real, owner) = (RealPath::of(file).path, self.owner(file));
        let others = owners(format, text).into_iter().filter(|other| *other != owner);
        let mut others =
            others.filter_map(|other| Some(RealPath::of(&manifest_path(files::directory_of(&real), &other)?).path));
        others.find(|manifest| *manifest != self.manifest && may_declare(manifest, &real))
    }
}

/// Whether a manifest declares an output at a real path. One that cannot be read may do so.
fn may_declare(manifest: &Path, output: &Path) -> bool {
    let Ok(Some(outputs)) = declared(manifest) else { return manifest.is_file() };
    outputs.iter().any(|declared| RealPath::of(declared).path == output)
}

/// The outputs that the manifest at a path declares, if there is one. `None` if something is wrong with it.
fn declared(manifest: &Path) -> Result<Option<Vec<PathBuf>>, Problem> {
    let Some(text) = files::read(manifest)? else { return Ok(Some(Vec::new())) };
    let outputs = |read: Manifest| read.outputs().iter().map(|output| beside(manifest, &output.path)).collect();
    Ok(Manifest::parse(&text).ok().map(outputs))
}

/// A declared file that is not as the lock would have it.
pub(crate) struct Stale {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Where the manifest declares it.
    pub(crate) span: Span,
    /// What brings it in step.
    pub(crate) text: String,
}

/// The right to write the manifest at a path, its lock, and the outputs that it declares.
pub(crate) fn guard(context: &Context, path: &Path) -> Result<WriteLock, Problem> {
    let lock = lock_path(path)?;
    // What is wrong with the manifest is told by who reads it for good.
    let declared = || Ok::<_, Problem>(declared(path)?.unwrap_or_default());
    loop {
        let outputs = declared()?;
        let paths: Vec<&Path> = [&*lock, path].into_iter().chain(outputs.iter().map(|it| &**it)).collect();
        let guard = context.write_lock(&paths)?;
        // Somebody else may have declared others meanwhile.
        if declared()? == outputs {
            return Ok(guard);
        }
    }
}

/// Where an output is.
pub(crate) fn beside(manifest: &Path, output: &Path) -> PathBuf {
    manifest.parent().unwrap_or(Path::new("")).join(output)
}

/// The outputs that a manifest declares and that are not as `lock` would have them. [`Files::add_outputs`] found that they
/// may be written.
///
/// # Errors
/// If some cannot be made of the lock, or cannot be read.
pub(crate) fn stale(project: &Project, lock: &Lock) -> Result<Vec<Stale>, Error> {
    let manifest = &project.manifest_source.path;
    let rivals = Rivals::of(manifest);
    let mut stale = Vec::new();
    for Output { format, path, span, .. } in project.manifest.outputs() {
        let body = export::body(lock, *format).map_err(|problems| project.error(problems))?;
        let path = beside(manifest, path);
        let text = header(*format, Some(&rivals.owner(&path))) + &body;
        // A checkout with other line ends is no difference.
        if files::read(&path)?.is_none_or(|old| old.replace("\r\n", "\n") != text) {
            stale.push(Stale { path, span: span.clone(), text });
        }
    }
    Ok(stale)
}

/// The outputs of a project that are out of date, given how its lock and its manifest disagree. If they do, the outputs are
/// out of date in any case: the next lock changes them.
pub(crate) fn stale_outputs(project: &Project, disagreements: &Report) -> Result<Vec<StaleOutput>, Error> {
    let stale = if disagreements.has_drift() { Vec::new() } else { stale(project, &project.lock)? };
    Ok(stale.into_iter().map(|it| StaleOutput::new(it.path, it.span)).collect())
}
