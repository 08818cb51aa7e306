//! TOML -> targets: every key of `images.toml`, with every problem and its place.

use std::sync::Arc;

use semver::{Version, VersionReq};
use toml::de::{DeTable, DeValue};

use super::cells::Cells;
use super::inherit::{Inheritable, Setting};
use super::types::{ImageSelector, ImageSpans, Manifest, Target};
use crate::domain::diagnostics::{Help, Problem, Span, visible};
use crate::domain::manifest::outputs;
use crate::domain::manifest::policy::{self, Policy};
use crate::domain::manifest::toml_reader::{Spanned, TableReader, document, malformed, parse_string, wrong_type};
use crate::domain::types::age::Age;
use crate::domain::types::release::Range;
use crate::domain::{Cell, ImageType, Name};

/// The keys of the whole file, of `[defaults]` and of an image.
const TOP: [&str; 4] = ["requires", "defaults", "images", "outputs"];
const DEFAULTS: [&str; 8] = ["zone", "zones", "arch", "archs", "type", "instance-type", "min-age", "eol-warning"];
const IMAGE: [&str; 15] = [
    "label",
    "release",
    "image-id",
    "version-id",
    "zone",
    "zones",
    "arch",
    "archs",
    "type",
    "instance-type",
    "min-age",
    "eol-warning",
    "freeze",
    "accept",
    "eol",
];

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// Every problem of the file, in the order in which they stand in it.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let read = document(text, &mut problems).map(|document| manifest(document.get_ref(), &mut problems));
        match read {
            Some(mut manifest) if problems.is_empty() => {
                manifest.targets.sort_by(|a, b| a.cell.cmp(&b.cell));
                Ok(manifest)
            }
            _ => {
                problems.sort_by_key(|problem| problem.span.as_ref().map(|span| span.start));
                Err(problems)
            }
        }
    }
}

fn manifest(document: &DeTable<'_>, problems: &mut Vec<Problem>) -> Manifest {
    let top = TableReader::new(document, "the manifest", 0..0);
    top.deny_unknown_keys(&TOP, problems);
    check_requires(&top, problems);

    let mut defaults = Inheritable::default();
    if let Some((span, value)) = top.get("defaults") {
        match value.get_ref() {
            DeValue::Table(table) => {
                let table = TableReader::new(table, "[defaults]", span);
                table.deny_unknown_keys(&DEFAULTS, problems);
                defaults = Inheritable::read(&table, problems);
            }
            _ => problems.push(wrong_type("defaults", value, "a table: `[defaults]`")),
        }
    }

    Manifest { targets: targets(&top, &defaults, problems), outputs: outputs::outputs(&top, problems) }
}

/// Reads `[images]` into cells.
fn targets(top: &TableReader<'_>, defaults: &Inheritable, problems: &mut Vec<Problem>) -> Vec<Target> {
    let help = "declare one: `[images.web]`, then `label = \"ubuntu_noble\"`";
    let Some((_, images)) = top.get("images") else {
        problems.push(Problem::new("the manifest declares no image").help(help));
        return Vec::new();
    };
    let DeValue::Table(table) = images.get_ref() else {
        problems.push(wrong_type("images", images, "a table for each image").help(help));
        return Vec::new();
    };
    if table.is_empty() {
        problems.push(Problem::new("the manifest declares no image").at(images.span(), "empty").help(help));
    }
    let images = TableReader::new(table, "[images]", images.span());
    let mut entries = images.entries();
    // In the order of their cells, so that nothing is left to sort.
    entries.sort_by_key(|(key, ..)| *key);
    let mut cells = Cells::default();
    for (key, span, value) in entries {
        image(key, span, value, defaults, &mut cells, problems);
    }
    cells.check(problems);
    cells.targets
}

/// Reads one `[images.NAME]` into its cells.
fn image(
    key: &str,
    span: Span,
    value: &toml::Spanned<DeValue<'_>>,
    defaults: &Inheritable,
    cells: &mut Cells,
    problems: &mut Vec<Problem>,
) {
    let name: Option<Name> =
        key.parse().map_err(|expected| problems.push(malformed("image name", key, span.clone(), &expected))).ok();
    let DeValue::Table(table) = value.get_ref() else {
        let problem = wrong_type(key, value, "a table");
        problems
            .push(problem.help(format!("write `[images.{}]` on a line of its own, then `label = …`", visible(key))));
        return;
    };
    let table = TableReader::new(table, format!("[images.{key}]"), span);
    table.deny_unknown_keys(&IMAGE, problems);
    let selector = selector(&table, problems);
    let own = Inheritable::read(&table, problems);
    let zones = needed(&table, "zone = \"fr-par-1\"", own.zones.or(&defaults.zones), problems);
    let archs = needed(&table, "arch = \"x86_64\"", own.archs.or(&defaults.archs), problems);
    let image_type = own.image_type.or(&defaults.image_type).value();
    let instance_type = own.instance_type.or(&defaults.instance_type).value();

    let min_age = own.min_age.or(&defaults.min_age).value();
    let eol_warning = own.eol_warning.or(&defaults.eol_warning).value();
    let policy = Arc::new(policy(&table, min_age, eol_warning, problems));

    let (Some(name), Some(selector), Some(mut zones), Some(mut archs)) = (name, selector, zones, archs) else {
        return;
    };
    if !cells.has_room(zones.len().saturating_mul(archs.len()), table.span, &table.title) {
        return;
    }
    zones.sort_by(|a, b| a.value.cmp(&b.value));
    archs.sort_by(|a, b| a.value.cmp(&b.value));
    let spans = Arc::new(ImageSpans {
        image: selector.span,
        image_type: image_type.as_ref().map(|spanned| spanned.span.clone()),
        instance_type: instance_type.as_ref().map(|spanned| spanned.span.clone()),
    });
    for zone in &zones {
        for arch in &archs {
            cells.targets.push(Target {
                cell: Cell { name: name.clone(), zone: zone.value.clone(), arch: arch.value.clone() },
                selector: selector.value.clone(),
                image_type: image_type.as_ref().map_or(ImageType::InstanceSbs, |spanned| spanned.value),
                instance_type: instance_type.as_ref().map(|spanned| spanned.value.clone()),
                policy: Arc::clone(&policy),
                zone_span: zone.span.clone(),
                spans: Arc::clone(&spans),
            });
        }
    }
}

fn policy(
    table: &TableReader<'_>,
    min_age: Option<Spanned<Age>>,
    eol_warning: Option<Spanned<Age>>,
    problems: &mut Vec<Problem>,
) -> Policy {
    Policy {
        min_age: min_age.map(|spanned| spanned.value).filter(|age| !age.is_zero()),
        eol_warning: eol_warning.map_or(Policy::default().eol_warning, |spanned| spanned.value),
        freeze: policy::freeze(table, problems),
        accept: policy::accept(table, problems),
        eol: policy::date(table, "eol", problems),
    }
}

/// Reads what an image is asked for by: exactly one of `label`, `image-id` and `version-id`; a pattern for a label goes
/// with a `release`.
fn selector(table: &TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Spanned<ImageSelector>> {
    let keys: Vec<(&str, Span)> = ["label", "image-id", "version-id"]
        .into_iter()
        .filter_map(|key| table.get(key).map(|(span, _)| (key, span)))
        .collect();
    if let [(first, _), (second, span), ..] = &keys[..] {
        problems.push(
            Problem::new(format!("{} has both `{first}` and `{second}`", table.title))
                .at(span.clone(), "names the image a second time")
                .help("keep one of them"),
        );
        return None;
    }
    if keys.is_empty() {
        problems.push(
            Problem::new(format!("{} does not say which image it is", table.title))
                .at(table.span.clone(), "`label` is missing")
                .help(Help::from("add `label = \"ubuntu_noble\"`; ").then_run("search").then(" lists the labels")),
        );
    }
    let release = table.get("release").map(|(span, _)| span);
    let range = table.string("release", problems).and_then(|text| range(&text, problems));
    let text = table.string("label", problems);
    if let Some(pattern) = text.as_ref().filter(|label| label.value.contains('*')) {
        if release.is_none() {
            problems.push(
                Problem::new(format!("{} has a pattern for a label, and no `release`", table.title))
                    .at(pattern.span.clone(), "of which releases?")
                    .help("add the releases that are wanted, like `release = \">=41, <44\"`; `\"*\"` is any"),
            );
        }
        let pattern = parse_string("label", pattern, problems)?;
        return Some(Spanned { value: ImageSelector::Release(pattern.value, range?), span: pattern.span });
    }
    if let Some(span) = release {
        problems.push(
            Problem::new(format!("{} has a `release`, but no pattern to find it by", table.title))
                .at(span, "goes with a `*` in `label`")
                .help("write the label with `*` in the place of the release, like `label = \"fedora_*\"`"),
        );
        return None;
    }
    let label =
        text.and_then(|text| parse_string("label", &text, problems)).map(|spanned| spanned.map(ImageSelector::Label));
    let image = table.parsed("image-id", problems).map(|spanned| spanned.map(ImageSelector::Image));
    let version = table.parsed("version-id", problems).map(|spanned| spanned.map(ImageSelector::Version));
    label.or(image).or(version)
}

fn range(text: &Spanned<&str>, problems: &mut Vec<Problem>) -> Option<Range> {
    text.value
        .parse()
        .map_err(|error: String| {
            let problem = Problem::new(format!("`{}` is not a range of releases", visible(text.value)));
            problems.push(problem.at(text.span.clone(), error).help("write for example `release = \">=41, <44\"`"));
        })
        .ok()
}

/// A value that an image must have, by itself or by inheritance; `example` is the line that would give it.
fn needed<T: Clone>(
    table: &TableReader<'_>,
    example: &str,
    setting: Setting<T>,
    problems: &mut Vec<Problem>,
) -> Option<T> {
    if matches!(setting, Setting::Absent) {
        let key = example.split(' ').next().unwrap_or_default();
        problems.push(
            Problem::new(format!("{} has no {key}", table.title))
                .at(table.span.clone(), format!("`{key}` is missing"))
                .help(format!("add `{example}` here, or under `[defaults]` for all images")),
        );
    }
    setting.value()
}

/// Enforces `requires`, the releases of imagelock that may read the file.
fn check_requires(top: &TableReader<'_>, problems: &mut Vec<Problem>) {
    let Some(text) = top.string("requires", problems) else { return };
    let requirement = match VersionReq::parse(text.value) {
        Ok(requirement) => requirement,
        Err(error) => {
            problems.push(
                Problem::new(format!("`{}` is not a version requirement", visible(text.value)))
                    .at(text.span, error.to_string())
                    .help(format!("write for example `requires = \"^{}\"`", crate::VERSION)),
            );
            return;
        }
    };
    let Ok(running) = Version::parse(crate::VERSION) else { return };
    if !requirement.matches(&running) {
        problems.push(
            Problem::new(format!("this manifest requires imagelock {requirement}, and this is imagelock {running}"))
                .at(text.span, format!("does not admit {running}"))
                .help(format!("run a release of imagelock that is {requirement}, or change `requires`")),
        );
    }
}
