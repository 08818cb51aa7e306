//! The pins of a lock, as other tools read them.
//!
//! All formats but `env` have one shape: image, then zone, then architecture. A new zone or architecture adds a branch and
//! moves no other. The order is that of the lock, and the same lock gives the same bytes.

mod env;
pub(crate) mod head;
mod nested;

use std::borrow::Cow;
use std::fmt;

use self::head::head;

use crate::domain::diagnostics::Problem;
use crate::domain::lock::Lock;
use crate::domain::manifest::outputs::Format;

/// The pins of a lock in a format. Displaying it writes the text piece by piece: that of a hundred thousand pins is never in
/// memory as a whole.
pub struct Export<'l> {
    lock: Cow<'l, Lock>,
    format: Format,
}

impl<'l> Export<'l> {
    /// Makes sure that a lock can be exported in a format.
    ///
    /// # Errors
    /// If a block of the lock was edited, so that its ID is not trusted; or if two pins would have one name in the format.
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
        match nested::document(self.format) {
            Some(document) => document.write(pins, f),
            None => env::write(pins, f),
        }
    }

    /// The text after the `head`: the same for every file of the format.
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
