//! Each report is valid in its format with any text and date, according to a parser of that format.

use std::path::PathBuf;

use imagelock::domain::check::{Finding, Report};
use imagelock::domain::diagnostics::{Invocation, Problem, Source, is_unprintable};
use imagelock::domain::types::{Cell, ImageType, Status};
use imagelock::render::{CheckReport, Format, ManifestReport, Width, check};
use jiff::Timestamp;
use proptest::prelude::*;

/// Returns hostile text: every character that has a meaning in some format, and any other character.
fn text() -> impl Strategy<Value = String> {
    let marks = "[`|\\\\<>&\"'@#$:%_*\\[\\]~!^,=\r\n\t \u{1b}\u{7f}\u{9b}\u{202e}\u{200b}\u{feff}\u{fffe}\u{ffff}\u{e0041}a1-]{0,12}";
    prop_oneof![marks, ".{0,12}", proptest::collection::vec(any::<char>(), 0..8).prop_map(String::from_iter)]
}

fn time() -> impl Strategy<Value = Timestamp> {
    (Timestamp::MIN.as_second()..=Timestamp::MAX.as_second()).prop_map(|second| Timestamp::from_second(second).unwrap())
}

fn report(notes: &[String], image: &str, published: Timestamp, drift: bool) -> Report {
    let cell =
        Cell { name: "web".parse().unwrap(), zone: "fr-par-1".parse().unwrap(), arch: "x86_64".parse().unwrap() };
    let finding = Finding {
        is_listed: Some(false),
        status: Status::Outdated,
        statuses: vec![Status::Outdated],
        cause: None,
        is_drift: drift,
        cell,
        image: image.to_owned(),
        label: None,
        image_type: "instance_sbs".parse::<ImageType>().unwrap(),
        locked: None,
        published: Some(published),
        latest: None,
        end: None,
        notes: notes.to_vec(),
        span: Some(0..1),
    };
    let notice = notes.iter().fold(Problem::new(image).at(0..1, image).help(image), Problem::note);
    Report { findings: vec![finding], notices: vec![notice], gate: None }
}

/// Counts the pipes that separate the columns of a Markdown row. A backslash escapes the next character.
fn separators(row: &str) -> usize {
    let mut chars = row.chars();
    let mut count = 0;
    while let Some(char) = chars.next() {
        match char {
            '\\' => drop(chars.next()),
            '|' => count += 1,
            _ => {}
        }
    }
    count
}

fn xml(text: &str) {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    if let Err(error) = roxmltree::Document::parse_with_options(text, options) {
        panic!("{error}: {text}");
    }
}

proptest! {
    #[test]
    fn reports_are_valid_with_any_text_and_date(
        notes in proptest::collection::vec(text(), 1..3),
        image in text(),
        path in text(),
        (published, now) in (time(), time()),
        drift: bool,
    ) {
        let report = report(&notes, &image, published, drift);
        let manifest = Source { path: PathBuf::from(&path), text: "x\n".to_owned() };
        let parts = [ManifestReport { report: &report, manifest: &manifest, lock: None, stale: None }];
        let subject = CheckReport { manifests: &parts, failed: &[], invocation: &Invocation::default().of(&manifest.path), project: &image, now };
        for format in Format::ALL {
            let text = anstream::adapter::strip_str(&check(format, subject, false, Width::UNLIMITED)).to_string();
            prop_assert!(!text.contains(|char| char != '\n' && is_unprintable(char)), "{format:?}: {text:?}");
            match format {
                Format::Json => {
                    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
                    prop_assert_eq!(&json["pins"][0]["notes"], &serde_json::json!(notes));
                    prop_assert_eq!(&json["notices"][0]["message"], &serde_json::json!(image));
                }
                Format::Sarif => {
                    let sarif: serde_json::Value = serde_json::from_str(&text).unwrap();
                    let result = &sarif["runs"][0]["results"][0];
                    prop_assert!(result["message"]["text"].as_str().unwrap().contains(&notes.join("; ")));
                    let uri = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
                    prop_assert!(uri.as_str().unwrap().is_ascii());
                }
                Format::Junit | Format::Html => xml(&text),
                Format::Github => {
                    let commands = text.lines().filter(|line| line.starts_with("::")).count();
                    prop_assert_eq!((commands, text.lines().count()), (2, 4), "{}", text);
                }
                Format::Markdown => {
                    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
                    prop_assert_eq!(rows.len(), 3, "{}", text);
                    let counts: Vec<usize> = rows.iter().map(|row| separators(row)).collect();
                    prop_assert!(counts.iter().all(|count| *count == counts[0]), "{text}");
                }
                Format::Human => {}
            }
        }
    }
}
