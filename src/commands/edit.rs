//! `imagelock add` and `imagelock remove`: edit the manifest, and keep its comments.

use super::options::{ManifestOption, QuietOption, name};
use super::output::Output;
use super::task::{Setup, Task};
use crate::domain::diagnostics::{Failure, Help, Problem, Source, and, quoted, shown};
use crate::domain::manifest::edit::{Declaration, declare, remove as without};
use crate::domain::manifest::{Manifest, check_names};
use crate::workspace::files::{self, find::missing_manifest};
use crate::workspace::{Context, Error, Files, Role};
use clap::Args;

/// The words are checked when the manifest is read, and reported in the line that they would make.
#[derive(Args)]
pub(crate) struct AddOptions {
    /// Your name for the image
    #[arg(value_parser = name)]
    name: String,
    /// The Marketplace's label; with `*` for one segment, the newest `--release` of those that match
    #[arg(long)]
    label: Option<String>,
    /// The releases that are wanted, like `>=42, <44`
    #[arg(long, requires = "label")]
    release: Option<String>,
    /// Instead of a label, the ID of a Marketplace image
    #[arg(long, value_name = "UUID")]
    image_id: Option<String>,
    /// The zones, separated by commas; can be repeated
    #[arg(long = "zone", visible_alias = "zones", value_name = "ZONE", value_delimiter = ',')]
    zones: Vec<String>,
    /// The architectures, separated by commas; can be repeated
    #[arg(long = "arch", visible_alias = "archs", value_name = "ARCH", value_delimiter = ',')]
    archs: Vec<String>,
    /// `instance_sbs` (the default) or `instance_local`
    #[arg(long = "type", value_name = "TYPE")]
    image_type: Option<String>,
    /// An Instance type that the image must be able to boot
    #[arg(long, value_name = "TYPE")]
    instance_type: Option<String>,
    /// Never pick a version younger than this, like `3d` or `36h`
    #[arg(long, value_name = "AGE")]
    min_age: Option<String>,
    /// Do not upgrade the image until after this day, like `2026-12-31`; the reason is required
    #[arg(long, num_args = 2, value_names = ["DATE", "REASON"])]
    freeze: Vec<String>,
    /// The end of life, if you know it better than the Marketplace and the vendor
    #[arg(long, value_name = "DATE")]
    eol: Option<String>,
    /// How long before the end of life to warn, like `90d`
    #[arg(long, value_name = "AGE")]
    eol_warning: Option<String>,
    #[command(flatten)]
    manifest: ManifestOption,
    #[command(flatten)]
    output: QuietOption,
}

impl AddOptions {
    fn declaration(&self) -> Declaration {
        let one = |word: &Option<String>| word.iter().cloned().collect::<Vec<_>>();
        let key = |one, several, words: &[String]| if words.len() > 1 { several } else { one };
        Declaration {
            name: self.name.clone(),
            keys: vec![
                ("label", one(&self.label)),
                ("release", one(&self.release)),
                ("image-id", one(&self.image_id)),
                (key("zone", "zones", &self.zones), self.zones.clone()),
                (key("arch", "archs", &self.archs), self.archs.clone()),
                ("type", one(&self.image_type)),
                ("instance-type", one(&self.instance_type)),
                ("min-age", one(&self.min_age)),
                ("freeze", self.freeze.clone()),
                ("eol", one(&self.eol)),
                ("eol-warning", one(&self.eol_warning)),
            ],
        }
    }
}

impl Task for AddOptions {
    fn setup(&self) -> Setup<'_> {
        Setup { manifests: self.manifest.manifests(), quiet: self.output.quiet, ..Setup::default() }
    }

    fn run(&self, context: &Context) -> Result<Output, Error> {
        add(context, &self.declaration())
    }
}

#[derive(Args)]
pub(crate) struct RemoveOptions {
    /// The names of the images
    #[arg(value_name = "NAME", required = true, value_delimiter = ',', value_parser = name)]
    names: Vec<String>,
    #[command(flatten)]
    manifest: ManifestOption,
    #[command(flatten)]
    output: QuietOption,
}

impl Task for RemoveOptions {
    fn setup(&self) -> Setup<'_> {
        Setup { manifests: self.manifest.manifests(), quiet: self.output.quiet, ..Setup::default() }
    }

    fn run(&self, context: &Context) -> Result<Output, Error> {
        remove(context, &self.names)
    }
}

/// Declares an image. Where there is no manifest, it is the first of a new one.
///
/// # Errors
/// If the manifest cannot be read or written, or would be wrong with this image.
fn add(context: &Context, declaration: &Declaration) -> Result<Output, Error> {
    edit(context, true, |text| declare(text, std::slice::from_ref(declaration)))?;
    Ok(Output::remark(format!(
        "declared `{}` in `{}`: {} pins it",
        declaration.name,
        shown(context.manifest()),
        Help::run("resolve").show(&context.invocation)
    )))
}

/// Removes the declarations of images; their pins go with the next `resolve`.
///
/// # Errors
/// If the manifest cannot be read or written, has no such image, or would have none.
fn remove(context: &Context, names: &[String]) -> Result<Output, Error> {
    edit(context, false, |text| {
        let manifest = Manifest::parse(text)?;
        let names = check_names(names, &manifest.names())?;
        if names.iter().eq(manifest.names()) {
            let title = format!("without {} the manifest would declare no image", list(&names));
            return Err(vec![Problem::new(title).help("keep one, or delete the manifest and the lockfile")]);
        }
        without(text, &names)
    })?;
    Ok(Output::remark(format!(
        "removed {} from `{}`: {} drops the pins",
        list(names),
        shown(context.manifest()),
        Help::run("resolve").show(&context.invocation)
    )))
}

fn list(names: impl IntoIterator<Item = impl std::fmt::Display>) -> String {
    and(names.into_iter().map(quoted))
}

/// Replaces the manifest by what `change` makes of it, if that can be read.
fn edit(
    context: &Context,
    may_be_absent: bool,
    change: impl FnOnce(&str) -> Result<String, Vec<Problem>>,
) -> Result<(), Error> {
    let path = context.manifest();
    Files::new(context, [path], &[Role::Manifest])?;
    let _guard = context.write_lock(&[path])?;
    let text = match files::read(path)? {
        Some(text) => text,
        None if may_be_absent => String::new(),
        None => return Err(missing_manifest(path).into()),
    };
    let refused = |problems: Vec<Problem>, text| {
        Failure::from(problems).in_manifest(Source { path: path.to_owned(), text }).into()
    };
    let edited = change(&text).map_err(|problems| refused(problems, text))?;
    match Manifest::parse(&edited) {
        Ok(_) => Ok(context.replace(path, &edited)?),
        Err(mut problems) => {
            // The places are those of a text that nobody has.
            let unwritten = "these lines would have been written; the options of the command, like `--zone`, say more";
            if let Some(last) = problems.last_mut() {
                last.notes.push(unwritten.to_owned());
            }
            Err(refused(problems, edited))
        }
    }
}
