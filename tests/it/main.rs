//! imagelock as its users meet it: the real program, real files, a Marketplace over real HTTP and TLS.
//!
//! One file a topic. `bench` is the directory in which a test works, `standin` the Marketplace it talks to, `pinned` the
//! scene of the tests of policy, `webdriver` the browser that looks at the HTML page.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests are named for what they show, nobody imports them, and a panic is a failed test"
)]

mod architecture;
mod bench;
mod browser;
mod check;
mod dates;
mod docs;
mod end_of_life;
mod explain;
mod export;
mod files;
mod help;
mod laws;
mod lockfile;
mod manifest;
mod min_age;
mod network;
mod page;
mod paging;
mod pinned;
mod pins;
mod policy;
mod ranges;
mod release;
mod reports;
mod resolve;
mod search;
mod standin;
mod tls;
mod webdriver;
