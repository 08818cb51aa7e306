//! The setup that tests share: a sandbox, a fake Marketplace, git repositories, a browser, and fixtures.

pub mod authority;
pub mod broken_wire;
pub mod directory_lock;
pub mod documentation;
pub mod example;
pub mod fake_marketplace;
pub mod faults;
#[cfg(unix)]
pub mod file_tree;
pub mod fixtures;
pub mod forged_lock;
pub mod git_repository;
pub mod manifest;
pub mod sandbox;
pub mod source_files;
pub mod webdriver;
