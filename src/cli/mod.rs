//! The command line. The clock, the environment and the terminal are read here, once, and only here
//! errors are printed and the exit status is chosen.

mod args;
mod environment;
mod options;
mod progress;
mod sanitize;
#[cfg(unix)]
mod stdout;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anstream::{AutoStream, ColorChoice};
use clap::{CommandFactory, Parser};
use jiff::Timestamp;
use memchr::memchr;

use self::args::{Cli, Colour, Command, Global};
use crate::commands::{self, ExitStatus, Mode, Output};
use crate::deadline;
use crate::domain::catalog::QueryError;
use crate::domain::diagnostics::invocation::{Invocation, Manifests};
use crate::domain::diagnostics::sanitize::{escaped, shown};
use crate::domain::diagnostics::sentence::{and_more, quoted};
use crate::marketplace::{Backend, Live, Observer, Settings, Snapshot, Timeouts};
use crate::render::Format;
use crate::render::errors;
use crate::workspace::context::Context;
use crate::workspace::error::Error;
use crate::workspace::files;
use crate::workspace::files::find::{Found, find};
use crate::workspace::files::real_path::RealPath;
use crate::workspace::usage_error::UsageError;

/// The live API.
const API_URL: &str = "https://api.scaleway.com";

/// Runs the program.
pub fn run() -> ExitCode {
    std::panic::set_hook(Box::new(|info| tell(&sanitize::panic(info))));
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // clap exits with 2 for bad usage, and 2 means drift here.
            if error.use_stderr() {
                tell(&sanitize::usage(error));
                return ExitCode::FAILURE;
            }
            return if was_written(error.print()) { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
    };
    let choice = match cli.global.color {
        Colour::Auto => ColorChoice::Auto,
        Colour::Always => ColorChoice::Always,
        Colour::Never => ColorChoice::Never,
    };
    choice.write_global();
    let source = source(&cli);
    let invocation = invocation(&cli.global, &source);
    let result = manifests(&cli, source).and_then(|manifests| perform(&cli, manifests, invocation.clone()));
    // A reader may take its time, like a pager.
    deadline::disarm();
    match result {
        Ok(outcome) => {
            let status = finish(&outcome, cli.global.quiet, cli.command.prints_data());
            if outcome.failed.is_empty() {
                return status;
            }
            tell(&errors::failed_manifests(&outcome.failed, &invocation));
            ExitCode::FAILURE
        }
        Err(error) => {
            tell(&errors::failures(&error.into_failures(), &invocation));
            ExitCode::FAILURE
        }
    }
}

/// How imagelock was called. What was found by another age or in another Marketplace is mended by that.
fn invocation(global: &Global, source: &Manifests) -> Invocation {
    let min_age = global.min_age.map(|age| ("--min-age", age.to_string()));
    let catalog = global.catalog.as_ref().map(|path| ("--catalog", shown(path)));
    let api_url = global.api_url.as_ref().map(|url| ("--api-url", url.to_string()));
    Invocation::new(source, min_age.into_iter().chain(catalog).chain(api_url))
}

/// Where the manifests come from.
fn source(cli: &Cli) -> Manifests {
    let names = cli.global.manifests.clone();
    match (&cli.command, &cli.global.recursive) {
        // Git names the lockfile that it merges.
        (Command::MergeDriver { path: Some(lock), .. }, _) => Manifests::Named(vec![lock.with_extension("toml")]),
        (_, Some(directory)) => Manifests::Below(directory.clone(), names),
        (_, None) => Manifests::Named(names),
    }
}

/// The manifests of the run, each once.
fn manifests(cli: &Cli, source: Manifests) -> Result<Vec<PathBuf>, Error> {
    let mut manifests = match source {
        Manifests::Named(manifests) => manifests,
        Manifests::Below(directory, names) => {
            let Found { manifests, skipped } = find(&directory, &names)?;
            if !skipped.is_empty() && !cli.global.quiet {
                let skipped = and_more(skipped.iter().map(|folder| quoted(shown(folder))), 6);
                tell(&format!("note: skipped hidden or git-ignored folders that hold a manifest: {skipped}\n"));
            }
            if manifests.is_empty() {
                return Err(UsageError::NoManifests { directory, names }.into());
            }
            manifests
        }
    };
    let mut known = BTreeSet::new();
    manifests.retain(|manifest| known.insert(RealPath::of(manifest).path));
    if manifests.len() > 1 && !cli.command.takes_several() {
        return Err(UsageError::OneManifest { count: manifests.len() }.into());
    }
    Ok(manifests)
}

fn perform(cli: &Cli, manifests: Vec<PathBuf>, invocation: Invocation) -> Result<Output, Error> {
    let (format, reports) = cli.command.reports(&cli.global)?;
    let context = &context(&cli.global, format, manifests, invocation)?;
    match &cli.command {
        Command::Init => commands::init::run(context),
        Command::Add(args) => commands::edit::add(context, &args.declaration()),
        Command::Remove { names } => commands::edit::remove(context, names),
        Command::Adopt(args) => {
            let mode = if args.dry_run { Mode::DryRun } else { Mode::Write };
            commands::adopt::run(context, &args.ids, &args.from, &args.word(), mode)
        }
        Command::Resolve(args) => {
            let mode = match (args.locked, args.dry_run) {
                (true, _) => Mode::Locked,
                (false, true) => Mode::DryRun,
                (false, false) => Mode::Write,
            };
            commands::resolve::run(context, args.upgrade.as_deref(), args.mend, mode)
        }
        Command::Check { names, changed_since, exit_zero, .. } => {
            commands::check::run(context, names, changed_since.as_deref(), &reports, *exit_zero)
        }
        Command::List { locked } => commands::list::run(context, *locked),
        Command::Log { names } => commands::log::run(context, names),
        Command::Diff { from, to, exit_code } => commands::diff::run(context, from, to.as_deref(), *exit_code),
        Command::Get { name, zone, arch, locked } => {
            commands::get::run(context, name, zone.as_ref(), arch.as_ref(), *locked)
        }
        Command::Export { shape, output, locked } => commands::export::run(context, *shape, output.as_deref(), *locked),
        Command::Explain { what } => commands::explain::run(context, what),
        Command::Search(args) => commands::search::run(context, args.pattern.as_deref(), &args.filter()),
        Command::MergeDriver { base, ours, theirs, .. } => commands::merge_driver::run(context, base, ours, theirs),
        Command::Schema => Ok(commands::schema::run()),
        Command::Completions { shell } => Ok(commands::completions::run(Cli::command(), *shell)),
        Command::Man { directory } => commands::man::run(context, Cli::command(), directory.as_deref()),
        Command::Snapshot { file } => commands::snapshot::run(context, file),
    }
}

fn context(global: &Global, format: Format, manifests: Vec<PathBuf>, invocation: Invocation) -> Result<Context, Error> {
    let run = Duration::from_secs(global.timeout.into());
    let deadline = Instant::now() + run;
    let (seconds, called) = (run.as_secs(), invocation.clone());
    deadline::set(deadline, move || tell(&errors::failures(&Error::TimedOut { seconds }.into_failures(), &called)));
    let backend = backend(global, Timeouts { request: Duration::from_secs(15), deadline, run })?;
    // Ages are judged at the time of the answers: the same manifest and the same snapshot give the same lock.
    let now = global.now.or(backend.taken()).unwrap_or_else(Timestamp::now);
    Ok(Context {
        manifests,
        invocation,
        catalog: global.catalog.clone(),
        backend,
        deadline,
        now,
        min_age: global.min_age,
        format,
        quiet: global.quiet,
        notify: Box::new(|line| tell(&format!("{}\n", escaped(line)))),
        noted_owner: Cell::new(false),
    })
}

fn backend(global: &Global, timeouts: Timeouts) -> Result<Backend, Error> {
    if let Some(path) = &global.catalog {
        let Some(text) = files::read(path)? else {
            return Err(files::absent(path).into());
        };
        return match Snapshot::parse(&text) {
            Ok(snapshot) => Ok(Backend::Snapshot(snapshot)),
            Err(source) => Err(Error::Snapshot { path: path.clone(), source }),
        };
    }
    if global.offline {
        return Ok(Backend::Offline);
    }
    let (api_url, observer) = (global.api_url.as_ref().map(ToString::to_string), observer(global));
    Ok(Backend::Live(Box::new(Live::new(move || settings(api_url.clone(), timeouts, observer.clone())))))
}

/// How to ask the API, by the command line and the environment.
fn settings(api_url: Option<String>, timeouts: Timeouts, observer: Option<Observer>) -> Result<Settings, QueryError> {
    let api_url = match api_url {
        Some(api_url) => api_url,
        None => environment::variable("SCW_API_URL")?.unwrap_or_else(|| API_URL.to_owned()),
    };
    Ok(Settings { api_url, timeouts, authorities: environment::authorities()?, proxy: environment::proxy()?, observer })
}

/// Who hears of requests: each is printed, or a line on the terminal tells how far they are, or nobody.
fn observer(global: &Global) -> Option<Observer> {
    if global.verbose {
        return Some(progress::log(|line| tell(&format!("{}\n", escaped(line)))));
    }
    let moves_cursor = environment::variable("TERM").is_ok_and(|term| term.is_some_and(|term| term != "dumb"));
    (!global.quiet && moves_cursor && io::stderr().is_terminal()).then(|| progress::line(io::stderr()))
}

/// Prints what a command came to. The exit status comes from the same value.
fn finish(outcome: &Output, quiet: bool, is_data: bool) -> ExitCode {
    for line in [&outcome.warning, &outcome.remark].into_iter().filter(|line| !line.is_empty()) {
        if !quiet || *line == outcome.warning {
            tell(&format!("{}\n", sanitize::bounded(line)));
        }
    }
    if !was_written(print(&*outcome.output, is_data)) {
        return ExitCode::FAILURE;
    }
    match outcome.exit_status {
        ExitStatus::Clean => ExitCode::SUCCESS,
        ExitStatus::Drift => ExitCode::from(2),
    }
}

/// Whether standard output took everything, and reports if not. A reader that has seen enough, like `head`, is no error.
fn was_written(printed: io::Result<()>) -> bool {
    match printed {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            tell(&format!("error: could not write to standard output: {error}; all else was done\n"));
            false
        }
        _ => true,
    }
}

/// Refuses a standard output that takes what is written to it and gives it to no reader, if the output is not empty.
#[cfg(unix)]
fn check_stdout(output: &dyn Display, is_data: bool) -> io::Result<()> {
    let why = match stdout::Stdout::now() {
        stdout::Stdout::ReadOnly => "it is only open for reading",
        stdout::Stdout::Null if is_data => "it is closed",
        stdout::Stdout::Null | stdout::Stdout::Open => return Ok(()),
    };
    if output.to_string().is_empty() { Ok(()) } else { Err(io::Error::other(why)) }
}

#[cfg(not(unix))]
fn check_stdout(_output: &dyn Display, _is_data: bool) -> io::Result<()> {
    Ok(())
}

/// Writes to standard output, without colour where none is wanted.
fn print(output: &dyn Display, is_data: bool) -> io::Result<()> {
    check_stdout(output, is_data)?;
    let stdout = io::stdout();
    // In large parts, not by the line.
    if AutoStream::choice(&stdout) == ColorChoice::Never {
        write_to(Plain(BufWriter::with_capacity(1 << 16, stdout.lock())), output)
    } else {
        write_to(BufWriter::with_capacity(1 << 16, AutoStream::auto(stdout)), output)
    }
}

fn write_to(mut stdout: impl Write, output: &dyn Display) -> io::Result<()> {
    write!(stdout, "{output}")?;
    stdout.flush()
}

/// Leaves out the colours. They are imagelock's own and the only escapes in what it prints, each whole in one piece: what
/// comes from elsewhere was made visible.
struct Plain<W>(W);

impl<W: Write> Write for Plain<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while let Some(escape) = memchr(b'\x1b', rest) {
            self.0.write_all(&rest[..escape])?;
            rest = &rest[escape + 1..];
            rest = memchr(b'm', rest).map_or(rest, |end| &rest[end + 1..]);
        }
        self.0.write_all(rest)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Says something on standard error. If even that is closed, there is nobody left to tell.
fn tell(text: &str) {
    let _ = AutoStream::auto(io::stderr()).write_all(sanitize::printable(text).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_nothing_but_colour_is_left_out() {
        let plain = |text: &str| {
            let mut plain = Plain(Vec::new());
            write_to(&mut plain, &text).unwrap();
            String::from_utf8(plain.0).unwrap()
        };
        assert_eq!(plain("\u{1b}[1m\u{1b}[32mweb\u{1b}[0m m\n"), "web m\n");
        assert_eq!(plain("web \u{1b}"), "web ");
        assert_eq!(plain(""), "");
    }
}
