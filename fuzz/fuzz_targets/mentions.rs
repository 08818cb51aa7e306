//! Any text as a file of Terraform's, or as JSON, in which `adopt` looks for IDs.
#![no_main]

use imagelock::domain::adopt::mention::mentions;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let lines = text.matches('\n').count() + 1;
    let lower = text.to_lowercase();
    let is_json = lower.contains("\\u");
    for mention in mentions(text) {
        assert!((1..=lines).contains(&mention.line), "line {} of {lines}", mention.line);
        // In JSON, a digit may be written as `\u0030`.
        assert!(is_json || lower.contains(&mention.id.to_string()), "{} is not in the text", mention.id);
    }
});
