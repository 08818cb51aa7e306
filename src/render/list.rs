//! The pins of a lockfile, as a table and as JSON.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::lock::{Lock, Pin};
use crate::domain::types::CommercialType;
use crate::render::changes::label;
use crate::render::support::json::{CellJson, LocalImageJson, to_report};
use crate::render::support::table::{Column, Table};
use crate::render::support::terminal::{FAINT, PLAIN, cell};
use crate::render::support::values::{date, text};
use crate::render::support::width::Width;

const COLUMNS: [Column; 7] = [
    Column::fixed("NAME"),
    Column::below(6, "ZONE"),
    Column::below(5, "ARCH"),
    Column::below(1, "TYPE").labeled(),
    Column::below(3, "LABEL").labeled(),
    Column::below(4, "ID"),
    Column::below(2, "PUBLISHED").labeled(),
];

/// All pins. Their IDs are not shortened, because people copy them from here.
pub(crate) fn table(lock: &Lock, width: Width) -> String {
    let mut table = Table::new(&COLUMNS);
    for pin in lock.pins() {
        table.row(cell(&pin.cell).into_iter().chain([
            (pin.image_type.to_string(), PLAIN),
            (label(pin).into_owned(), PLAIN),
            (pin.id.to_string(), PLAIN),
            (text(pin.published.map(date)), FAINT),
        ]));
    }
    if lock.pins().is_empty() { "the lockfile has no pins\n".to_owned() } else { table.write(width) }
}

/// Writes all pins as JSON: `imagelock.list/1`.
pub(crate) fn json(lock: &Lock) -> String {
    let pins = lock.pins().iter().map(|pin| PinJson::new(pin, lock.is_edited(&pin.cell)));
    to_report("imagelock.list/1", BTreeMap::from([("pins", pins.collect::<Vec<_>>())]))
}

/// Writes one pin as JSON: `imagelock.get/1`.
pub(crate) fn pin_json(pin: &Pin) -> String {
    to_report("imagelock.get/1", PinJson::new(pin, false))
}

/// A pin in a JSON report.
#[derive(Serialize)]
pub(crate) struct PinJson<'a> {
    #[serde(flatten)]
    cell: CellJson<'a>,
    instance_type: Option<&'a CommercialType>,
    /// Whether the block does not match its digest. The ID is not trusted then.
    edited: bool,
    #[serde(flatten)]
    local: LocalImageJson<'a>,
}

impl<'a> PinJson<'a> {
    pub(crate) fn new(pin: &'a Pin, edited: bool) -> Self {
        let (cell, local) = (CellJson::pin(pin), LocalImageJson::pin(pin));
        Self { cell, instance_type: pin.instance_type.as_ref(), edited, local }
    }
}
