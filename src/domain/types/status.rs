//! The statuses of a pin, each with all that every report says of it.

/// The status of a pin; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// The ID exists, but has another label, zone, architecture or type: a UUID was swapped.
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

/// How serious a status is; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The pinned image is wrong, or no longer gets updates.
    Bad,
    /// The pin should move.
    Due,
    /// The pin may stay, by policy or by acceptance.
    Held,
    /// Nothing is wrong.
    Good,
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

    /// The word for it in every format, its severity, and what it means, in a sentence.
    const fn row(self) -> (&'static str, Severity, &'static str) {
        use Severity::{Bad, Due, Good, Held};
        match self {
            Self::Mismatch => (
                "mismatch",
                Bad,
                "The pinned ID is of another label, zone, architecture or type: somebody swapped a UUID",
            ),
            Self::Edited => ("edited", Bad, "The block of the lockfile does not match its digest"),
            Self::Unverified => (
                "unverified",
                Bad,
                "The changed ID is not listed by the Marketplace, and was not pinned before the change",
            ),
            Self::Eol => ("eol", Bad, "Support has ended"),
            Self::Withdrawn => ("withdrawn", Bad, "The Marketplace no longer has the label"),
            Self::Retired => {
                ("retired", Bad, "The Marketplace has the label, but no longer in this zone, architecture or type")
            }
            Self::Incompatible => ("incompatible", Bad, "The image does not boot on the declared Instance type"),
            Self::Unlocked => {
                ("unlocked", Due, "The image is declared, but not in the lockfile, or declared otherwise")
            }
            Self::Undeclared => ("undeclared", Due, "The image is in the lockfile, but not declared"),
            Self::Outdated => ("outdated", Due, "A newer local image exists, and the policy allows it"),
            Self::EolSoon => ("eol-soon", Due, "Support ends soon"),
            Self::Frozen => ("frozen", Held, "A newer local image exists, but the image is frozen"),
            Self::Cooling => ("cooling", Held, "A newer local image exists, but is younger than the policy allows"),
            Self::Current => ("current", Good, "The newest local image that the policy allows is pinned"),
        }
    }

    /// The word for it in every format.
    pub fn as_str(self) -> &'static str {
        self.row().0
    }

    /// How serious it is, unless it is accepted.
    pub fn severity(self) -> Severity {
        self.row().1
    }

    /// What it means, in a sentence.
    pub fn meaning(self) -> &'static str {
        self.row().2
    }

    /// Whether it is drift, and so makes `check` exit with 2.
    pub fn is_drift(self) -> bool {
        self.severity() < Severity::Held
    }

    /// Whether a manifest can accept it for a while. A changed ID or block is never a matter of policy.
    pub fn is_acceptable(self) -> bool {
        match self {
            Self::Eol | Self::Withdrawn | Self::Retired | Self::Incompatible | Self::Outdated | Self::EolSoon => true,
            Self::Mismatch | Self::Edited | Self::Unverified | Self::Unlocked | Self::Undeclared
            // These are not drift in the first place.
            | Self::Frozen | Self::Cooling | Self::Current => false,
        }
    }
}

// The statuses are listed without a gap: a new one is in `ALL`, in its place.
const _: () = {
    let mut at = 0;
    while at < Status::ALL.len() {
        assert!(Status::ALL[at] as usize == at);
        at += 1;
    }
    assert!(at == Status::Current as usize + 1);
};
