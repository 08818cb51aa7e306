//! Converts the TOML of `images.toml` into a [`Manifest`], and collects every problem with its span.

use std::sync::Arc;

use semver::{Version, VersionReq};
use toml::de::{DeTable, DeValue};

use super::types::{ImageSpans, MAX_PINS, Manifest, Target};
use crate::domain::diagnostics::{Help, Problem, Span, visible};
use crate::domain::manifest::accept::{ACCEPT, acceptances, refuse_in_image};
use crate::domain::manifest::defaults::{DEFAULTS, Defaults, Inheritable};
use crate::domain::manifest::outputs;
use crate::domain::manifest::policy::{self, Policy};
use crate::domain::manifest::selector::{SELECTORS, VERSION, selector};
use crate::domain::manifest::toml_reader::{Spanned, TableReader, document, missing_keys};
use crate::domain::manifest::value_errors::{IMAGE_NAME, example, malformed, wrong_type};
use crate::domain::types::{Arch, Cell, Expected, ImageType, Label, Name, Zone};

/// The keys at the top level.
const TOP: [&str; 5] = ["requires", "defaults", "images", ACCEPT, "outputs"];
/// The keys that only an image may have, apart from its selectors.
const OWN: [&str; 1] = ["eol"];

impl Manifest {
    /// Parses a manifest.
    ///
    /// # Errors
    /// Every problem of the file, in the order of the file.
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
    if let (Some((span, _)), Some(_), None) = (top.get("version"), top.get("pin"), top.get("images")) {
        let problem = Problem::new("the file is a lockfile, not a manifest").at(span, "key of a lockfile");
        let help = Help::from("restore the manifest from version control; to write a new one: ");
        problems.push(problem.help(help.then_run("init")));
        return Manifest { targets: Vec::new(), outputs: Vec::new() };
    }
    let unknown = unknown_keys(&top, problems);
    check_requires(&top, problems);

    let none = DeTable::new();
    let title = "`[defaults]`";
    let mut table = TableReader::new(&none, title, 0..0);
    if let Some((span, value)) = top.get("defaults") {
        match value.get_ref() {
            DeValue::Table(defaults) => table = TableReader::new(defaults, title, span),
            _ => problems.push(wrong_type("defaults", value, "a table").help("write `[defaults]`, in single brackets")),
        }
    }
    table.deny_unknown_keys(&DEFAULTS, problems);
    let freeze = policy::freeze(&table, problems);
    let defaults =
        Defaults { values: Inheritable::read(&table, problems), freeze, accept: acceptances(&top, problems), table };

    Manifest { targets: targets(&top, &defaults, !unknown, problems), outputs: outputs::outputs(&top, problems) }
}

/// Reports the unknown keys at the top level, and returns whether there are any.
fn unknown_keys(top: &TableReader<'_>, problems: &mut Vec<Problem>) -> bool {
    let before = problems.len();
    let unknown = top.deny_unknown_keys(&TOP, problems);
    for (key, problem) in unknown.iter().zip(&mut problems[before..]) {
        let table = top.get(key).and_then(|(_, value)| value.get_ref().as_table());
        if table.is_some_and(|table| table.contains_key("label") || table.contains_key("image-id")) {
            problem.help = Some(format!("to declare an image, write `[images.{}]`", visible(key)).into());
        }
    }
    !unknown.is_empty()
}

/// Reads `[images]`. A missing table is reported only if it `is_required`: otherwise, another error explains what is missing.
fn targets(
    top: &TableReader<'_>,
    defaults: &Defaults<'_>,
    is_required: bool,
    problems: &mut Vec<Problem>,
) -> Vec<Target> {
    let help = || {
        let lines = ["[images.web]", "label = \"ubuntu_noble\"", "zone = \"fr-par-1\"", "arch = \"x86_64\""];
        Help::from("declare an image, for example:").then_lines(lines.map(str::to_owned).to_vec())
    };
    let Some((_, images)) = top.get("images") else {
        problems.extend(is_required.then(|| Problem::new("the manifest declares no images").help(help())));
        return Vec::new();
    };
    let DeValue::Table(table) = images.get_ref() else {
        let help = "write one table per image, like `[images.web]`; the name of the image is part of the header";
        problems.push(wrong_type("images", images, "a table").help(help));
        return Vec::new();
    };
    if table.is_empty() {
        let problem = Problem::new("the manifest declares no images").at(images.span(), "empty table");
        problems.push(problem.help(help()));
    }
    let mut entries = without_image_keys(TableReader::new(table, "`[images]`", images.span()).entries(), problems);
    // The targets are sorted by name first, so sorted names leave little to sort.
    entries.sort_by_key(|(key, ..)| *key);
    let (mut images, mut count, mut excess) = (Vec::new(), 0_usize, None);
    for (key, span, value) in entries {
        let Some(image) = image(key, span, value, defaults, problems) else { continue };
        // A few kilobytes can declare millions of pins, so they are counted before they are created.
        count = count.saturating_add(image.zones.len().saturating_mul(image.archs.len()));
        if count <= MAX_PINS {
            images.push(image);
        } else {
            excess.get_or_insert((image.span, image.title));
        }
    }
    let Some((span, title)) = excess else { return images.into_iter().flat_map(Image::targets).collect() };
    let declared = format!("the manifest declares {count} pins, but the limit is {MAX_PINS}");
    let problem = Problem::new(declared).at(span, format!("{title} exceeds the limit"));
    let problem = problem.note("each image has one pin per zone and architecture");
    problems.push(problem.help("remove images, zones or architectures, or split the manifest into several"));
    Vec::new()
}

/// An entry of a table: its key, the span of the key, and its value.
type Entry<'t> = (&'t str, Span, &'t toml::Spanned<DeValue<'t>>);

/// Removes the keys of an image that are directly under `[images]`, without the name of the image, and reports them once.
fn without_image_keys<'t>(entries: Vec<Entry<'t>>, problems: &mut Vec<Problem>) -> Vec<Entry<'t>> {
    let is_image_key = |key: &str| SELECTORS.contains(&key) || DEFAULTS.contains(&key) || OWN.contains(&key);
    let (keys, images): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|(key, _, value)| is_image_key(key) && value.get_ref().as_table().is_none());
    if let Some((key, span, _)) = keys.into_iter().next() {
        let problem = Problem::new(format!("`{key}` is in `[images]`, which has no keys of its own"));
        let help = "give the image a name: write `[images.web]` instead of `[images]`";
        problems.push(problem.at(span, "key of an image").help(help));
    }
    images
}

/// One `[images.NAME]`.
struct Image {
    title: String,
    span: Span,
    zones: Vec<Spanned<Zone>>,
    archs: Vec<Spanned<Arch>>,
    /// The target for one zone and architecture. The others differ only in these two.
    target: Target,
}

impl Image {
    /// One target per zone and architecture, sorted.
    fn targets(mut self) -> Vec<Target> {
        self.zones.sort_by(|a, b| a.value.cmp(&b.value));
        self.archs.sort_by(|a, b| a.value.cmp(&b.value));
        let cells = self.zones.iter().flat_map(|zone| self.archs.iter().map(move |arch| (zone, arch)));
        let target = |(zone, arch): (&Spanned<Zone>, &Spanned<Arch>)| {
            let name = self.target.cell.name.clone();
            let cell = Cell { name, zone: zone.value.clone(), arch: arch.value.clone() };
            Target { cell, zone_span: zone.span.clone(), ..self.target.clone() }
        };
        cells.map(target).collect()
    }
}

/// Reads one `[images.NAME]`.
fn image(
    key: &str,
    span: Span,
    value: &toml::Spanned<DeValue<'_>>,
    defaults: &Defaults<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Image> {
    let name: Option<Name> =
        key.parse().map_err(|expected| problems.push(malformed(IMAGE_NAME, key, span.clone(), &expected))).ok();
    let DeValue::Table(table) = value.get_ref() else {
        let label = value.get_ref().as_str().and_then(|text| text.parse().ok());
        let label = label.map_or("ubuntu_noble".to_owned(), |label: Label| label.to_string());
        let help = format!("write `{} = {{ label = \"{label}\" }}`, or a table `[images.{0}]`", visible(key));
        problems.push(wrong_type(key, value, "a table").help(help));
        return None;
    };
    let table = TableReader::new(table, format!("`[images.{key}]`"), span);
    if is_dotted_name(&table, key, problems) {
        return None;
    }
    let known = [&SELECTORS[..], &DEFAULTS, &OWN].concat();
    let unknown = table.deny_other_keys(&known, &[VERSION, ACCEPT], problems);
    refuse_in_image(&table, key, problems);
    let selector = selector(&table, &unknown, problems);
    let inheritable = Inheritable::read(&table, problems).or(&defaults.values);
    check_placement(&table, &defaults.table, &unknown, problems);
    let Inheritable { zones, archs, image_type, instance_type, min_age, eol_warning } = inheritable;
    let policy = Policy {
        min_age: min_age.map(|spanned| spanned.value).filter(|age| !age.is_zero()),
        eol_warning: eol_warning.map_or(Policy::default().eol_warning, |spanned| spanned.value),
        freeze: policy::freeze_of_image(&table, defaults.freeze.as_ref(), problems),
        accept: defaults.accept.iter().filter(|accepted| accepted.image.matches(key)).cloned().collect(),
        eol: policy::date(&table, "eol", problems),
    };
    let (selector, zones, archs) = (selector?, zones?, archs?);
    let (zone, arch) = (zones.first()?, archs.first()?);
    let target = Target {
        cell: Cell { name: name?, zone: zone.value.clone(), arch: arch.value.clone() },
        zone_span: zone.span.clone(),
        spans: Arc::new(ImageSpans {
            image: selector.span,
            image_type: image_type.as_ref().map(|spanned| spanned.span.clone()),
            instance_type: instance_type.as_ref().map(|spanned| spanned.span.clone()),
        }),
        selector: selector.value,
        image_type: image_type.map_or(ImageType::InstanceSbs, |spanned| spanned.value),
        instance_type: instance_type.map(|spanned| spanned.value),
        policy: Arc::new(policy),
    };
    Some(Image { title: table.title, span: table.span, zones, archs, target })
}

/// Reports a name with a dot, like `[images.web.v2]`, which TOML reads as two tables.
fn is_dotted_name(table: &TableReader<'_>, name: &str, problems: &mut Vec<Problem>) -> bool {
    let entries = table.entries();
    let is_image = |table: &DeTable<'_>| ["label", "image-id"].iter().any(|key| table.contains_key(*key));
    let [(part, span, value)] = &entries[..] else { return false };
    if !value.get_ref().as_table().is_some_and(is_image) {
        return false;
    }
    let (name, part) = (visible(name), visible(part));
    let problem = Problem::new(format!("the image name `{name}.{part}` contains a dot"));
    problems.push(problem.at(span.clone(), "a second table in TOML").help(format!("write `[images.{name}-{part}]`")));
    true
}

/// Reports a zone and an architecture that neither the image nor the defaults have.
fn check_placement(table: &TableReader<'_>, defaults: &TableReader<'_>, unknown: &[&str], problems: &mut Vec<Problem>) {
    let is_given = |one: &str, many: &str| {
        [table, defaults].iter().any(|it| [one, many].iter().any(|key| it.missing(&[key], unknown).is_empty()))
    };
    let keys = [("zone", "zones"), ("arch", "archs")];
    let missing: Vec<&str> = keys.into_iter().filter(|(one, many)| !is_given(one, many)).map(|(one, _)| one).collect();
    if let Some(problem) = missing_keys(&table.title, &missing, table.span.clone()) {
        let lines = missing.iter().filter_map(|key| example(key)).collect();
        problems
            .push(problem.help(Help::from("add to this image, or to `[defaults]` for all images:").then_lines(lines)));
    }
}

/// Checks that `requires` allows this release of imagelock.
fn check_requires(top: &TableReader<'_>, problems: &mut Vec<Problem>) {
    let Some(text) = top.string("requires", problems) else { return };
    let (Ok(required), Ok(running)) = (VersionReq::parse(text.value), Version::parse(crate::VERSION)) else {
        let expected = Expected("a range of releases of imagelock, like `>=0.1, <0.2`");
        problems.push(malformed("requires", text.value, text.span, &expected));
        return;
    };
    if !required.matches(&running) {
        let title = format!("this manifest requires imagelock {required}, but this is imagelock {running}");
        let help = format!("install imagelock {required}, or change `requires`");
        problems.push(Problem::new(title).at(text.span, format!("does not include {running}")).help(help));
    }
}
