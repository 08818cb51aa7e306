//! The problems of images that the Marketplace does not know, gave no answer about, or knows under several labels.

use crate::domain::catalog::{Catalog, Lookup, QueryError};
use crate::domain::diagnostics::{Help, Problem, and, and_more, did_you_mean, quoted};
use crate::domain::manifest::{ImageSelector, Target};
use crate::domain::select::source::releases;
use crate::domain::select::unresolved::cells::Cells;
use crate::domain::types::{Label, LabelPattern, Range};

/// The problem of an image that the Marketplace does not know. To compare each unknown label with each known one would
/// take their product in time.
pub(super) fn unknown_image(target: &Target, suggests: bool, catalog: &Catalog) -> Problem {
    let span = target.spans.image.clone();
    match &target.selector {
        ImageSelector::Label(label) => {
            let problem =
                Problem::new(format!("no image labelled `{label}` in the Marketplace")).at(span, "unknown label");
            match catalog.index() {
                Lookup::Failed(failure) => problem
                    .note(format!("what labels there are could not be learnt: {}", failure.cause))
                    .help(&failure.help),
                _ if !suggests => problem.help(Help::run("search").then(" lists the labels")),
                _ => problem.help(other_labels(label, catalog)),
            }
        }
        ImageSelector::Release(pattern, range) => no_release(target, pattern, range, catalog),
        ImageSelector::Image(id) => Problem::new(format!("no image with the ID `{id}` in the Marketplace"))
            .at(span, "unknown image ID")
            .note("it must be the ID of a Marketplace image, not of a version or of a local image")
            .help(Help::from("name the image by `label`; ").then_run("search").then(" lists the labels")),
    }
}

/// The problem of a range in which no release is offered.
fn no_release(target: &Target, pattern: &LabelPattern, range: &Range, catalog: &Catalog) -> Problem {
    let releases: Vec<String> = releases(pattern, catalog)
        .map(|(release, image)| match release {
            Some(release) => format!("{release} (`{}`)", image.label),
            None => format!("`{}`, whose release cannot be read", image.label),
        })
        .collect();
    let problem = Problem::new(format!("no release of `{pattern}` in the Marketplace is in the range `{range}`"))
        .at(target.spans.image.clone(), "no such release");
    if releases.is_empty() {
        return problem
            .note("no label matches the pattern; `*` is one segment, without `_`")
            .help(Help::run("search").then(" lists the labels"));
    }
    problem.note(format!("there is {}", and_more(releases, 12))).help("widen `release`")
}

/// The problem of a pattern that finds one release under several labels.
pub(super) fn same_release(target: &Target, labels: &[Label]) -> Problem {
    Problem::new(format!(
        "{} have the same release, the newest of `{}`",
        and(labels.iter().map(quoted)),
        target.selector
    ))
    .at(target.spans.image.clone(), "which of them?")
    .help("write the one that is meant as `label`, without `*` and `release`, or narrow the pattern")
}

/// What to ask for instead of an unknown label: one that is written alike, else one of the same family.
fn other_labels(label: &Label, catalog: &Catalog) -> Help {
    let labels = || catalog.images().iter().map(|image| image.label.as_str());
    let family = label.as_str().split('_').next();
    let relatives: Vec<&str> = labels().filter(|other| other.split('_').next() == family).collect();
    match did_you_mean(label.as_str(), labels()) {
        Some(help) => help.into(),
        None if relatives.is_empty() => Help::run("search").then(" lists the labels"),
        None => Help::from(format!("there is {}; ", and_more(relatives.iter().map(quoted), 8)))
            .then_run("search")
            .then(" lists all labels"),
    }
}

/// The problem of images about which the Marketplace did not answer.
pub(super) fn failed(cells: Cells<'_, '_>, failure: &QueryError) -> Problem {
    failure.problem(&cells.iter().map(|(target, _)| target.selector.to_string()).collect())
}
