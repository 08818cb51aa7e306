//! Manual pages: the sections that clap writes, then exit status, environment and files.

use std::io;

use clap::builder::PossibleValue;
use clap::{Arg, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

/// A manual page.
pub(crate) struct Page {
    /// The file that `man` looks for: `imagelock-check.1`.
    pub(crate) file: String,
    /// Its text, in the language of `man`.
    pub(crate) text: String,
}

/// `man` wants a date, and today's would differ from run to run: it is when the sections below last changed.
const DATE: &str = "2026-11-24";

const ENVIRONMENT: [(&str, &str); 7] = [
    ("SCW_API_URL", "Where the API of the Marketplace is, unless `--api-url` says it"),
    ("SSL_CERT_FILE", "A PEM file of CA certificates to trust beside those of the system"),
    ("HTTPS_PROXY", "The proxy for https"),
    ("ALL_PROXY", "The proxy where no other is named"),
    ("NO_PROXY", "The hosts that are asked without a proxy, with commas between them"),
    ("COLUMNS", "The width of tables and messages if standard output is not a terminal"),
    ("NO_COLOR", "If it is set, `--color auto` uses no colour"),
];

const FILES: [(&str, &str); 3] = [
    ("images.toml", "The manifest: the images that you want; `--manifest` names another"),
    ("images.lock", "The lockfile: their pins; it lies beside the manifest, with the extension `.lock`"),
    ("images.schema.json", "The schema by which editors check the manifest; `imagelock init` writes it"),
];

/// The page of the whole command, then one for each of its commands.
pub(crate) fn pages(program: Command) -> Vec<Page> {
    let mut program = program.subcommand_value_name("COMMAND").subcommand_help_heading("COMMANDS");
    program.build();
    let program = program.mut_args(values_in_a_line).mut_subcommands(|command| command.mut_args(values_in_a_line));
    let commands = program.get_subcommands().filter(|command| !command.is_hide_set());
    std::iter::once(&program).chain(commands).map(|command| page(command, &program)).collect()
}

/// Puts the possible values of an option after its help, as `--help` does. The list that clap makes of them has empty lines
/// that formatters warn about.
fn values_in_a_line(option: Arg) -> Arg {
    let values = option.get_possible_values();
    let values: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
    if values.is_empty() || !option.get_action().takes_values() {
        return option;
    }
    let help = option.get_help().map(ToString::to_string).unwrap_or_default();
    option.help(format!("{help} [possible values: {}]", values.join(", "))).hide_possible_values(true)
}

fn page(command: &Command, program: &Command) -> Page {
    let source = format!("{} {}", program.get_name(), program.get_version().unwrap_or_default());
    let man = Man::new(command.clone()).date(DATE).source(source).manual("User Commands");
    let mut text = Vec::new();
    // Writing to memory does not fail.
    let _ = clap_sections(&man, command, &mut text);
    let text = String::from_utf8_lossy(&text).into_owned() + &other_sections(command, program);
    Page { file: man.get_filename(), text }
}

fn clap_sections(man: &Man, command: &Command, text: &mut Vec<u8>) -> io::Result<()> {
    man.render_title(text)?;
    man.render_name_section(text)?;
    man.render_synopsis_section(text)?;
    man.render_description_section(text)?;
    man.render_options_section(text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(text)?;
    }
    Ok(())
}

fn other_sections(command: &Command, program: &Command) -> String {
    let mut page = Roff::new();
    let help = program.get_after_help().map(ToString::to_string).unwrap_or_default();
    section(&mut page, "EXIT STATUS", help.lines().filter_map(|line| line.trim().split_once("  ")));
    section(&mut page, "ENVIRONMENT", ENVIRONMENT);
    section(&mut page, "FILES", FILES);
    // The page of the program names all others, and they name it.
    page.control("SH", ["SEE ALSO"]);
    let others = if command.has_subcommands() { program.get_subcommands().collect() } else { vec![program] };
    for (at, other) in others.iter().enumerate() {
        let name = other.get_display_name().unwrap_or_else(|| other.get_name());
        page.text([bold(name), roman(if at + 1 < others.len() { "(1)," } else { "(1)" })]);
    }
    page.render()
}

fn section<'a>(page: &mut Roff, title: &str, items: impl IntoIterator<Item = (&'a str, &'a str)>) {
    page.control("SH", [title]);
    for (name, meaning) in items {
        page.control("TP", []);
        page.text([bold(name)]);
        page.text([roman(meaning)]);
    }
}
