//! `[[outputs]]`: the files that are kept in step with the lock, and the formats that there are.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use toml::de::DeValue;

use crate::domain::diagnostics::{Problem, Span, is_invisible, shown, visible};
use crate::domain::manifest::toml_reader::{Spanned, TableReader, wrong_type};
use crate::domain::types::Expected;

/// What another tool reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// JSON variables, for Terraform, OpenTofu and Packer.
    Tfvars,
    /// A `locals` block, for Terraform, OpenTofu and Packer.
    Hcl,
    /// YAML variables, for Ansible.
    Ansible,
    /// Lines of `NAME=value`, for shells and everything that reads dotenv files.
    Env,
    /// JSON with everything.
    Json,
    /// YAML with everything.
    Yaml,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 6] = [Self::Tfvars, Self::Hcl, Self::Ansible, Self::Env, Self::Json, Self::Yaml];

    /// The word for it.
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

/// A file that every `resolve` that writes the lock also writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its format.
    pub format: Format,
    /// Where it is, from the manifest's directory.
    pub path: PathBuf,
    /// Whether it may be outside the manifest's directory, or in a directory of git.
    pub outside: bool,
    /// Whether it may replace a file that imagelock did not write.
    pub overwrite: bool,
    /// Where the manifest names the path.
    pub span: Span,
}

/// Reads `[[outputs]]`.
pub(crate) fn outputs(top: &TableReader<'_>, problems: &mut Vec<Problem>) -> Vec<Output> {
    let Some((_, value)) = top.get("outputs") else { return Vec::new() };
    let DeValue::Array(items) = value.get_ref() else {
        problems.push(wrong_type("outputs", value, "tables: `[[outputs]]`"));
        return Vec::new();
    };
    let mut outputs: Vec<Output> = Vec::new();
    let mut paths: BTreeSet<PathBuf> = BTreeSet::new();
    for item in items {
        let DeValue::Table(table) = item.get_ref() else {
            problems.push(wrong_type("outputs", item, "a table: `[[outputs]]`"));
            continue;
        };
        let table = TableReader::new(table, "[[outputs]]", item.span());
        let Some(output) = output(&table, problems) else { continue };
        if !paths.insert(plain(&output.path).collect()) {
            let title = format!("two outputs have the path `{}`", visible(&shown(&output.path)));
            problems.push(Problem::new(title).at(output.span.clone(), "again").help("remove one of the two"));
        }
        outputs.push(output);
    }
    outputs
}

/// Whether a file is in a directory of git, or is the file that names one: what is written there may be run. Other systems
/// read more names as `.git` than Linux.
pub fn is_of_git(path: &Path) -> bool {
    path.components().any(|part| {
        // A name that is not UTF-8 is not one of these.
        let name = part.as_os_str().to_str().unwrap_or_default().to_lowercase();
        // The file systems of macOS skip invisible characters, and those of Windows the end.
        let seen: String = name.chars().filter(|char| !is_invisible(*char)).collect();
        let name = seen.split(':').next().unwrap_or_default().trim_end_matches([' ', '.']);
        name == ".git" || name == "git~1"
    })
}

/// The parts of a path; `./a` is `a`.
fn plain(path: &Path) -> impl Iterator<Item = Component<'_>> {
    path.components().filter(|part| *part != Component::CurDir)
}

fn output(table: &TableReader<'_>, problems: &mut Vec<Problem>) -> Option<Output> {
    table.deny_unknown_keys(&["format", "path", "outside", "overwrite"], problems);
    let example = "format = \"tfvars\"` and `path = \"images.auto.tfvars.json\"";
    table.require("an output", &["format", "path"], example, problems);
    let format = table.parsed("format", problems);
    let outside = flag(table, "outside", problems);
    let overwrite = flag(table, "overwrite", problems);
    let path = table.string("path", problems).and_then(|path| checked(&path, outside, problems));
    let (format, path) = (format?, path?);
    Some(Output { format: format.value, path: path.value, outside, overwrite, span: path.span })
}

/// A manifest that somebody else wrote must not write wherever it likes.
fn checked(path: &Spanned<&str>, outside: bool, problems: &mut Vec<Problem>) -> Option<Spanned<PathBuf>> {
    let (value, span) = (Path::new(path.value), path.span.clone());
    let inside = value.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let problem = if value.file_name().is_none() {
        Problem::new(format!("`{}` is no path of a file", visible(path.value)))
            .at(span, "expected a file, like `images.auto.tfvars.json`")
    } else if !inside && !outside {
        Problem::new(format!("the output `{}` is outside the manifest's directory", visible(path.value)))
            .at(span, "leads out")
            .help("if that is meant, add `outside = true` to it")
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
        problems.push(wrong_type(key, value, "`true` or `false`"));
    }
    flag.unwrap_or_default()
}
