//! Lock -> what another tool reads.
//!
//! All formats but `env` have one shape: image, then zone, then architecture. Adding a zone or an architecture adds a
//! branch and moves no other; all stand in the order of the lock, and the same lock gives the same bytes.

mod env;
mod nested;

use std::borrow::Cow;
use std::fmt;

use crate::domain::lock::Lock;
use crate::domain::mend::both_sides;
use crate::domain::output::Format;
use crate::domain::problem::Problem;

/// The first line of a file whose format has comments.
const HEAD: &str = "# This file is written by imagelock from its lockfile. Change images.toml instead of editing it.\n";

/// The pins of a lock in a format. Displaying it writes the text piece by piece: that of a hundred thousand pins is never in
/// memory as a whole, unless somebody wants it so.
pub struct Export<'l> {
    lock: Cow<'l, Lock>,
    format: Format,
}

impl<'l> Export<'l> {
    /// Makes sure that a lock can be exported in a format.
    ///
    /// # Errors
    /// If a block of the lock was edited, so that nobody vouches for its ID; or if two pins cannot be told apart in the
    /// format.
    pub fn new(lock: Cow<'l, Lock>, format: Format) -> Result<Self, Vec<Problem>> {
        let mut problems: Vec<Problem> = lock.pins().iter().filter_map(|pin| lock.edited(&pin.cell)).collect();
        if problems.is_empty() && format == Format::Env {
            problems = env::collisions(lock.pins());
        }
        if problems.is_empty() { Ok(Self { lock, format }) } else { Err(problems) }
    }
}

impl fmt::Display for Export<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pins = self.lock.pins();
        match self.format {
            Format::Tfvars => nested::TFVARS.write(pins, f),
            Format::Hcl => nested::HCL.write(pins, f),
            Format::Ansible => nested::ANSIBLE.write(pins, f),
            Format::Json => nested::JSON.write(pins, f),
            Format::Yaml => nested::YAML.write(pins, f),
            Format::Env => env::write(pins, f),
        }
    }
}

/// Whether a file is one that imagelock wrote in this format, so that it may be replaced; an empty one may be, too.
pub fn is_ours(format: Format, text: &str) -> bool {
    // git may have left conflicts in it. What is made of the lock has no other side to keep.
    both_sides(text).is_some_and(|sides| sides.iter().all(|side| is_whole_and_ours(format, side)))
}

fn is_whole_and_ours(format: Format, text: &str) -> bool {
    let json = || serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).unwrap_or_default();
    let head = || text.lines().find(|line| !line.trim().is_empty());
    text.trim().is_empty()
        || match format {
            Format::Hcl | Format::Ansible | Format::Env | Format::Yaml => head() == HEAD.lines().next(),
            Format::Json => {
                let schema = json();
                schema.get("schema").and_then(|it| it.as_str()).is_some_and(|it| it.starts_with("imagelock.export/"))
            }
            Format::Tfvars => json().keys().map(String::as_str).eq(["images"]),
        }
}
