//! Parses any text as a snapshot, and uses it for every query.
#![no_main]

use std::collections::BTreeSet;

use imagelock::domain::types::ImageRef;
use imagelock::domain::catalog::{Catalog, Lookup, Query};
use imagelock::marketplace::{Backend, Snapshot};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let snapshot = match Snapshot::parse(text) {
        Ok(snapshot) => snapshot,
        Err(error) => {
            let message = error.to_string();
            assert!(message.chars().count() < 600, "a message of {} bytes for a text of {} bytes", message.len(), text.len());
            return;
        }
    };
    let written = snapshot.write();
    assert_eq!(Snapshot::parse(&written).unwrap(), snapshot);
    let taken = snapshot.taken;
    let backend = Backend::Snapshot(snapshot);
    let mut catalog = Catalog::default();
    backend.fetch(&mut catalog, all_queries);
    let again = Snapshot::new(&catalog, taken).write();
    assert_eq!(Snapshot::parse(&again).unwrap().write(), again);
});

fn all_queries(catalog: &Catalog) -> BTreeSet<Query> {
    let mut queries = BTreeSet::from([Query::Index]);
    for image in catalog.images() {
        let by_label = ImageRef::Label(image.label.clone());
        if let Lookup::Found(versions) = catalog.versions(&by_label) {
            queries.extend(versions.iter().map(|it| Query::Listing(ImageRef::Version(it.id))));
        }
        queries.extend([Query::Versions(image.id), Query::Listing(ImageRef::Id(image.id))]);
        queries.insert(Query::Listing(by_label));
    }
    queries
}
