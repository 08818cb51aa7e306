//! Missing arguments, and arguments that a command does not take.

use super::line::Line;
use crate::commands::{example_line, examples};
use crate::domain::diagnostics::{Help, Problem, quoted, visible};
use crate::domain::types::Zone;

/// The error for an argument that the command does not take.
pub(super) fn unexpected(wrong: &str, line: &Line<'_>) -> Problem {
    let name = line.name();
    let argument = visible(wrong);
    let (title, help) = match name {
        "get" if wrong.parse::<Zone>().is_ok() => (
            format!("the zone `{argument}` must be the value of `--zone`"),
            line.help("to run it", &line.replaced(wrong, &["--zone", wrong], false)),
        ),
        "get" if matches!(wrong, "x86_64" | "arm64") => (
            format!("the architecture `{argument}` must be the value of `--arch`"),
            line.help("to run it", &line.replaced(wrong, &["--arch", wrong], false)),
        ),
        "get" => ("`get` prints one pin".to_owned(), line.help_for("to list all pins", "list")),
        "resolve" => {
            let words =
                line.words.iter().map(|word| if word == "resolve" { "upgrade".to_owned() } else { word.clone() });
            let upgrade = line.help("to upgrade only the named images", &words.collect::<Vec<_>>());
            let resolve = || line.help_for("to run it", "resolve");
            ("`resolve` takes no names: it pins all new and changed images".to_owned(), upgrade.or_else(resolve))
        }
        "list" => ("`list` takes no names: it lists all pins".to_owned(), line.help_for("to list all pins", "list")),
        "init" => {
            let manifest = line.help("to create this manifest", &line.replaced(wrong, &["--manifest", wrong], false));
            let help = manifest.filter(|_| wrong.contains(['.', '/'])).or_else(|| line.help_for("to run it", "init"));
            (format!("`init` takes no argument `{argument}`: images are declared in the manifest"), help)
        }
        "add" => (
            format!("`add` takes no second argument `{argument}`"),
            line.help("if it is a label", &line.replaced(wrong, &["--label", wrong], false)),
        ),
        "search" => {
            let at = line.words.iter().position(|word| word == wrong).filter(|at| *at > 0);
            let joined = at.map(|at| {
                let pattern = format!("{}_{wrong}", line.words[at - 1]);
                [&line.words[..at - 1], &[pattern], &line.words[at + 1..]].concat()
            });
            (
                "`search` takes one pattern".to_owned(),
                joined.and_then(|words| line.help("to search for a label", &words)),
            )
        }
        "diff" => ("`diff` compares two revisions".to_owned(), None),
        "explain" => ("`explain` takes one name, label or ID".to_owned(), None),
        _ => (format!("`{name}` takes no argument `{argument}`"), None),
    };
    Problem::new(title).help(help.unwrap_or_else(|| line.show_help()))
}

/// The error for arguments that are missing: `<NAME>`, or `--label <LABEL>` that another option needs.
pub(super) fn missing(wrong: &str, line: &Line<'_>) -> Problem {
    let name = line.name();
    if name == "add" && wrong.starts_with("--label") {
        return Problem::new("`--release` needs `--label`").help("add a pattern, like `--label 'fedora_*'`");
    }
    if name == "adopt" && !wrong.contains("--from") {
        return Problem::new("`--label`, `--zone` and `--arch` only apply to named IDs")
            .help("give the ID a name, like `front=UUID`");
    }
    let arguments: Vec<&str> =
        wrong.split(['<', '>']).filter(|part| part.len() > 1 && !part.starts_with(['.', ' '])).collect();
    let needed = match name {
        "get" | "add" => "the name of an image".to_owned(),
        "remove" => "the names of images".to_owned(),
        "adopt" => "IDs, or a file that contains IDs".to_owned(),
        "explain" => "a name, a label or an ID".to_owned(),
        "export" => "a format".to_owned(),
        "completions" => "a shell".to_owned(),
        "snapshot" => "a file to write".to_owned(),
        _ => arguments.iter().map(quoted).collect::<Vec<_>>().join(" and "),
    };
    let problem = Problem::new(format!("`{name}` needs {needed}"));
    let lines = examples(name).iter().map(|(_, line)| example_line(line));
    let example = lines.into_iter().find(|example| example.starts_with(&format!("imagelock {name}")));
    problem.help(example.map_or_else(|| line.show_help(), |example| Help::from(format!("for example: `{example}`"))))
}
