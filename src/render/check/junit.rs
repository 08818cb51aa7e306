//! The report of a check as `JUnit` XML: one test case per pin, which fails if the pin has drifted.

use super::report::{CheckReport, StaleOutput};
use super::sentences::{failed, label, remark, status_and_detail, unlisted};
use crate::domain::check::Finding;
use crate::domain::diagnostics::{FailedManifest, shown};
use crate::domain::types::Status;
use crate::render::support::markup::escaped;
use crate::render::support::values::zone_and_arch;

/// Writes the XML. A pin that has not drifted passes, with its status as output unless it is current.
pub(super) fn write(report: CheckReport<'_>) -> String {
    let name = |index: usize| report.manifests[index].name();
    let findings = report.findings();
    let stale = report.stale().count();
    let failures = findings.iter().filter(|(_, finding)| finding.is_drift).count() + stale;
    let (errors, tests) = (report.failed.len(), findings.len() + stale + report.failed.len());
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"0\" time=\"0\"");
    let error = |manifest: &FailedManifest| {
        let error = escaped(&failed(manifest));
        test_case(&shown(&manifest.path), "check", &format!("<error message=\"{error}\">{error}</error>"))
    };
    let of_finding = |(index, finding): (usize, &Finding)| {
        let class = format!("{}.{}", name(index), finding.cell.name);
        let cell = format!("{} in {}", label(finding), zone_and_arch(&finding.cell));
        test_case(&class, &cell, &result(finding, report.fixes(index, [finding])))
    };
    let of_output = |(index, StaleOutput { problem, .. }): (usize, &StaleOutput)| {
        let help = report.help(index, problem).unwrap_or_default();
        test_case(&name(index), &problem.title, &failure("stale-output", &problem.title, &help))
    };
    let cases = report.failed.iter().map(error).chain(findings.into_iter().map(of_finding));
    let cases: String = cases.chain(report.stale().map(of_output)).collect();
    let notices: Vec<String> =
        report.notices().map(|(index, notice)| remark(report, index, notice)).chain(unlisted(report)).collect();
    let notices = match notices[..] {
        [] => String::new(),
        _ => format!("    <system-err>{}</system-err>\n", escaped(&notices.join("\n"))),
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"imagelock\" {counts}>\n  <testsuite name=\"imagelock check\" {counts}>\n\
         {cases}{notices}  </testsuite>\n</testsuites>\n"
    )
}

/// The result of the test case of a finding.
fn result(finding: &Finding, fixes: Vec<String>) -> String {
    let text = status_and_detail(finding);
    if finding.is_drift {
        let lines = [vec![text.clone()], fixes].concat();
        failure(finding.status.as_str(), &text, &lines.join("\n"))
    } else if finding.status == Status::Current {
        String::new()
    } else {
        format!("<system-out>{}</system-out>", escaped(&text))
    }
}

fn failure(kind: &str, message: &str, text: &str) -> String {
    format!("<failure type=\"{kind}\" message=\"{}\">{}</failure>", escaped(message), escaped(text))
}

/// A test case. It passes unless its result contains an error or a failure.
fn test_case(class: &str, name: &str, result: &str) -> String {
    let case = format!("    <testcase classname=\"{}\" name=\"{}\" time=\"0\"", escaped(class), escaped(name));
    if result.is_empty() { case + "/>\n" } else { format!("{case}>\n      {result}\n    </testcase>\n") }
}
