//! Parses any text as a Terraform file or as JSON in which `adopt` finds IDs.
#![no_main]

use imagelock::domain::references::references;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for reference in references("file", text).unwrap_or_default() {
        let place = reference.location.to_string();
        let (_, line) = place.split_once(':').expect("a file and a line");
        let lines = text.matches('\n').count() + 1;
        assert!((1..=lines).contains(&line.parse().expect("a line that is not a number")), "line {line} of {lines}");
        // JSON may contain a digit as `\u0030`.
        let lower = text.to_lowercase();
        assert!(lower.contains("\\u") || lower.contains(&reference.id.to_string()), "{} is not in the text", reference.id);
    }
});
