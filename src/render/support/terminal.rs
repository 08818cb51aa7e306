//! Styles for a terminal, named by their meaning, and values that several tables show.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

use crate::domain::lock::diff::Action;
use crate::domain::lock::short_ids::ShortIds;
use crate::domain::types::{Cell, LocalImageId, Severity};

/// A text and its style.
pub(crate) type Text = (String, Style);

/// No style.
pub(crate) const PLAIN: Style = Style::new();
/// No text.
pub(crate) const EMPTY: Text = (String::new(), PLAIN);
/// Text of less importance.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// Commands to run.
pub(crate) const COMMAND: Style = AnsiColor::Cyan.on_default();
/// The candidate that is pinned.
pub(crate) const WINS: Style = GOOD;
/// Text about a pin that is held back by a policy or an acceptance.
pub(crate) const HELD: Style = AnsiColor::Blue.on_default();
/// The headings of columns.
pub(super) const HEADING: Style = Style::new().bold().underline();
/// The line above the rows of a section.
pub(super) const SECTION: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const CHANGED: Style = AnsiColor::Yellow.on_default();
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

/// Text in a style.
pub(crate) fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// The values of a row for the name, the zone and the architecture of a pin.
pub(crate) fn cell(cell: &Cell) -> [Text; 3] {
    [(cell.name.to_string(), PLAIN), (cell.zone.to_string(), PLAIN), (cell.arch.to_string(), PLAIN)]
}

/// The value of a row for an ID, which is shortened.
pub(crate) fn id(id: Option<LocalImageId>, ids: &ShortIds) -> Text {
    (id.map(|id| ids.show(id)).unwrap_or_default(), PLAIN)
}
