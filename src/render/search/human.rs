//! The labels that a search found as a table.

use crate::domain::Zone;
use crate::domain::diagnostics::visible;
use crate::domain::lookup::search::Offer;
use crate::render::support::style::{EMPTY, FAINT, PLAIN, Text};
use crate::render::support::table::Table;
use crate::render::support::values::date;

/// Writes the Marketplace's labels: releases, dates, and where they are offered.
pub(crate) fn write(offers: &[Offer]) -> String {
    let mut table = Table::new(&["LABEL", "IMAGE", "RELEASE", "PUBLISHED", "END OF LIFE", "TYPE", "ARCH", "ZONES"]);
    for offer in offers {
        let head = [
            (offer.image.label.to_string(), PLAIN),
            (visible(&offer.image.name), FAINT),
            (offer.release.as_ref().map(ToString::to_string).unwrap_or_default(), PLAIN),
            (offer.published.map(date).unwrap_or_default(), PLAIN),
            (offer.end.as_ref().map(|end| end.date.to_string()).unwrap_or_default(), PLAIN),
        ];
        let mut cells: Vec<[Text; 3]> = offer
            .zones()
            .into_iter()
            .map(|((image_type, arch), zones)| {
                let zones: Vec<&str> = zones.into_iter().map(Zone::as_str).collect();
                [(visible(image_type), PLAIN), (arch.to_string(), PLAIN), (zones.join(" "), PLAIN)]
            })
            .collect();
        if cells.is_empty() {
            cells.push([EMPTY, EMPTY, ("nowhere".to_owned(), FAINT)]);
        }
        for (n, cell) in cells.into_iter().enumerate() {
            let head = head.iter().map(|head| if n == 0 { head.clone() } else { EMPTY });
            table.row(head.chain(cell));
        }
    }
    let table = table.write();
    if table.is_empty() { "no image matches\n".to_owned() } else { table }
}
