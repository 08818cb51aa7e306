//! What the readers of files have in common: they pass on one string after the other, so that memory does not grow with the
//! file.

use std::borrow::Cow;

/// Is called with each string of a file: the keys that lead to it, its line from 1, and the string. The keys of a resource
/// begin with `resource`, its type and its name.
pub(super) type Visit<'s> = dyn FnMut(&[Cow<'_, str>], usize, &str) + 's;

/// How deep a file may be nested: as deep as JSON may be.
pub(super) const MAX_DEPTH: usize = 128;
