//! imagelock as its users meet it: the real program, real files, a Marketplace over real HTTP and TLS.
//!
//! One file a topic. `bench` is the directory in which a test works, `standin` the Marketplace it talks to.
#![allow(missing_docs, unreachable_pub, reason = "tests are named for what they show, and nobody imports them")]

mod architecture;
mod bench;
mod check;
mod docs;
mod files;
mod help;
mod laws;
mod lockfile;
mod manifest;
mod network;
mod paging;
mod pins;
mod resolve;
mod search;
mod standin;
mod tls;
