//! The files, the environment variables and the exit statuses of each command.

use clap::Command;

/// A file or an environment variable, and the commands that use it.
pub(super) struct Entry {
    pub(super) name: &'static str,
    pub(super) meaning: &'static str,
    commands: Commands,
}

enum Commands {
    All,
    Named(&'static [&'static str]),
    With(&'static str),
}

pub(super) const FILES: &[Entry] = &[
    Entry {
        name: "images.toml",
        meaning: "The manifest, which declares the images. `--manifest` selects another file.",
        commands: Commands::With("manifest"),
    },
    Entry {
        name: "images.lock",
        meaning: "The lockfile, which contains the pins. It is next to the manifest and has the extension `.lock`.",
        commands: Commands::Named(&[
            "adopt",
            "resolve",
            "upgrade",
            "check",
            "list",
            "log",
            "diff",
            "explain",
            "get",
            "export",
            "merge-driver",
        ]),
    },
    Entry {
        name: "images.schema.json",
        meaning: "The JSON Schema of the manifest, for editors.",
        commands: Commands::Named(&["init", "add"]),
    },
];

pub(super) const ENVIRONMENT: &[Entry] = &[
    Entry {
        name: "SCW_API_URL",
        meaning: "The address of the Scaleway API. `--api-url` overrides it.",
        commands: Commands::With("api-url"),
    },
    Entry {
        name: "SSL_CERT_FILE",
        meaning: "A PEM file with certificate authorities to trust, in addition to those of the system.",
        commands: Commands::With("api-url"),
    },
    Entry { name: "HTTPS_PROXY", meaning: "The proxy for HTTPS.", commands: Commands::With("api-url") },
    Entry { name: "ALL_PROXY", meaning: "The proxy if `HTTPS_PROXY` is not set.", commands: Commands::With("api-url") },
    Entry {
        name: "NO_PROXY",
        meaning: "Hosts to connect to without a proxy, separated by commas.",
        commands: Commands::With("api-url"),
    },
    Entry { name: "NO_COLOR", meaning: "If set, `--color auto` does not use color.", commands: Commands::All },
    Entry {
        name: "CLICOLOR_FORCE",
        meaning: "If set, `--color auto` uses color even if the output is not a terminal.",
        commands: Commands::All,
    },
];

/// Whether a command uses a file or a variable. The page of imagelock lists all of them.
pub(super) fn affects(entry: &Entry, command: &Command) -> bool {
    command.has_subcommands()
        || match entry.commands {
            Commands::All => true,
            Commands::Named(names) => names.contains(&command.get_name()),
            Commands::With(option) => has_option(command, option),
        }
}

pub(super) fn has_option(command: &Command, name: &str) -> bool {
    command.get_arguments().any(|option| option.get_long() == Some(name))
}

/// The exit statuses of a command, or of imagelock as a whole.
pub(crate) fn exit_statuses(command: &Command) -> Vec<(u8, &'static str)> {
    let (success, error) =
        ((0, "Success"), (1, "Error: invalid arguments, an invalid or unreadable file, or a failed request"));
    match command.get_name() {
        _ if command.has_subcommands() => vec![
            success,
            (1, "Error: invalid arguments, an invalid or unreadable file, a failed request, or a merge conflict"),
            (2, "Drift; or a difference that `--locked` or `--exit-code` reports"),
        ],
        "check" => vec![(0, "No drift"), error, (2, "Drift")],
        "diff" => vec![success, error, (2, "Pins differ, with `--exit-code`")],
        "merge-driver" => vec![
            (0, "The lockfiles are merged"),
            (1, "Conflict: OURS contains conflict markers. Or error: OURS is unchanged"),
        ],
        _ if has_option(command, "locked") => {
            vec![success, error, (2, "The lockfile does not match the manifest, with `--locked`")]
        }
        _ => vec![success, error],
    }
}
