//! TOML -> targets: every key of `images.toml`, with every problem and its place.

use std::sync::Arc;

use semver::{Version, VersionReq};
use toml::de::{DeTable, DeValue};

use super::types::{ImageSpans, MAX_PINS, Manifest, Target};
use crate::domain::diagnostics::{Problem, Span, visible};
use crate::domain::manifest::accept::{ACCEPT, acceptances, refuse_in_image};
use crate::domain::manifest::outputs;
use crate::domain::manifest::policy::{self, Acceptance, Freeze, Policy};
use crate::domain::manifest::selector::{SELECTORS, VERSION, selector};
use crate::domain::manifest::toml_reader::{Spanned, TableReader, document, malformed, wrong_type};
use crate::domain::types::{Age, Arch, Cell, CommercialType, ImageType, Label, Name, Zone};

/// The keys of the whole file, and those of an image apart from its selectors: what it may inherit from `[defaults]`, and what
/// it must say itself.
const TOP: [&str; 5] = ["requires", "defaults", "images", ACCEPT, "outputs"];
const DEFAULTS: [&str; 9] =
    ["zone", "zones", "arch", "archs", "type", "instance-type", "min-age", "eol-warning", "freeze"];
const OWN: [&str; 1] = ["eol"];

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

    let none = DeTable::new();
    let mut table = TableReader::new(&none, "[defaults]", 0..0);
    if let Some((span, value)) = top.get("defaults") {
        match value.get_ref() {
            DeValue::Table(defaults) => table = TableReader::new(defaults, "[defaults]", span),
            _ => problems.push(wrong_type("defaults", value, "a table: `[defaults]`")),
        }
    }
    table.deny_unknown_keys(&DEFAULTS, problems);
    let freeze = policy::freeze(&table, problems);
    let defaults =
        Defaults { values: Inheritable::read(&table, problems), freeze, accept: acceptances(&top, problems), table };

    Manifest { targets: targets(&top, &defaults, problems), outputs: outputs::outputs(&top, problems) }
}

/// Reads `[images]` into cells.
fn targets(top: &TableReader<'_>, defaults: &Defaults<'_>, problems: &mut Vec<Problem>) -> Vec<Target> {
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
    let mut entries = TableReader::new(table, "[images]", images.span()).entries();
    // In the order of their cells, so that nothing is left to sort.
    entries.sort_by_key(|(key, ..)| *key);
    let (mut images, mut count, mut excess) = (Vec::new(), 0_usize, None);
    for (key, span, value) in entries {
        let Some(image) = image(key, span, value, defaults, problems) else { continue };
        // A few kilobytes can ask for millions of cells: they are counted before they are made.
        count = count.saturating_add(image.zones.len().saturating_mul(image.archs.len()));
        if count <= MAX_PINS {
            images.push(image);
        } else {
            excess.get_or_insert((image.span, image.title));
        }
    }
    let Some((span, title)) = excess else { return images.into_iter().flat_map(Image::targets).collect() };
    let declared = format!("the manifest declares {count} pins, and imagelock accepts at most {MAX_PINS}");
    let problem = Problem::new(declared).at(span, format!("{title} exceeds the limit"));
    let problem = problem.note("an image has one pin for each of its zones and architectures");
    problems.push(problem.help("remove images, zones or architectures, or split the manifest"));
    Vec::new()
}

/// One `[images.NAME]`.
struct Image {
    title: String,
    span: Span,
    zones: Vec<Spanned<Zone>>,
    archs: Vec<Spanned<Arch>>,
    /// The target of one of its cells, from which the others differ in the zone and the architecture only.
    target: Target,
}

impl Image {
    /// Its cells, sorted.
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
        key.parse().map_err(|expected| problems.push(malformed("image name", key, span.clone(), &expected))).ok();
    let DeValue::Table(table) = value.get_ref() else {
        let label = value.get_ref().as_str().and_then(|text| text.parse().ok());
        let label = label.map_or("ubuntu_noble".to_owned(), |label: Label| label.to_string());
        let help = format!("write `{} = {{ label = \"{label}\" }}`, or a table `[images.{0}]`", visible(key));
        problems.push(wrong_type(key, value, "a table").help(help));
        return None;
    };
    let table = TableReader::new(table, format!("[images.{key}]"), span);
    table.deny_other_keys(&[&SELECTORS[..], &DEFAULTS, &OWN].concat(), &[VERSION, ACCEPT], problems);
    refuse_in_image(&table, key, problems);
    let selector = selector(&table, problems);
    let inheritable = Inheritable::read(&table, problems).or(&defaults.values);
    for (one, many, example) in [("zone", "zones", "zone = \"fr-par-1\""), ("arch", "archs", "arch = \"x86_64\"")] {
        if [&table, &defaults.table].iter().all(|table| table.get(one).is_none() && table.get(many).is_none()) {
            problems.push(
                Problem::new(format!("{} has no {one}", table.title))
                    .at(table.span.clone(), format!("`{one}` is missing"))
                    .help(format!("add `{example}` here, or under `[defaults]` for all images")),
            );
        }
    }
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

/// The table `[defaults]`, empty if there is none, what images inherit from it, and what is accepted for them.
struct Defaults<'t> {
    table: TableReader<'t>,
    values: Inheritable,
    freeze: Option<Freeze>,
    accept: Vec<Arc<Acceptance>>,
}

/// What an image inherits if it does not say it itself.
struct Inheritable {
    zones: Option<Vec<Spanned<Zone>>>,
    archs: Option<Vec<Spanned<Arch>>>,
    image_type: Option<Spanned<ImageType>>,
    instance_type: Option<Spanned<CommercialType>>,
    min_age: Option<Spanned<Age>>,
    eol_warning: Option<Spanned<Age>>,
}

impl Inheritable {
    fn read(table: &TableReader<'_>, problems: &mut Vec<Problem>) -> Self {
        Self {
            zones: table.parsed_list("zone", "zones", problems),
            archs: table.parsed_list("arch", "archs", problems),
            image_type: table.parsed("type", problems),
            instance_type: table.parsed("instance-type", problems),
            min_age: table.parsed("min-age", problems),
            eol_warning: table.parsed("eol-warning", problems),
        }
    }

    /// The same with what is absent from the defaults. What is invalid is a problem already, whatever is inherited for it.
    fn or(self, defaults: &Self) -> Self {
        Self {
            zones: self.zones.or_else(|| defaults.zones.clone()),
            archs: self.archs.or_else(|| defaults.archs.clone()),
            image_type: self.image_type.or_else(|| defaults.image_type.clone()),
            instance_type: self.instance_type.or_else(|| defaults.instance_type.clone()),
            min_age: self.min_age.or_else(|| defaults.min_age.clone()),
            eol_warning: self.eol_warning.or_else(|| defaults.eol_warning.clone()),
        }
    }
}

/// Enforces `requires`, the releases of imagelock that may read the file.
fn check_requires(top: &TableReader<'_>, problems: &mut Vec<Problem>) {
    let Some(text) = top.string("requires", problems) else { return };
    let (title, label, help) = match (VersionReq::parse(text.value), Version::parse(crate::VERSION)) {
        (Err(error), _) => (
            format!("`{}` is not a version requirement", visible(text.value)),
            error.to_string(),
            format!("write for example `requires = \"^{}\"`", crate::VERSION),
        ),
        (Ok(requirement), Ok(running)) if !requirement.matches(&running) => (
            format!("this manifest requires imagelock {requirement}, and this is imagelock {running}"),
            format!("does not admit {running}"),
            format!("run a release of imagelock that is {requirement}, or change `requires`"),
        ),
        _ => return,
    };
    problems.push(Problem::new(title).at(text.span, label).help(help));
}
