//! Identifies an ID that the user typed. The responses of the Marketplace take precedence. For an ID that the
//! Marketplace does not list, the user's description is compared with the labels, zones and architectures that the
//! Marketplace lists.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::listed::{Offers, local_image};
use super::{Request, Stated, Unidentified};
use crate::domain::catalog::identify::{IdKind, identify};
use crate::domain::catalog::{Catalog, LocalImage, StatedType};
use crate::domain::diagnostics::{Command, Help, Problem, did_you_mean, or, quoted};
use crate::domain::lock::Lock;
use crate::domain::manifest::{Manifest, Target};
use crate::domain::select::other_labels;
use crate::domain::types::{Arch, Cell, ImageRef, ImageType, Label, Name, Zone};

/// The local image with an ID that the user typed, and a warning about it if there is one.
///
/// # Errors
/// If the ID cannot be adopted, or a query failed.
pub(super) fn typed(
    request: &Request,
    stated: &Stated,
    manifest: Option<&Manifest>,
    lock: &Lock,
    now: Timestamp,
    catalog: &Catalog,
) -> Result<(LocalImage, Option<Problem>), Unidentified> {
    match identify(request.id, catalog)? {
        IdKind::LocalImage { local, .. } => {
            let mismatch = option_mismatch(request, &local, stated, now, catalog);
            mismatch.map_or(Ok((local, None)), |problem| Err(problem.into()))
        }
        IdKind::Image { image, .. } => {
            let what = format!("the Marketplace image `{}`", image.label);
            Err(not_bootable(request, &what, &format!("image-label={}", image.label)).into())
        }
        IdKind::Version { label, .. } => {
            let of = label.map_or_else(String::new, |label| format!(" of `{label}`"));
            Err(not_bootable(request, &format!("a version{of}"), &format!("version-id={}", request.id)).into())
        }
        IdKind::Unknown => {
            let known = pinned(request, lock).or_else(|| declared(request, manifest?, lock));
            unlisted(request, stated, known.unwrap_or_default(), now, catalog)
        }
    }
}

/// The problem of an ID that is not the ID of a local image.
fn not_bootable(request: &Request, what: &str, listed_by: &str) -> Problem {
    let name = request.name.as_ref().map_or("NAME", Name::as_str);
    Problem::new(format!("{} is the ID of {what}, which an Instance cannot boot", request.zoned()))
        .note(format!(
            "each of its local images has its own ID; to list them: `scw marketplace local-image list {listed_by}`"
        ))
        .help(
            Help::from("run ")
                .then_run(Command::new("adopt").args([format!("{name}=UUID")]))
                .then(" with the ID of the local image that your server boots"),
        )
}

/// The problem if an option contradicts the Marketplace's description of a local image.
fn option_mismatch(
    request: &Request,
    local: &LocalImage,
    stated: &Stated,
    now: Timestamp,
    catalog: &Catalog,
) -> Option<Problem> {
    let image_type = match local.image_type {
        StatedType::Known(known) => Some(known),
        // The Marketplace does not state the type, so it cannot contradict the option.
        StatedType::Unstated => None,
        StatedType::Other(_) => return None,
    };
    if let Some(problem) = stated.label.as_ref().and_then(|label| unknown_label(label, now, catalog)) {
        return Some(problem);
    }
    let zone = stated.zone.as_ref().filter(|_| request.zone.is_none());
    let options = [
        ("label", "label", text(local.label.as_ref()), text(stated.label.as_ref())),
        ("zone", "zone", text(Some(&local.zone)), text(zone)),
        ("architecture", "arch", text(Some(&local.arch)), text(stated.arch.as_ref())),
        ("type", "type", text(image_type), text(stated.image_type)),
    ];
    options.into_iter().find_map(|(what, option, actual, stated)| {
        let (actual, stated) = actual.zip(stated).filter(|(actual, stated)| actual != stated)?;
        let problem = Problem::new(format!("the {what} of {} is `{actual}`, not `{stated}`", request.zoned()));
        Some(problem.help(format!("remove `--{option}`: it is not needed for an ID that the Marketplace lists")))
    })
}

fn text(value: Option<impl ToString>) -> Option<String> {
    value.map(|value| value.to_string())
}

/// The local image with an ID that the Marketplace does not list: as the user describes it, and for the rest as the
/// lockfile or the manifest describes it (`known`).
fn unlisted(
    request: &Request,
    stated: &Stated,
    known: Stated,
    now: Timestamp,
    catalog: &Catalog,
) -> Result<(LocalImage, Option<Problem>), Unidentified> {
    let is_same_label = stated.label.is_none() || stated.label == known.label;
    let label = stated.label.clone().or(known.label);
    let zone = request.zone.clone().or_else(|| stated.zone.clone()).or(known.zone);
    let arch = stated.arch.clone().or(known.arch);
    let (Some(label), Some(zone), Some(arch)) = (label, zone, arch) else {
        return Err(unknown(request, stated).into());
    };
    if *stated == Stated::default()
        && let Some(image_type) = known.image_type
    {
        return Ok((local_image(request.id, label, zone, arch, image_type), None));
    }
    let unknown = unknown_label(&label, now, catalog).or_else(|| unknown_zone_or_arch(request, &zone, &arch, catalog));
    if let Some(problem) = unknown {
        return Err(problem.into());
    }
    let offers = Offers::of(&label, catalog)?;
    let image_type = match stated.image_type.or(known.image_type.filter(|_| is_same_label)) {
        Some(image_type) => image_type,
        None => offers.only_type(request, &zone, &arch)?,
    };
    let warning = offers.warning(request, &zone, &arch, image_type);
    Ok((local_image(request.id, label, zone, arch, image_type), warning))
}

/// The description of the ID in the lock: under the requested name, or else under any name.
fn pinned(request: &Request, lock: &Lock) -> Option<Stated> {
    let pins = || lock.pins().iter().filter(|pin| pin.id == request.id && !lock.is_edited(&pin.cell));
    let in_zone = |zone: &Zone| request.zone.as_ref().is_none_or(|wanted| wanted == zone);
    let mut named = pins().filter(|pin| Some(&pin.cell.name) == request.name.as_ref());
    let pin = named.clone().find(|pin| in_zone(&pin.cell.zone)).or_else(|| named.next());
    let pin = pin.or_else(|| pins().find(|pin| in_zone(&pin.cell.zone)))?;
    Some(description(pin.label()?.clone(), &pin.cell, pin.image_type))
}

/// The declaration of the requested name in the manifest, if exactly one of its zones and architectures is possible.
fn declared(request: &Request, manifest: &Manifest, lock: &Lock) -> Option<Stated> {
    let is_possible = |target: &&Target| {
        Some(&target.cell.name) == request.name.as_ref()
            && request.zone.as_ref().is_none_or(|zone| *zone == target.cell.zone)
            && lock.get(&target.cell).is_none_or(|pin| pin.id == request.id)
    };
    let targets: Vec<&Target> = manifest.targets().iter().filter(is_possible).collect();
    let [target] = targets[..] else { return None };
    let Some(ImageRef::Label(label)) = target.selector.image_ref() else { return None };
    Some(description(label, &target.cell, target.image_type))
}

fn description(label: Label, Cell { zone, arch, .. }: &Cell, image_type: ImageType) -> Stated {
    Stated { label: Some(label), zone: Some(zone.clone()), arch: Some(arch.clone()), image_type: Some(image_type) }
}

/// The problem of a label that the Marketplace does not have.
fn unknown_label(label: &Label, now: Timestamp, catalog: &Catalog) -> Option<Problem> {
    if catalog.image(&ImageRef::Label(label.clone())).is_some() {
        return None;
    }
    let problem = Problem::new(format!("the Marketplace has no image with the label `{label}`"));
    Some(problem.help(other_labels(label, now, catalog)))
}

/// The problem of a zone or an architecture without any local image in the fetched listings. Without listings, there is
/// no problem.
fn unknown_zone_or_arch(request: &Request, zone: &Zone, arch: &Arch, catalog: &Catalog) -> Option<Problem> {
    let (mut zones, mut archs) = (BTreeSet::new(), BTreeSet::new());
    for (local, _) in catalog.listed() {
        zones.insert(local.zone.as_str());
        archs.insert(local.arch.as_str());
    }
    let problem = |what: &str, stated: &str, known: &BTreeSet<&str>| {
        let help = did_you_mean(stated, known.iter().copied());
        let help = help.unwrap_or_else(|| format!("write {}", or(known.iter().map(quoted))));
        let is_unknown = !known.is_empty() && !known.contains(stated);
        is_unknown.then(|| Problem::new(format!("cannot adopt {}: {what} `{stated}`", request.zoned())).help(help))
    };
    problem("the Marketplace has no image in the zone", zone.as_str(), &zones)
        .or_else(|| problem("the Marketplace has no image for the architecture", arch.as_str(), &archs))
}

/// The problem of an ID without a complete description.
fn unknown(request: &Request, stated: &Stated) -> Problem {
    let (id, name) = (request.zoned(), request.name.as_ref().map_or("NAME", Name::as_str));
    let option =
        |option: &str, value: Option<String>| [format!("--{option}"), value.unwrap_or_else(|| option.to_uppercase())];
    let mut adopt = Command::new("adopt")
        .args([format!("{name}={id}")])
        .args(option("label", text(stated.label.as_ref())))
        .args(option("arch", text(stated.arch.as_ref())));
    if request.zone.is_none() {
        adopt = adopt.args(option("zone", text(stated.zone.as_ref())));
    }
    Problem::new(format!("the Marketplace does not list {id}"))
        .note("it is a private or superseded image; superseded images still boot, but are no longer listed")
        .help(Help::from("for a superseded image, add its description: ").then_run(adopt))
}
