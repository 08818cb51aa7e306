//! The statuses of a pin, in one table. Reports, schemas and the documentation take their texts from it.

/// The status of a pin. The order is from the worst to the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// The ID exists but has another label, zone, architecture or type, so it was replaced in the lockfile by mistake or on purpose.
    Mismatch,
    /// The block does not match its digest, so it was edited by hand or by a merge.
    Edited,
    /// The ID is new in the lockfile, and neither the Marketplace nor the history of the lockfile contains it.
    Unverified,
    /// Security updates have ended, according to the manifest, the Marketplace or the vendor.
    Eol,
    /// The Marketplace no longer offers the image, or no longer for this pin. See [`Cause`].
    Unavailable,
    /// The pinned image cannot boot on the declared Instance type.
    Incompatible,
    /// The manifest and the lockfile differ. See [`Cause`].
    Stale,
    /// A newer local image is available, and the policy allows it.
    Outdated,
    /// Security updates end soon.
    EolSoon,
    /// A newer local image is available, but the image is frozen.
    Frozen,
    /// A newer local image is available, but it is younger than `min-age`.
    Cooling,
    /// The pin has the newest local image that the policy allows.
    Current,
}

/// Whether a status is drift, which makes `check` exit with status 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Drift that a manifest cannot accept, because a changed ID or block is never a matter of policy.
    NeverAccepted,
    /// Drift, unless the manifest accepts it.
    Drift,
    /// Not drift.
    NotDrift,
}

/// The severity of a status. The order is from the worst to the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The pinned image is wrong, or no longer receives updates.
    Bad,
    /// The pin should be upgraded.
    Due,
    /// The pin may stay, because of the policy or an acceptance.
    Held,
    /// Nothing is wrong.
    Good,
}

/// The action that fixes a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fix {
    /// Restore the block, or pin the image again.
    Restore,
    /// Restore the block, or pin an ID that the Marketplace lists.
    Verify,
    /// Update the lockfile to match the manifest.
    Resolve,
    /// Upgrade the pin.
    Upgrade,
    /// Upgrade the pin or, if no local image can be pinned, declare another label.
    Replace,
    /// Declare a successor, a label that still receives updates.
    Succeed,
    /// Nothing needs to be fixed.
    Nothing,
}

/// A row of the table: a status, its name in every format, its class, its severity, its meaning and its fix.
struct Row(Status, &'static str, Class, Severity, &'static str, Fix);

/// All statuses, from the worst to the best.
const TABLE: [Row; 12] = {
    use Class::{Drift, NeverAccepted, NotDrift};
    use Severity::{Bad, Due, Good, Held};
    use Status::{
        Cooling, Current, Edited, Eol, EolSoon, Frozen, Incompatible, Mismatch, Outdated, Stale, Unavailable,
        Unverified,
    };
    let mismatch = "The pinned ID exists, but it has another label, zone, architecture or type";
    let edited = "The block in the lockfile does not match its digest, so it was edited by hand or by a merge";
    let unverified = "The Marketplace does not list the changed ID, and the lockfile did not pin it before the change \
                      (only in `check --changed-since`)";
    let eol = "Support has ended, according to `eol` in the manifest or else to the earlier date of the Marketplace \
               and the vendor";
    let unavailable = "The Marketplace no longer offers the label, or no longer in this zone, architecture or type";
    let incompatible =
        "The pinned image, or the image that could replace it, cannot boot on the declared Instance type";
    let stale = "The image is declared but not pinned, pinned but not declared, or pinned for a different declaration";
    let outdated = "A newer local image is available, and the policy allows it";
    let eol_soon = "Support ends within `eol-warning`";
    let frozen = "A newer local image is available, but the image is frozen";
    let cooling = "A newer local image is available, but it is younger than `min-age`";
    let current = "The pin has the newest local image that the policy allows";
    [
        Row(Mismatch, "mismatch", NeverAccepted, Bad, mismatch, Fix::Restore),
        Row(Edited, "edited", NeverAccepted, Bad, edited, Fix::Restore),
        Row(Unverified, "unverified", NeverAccepted, Bad, unverified, Fix::Verify),
        Row(Eol, "eol", Drift, Bad, eol, Fix::Succeed),
        Row(Unavailable, "unavailable", Drift, Bad, unavailable, Fix::Replace),
        Row(Incompatible, "incompatible", Drift, Bad, incompatible, Fix::Replace),
        Row(Stale, "stale", Drift, Due, stale, Fix::Resolve),
        Row(Outdated, "outdated", Drift, Due, outdated, Fix::Upgrade),
        Row(EolSoon, "eol-soon", Drift, Due, eol_soon, Fix::Succeed),
        Row(Frozen, "frozen", NotDrift, Held, frozen, Fix::Nothing),
        Row(Cooling, "cooling", NotDrift, Held, cooling, Fix::Nothing),
        Row(Current, "current", NotDrift, Good, current, Fix::Nothing),
    ]
};

impl Status {
    /// All statuses, from the worst to the best.
    pub const ALL: [Self; TABLE.len()] = {
        let mut all = [Self::Current; TABLE.len()];
        let mut at = 0;
        while at < all.len() {
            all[at] = TABLE[at].0;
            // `row` uses a status as the index of its row.
            assert!(all[at] as usize == at);
            at += 1;
        }
        all
    };

    /// The name of the status in every format.
    pub fn as_str(self) -> &'static str {
        self.row().1
    }

    /// Whether the status is drift, and whether it can be accepted.
    pub fn class(self) -> Class {
        self.row().2
    }

    /// The severity of the status, unless it is accepted.
    pub fn severity(self) -> Severity {
        self.row().3
    }

    /// The meaning of the status, as a sentence without a full stop.
    pub fn meaning(self) -> &'static str {
        self.row().4
    }

    /// The action that fixes the status.
    pub fn fix(self) -> Fix {
        self.row().5
    }

    /// Whether the status is drift, which makes `check` exit with status 2.
    pub fn is_drift(self) -> bool {
        self.class() != Class::NotDrift
    }

    /// Whether a manifest can accept the status with `[[accept]]`.
    pub fn is_acceptable(self) -> bool {
        self.class() == Class::Drift
    }

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }
}

impl Class {
    /// The name of the class in the documentation.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeverAccepted => "drift that cannot be accepted",
            Self::Drift => "drift, unless accepted",
            Self::NotDrift => "not drift",
        }
    }
}

impl Fix {
    /// The command that fixes the status, and its purpose, which is shown before the command. The purpose of a search continues
    /// with the names of images.
    pub fn command(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Restore => Some(("upgrade", "restore the file from version control, or pin these images again")),
            Self::Verify => {
                Some(("upgrade", "restore the file from version control, or pin IDs that the Marketplace lists"))
            }
            Self::Resolve => Some(("resolve", "to update the lockfile")),
            Self::Upgrade => Some(("upgrade", "to upgrade to the newest version")),
            Self::Replace => Some(("search", "to find a replacement for")),
            Self::Succeed => Some(("search", "to find a successor for")),
            Self::Nothing => None,
        }
    }
}

/// The reason why a pin is `unavailable` or `stale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The Marketplace no longer offers the label.
    LabelGone,
    /// The Marketplace offers the label, but not in this zone, for this architecture and with this type.
    NotOffered,
    /// The manifest declares the image, but the lockfile has no pin for it.
    NotLocked,
    /// The lockfile has a pin, but the manifest does not declare the image.
    NotDeclared,
    /// The pin was made for a different declaration of the image.
    DeclaredDifferently,
}

impl Cause {
    /// All causes.
    pub const ALL: [Self; 5] =
        [Self::LabelGone, Self::NotOffered, Self::NotLocked, Self::NotDeclared, Self::DeclaredDifferently];

    /// The name of the cause in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LabelGone => "label-gone",
            Self::NotOffered => "not-offered",
            Self::NotLocked => "not-locked",
            Self::NotDeclared => "not-declared",
            Self::DeclaredDifferently => "declared-differently",
        }
    }

    /// The status that the cause results in.
    pub fn status(self) -> Status {
        match self {
            Self::LabelGone | Self::NotOffered => Status::Unavailable,
            Self::NotLocked | Self::NotDeclared | Self::DeclaredDifferently => Status::Stale,
        }
    }
}
