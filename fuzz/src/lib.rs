//! Shared code of the fuzz targets: properties of error messages, and valid digests.

use std::path::PathBuf;

use imagelock::domain::diagnostics::{Document, Failure, Failures, Invocation, Problem, Source};
use imagelock::render::errors;
use sha2::{Digest, Sha256};

/// Checks problems: spans are within the text, and the rendered message contains no control sequences except colors.
pub fn check_problems(problems: Vec<Problem>, text: &str, document: Document) {
    assert!(!problems.is_empty(), "an error without a problem");
    for problem in &problems {
        assert_eq!(problem.document, document);
        if let Some(span) = &problem.span {
            assert!(text.get(span.clone()).is_some(), "{span:?} is not within the text");
        }
    }
    let source = || Some(Source { path: PathBuf::from("images.toml"), text: text.to_owned() });
    let failure = Failure { problems, manifest: source(), lock: source() };
    let failures = Failures { failures: vec![failure], manifests: None, written: Vec::new() };
    let shown = errors::failures(&failures, &Invocation::default());
    for (at, char) in shown.char_indices().filter(|(_, char)| char.is_control() && *char != '\n') {
        let style = shown[at..].strip_prefix("\u{1b}[").and_then(|rest| rest.find('m').map(|end| &rest[..end]));
        let style = style.is_some_and(|style| style.bytes().all(|byte| byte.is_ascii_digit() || byte == b';'));
        assert!(style, "{char:?} in the message: {shown:?}");
    }
    assert!(shown.len() < 100_000 + 40 * text.len(), "a message of {} bytes for a text of {} bytes", shown.len(), text.len());
}

/// The text with a valid digest in every block that has a digest.
pub fn with_valid_digests(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut body = String::new();
    for line in text.split_inclusive('\n') {
        if line.starts_with("digest = ") {
            result.push_str(&format!("digest = \"{}\"\n", digest(&body)));
            continue;
        }
        if line.starts_with("[[pin]]") {
            body.clear();
        } else {
            body.push_str(line);
        }
        result.push_str(line);
    }
    result
}

fn digest(body: &str) -> String {
    let hex: String = Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}
