//! Runs imagelock as users do: the real program with real files, and a Marketplace over real HTTP and TLS.
//!
//! `commands` follows the manual. `behavior` covers the rules, `reliability` the faults, `interface` everything that
//! people and machines read, and `integrations` the programs that use the pins. `support` contains the shared setup.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the name of a test describes it, no other crate imports it, and a panic means that it failed"
)]

mod behavior;
mod commands;
mod integrations;
mod interface;
mod reliability;
mod support;
