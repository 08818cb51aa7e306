//! The parts of a manifest.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::outputs::Output;
use super::policy::Policy;
use crate::domain::diagnostics::Span;
use crate::domain::types::{Age, Cell, CommercialType, ImageId, ImageRef, ImageType, Label, LabelPattern, Name, Range};

/// The most pins that one manifest may declare.
pub const MAX_PINS: usize = 100_000;

/// A manifest without problems: the targets, sorted by cell, no cell twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    pub(super) targets: Vec<Target>,
    pub(super) outputs: Vec<Output>,
}

/// One cell that the manifest asks for, with all that a local image must be to fill it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Which image, where, for which processor.
    pub cell: Cell,
    /// Which image.
    pub selector: ImageSelector,
    /// The type that is declared, or `instance_sbs`.
    pub image_type: ImageType,
    /// The Instance type that the local image must be able to boot, if one is declared.
    pub instance_type: Option<CommercialType>,
    /// How its pin may move.
    pub policy: Arc<Policy>,
    /// Where the manifest names the zone.
    pub zone_span: Span,
    /// Where it says the rest.
    pub spans: Arc<ImageSpans>,
}

/// What a manifest asks for an image by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageSelector {
    /// By its label.
    Label(Label),
    /// By the ID of the Marketplace image.
    Image(ImageId),
    /// The newest release in a range, of the labels that match a pattern.
    Release(LabelPattern, Range),
}

impl ImageSelector {
    /// What the Marketplace lists it by; for a range of releases that depends on the index.
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

/// Where in the manifest stands what all cells of an image have in common. An inherited part stands in `[defaults]`.
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
    /// The cells that are asked for, sorted by name, zone and architecture.
    pub fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// The files that are kept in step with the lock, in the order of the manifest.
    pub fn outputs(&self) -> &[Output] {
        &self.outputs
    }

    /// The same manifest with another minimum age for all images.
    #[must_use]
    pub fn with_min_age(mut self, min_age: Age) -> Self {
        let min_age = Some(min_age).filter(|age| !age.is_zero());
        // The cells of an image follow one another and share one policy, before as after.
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
