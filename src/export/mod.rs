//! Lock -> what another tool reads.
//!
//! All formats but `env` have one shape: image, then zone, then architecture. Adding a zone or an architecture adds a
//! branch and moves no other; all stand in the order of the lock, and the same lock gives the same bytes.

mod env;
mod head;
mod nested;

pub use self::head::{head, is_ours, manifest_path, owners, relative_path};

use std::borrow::Cow;
use std::fmt;

use crate::domain::diagnostics::problem::Problem;
use crate::domain::lock::Lock;
use crate::domain::manifest::outputs::Format;

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

impl Export<'_> {
    /// All but the [`head()`] of the file.
    fn write_body(&self, f: &mut impl fmt::Write) -> fmt::Result {
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

    /// What follows the [`head()`]: the same for every file of the format.
    pub fn body(&self) -> String {
        let mut body = String::new();
        // Writing to a string does not fail.
        let _ = self.write_body(&mut body);
        body
    }
}

/// The whole text, with the head of a text that belongs to no file.
impl fmt::Display for Export<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&head(self.format, None))?;
        self.write_body(f)
    }
}
