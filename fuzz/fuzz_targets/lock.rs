//! Parses any text as `images.lock`, as it is and with valid digests.
#![no_main]

use imagelock::domain::lock::Lock;
use imagelock::domain::diagnostics::Document;
use imagelock_fuzz::{check_problems, with_valid_digests};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    read(text);
    read(&with_valid_digests(text));
});

fn read(text: &str) {
    let lock = match Lock::parse(text) {
        Ok(lock) => lock,
        Err(problems) => return check_problems(problems, text, Document::Lock),
    };
    assert!(lock.pins().windows(2).all(|pair| pair[0].cell < pair[1].cell), "sorted, and every cell once");
    // The parser reads blocks one at a time, unless a header is indented; both ways must have the same result.
    let indented = Lock::parse(&text.replace("\n[[pin]]", "\n [[pin]]")).unwrap();
    assert_eq!(indented.pins(), lock.pins());
    let written = lock.write();
    assert!(lock.is_written(&written));
    let again = Lock::parse(&written).unwrap();
    assert_eq!(again.write(), written);
    assert_eq!(again.pins(), lock.pins());
    for pin in lock.pins() {
        assert_eq!(again.block(&pin.cell), lock.block(&pin.cell));
        assert_eq!(again.is_edited(&pin.cell), lock.is_edited(&pin.cell));
    }
}
