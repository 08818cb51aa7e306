//! `imagelock add` and `imagelock remove`: edit images.toml and keep its comments.

use std::str::FromStr;

use clap::Args;
use jiff::civil::Date;

use super::options::{ManifestOption, QuietOption, invalid_value, name};
use super::output::Output;
use super::task::{Example, Setup, Task};
use crate::domain::diagnostics::{Failure, Help, Problem, Source, and, quoted, shown};
use crate::domain::manifest::edit::{Declaration, declare, remove as without};
use crate::domain::manifest::schema::{FILE, SCHEMA};
use crate::domain::manifest::{Manifest, check_names};
use crate::domain::types::{
    Age, Arch, CommercialType, Expected, ImageId, ImageType, Label, LabelPattern, Name, Range, Zone,
};
use crate::workspace::files::{self, find::missing_manifest};
use crate::workspace::{Context, Error, Files, Role};

pub(super) const ADD_EXAMPLES: &[Example] = &[
    ("Declare an image in one zone", "add cache --label debian_bookworm --zone fr-par-1 --arch x86_64"),
    ("Follow the newest release of Fedora before 44", "add runner --label 'fedora_*' --release '>=42, <44'"),
    (
        "Do not upgrade the image until the end of the year",
        "add legacy --label docker --freeze 2026-12-31 'kernel regression'",
    ),
];

pub(super) const REMOVE_EXAMPLES: &[Example] =
    &[("Remove an image", "remove web"), ("Remove two images", "remove web db")];

#[derive(Args)]
pub(crate) struct AddOptions {
    /// Name for the image
    #[arg(value_parser = new_name)]
    name: String,
    /// Marketplace label, or a pattern like `fedora_*` with `--release`
    #[arg(long, value_parser = label, conflicts_with = "image_id")]
    label: Option<String>,
    /// Releases that a pattern may select, like `>=42, <44`
    #[arg(long, requires = "label", value_parser = release)]
    release: Option<String>,
    /// ID of a Marketplace image, instead of a label
    #[arg(long, value_name = "UUID", value_parser = text_of::<ImageId>)]
    image_id: Option<String>,
    /// Zones, separated by commas; can be repeated
    #[arg(long = "zone", visible_alias = "zones", value_name = "ZONE", value_delimiter = ',', value_parser = text_of::<Zone>)]
    zones: Vec<String>,
    /// Architectures, separated by commas; can be repeated
    #[arg(long = "arch", visible_alias = "archs", value_name = "ARCH", value_delimiter = ',', value_parser = text_of::<Arch>)]
    archs: Vec<String>,
    /// Type of the image: `instance_sbs` (the default) or `instance_local`
    #[arg(long = "type", value_name = "TYPE", value_parser = text_of::<ImageType>)]
    image_type: Option<String>,
    /// Instance type that must be able to boot the image
    #[arg(long, value_name = "TYPE", value_parser = text_of::<CommercialType>)]
    instance_type: Option<String>,
    /// Do not pick versions younger than this, like `3d` or `36h`
    #[arg(long, value_name = "AGE", value_parser = text_of::<Age>)]
    min_age: Option<String>,
    /// Do not upgrade the image until after this date, for this reason
    #[arg(long, num_args = 2, value_names = ["DATE", "REASON"])]
    freeze: Vec<String>,
    /// End of life, if the date of the Marketplace or the vendor is wrong
    #[arg(long, value_name = "DATE", value_parser = date)]
    eol: Option<String>,
    /// Warn this long before the end of life, like `90d`
    #[arg(long, value_name = "AGE", value_parser = text_of::<Age>)]
    eol_warning: Option<String>,
    #[command(flatten)]
    manifest: ManifestOption,
    #[command(flatten)]
    output: QuietOption,
}

/// Checks that a value is a `T`, and keeps its text for the manifest.
fn text_of<T: FromStr>(text: &str) -> Result<String, T::Err> {
    text.parse::<T>().map(|_| text.to_owned())
}

fn new_name(text: &str) -> Result<String, Expected> {
    text_of::<Name>(text)
}

fn label(text: &str) -> Result<String, Expected> {
    text_of::<LabelPattern>(text).or_else(|_| text_of::<Label>(text))
}

fn release(text: &str) -> Result<String, Expected> {
    text_of::<Range>(text).map_err(|_| Expected("a range of releases, like `>=41, <44`, or `*` for any release"))
}

fn date(text: &str) -> Result<String, Expected> {
    // Otherwise, a time of day would be dropped silently.
    let is_date = text.len() == "2026-12-31".len();
    text.parse::<Date>()
        .ok()
        .filter(|_| is_date)
        .map(|date| date.to_string())
        .ok_or(Expected("a date, like `2026-12-31`"))
}

impl AddOptions {
    /// Checks what clap cannot check: values that need each other.
    fn check(&self) -> Result<(), Problem> {
        let is_pattern = self.label.as_ref().is_some_and(|label| label.contains('*'));
        if let (None, None) = (&self.label, &self.image_id) {
            let title = format!("`{}` needs a label or an image ID", self.name);
            let help = Help::from("add `--label LABEL` or `--image-id UUID`; to find labels: ").then_run("search");
            return Err(Problem::new(title).help(help));
        }
        match (&self.label, &self.release) {
            (Some(label), None) if is_pattern => {
                let title = format!("the pattern `{label}` needs `--release`");
                return Err(Problem::new(title).help(
                    "add the releases to select, like `--release '>=41, <44'`; `--release '*'` allows any release",
                ));
            }
            (Some(label), Some(_)) if !is_pattern => {
                let title = format!("`--release` needs a pattern, and the label `{label}` contains no `*`");
                return Err(Problem::new(title)
                    .help("replace the release with `*`, like `--label 'fedora_*'`, or remove `--release`"));
            }
            _ => {}
        }
        let [until, reason] = &*self.freeze else { return Ok(()) };
        if let Err(expected) = date(until) {
            return Err(invalid_value(until, "--freeze", &expected.to_string()));
        }
        if reason.trim().is_empty() {
            let example = format!("write why, like `--freeze {until} 'kernel regression, ticket 4711'`");
            return Err(Problem::new("the reason of `--freeze` is empty").help(example));
        }
        Ok(())
    }

    fn declaration(&self) -> Declaration {
        let one = |value: &Option<String>| value.iter().cloned().collect::<Vec<_>>();
        let key = |one, several, values: &[String]| if values.len() > 1 { several } else { one };
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

    /// Declares an image, in a new manifest if none exists.
    ///
    /// # Errors
    /// If the manifest cannot be read or written, or would be invalid with this image.
    fn run(&self, context: &Context) -> Result<Output, Error> {
        self.check()?;
        let (path, declaration) = (context.manifest(), self.declaration());
        Files::new(context, [path], &[Role::Manifest, Role::Schema])?;
        let _guard = context.write_lock(&[path])?;
        let before = files::read(path)?;
        let text = before.clone().unwrap_or_default();
        let edited = declare(&text, std::slice::from_ref(&declaration))
            .map_err(|problems| in_manifest(context, problems, text.clone()))?;
        if let Err(problems) = Manifest::parse(&edited) {
            return Err(match missing_options(&text, &declaration) {
                Some(problem) => problem.into(),
                None => in_manifest(context, problems, edited),
            });
        }
        if before.is_some() {
            context.replace(path, &edited)?;
        } else {
            create(context, &edited)?;
        }
        Ok(Output::remark(format!(
            "declared `{}` in `{}`; to pin it: {}",
            declaration.name,
            shown(path),
            Help::run("resolve").show(&context.invocation)
        )))
    }
}

/// Writes a new manifest, and the schema with which editors validate it.
fn create(context: &Context, text: &str) -> Result<(), Error> {
    let (path, schema) = (context.manifest(), context.manifest().with_file_name(FILE));
    context.replace(path, &format!("#:schema ./{FILE}\n\n{text}"))?;
    if files::read(&schema)?.is_none() {
        files::create(&schema, SCHEMA)?;
    }
    Ok(())
}

/// The error for a zone or an architecture that neither the options nor `[defaults]` declare.
fn missing_options(text: &str, declaration: &Declaration) -> Option<Problem> {
    let missing: [&[(&str, &str)]; 3] =
        [&[("zone", "fr-par-1")], &[("arch", "x86_64")], &[("zone", "fr-par-1"), ("arch", "x86_64")]];
    let would_be_valid = |missing: &[(&'static str, &str)]| {
        let mut complete = declaration.clone();
        complete.keys.extend(missing.iter().map(|(key, value)| (*key, vec![(*value).to_owned()])));
        // If a key was declared twice, the last one would win.
        complete.keys.retain(|(_, values)| !values.is_empty());
        let declared =
            |key: &str| declaration.keys.iter().any(|(it, values)| it.starts_with(key) && !values.is_empty());
        !missing.iter().any(|(key, _)| declared(key))
            && declare(text, &[complete]).is_ok_and(|text| Manifest::parse(&text).is_ok())
    };
    let missing = missing.into_iter().find(|missing| would_be_valid(missing))?;
    let kinds = missing.iter().map(|(key, _)| if *key == "arch" { "an architecture" } else { "a zone" });
    let options = missing.iter().map(|(key, value)| quoted(format!("--{key} {value}")));
    let title = format!("`{}` needs {}", declaration.name, and(kinds));
    let help =
        format!("add {}, or declare the default for all images under `[defaults]` in the manifest", and(options));
    Some(Problem::new(title).help(help))
}

#[derive(Args)]
pub(crate) struct RemoveOptions {
    /// Names of the images
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

    /// Removes the declarations of images. The next `resolve` removes their pins.
    ///
    /// # Errors
    /// If the manifest cannot be read or written, or does not declare one of the images.
    fn run(&self, context: &Context) -> Result<Output, Error> {
        let path = context.manifest();
        Files::new(context, [path], &[Role::Manifest])?;
        let _guard = context.write_lock(&[path])?;
        let text = files::read(path)?.ok_or_else(|| missing_manifest(path))?;
        let refused = |problems| in_manifest(context, problems, text.clone());
        let manifest = Manifest::parse(&text).map_err(refused)?;
        let names = check_names(&self.names, &manifest.names()).map_err(refused)?;
        let edited = without(&text, &names).map_err(refused)?;
        let is_last = names.iter().eq(manifest.names());
        // A manifest without images is invalid, but the next command of the user may be `add`.
        if !is_last && let Err(problems) = Manifest::parse(&edited) {
            return Err(in_manifest(context, problems, edited));
        }
        context.replace(path, &edited)?;
        let (names, path) = (and(names.iter().map(quoted)), shown(path));
        let removed = format!("removed {names} from `{path}`");
        Ok(Output::remark(if is_last {
            format!("{removed}, which now declares no images; declare one, or delete it and the lockfile")
        } else {
            let resolve = Help::run("resolve").show(&context.invocation);
            format!("{removed}; to remove the pins: {resolve}")
        }))
    }
}

fn in_manifest(context: &Context, problems: Vec<Problem>, text: String) -> Error {
    Failure::from(problems).in_manifest(Source { path: context.manifest().to_owned(), text }).into()
}
