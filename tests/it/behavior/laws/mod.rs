//! What holds for every manifest and every catalog, on random ones.

mod edits;
mod locks;
mod versions;
