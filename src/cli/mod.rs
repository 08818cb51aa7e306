//! The command line. The clock, the environment and the terminal are read here, once, and here alone
//! errors are printed and the exit status is chosen.

mod args;
mod options;
mod sanitize;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
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
use crate::commands::resolve::Mode;
use crate::commands::{self, Context, Format, Invocation, Manifests, Outcome, Verdict};
use crate::domain::words::{escaped, shown};
use crate::error::Error;
use crate::files;
use crate::marketplace::{Limits, Live, Marketplace, Observer, Proxy, Settings, Snapshot};
use crate::progress;
use crate::render::problems;

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
            let _ = error.print();
            return ExitCode::SUCCESS;
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
    match manifests(&cli, source).and_then(|manifests| perform(&cli, manifests, invocation.clone())) {
        Ok(outcome) => finish(&outcome, cli.global.quiet),
        Err(error) => {
            tell(&problems::error(&error, &invocation));
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
            let found = files::find(&directory, &names)?;
            if found.is_empty() {
                return Err(Error::NoManifests { directory, names });
            }
            found
        }
    };
    let mut known = BTreeSet::new();
    manifests.retain(|manifest| known.insert(files::whole(manifest)));
    if manifests.len() > 1 && !cli.command.takes_several() {
        return Err(Error::OneManifest { count: manifests.len() });
    }
    let mut locks: BTreeMap<PathBuf, &PathBuf> = BTreeMap::new();
    for manifest in &manifests {
        let lock = commands::lock_path(manifest)?;
        if let Some(other) = locks.insert(files::whole(&lock), manifest) {
            return Err(Error::SharedLock { lock, manifests: [other.clone(), manifest.clone()] });
        }
    }
    Ok(manifests)
}

fn perform(cli: &Cli, manifests: Vec<PathBuf>, invocation: Invocation) -> Result<Outcome, Error> {
    let (format, reports) = cli.command.reports(&cli.global, &manifests)?;
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
        Command::Check { names, exit_zero, .. } => commands::check::run(context, names, &reports, *exit_zero),
        Command::List => commands::list::run(context),
        Command::Log { names } => commands::log::run(context, names),
        Command::Diff { from, to, exit_code } => commands::diff::run(context, from, to.as_deref(), *exit_code),
        Command::Get { name, zone, arch } => commands::get::run(context, name, zone.as_ref(), arch.as_ref()),
        Command::Export { shape, output } => commands::export::run(context, *shape, output.as_deref()),
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
    let marketplace = marketplace(global, Limits { request: Duration::from_secs(15), deadline, run })?;
    // Ages are judged at the time of the answers: the same manifest and the same snapshot give the same lock.
    let now = global.now.or(marketplace.taken()).unwrap_or_else(Timestamp::now);
    Ok(Context {
        manifests,
        invocation,
        marketplace,
        deadline,
        now,
        min_age: global.min_age,
        format,
        quiet: global.quiet,
        notify: Box::new(|line| tell(&format!("{}\n", escaped(line)))),
    })
}

fn marketplace(global: &Global, limits: Limits) -> Result<Marketplace, Error> {
    if let Some(path) = &global.catalog {
        let Some(text) = files::read(path)? else {
            return Err(files::absent(path));
        };
        return match Snapshot::parse(&text) {
            Ok(snapshot) => Ok(Marketplace::Snapshot(snapshot)),
            Err(source) => Err(Error::Snapshot { path: path.clone(), source }),
        };
    }
    if global.offline {
        return Ok(Marketplace::Offline);
    }
    Ok(Marketplace::Live(Box::new(Live::new(Settings {
        api_url: match &global.api_url {
            Some(url) => url.to_string(),
            None => {
                variable("SCW_API_URL").and_then(|url| url.into_string().ok()).unwrap_or_else(|| API_URL.to_owned())
            }
        },
        limits,
        extra_roots: variable("SSL_CERT_FILE").map(PathBuf::from),
        proxy: Proxy::of(|name| variable(name)?.into_string().ok()),
        observer: observer(global),
    }))))
}

/// Who hears of requests: each is printed, or a line on the terminal tells how far they are, or nobody.
fn observer(global: &Global) -> Option<Observer> {
    if global.verbose {
        return Some(progress::log(|line| tell(&format!("{}\n", escaped(line)))));
    }
    let moves_cursor = variable("TERM").is_some_and(|term| term != "dumb");
    (!global.quiet && moves_cursor && io::stderr().is_terminal()).then(|| progress::line(io::stderr()))
}

/// A variable of the environment. An empty one is as good as none.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Prints what a command came to. The exit status comes from the same value.
fn finish(outcome: &Outcome, quiet: bool) -> ExitCode {
    for line in [&outcome.warning, &outcome.remark].into_iter().filter(|line| !line.is_empty()) {
        if !quiet || *line == outcome.warning {
            tell(&format!("{}\n", sanitize::bounded(line)));
        }
    }
    match print(&*outcome.output) {
        // A reader that has seen enough, like `head`, is no error.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            tell(&format!("error: could not write to standard output: {error}; all else was done\n"));
            ExitCode::FAILURE
        }
        _ => match outcome.verdict {
            Verdict::Well => ExitCode::SUCCESS,
            Verdict::Differs => ExitCode::from(2),
        },
    }
}

/// Writes to standard output, without colour where none is wanted.
fn print(output: &dyn Display) -> io::Result<()> {
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
