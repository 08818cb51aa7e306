//! What an ID is that the user typed. What the Marketplace knows comes first; what the user states of an ID that it does not
//! know is compared with what it offers before it is believed.

use std::collections::BTreeSet;

use super::listed::{Offers, local_image};
use super::{Request, Stated, Unidentified};
use crate::domain::catalog::identify::{IdKind, identify};
use crate::domain::catalog::{Catalog, LocalImage, StatedType};
use crate::domain::diagnostics::{Command, Help, Problem, did_you_mean, or, quoted};
use crate::domain::lock::Lock;
use crate::domain::manifest::{Manifest, Target};
use crate::domain::types::{Arch, Cell, ImageRef, ImageType, Label, Name, Zone};

/// What an ID is that the user typed, and what to warn of.
///
/// # Errors
/// If it cannot be adopted, or the Marketplace did not answer.
pub(super) fn typed(
    request: &Request,
    stated: &Stated,
    manifest: Option<&Manifest>,
    lock: &Lock,
    catalog: &Catalog,
) -> Result<(LocalImage, Option<Problem>), Unidentified> {
    match identify(request.id, catalog)? {
        IdKind::LocalImage { local, .. } => {
            disagreement(request, &local, stated, catalog).map_or(Ok((local, None)), |problem| Err(problem.into()))
        }
        IdKind::Image { image, .. } => {
            let what = format!("the Marketplace image `{}` over all its versions", image.label);
            Err(not_bootable(request, &what, &format!("image-label={}", image.label)).into())
        }
        IdKind::Version { label, .. } => {
            let of = label.map_or_else(String::new, |label| format!(" of `{label}`"));
            Err(not_bootable(request, &format!("a version{of}"), &format!("version-id={}", request.id)).into())
        }
        IdKind::Unknown => {
            let base = pinned(request, lock).or_else(|| declared(request, manifest?, lock));
            unlisted(request, stated, base.unwrap_or_default(), catalog)
        }
    }
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

/// How a local image that the Marketplace knows is not what the user says.
fn disagreement(request: &Request, local: &LocalImage, stated: &Stated, catalog: &Catalog) -> Option<Problem> {
    let image_type = match local.image_type {
        StatedType::Known(known) => Some(known),
        // Nothing contradicts what the user says.
        StatedType::Unstated => None,
        StatedType::Other(_) => return None,
    };
    if let Some(problem) = stated.label.as_ref().and_then(|label| unknown_label(label, catalog)) {
        return Some(problem);
    }
    let zone = stated.zone.as_ref().filter(|_| request.zone.is_none());
    let options = [
        ("label", text(local.label.as_ref()), text(stated.label.as_ref())),
        ("zone", text(Some(&local.zone)), text(zone)),
        ("arch", text(Some(&local.arch)), text(stated.arch.as_ref())),
        ("type", text(image_type), text(stated.image_type)),
    ];
    options.into_iter().find_map(|(what, is, stated)| {
        let (is, stated) = is.zip(stated).filter(|(is, stated)| is != stated)?;
        let problem = Problem::new(format!("the {what} of {} is `{is}`, not `{stated}`", request.zoned()));
        Some(problem.help(format!("leave out `--{what}` for this ID: the Marketplace knows it")))
    })
}

fn text(value: Option<impl ToString>) -> Option<String> {
    value.map(|value| value.to_string())
}

/// What an ID is that the Marketplace does not know: as the user says; what they do not say, as the lock or the manifest has
/// it, which is `base`.
fn unlisted(
    request: &Request,
    stated: &Stated,
    base: Stated,
    catalog: &Catalog,
) -> Result<(LocalImage, Option<Problem>), Unidentified> {
    let is_same = stated.label.is_none() || stated.label == base.label;
    let label = stated.label.clone().or(base.label);
    let zone = request.zone.clone().or_else(|| stated.zone.clone()).or(base.zone);
    let arch = stated.arch.clone().or(base.arch);
    let (Some(label), Some(zone), Some(arch)) = (label, zone, arch) else {
        return Err(unknown(request, stated).into());
    };
    if *stated == Stated::default()
        && let Some(image_type) = base.image_type
    {
        return Ok((local_image(request.id, label, zone, arch, image_type), None));
    }
    if let Some(problem) = unknown_label(&label, catalog).or_else(|| unheard_of(request, &zone, &arch, catalog)) {
        return Err(problem.into());
    }
    let offers = Offers::of(&label, catalog)?;
    let image_type = match stated.image_type.or(base.image_type.filter(|_| is_same)) {
        Some(image_type) => image_type,
        None => offers.only_type(request, &zone, &arch)?,
    };
    let warning = offers.warning(request, &zone, &arch, image_type);
    Ok((local_image(request.id, label, zone, arch, image_type), warning))
}

/// What the ID is pinned as: under the name, or else under any.
fn pinned(request: &Request, lock: &Lock) -> Option<Stated> {
    let pins = || lock.pins().iter().filter(|pin| pin.id == request.id && !lock.is_edited(&pin.cell));
    let in_zone = |zone: &Zone| request.zone.as_ref().is_none_or(|wanted| wanted == zone);
    let mut named = pins().filter(|pin| Some(&pin.cell.name) == request.name.as_ref());
    let pin = named.clone().find(|pin| in_zone(&pin.cell.zone)).or_else(|| named.next());
    let pin = pin.or_else(|| pins().find(|pin| in_zone(&pin.cell.zone)))?;
    Some(all_of(pin.label()?.clone(), &pin.cell, pin.image_type))
}

/// What is declared under the name, in the one cell that could be meant.
fn declared(request: &Request, manifest: &Manifest, lock: &Lock) -> Option<Stated> {
    let meant = |target: &&Target| {
        Some(&target.cell.name) == request.name.as_ref()
            && request.zone.as_ref().is_none_or(|zone| *zone == target.cell.zone)
            && lock.get(&target.cell).is_none_or(|pin| pin.id == request.id)
    };
    let targets: Vec<&Target> = manifest.targets().iter().filter(meant).collect();
    let [target] = targets[..] else { return None };
    let Some(ImageRef::Label(label)) = target.selector.image_ref() else { return None };
    Some(all_of(label, &target.cell, target.image_type))
}

fn all_of(label: Label, Cell { zone, arch, .. }: &Cell, image_type: ImageType) -> Stated {
    Stated { label: Some(label), zone: Some(zone.clone()), arch: Some(arch.clone()), image_type: Some(image_type) }
}

fn unknown_label(label: &Label, catalog: &Catalog) -> Option<Problem> {
    if catalog.image(&ImageRef::Label(label.clone())).is_some() {
        return None;
    }
    let help = did_you_mean(label.as_str(), catalog.images().iter().map(|image| image.label.as_str()));
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

/// The problem of an ID that nothing describes.
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
    Problem::new(format!("the Marketplace does not describe {id}"))
        .note("it is an image of your own, or one that was superseded: those stay bootable, and are forgotten")
        .help(Help::from("if it was superseded, say what it is: ").then_run(adopt))
}
