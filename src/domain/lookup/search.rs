//! Finding images by pattern, and what is offered of each.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Image, Listing, LocalImage, Query, QueryError};
use crate::domain::manifest::policy::Policy;
use crate::domain::select::end_of_life::{EndOfLife, end_of_life};
use crate::domain::types::{
    Arch, CommercialType, ImageRef, ImageType, Label, Release, Zone, label_matches, release_of,
};

/// What a label or a name must look like: a part of it, or with `*` the whole label, where `*` stands for one segment
/// (no underscore). Case does not count.
pub struct Pattern(String);

impl Pattern {
    /// A pattern of this text; the empty one matches everything.
    pub fn new(text: &str) -> Self {
        Self(text.to_lowercase())
    }

    /// Whether an image is meant.
    pub fn matches(&self, image: &Image) -> bool {
        let label = image.label.as_str().to_lowercase();
        if !self.0.contains('*') {
            return label.contains(&self.0) || image.name.to_lowercase().contains(&self.0);
        }
        label_matches(&self.0, &label)
    }
}

/// What else an image must be to be found; what is `None` is not asked for.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Offered in this zone.
    pub zone: Option<Zone>,
    /// Offered for this architecture.
    pub arch: Option<Arch>,
    /// Offered with this type.
    pub image_type: Option<ImageType>,
    /// Boots this Instance type.
    pub instance_type: Option<CommercialType>,
    /// Of this category.
    pub category: Option<String>,
    /// Also those past their end of life.
    pub eol: bool,
}

/// One image and what is offered of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The image.
    pub image: Image,
    /// Its release, if it can be read.
    pub release: Option<Release>,
    /// When its newest version was published, if that is known.
    pub published: Option<Timestamp>,
    /// Its end of life, if one is known.
    pub end: Option<EndOfLife>,
    /// Its current local images, those that the filter lets through, sorted by zone, architecture and type.
    pub local_images: Vec<LocalImage>,
}

impl Offer {
    /// For each type, each architecture and the zones where it is offered.
    pub fn zones(&self) -> BTreeMap<(&str, &Arch), BTreeSet<&Zone>> {
        let mut zones: BTreeMap<(&str, &Arch), BTreeSet<&Zone>> = BTreeMap::new();
        for local in &self.local_images {
            zones.entry((local.image_type.as_str(), &local.arch)).or_default().insert(&local.zone);
        }
        zones
    }
}

/// The images of the index that a search is about, before it is known where they are offered.
pub fn matching<'c>(pattern: &Pattern, filter: &Filter, now: Timestamp, catalog: &'c Catalog) -> Vec<&'c Image> {
    let is_over =
        |image: &Image| end_of_life(&Policy::default(), None, Some(image)).is_some_and(|end| end.has_passed(now));
    catalog
        .images()
        .iter()
        .filter(|image| pattern.matches(image))
        .filter(|image| filter.category.as_ref().is_none_or(|category| image.categories.contains(category)))
        .filter(|image| filter.eol || !is_over(image))
        .collect()
}

/// What must be asked to tell of these images.
pub fn queries(images: &[&Image]) -> BTreeSet<Query> {
    let ask = |image: &&Image| [Query::Listing(ImageRef::Label(image.label.clone())), Query::Versions(image.id)];
    images.iter().flat_map(ask).collect()
}

/// Puts images and what is offered of them together. With a filter on local images, what has none left is left out.
///
/// # Errors
/// The first image whose listing failed, or may not be whole.
pub fn offers(images: &[&Image], filter: &Filter, catalog: &Catalog) -> Result<Vec<Offer>, (Label, QueryError)> {
    let wanted = |local: &&LocalImage| {
        filter.zone.as_ref().is_none_or(|zone| local.zone == *zone)
            && filter.arch.as_ref().is_none_or(|arch| local.arch == *arch)
            && filter.image_type.is_none_or(|image_type| local.image_type.fits(image_type))
            && filter.instance_type.as_ref().is_none_or(|it| local.commercial_types.contains(it.as_str()))
    };
    let filters =
        filter.zone.is_some() || filter.arch.is_some() || filter.image_type.is_some() || filter.instance_type.is_some();
    let mut offers = Vec::new();
    for image in images {
        let label = ImageRef::Label(image.label.clone());
        let failed = |failure| (image.label.clone(), failure);
        // What is indexed, but gone when asked for, is offered nowhere.
        let listing = catalog.listing(&label).known().map_err(failed)?;
        listing.and_then(Listing::doubt).map_or(Ok(()), |doubt| Err(failed(doubt)))?;
        let all = listing.map_or(&[][..], Listing::local_images);
        let mut local_images: Vec<LocalImage> = all.iter().filter(wanted).cloned().collect();
        local_images.sort_by(|a, b| (&a.zone, &a.arch, &a.image_type).cmp(&(&b.zone, &b.arch, &b.image_type)));
        if filters && local_images.is_empty() {
            continue;
        }
        let published = catalog.known_versions(&label).first().and_then(|version| version.published);
        let release = release_of(&image.label, &image.name, None);
        let end = end_of_life(&Policy::default(), None, Some(image));
        offers.push(Offer { image: (*image).clone(), release, published, end, local_images });
    }
    Ok(offers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, label: &str) -> bool {
        let image = Image {
            label: label.parse().unwrap(),
            id: "6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e".parse().unwrap(),
            name: "Ubuntu 24.04 Noble Numbat".to_owned(),
            categories: BTreeSet::new(),
            valid_until: None,
        };
        Pattern::new(pattern).matches(&image)
    }

    #[test]
    fn a_star_matches_one_segment_and_other_patterns_match_any_part() {
        assert!(matches("ubuntu_*", "ubuntu_noble"));
        assert!(!matches("ubuntu_*", "ubuntu_noble_gpu_os_12"));
        assert!(matches("ubuntu_*_gpu_os_*", "ubuntu_noble_gpu_os_12"));
        assert!(matches("ubuntu_n*le", "ubuntu_noble"));
        assert!(matches("ubuntu_*o*e", "ubuntu_noble"));
        assert!(!matches("ubuntu_no*oble", "ubuntu_noble"));
        assert!(!matches("u*", "ubuntu_noble"));
        assert!(!matches("ubuntu_*a*a*a*a*a*a*a*a*a*a*b", &format!("ubuntu_{}", "a".repeat(100))));
        assert!(matches("NOBLE", "ubuntu_noble"));
        assert!(matches("24.04", "ubuntu_noble"));
        assert!(matches("", "ubuntu_noble"));
        assert!(!matches("jammy", "ubuntu_noble"));
    }
}
