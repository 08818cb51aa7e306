//! The pins of a lockfile as a table.

use std::fmt;

use crate::domain::lock::{Lock, Pin};
use crate::domain::types::Cell;
use crate::render::plan::change::label;
use crate::render::support::style::{FAINT, paint};
use crate::render::support::table::Columns;
use crate::render::support::values::date;

/// Writes all pins, with whole IDs, one after the other: the text of a hundred thousand is never in memory as a whole.
pub(crate) fn write(lock: Lock) -> impl fmt::Display {
    /// The columns that a date takes.
    const DAY: usize = "2026-09-02".len();

    fn words<'p>(pin: &'p Pin, label: &'p str, id: &'p str) -> [(&'p str, usize); 6] {
        let Cell { name, zone, arch } = &pin.cell;
        [name.as_str(), zone.as_str(), arch.as_str(), pin.image_type.as_str(), label, id].map(|word| (word, word.len()))
    }

    fmt::from_fn(move |f| {
        let Some(first) = lock.pins().first() else { return f.write_str("the lockfile has no pins\n") };
        let mut columns = Columns::new(&["NAME", "ZONE", "ARCH", "TYPE", "LABEL", "ID", "PUBLISHED"]);
        // All IDs take as many columns.
        let any_id = first.id.to_string();
        for pin in lock.pins() {
            let day = pin.published.map_or(0, |_| DAY);
            columns.widen(words(pin, &label(pin), &any_id).map(|(_, width)| width).into_iter().chain([day]));
        }
        let mut text = String::new();
        columns.heading(&mut text);
        // Many pins are of one version.
        let (mut published, mut day) = (None, String::new());
        for pin in lock.pins() {
            if pin.published != published {
                published = pin.published;
                day = published.map(|time| paint(FAINT, date(time))).unwrap_or_default();
            }
            let (label, id) = (label(pin), pin.id.to_string());
            let day = (&*day, published.map_or(0, |_| DAY));
            columns.row(&mut text, words(pin, &label, &id).into_iter().chain([day]));
            f.write_str(&text)?;
            text.clear();
        }
        Ok(())
    })
}
