//! Which image is declared: by `label`, by `label` and `release`, or by `image-id`.

use crate::domain::diagnostics::{Command, Help, Problem, visible};
use crate::domain::manifest::toml_reader::{Spanned, TableReader, parse_string};
use crate::domain::manifest::types::ImageSelector;
use crate::domain::types::{Range, VersionId};

/// The keys that say which image is declared.
pub(super) const SELECTORS: [&str; 3] = ["label", "release", "image-id"];

/// The key that declared an exact version. It has an error of its own.
pub(super) const VERSION: &str = "version-id";

/// Reads what an image is asked for by: either `label` or `image-id`; a pattern for a label goes with a `release`.
pub(super) fn selector(table: &TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Spanned<ImageSelector>> {
    let is_of_version = refuse_version(table, problems);
    match (table.get("label"), table.get("image-id")) {
        (Some(_), Some((span, _))) => {
            problems.push(
                Problem::new(format!("{} has both `label` and `image-id`", table.title))
                    .at(span, "names the image a second time")
                    .help("keep one of them"),
            );
            return None;
        }
        (None, None) if !is_of_version => problems.push(
            Problem::new(format!("{} does not say which image it is", table.title))
                .at(table.span.clone(), "`label` is missing")
                .help(Help::from("add `label = \"ubuntu_noble\"`; ").then_run("search").then(" lists the labels")),
        ),
        _ => {}
    }
    let release = table.get("release").map(|(span, _)| span);
    let range = table.string("release", problems).and_then(|text| range(&text, problems));
    let text = table.string("label", problems);
    if let Some(pattern) = text.as_ref().filter(|label| label.value.contains('*')) {
        if release.is_none() {
            problems.push(
                Problem::new(format!("{} has a pattern for a label, and no `release`", table.title))
                    .at(pattern.span.clone(), "of which releases?")
                    .help("add the releases that are wanted, like `release = \">=41, <44\"`; `\"*\"` is any"),
            );
        }
        let pattern = parse_string("label", pattern, problems)?;
        return Some(Spanned { value: ImageSelector::Release(pattern.value, range?), span: pattern.span });
    }
    if let Some(span) = release {
        problems.push(
            Problem::new(format!("{} has a `release`, but no pattern to find it by", table.title))
                .at(span, "goes with a `*` in `label`")
                .help("write the label with `*` in the place of the release, like `label = \"fedora_*\"`"),
        );
        return None;
    }
    let label =
        text.and_then(|text| parse_string("label", &text, problems)).map(|spanned| spanned.map(ImageSelector::Label));
    let image = table.parsed("image-id", problems).map(|spanned| spanned.map(ImageSelector::Image));
    label.or(image)
}

fn range(text: &Spanned<&str>, problems: &mut Vec<Problem>) -> Option<Range> {
    text.value
        .parse()
        .map_err(|error: String| {
            let problem = Problem::new(format!("`{}` is not a range of releases", visible(text.value)));
            problems.push(problem.at(text.span.clone(), error).help("write for example `release = \">=41, <44\"`"));
        })
        .ok()
}

/// Reports `version-id`. A pin of a version stays without it, and a freeze keeps upgrades away.
fn refuse_version(table: &TableReader<'_>, problems: &mut Vec<Problem>) -> bool {
    let Some((span, value)) = table.get(VERSION) else { return false };
    let help = Help::from("write `label = \"…\"` and `freeze = { reason = \"…\", until = 2026-12-31 }` instead");
    let id = value.get_ref().as_str().and_then(|text| text.parse::<VersionId>().ok());
    let help = match id {
        Some(id) => help.then("; ").then_run(Command::new("explain").args([id])).then(" prints the label"),
        None => help,
    };
    let problem = Problem::new(format!("`{VERSION}` is not a key of {}", table.title))
        .at(span, "an exact version cannot be declared")
        .note("a pin of this version stays in the lockfile; a freeze keeps upgrades from moving it");
    problems.push(problem.help(help));
    true
}
