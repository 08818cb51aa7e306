//! The context of a run, from the command line and the environment: its manifests, its Marketplace, its time.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::args::{Cli, Command, Global};
use super::output::print_stderr;
use super::{environment, progress};
use crate::deadline;
use crate::domain::diagnostics::{Invocation, Manifests, Problem, and_more, escaped, or, quoted, shown};
use crate::marketplace::{Backend, Live, Observer, Settings, Snapshot, Timeouts};
use crate::render::{Format, errors};
use crate::workspace::files::find::{Found, find};
use crate::workspace::files::{self, RealPath};
use crate::workspace::{Context, unusable_snapshot};

/// The live API.
const API_URL: &str = "https://api.scaleway.com";

/// How imagelock was called. A suggested command needs the age and the Marketplace with which a finding was made.
pub(super) fn invocation(global: &Global, source: &Manifests) -> Invocation {
    let min_age = global.min_age.map(|age| ("--min-age", age.to_string()));
    let catalog = global.catalog.as_ref().map(|path| ("--catalog", shown(path)));
    let api_url = global.api_url.as_ref().map(|url| ("--api-url", url.to_string()));
    Invocation::new(source, min_age.into_iter().chain(catalog).chain(api_url))
}

/// Where the manifests come from.
pub(super) fn source(cli: &Cli) -> Manifests {
    let names = cli.global.manifests.clone();
    match (&cli.command, &cli.global.recursive) {
        // Git names the lockfile that it merges.
        (Command::MergeDriver { path: Some(lock), .. }, _) => Manifests::Named(vec![lock.with_extension("toml")]),
        (_, Some(directory)) => Manifests::Below(directory.clone(), names),
        (_, None) => Manifests::Named(names),
    }
}

/// The manifests of the run, each once.
pub(super) fn manifests(cli: &Cli, source: Manifests) -> Result<Vec<PathBuf>, Problem> {
    let mut manifests = match source {
        Manifests::Named(manifests) => manifests,
        Manifests::Below(directory, names) => {
            let Found { manifests, skipped } = find(&directory, &names)?;
            if !skipped.is_empty() && !cli.global.quiet {
                let skipped = and_more(skipped.iter().map(|folder| quoted(shown(folder))), 6);
                print_stderr(&format!("note: skipped hidden or git-ignored folders that hold a manifest: {skipped}\n"));
            }
            if manifests.is_empty() {
                let names = or(names.iter().map(|name| quoted(shown(name))));
                let problem = Problem::new(format!("there is no {names} below `{}`", shown(&directory)));
                let help = "hidden and git-ignored folders are skipped; `--manifest NAME` searches for another name";
                return Err(problem.help(help));
            }
            manifests
        }
    };
    let mut known = BTreeSet::new();
    manifests.retain(|manifest| known.insert(RealPath::of(manifest).path));
    if manifests.len() > 1 && !cli.command.takes_several() {
        let problem = Problem::new(format!("this command works on one manifest, not on {}", manifests.len()));
        return Err(problem.help("name one: `--manifest PATH`; `check` and `resolve` take several"));
    }
    Ok(manifests)
}

/// What the commands may use: the flags, the clock and the Marketplace.
pub(super) fn context(
    global: &Global,
    format: Format,
    manifests: Vec<PathBuf>,
    invocation: Invocation,
) -> Result<Context, Problem> {
    let run = Duration::from_secs(global.timeout.into());
    let deadline = Instant::now() + run;
    let (seconds, called) = (global.timeout, invocation.clone());
    deadline::set(deadline, move || {
        let problem = Problem::new(format!("cannot finish within {seconds} s"));
        let problem = problem.help("allow more time with `--timeout SECONDS`");
        print_stderr(&errors::failures(&problem.into(), &called));
    });
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
        notify: Box::new(|line| print_stderr(&format!("{}\n", escaped(line)))),
        noted_owner: Cell::new(false),
    })
}

fn backend(global: &Global, timeouts: Timeouts) -> Result<Backend, Problem> {
    if let Some(path) = &global.catalog {
        let text = files::read(path)?.ok_or_else(|| files::absent(path))?;
        return Snapshot::parse(&text).map(Backend::Snapshot).map_err(|error| unusable_snapshot(path, &error));
    }
    if global.offline {
        return Ok(Backend::Offline);
    }
    let (api_url, observer) = (global.api_url.as_ref().map(ToString::to_string), observer(global));
    Ok(Backend::Live(Box::new(Live::new(move || {
        let api_url = match api_url {
            Some(api_url) => api_url,
            None => environment::variable("SCW_API_URL")?.unwrap_or_else(|| API_URL.to_owned()),
        };
        let (authorities, proxy) = (environment::authorities()?, environment::proxy()?);
        Ok(Settings { api_url, timeouts, authorities, proxy, observer })
    }))))
}

/// The observer of requests: it prints each, or one line of progress on a terminal. There may be none.
fn observer(global: &Global) -> Option<Observer> {
    if global.verbose {
        return Some(progress::log(|line| print_stderr(&format!("{}\n", escaped(line)))));
    }
    let moves_cursor = environment::variable("TERM").is_ok_and(|term| term.is_some_and(|term| term != "dumb"));
    (!global.quiet && moves_cursor && io::stderr().is_terminal()).then(|| progress::line(io::stderr()))
}
