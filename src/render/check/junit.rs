//! What `check` found -> `JUnit` XML: a test case a pin, which fails where there is drift.

use std::fmt::Write as _;

use crate::domain::check::{Finding, Status};
use crate::domain::diagnostics::sanitize::shown;
use crate::render::check::changed_since;
use crate::render::check::finding::{CheckReport, label, said, zone_and_arch};
use crate::render::check::stale::StaleOutput;
use crate::render::check::suggestions::remedies;
use crate::render::support::invocation::Invocation;
use crate::render::support::markup::escaped;

/// Writes the XML. What is no drift passes, and says in its output how it stands.
pub(crate) fn check(subject: CheckReport<'_>) -> String {
    let findings = subject.findings();
    let stale = subject.stale().count();
    let failures = findings.iter().filter(|(_, finding)| finding.is_drift).count() + stale;
    let (errors, tests) = (subject.broken.len(), findings.len() + stale + subject.broken.len());
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"0\" time=\"0\"");
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(xml, "<testsuites name=\"imagelock\" {counts}>");
    let _ = writeln!(xml, "  <testsuite name=\"imagelock check\" {counts}>");
    for broken in subject.broken {
        let (manifest, error) = (shown(&broken.manifest), broken.message());
        let (manifest, error) = (escaped(&manifest), escaped(&error));
        let _ = write!(
            xml,
            "    <testcase classname=\"{manifest}\" name=\"check\" time=\"0\">\n      \
             <error message=\"{error}\">{error}</error>\n    </testcase>\n"
        );
    }
    for (part, finding) in findings {
        test_case(&mut xml, finding, &subject.parts[part].name(), &subject.invocation_of(part));
    }
    for (part, StaleOutput { problem, .. }) in subject.stale() {
        let (class, title) = (subject.parts[part].name(), escaped(&problem.title));
        let _ = writeln!(xml, "    <testcase classname=\"{}\" name=\"{title}\" time=\"0\">", escaped(&class));
        let help = problem.help.as_deref().unwrap_or_default();
        let _ = writeln!(xml, "      <failure type=\"stale-output\" message=\"{title}\">{}</failure>", escaped(help));
        xml.push_str("    </testcase>\n");
    }
    let unlisted = changed_since::unlisted(subject);
    let notices = subject.notices().map(|(_, notice)| notice.title.as_str());
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
    let said = said(finding);
    let said = escaped(&said);
    if finding.is_drift {
        let status = finding.status.as_str();
        let _ = write!(xml, ">\n      <failure type=\"{status}\" message=\"{said}\">{said}");
        for remedy in remedies([finding], invocation) {
            let _ = write!(xml, "\n{}", escaped(&remedy.to_string()));
        }
        xml.push_str("</failure>\n    </testcase>\n");
    } else if finding.status == Status::Current {
        xml.push_str("/>\n");
    } else {
        let _ = write!(xml, ">\n      <system-out>{said}</system-out>\n    </testcase>\n");
    }
}
