//! The statuses of a pin: one table from which every report, schema and page of the documentation takes what it says of them.

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
    /// The Marketplace no longer offers the image, here or at all: see [`Cause`].
    Unavailable,
    /// The pin no longer lists the declared Instance type.
    Incompatible,
    /// Manifest and lock disagree: see [`Cause`].
    Stale,
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

/// Whether a status is drift, which makes `check` exit with 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Drift that no manifest can accept: a changed ID or block is never a matter of policy.
    NeverAccepted,
    /// Drift, unless the manifest accepts it.
    Drift,
    /// Not drift.
    Fine,
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

/// What fixes a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fix {
    /// Restore the block, or pin the image again.
    Restore,
    /// Restore the block, or pin an ID that the Marketplace lists.
    Verify,
    /// Make the lock follow the manifest.
    Resolve,
    /// Move the pin.
    Upgrade,
    /// Move the pin; if no local image can be pinned, declare another label.
    Replace,
    /// Declare a label that gets updates.
    Succeed,
    /// There is nothing to fix.
    Nothing,
}

/// A row of the table: a status, the word for it in every format, its class, its severity, its meaning and its fix.
struct Row(Status, &'static str, Class, Severity, &'static str, Fix);

/// Every status, the worst first.
const TABLE: [Row; 12] = {
    use Class::{Drift, Fine, NeverAccepted};
    use Severity::{Bad, Due, Good, Held};
    use Status::{
        Cooling, Current, Edited, Eol, EolSoon, Frozen, Incompatible, Mismatch, Outdated, Stale, Unavailable,
        Unverified,
    };
    let mismatch = "The pinned ID has another label, zone, architecture or type: the UUID was swapped";
    let edited = "The block in the lockfile does not match its digest: it was edited by hand or by a merge";
    let unverified = "The Marketplace does not list the changed ID, and the lockfile did not pin it before the change; \
                      only in `check --changed-since`";
    let eol =
        "Support has ended: by `eol` in the manifest, else by the Marketplace or the vendor, whichever is earlier";
    let unavailable = "The Marketplace no longer has the label, or not in this zone, architecture or type";
    let incompatible =
        "The pinned image, or the one that could replace it, does not boot on the declared Instance type";
    let stale = "The image is declared but not locked, locked but not declared, or locked for another declaration";
    let outdated = "A newer local image exists, and the policy allows it";
    let eol_soon = "Support ends within `eol-warning`";
    let frozen = "A newer local image exists, but the image is frozen";
    let cooling = "A newer local image exists, but it is younger than `min-age`";
    let current = "The newest local image that the policy allows is pinned";
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
        Row(Frozen, "frozen", Fine, Held, frozen, Fix::Nothing),
        Row(Cooling, "cooling", Fine, Held, cooling, Fix::Nothing),
        Row(Current, "current", Fine, Good, current, Fix::Nothing),
    ]
};

impl Status {
    /// Every status, the worst first.
    pub const ALL: [Self; TABLE.len()] = {
        let mut all = [Self::Current; TABLE.len()];
        let mut at = 0;
        while at < all.len() {
            all[at] = TABLE[at].0;
            // A status is the index of its row.
            assert!(all[at] as usize == at);
            at += 1;
        }
        all
    };

    /// The word for it in every format.
    pub fn as_str(self) -> &'static str {
        self.row().1
    }

    /// Whether it is drift.
    pub fn class(self) -> Class {
        self.row().2
    }

    /// How serious it is, unless it is accepted.
    pub fn severity(self) -> Severity {
        self.row().3
    }

    /// What it means, in a sentence.
    pub fn meaning(self) -> &'static str {
        self.row().4
    }

    /// What fixes it.
    pub fn fix(self) -> Fix {
        self.row().5
    }

    /// Whether it is drift, and so makes `check` exit with 2.
    pub fn is_drift(self) -> bool {
        self.class() != Class::Fine
    }

    /// Whether a manifest can accept it for a while.
    pub fn is_acceptable(self) -> bool {
        self.class() == Class::Drift
    }

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }
}

impl Class {
    /// The class in the documentation.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeverAccepted => "drift that cannot be accepted",
            Self::Drift => "drift, unless accepted",
            Self::Fine => "fine",
        }
    }
}

impl Fix {
    /// The command, and what it is for, as the beginning of a sentence; what a search is for ends with names of images.
    pub fn command(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Restore => Some(("upgrade", "restore the file from version control, or pin these images again")),
            Self::Verify => {
                Some(("upgrade", "restore the block from version control, or pin what the Marketplace lists"))
            }
            Self::Resolve => Some(("resolve", "to make the lock follow the manifest")),
            Self::Upgrade => Some(("upgrade", "to move to the latest")),
            Self::Replace => Some(("search", "to see what there is instead of")),
            Self::Succeed => Some(("search", "to see what could follow")),
            Self::Nothing => None,
        }
    }
}

/// What makes a pin `unavailable` or `stale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The Marketplace no longer has the label.
    LabelGone,
    /// The Marketplace has the label, but not in this zone, for this architecture, with this type.
    NotOffered,
    /// Declared, but not locked.
    NotLocked,
    /// Locked, but not declared.
    NotDeclared,
    /// Locked for another declaration.
    DeclaredDifferently,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 5] =
        [Self::LabelGone, Self::NotOffered, Self::NotLocked, Self::NotDeclared, Self::DeclaredDifferently];

    /// The word for it in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LabelGone => "label-gone",
            Self::NotOffered => "not-offered",
            Self::NotLocked => "not-locked",
            Self::NotDeclared => "not-declared",
            Self::DeclaredDifferently => "declared-differently",
        }
    }

    /// The status that it causes.
    pub fn status(self) -> Status {
        match self {
            Self::LabelGone | Self::NotOffered => Status::Unavailable,
            Self::NotLocked | Self::NotDeclared | Self::DeclaredDifferently => Status::Stale,
        }
    }
}
