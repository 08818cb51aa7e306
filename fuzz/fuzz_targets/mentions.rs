//! Any text as files of Terraform's, or as JSON, in which `adopt` looks for IDs. A NUL ends a file.
#![no_main]

use imagelock::domain::adopt::mention::mentions;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let files: Vec<(String, String)> =
        text.split('\0').enumerate().map(|(n, text)| (n.to_string(), text.to_owned())).collect();
    for wish in mentions(&files).unwrap_or_default() {
        let place = wish.place.expect("it stands in a file");
        let (file, line) = place.split_once(':').expect("a file and a line");
        let text = &files[file.parse::<usize>().expect("the name of a file")].1;
        let lines = text.matches('\n').count() + 1;
        assert!((1..=lines).contains(&line.parse().expect("a number")), "line {line} of {lines}");
        // In JSON, a digit may be written as `\u0030`.
        let told = text.to_lowercase();
        assert!(told.contains("\\u") || told.contains(&wish.id.to_string()), "{} is not in the text", wish.id);
    }
});
