//! Completions of a command line for a shell. Image names, labels and Instance types come from the manifest.
//!
//! The script of `imagelock completions` runs imagelock with [`VARIABLE`] set for each completion. Nothing is printed but
//! candidates: a message would end up in the line that a user is typing.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Arg;
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate, complete};

use super::help::program;
use crate::commands::completions::VARIABLE;
use crate::domain::diagnostics::{DEFAULT_MANIFEST, is_unprintable};
use crate::domain::manifest::{ImageSelector, Manifest};
use crate::domain::types::{ImageType, Status};
use crate::workspace::files;

/// The zones of Scaleway.
const ZONES: [&str; 10] = [
    "fr-par-1", "fr-par-2", "fr-par-3", "it-mil-1", "nl-ams-1", "nl-ams-2", "nl-ams-3", "pl-waw-1", "pl-waw-2",
    "pl-waw-3",
];

const ARCHITECTURES: [&str; 2] = ["x86_64", "arm64"];

/// Larger manifests are not read, so that a completion is quick.
const MOST: u64 = 1_000_000;

/// What a value is.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Name,
    NameOrLabel,
    Label,
    Zone,
    Arch,
    ImageType,
    InstanceType,
    Status,
}

/// The candidates for the shell that asks for them, ready to print; `None` in a normal run.
pub(super) fn candidates(args: impl Iterator<Item = OsString>) -> Option<String> {
    let shell = std::env::var(VARIABLE).ok()?;
    if !["bash", "zsh", "fish", "elvish", "powershell"].contains(&&*shell) {
        return None;
    }
    // The words follow `--`, and begin with the name of the program.
    let mut words: Vec<OsString> = args.skip_while(|arg| arg != "--").skip(1).collect();
    let index = variable("_CLAP_COMPLETE_INDEX").and_then(|index| index.parse().ok());
    let mut index = index.unwrap_or(words.len().saturating_sub(1));
    if words.len() <= index {
        words.resize(index + 1, OsString::new());
    }
    without_equal_signs(&mut words, &mut index);
    if shell == "bash" || shell == "zsh" {
        words = words.into_iter().map(unquoted).collect();
    }
    let manifest = manifest_of(&words[..index]);
    let mut program = program().mut_subcommands(|command| {
        let name = command.get_name().to_owned();
        command.mut_args(|arg| with_values(&name, arg, &manifest))
    });
    let here = std::env::current_dir().ok();
    let mut candidates = complete(&mut program, words, index, here.as_deref()).unwrap_or_default();
    candidates.retain(|candidate| !candidate.is_hide_set() && is_printable(candidate.get_value()));
    Some(written(&candidates, &shell))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Names of images and files can contain any characters, including control sequences for the terminal.
fn is_printable(value: &OsStr) -> bool {
    value.to_str().is_some_and(|value| !value.chars().any(is_unprintable))
}

/// bash splits `--zone=fr` at `=` and completes only `fr`.
fn without_equal_signs(words: &mut Vec<OsString>, index: &mut usize) {
    while let Some(at) =
        words[..*index].windows(2).position(|two| two[0].as_encoded_bytes().starts_with(b"--") && two[1] == "=")
    {
        words.remove(at + 1);
        *index -= 1;
    }
}

/// The word without the quotes and backslashes of a shell. bash and zsh pass words as they are written.
fn unquoted(word: OsString) -> OsString {
    let Some(written) = word.to_str() else { return word };
    let (mut text, mut quote, mut chars) = (String::new(), None, written.chars());
    while let Some(char) = chars.next() {
        match char {
            '\\' if quote != Some('\'') => text.extend(chars.next()),
            '\'' | '"' if quote.is_none() => quote = Some(char),
            _ if quote == Some(char) => quote = None,
            _ => text.push(char),
        }
    }
    text.into()
}

/// A candidate as a word of a command line. bash and PowerShell insert candidates as they are, so that they would run a
/// command in the name of a file, such as `$(command)`. The other shells quote candidates themselves.
fn quoted<'v>(value: &'v str, shell: &str) -> Cow<'v, str> {
    let is_plain = |char: char| char.is_alphanumeric() || "/._-+=@:,%".contains(char);
    if value.chars().all(is_plain) {
        return value.into();
    }
    match shell {
        "bash" => value
            .chars()
            .fold(
                String::new(),
                |text, char| {
                    if is_plain(char) { format!("{text}{char}") } else { format!("{text}\\{char}") }
                },
            )
            .into(),
        // PowerShell also accepts typographic quotes.
        "powershell" => {
            let double = |text: String, char: char| match char {
                '\'' | '‘' | '’' | '‚' | '‛' => format!("{text}{char}{char}"),
                _ => format!("{text}{char}"),
            };
            format!("'{}'", value.chars().fold(String::new(), double)).into()
        }
        _ => value.into(),
    }
}

/// The manifest that the words before the current one select.
fn manifest_of(words: &[OsString]) -> PathBuf {
    let after_option = words.windows(2).rev().find(|two| two[0] == "-m" || two[0] == "--manifest").map(|two| &*two[1]);
    let joined = words.iter().rev().find_map(|word| word.to_str()?.strip_prefix("--manifest=").map(OsStr::new));
    let path = PathBuf::from(after_option.or(joined).unwrap_or(OsStr::new(DEFAULT_MANIFEST)));
    if path.is_dir() { path.join(DEFAULT_MANIFEST) } else { path }
}

/// Adds the candidates of an option or argument by the name of its value.
fn with_values(command: &str, arg: Arg, manifest: &Path) -> Arg {
    let value_name = arg.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str());
    let kind = match (arg.get_id().as_str(), value_name) {
        ("names" | "upgrade", _) => Kind::Name,
        // The argument of `add` is a new name.
        ("name", _) if command != "add" => Kind::Name,
        (_, "NAME|LABEL|ID") => Kind::NameOrLabel,
        ("label" | "pattern", _) => Kind::Label,
        ("zone" | "zones", _) => Kind::Zone,
        ("arch" | "archs", _) => Kind::Arch,
        ("image_type", _) => Kind::ImageType,
        ("instance_type", _) => Kind::InstanceType,
        (_, "STATUS") => Kind::Status,
        _ => return arg,
    };
    let manifest = manifest.to_owned();
    arg.add(ArgValueCandidates::new(move || {
        values(kind, &manifest).into_iter().map(CompletionCandidate::new).collect()
    }))
}

/// The values of a kind. A manifest that cannot be read declares none.
fn values(kind: Kind, manifest: &Path) -> BTreeSet<String> {
    let fixed: Vec<&str> = match kind {
        Kind::Zone => ZONES.to_vec(),
        Kind::Arch => ARCHITECTURES.to_vec(),
        Kind::ImageType => ImageType::ALL.map(ImageType::as_str).to_vec(),
        Kind::Status => Status::ALL.map(Status::as_str).to_vec(),
        _ => Vec::new(),
    };
    let mut values: BTreeSet<String> = fixed.into_iter().map(str::to_owned).collect();
    let Some(manifest) = read(manifest) else { return values };
    for target in manifest.targets() {
        let label = match &target.selector {
            ImageSelector::Label(label) => Some(label.to_string()),
            _ => None,
        };
        match kind {
            Kind::Name => values.extend([target.cell.name.to_string()]),
            Kind::NameOrLabel => values.extend([target.cell.name.to_string()].into_iter().chain(label)),
            Kind::Label => values.extend(label),
            Kind::Zone => values.extend([target.cell.zone.to_string()]),
            Kind::Arch => values.extend([target.cell.arch.to_string()]),
            Kind::InstanceType => values.extend(target.instance_type.as_ref().map(ToString::to_string)),
            Kind::ImageType | Kind::Status => {}
        }
    }
    values
}

fn read(manifest: &Path) -> Option<Manifest> {
    let is_small = std::fs::metadata(manifest).is_ok_and(|file| file.len() <= MOST);
    let text = files::read(manifest).ok().flatten().filter(|_| is_small)?;
    Manifest::parse(&text).ok()
}

/// The candidates in the form that the script of the shell reads.
fn written(candidates: &[CompletionCandidate], shell: &str) -> String {
    let separator = variable("_CLAP_IFS").unwrap_or_else(|| "\n".to_owned());
    let mut text = String::new();
    for (at, candidate) in candidates.iter().enumerate() {
        if at > 0 {
            text += &separator;
        }
        let value = candidate.get_value().to_str().unwrap_or_default();
        let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
        let help = help.lines().next().unwrap_or_default();
        let _ = match shell {
            "zsh" => write!(text, "{}", value.replace('\\', "\\\\").replace(':', "\\:")),
            _ => write!(text, "{}", quoted(value, shell)),
        };
        let _ = match shell {
            _ if help.is_empty() => Ok(()),
            "zsh" => write!(text, ":{}", help.replace('\\', "\\\\")),
            "fish" | "powershell" => write!(text, "\t{help}"),
            _ => Ok(()),
        };
    }
    text
}
