//! Man pages: one for imagelock, one for each command, and images.toml(5).

mod manifest;
mod sections;
mod text;

use std::io;

use clap::builder::{PossibleValue, Resettable};
use clap::{Arg, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

pub(crate) use self::sections::exit_statuses;
use self::sections::{ENVIRONMENT, FILES, affects};
use self::text::{finished, inline, list};

/// A man page.
pub(crate) struct Page {
    /// The name of its file, which `man` searches for: `imagelock-check.1`.
    pub(crate) file: String,
    /// Its roff source.
    pub(crate) text: String,
}

/// The examples of a command, or of imagelock: the purpose and the command line of each.
pub(crate) type Examples = fn(&str) -> Vec<(&'static str, String)>;

/// The date of the last change to the sections below. The date of today would differ from run to run.
const DATE: &str = "2026-11-28";

/// The pages of imagelock, of each of its commands, and of the manifest.
pub(crate) fn pages(program: Command, examples: Examples) -> Vec<Page> {
    let mut program = program.disable_help_subcommand(true).subcommand_value_name("COMMAND");
    program = program.subcommand_help_heading("COMMANDS");
    program.build();
    let program = program.mut_args(one_paragraph).mut_subcommands(|command| command.mut_args(one_paragraph));
    let source = source(&program);
    let commands = program.get_subcommands().filter(|command| !command.is_hide_set());
    let pages = std::iter::once(&program).chain(commands).map(|command| page(command, &program, &source, examples));
    let manifest = Page { file: "man5/images.toml.5".to_owned(), text: manifest::page(DATE, &source) };
    pages.chain([manifest]).collect()
}

fn source(program: &Command) -> String {
    format!("{} {}", program.get_name(), program.get_version().unwrap_or_default())
}

/// Joins the help of an option and its possible values to one paragraph. The list that clap makes of the values has empty
/// lines, about which formatters warn.
fn one_paragraph(option: Arg) -> Arg {
    let values = option.get_possible_values();
    let values: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
    let help = option.get_long_help().or(option.get_help()).map(ToString::to_string).unwrap_or_default();
    let mut help = help.replace("\n\n", ". ");
    if !values.is_empty() && option.get_action().takes_values() {
        help = format!("{help} [possible values: {}]", values.join(", "));
    }
    option.help(help).long_help(Resettable::Reset).hide_short_help(false).hide_possible_values(true)
}

fn page(command: &Command, program: &Command, source: &str, examples: Examples) -> Page {
    let man = Man::new(command.clone()).date(DATE).source(source).manual("User Commands");
    let mut text = Vec::new();
    // Writing to memory does not fail.
    let _ = clap_sections(&man, command, &mut text);
    let text = String::from_utf8_lossy(&text).into_owned() + &other_sections(command, program, examples);
    Page { file: format!("man1/{}", man.get_filename()), text: finished(&text) }
}

fn clap_sections(man: &Man, command: &Command, text: &mut Vec<u8>) -> io::Result<()> {
    man.render_title(text)?;
    man.render_name_section(text)?;
    text.extend(synopsis(command).into_bytes());
    man.render_description_section(text)?;
    man.render_options_section(text)?;
    if command.has_subcommands() {
        man.render_subcommands_section(text)?;
    }
    Ok(())
}

/// The usage line of the help. The synopsis of clap lists all options, without their values.
fn synopsis(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").trim();
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let mut page = Roff::new();
    page.control("SH", ["SYNOPSIS"]);
    page.text([bold(name), roman(usage.strip_prefix(name).unwrap_or_default())]);
    page.to_roff()
}

fn other_sections(command: &Command, program: &Command, examples: Examples) -> String {
    let mut page = Roff::new();
    page.control("SH", ["EXAMPLES"]);
    for (at, (purpose, line)) in examples(command.get_name()).into_iter().enumerate() {
        // A paragraph begins after the heading anyway.
        if at > 0 {
            page.control("PP", []);
        }
        page.text(inline(&format!("{purpose}:")));
        text::literal(&mut page, [&*line]);
    }
    for (title, entries) in [("FILES", FILES), ("ENVIRONMENT", ENVIRONMENT)] {
        let entries = entries.iter().filter(|entry| affects(entry, command));
        list(&mut page, title, entries.map(|entry| (entry.name, entry.meaning)));
    }
    let statuses: Vec<_> = exit_statuses(command).iter().map(|(status, text)| (status.to_string(), *text)).collect();
    list(&mut page, "EXIT STATUS", statuses.iter().map(|(status, text)| (&**status, *text)));
    see_also(&mut page, command, program);
    page.to_roff()
}

/// The page of imagelock refers to all others, and they refer to it.
fn see_also(page: &mut Roff, command: &Command, program: &Command) {
    let name = |command: &Command| command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let mut others: Vec<(String, char)> = if command.has_subcommands() {
        program.get_subcommands().map(|command| (name(command), '1')).collect()
    } else {
        vec![(name(program), '1')]
    };
    if command.has_subcommands() || sections::has_option(command, "manifest") {
        others.push(("images.toml".to_owned(), '5'));
    }
    text::references(page, &others);
}
