//! Commands that do not exist, including commands of other tools.

use super::line::Line;
use crate::domain::diagnostics::{Help, Problem, near, or, quoted, visible};

/// How a wrong command is corrected.
enum Fix {
    /// Another command with the same arguments, or without arguments if it does not accept them.
    Same(&'static str),
    /// Another command, which has other arguments.
    Without(&'static str),
    /// One command if there are arguments, which are kept, and another one if there are none.
    ByArguments(&'static str, &'static str),
    /// An explanation.
    Explain(&'static str),
}

use Fix::{ByArguments, Explain, Same, Without};

/// Wrong commands, the purpose that people have, and the correction.
const GUESSES: &[(&[&str], &str, Fix)] = &[
    (&["update", "up", "bump"], "to upgrade pins", Same("upgrade")),
    (&["outdated", "status", "drift", "verify", "audit", "test"], "to report drift", Same("check")),
    (
        &["validate", "lint", "ci", "fmt"],
        "to check images.toml and images.lock without the network",
        Without("resolve --locked"),
    ),
    (&["plan", "preview"], "to show what would change", Without("resolve --dry-run")),
    (
        &["apply", "sync", "lock", "pin", "install", "pull", "fetch", "generate", "refresh", "build", "run"],
        "to pin new and changed images",
        Without("resolve"),
    ),
    (&["import"], "to pin images that are in use", Same("adopt")),
    (
        &["show", "info", "describe", "view", "inspect", "why", "cat"],
        "to inspect images",
        ByArguments("explain", "list"),
    ),
    (&["ls", "pins", "tree", "images"], "to list the pins", Without("list")),
    (&["rm", "delete", "del", "uninstall", "unpin", "drop"], "to remove images", Same("remove")),
    (&["new", "create", "setup"], "to create images.toml", Without("init")),
    (&["declare"], "to declare an image", Same("add")),
    (&["history", "blame"], "to show the history of the pins", Same("log")),
    (&["changes", "compare"], "to compare pins", Same("diff")),
    (&["find", "query"], "to search the Marketplace", Same("search")),
    (&["id"], "to print an ID", Same("get")),
    (&["output", "outputs", "print", "dump"], "to print the pins for another tool", Without("export env")),
    (&["version"], "to print the version", Without("--version")),
    (&["completion", "complete"], "to print completions", Same("completions")),
    (&["manual"], "to print the man page", Without("man")),
    (&["merge"], "to merge lockfiles", Same("merge-driver")),
    (&["rename", "mv", "move"], "", Explain("to rename an image, edit its name in images.toml; then keep its pins: ")),
    (
        &["freeze", "hold", "unfreeze"],
        "",
        Explain(
            "to freeze an image, add `freeze = { reason = \"…\", until = 2026-12-31 }` to it in images.toml; then: ",
        ),
    ),
    (&["edit", "set"], "", Explain("to change an image, edit images.toml; then pin the changes: ")),
    (&["accept", "ignore"], "", Explain("to accept drift, add `[[accept]]` to images.toml; to report drift: ")),
];

/// The error for a word that is not a command.
pub(super) fn unknown(wrong: &str, line: &Line<'_>) -> Problem {
    if wrong.starts_with('-') {
        return Problem::new(format!("`help` has no option `{}`", visible(wrong))).help(line.show_help());
    }
    if line.program.find_subcommand(wrong).is_some() {
        let help = line.help("to show the help of one", &["help".to_owned(), wrong.to_owned()]);
        return Problem::new("`help` takes one command").help(help.unwrap_or_else(|| line.show_help()));
    }
    let problem = Problem::new(format!("imagelock has no command `{}`", visible(wrong)));
    let help = guess(wrong, line).or_else(|| typo(wrong, line)).or_else(|| manifest(wrong, line));
    problem.help(help.unwrap_or_else(|| line.show_help()))
}

fn guess(wrong: &str, line: &Line<'_>) -> Option<Help> {
    let lower = wrong.to_lowercase();
    let (_, purpose, fix) = GUESSES.iter().find(|(names, ..)| names.contains(&&*lower))?;
    let at = line.words.iter().position(|word| word == wrong)?;
    let (before, after) = (&line.words[..at], &line.words[at + 1..]);
    let words = |command: &str, after: &[String]| {
        let command: Vec<String> = command.split(' ').map(str::to_owned).collect();
        [before, &command, after].concat()
    };
    let is_help = after.iter().any(|word| word == "--help" || word == "-h");
    match fix {
        // A file to adopt from is the value of an option.
        Same("adopt") if after.first().is_some_and(|word| !word.contains('=') && !word.starts_with('-')) => {
            line.help(purpose, &words("adopt --from", after))
        }
        Same(command) => {
            let without = || line.help_for(purpose, command);
            let usage = || line.help(purpose, &words(command, &["--help".to_owned()]));
            line.help(purpose, &words(command, after)).or_else(without).or_else(usage)
        }
        Without(command) if is_help => line.help(purpose, &words(command.split(' ').next()?, &["--help".to_owned()])),
        ByArguments(command, _) if after.first().is_some_and(|word| !word.starts_with('-')) => line
            .help_for(purpose, &format!("{command} {}", after[0]))
            .filter(|_| !after[0].contains(' '))
            .or_else(|| line.help(purpose, &words(command, &after[..1]))),
        Without(command) | ByArguments(_, command) => line.help_for(purpose, command),
        Explain(text) => {
            let command = if text.ends_with("drift: ") { "check" } else { "resolve" };
            line.help_for(text.trim_end_matches(": "), command)
        }
    }
}

/// A command that is spelled nearly like the word.
fn typo(wrong: &str, line: &Line<'_>) -> Option<Help> {
    let names = line.program.get_subcommands().filter(|command| !command.is_hide_set()).map(clap::Command::get_name);
    let near = near(wrong, names);
    match &*near {
        [] => None,
        [one] => {
            let words = line.replaced(wrong, &[one], false);
            let run = line.run(&words).or_else(|| line.run(&[(*one).to_owned(), "--help".to_owned()]))?;
            Some(Help::from(format!("did you mean `{one}`? to run it: ")).then_run(run))
        }
        several => Some(format!("did you mean {}?", or(several.iter().map(quoted))).into()),
    }
}

/// A manifest instead of a command.
fn manifest(wrong: &str, line: &Line<'_>) -> Option<Help> {
    wrong.strip_suffix(".toml")?;
    line.help("to check a manifest", &["check", "--manifest", wrong].map(str::to_owned))
}
