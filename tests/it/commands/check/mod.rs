//! `imagelock check`: every status, and what it prints.

mod mismatch;
mod output;
mod reports;
mod statuses;
