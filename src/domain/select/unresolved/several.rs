//! The problem of an image with several local images for one target.

use std::collections::BTreeSet;

use crate::domain::catalog::LocalImage;
use crate::domain::diagnostics::{Problem, and_more, count, visible};
use crate::domain::select::outcome::Outcome;
use crate::domain::select::unresolved::cells::{Cells, places};

/// The problem of an image with several local images for each of some targets. The `candidates` are those of the first
/// target.
pub(super) fn several(cells: Cells<'_, '_>, candidates: &[&LocalImage]) -> Problem {
    let (target, _) = &cells[0];
    let places = places(cells);
    let mut problem =
        Problem::new(format!("`{}` has several local images of type {} {places}", target.selector, target.image_type))
            .at(target.spans.image.clone(), "ambiguous");
    for &local in candidates {
        let own = exclusive_types(local, candidates);
        let boots = if own.is_empty() {
            "boots on no Instance type that the others do not boot on".to_owned()
        } else {
            format!("is the only one that boots on {}", and_more(own.iter().map(|own| visible(own)), 6))
        };
        problem = problem.note(format!("in {}, {} {boots}", target.cell.zone, local.id));
    }
    if cells.len() > 1 {
        problem = problem.note(format!("the same applies to {}", count(cells.len() - 1, "other pin")));
    }
    let name = &target.cell.name;
    problem.help(match (deciding_type(cells), &target.instance_type) {
        (Some(decides), None) => format!(
            "add the Instance type of your servers to [images.{name}], for example `instance-type = \"{}\"`",
            visible(decides)
        ),
        (Some(decides), Some(wanted)) => format!(
            "several of them boot on `{wanted}`; write another Instance type, for example `instance-type = \"{}\"`",
            visible(decides)
        ),
        (None, _) => {
            "no `instance-type` selects one of them in every zone and architecture; declare an image for each \
                      zone, or choose another label"
                .to_owned()
        }
    })
}

/// The Instance types that can boot only this one of the candidates.
fn exclusive_types<'c>(local: &'c LocalImage, candidates: &[&'c LocalImage]) -> BTreeSet<&'c str> {
    let shared =
        |wanted: &str| candidates.iter().any(|other| other.id != local.id && other.commercial_types.contains(wanted));
    local.commercial_types.iter().map(String::as_str).filter(|own| !shared(own)).collect()
}

/// The first Instance type by name that selects exactly one candidate for every target.
fn deciding_type<'c>(cells: Cells<'_, 'c>) -> Option<&'c str> {
    let decides = |candidates: &[&'c LocalImage]| -> BTreeSet<&'c str> {
        candidates.iter().flat_map(|local| exclusive_types(local, candidates)).collect()
    };
    let mut deciding = cells.iter().filter_map(|(_, outcome)| match outcome {
        Outcome::Several(candidates) => Some(decides(candidates)),
        _ => None,
    });
    let first = deciding.next()?;
    deciding.fold(first, |all, cell| all.intersection(&cell).copied().collect()).into_iter().next()
}
