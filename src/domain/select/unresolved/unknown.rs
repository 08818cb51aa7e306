//! The problems of images that the Marketplace does not have, has under several labels, or for which it gave no usable
//! response.

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Lookup, QueryError};
use crate::domain::diagnostics::{Command, Help, Problem, and, and_more, quoted};
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::select::source::releases;
use crate::domain::select::suggest::{list_labels, other_labels};
use crate::domain::select::unresolved::cells::Cells;
use crate::domain::types::{ImageRef, Label, LabelPattern, LocalImageId, Range};

/// The problem of an image that the Marketplace does not have. Without `suggests`, the problem does not suggest similar
/// labels: finding them for very many unknown labels would take too long.
pub(super) fn unknown_image(target: &Target, suggests: bool, now: Timestamp, catalog: &Catalog) -> Problem {
    let span = target.spans.image.clone();
    match &target.selector {
        ImageSelector::Label(label) => {
            if let Ok(id) = label.as_str().parse::<LocalImageId>() {
                return uuid_as_label(target, id, catalog);
            }
            let title = format!("the Marketplace has no image with the label `{label}`");
            let problem = Problem::new(title).at(span, "unknown label");
            match catalog.index() {
                Lookup::Failed(error) => {
                    problem.note(format!("the list of all labels is unavailable: {}", error.cause)).help(&error.help)
                }
                _ if !suggests => problem.help(list_labels()),
                _ => problem.help(other_labels(label, now, catalog)),
            }
        }
        ImageSelector::Release(pattern, range) => no_release(target, pattern, range, catalog),
        ImageSelector::Image(id) => Problem::new(format!("the Marketplace has no image with the ID `{id}`"))
            .at(span, "unknown image ID")
            .note("`image-id` takes the ID of a Marketplace image, not of a version or of a local image")
            .help(
                Help::from("to find out what the ID is: ")
                    .then_run(Command::new("explain").args([id]))
                    .then("; to list the labels: ")
                    .then_run("search"),
            ),
    }
}

/// The problem of a `label` that is a UUID. The help depends on what has this UUID.
fn uuid_as_label(target: &Target, id: LocalImageId, catalog: &Catalog) -> Problem {
    let name = &target.cell.name;
    let problem = Problem::new(format!("`{id}` is a UUID, not a label")).at(target.spans.image.clone(), "not a label");
    if let Some(image) = catalog.image(&ImageRef::Id(id.into())) {
        return problem
            .note(format!("it is the ID of the Marketplace image `{}`", image.label))
            .help(format!("write `label = \"{}\"`, or `image-id = \"{id}\"`", image.label));
    }
    match catalog.local_image(id).found() {
        Some(local) => {
            problem.note(format!("it is the ID of a local image in {} for {}", local.zone, local.arch)).help(
                Help::from(format!("to pin exactly this ID, remove [images.{name}] and run "))
                    .then_run(Command::new("adopt").args([format!("{name}={id}")])),
            )
        }
        None => problem.note("a label is a name such as `ubuntu_noble`").help(
            Help::from("to find out what the ID is: ")
                .then_run(Command::new("explain").args([id]))
                .then("; to list the labels: ")
                .then_run("search"),
        ),
    }
}

/// The problem of a range in which no release is offered.
fn no_release(target: &Target, pattern: &LabelPattern, range: &Range, catalog: &Catalog) -> Problem {
    let releases: Vec<String> = releases(pattern, catalog)
        .map(|(release, image)| match release {
            Some(release) => format!("`{}` (release {release})", image.label),
            None => format!("`{}` (release unknown)", image.label),
        })
        .collect();
    let problem = Problem::new(format!("the Marketplace has no release of `{pattern}` in the range `{range}`"))
        .at(target.spans.image.clone(), "no such release");
    if releases.is_empty() {
        return problem
            .note(format!("no label matches `{pattern}`; `*` matches one part of a label between underscores"))
            .help(list_labels());
    }
    problem
        .note(format!("matching labels: {}", and_more(releases, 12)))
        .help(format!("change `release` in [images.{}] to include one of them", target.cell.name))
}

/// The problem of a pattern that matches several labels with the newest release.
pub(super) fn same_release(target: &Target, labels: &[Label]) -> Problem {
    Problem::new(format!(
        "several labels match `{}` with the newest release: {}",
        target.selector,
        and(labels.iter().map(quoted))
    ))
    .at(target.spans.image.clone(), "matches several labels")
    .help("write one of these labels as `label` and remove `release`, or use a pattern that matches only one of them")
}

/// The problem of images for which the Marketplace gave no usable response.
pub(super) fn failed(cells: Cells<'_, '_>, error: &QueryError) -> Problem {
    error.problem(&cells.iter().map(|(target, _)| target.selector.to_string()).collect())
}
