//! Values that an option or an argument does not accept.

use super::line::Line;
use crate::commands::invalid_value;
use crate::domain::diagnostics::{Help, Problem, near, or, quoted, visible};

/// Values of other tools, and the values that replace them where those are valid.
const REPLACEMENTS: &[(&[&str], &str)] = &[
    (&["xml"], "junit"),
    (&["md"], "markdown"),
    (&["text", "txt", "table", "plain", "pretty"], "human"),
    (&["github-actions", "gha"], "github"),
    (&["yml"], "yaml"),
    (&["dotenv", "shell", "sh", "bash"], "env"),
    (&["terraform", "tf", "opentofu"], "tfvars"),
    (&["pwsh"], "powershell"),
    (&["yes", "true", "on"], "always"),
    (&["no", "false", "off"], "never"),
];

/// The error for a value with a wrong form.
pub(super) fn invalid(value: &str, option: &str, expected: &str) -> Problem {
    if option.starts_with("--api-url") && value.contains('@') {
        // The value is not printed: it may contain a password.
        return Problem::new("the value of `--api-url` contains credentials")
            .help("remove them; the Marketplace needs no credentials");
    }
    let problem = invalid_value(value, &subject(option), expected);
    match value {
        "amd64" | "x64" | "x86" if option.starts_with("--arch") => problem.help("did you mean `x86_64`?"),
        "aarch64" | "armv8" if option.starts_with("--arch") => problem.help("did you mean `arm64`?"),
        "sbs" | "local" if option.starts_with("--type") => problem.help(format!("did you mean `instance_{value}`?")),
        _ => problem,
    }
}

/// The error for a value that is not one of the possible values, or that is missing.
pub(super) fn unknown(value: &str, option: &str, valid: &[String], line: &Line<'_>) -> Problem {
    let subject = subject(option);
    let all = or(valid.iter().map(quoted));
    if value.is_empty() {
        // clap reports an empty value as a missing one.
        let is_empty = line.words.iter().any(|word| word.is_empty() || word.ends_with('='));
        let expected = if valid.is_empty() { "expected a path".to_owned() } else { format!("expected {all}") };
        if is_empty {
            return invalid_value("", &subject, &expected);
        }
        let problem = Problem::new(format!("`{subject}` needs a value"));
        return problem.help(if valid.is_empty() {
            format!("write `{option}`")
        } else {
            format!("add {all} after it")
        });
    }
    let problem = Problem::new(format!("invalid value `{}` for `{subject}`", visible(value)));
    let replacement = REPLACEMENTS.iter().find(|(others, _)| others.contains(&value)).map(|(_, new)| *new);
    let replacement = replacement.filter(|new| valid.iter().any(|it| it == new));
    if subject == "REPORT" && matches!(value, "manifest" | "images.toml" | "images") {
        let help = line.help("to print the schema of images.toml", &["schema".to_owned()]);
        return problem.help(help.unwrap_or_else(|| line.show_help()));
    }
    // Short names differ by a letter or two, and still name other things: `ksh` and `zsh`.
    let near = if value.len() > 3 { near(value, valid.iter().map(String::as_str)) } else { Vec::new() };
    let meant = replacement.or_else(|| near.first().copied().filter(|_| near.len() == 1));
    let fixed = meant.and_then(|meant| line.run(&with_value(value, meant, line)));
    match (meant, fixed) {
        (Some(meant), Some(run)) => {
            problem.help(Help::from(format!("did you mean `{meant}`? to run it: ")).then_run(run))
        }
        _ => problem.help(format!("use {all}")),
    }
}

/// The words with another value.
fn with_value(old: &str, new: &str, line: &Line<'_>) -> Vec<String> {
    let replaced = |word: &String| match word.split_once('=') {
        _ if word == old => new.to_owned(),
        Some((option, value)) if value == old => format!("{option}={new}"),
        _ => word.clone(),
    };
    line.words.iter().map(replaced).collect()
}

/// The error for a value of an option that takes none.
pub(super) fn superfluous(option: &str, line: &Line<'_>) -> Problem {
    let option = subject(option);
    let words: Vec<String> = line
        .words
        .iter()
        .map(|word| if word.starts_with(&format!("{option}=")) { option.clone() } else { word.clone() })
        .collect();
    let problem = Problem::new(format!("`{option}` takes no value"));
    problem.help(line.help("to run it", &words).unwrap_or_else(|| line.show_help()))
}

/// The error for an option with several values of which some are missing.
pub(super) fn too_few(option: &str, line: &Line<'_>) -> Problem {
    match subject(option).as_str() {
        "--freeze" => Problem::new("`--freeze` needs a date and a reason")
            .help("add the reason after the date, like `--freeze 2026-12-31 'kernel regression, ticket 4711'`"),
        other => Problem::new(format!("`{other}` needs more values")).help(line.show_help()),
    }
}

/// An option or argument by its name: `--zone` for `--zone <ZONE>`, `NAME` for `[NAME]...`.
fn subject(option: &str) -> String {
    let name = option.split(' ').next().unwrap_or_default();
    if name.starts_with('-') {
        return name.to_owned();
    }
    name.trim_end_matches('.').trim_matches(['<', '>', '[', ']']).to_owned()
}
