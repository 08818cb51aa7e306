//! `[[outputs]]`: the files that `resolve` writes next to the lockfile, and their formats.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use toml::de::DeValue;

use crate::domain::diagnostics::{Problem, Span, is_invisible, shown, visible};
use crate::domain::manifest::toml_reader::{Spanned, TableReader};
use crate::domain::manifest::value_errors::wrong_type;
use crate::domain::types::Expected;

/// A format of an output or of `imagelock export`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// JSON variables, for Terraform, OpenTofu and Packer.
    Tfvars,
    /// A `locals` block, for Terraform, OpenTofu and Packer.
    Hcl,
    /// YAML variables, for Ansible.
    Ansible,
    /// Lines of `NAME=value`, for shells and programs that read dotenv files.
    Env,
    /// JSON with all values of each pin.
    Json,
    /// YAML with all values of each pin.
    Yaml,
}

impl Format {
    /// All formats, in the order of the documentation.
    pub const ALL: [Self; 6] = [Self::Tfvars, Self::Hcl, Self::Ansible, Self::Env, Self::Json, Self::Yaml];

    /// The name of the format in the manifest and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tfvars => "tfvars",
            Self::Hcl => "hcl",
            Self::Ansible => "ansible",
            Self::Env => "env",
            Self::Json => "json",
            Self::Yaml => "yaml",
        }
    }
}

impl FromStr for Format {
    type Err = Expected;

    fn from_str(text: &str) -> Result<Self, Expected> {
        let found = Self::ALL.into_iter().find(|format| format.as_str() == text);
        found.ok_or(Expected("`tfvars`, `hcl`, `ansible`, `env`, `json` or `yaml`"))
    }
}

/// A file that is written whenever the lockfile is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The format of the file.
    pub format: Format,
    /// The path, relative to the manifest's directory.
    pub path: PathBuf,
    /// Whether the file may be outside the manifest's directory, or inside `.git`.
    pub outside: bool,
    /// Whether the file may replace one that imagelock did not write.
    pub overwrite: bool,
    /// The span of the path in the manifest.
    pub span: Span,
}

const BRACKETS: &str = "write `[[outputs]]`, in double brackets, above the keys of each output";

/// Reads `[[outputs]]`.
pub(crate) fn outputs(top: &TableReader<'_>, problems: &mut Vec<Problem>) -> Vec<Output> {
    let Some((_, value)) = top.get("outputs") else { return Vec::new() };
    let DeValue::Array(items) = value.get_ref() else {
        problems.push(wrong_type("outputs", value, "a list of tables").help(BRACKETS));
        return Vec::new();
    };
    let mut outputs: Vec<Output> = Vec::new();
    let mut paths: BTreeSet<PathBuf> = BTreeSet::new();
    for item in items {
        let DeValue::Table(table) = item.get_ref() else {
            problems.push(wrong_type("outputs", item, "a list of tables").help(BRACKETS));
            continue;
        };
        let table = TableReader::new(table, "`[[outputs]]`", item.span());
        let Some(output) = output(&table, problems) else { continue };
        if !paths.insert(plain(&output.path).collect()) {
            let title = format!("two outputs have the path `{}`", visible(&shown(&output.path)));
            let problem = Problem::new(title).at(output.span.clone(), "same path as an earlier output");
            problems.push(problem.help("change this `path`, or remove this output"));
        }
        outputs.push(output);
    }
    outputs
}

/// Whether a path is inside a `.git` directory, or is a `.git` file. Git may run files that are written there, so outputs are not
/// allowed there. macOS and Windows treat more names as `.git` than Linux does, and all of them count on every system.
pub fn is_of_git(path: &Path) -> bool {
    path.components().any(|part| {
        // A name that is not UTF-8 cannot be `.git`.
        let name = part.as_os_str().to_str().unwrap_or_default().to_lowercase();
        // macOS ignores invisible characters in names, and Windows ignores spaces and dots at the end.
        let visible: String = name.chars().filter(|char| !is_invisible(*char)).collect();
        let name = visible.split(':').next().unwrap_or_default().trim_end_matches([' ', '.']);
        name == ".git" || name == "git~1"
    })
}

/// The components of a path without `.`, so that `./a` equals `a`.
fn plain(path: &Path) -> impl Iterator<Item = Component<'_>> {
    path.components().filter(|part| *part != Component::CurDir)
}

fn output(table: &TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Output> {
    let unknown = table.deny_unknown_keys(&["format", "path", "outside", "overwrite"], problems);
    table.require(&["format", "path"], &unknown, problems);
    let format = table.parsed("format", problems);
    let outside = flag(table, "outside", problems);
    let overwrite = flag(table, "overwrite", problems);
    let path = table.string("path", problems).and_then(|path| checked(&path, outside, problems));
    let (format, path) = (format?, path?);
    Some(Output { format: format.value, path: path.value, outside, overwrite, span: path.span })
}

/// Checks that a path names a file inside the manifest's directory, so that a manifest from elsewhere cannot overwrite other
/// files without `outside = true`.
fn checked(path: &Spanned<&str>, outside: bool, problems: &mut Vec<Problem>) -> Option<Spanned<PathBuf>> {
    let (value, span) = (Path::new(path.value), path.span.clone());
    let inside = value.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let problem = if value.file_name().is_none() {
        let title = match path.value {
            "" => "the `path` of an output is empty".to_owned(),
            path => format!("the output path `{}` is not the path of a file", visible(path)),
        };
        Problem::new(title).at(span, "expected a file").help("write, for example, `path = \"images.auto.tfvars.json\"`")
    } else if !inside && !outside {
        Problem::new(format!("the output `{}` is outside the manifest's directory", visible(path.value)))
            .at(span, "outside the directory")
            .help("change the path, or add `outside = true` to this output to allow it")
    } else {
        return Some(Spanned { value: value.to_owned(), span });
    };
    problems.push(problem);
    None
}

fn flag(table: &TableReader<'_>, key: &str, problems: &mut Vec<Problem>) -> bool {
    let Some((_, value)) = table.get(key) else { return false };
    let flag = value.get_ref().as_bool();
    if flag.is_none() {
        problems
            .push(wrong_type(key, value, "`true` or `false`").help(format!("write `{key} = true`, without quotes")));
    }
    flag.unwrap_or_default()
}
