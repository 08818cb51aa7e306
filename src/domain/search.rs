//! Finding images by pattern, and what is offered of each.

use std::collections::{BTreeMap, BTreeSet};

use super::catalog::{Answer, Catalog, Failure, Image, LocalImage};
use super::{Arch, ImageRef, Label, Zone};

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
        let (pattern, label): (Vec<&str>, Vec<&str>) = (self.0.split('_').collect(), label.split('_').collect());
        pattern.len() == label.len()
            && pattern.iter().zip(label).all(|(pattern, segment)| segment_matches(pattern, segment))
    }
}

/// Whether a segment is `pattern`, in which each `*` stands for any characters.
fn segment_matches(pattern: &str, segment: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = segment.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    // The earliest place for each part leaves the most to those that follow.
    for part in parts {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// One image and what is offered of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The image.
    pub image: Image,
    /// Its current local images.
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

/// Puts images and their listings together. An image that is indexed, but gone when asked for, is offered nowhere.
///
/// # Errors
/// The first image whose listing failed, or may not be whole.
pub fn offers(images: &[Image], catalog: &Catalog) -> Result<Vec<Offer>, (Label, Failure)> {
    images
        .iter()
        .map(|image| {
            let local_images = match catalog.listing(&ImageRef::Label(image.label.clone())) {
                Answer::Found(listing) => match listing.doubt() {
                    None => listing.local_images().to_vec(),
                    Some(doubt) => return Err((image.label.clone(), doubt)),
                },
                Answer::NotFound => Vec::new(),
                Answer::Failed(failure) => return Err((image.label.clone(), failure)),
            };
            Ok(Offer { image: image.clone(), local_images })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, label: &str) -> bool {
        let image = Image {
            label: label.parse().unwrap(),
            id: "6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e".parse().unwrap(),
            name: "Ubuntu 24.04 Noble Numbat".to_owned(),
            categories: Vec::new(),
            valid_until: None,
        };
        Pattern::new(pattern).matches(&image)
    }

    #[test]
    fn a_star_is_one_segment_and_other_patterns_are_parts() {
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
