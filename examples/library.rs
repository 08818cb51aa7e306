//! imagelock as a library: from a manifest to a lockfile and a drift report. Run it with `cargo run --example library`.

use std::error::Error;

use imagelock::domain::catalog::Catalog;
use imagelock::domain::check::{self, check};
use imagelock::domain::diagnostics::{Invocation, Problem, Source};
use imagelock::domain::lock::Lock;
use imagelock::domain::manifest::Manifest;
use imagelock::domain::resolve::{self, Request, Upgrade, resolve};
use imagelock::marketplace::{Backend, Snapshot};
use imagelock::render::{self, CheckReport, Format, ManifestReport, Width};

/// Resolves the manifest of the quickstart with one catalog, and checks the lockfile with a catalog from four weeks later.
pub(crate) fn story() -> Result<String, Box<dyn Error>> {
    let source = Source { path: "images.toml".into(), text: include_str!("quickstart/images.toml").to_owned() };
    let manifest = Manifest::parse(&source.text).map_err(titles)?;
    let october = Backend::Snapshot(Snapshot::parse(include_str!("quickstart/catalog-2026-10-05.json"))?);
    let november = Backend::Snapshot(Snapshot::parse(include_str!("quickstart/catalog-2026-11-02.json"))?);
    let (targets, now) = (manifest.targets(), "2026-11-02T08:00:00Z".parse()?);

    let mut catalog = Catalog::default();
    let request = Request { targets, previous: &Lock::default(), upgrade: &Upgrade::Keep, now };
    october.fetch(&mut catalog, |catalog| resolve::queries(request, catalog));
    let lock = resolve(request, &catalog).map_err(titles)?.lock;

    let mut catalog = Catalog::default();
    november.fetch(&mut catalog, |catalog| check::queries(&lock, targets, now, catalog));
    let report = check(&lock, targets, now, &catalog).map_err(titles)?;

    let manifests = [ManifestReport { report: &report, manifest: &source, lock: None, stale: None }];
    let report =
        CheckReport { manifests: &manifests, failed: &[], invocation: &Invocation::default(), project: "example", now };
    Ok(format!("{}\n{}", lock.write(), render::check(Format::Human, report, false, Width::UNLIMITED)))
}

fn titles(problems: Vec<Problem>) -> String {
    problems.into_iter().map(|problem| problem.title).collect::<Vec<_>>().join("\n")
}

fn main() -> Result<(), Box<dyn Error>> {
    anstream::print!("{}", story()?);
    Ok(())
}
