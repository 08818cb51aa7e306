//! imagelock as its users meet it: the real program, real files, a Marketplace over real HTTP and TLS.
//!
//! One file a topic. `bench` is the directory in which a test works, `standin` the Marketplace it talks to.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests are named for what they show, nobody imports them, and a panic is a failed test"
)]

mod architecture;
mod bench;
mod check;
mod docs;
mod explain;
mod export;
mod files;
mod help;
mod laws;
mod lockfile;
mod manifest;
mod network;
mod paging;
mod pins;
mod policy;
mod release;
mod resolve;
mod search;
mod standin;
mod tls;
