//! The manifest of most tests: one image, `web`.

pub const WEB: &str = "[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";

/// The same with the lines that a test adds.
pub fn web(rest: &str) -> String {
    format!("{WEB}{rest}")
}

/// An accepted finding, as a table at the end of a manifest.
pub fn accept(image: &str, status: &str, reason: &str, until: &str) -> String {
    format!("\n[[accept]]\nimage = \"{image}\"\nstatus = \"{status}\"\nreason = \"{reason}\"\nuntil = {until}\n")
}
