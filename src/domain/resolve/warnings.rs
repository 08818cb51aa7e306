//! The warnings about a new lock: ends of life, and cells of different versions.

use std::collections::BTreeMap;

use crate::domain::catalog::Catalog;
use crate::domain::diagnostics::{Command, Help, Problem, and_more, quoted};
use crate::domain::lock::diff::{Action, Change};
use crate::domain::resolve::request::Request;
use crate::domain::select::end_of_life::eol_notice;
use crate::domain::select::pinned_image;
use crate::domain::types::{Name, day};

/// Warns of new pins whose support has ended or ends soon.
pub(super) fn eol_warnings(request: Request<'_>, changes: &[&Change], catalog: &Catalog) -> Vec<Problem> {
    let mut warned: BTreeMap<&Name, Problem> = BTreeMap::new();
    for change in changes.iter().filter(|change| matches!(change.action(), Action::Added | Action::Moved)) {
        let (Some(pin), Some(target)) = (&change.to, request.target(&change.cell)) else { continue };
        let Some(notice) = eol_notice(pin, target, request.now, catalog) else { continue };
        let title = format!("support for `{}` {}", pinned_image(pin, target), notice.clause());
        let help = match notice.successors.as_slice() {
            [] => "plan its successor".to_owned(),
            some => format!("move on to {}", and_more(some.iter().map(quoted), 3)),
        };
        let problem = Problem::new(title).at(target.spans.image.clone(), "pinned all the same").help(help);
        warned.entry(&change.cell.name).or_insert(problem);
    }
    warned.into_values().collect()
}

/// Warns of images whose cells are pinned to different versions after a change.
pub(super) fn version_skew_warnings(request: Request<'_>, changes: &[Change]) -> Vec<Problem> {
    let mut by_name: BTreeMap<&Name, Vec<&Change>> = BTreeMap::new();
    for change in changes {
        by_name.entry(&change.cell.name).or_default().push(change);
    }
    let mut warnings = Vec::new();
    for (name, changes) in by_name {
        if changes.iter().all(|change| change.action() == Action::Kept) {
            continue;
        }
        let mut builds: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for pin in changes.iter().filter_map(|change| change.to.as_ref()) {
            if let Some(published) = pin.published {
                let place = format!("{} ({})", pin.cell.zone, pin.cell.arch);
                builds.entry((pin.release.clone(), published)).or_default().push(place);
            }
        }
        if builds.len() < 2 {
            continue;
        }
        let mut problem = Problem::new(format!("the cells of `{name}` are of different versions"));
        for ((release, published), places) in builds {
            let release = release.map_or_else(String::new, |release| format!("release {release}, "));
            problem = problem.note(format!("{release}published {}: {}", day(published), and_more(places, 4)));
        }
        if let Some(target) = changes.first().and_then(|change| request.target(&change.cell)) {
            problem = problem.at(target.spans.image.clone(), "");
        }
        let upgrade = Command::new("upgrade").args([name]);
        warnings.push(problem.help(Help::run(upgrade).then(" brings them together, where it can")));
    }
    warnings
}
