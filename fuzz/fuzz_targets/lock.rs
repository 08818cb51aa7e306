//! Any text as `images.lock`, and the same with digests that are right.
#![no_main]

use imagelock::domain::lock::{Lock, Reader};
use imagelock::domain::diagnostics::problem::Document;
use imagelock_fuzz::{sealed, told};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    read(text);
    read(&sealed(text));
});

fn read(text: &str) {
    let canonical = Reader::default().finish(text);
    // Cut anywhere, here in the middle, it is read as the whole is.
    let (mut parts, middle) = (Reader::default(), text.floor_char_boundary(text.len() / 2));
    let taken = parts.read(&text[..middle]);
    assert_eq!(taken.and_then(|taken| parts.finish(&text[taken..])), canonical);
    if let Some(lock) = canonical {
        assert_eq!(lock.write(), text);
    }
    let lock = match Lock::parse(text) {
        Ok(lock) => lock,
        Err(problems) => return told(problems, text, Document::Lock),
    };
    assert!(lock.pins().windows(2).all(|pair| pair[0].cell < pair[1].cell), "sorted, and no cell twice");
    // No text is canonical that ends in a comment: the fast reader and the other read alike.
    assert_eq!(Lock::parse(&format!("{text}\n#")).as_ref(), Ok(&lock));
    let written = lock.write();
    let again = Lock::parse(&written).unwrap();
    assert_eq!(again.write(), written);
    assert_eq!(again.pins(), lock.pins());
    for pin in lock.pins() {
        assert_eq!(again.block(&pin.cell), lock.block(&pin.cell));
        assert_eq!(again.is_edited(&pin.cell), lock.is_edited(&pin.cell));
    }
}
