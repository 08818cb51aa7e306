//! `imagelock check`: every status, and every kind of output.

mod mismatch;
mod output;
mod reports;
mod statuses;
