//! `imagelock adopt`: declares and pins images by IDs that are already in use.

use super::options::{ChangeFormat, ManifestOption, MarketplaceOptions};
use super::task::{Example, Setup, Task};
use crate::domain::types::{Arch, ImageType, Label, Zone};
use clap::{ArgGroup, Args};
use std::collections::BTreeSet;
use std::path::PathBuf;

use super::output::{Output, planned};
use crate::domain::adopt::identify::{Identified, identify, queries};
use crate::domain::adopt::plan::{Adoption, Refusal, plan};
use crate::domain::adopt::{Request, Stated};
use crate::domain::diagnostics::{Help, Problem, and_more, count, quoted, shown};
use crate::domain::references::references;
use crate::workspace::{
    Context, Error, Files, Mode, Project, ProjectPlan, Role, check_index, input, unanswered, write_lock,
};

pub(super) const EXAMPLES: &[Example] = &[
    ("Pin the image of a running server", "adopt front=fr-par-1/35fdc69b-503a-4d8c-8879-497a1abfd103"),
    ("Pin the images of a Terraform configuration", "adopt --from main.tf"),
    ("Show what would be pinned", "adopt --from main.tf --dry-run"),
];

#[derive(Args)]
#[command(group = ArgGroup::new("what").required(true).multiple(true).args(["ids", "from"]))]
pub(crate) struct Options {
    /// Name for an image, and the ID of the local image that you use
    #[arg(value_name = "NAME=[ZONE/]UUID")]
    ids: Vec<String>,
    /// Find IDs in this file; `-` reads standard input; can be repeated
    ///
    /// The file can be Terraform configuration (`.tf`, `.tfvars`), Terraform state (`.tfstate`) or any JSON.
    #[arg(long, value_name = "FILE")]
    from: Vec<PathBuf>,
    /// Show what would change without writing files
    #[arg(long)]
    dry_run: bool,
    /// Label of the named IDs, if the Marketplace does not list them
    #[arg(long, requires = "ids")]
    label: Option<Label>,
    /// Zone of the named IDs, if it is not part of them
    #[arg(long, requires = "ids")]
    zone: Option<Zone>,
    /// Architecture of the named IDs
    #[arg(long, requires = "ids")]
    arch: Option<Arch>,
    /// Type of the image [default: the only type that the label has]
    #[arg(long = "type", value_name = "TYPE")]
    image_type: Option<ImageType>,
    #[command(flatten)]
    manifest: ManifestOption,
    #[command(flatten)]
    output: ChangeFormat,
    #[command(flatten)]
    marketplace: MarketplaceOptions,
}

impl Options {
    fn stated(&self) -> Stated {
        let Self { label, zone, arch, image_type, .. } = self;
        Stated { label: label.clone(), zone: zone.clone(), arch: arch.clone(), image_type: *image_type }
    }
}

impl Task for Options {
    fn setup(&self) -> Setup<'_> {
        Setup {
            manifests: self.manifest.manifests(),
            marketplace: Some(&self.marketplace),
            format: Some(self.output.format),
            ..Setup::default()
        }
    }

    fn run(&self, context: &Context) -> Result<Output, Error> {
        let mode = if self.dry_run { Mode::DryRun } else { Mode::Write };
        adopt(context, &self.ids, &self.from, &self.stated(), mode)
    }
}

/// Identifies the IDs in `names` (`NAME=UUID`) and in the files `from`, then declares and pins those images at their current
/// versions.
///
/// # Errors
/// If an ID in `names` or all IDs in the files are unknown, or if they contradict the manifest or the lockfile. No file is
/// changed then.
fn adopt(context: &Context, names: &[String], from: &[PathBuf], stated: &Stated, mode: Mode) -> Result<Output, Error> {
    let requests = requests(names, from)?;
    let catalog = context.fetch(|catalog| queries(&requests, stated, catalog));
    if requests.iter().any(|request| !request.is_typed()) {
        check_index(&catalog)?;
    }
    let _lock = write_lock(context, context.manifest())?;
    let draft = Project::draft(context.manifest())?;
    let before = draft.manifest_source.text.clone();
    let Identified { found, problems, warnings, others } =
        identify(&requests, stated, draft.manifest.as_ref(), &draft.lock, context.now, &catalog)
            .map_err(|error| unanswered("identify the IDs", error))?;
    if found.is_empty() || !problems.is_empty() {
        let nothing = if found.is_empty() { nothing_found(from, warnings, others) } else { Vec::new() };
        return Err(draft.error([problems, nothing].concat()));
    }
    let Adoption { text, manifest, declared, plan } =
        match plan(found, &before, draft.manifest.as_ref(), &draft.lock, &catalog) {
            Ok(adoption) => adoption,
            Err(Refusal { problems, text }) => return Err(draft.with_manifest(text, ()).error(problems)),
        };
    let is_new = text != before;
    let project = draft.with_manifest(text, manifest);
    let written = &[Role::Manifest, Role::Lock, Role::Output];
    Files::new(context, [context.manifest()], written)?.add_outputs(std::slice::from_ref(&project))?;
    let project_plan = ProjectPlan::new(project, plan)?;
    if mode == Mode::Write {
        project_plan.write(is_new, context)?;
    }
    let output = planned(context, std::slice::from_ref(&project_plan), mode);
    let uuids = count(others, "other UUID");
    let skipped = (others > 0)
        .then(|| format!("skipped {uuids}: the Marketplace does not list them, and their keys do not name an image"));
    let edited = is_new.then(|| edited(context, &requests, &declared, mode));
    let remark: Vec<String> = skipped.into_iter().chain(edited).chain([output.remark]).collect();
    let warnings = [warnings, project_plan.plan.warnings].concat();
    let warning = project_plan.project.warning(&warnings, context);
    Ok(Output { remark: remark.join("\n").trim_end().to_owned(), warning, ..output })
}

/// Reads the IDs from the command line and from the files.
fn requests(names: &[String], from: &[PathBuf]) -> Result<Vec<Request>, Error> {
    let (mut requests, mut problems) = (Vec::new(), Vec::new());
    for name in names {
        match Request::parse(name) {
            Ok(request) => requests.push(request),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    for path in from {
        let (name, text) = input::read(path)?;
        requests.extend(references(&name, &text)?.into_iter().map(Request::from));
    }
    Ok(requests)
}

/// The problems of files without an ID of an image.
fn nothing_found(from: &[PathBuf], unknown: Vec<Problem>, others: usize) -> Vec<Problem> {
    if from.is_empty() || !unknown.is_empty() {
        return unknown;
    }
    let files = and_more(from.iter().map(|path| quoted(shown(path))), 10);
    let title = format!("found no ID of a Marketplace image in {files}");
    let problem = Problem::new(title).help(
        Help::from("to adopt an ID that the Marketplace does not list, give it a name: ").then_run("adopt web=UUID"),
    );
    vec![if others > 0 {
        problem.note(format!("the Marketplace does not list {}", count(others, "other UUID")))
    } else {
        problem
    }]
}

/// Reports the change of the manifest: new images, or corrections of the named ones.
fn edited(context: &Context, requests: &[Request], declared: &[String], mode: Mode) -> String {
    let verb = match (mode == Mode::Write, declared.is_empty()) {
        (true, true) => "corrected",
        (false, true) => "would correct",
        (true, false) => "declared",
        (false, false) => "would declare",
    };
    let names: BTreeSet<&str> = if declared.is_empty() {
        requests.iter().filter(|it| it.is_typed()).filter_map(|it| Some(it.name.as_ref()?.as_str())).collect()
    } else {
        declared.iter().map(String::as_str).collect()
    };
    format!("{verb} {} in `{}`", and_more(names.into_iter().map(quoted), 12), shown(context.manifest()))
}
