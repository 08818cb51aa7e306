//! Renders the images that a search found, as a table and as JSON.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use crate::domain::catalog::LocalImage;
use crate::domain::diagnostics::visible;
use crate::domain::lookup::search::Offer;
use crate::domain::types::{Arch, ImageId, Label, LocalImageId, Release, Zone, ZonedId};
use crate::render::support::json::{Text, to_report};
use crate::render::support::terminal::{self, EMPTY, FAINT, PLAIN, Table};
use crate::render::support::values::{date, text};

/// A table of the images: their releases and dates, and the zones, architectures and types in which they are offered.
pub(crate) fn table(offers: &[Offer]) -> String {
    let mut table = Table::new(&["LABEL", "IMAGE", "RELEASE", "PUBLISHED", "END OF LIFE", "TYPE", "ARCH", "ZONES"]);
    for offer in offers {
        let Offer { image, release, published, end, .. } = offer;
        let head = [
            (image.label.to_string(), PLAIN),
            (visible(&image.name), FAINT),
            (text(release.as_ref()), PLAIN),
            (text(published.map(date)), PLAIN),
            (text(end.as_ref().map(|end| end.date)), PLAIN),
        ];
        let zones = offer.zones().into_iter().map(|((image_type, arch), zones)| {
            let zones: Vec<&str> = zones.into_iter().map(Zone::as_str).collect();
            [(visible(image_type), PLAIN), (arch.to_string(), PLAIN), (zones.join(" "), PLAIN)]
        });
        let mut cells: Vec<[terminal::Text; 3]> = zones.collect();
        if cells.is_empty() {
            cells.push([EMPTY, EMPTY, ("not offered".to_owned(), FAINT)]);
        }
        for (n, cells) in cells.into_iter().enumerate() {
            let head = head.iter().map(|head| if n == 0 { head.clone() } else { EMPTY });
            table.row(head.chain(cells));
        }
    }
    if offers.is_empty() { "no image matches\n".to_owned() } else { table.write() }
}

/// The images as a report of the schema `imagelock.search/1`.
pub(crate) fn json(offers: &[Offer]) -> String {
    #[derive(Serialize)]
    struct Row<'a> {
        label: &'a Label,
        id: ImageId,
        name: &'a str,
        categories: &'a BTreeSet<String>,
        release: &'a Option<Release>,
        published: Option<Text<Timestamp>>,
        valid_until: Option<Text<Timestamp>>,
        end_of_life: Option<Text<Date>>,
        local_images: Vec<Offered<'a>>,
    }
    #[derive(Serialize)]
    struct Offered<'a> {
        zone: &'a Zone,
        arch: &'a Arch,
        r#type: &'a str,
        id: LocalImageId,
        zoned_id: ZonedId<'a>,
        commercial_types: &'a BTreeSet<String>,
    }
    fn offered(LocalImage { id, zone, arch, image_type, commercial_types, .. }: &LocalImage) -> Offered<'_> {
        let (r#type, zoned_id) = (image_type.as_str(), ZonedId(zone, *id));
        Offered { zone, arch, r#type, id: *id, zoned_id, commercial_types }
    }
    fn row(Offer { image, release, published, end, local_images }: &Offer) -> Row<'_> {
        Row {
            label: &image.label,
            id: image.id,
            name: &image.name,
            categories: &image.categories,
            release,
            published: published.map(Text),
            valid_until: image.valid_until.map(Text),
            end_of_life: end.as_ref().map(|end| Text(end.date)),
            local_images: local_images.iter().map(offered).collect(),
        }
    }
    to_report("imagelock.search/1", BTreeMap::from([("images", offers.iter().map(row).collect::<Vec<_>>())]))
}
