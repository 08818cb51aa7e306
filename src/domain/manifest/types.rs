//! The types of a parsed manifest.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::outputs::Output;
use super::policy::Policy;
use crate::domain::diagnostics::Span;
use crate::domain::types::{Age, Cell, CommercialType, ImageId, ImageRef, ImageType, Label, LabelPattern, Name, Range};

/// The largest number of pins that one manifest may declare.
pub const MAX_PINS: usize = 100_000;

/// A valid manifest. The targets are sorted by cell, and each cell occurs once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    pub(super) targets: Vec<Target>,
    pub(super) outputs: Vec<Output>,
}

/// A cell that the manifest declares, with the requirements for its local image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The name, the zone and the architecture.
    pub cell: Cell,
    /// The image.
    pub selector: ImageSelector,
    /// The declared type, or `instance_sbs` by default.
    pub image_type: ImageType,
    /// The Instance type that must be able to boot the local image, if one is declared.
    pub instance_type: Option<CommercialType>,
    /// The policy, shared by all targets of an image.
    pub policy: Arc<Policy>,
    /// The span of the zone in the manifest.
    pub zone_span: Span,
    /// The spans of the other values, shared by all targets of an image.
    pub spans: Arc<ImageSpans>,
}

/// The keys that select an image of the Marketplace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageSelector {
    /// `label`: the image with this label.
    Label(Label),
    /// `image-id`: the Marketplace image with this ID.
    Image(ImageId),
    /// `label` with a pattern, and `release`: the newest release in the range among the labels that match the pattern.
    Release(LabelPattern, Range),
}

impl ImageSelector {
    /// The reference that the Marketplace lists the image by. `None` for a range of releases, which is looked up first.
    pub fn image_ref(&self) -> Option<ImageRef> {
        match self {
            Self::Label(label) => Some(ImageRef::Label(label.clone())),
            Self::Image(id) => Some(ImageRef::Id(*id)),
            Self::Release(..) => None,
        }
    }
}

impl fmt::Display for ImageSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Label(label) => label.fmt(f),
            Self::Image(id) => write!(f, "image {id}"),
            Self::Release(pattern, range) => write!(f, "{pattern} {range}"),
        }
    }
}

/// The spans of the values of an image in the manifest. Those of inherited values are in `[defaults]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageSpans {
    /// The label or the image ID.
    pub image: Span,
    /// The type, if it is declared.
    pub image_type: Option<Span>,
    /// The Instance type, if it is declared.
    pub instance_type: Option<Span>,
}

impl Manifest {
    /// The declared cells with their requirements, sorted by name, zone and architecture.
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// The files that are written together with the lockfile, in the order of the manifest.
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// Replaces the minimum age of all images. Zero means no minimum age.
    #[must_use]
    pub fn with_min_age(mut self, min_age: Age) -> Self {
        let min_age = Some(min_age).filter(|age| !age.is_zero());
        // The targets of an image are next to each other and share one policy.
        let mut last: Option<(Arc<Policy>, Arc<Policy>)> = None;
        for target in &mut self.targets {
            let changed = match &last {
                Some((from, to)) if Arc::ptr_eq(from, &target.policy) => Arc::clone(to),
                _ => Arc::new(Policy { min_age, ..(*target.policy).clone() }),
            };
            last = Some((std::mem::replace(&mut target.policy, Arc::clone(&changed)), changed));
        }
        self
    }

    /// The names of the declared images.
    pub fn names(&self) -> BTreeSet<&Name> {
        self.targets.iter().map(|target| &target.cell.name).collect()
    }
}
