//! The statuses that a check reports, and how severe each is.

/// How a pin stands; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// The ID exists, but is not that label, zone, arch or type: somebody swapped a UUID.
    Mismatch,
    /// The block does not match its digest: a hand edit or a bad merge.
    Edited,
    /// The ID is new to the lock, and neither the Marketplace nor the history of the lock knows it.
    Unverified,
    /// Security updates have ended, by the manifest, the Marketplace or the vendor.
    Eol,
    /// The label is gone from the Marketplace.
    Withdrawn,
    /// The label lives, but no longer in this zone, arch or type.
    Retired,
    /// The pin no longer lists the declared Instance type.
    Incompatible,
    /// The manifest declares the cell, and the lock does not satisfy it.
    Unlocked,
    /// The lock has the cell, and the manifest does not declare it.
    Undeclared,
    /// A newer local image exists, and the policy allows it.
    Outdated,
    /// The end of security updates is near.
    EolSoon,
    /// Would be outdated, but is frozen.
    Frozen,
    /// A newer local image exists, but is younger than the policy allows.
    Cooling,
    /// The newest that the policy allows.
    Current,
}

impl Status {
    /// Every status, the worst first.
    pub const ALL: [Self; 14] = [
        Self::Mismatch,
        Self::Edited,
        Self::Unverified,
        Self::Eol,
        Self::Withdrawn,
        Self::Retired,
        Self::Incompatible,
        Self::Unlocked,
        Self::Undeclared,
        Self::Outdated,
        Self::EolSoon,
        Self::Frozen,
        Self::Cooling,
        Self::Current,
    ];

    /// The word for it in every format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mismatch => "mismatch",
            Self::Edited => "edited",
            Self::Unverified => "unverified",
            Self::Eol => "eol",
            Self::Withdrawn => "withdrawn",
            Self::Retired => "retired",
            Self::Incompatible => "incompatible",
            Self::Unlocked => "unlocked",
            Self::Undeclared => "undeclared",
            Self::Outdated => "outdated",
            Self::EolSoon => "eol-soon",
            Self::Frozen => "frozen",
            Self::Cooling => "cooling",
            Self::Current => "current",
        }
    }

    /// What it means, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Mismatch => "The pinned ID is of another label, zone, architecture or type: somebody swapped a UUID",
            Self::Edited => "The block of the lockfile does not match its digest",
            Self::Unverified => "The changed ID is not listed by the Marketplace, and was not pinned before the change",
            Self::Eol => "Support has ended",
            Self::Withdrawn => "The Marketplace no longer has the label",
            Self::Retired => "The Marketplace has the label, but no longer in this zone, architecture or type",
            Self::Incompatible => "The image does not boot on the declared Instance type",
            Self::Unlocked => "The image is declared, but not in the lockfile, or declared otherwise",
            Self::Undeclared => "The image is in the lockfile, but not declared",
            Self::Outdated => "A newer local image exists, and the policy allows it",
            Self::EolSoon => "Support ends soon",
            Self::Frozen => "A newer local image exists, but the image is frozen",
            Self::Cooling => "A newer local image exists, but is younger than the policy allows",
            Self::Current => "The newest local image that the policy allows is pinned",
        }
    }

    /// How severe it is, unless an acceptance lowers that.
    pub fn severity(self) -> Severity {
        match self {
            Self::Mismatch
            | Self::Edited
            | Self::Unverified
            | Self::Eol
            | Self::Withdrawn
            | Self::Retired
            | Self::Incompatible => Severity::Bad,
            Self::Unlocked | Self::Undeclared | Self::Outdated | Self::EolSoon => Severity::Due,
            Self::Frozen | Self::Cooling => Severity::Held,
            Self::Current => Severity::Good,
        }
    }

    /// Whether it is drift, and so makes `check` exit with 2.
    pub fn is_drift(self) -> bool {
        self.severity() < Severity::Held
    }

    /// Whether a manifest can accept it for a while. A changed ID or block is never a matter of policy.
    pub fn is_acceptable(self) -> bool {
        let is_never =
            matches!(self, Self::Mismatch | Self::Edited | Self::Unverified | Self::Unlocked | Self::Undeclared);
        self.is_drift() && !is_never
    }
}

/// How severe a finding is; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The pinned image is wrong, or gets no more security updates.
    Bad,
    /// The pin should move.
    Due,
    /// The pin may stay, by policy or by acceptance.
    Held,
    /// The pin is as it should be.
    Good,
}
