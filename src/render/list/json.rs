//! Pins as JSON.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::domain::lock::{Lock, Pin};
use crate::domain::types::CommercialType;
use crate::render::support::json::{CellJson, LocalImageJson, to_json, write_json};

/// A pin as every report shows it.
#[derive(Serialize)]
pub(crate) struct PinJson<'a> {
    #[serde(flatten)]
    cell: CellJson<'a>,
    instance_type: Option<&'a str>,
    /// The block does not match its digest: the ID is not trusted.
    edited: bool,
    #[serde(flatten)]
    local: LocalImageJson<'a>,
}

impl<'a> PinJson<'a> {
    pub(crate) fn new(pin: &'a Pin, edited: bool) -> Self {
        Self {
            cell: CellJson::pin(pin),
            edited,
            instance_type: pin.instance_type.as_ref().map(CommercialType::as_str),
            local: LocalImageJson::pin(pin),
        }
    }
}

/// Writes all pins: `imagelock.list/1`, one after the other: the text of a hundred thousand is never in memory as a whole.
pub(crate) fn write_list(lock: Lock) -> impl fmt::Display {
    #[derive(Serialize)]
    struct List<'a> {
        schema: &'static str,
        #[serde(serialize_with = "rows")]
        pins: &'a Lock,
    }
    fn rows<S: Serializer>(lock: &Lock, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(lock.pins().iter().map(|pin| PinJson::new(pin, lock.is_edited(&pin.cell))))
    }
    fmt::from_fn(move |f| write_json(f, &List { schema: "imagelock.list/1", pins: &lock }))
}

/// Writes one pin: `imagelock.get/1`.
pub(crate) fn write_pin(pin: &Pin) -> String {
    #[derive(Serialize)]
    struct Get<'a> {
        schema: &'static str,
        #[serde(flatten)]
        pin: PinJson<'a>,
    }
    to_json(&Get { schema: "imagelock.get/1", pin: PinJson::new(pin, false) })
}
