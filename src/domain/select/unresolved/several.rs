//! The problem of an image that has several local images for one cell.

use std::collections::BTreeSet;

use crate::domain::catalog::LocalImage;
use crate::domain::diagnostics::{Problem, and_more, count, visible};
use crate::domain::select::outcome::Outcome;
use crate::domain::select::unresolved::cells::{Cells, places};

/// The problem of an image that has several local images in some of its cells; these `candidates` in the first.
pub(super) fn several(cells: Cells<'_, '_>, candidates: &[&LocalImage]) -> Problem {
    let (target, _) = &cells[0];
    let places = places(cells);
    let mut problem =
        Problem::new(format!("`{}` has several local images of type {} {places}", target.selector, target.image_type))
            .at(target.spans.image.clone(), format!("which of them for `{}`?", target.cell.name));
    for &local in candidates {
        let own = boots_alone(local, candidates);
        let boots = if own.is_empty() {
            "boots on nothing that the others do not".to_owned()
        } else {
            format!("alone boots on {}", and_more(own.iter().map(|own| visible(own)), 6))
        };
        problem = problem.note(format!("in {}, {} {boots}", target.cell.zone, local.id));
    }
    if cells.len() > 1 {
        problem = problem.note(format!("and likewise in {}", count(cells.len() - 1, "other cell")));
    }
    let name = &target.cell.name;
    problem.help(match (deciding_type(cells), &target.instance_type) {
        (Some(decides), None) => format!(
            "add the Instance type that will boot it to [images.{name}], for example `instance-type = \"{}\"`",
            visible(decides)
        ),
        (Some(decides), Some(wanted)) => format!(
            "`{wanted}` does not tell them apart; declare one that does, for example `instance-type = \"{}\"`",
            visible(decides)
        ),
        (None, _) => "no `instance-type` tells them apart in all cells; declare the zones under names of their own, \
                      or choose another label"
            .to_owned(),
    })
}

/// The Instance types that only this one of the candidates boots.
fn boots_alone<'c>(local: &'c LocalImage, candidates: &[&'c LocalImage]) -> BTreeSet<&'c str> {
    let shared =
        |wanted: &str| candidates.iter().any(|other| other.id != local.id && other.commercial_types.contains(wanted));
    local.commercial_types.iter().map(String::as_str).filter(|own| !shared(own)).collect()
}

/// An Instance type that leaves one candidate in every cell: the first by name of those that do.
fn deciding_type<'c>(cells: Cells<'_, 'c>) -> Option<&'c str> {
    let decides = |candidates: &[&'c LocalImage]| -> BTreeSet<&'c str> {
        candidates.iter().flat_map(|local| boots_alone(local, candidates)).collect()
    };
    let mut deciding = cells.iter().filter_map(|(_, outcome)| match outcome {
        Outcome::Several(candidates) => Some(decides(candidates)),
        _ => None,
    });
    let first = deciding.next()?;
    deciding.fold(first, |all, cell| all.intersection(&cell).copied().collect()).into_iter().next()
}
