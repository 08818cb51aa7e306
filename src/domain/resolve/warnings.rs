//! The warnings about a new lock: labels near or past their end of life, and images with pins of different versions.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::catalog::Catalog;
use crate::domain::diagnostics::{Command, Help, Problem, and_more, or, quoted};
use crate::domain::lock::diff::{Action, Change};
use crate::domain::manifest::Target;
use crate::domain::resolve::request::Request;
use crate::domain::select::end_of_life::eol_notice;
use crate::domain::select::pinned_image;
use crate::domain::types::{Label, Name, day};

/// How many images or places one message lists.
const MOST_LISTED: usize = 4;

/// The pins that one warning about an end of life concerns.
struct Warned<'a> {
    /// The target of the first pin.
    target: &'a Target,
    label: Option<&'a Label>,
    successors: Vec<&'a Label>,
    names: BTreeSet<&'a Name>,
}

/// Warns about new pins whose support has ended or ends soon: once per label, for all images.
pub(super) fn eol_warnings(request: Request<'_>, changes: &[&Change], catalog: &Catalog) -> Vec<Problem> {
    let mut warned: BTreeMap<String, Warned<'_>> = BTreeMap::new();
    for change in changes.iter().filter(|change| matches!(change.action(), Action::Added | Action::Moved)) {
        let (Some(pin), Some(target)) = (&change.to, request.target(&change.cell)) else { continue };
        let Some(notice) = eol_notice(pin, target, request.now, catalog) else { continue };
        let title = format!("support for `{}` {}", pinned_image(pin, target), notice.clause());
        let warned = warned.entry(title).or_insert_with(|| Warned {
            target,
            label: pin.label(),
            successors: notice.successors,
            names: BTreeSet::new(),
        });
        warned.names.insert(&change.cell.name);
    }
    let warning = |(title, Warned { target, label, successors, names }): (String, Warned<'_>)| {
        let problem = Problem::new(title).at(target.spans.image.clone(), "pinned despite the end of life");
        let problem = if names.len() > 1 {
            problem.note(format!("it is pinned for {}", and_more(names.into_iter().map(quoted), MOST_LISTED)))
        } else {
            problem
        };
        let first_word = label.and_then(|label| label.as_str().split('_').next());
        problem.help(match successors.as_slice() {
            [] => Help::from("to look for a successor: ").then_run(Command::new("search").args(first_word)),
            [newer] => format!("move to the newer release `{newer}`").into(),
            newer => format!("move to a newer release: {}", or(newer.iter().take(3).map(quoted))).into(),
        })
    };
    warned.into_iter().map(warning).collect()
}

/// Warns about images whose pins have different versions after a change: once for all images, except those in
/// `reported`.
pub(super) fn version_skew_warning(
    request: Request<'_>,
    changes: &[Change],
    reported: &BTreeSet<&Name>,
) -> Option<Problem> {
    let mut by_name: BTreeMap<&Name, Vec<&Change>> = BTreeMap::new();
    for change in changes.iter().filter(|change| !reported.contains(&change.cell.name)) {
        by_name.entry(&change.cell.name).or_default().push(change);
    }
    by_name.retain(|_, changes| changes.iter().any(|change| change.action() != Action::Kept));
    let skewed: BTreeMap<&Name, Vec<String>> =
        by_name.iter().map(|(name, changes)| (*name, versions(changes))).filter(|(_, it)| it.len() > 1).collect();
    let names = || skewed.keys().map(|name| name.as_str());
    let first = by_name.get(skewed.keys().next()?)?.first()?;
    let title = format!("the pins of {} have different versions", and_more(names().map(quoted), MOST_LISTED));
    let mut problem = Problem::new(title);
    for (name, versions) in skewed.iter().take(MOST_LISTED) {
        for version in versions {
            problem = problem.note(if skewed.len() > 1 { format!("`{name}`, {version}") } else { version.clone() });
        }
    }
    if let Some(target) = request.target(&first.cell) {
        problem = problem.at(target.spans.image.clone(), "");
    }
    let upgrade = Command::new("upgrade").names(names());
    Some(problem.help(Help::from("to move them to one version, if possible: ").then_run(upgrade)))
}

/// The versions of the pins of one image, each with the zones and architectures of its pins.
fn versions(changes: &[&Change]) -> Vec<String> {
    let mut versions: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for pin in changes.iter().filter_map(|change| change.to.as_ref()) {
        if let Some(published) = pin.published {
            let place = format!("{} ({})", pin.cell.zone, pin.cell.arch);
            versions.entry((pin.release.clone(), published)).or_default().push(place);
        }
    }
    let line = |((release, published), places): ((Option<_>, _), Vec<String>)| {
        let release = release.map_or_else(String::new, |release| format!("release {release}, "));
        format!("{release}published {}: {}", day(published), and_more(places, MOST_LISTED))
    };
    versions.into_iter().map(line).collect()
}
