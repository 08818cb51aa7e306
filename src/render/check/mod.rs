//! The report of a check, in every format.

mod github;
mod html;
pub(crate) mod human;
mod json;
mod junit;
mod markdown;
pub(crate) mod report;
mod sarif;
mod sentences;
mod versions;

use self::report::CheckReport;
use super::format::Format;
use super::support::width::Width;

/// Writes the report of a check in a format. `quiet` and `width` affect only the human format: a quiet report leaves out
/// pins that need no attention.
pub fn check(format: Format, report: CheckReport<'_>, quiet: bool, width: Width) -> String {
    match format {
        Format::Human => human::write(report, quiet, width),
        Format::Json => json::write(report),
        Format::Markdown => markdown::write(report),
        Format::Github => github::write(report),
        Format::Sarif => sarif::write(report),
        Format::Junit => junit::write(report),
        Format::Html => html::write(report),
    }
}
