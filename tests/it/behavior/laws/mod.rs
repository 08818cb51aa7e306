//! What holds for every manifest and every catalog, on random ones.

mod locks;
mod versions;
