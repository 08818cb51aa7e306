//! The wrong command line, and corrected ones.

use std::ffi::OsString;
use std::path::Path;

use clap::Arg;
use clap::error::ErrorKind;

use crate::domain::diagnostics::{Command, Help, escaped, shown};

/// The command line as it was written, without `imagelock`.
#[derive(Clone)]
pub(super) struct Line<'p> {
    pub(super) program: &'p clap::Command,
    pub(super) words: Vec<String>,
    invalid_utf8: Option<String>,
}

impl<'p> Line<'p> {
    pub(super) fn new(program: &'p clap::Command, args: &[OsString]) -> Self {
        let invalid_utf8 = args.iter().find(|arg| arg.to_str().is_none()).map(|arg| shown(Path::new(arg)));
        let words = args.iter().filter_map(|arg| arg.to_str().map(str::to_owned)).collect();
        Self { program, words, invalid_utf8 }
    }

    pub(super) fn with_words(&self, words: Vec<String>) -> Self {
        Self { words, ..self.clone() }
    }

    /// The first argument that is not UTF-8, as text.
    pub(super) fn first_invalid_utf8(&self) -> &str {
        self.invalid_utf8.as_deref().unwrap_or_default()
    }

    /// The position of the command and the command.
    pub(super) fn command(&self) -> Option<(usize, &'p clap::Command)> {
        self.words.iter().enumerate().find_map(|(at, word)| Some((at, self.program.find_subcommand(word)?)))
    }

    /// The name of the command, or an empty text.
    pub(super) fn name(&self) -> &'p str {
        self.command().map_or("", |(_, command)| command.get_name())
    }

    /// An option of the command, visible to users, by its name with dashes.
    pub(super) fn option(&self, name: &str) -> Option<&'p Arg> {
        self.command().and_then(|(_, command)| find_option(command, name))
    }

    /// The words after the command, without one of them and without a value that belongs to it.
    pub(super) fn without(&self, wrong: &str, has_value: bool) -> Vec<String> {
        self.replaced(wrong, &[], has_value)
    }

    /// The words, with the wrong one replaced by `new`. With `drops_value`, its value is dropped; otherwise, the value is kept.
    pub(super) fn replaced(&self, wrong: &str, new: &[&str], drops_value: bool) -> Vec<String> {
        let Some(at) = self.position(wrong) else { return self.words.clone() };
        let value = self.words[at].strip_prefix(wrong).and_then(|rest| rest.strip_prefix('='));
        let kept = value.filter(|_| !drops_value).map(str::to_owned);
        let has_separate_value = value.is_none() && self.words.get(at + 1).is_some_and(|next| !next.starts_with('-'));
        let rest = at + 1 + usize::from(drops_value && has_separate_value);
        let new = new.iter().map(|word| (*word).to_owned()).chain(kept);
        self.words[..at].iter().cloned().chain(new).chain(self.words[rest..].iter().cloned()).collect()
    }

    /// The value of an option, after `=` or as the next word.
    pub(super) fn value(&self, option: &str) -> Option<&str> {
        let at = self.position(option)?;
        let value = self.words[at].strip_prefix(option)?.strip_prefix('=');
        value.or_else(|| self.words.get(at + 1).map(String::as_str).filter(|next| !next.starts_with('-')))
    }

    fn position(&self, wrong: &str) -> Option<usize> {
        self.words.iter().position(|word| {
            word.strip_prefix(wrong)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('=') && wrong.starts_with('-'))
        })
    }

    /// A command line to run instead, if it is valid and can be printed as it is.
    pub(super) fn run(&self, words: &[String]) -> Option<Command> {
        if words.is_empty() || words.iter().any(|word| escaped(word) != *word) {
            return None;
        }
        let args = ["imagelock".to_owned()].into_iter().chain(words.iter().cloned());
        match self.program.clone().try_get_matches_from(args) {
            Err(error) if !matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => None,
            _ => Some(Command::new("").args(words)),
        }
    }

    /// The same as a help with its purpose.
    pub(super) fn help(&self, purpose: &str, words: &[String]) -> Option<Help> {
        Some(Help::from(format!("{purpose}: ")).then_run(self.run(words)?))
    }

    /// The same for another command without arguments. It keeps the options that name the files and the Marketplace, if the
    /// command accepts them: without `--manifest`, it would change other files.
    pub(super) fn help_for(&self, purpose: &str, command: &str) -> Option<Help> {
        let command: Vec<String> = command.split(' ').map(str::to_owned).collect();
        let each = self.kept_options();
        let accepted = each.into_iter().filter(|option| self.run(&[&command[..], option].concat()).is_some());
        let options: Vec<String> = accepted.flatten().collect();
        self.help(purpose, &[&command[..], &options].concat()).or_else(|| self.help(purpose, &command))
    }

    /// The options that name the files and the Marketplace, each with its value.
    fn kept_options(&self) -> Vec<Vec<String>> {
        const KEPT: [&str; 6] = ["-m", "--manifest", "-r", "--recursive", "--catalog", "--api-url"];
        let is_kept = |word: &str| KEPT.contains(&word.split('=').next().unwrap_or_default());
        let with_value = |(at, word): (usize, &String)| {
            let value = self.words.get(at + 1).filter(|next| !word.contains('=') && !next.starts_with('-'));
            [word].into_iter().chain(value).cloned().collect()
        };
        self.words.iter().enumerate().filter(|(_, word)| is_kept(word)).map(with_value).collect()
    }

    /// The help that refers to `--help`.
    pub(super) fn show_help(&self) -> Help {
        let command = self.name();
        let words = [command, "--help"].into_iter().filter(|word| !word.is_empty());
        let purpose = if command.is_empty() { "to list the commands: " } else { "to show the usage: " };
        Help::from(purpose).then_run(Command::new("").args(words))
    }

    /// If a value begins with a dash, the words with the value after `=`, and the error for those words.
    pub(super) fn with_dashed_value(&self, wrong: &str) -> Option<(Vec<String>, clap::Error)> {
        let is_number =
            wrong.strip_prefix('-').is_some_and(|rest| rest.starts_with(|char: char| char.is_ascii_digit()));
        let at = self.words.iter().position(|word| is_number && word.starts_with(wrong)).filter(|at| *at > 0)?;
        self.option(&self.words[at - 1]).filter(|option| option.get_action().takes_values())?;
        let joined = format!("{}={}", self.words[at - 1], self.words[at]);
        let words = [&self.words[..at - 1], &[joined], &self.words[at + 1..]].concat();
        let args = ["imagelock".to_owned()].into_iter().chain(words.iter().cloned());
        let error = self.program.clone().try_get_matches_from(args).err()?;
        Some((words, error))
    }
}

/// A visible option of a command by its name with dashes.
pub(super) fn find_option<'c>(command: &'c clap::Command, name: &str) -> Option<&'c Arg> {
    let name = name.split('=').next().unwrap_or_default();
    let is_named = |option: &&Arg| {
        let long = name.strip_prefix("--");
        let longs = option.get_long_and_visible_aliases().unwrap_or_default();
        let short = option.get_short().is_some_and(|short| name.strip_prefix('-') == Some(&*short.to_string()));
        !option.is_hide_set() && (long.is_some_and(|long| longs.contains(&long)) || short)
    };
    command.get_arguments().find(is_named)
}
