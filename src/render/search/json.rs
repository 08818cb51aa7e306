//! The labels that a search found as JSON.

use serde::Serialize;

use crate::domain::catalog::LocalImage;
use crate::domain::lookup::search::Offer;
use crate::domain::types::{LocalImageId, Release, ZonedId};
use crate::render::support::json::{Text, to_json};

/// Writes `imagelock.search/1`.
pub(crate) fn write(offers: &[Offer]) -> String {
    #[derive(Serialize)]
    struct Search<'a> {
        schema: &'static str,
        images: Vec<ImageJson<'a>>,
    }
    #[derive(Serialize)]
    struct ImageJson<'a> {
        label: &'a str,
        id: String,
        name: &'a str,
        categories: Vec<&'a str>,
        release: Option<&'a str>,
        published: Option<String>,
        valid_until: Option<String>,
        end_of_life: Option<String>,
        local_images: Vec<OfferedJson<'a>>,
    }
    #[derive(Serialize)]
    struct OfferedJson<'a> {
        zone: &'a str,
        arch: &'a str,
        r#type: &'a str,
        id: Text<LocalImageId>,
        zoned_id: Text<ZonedId<'a>>,
        commercial_types: Vec<&'a str>,
    }
    fn offered(local: &LocalImage) -> OfferedJson<'_> {
        OfferedJson {
            zone: local.zone.as_str(),
            arch: local.arch.as_str(),
            r#type: local.image_type.as_str(),
            id: Text(local.id),
            zoned_id: Text(ZonedId(&local.zone, local.id)),
            commercial_types: local.commercial_types.iter().map(String::as_str).collect(),
        }
    }
    fn image(offer: &Offer) -> ImageJson<'_> {
        ImageJson {
            label: offer.image.label.as_str(),
            id: offer.image.id.to_string(),
            name: &offer.image.name,
            categories: offer.image.categories.iter().map(String::as_str).collect(),
            release: offer.release.as_ref().map(Release::as_str),
            published: offer.published.map(|time| time.to_string()),
            valid_until: offer.image.valid_until.map(|time| time.to_string()),
            end_of_life: offer.end.as_ref().map(|end| end.date.to_string()),
            local_images: offer.local_images.iter().map(offered).collect(),
        }
    }
    to_json(&Search { schema: "imagelock.search/1", images: offers.iter().map(image).collect() })
}
