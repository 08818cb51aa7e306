//! Several manifests in one run: one catalog, one report, one exit status.

mod errors;
mod reports;
