//! Lockfiles with changes that their digests do not reveal.

use imagelock::domain::lock::{Lock, Pin};

use crate::support::sandbox::Sandbox;

/// Changes the pins of a lockfile and updates their digests.
pub fn forge(sandbox: &Sandbox, path: &str, change: impl Fn(&mut Pin)) {
    sandbox.write(path, forged(&sandbox.read(path), change));
}

/// Like `forge`, for the text of a lockfile.
pub fn forged(text: &str, change: impl Fn(&mut Pin)) -> String {
    let mut pins = Lock::parse(text).unwrap().pins().to_vec();
    pins.iter_mut().for_each(change);
    Lock::new(pins).write()
}
