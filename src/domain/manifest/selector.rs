//! The keys that select an image: `label`, `label` with `release`, or `image-id`.

use crate::domain::diagnostics::{Command, Help, Problem};
use crate::domain::manifest::toml_reader::{Spanned, TableReader, parse_string};
use crate::domain::manifest::types::ImageSelector;
use crate::domain::types::{Range, VersionId};

/// The keys that select an image.
pub(super) const SELECTORS: [&str; 3] = ["label", "release", "image-id"];

/// The key that selected an exact version in early manifests. It has an error of its own.
pub(super) const VERSION: &str = "version-id";

/// Reads the selector of an image. `unknown` are the unknown keys of the table, which may be misspelled selectors.
pub(super) fn selector(
    table: &TableReader<'_>,
    unknown: &[&str],
    problems: &mut Vec<Problem>,
) -> Option<Spanned<ImageSelector>> {
    let has_version = refuse_version(table, problems);
    let has_other =
        has_version || unknown.contains(&"id") || SELECTORS.iter().any(|key| is_misspelled(table, key, unknown));
    match (table.get("label"), table.get("image-id")) {
        (Some(_), Some((span, _))) => {
            problems.push(
                Problem::new(format!("{} has both `label` and `image-id`", table.title))
                    .at(span, "second selector")
                    .help("remove `image-id` or `label`; each of them selects the image"),
            );
            return None;
        }
        (None, None) if !has_other => problems.push(
            Problem::new(format!("{} has no `label`", table.title))
                .at(table.span.clone(), "`label` is missing")
                .help(Help::from("add `label = \"ubuntu_noble\"`; to list the labels: ").then_run("search")),
        ),
        _ => {}
    }
    let release = table.get("release").map(|(span, _)| span);
    let range: Option<Spanned<Range>> = table.parsed("release", problems);
    let text = table.string("label", problems);
    if let Some(pattern) = text.as_ref().filter(|label| label.value.contains('*')) {
        if release.is_none() {
            problems.push(
                Problem::new(format!("{} has a label pattern but no `release`", table.title))
                    .at(pattern.span.clone(), "matches several releases")
                    .help(
                        "add a range of releases, like `release = \">=41, <44\"`, or `release = \"*\"` for any release",
                    ),
            );
        }
        let pattern = parse_string("label", pattern, problems)?;
        return Some(Spanned { value: ImageSelector::Release(pattern.value, range?.value), span: pattern.span });
    }
    if let Some(span) = release {
        problems.push(
            Problem::new(format!("{} has a `release` but no label pattern", table.title))
                .at(span, "requires a `*` in `label`")
                .help("replace the release in the label with `*`, like `label = \"fedora_*\"`, or remove `release`"),
        );
        return None;
    }
    let label =
        text.and_then(|text| parse_string("label", &text, problems)).map(|label| label.map(ImageSelector::Label));
    let image = table.parsed("image-id", problems).map(|id| id.map(ImageSelector::Image));
    label.or(image)
}

/// Whether one of the unknown keys is a misspelling of `key`.
fn is_misspelled(table: &TableReader<'_>, key: &str, unknown: &[&str]) -> bool {
    table.get(key).is_none() && table.missing(&[key], unknown).is_empty()
}

/// Reports `version-id`. The lockfile already keeps the version, and a freeze stops upgrades.
fn refuse_version(table: &TableReader<'_>, problems: &mut Vec<Problem>) -> bool {
    let Some((span, value)) = table.get(VERSION) else { return false };
    let help = Help::from("write `label = \"…\"` and `freeze = { reason = \"…\", until = 2026-12-31 }` instead");
    let id = value.get_ref().as_str().and_then(|text| text.parse::<VersionId>().ok());
    let help = match id {
        Some(id) => help.then("; to print the label: ").then_run(Command::new("explain").args([id])),
        None => help,
    };
    let problem = Problem::new(format!("`{VERSION}` is not a key of {}", table.title))
        .at(span, "an exact version cannot be declared")
        .note("the lockfile keeps a pin of this version, and a freeze stops upgrades from moving it");
    problems.push(problem.help(help));
    true
}
