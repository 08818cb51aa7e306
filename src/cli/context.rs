//! The context of a run, from the command line and the environment: the manifests, the Marketplace and the time.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::output::print_stderr;
use super::{environment, progress};
use crate::commands::{MarketplaceOptions, Setup};
use crate::deadline;
use crate::domain::diagnostics::{
    Invocation, Manifests, Problem, and_more, escaped, or, quoted, shell, shell_word, shown,
};
use crate::marketplace::{Backend, Live, Observer, Settings, Snapshot, Timeouts};
use crate::render::{Format, errors};
use crate::workspace::files::find::{Found, find, in_directory};
use crate::workspace::files::{self, RealPath};
use crate::workspace::{Context, unusable_snapshot};

/// The time limit of commands without `--timeout`.
const RUN: Duration = Duration::from_mins(1);

/// The default address of the API.
const API_URL: &str = "https://api.scaleway.com";

/// The options that suggested commands repeat, so that they use the same files, minimum age and Marketplace.
pub(super) fn invocation(setup: &Setup<'_>) -> Invocation {
    let min_age = setup.min_age.map(|age| ("--min-age", age.to_string()));
    let catalog = setup.marketplace.and_then(|it| it.catalog.as_ref()).map(|path| ("--catalog", shell(path)));
    let api_url =
        setup.marketplace.and_then(|it| it.api_url.as_ref()).map(|url| ("--api-url", shell_word(&url.to_string())));
    Invocation::new(&setup.manifests, min_age.into_iter().chain(catalog).chain(api_url))
}

/// The manifests of the run, without duplicates.
fn manifests(setup: &Setup<'_>) -> Result<Vec<PathBuf>, Problem> {
    let mut manifests = match &setup.manifests {
        Manifests::Named(paths) => paths.iter().map(|path| in_directory(path)).collect::<Result<_, _>>()?,
        Manifests::Below(directory, _) if !directory.is_dir() => {
            let problem = Problem::new(format!("`{}` is not a directory", shown(directory)));
            return Err(problem.help("`--recursive` takes a directory; put the names of images before `--recursive`"));
        }
        Manifests::Below(directory, names) => {
            let Found { manifests, skipped } = find(directory, names)?;
            if !skipped.is_empty() && !setup.is_quiet() {
                let skipped = and_more(skipped.iter().map(|directory| quoted(shown(directory))), 6);
                print_stderr(&format!(
                    "note: skipped hidden or git-ignored directories that contain a manifest: {skipped}\n"
                ));
            }
            if manifests.is_empty() {
                let names = or(names.iter().map(|name| quoted(shown(name))));
                let problem = Problem::new(format!("cannot find {names} in `{}` or below", shown(directory)));
                let help = "hidden and git-ignored directories are skipped; to search for another file name, add `--manifest NAME`";
                return Err(problem.help(help));
            }
            manifests
        }
    };
    let mut known = BTreeSet::new();
    manifests.retain(|manifest| known.insert(RealPath::of(manifest).path));
    Ok(manifests)
}

/// The context of a command: its options, the clock and the Marketplace.
pub(super) fn context(
    setup: &Setup<'_>,
    now: Option<Timestamp>,
    program: fn() -> clap::Command,
    invocation: Invocation,
) -> Result<Context, Problem> {
    let marketplace = setup.marketplace;
    let run = marketplace.map(|it| it.limit.timeout).or(setup.timeout).unwrap_or(RUN);
    let deadline = Instant::now() + run;
    let called = invocation.clone();
    deadline::set(deadline, move || {
        let problem = Problem::new(format!("cannot finish within {} s", run.as_secs()));
        let problem = problem.help("allow more time with `--timeout DURATION`, like `--timeout 5m`");
        print_stderr(&errors::failures(&problem.into(), &called));
    });
    let manifests = manifests(setup)?;
    let timeouts = Timeouts { request: Duration::from_secs(15), deadline, run };
    let backend = marketplace.map_or(Ok(Backend::Offline), |options| backend(options, timeouts))?;
    // With a snapshot, ages count from its time, so that the same manifest and snapshot always give the same lockfile.
    let now = now.or(backend.taken()).unwrap_or_else(Timestamp::now);
    Ok(Context {
        program,
        manifests,
        invocation,
        catalog: marketplace.and_then(|it| it.catalog.clone()),
        backend,
        deadline,
        now,
        min_age: setup.min_age,
        format: setup.format.unwrap_or(Format::Human),
        width: environment::width(),
        quiet: setup.is_quiet(),
        notify: Box::new(|line| print_stderr(&format!("{}\n", escaped(line)))),
        noted_owner: Cell::new(false),
    })
}

fn backend(options: &MarketplaceOptions, timeouts: Timeouts) -> Result<Backend, Problem> {
    if let Some(path) = &options.catalog {
        let text = files::read(path)?.ok_or_else(|| files::absent(path))?;
        return Snapshot::parse(&text).map(Backend::Snapshot).map_err(|error| unusable_snapshot(path, &error));
    }
    if options.offline {
        return Ok(Backend::Offline);
    }
    let (api_url, observer) = (options.api_url.as_ref().map(ToString::to_string), observer(options));
    Ok(Backend::Live(Box::new(Live::new(move || {
        let api_url = match api_url {
            Some(api_url) => api_url,
            None => environment::variable("SCW_API_URL")?.unwrap_or_else(|| API_URL.to_owned()),
        };
        let (authorities, proxy) = (environment::authorities()?, environment::proxy()?);
        Ok(Settings { api_url, timeouts, authorities, proxy, observer })
    }))))
}

/// The observer of requests, if any: a log of all requests, or one line of progress on a terminal.
fn observer(options: &MarketplaceOptions) -> Option<Observer> {
    if options.verbose {
        return Some(progress::log(|line| print_stderr(&format!("{}\n", escaped(line)))));
    }
    let moves_cursor = environment::variable("TERM").is_ok_and(|term| term.is_some_and(|term| term != "dumb"));
    (!options.output.quiet && moves_cursor && io::stderr().is_terminal()).then(|| progress::line(io::stderr()))
}
