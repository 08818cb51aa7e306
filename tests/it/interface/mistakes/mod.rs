//! The mistakes that people make, each with the whole text that imagelock prints for it.

mod manifest;
