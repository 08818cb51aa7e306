//! The report of a check as `JUnit` XML: a test case for each pin, which fails if there is drift.

use std::fmt::Write as _;

use super::failed::message;
use super::finding::{label, status_and_detail};
use super::report::CheckReport;
use super::stale::StaleOutput;
use super::summary::unlisted;
use crate::domain::check::suggestions::suggestions;
use crate::domain::check::{Finding, Status};
use crate::domain::diagnostics::{Invocation, shown};
use crate::render::support::markup::escaped;
use crate::render::support::values::zone_and_arch;

/// Writes the XML. A pin without drift passes, with its status in the output.
pub(super) fn write(report: CheckReport<'_>) -> String {
    let findings = report.findings();
    let stale = report.stale().count();
    let failures = findings.iter().filter(|(_, finding)| finding.is_drift).count() + stale;
    let (errors, tests) = (report.failed.len(), findings.len() + stale + report.failed.len());
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"0\" time=\"0\"");
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(xml, "<testsuites name=\"imagelock\" {counts}>");
    let _ = writeln!(xml, "  <testsuite name=\"imagelock check\" {counts}>");
    for failed in report.failed {
        let (manifest, error) = (shown(&failed.path), message(failed));
        let (manifest, error) = (escaped(&manifest), escaped(&error));
        let _ = write!(
            xml,
            "    <testcase classname=\"{manifest}\" name=\"check\" time=\"0\">\n      \
             <error message=\"{error}\">{error}</error>\n    </testcase>\n"
        );
    }
    for (index, finding) in findings {
        test_case(&mut xml, finding, &report.manifests[index].name(), &report.invocation_of(index));
    }
    for (index, StaleOutput { problem, .. }) in report.stale() {
        let (class, title) = (report.manifests[index].name(), escaped(&problem.title));
        let _ = writeln!(xml, "    <testcase classname=\"{}\" name=\"{title}\" time=\"0\">", escaped(&class));
        let help = report.help(index, problem).unwrap_or_default();
        let _ = writeln!(xml, "      <failure type=\"stale-output\" message=\"{title}\">{}</failure>", escaped(&help));
        xml.push_str("    </testcase>\n");
    }
    let unlisted = unlisted(report);
    let notices = report.notices().map(|(_, notice)| notice.title.as_str());
    let notices: Vec<&str> = notices.chain(unlisted.as_deref()).collect();
    if !notices.is_empty() {
        let _ = writeln!(xml, "    <system-err>{}</system-err>", escaped(&notices.join("\n")));
    }
    xml + "  </testsuite>\n</testsuites>\n"
}

fn test_case(xml: &mut String, finding: &Finding, manifest: &str, invocation: &Invocation) {
    let class = escaped(&format!("{manifest}.{}", finding.cell.name)).into_owned();
    let name = escaped(&format!("{} in {}", label(finding), zone_and_arch(&finding.cell))).into_owned();
    let _ = write!(xml, "    <testcase classname=\"{class}\" name=\"{name}\" time=\"0\"");
    let text = status_and_detail(finding);
    let text = escaped(&text);
    if finding.is_drift {
        let status = finding.status.as_str();
        let _ = write!(xml, ">\n      <failure type=\"{status}\" message=\"{text}\">{text}");
        for suggestion in suggestions([finding]) {
            let _ = write!(xml, "\n{}", escaped(&suggestion.show(invocation)));
        }
        xml.push_str("</failure>\n    </testcase>\n");
    } else if finding.status == Status::Current {
        xml.push_str("/>\n");
    } else {
        let _ = write!(xml, ">\n      <system-out>{text}</system-out>\n    </testcase>\n");
    }
}
