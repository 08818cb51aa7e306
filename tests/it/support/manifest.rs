//! The manifest that most tests use: one image, `web`.

pub const WEB: &str = "[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";

/// Returns the manifest with additional lines.
pub fn web(rest: &str) -> String {
    format!("{WEB}{rest}")
}

/// Returns an `[[accept]]` table for the end of a manifest.
pub fn accept(image: &str, status: &str, reason: &str, until: &str) -> String {
    format!("\n[[accept]]\nimage = \"{image}\"\nstatus = \"{status}\"\nreason = \"{reason}\"\nuntil = {until}\n")
}
