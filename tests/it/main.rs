//! imagelock as its users meet it: the real program, real files, a Marketplace over real HTTP and TLS.
//!
//! One file a topic. `bench` is the directory in which a test works, `standin` the Marketplace it talks to, `authority`
//! vouches for it over TLS, `pinned` is the scene of the tests of policy, `repository` that of the tests of history, `webdriver`
//! the browser that looks at the page.
#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests are named for what they show, nobody imports them, and a panic is a failed test"
)]

mod adopt;
mod adopt_files;
mod adopt_stated;
mod architecture;
mod authority;
mod bench;
mod browser;
mod carry_over;
mod check;
mod claims;
mod consumers;
mod contradictions;
mod crash;
mod dates;
mod deadline;
mod disk;
mod docs;
mod edit;
mod end_of_life;
mod explain;
mod export;
mod faults;
mod files;
mod find;
mod formats;
mod gate;
mod git;
mod git_hardening;
mod git_odd_commits;
mod help;
mod history;
mod hostile;
mod http2;
mod laws;
mod lockfile;
mod man;
mod manifest;
mod many;
mod memory;
mod merge;
mod min_age;
mod misses;
mod network;
mod offline;
mod outputs;
mod ownership;
mod page;
mod paging;
mod pinned;
mod pins;
mod policy;
mod progress;
mod proxy;
mod ranges;
mod release;
mod reports;
mod repository;
mod requests;
mod resolve;
mod schema;
mod search;
mod signals;
mod standin;
mod terminal;
mod tls;
mod version_laws;
mod webdriver;
mod wire;
mod writers;
