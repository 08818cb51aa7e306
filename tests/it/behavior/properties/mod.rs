//! Properties that hold for every manifest and every catalog, tested with random ones.

mod edits;
mod locks;
mod versions;
