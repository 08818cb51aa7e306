//! imagelock as users run it: the real program, real files, a Marketplace over real HTTP and TLS.
//!
//! `commands` reads like the manual. `behavior` has the rules, `reliability` the faults, `interface` everything that people
//! and machines read, `integrations` the programs that use the pins. `support` has the shared set-up.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests are named for what they show, no crate imports them, and a panic is a failed test"
)]

mod behavior;
mod commands;
mod integrations;
mod interface;
mod reliability;
mod support;
