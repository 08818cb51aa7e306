//! Options that do not exist: those of other commands and of other tools.

use super::line::{Line, find_option};
use crate::domain::diagnostics::{Help, Problem, and, near, or, quoted, shell_word, visible};

/// Names of formats, which people also write as options.
const FORMATS: [&str; 8] = ["json", "yaml", "markdown", "sarif", "junit", "html", "github", "human"];

/// Options of other tools, and the options that replace them in commands that have those.
const REPLACEMENTS: &[(&[&str], &[&str])] = &[
    (&["-n", "--dryrun", "--plan", "--preview", "--what-if"], &["--dry-run"]),
    (&["-z", "--location"], &["--zone"]),
    (&["-a", "--architecture", "--platform"], &["--arch"]),
    (&["-f"], &["--format"]),
    (&["-t"], &["--type"]),
    (&["-s", "--silent"], &["--quiet"]),
    (&["--debug", "--trace", "-d"], &["--verbose"]),
    (&["--no-color", "--no-colour"], &["--color", "never"]),
    (&["--since", "--base", "--diff"], &["--changed-since"]),
    (&["--frozen"], &["--locked"]),
    (&["--file", "--config", "-c", "-C", "--directory", "--dir", "--path", "--cwd"], &["--manifest"]),
    (&["--snapshot", "--cache"], &["--catalog"]),
];

/// Options that change nothing, with the reason, and the commands that the reason is about.
const NEEDLESS: &[(&[&str], &str, &[&str])] = &[
    (&["-y", "--yes", "--assume-yes", "--no-confirm", "--auto-approve"], "imagelock never asks for confirmation", &[]),
    (&["--all", "-a"], "without names, all images are used", &["upgrade", "check", "log", "resolve", "list", "export"]),
    (&["--latest", "--newest"], "pins move to the newest version", &["upgrade"]),
    (
        &["--dry-run", "-n"],
        "it changes no files",
        &["check", "list", "log", "diff", "explain", "search", "get", "export"],
    ),
    (&["--exit-code"], "it always exits with 2 if there is drift", &["check"]),
];

/// The error for an unknown option, or for an option in the wrong place.
pub(super) fn unknown(wrong: &str, line: &Line<'_>) -> Problem {
    let name = line.name();
    if let Some(words) = before_command(wrong, line) {
        let problem = Problem::new(format!("`{}` must be after the command", visible(wrong)));
        return problem.help(line.help("to run it", &words).unwrap_or_else(|| line.show_help()));
    }
    if let Some(problem) = special(name, wrong, line) {
        return problem;
    }
    let subject = if name.is_empty() { "imagelock".to_owned() } else { quoted(name) };
    let title = format!("{subject} has no option `{}`", visible(wrong));
    if let Some((reason, help)) = needless(name, wrong, line) {
        return Problem::new(format!("{title}: {reason}")).help(help);
    }
    let help = replacement(wrong, line).or_else(|| typo(wrong, line)).or_else(|| elsewhere(wrong, line));
    Problem::new(title).help(help.unwrap_or_else(|| line.show_help()))
}

/// The words in order, if an option of the command is before it.
fn before_command(wrong: &str, line: &Line<'_>) -> Option<Vec<String>> {
    let (at, command) = line.command().filter(|(at, _)| *at > 0)?;
    let before = line.words[..at].iter().any(|word| word.split('=').next() == Some(wrong));
    find_option(command, wrong).filter(|_| before)?;
    Some([&line.words[at..=at], &line.words[..at], &line.words[at + 1..]].concat())
}

/// Options that need an explanation of their own.
fn special(name: &str, wrong: &str, line: &Line<'_>) -> Option<Problem> {
    let without = || line.without(wrong, true);
    let names = || line.words.iter().skip(1).filter(|word| !word.starts_with('-')).cloned().collect::<Vec<_>>();
    let upgrade = || [vec!["upgrade".to_owned()], names()].concat();
    match (name, wrong) {
        ("add", "--version-id") => {
            let words: Vec<String> = without().iter().map(|word| shell_word(word)).collect();
            let example = format!("imagelock {} --label LABEL --freeze DATE REASON", words.join(" "));
            let problem = Problem::new("an image cannot be declared by the ID of a version");
            Some(problem.help(format!("declare its label and freeze it: `{example}`")))
        }
        ("init", "--force" | "-f") => Some(
            Problem::new("`init` never overwrites a file").help("edit the manifest, or delete it and run `init` again"),
        ),
        ("resolve", "--force" | "-f") => {
            let problem = Problem::new("`resolve` has no option `--force`: it keeps all pins that match the manifest");
            Some(problem.help(line.help("to upgrade pins", &["upgrade".to_owned()])?))
        }
        ("check", "--fix" | "--write" | "--update" | "--upgrade") => {
            let help = line.help("to upgrade pins", &upgrade())?;
            let help = help.then("; to pin new and changed images: ").then_run(line.run(&["resolve".to_owned()])?);
            Some(Problem::new("`check` changes no files").help(help))
        }
        ("check", "--locked" | "--frozen") | ("resolve", "--check" | "--verify" | "--frozen") => {
            let problem = Problem::new(format!("`{name}` has no option `{wrong}`"));
            let words = ["resolve", "--locked"].map(str::to_owned);
            Some(problem.help(line.help("to compare the lockfile with the manifest", &words)?))
        }
        ("list" | "log" | "diff" | "get" | "export" | "explain" | "add" | "remove" | "adopt", "-r" | "--recursive") => {
            let problem = Problem::new(format!("`{name}` reads one manifest and has no option `{wrong}`"));
            let help = match line.value(wrong) {
                Some(directory) => {
                    let words = [&*without(), &["--manifest".to_owned(), directory.to_owned()]].concat();
                    line.help("to read the manifest in this directory", &words)?
                }
                None => line.help("to check all manifests", &["check", "--recursive"].map(str::to_owned))?,
            };
            Some(problem.help(help))
        }
        ("get", "--all") => {
            Some(Problem::new("`get` prints one pin").help(line.help("to list all pins", &["list".to_owned()])?))
        }
        ("get" | "add" | "search" | "adopt", "--region") => {
            let problem = Problem::new(format!("`{name}` has no option `--region`: images belong to zones"));
            let zone =
                line.value(wrong).map(|region| format!("{region}-1")).filter(|zone| zone.matches('-').count() == 2)?;
            let words = [&*without(), &["--zone".to_owned(), zone]].concat();
            Some(problem.help(line.help("to select a zone", &words)?))
        }
        (
            "list" | "export" | "log" | "diff" | "get" | "explain" | "search" | "schema" | "completions",
            "-o" | "--output",
        ) => {
            let file = line.value(wrong).unwrap_or("FILE");
            let words: Vec<String> = without().iter().map(|word| shell_word(word)).collect();
            let redirected = format!("imagelock {} > {}", words.join(" "), shell_word(file));
            let problem = Problem::new(format!("`{name}` writes to standard output and has no option `{wrong}`"));
            Some(problem.help(format!("to write a file: `{redirected}`")))
        }
        (_, "--version" | "-V") => {
            let problem = Problem::new(format!("`{name}` has no option `{wrong}`"));
            Some(problem.help(line.help("to print the version", &["--version".to_owned()])?))
        }
        _ => None,
    }
}

/// The reason why an option is not needed, and the command line without it.
fn needless(name: &str, wrong: &str, line: &Line<'_>) -> Option<(&'static str, Help)> {
    let is_about = |commands: &[&str]| !name.is_empty() && (commands.is_empty() || commands.contains(&name));
    let (_, reason, _) = NEEDLESS.iter().find(|(names, _, commands)| names.contains(&wrong) && is_about(commands))?;
    Some((reason, line.help("to run it without the option", &line.without(wrong, false))?))
}

/// An option with another name, or a format as an option.
fn replacement(wrong: &str, line: &Line<'_>) -> Option<Help> {
    let format = wrong.strip_prefix("--").filter(|format| FORMATS.contains(format));
    let words = if let Some(format) = format {
        line.replaced(wrong, &["--format", format], false)
    } else {
        let known = |new: &&[&str]| new.first().is_some_and(|new| line.option(new).is_some());
        let (_, new) = REPLACEMENTS.iter().find(|(names, new)| names.contains(&wrong) && known(new))?;
        line.replaced(wrong, new, false)
    };
    line.help("to run it", &words)
}

/// An option of the command that is spelled nearly like the wrong one.
fn typo(wrong: &str, line: &Line<'_>) -> Option<Help> {
    let command = line.command().map_or(line.program, |(_, command)| command);
    let options = command.get_arguments().filter(|option| !option.is_hide_set());
    let longs: Vec<String> = options.filter_map(|option| option.get_long()).map(|long| format!("--{long}")).collect();
    let formats = FORMATS.iter().map(|format| format!("--{format}")).filter(|_| line.option("--format").is_some());
    let known: Vec<String> = longs.iter().cloned().chain(formats).collect();
    let bare = wrong.strip_prefix("--")?;
    let near = near(bare, known.iter().filter_map(|long| long.strip_prefix("--")));
    match &*near {
        [] => None,
        [one] => {
            let option = format!("--{one}");
            let words = if longs.contains(&option) {
                line.replaced(wrong, &[&option], false)
            } else {
                line.replaced(wrong, &["--format", one], false)
            };
            let text = format!("did you mean `{option}`?");
            Some(match line.run(&words) {
                Some(run) if longs.contains(&option) => Help::from(format!("{text} to run it: ")).then_run(run),
                Some(run) => Help::from("to run it: ").then_run(run),
                None => text.into(),
            })
        }
        several => Some(format!("did you mean {}?", or(several.iter().map(|long| quoted(format!("--{long}"))))).into()),
    }
}

/// The commands that have the option.
fn elsewhere(wrong: &str, line: &Line<'_>) -> Option<Help> {
    let commands = line.program.get_subcommands().filter(|command| find_option(command, wrong).is_some());
    let names: Vec<String> = commands.map(|command| quoted(command.get_name())).collect();
    let is_common = names.is_empty() || names.len() > 6;
    (!is_common).then(|| format!("`{}` is an option of {}", visible(wrong), and(names)).into())
}
