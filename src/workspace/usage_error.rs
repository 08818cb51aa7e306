//! Why a command line cannot be used, where clap cannot know it.

use std::path::PathBuf;

use crate::domain::diagnostics::{Help, or, quoted, shell, shown};

/// Why a command line cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UsageError {
    /// There is no manifest below a directory.
    #[error("there is no {} below `{}`", or(names.iter().map(|name| quoted(shown(name)))), shown(directory))]
    NoManifests {
        /// Where it was looked for.
        directory: PathBuf,
        /// The names that a manifest may have.
        names: Vec<PathBuf>,
    },
    /// A command works on one manifest, and several were named.
    #[error("this command works on one manifest, not on {count}")]
    OneManifest {
        /// How many were named.
        count: usize,
    },
    /// The path given for the manifest is that of a directory.
    #[error("`{}` is a directory, not a manifest", shown(path))]
    ManifestIsDirectory {
        /// The path given.
        path: PathBuf,
    },
    /// The path given for the manifest is that of a lockfile.
    #[error("`{}` is a lockfile, not a manifest", shown(path))]
    ManifestIsLock {
        /// The path given.
        path: PathBuf,
    },
    /// The format of a report is not clear.
    #[error("which format should `{path}` have? {}", chosen.map_or("neither its name nor `--format` tells".to_owned(),
        |chosen| format!("`--format` says {chosen}, and its name another")))]
    ReportFormat {
        /// The file it should go to.
        path: String,
        /// The format that `--format` names.
        chosen: Option<&'static str>,
        /// How to say it.
        options: String,
    },
    /// A command has no such format.
    #[error("this command does not print in the format `{format}`")]
    Format {
        /// The format that was asked for.
        format: &'static str,
        /// Those that it has, in words.
        formats: String,
    },
}

impl UsageError {
    /// The option to write.
    pub(crate) fn help(&self) -> Help {
        match self {
            Self::NoManifests { .. } => {
                "hidden and git-ignored folders are skipped; `--manifest NAME` searches for another name".into()
            }
            Self::OneManifest { .. } => "name one: `--manifest PATH`; `check` and `resolve` take several".into(),
            Self::ManifestIsDirectory { path } => {
                format!("name the file: `--manifest {}`", shell(&path.join("images.toml"))).into()
            }
            Self::ManifestIsLock { path } => {
                let manifest = shell(&path.with_extension("toml"));
                format!("name the manifest, `--manifest {manifest}`; the lockfile lies beside it").into()
            }
            Self::ReportFormat { options, .. } => format!("write {options}").into(),
            Self::Format { formats, .. } => format!("its formats are {formats}").into(),
        }
    }
}
