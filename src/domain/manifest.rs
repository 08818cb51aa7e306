//! `images.toml`: text -> [`Manifest`], the cells that people ask for. Collects every problem of the file.

use std::collections::BTreeSet;

use semver::{Version, VersionReq};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fields::{Fields, Placed, document, malformed, word_value, wrong_type};
use super::problem::{Problem, Span};
use super::words::{and_more, did_you_mean, quoted, visible};
use super::{Arch, Cell, CommercialType, ImageId, ImageRef, ImageType, Label, Name, Zone};

/// The keys of the whole file, of `[defaults]` and of an image; and those that a later release will read.
const TOP: [&str; 3] = ["requires", "defaults", "images"];
const TOP_LATER: [&str; 1] = ["outputs"];
const DEFAULTS: [&str; 6] = ["zone", "zones", "arch", "archs", "type", "instance-type"];
const IMAGE: [&str; 8] = ["label", "image-id", "zone", "zones", "arch", "archs", "type", "instance-type"];
const LATER: [&str; 7] = ["release", "min-age", "eol-warning", "freeze", "version-id", "accept", "eol"];

/// A manifest without problems: the targets, sorted by cell, no cell twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    targets: Vec<Target>,
}

/// One cell that the manifest asks for, with all that a local image must be to fill it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Which image, where, for which processor.
    pub cell: Cell,
    /// What the Marketplace is asked for.
    pub image: ImageRef,
    /// The type that is declared, or `instance_sbs`.
    pub image_type: ImageType,
    /// The Instance type that the local image must be able to boot, if one is declared.
    pub instance_type: Option<CommercialType>,
    /// Where the manifest says all this.
    pub places: Places,
}

/// Where in the manifest the parts of a target stand. An inherited part stands in `[defaults]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The label or the image ID.
    pub image: Span,
    /// The zone.
    pub zone: Span,
    /// The architecture.
    pub arch: Span,
    /// The type, if it is declared.
    pub image_type: Option<Span>,
    /// The Instance type, if it is declared.
    pub instance_type: Option<Span>,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// Every problem of the file, in the order in which they stand in it.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let targets = document(text, &mut problems).map(|document| read(document.get_ref(), &mut problems));
        match targets {
            Some(mut targets) if problems.is_empty() => {
                targets.sort_by(|a, b| a.cell.cmp(&b.cell));
                Ok(Self { targets })
            }
            _ => {
                problems.sort_by_key(|problem| problem.span.as_ref().map(|span| span.start));
                Err(problems)
            }
        }
    }

    /// The cells that are asked for, sorted by name, zone and architecture.
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// The names of the declared images.
    pub fn names(&self) -> BTreeSet<&Name> {
        self.targets.iter().map(|target| &target.cell.name).collect()
    }
}

/// What a table says of a thing: an image inherits what it is silent on, but not where what it says is wrong.
#[derive(Clone, Default)]
enum Said<T> {
    #[default]
    Nothing,
    /// Something that was reported as a problem.
    Nonsense,
    This(T),
}

impl<T: Clone> Said<T> {
    fn read(fields: &Fields<'_>, keys: &[&str], value: Option<T>) -> Self {
        match value {
            Some(value) => Self::This(value),
            None if keys.iter().any(|key| fields.get(key).is_some()) => Self::Nonsense,
            None => Self::Nothing,
        }
    }

    fn or(self, inherited: &Self) -> Self {
        if matches!(self, Self::Nothing) { inherited.clone() } else { self }
    }

    fn value(self) -> Option<T> {
        match self {
            Self::This(value) => Some(value),
            Self::Nothing | Self::Nonsense => None,
        }
    }
}

/// What an image inherits from `[defaults]` where it is silent.
#[derive(Default)]
struct Inheritable {
    zones: Said<Vec<Placed<Zone>>>,
    archs: Said<Vec<Placed<Arch>>>,
    image_type: Said<Placed<ImageType>>,
    instance_type: Said<Placed<CommercialType>>,
}

impl Inheritable {
    fn read(fields: &Fields<'_>, problems: &mut Vec<Problem>) -> Self {
        let zones = distinct(fields.words("zone", "zones", problems), problems);
        let archs = distinct(fields.words("arch", "archs", problems), problems);
        Self {
            zones: Said::read(fields, &["zone", "zones"], zones),
            archs: Said::read(fields, &["arch", "archs"], archs),
            image_type: Said::read(fields, &["type"], fields.word("type", problems)),
            instance_type: Said::read(fields, &["instance-type"], fields.word("instance-type", problems)),
        }
    }
}

fn read(document: &DeTable<'_>, problems: &mut Vec<Problem>) -> Vec<Target> {
    let top = Fields::new(document, "the manifest", 0..0);
    top.refuse_others(&TOP, &TOP_LATER, problems);
    check_requires(&top, problems);

    let mut defaults = Inheritable::default();
    if let Some((span, value)) = top.get("defaults") {
        match value.get_ref() {
            DeValue::Table(table) => {
                let fields = Fields::new(table, "[defaults]", span);
                fields.refuse_others(&DEFAULTS, &LATER, problems);
                defaults = Inheritable::read(&fields, problems);
            }
            _ => problems.push(wrong_type("defaults", value, "a table: `[defaults]`")),
        }
    }

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
    let images = Fields::new(table, "[images]", images.span());
    images.entries().into_iter().flat_map(|(key, span, value)| image(key, span, value, &defaults, problems)).collect()
}

/// Reads one `[images.NAME]` into its cells.
fn image(
    key: &str,
    span: Span,
    value: &Spanned<DeValue<'_>>,
    defaults: &Inheritable,
    problems: &mut Vec<Problem>,
) -> Vec<Target> {
    let name: Option<Name> =
        key.parse().map_err(|expected| problems.push(malformed("image name", key, span.clone(), &expected))).ok();
    let DeValue::Table(table) = value.get_ref() else {
        let problem = wrong_type(key, value, "a table");
        problems.push(problem.help(format!("write `[images.{key}]` on a line of its own, then `label = …`")));
        return Vec::new();
    };
    let fields = Fields::new(table, format!("[images.{key}]"), span);
    fields.refuse_others(&IMAGE, &LATER, problems);
    let image = image_ref(&fields, problems);
    let own = Inheritable::read(&fields, problems);
    let zones = needed(&fields, "zone = \"fr-par-1\"", own.zones.or(&defaults.zones), problems);
    let archs = needed(&fields, "arch = \"x86_64\"", own.archs.or(&defaults.archs), problems);
    let image_type = own.image_type.or(&defaults.image_type).value();
    let instance_type = own.instance_type.or(&defaults.instance_type).value();

    let (Some(name), Some(image), Some(zones), Some(archs)) = (name, image, zones, archs) else {
        return Vec::new();
    };
    let mut targets = Vec::new();
    for zone in &zones {
        for arch in &archs {
            targets.push(Target {
                cell: Cell { name: name.clone(), zone: zone.value.clone(), arch: arch.value.clone() },
                image: image.value.clone(),
                image_type: image_type.as_ref().map_or(ImageType::InstanceSbs, |placed| placed.value),
                instance_type: instance_type.as_ref().map(|placed| placed.value.clone()),
                places: Places {
                    image: image.span.clone(),
                    zone: zone.span.clone(),
                    arch: arch.span.clone(),
                    image_type: image_type.as_ref().map(|placed| placed.span.clone()),
                    instance_type: instance_type.as_ref().map(|placed| placed.span.clone()),
                },
            });
        }
    }
    targets
}

/// Reads what an image is asked for by: exactly one of `label` and `image-id`.
fn image_ref(fields: &Fields<'_>, problems: &mut Vec<Problem>) -> Option<Placed<ImageRef>> {
    let both = [fields.get("label"), fields.get("image-id")];
    if let [Some(_), Some((span, _))] = both {
        problems.push(
            Problem::new(format!("{} has both `label` and `image-id`", fields.title))
                .at(span, "names the image a second time")
                .help("keep one of them"),
        );
        return None;
    }
    if fields.get("version-id").is_none() && both.iter().all(Option::is_none) {
        problems.push(
            Problem::new(format!("{} does not say which image it is", fields.title))
                .at(fields.span.clone(), "`label` is missing")
                .help("add `label = \"ubuntu_noble\"`; `imagelock search` lists the labels"),
        );
    }
    let label = fields.string("label", problems).and_then(|text| {
        if text.value.contains('*') {
            let title = format!("`*` in a label is not yet supported by imagelock {}", crate::VERSION);
            let help = "write the whole label; `imagelock search` lists the labels";
            problems.push(Problem::new(title).at(text.span, "not yet supported").help(help));
            return None;
        }
        word_value::<Label>("label", &text, problems)
    });
    let id = fields.word::<ImageId>("image-id", problems);
    let label = label.map(|label| Placed { value: ImageRef::Label(label.value), span: label.span });
    label.or(id.map(|id| Placed { value: ImageRef::Id(id.value), span: id.span }))
}

/// A value that an image must have, by itself or by inheritance; `example` is the line that would give it.
fn needed<T: Clone>(fields: &Fields<'_>, example: &str, said: Said<T>, problems: &mut Vec<Problem>) -> Option<T> {
    if matches!(said, Said::Nothing) {
        let key = example.split(' ').next().unwrap_or_default();
        problems.push(
            Problem::new(format!("{} has no {key}", fields.title))
                .at(fields.span.clone(), format!("`{key}` is missing"))
                .help(format!("add `{example}` here, or under `[defaults]` for all images")),
        );
    }
    said.value()
}

/// Reports what a list names twice.
fn distinct<T: Ord + std::fmt::Display>(
    list: Option<Vec<Placed<T>>>,
    problems: &mut Vec<Problem>,
) -> Option<Vec<Placed<T>>> {
    let list = list?;
    let mut seen = BTreeSet::new();
    for item in &list {
        if !seen.insert(&item.value) {
            problems.push(
                Problem::new(format!("`{}` is listed twice", item.value))
                    .at(item.span.clone(), format!("means `{}`, as an earlier item does", item.value))
                    .help("remove one of the two"),
            );
        }
    }
    Some(list)
}

/// Enforces `requires`, the releases of imagelock that may read the file.
fn check_requires(top: &Fields<'_>, problems: &mut Vec<Problem>) {
    let Some(text) = top.string("requires", problems) else { return };
    let requirement = match VersionReq::parse(text.value) {
        Ok(requirement) => requirement,
        Err(error) => {
            problems.push(
                Problem::new(format!("{} is not a version requirement", quoted(visible(text.value))))
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

/// Checks names from the command line against the names that there are.
///
/// # Errors
/// A problem for each name that is unknown.
pub fn check_names(wanted: &[String], known: &BTreeSet<&Name>) -> Result<BTreeSet<Name>, Vec<Problem>> {
    let mut names = BTreeSet::new();
    let mut problems = Vec::new();
    let all = || known.iter().map(|name| name.as_str());
    for text in wanted {
        if let Some(name) = text.parse::<Name>().ok().filter(|name| known.contains(name)) {
            names.insert(name);
            continue;
        }
        let help =
            did_you_mean(text, all()).unwrap_or_else(|| format!("the images are {}", and_more(all().map(quoted), 12)));
        problems.push(Problem::new(format!("no image is named `{}`", visible(text))).help(help));
    }
    if problems.is_empty() { Ok(names) } else { Err(problems) }
}
