//! The reports of `check`, validated by programs that define or read their formats.

use crate::support::example::{Example, NOVEMBER};
use crate::support::manifest::accept;

/// Writes a report with drift, an active acceptance, an ended acceptance, and text that could break a format.
fn reported(file: &str) -> Example {
    let example = Example::of("terraform");
    let active = accept("db", "outdated", "<b>&\\\"later\\\" | 100%", "2026-12-31");
    let ended = accept("web", "eol", "ticket", "2026-01-31");
    example.write("images.toml", &(example.read("images.toml") + &active + &ended));
    assert_eq!(example.run(&format!("imagelock check {NOVEMBER} -o {file}")).status, Some(2));
    example
}

#[test]
#[ignore = "needs Microsoft's SARIF validator: run .ci/tools first"]
fn the_sarif_report_is_valid() {
    let example = reported("drift.sarif");
    // The validator must find the mistake in an invalid report.
    let report = example.read("drift.sarif");
    example.write("wrong.sarif", &report.replacen("\"startLine\": ", "\"startLine\": -", 1));
    assert!(example.ok("Sarif.Multitool validate wrong.sarif").contains("error JSON1008"));
    let verdict = example.ok("Sarif.Multitool validate drift.sarif");
    let complaints: Vec<&str> = verdict.lines().filter(|line| line.contains("drift.sarif(")).collect();
    // The only complaint is that imagelock does not have a home page yet.
    assert!(complaints.iter().all(|complaint| complaint.contains("warning SARIF2005")), "{verdict}");
}

#[test]
#[ignore = "needs junitparser: run .ci/tools first"]
fn junitparser_reads_the_junit_report() {
    let example = reported("drift.xml");
    let script = "\
from junitparser import JUnitXml
suites = JUnitXml.fromfile('drift.xml')
print(suites.tests, suites.failures, suites.errors, suites.skipped)
for suite in suites:
    for case in suite:
        print(case.classname, '/', case.name, [(type(it).__name__, it.type) for it in case.result], case.system_out)
";
    let read = example.script("python3", script);
    assert_eq!(
        read,
        "2 1 0 0\n\
         images.toml.web / ubuntu_noble in fr-par-1 x86_64 [('Failure', 'outdated')] None\n\
         images.toml.db / ubuntu_noble in fr-par-1 x86_64 [] outdated: 48 days behind (2026-10-20); 1 version behind; \
         outdated accepted until 2026-12-31: <b>&\"later\" | 100%\n"
    );
    // `verify` exits with status 1 if a test failed.
    assert_eq!(example.run("junitparser verify drift.xml").status, Some(1));
    example.ok(&format!("imagelock check --exit-zero db {NOVEMBER} -o drift.xml"));
    example.ok("junitparser verify drift.xml");
}
