//! Parses any text as `images.toml`, checks the properties of the result, and adds and removes an image.
#![no_main]

use imagelock::domain::types::Name;
use imagelock::domain::manifest::edit::{Declaration, declare, remove};
use imagelock::domain::manifest::{Manifest, Target, ImageSelector};
use imagelock::domain::diagnostics::Document;
use imagelock_fuzz::check_problems;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let manifest = match Manifest::parse(text) {
        Ok(manifest) => manifest,
        Err(problems) => return check_problems(problems, text, Document::Manifest),
    };
    let targets = manifest.targets();
    assert!(!targets.is_empty());
    assert!(targets.windows(2).all(|pair| pair[0].cell < pair[1].cell), "sorted, and every cell once");
    for target in targets {
        let spans = &target.spans;
        let optional = [spans.image_type.as_ref(), spans.instance_type.as_ref()].into_iter().flatten();
        for span in [&spans.image, &target.zone_span].into_iter().chain(optional) {
            assert!(text.get(span.clone()).is_some(), "{span:?} is not within the text");
        }
    }
    let new: Name = "new-one".parse().unwrap();
    if !manifest.names().contains(&new) {
        add_and_remove(text, targets, &new);
    }
    let first = &targets[0].cell.name;
    if manifest.names().len() > 1 {
        let without = read(&remove(text, [first]).unwrap());
        assert_eq!(without, contents(targets.iter().filter(|target| target.cell.name != *first)));
    }
});

fn add_and_remove(text: &str, targets: &[Target], new: &Name) {
    let keys = vec![
        ("label", vec!["ubuntu_noble".to_owned()]),
        ("zones", vec!["fr-par-1".to_owned(), "nl-ams-1".to_owned()]),
        ("arch", vec!["x86_64".to_owned()]),
    ];
    let with = declare(text, &[Declaration { name: new.to_string(), keys }]).unwrap();
    let declared = Manifest::parse(&with).unwrap();
    let others = declared.targets().iter().filter(|target| target.cell.name != *new);
    assert_eq!(contents(others), contents(targets));
    assert_eq!(declared.targets().len(), targets.len() + 2);
    assert_eq!(read(&remove(&with, [new]).unwrap()), contents(targets));
}

fn read(text: &str) -> Vec<String> {
    contents(Manifest::parse(text).unwrap().targets())
}

/// The contents of targets as text, without their spans.
fn contents<'t>(targets: impl IntoIterator<Item = &'t Target>) -> Vec<String> {
    let of = |Target { cell, selector, image_type, instance_type, policy, .. }: &Target| {
        let selector = match selector {
            ImageSelector::Release(pattern, range) => format!("{pattern} {range}"),
            other => format!("{other:?}"),
        };
        let min_age = &policy.min_age;
        format!("{cell} {selector} {image_type} {instance_type:?} {min_age:?}")
    };
    targets.into_iter().map(of).collect()
}
