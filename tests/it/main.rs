//! imagelock as its users meet it: the real program, real files, a Marketplace over real HTTP and TLS.
//!
//! By reader: `commands` is the manual, `behavior` the rules, `reliability` what goes wrong, `interface` what people and
//! machines read, `integrations` the programs that use the pins. `support` is what the tests share.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests are named for what they show, nobody imports them, and a panic is a failed test"
)]

mod behavior;
mod commands;
mod integrations;
mod interface;
mod reliability;
mod support;
