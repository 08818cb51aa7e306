//! The files of `[[outputs]]`: whether a run may write them, whether they are out of date, and which manifest owns them.

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
use crate::workspace::files::replace::check_writable;
use crate::workspace::files::{self, RealPath, write_lock::WriteLock};
use crate::workspace::project::{Project, lock_path};

/// The files of a run. Each may have only one role.
pub(crate) struct Files(Claims);

impl Files {
    /// The manifests, their lockfiles and schemas, and the snapshot, in a run that writes files with the roles `written`.
    ///
    /// # Errors
    /// If two of them are the same file.
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

    /// The same for a run that only writes files that an option names.
    ///
    /// # Errors
    /// If two of them are the same file.
    pub(crate) fn read_only(context: &Context) -> Result<Self, Error> {
        let manifests = context.manifests.iter().map(PathBuf::as_path);
        Self::new(context, manifests, &[Role::Report, Role::Snapshot])
    }

    /// Adds a file that an option names. It may be in any directory.
    ///
    /// # Errors
    /// If it is another file of the run, or not a regular file.
    pub(crate) fn add_option(&mut self, role: Role, path: &Path) -> Result<(), Problem> {
        files::check_regular(path)?;
        self.0.add(role, path, None)
    }

    /// Adds the outputs of some projects. If the run writes outputs, it also checks whether each may be written.
    ///
    /// # Errors
    /// All problems with the outputs of all projects.
    pub(crate) fn add_outputs(&mut self, projects: &[Project]) -> Result<(), Error> {
        let checked = projects.iter().map(|project| {
            let manifest = &project.manifest_source.path;
            let permissions = Permissions::of(manifest);
            let mut problems = Vec::new();
            for output in project.manifest.outputs() {
                let path = output_path(manifest, &output.path);
                problems.extend(match self.0.add(Role::Output, &path, Some(manifest)) {
                    Err(problem) => Some(problem.at(output.span.clone(), "the path of this output")),
                    Ok(()) if self.0.writes(Role::Output) => permissions.problem(output, &path),
                    Ok(()) => None,
                });
            }
            if problems.is_empty() { Ok(()) } else { Err(project.error(problems)) }
        });
        all(checked).map(drop)
    }
}

/// Which outputs a manifest may write.
struct Permissions {
    /// The real path of the directory of the manifest.
    directory: PathBuf,
    others: OtherManifests,
}

impl Permissions {
    fn of(manifest: &Path) -> Self {
        let directory = RealPath::of(files::directory_of(manifest)).path;
        Self { directory, others: OtherManifests::of(manifest) }
    }

    /// Why the manifest may not write an output at a path.
    fn problem(&self, output: &Output, path: &Path) -> Option<Problem> {
        location_problem(output, path, &self.directory).or_else(|| content_problem(output, path, &self.others))
    }
}

/// The outputs of a project that `resolve` cannot write, for commands that do not write them.
pub(crate) fn unwritable_outputs(project: &Project) -> Vec<Problem> {
    let manifest = &project.manifest_source.path;
    let permissions = Permissions::of(manifest);
    let problem = |output: &Output| {
        let path = output_path(manifest, &output.path);
        let unwritable = || check_writable(&path).err().map(|problem| problem.at(output.span.clone(), "this output"));
        permissions.problem(output, &path).or_else(unwritable)
    };
    project.manifest.outputs().iter().filter_map(problem).collect()
}

/// The problem of an output at a path where a manifest may only write with `outside = true`. `directory` is the real path of
/// the directory of the manifest.
fn location_problem(output: &Output, path: &Path, directory: &Path) -> Option<Problem> {
    if output.outside {
        return None;
    }
    let real = RealPath::of(path);
    let place = if [path, &real.path].into_iter().chain(real.links()).any(is_of_git)
        || real.path.ancestors().take_while(|it| it.starts_with(directory)).any(is_git_dir)
    {
        "in a directory that belongs to git"
    } else if !real.path.starts_with(directory) {
        "outside the manifest's directory"
    } else {
        return None;
    };
    let problem = Problem::new(format!("the output `{}` is {place}", shown(path)))
        .at(output.span.clone(), format!("its real path is `{}`", shown(&real.path)));
    Some(problem.help("if this is intended, add `outside = true` to the output"))
}

/// Whether git considers a directory a repository. Its name does not matter.
fn is_git_dir(path: &Path) -> bool {
    path.join("HEAD").is_file() && path.join("objects").is_dir() && path.join("refs").is_dir()
}

/// The problem of an output that may not be replaced because of its content.
fn content_problem(output: &Output, path: &Path, others: &OtherManifests) -> Option<Problem> {
    let this = format!("the output `{}`", shown(path));
    let problem = |title: String, label: &str| Problem::new(title).at(output.span.clone(), label);
    let old = match files::read(path) {
        Ok(old) => old?,
        Err(unreadable) => return Some(unreadable.at(output.span.clone(), "this output")),
    };
    if let Some(manifest) = others.find(output.format, path, &old) {
        let problem = problem(format!("{this} belongs to `{}`", shown(&manifest)), "also an output of that manifest");
        return Some(problem.help("choose another path, or remove the output from that manifest"));
    }
    if output.overwrite || is_generated(output.format, &old) {
        return None;
    }
    let problem = problem(format!("{this} was not written by imagelock; refusing to overwrite it"), "this output");
    Some(problem.help("choose another path, move the file away, or add `overwrite = true` to the output"))
}

/// Finds the other manifests that own output files. Outputs name the manifest that they belong to.
pub(crate) struct OtherManifests {
    manifest: PathBuf,
}

impl OtherManifests {
    pub(crate) fn of(manifest: &Path) -> Self {
        // If the manifest itself is a link, its lockfile is next to the link, so the link is not resolved.
        let directory = RealPath::of(files::directory_of(manifest)).path;
        Self { manifest: directory.join(manifest.file_name().unwrap_or_default()) }
    }

    /// The path of the manifest as a file of this manifest names it.
    pub(crate) fn owner(&self, file: &Path) -> String {
        relative_path(files::directory_of(&RealPath::of(file).path), &self.manifest)
    }

    /// Another manifest that a file names as its owner and that still declares the file.
    pub(crate) fn find(&self, format: Format, file: &Path, text: &str) -> Option<PathBuf> {
        let (real, owner) = (RealPath::of(file).path, self.owner(file));
        let others = owners(format, text).into_iter().filter(|other| *other != owner);
        let mut others =
            others.filter_map(|other| Some(RealPath::of(&manifest_path(files::directory_of(&real), &other)?).path));
        others.find(|manifest| *manifest != self.manifest && may_declare(manifest, &real))
    }
}

/// Whether a manifest declares an output at a real path. An unreadable manifest may do so.
fn may_declare(manifest: &Path, output: &Path) -> bool {
    let Ok(Some(outputs)) = declared(manifest) else { return manifest.is_file() };
    outputs.iter().any(|declared| RealPath::of(declared).path == output)
}

/// The paths of the outputs that a manifest declares. `None` if the manifest is invalid.
fn declared(manifest: &Path) -> Result<Option<Vec<PathBuf>>, Problem> {
    let Some(text) = files::read(manifest)? else { return Ok(Some(Vec::new())) };
    let outputs = |read: Manifest| read.outputs().iter().map(|output| output_path(manifest, &output.path)).collect();
    Ok(Manifest::parse(&text).ok().map(outputs))
}

/// An output that differs from the lockfile.
pub(crate) struct Stale {
    /// The path of the file.
    pub(crate) path: PathBuf,
    /// The declaration in the manifest.
    pub(crate) span: Span,
    /// The text that matches the lockfile.
    pub(crate) text: String,
}

/// Locks a manifest, its lockfile and its outputs for writing.
pub(crate) fn write_lock(context: &Context, path: &Path) -> Result<WriteLock, Problem> {
    let lock = lock_path(path)?;
    // The caller reports an invalid manifest when it reads the file.
    let declared = || Ok::<_, Problem>(declared(path)?.unwrap_or_default());
    loop {
        let outputs = declared()?;
        let paths: Vec<&Path> = [&*lock, path].into_iter().chain(outputs.iter().map(|it| &**it)).collect();
        let write_lock = context.write_lock(&paths)?;
        // Another process may have declared other outputs meanwhile.
        if declared()? == outputs {
            return Ok(write_lock);
        }
    }
}

/// The path of an output, which the manifest declares relative to its own directory.
fn output_path(manifest: &Path, output: &Path) -> PathBuf {
    manifest.parent().unwrap_or(Path::new("")).join(output)
}

/// The outputs of a project that differ from `lock`. [`Files::add_outputs`] checks whether they may be written.
///
/// # Errors
/// If an output cannot be generated from the lockfile, or cannot be read.
pub(crate) fn stale(project: &Project, lock: &Lock) -> Result<Vec<Stale>, Error> {
    let manifest = &project.manifest_source.path;
    let others = OtherManifests::of(manifest);
    let mut stale = Vec::new();
    for Output { format, path, span, .. } in project.manifest.outputs() {
        let body = export::body(lock, *format).map_err(|problems| project.error(problems))?;
        let path = output_path(manifest, path);
        let text = header(*format, Some(&others.owner(&path))) + &body;
        // A checkout with other line endings is not a difference.
        if files::read(&path)?.is_none_or(|old| old.replace("\r\n", "\n") != text) {
            stale.push(Stale { path, span: span.clone(), text });
        }
    }
    Ok(stale)
}

/// The outputs of a project that are out of date. If the lockfile and the manifest disagree, no output is reported, because the
/// next `resolve` writes them anyway.
pub(crate) fn stale_outputs(project: &Project, disagreements: &Report) -> Result<Vec<StaleOutput>, Error> {
    let stale = if disagreements.has_drift() { Vec::new() } else { stale(project, &project.lock)? };
    Ok(stale.into_iter().map(|it| StaleOutput::new(it.path, it.span)).collect())
}
