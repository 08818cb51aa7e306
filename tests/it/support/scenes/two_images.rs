//! Two images in one zone: `web` (Ubuntu) and `db` (Debian).

use crate::support::fake_marketplace::{Local, local};

pub const WEB: &str = r#"
[defaults]
zone = "fr-par-1"
arch = "x86_64"

[images.web]
label = "ubuntu_noble"
"#;

pub const WEB_AND_DB: &str = r#"
[defaults]
zone = "fr-par-1"
arch = "x86_64"

[images.web]
label = "ubuntu_noble"

[images.db]
label = "debian_bookworm"
"#;

pub fn noble(number: u32) -> Local {
    local("ubuntu_noble", "fr-par-1", "x86_64", number)
}

pub fn bookworm(number: u32) -> Local {
    local("debian_bookworm", "fr-par-1", "x86_64", number)
}

/// The offers of the Marketplace: `web` is also offered in another zone, for another architecture and with another
/// type.
pub fn offers() -> [Local; 5] {
    [
        noble(1),
        local("ubuntu_noble", "fr-par-1", "arm64", 2),
        local("ubuntu_noble", "nl-ams-1", "x86_64", 3),
        noble(4).of_type(Some("instance_local")),
        bookworm(5),
    ]
}

/// The offers after new versions of both images were published.
pub fn updated() -> [Local; 3] {
    [noble(11), local("ubuntu_noble", "nl-ams-1", "x86_64", 13), bookworm(15)]
}
