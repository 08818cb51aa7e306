//! Parses any bytes as a response of the API. Every resulting catalog can be saved and parsed again.
#![no_main]

use imagelock::domain::catalog::Catalog;
use imagelock::marketplace::{Snapshot, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let label = "ubuntu_noble".parse().unwrap();
    for label in [None, Some(&label)] {
        let mut catalog = Catalog::default();
        for response in read(body, label) {
            catalog.record(response);
        }
        let written = Snapshot::new(&catalog, "2026-11-24T10:00:00Z".parse().unwrap()).write();
        assert_eq!(Snapshot::parse(&written).unwrap().write(), written);
    }
});
