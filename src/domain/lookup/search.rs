//! Finds images by a pattern and filters, with the local images that each of them offers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Image, Listing, LocalImage, Query, QueryError};
use crate::domain::manifest::policy::Policy;
use crate::domain::select::end_of_life::{EndOfLife, end_of_life};
use crate::domain::select::has_ended;
use crate::domain::types::{
    Arch, CommercialType, ImageRef, ImageType, Label, Release, Zone, label_matches, release_of,
};

/// A pattern for labels and names. Without `*`, it matches every label and every name that contains it. With `*`, it
/// matches whole labels, and each `*` matches one part of a label between underscores. Upper and lower case are equal.
pub struct Pattern {
    text: String,
    lower_case: String,
}

impl Pattern {
    /// The pattern with this text. The empty pattern matches every image.
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), lower_case: text.to_lowercase() }
    }

    /// The text as the user wrote it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the pattern is empty, and so matches every image.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether the label or the name of an image matches.
    pub fn matches(&self, image: &Image) -> bool {
        let pattern = &self.lower_case;
        let label = image.label.as_str().to_lowercase();
        if !pattern.contains('*') {
            return label.contains(pattern) || image.name.to_lowercase().contains(pattern);
        }
        label_matches(pattern, &label)
    }
}

/// The other conditions of a search. `None` means that the condition is absent.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Offered in this zone.
    pub zone: Option<Zone>,
    /// Offered for this architecture.
    pub arch: Option<Arch>,
    /// Offered with this type.
    pub image_type: Option<ImageType>,
    /// Bootable by this Instance type.
    pub instance_type: Option<CommercialType>,
    /// In this category.
    pub category: Option<String>,
    /// Whether to include images that have reached their end of life.
    pub eol: bool,
}

impl Filter {
    /// The conditions on local images.
    pub(crate) fn conditions(&self) -> Vec<Condition<'_>> {
        let conditions = [
            self.zone.as_ref().map(Condition::Zone),
            self.arch.as_ref().map(Condition::Arch),
            self.image_type.map(Condition::Type),
            self.instance_type.as_ref().map(Condition::InstanceType),
        ];
        conditions.into_iter().flatten().collect()
    }
}

/// A condition on a local image.
#[derive(Clone, Copy)]
pub(crate) enum Condition<'f> {
    Zone(&'f Zone),
    Arch(&'f Arch),
    Type(ImageType),
    InstanceType(&'f CommercialType),
}

impl Condition<'_> {
    /// Whether a local image satisfies the condition.
    pub(crate) fn holds(self, local: &LocalImage) -> bool {
        match self {
            Self::Zone(zone) => local.zone == *zone,
            Self::Arch(arch) => local.arch == *arch,
            Self::Type(image_type) => local.image_type.fits(image_type),
            Self::InstanceType(wanted) => local.commercial_types.contains(wanted.as_str()),
        }
    }
}

/// One image and the local images that it offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The image.
    pub image: Image,
    /// Its release, if the label or the name contains one.
    pub release: Option<Release>,
    /// When its newest version was published, if that is known.
    pub published: Option<Timestamp>,
    /// Its end of life according to the Marketplace or the vendor, if one is known.
    pub end: Option<EndOfLife>,
    /// Its current local images that pass the filter, sorted by zone, architecture and type.
    pub local_images: Vec<LocalImage>,
}

impl Offer {
    /// The zones in which it is offered, for each type and architecture.
    pub fn zones(&self) -> BTreeMap<(&str, &Arch), BTreeSet<&Zone>> {
        let mut zones: BTreeMap<(&str, &Arch), BTreeSet<&Zone>> = BTreeMap::new();
        for local in &self.local_images {
            zones.entry((local.image_type.as_str(), &local.arch)).or_default().insert(&local.zone);
        }
        zones
    }
}

/// The images of the index that match the pattern, the category and the end of life. The other conditions of the filter
/// need the listings; [`offers`] applies them.
pub fn matching<'c>(pattern: &Pattern, filter: &Filter, now: Timestamp, catalog: &'c Catalog) -> Vec<&'c Image> {
    candidates(pattern, filter, catalog).filter(|image| filter.eol || !has_ended(image, now)).collect()
}

/// How many images [`matching`] leaves out because they have reached their end of life.
pub fn hidden_eol(pattern: &Pattern, filter: &Filter, now: Timestamp, catalog: &Catalog) -> usize {
    candidates(pattern, filter, catalog).filter(|image| !filter.eol && has_ended(image, now)).count()
}

fn candidates<'a, 'c: 'a>(
    pattern: &'a Pattern,
    filter: &'a Filter,
    catalog: &'c Catalog,
) -> impl Iterator<Item = &'c Image> + use<'a, 'c> {
    let has_category = |image: &&Image| filter.category.as_ref().is_none_or(|it| image.categories.contains(it));
    catalog.images().iter().filter(|image| pattern.matches(image)).filter(has_category)
}

/// The queries for the local images and the versions of these images.
pub fn queries(images: &[&Image]) -> BTreeSet<Query> {
    let of_image = |image: &&Image| [Query::Listing(ImageRef::Label(image.label.clone())), Query::Versions(image.id)];
    images.iter().flat_map(of_image).collect()
}

/// The images with the local images that they offer. If the filter has conditions on local images, images without any
/// such local image are left out.
///
/// # Errors
/// Returns the label of the first image whose listing failed or may be incomplete, and the error.
pub fn offers(images: &[&Image], filter: &Filter, catalog: &Catalog) -> Result<Vec<Offer>, (Label, QueryError)> {
    let conditions = filter.conditions();
    let passes = |local: &&LocalImage| conditions.iter().all(|condition| condition.holds(local));
    let mut offers = Vec::new();
    for image in images {
        let label = ImageRef::Label(image.label.clone());
        let failed = |error| (image.label.clone(), error);
        // An image in the index whose listing was not found has no local images.
        let listing = catalog.listing(&label).known().map_err(failed)?;
        listing.and_then(Listing::doubt).map_or(Ok(()), |doubt| Err(failed(doubt)))?;
        let all = listing.map_or(&[][..], Listing::local_images);
        let mut local_images: Vec<LocalImage> = all.iter().filter(passes).cloned().collect();
        local_images.sort_by(|a, b| (&a.zone, &a.arch, &a.image_type).cmp(&(&b.zone, &b.arch, &b.image_type)));
        if !conditions.is_empty() && local_images.is_empty() {
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
