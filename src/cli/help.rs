//! The help: commands in groups, examples, and short texts for `-h`.

use std::fmt::Write as _;

use clap::CommandFactory;
use clap::builder::Styles;

use super::args::Cli;
use crate::commands::{EXAMPLES, Example, GROUPS, example_line};
use crate::render::man::exit_statuses;

/// How many examples `-h` shows.
const SHORT: usize = 2;

/// The command line with its help.
pub(super) fn program() -> clap::Command {
    let program = Cli::command();
    let styles = Styles::styled();
    let statuses = exit_status_section(&program, &styles);
    let more = "Run `imagelock help COMMAND` to show the options and examples of a command.";
    let mut program = program
        .help_template(template(&styles))
        .after_help(more)
        .after_long_help(format!("{}\n\n{statuses}\n\n{more}", examples_section(EXAMPLES, &styles)));
    for (name, examples) in GROUPS.iter().flat_map(|group| group.commands) {
        program = program.mut_subcommand(name, |command| with_examples(command, examples, &styles));
    }
    program
}

/// The layout of the help of imagelock. clap has no groups of commands.
fn template(styles: &Styles) -> String {
    let (header, literal) = (styles.get_header(), styles.get_literal());
    let about = |name: &str| {
        let program = Cli::command();
        program
            .find_subcommand(name)
            .and_then(|command| command.get_about().map(ToString::to_string))
            .unwrap_or_default()
    };
    let mut text = "{about-with-newline}\n{usage-heading} {usage}\n".to_owned();
    for group in &GROUPS {
        let _ = write!(text, "\n{header}{}:{header:#}\n", group.heading);
        for (name, _) in group.commands {
            let _ = writeln!(text, "  {literal}{name:<12}{literal:#}  {}", about(name));
        }
    }
    let _ = write!(text, "\n{header}Options:{header:#}\n{{options}}{{after-help}}");
    text
}

fn with_examples(command: clap::Command, examples: &[Example], styles: &Styles) -> clap::Command {
    let (name, shown) = (command.get_name().to_owned(), &examples[..examples.len().min(SHORT)]);
    let more = format!("Run `imagelock {name} --help` to show all options and examples.");
    let statuses = exit_status_section(&command, styles);
    let long = format!("{}\n\n{statuses}", examples_section(examples, styles));
    command.after_help(format!("{}\n\n{more}", examples_section(shown, styles))).after_long_help(long)
}

fn examples_section(examples: &[Example], styles: &Styles) -> String {
    let header = styles.get_header();
    let lines = examples.iter().map(|(purpose, line)| format!("  # {purpose}\n  {}", example_line(line)));
    format!("{header}Examples:{header:#}\n{}", lines.collect::<Vec<_>>().join("\n"))
}

fn exit_status_section(command: &clap::Command, styles: &Styles) -> String {
    let header = styles.get_header();
    let lines = exit_statuses(command).into_iter().map(|(status, meaning)| format!("  {status}  {meaning}"));
    format!("{header}Exit status:{header:#}\n{}", lines.collect::<Vec<_>>().join("\n"))
}
