//! What the tests share: a folder to work in, a Marketplace to ask, a repository, a browser.

pub mod authority;
pub mod broken_wire;
pub mod directory_lock;
pub mod fake_marketplace;
pub mod git_repository;
pub mod one_pin;
pub mod sandbox;
pub mod webdriver;
