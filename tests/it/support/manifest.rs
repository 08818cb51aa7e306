//! The manifest of most tests: one image, `web`.

pub const WEB: &str = "[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";

/// The same with the lines that a test adds.
pub fn web(rest: &str) -> String {
    format!("{WEB}{rest}")
}
