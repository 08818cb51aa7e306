//! A lockfile with every kind of drift that reports show, after four weeks.

use crate::support::fake_marketplace::{Marketplace, local};
use crate::support::sandbox::Sandbox;

pub const MANIFEST: &str = r#"[defaults]
zone = "fr-par-1"
arch = "x86_64"

[images.web]
label = "ubuntu_noble"
zones = ["fr-par-1", "nl-ams-1"]

[images.db]
label = "ubuntu_noble"

[images.old]
label = "ubuntu_focal"

[images.fine]
label = "debian_bookworm"

[[accept]]
image = "db"
status = "outdated"
reason = "a|b <c> @team _x_, 100%"
until = 2026-12-31

[[accept]]
image = "old"
status = "outdated"
reason = "moved"
until = 2026-01-31
"#;

/// Returns a lockfile after four weeks: `web` is outdated, `db` is accepted, `old` is end-of-life, `gone` is no longer
/// declared.
pub fn drifted() -> (Sandbox, Marketplace) {
    let old = local("ubuntu_focal", "fr-par-1", "x86_64", 5).published("2025-05-01T08:00:00Z");
    let fine = local("debian_bookworm", "fr-par-1", "x86_64", 6).published("2026-11-01T08:00:00Z");
    let noble = |zone, number, date| local("ubuntu_noble", zone, "x86_64", number).published(date);
    let (before, after) = ("2026-09-02T08:30:55Z", "2026-10-20T10:03:30Z");
    let marketplace =
        Marketplace::offering([noble("fr-par-1", 1, before), noble("nl-ams-1", 2, before), old.clone(), fine.clone()]);
    let sandbox =
        Sandbox::with(&format!("{MANIFEST}\n[images.gone]\nlabel = \"debian_bookworm\"\n")).asking(&marketplace);
    sandbox.ok("resolve");
    sandbox.write("images.toml", MANIFEST);
    marketplace.offers([noble("fr-par-1", 11, after), noble("nl-ams-1", 12, after), old, fine]);
    (sandbox, marketplace)
}
