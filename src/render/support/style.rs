//! The styles of text on a terminal, by what they mean.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use crate::domain::lock::diff::Action;
use crate::domain::types::Severity;

/// A text and its style.
pub(crate) type Text = (String, Style);

/// No style.
pub(crate) const PLAIN: Style = Style::new();
/// No text.
pub(crate) const EMPTY: Text = (String::new(), PLAIN);
/// Headings of tables.
pub(crate) const HEADING: Style = Style::new().bold().underline();
/// What matters less than the rest of the line.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// Commands to run.
pub(crate) const COMMAND: Style = AnsiColor::Cyan.on_default();
/// What is chosen.
pub(crate) const WINS: Style = GOOD;
const GOOD: Style = AnsiColor::Green.on_default();
const CHANGED: Style = AnsiColor::Yellow.on_default();
/// What policy or an acceptance holds back.
pub(crate) const HELD: Style = AnsiColor::Blue.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// The style of a status.
pub(crate) fn severity(severity: Severity) -> Style {
    match severity {
        Severity::Bad => BAD,
        Severity::Due => CHANGED,
        Severity::Held => HELD,
        Severity::Good => GOOD,
    }
}

/// The style of the name of a change.
pub(crate) fn action(action: Action) -> Style {
    match action {
        Action::Added => GOOD,
        Action::Moved | Action::Amended => CHANGED,
        Action::Removed | Action::Edited => BAD,
        Action::Kept => FAINT,
    }
}

/// Adds text in a style.
pub(crate) fn paint_onto(text: &mut String, style: Style, part: &str) {
    if style == PLAIN {
        text.push_str(part);
    } else {
        let _ = write!(text, "{style}{part}{style:#}");
    }
}

/// Text in a style.
pub(crate) fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}
