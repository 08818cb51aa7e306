//! What an ID is that the user typed. What the Marketplace knows comes first; what the user states of an ID that it does not
//! know is compared with what it offers before it is believed.

use std::collections::BTreeSet;

use super::listed::{Offers, local_image};
use super::{Request, Stated};
use crate::domain::catalog::identify::{IdKind, identify};
use crate::domain::catalog::{Catalog, LocalImage, Lookup, QueryError, StatedType};
use crate::domain::diagnostics::{Command, Help, Problem, and, and_more, did_you_mean, or, quoted};
use crate::domain::lock::{Lock, Pin};
use crate::domain::manifest::{Manifest, Target};
use crate::domain::types::{Arch, ImageRef, ImageType, Label, Name, Zone};

/// What is known before anything is asked.
#[derive(Clone, Copy)]
pub(super) struct Known<'k> {
    pub(super) stated: &'k Stated,
    pub(super) manifest: Option<&'k Manifest>,
    pub(super) lock: &'k Lock,
    pub(super) catalog: &'k Catalog,
}

/// What a typed ID is, and what to warn of; or why it cannot be adopted.
pub(super) type Typed = Result<(LocalImage, Vec<Problem>), Problem>;

/// Identifies an ID that the user typed.
///
/// # Errors
/// If the Marketplace did not answer.
pub(super) fn typed(request: &Request, known: Known<'_>) -> Result<Typed, QueryError> {
    Ok(match identify(request.id, known.catalog)? {
        IdKind::LocalImage { local, .. } => agreed(request, local, known).map(|local| (local, Vec::new())),
        IdKind::Image(image) => {
            let what = format!("the Marketplace image `{}` over all its versions", image.label);
            Err(not_bootable(request, &what, &format!("image-label={}", image.label)))
        }
        IdKind::Version { label, .. } => {
            let of = label.map_or_else(String::new, |label| format!(" of `{label}`"));
            Err(not_bootable(request, &format!("a version{of}"), &format!("version-id={}", request.id)))
        }
        IdKind::Unknown => unlisted(request, known)?,
    })
}

/// The problem of an ID that no Instance boots.
fn not_bootable(request: &Request, what: &str, listed_by: &str) -> Problem {
    let name = request.name.as_ref().map_or("NAME", Name::as_str);
    Problem::new(format!("{} is the ID of {what}, which no Instance boots", request.zoned()))
        .note(format!(
            "its local images have IDs of their own; to list them, run `scw marketplace local-image list {listed_by}`"
        ))
        .help(
            Help::from("run ")
                .then_run(Command::new("adopt").args([format!("{name}=UUID")]))
                .then(" with the ID of the local image that your server boots"),
        )
}

/// A local image that the Marketplace knows, if it is what the user says.
fn agreed(
    request: &Request,
    local: LocalImage,
    Known { stated, catalog, .. }: Known<'_>,
) -> Result<LocalImage, Problem> {
    let differs = |what: &str, is: String, stated: Option<String>| {
        let stated = stated.filter(|stated| *stated != is)?;
        let problem = Problem::new(format!("the {what} of {} is `{is}`, not `{stated}`", request.zoned()));
        Some(problem.help(format!("leave out `--{what}` for this ID: the Marketplace knows it")))
    };
    let stated_type = match &local.image_type {
        StatedType::Known(known) => known.to_string(),
        // Nothing contradicts what the user says.
        StatedType::Unstated => stated.image_type.map_or_else(String::new, |it| it.to_string()),
        StatedType::Other(_) => return Ok(local),
    };
    let zone = stated.zone.as_ref().filter(|_| request.zone.is_none());
    let label = local.label.as_ref().or(stated.label.as_ref());
    if let Some(problem) = stated.label.as_ref().and_then(|label| unknown_label(label, catalog)) {
        return Err(problem);
    }
    let problem = [
        differs(
            "label",
            label.map(ToString::to_string).unwrap_or_default(),
            stated.label.as_ref().map(ToString::to_string),
        ),
        differs("zone", local.zone.to_string(), zone.map(ToString::to_string)),
        differs("arch", local.arch.to_string(), stated.arch.as_ref().map(ToString::to_string)),
        differs("type", stated_type, stated.image_type.map(|it| it.to_string())),
    ];
    problem.into_iter().flatten().next().map_or(Ok(local), Err)
}

/// What an ID is that the Marketplace does not know: as the user says; what they do not say, as the lock or the manifest has
/// it.
fn unlisted(request: &Request, known: Known<'_>) -> Result<Typed, QueryError> {
    let Known { stated, manifest, lock, catalog } = known;
    let base = pinned(request, lock).or_else(|| declared(request, manifest?, lock));
    let (base_label, base_zone, base_arch, base_type) = match base {
        Some(LocalImage { label, zone, arch, image_type: StatedType::Known(image_type), .. }) => {
            (label, Some(zone), Some(arch), Some(image_type))
        }
        _ => (None, None, None, None),
    };
    let is_same = stated.label.is_none() || stated.label == base_label;
    let label = stated.label.clone().or(base_label);
    let zone = request.zone.clone().or_else(|| stated.zone.clone()).or(base_zone);
    let arch = stated.arch.clone().or(base_arch);
    let (Some(label), Some(zone), Some(arch)) = (label, zone, arch) else {
        return Ok(Err(unknown(request, stated)));
    };
    if *stated == Stated::default()
        && let Some(image_type) = base_type
    {
        return Ok(Ok((local_image(request.id, label, zone, arch, image_type), Vec::new())));
    }
    if let Some(problem) = unknown_label(&label, catalog).or_else(|| unheard_of(request, &zone, &arch, catalog)) {
        return Ok(Err(problem));
    }
    let offers = Offers::of(&label, catalog)?;
    let image_type = match stated.image_type.or(base_type.filter(|_| is_same)) {
        Some(image_type) => image_type,
        None => match type_in(&offers, request, &label, &zone, &arch) {
            Ok(image_type) => image_type,
            Err(problem) => return Ok(Err(problem)),
        },
    };
    let warnings = not_offered(&offers, request, &label, &zone, &arch, image_type);
    Ok(Ok((local_image(request.id, label, zone, arch, image_type), warnings.into_iter().collect())))
}

/// What the ID is pinned as: under the name, or else under any.
fn pinned(request: &Request, lock: &Lock) -> Option<LocalImage> {
    let pins = || lock.pins().iter().filter(|pin| pin.id == request.id && !lock.is_edited(&pin.cell));
    let is_named = |pin: &&Pin| Some(&pin.cell.name) == request.name.as_ref();
    let in_zone = |pin: &&Pin| request.zone.as_ref().is_none_or(|zone| *zone == pin.cell.zone);
    let mut named = pins().filter(is_named);
    let pin = named.clone().find(in_zone).or_else(|| named.next()).or_else(|| pins().find(in_zone))?;
    let (zone, arch) = (pin.cell.zone.clone(), pin.cell.arch.clone());
    Some(local_image(request.id, pin.label()?.clone(), zone, arch, pin.image_type))
}

/// What is declared under the name, in the one cell that could be meant.
fn declared(request: &Request, manifest: &Manifest, lock: &Lock) -> Option<LocalImage> {
    let meant = |target: &&Target| {
        Some(&target.cell.name) == request.name.as_ref()
            && request.zone.as_ref().is_none_or(|zone| *zone == target.cell.zone)
            && lock.get(&target.cell).is_none_or(|pin| pin.id == request.id)
    };
    let targets: Vec<&Target> = manifest.targets().iter().filter(meant).collect();
    let [target] = targets[..] else { return None };
    let Some(ImageRef::Label(label)) = target.selector.image_ref() else { return None };
    Some(local_image(request.id, label, target.cell.zone.clone(), target.cell.arch.clone(), target.image_type))
}

fn unknown_label(label: &Label, catalog: &Catalog) -> Option<Problem> {
    let mut labels = catalog.images().iter().map(|image| image.label.as_str());
    if labels.clone().any(|known| known == label.as_str()) {
        return None;
    }
    let help = did_you_mean(label.as_str(), labels.by_ref());
    let help = help.map_or_else(|| Help::run("search").then(" lists the labels"), Help::from);
    Some(Problem::new(format!("no image labelled `{label}` in the Marketplace")).help(help))
}

/// The problem of a zone or an architecture in which nothing at all is listed. Nothing can be said without listings.
fn unheard_of(request: &Request, zone: &Zone, arch: &Arch, catalog: &Catalog) -> Option<Problem> {
    let (mut zones, mut archs) = (BTreeSet::new(), BTreeSet::new());
    for (local, _) in catalog.listed() {
        zones.insert(local.zone.as_str());
        archs.insert(local.arch.as_str());
    }
    let problem = |what: &str, stated: &str, known: &BTreeSet<&str>| {
        let help = did_you_mean(stated, known.iter().copied());
        let help = help.unwrap_or_else(|| format!("the Marketplace lists {}", or(known.iter().map(quoted))));
        let is_unknown = !known.is_empty() && !known.contains(stated);
        is_unknown.then(|| Problem::new(format!("cannot adopt {}: {what} `{stated}`", request.zoned())).help(help))
    };
    problem("the Marketplace lists no image in the zone", zone.as_str(), &zones)
        .or_else(|| problem("the Marketplace lists no image for the architecture", arch.as_str(), &archs))
}

/// The one type that a label is offered with.
pub(super) fn type_in(
    offers: &Offers<'_>,
    request: &Request,
    label: &Label,
    zone: &Zone,
    arch: &Arch,
) -> Result<ImageType, Problem> {
    let types: Vec<ImageType> = offers.types(zone, arch).into_iter().collect();
    if let [only] = types[..] {
        return Ok(only);
    }
    let offered = match &types[..] {
        [] => format!("`{label}` is not offered now"),
        types => format!("`{label}` is offered as {}", and(types.iter().map(quoted))),
    };
    let [sbs, local] = ImageType::ALL;
    Err(Problem::new(format!("{}the type of {} is unknown: {offered}", request.origin(), request.zoned())).help(format!(
        "add `--type {sbs}` if its root volume is on Block Storage (`{}`), or `--type {local}` if it is local (`{}`)",
        sbs.volume_type(),
        local.volume_type()
    )))
}

/// What to warn of: an image that is offered otherwise now may have been offered so before.
fn not_offered(
    offers: &Offers<'_>,
    request: &Request,
    label: &Label,
    zone: &Zone,
    arch: &Arch,
    image_type: ImageType,
) -> Option<Problem> {
    let in_cell = |local: &&LocalImage| (&local.zone, &local.arch) == (zone, arch);
    if offers.now.iter().filter(in_cell).any(|local| local.image_type.fits(image_type)) {
        return None;
    }
    let title = format!(
        "{} is pinned as `{label}` in {zone} for {arch} ({image_type}), which is not offered now",
        request.zoned()
    );
    let offered: BTreeSet<String> =
        offers.now.iter().map(|it| format!("{} for {} ({})", it.zone, it.arch, it.image_type.as_str())).collect();
    let problem = Problem::new(title).help(
        "if that is a mistake, run the command again with other options: it corrects the declaration and the pin",
    );
    Some(if offered.is_empty() { problem } else { problem.note(format!("it is offered in {}", and_more(offered, 6))) })
}

/// The problem of an ID that nothing describes.
fn unknown(request: &Request, stated: &Stated) -> Problem {
    let (id, name) = (request.zoned(), request.name.as_ref().map_or("NAME", Name::as_str));
    let option =
        |option: &str, value: Option<String>| [format!("--{option}"), value.unwrap_or_else(|| option.to_uppercase())];
    let mut adopt = Command::new("adopt")
        .args([format!("{name}={id}")])
        .args(option("label", stated.label.as_ref().map(ToString::to_string)))
        .args(option("arch", stated.arch.as_ref().map(ToString::to_string)));
    if request.zone.is_none() {
        adopt = adopt.args(option("zone", stated.zone.as_ref().map(ToString::to_string)));
    }
    Problem::new(format!("the Marketplace does not describe {id}"))
        .note("it is an image of your own, or one that was superseded: those stay bootable, and are forgotten")
        .help(Help::from("if it was superseded, say what it is: ").then_run(adopt))
}

/// Whether listings are complete enough to compare a stated label with.
pub(super) fn is_indexed(label: &Label, catalog: &Catalog) -> bool {
    matches!(catalog.index(), Lookup::Found(images) if images.iter().any(|image| image.label == *label))
}
