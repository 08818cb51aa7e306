//! Edits of random manifests with comments, several spellings and mixed line endings. Every line that is not about an
//! edited image must keep its bytes and its position.

use imagelock::domain::manifest::edit::{Declaration, declare, remove, set};
use imagelock::domain::manifest::{Manifest, Target};
use imagelock::domain::types::Name;
use proptest::collection::vec;
use proptest::prelude::*;

/// A line without its line ending, and the image that it is about.
type Line = (String, Option<usize>);

#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a line that may be there")]
struct Image {
    spelling: usize,
    heading: bool,
    above: bool,
    inside: bool,
    below: bool,
    /// Whether the freeze is in a separate table at the end of the file.
    freeze: bool,
    blank_lines: usize,
}

#[derive(Debug, Clone)]
struct Sample {
    text: String,
    lines: Vec<Line>,
    images: usize,
    /// Whether each image is one line under `[images]`.
    is_one_line: bool,
    /// Whether the line endings are mixed. Equal lines may then swap their line endings.
    is_mixed: bool,
}

fn name(image: usize) -> Name {
    format!("image-{image}").parse().unwrap()
}

impl Image {
    /// Returns the lines of an image with its own table.
    fn table(&self, number: usize) -> Vec<String> {
        let header = match self.spelling {
            0 => format!("[images.image-{number}]"),
            1 => format!("[images.image-{number}] # {number} of them"),
            2 => format!("[ images . \"image-{number}\" ]"),
            _ => format!("  ['images'.image-{number}]"),
        };
        let inside = self.inside.then(|| format!("# inside {number}"));
        let zones = ["zones = [", "  \"fr-par-1\", # near", "  \"nl-ams-1\",", "]"].map(str::to_owned);
        let label = format!("label   = 'label_{number}' # why");
        let lines = [header].into_iter().chain(inside).chain([label]).chain(zones);
        lines.chain(["arch = \"\"\"x86_64\"\"\"".to_owned()]).collect()
    }

    /// Returns the lines of an image in the table `[images]`.
    fn short(&self, number: usize) -> Vec<String> {
        if self.spelling.is_multiple_of(2) {
            return vec![format!(
                "image-{number} = {{ label='label_{number}', zone = \"fr-par-1\", arch=\"x86_64\" }} # x"
            )];
        }
        ["label = 'label_", "zone = 'fr-par-", "arch = 'x86_"]
            .map(|key| format!("image-{number}.{key}{}'", if key.contains("arch") { 64 } else { number }))
            .to_vec()
    }
}

fn images() -> impl Strategy<Value = Vec<Image>> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let image = (0..4_usize, flags, 0..3_usize).prop_map(|(spelling, flags, blank_lines)| {
        let (heading, above, inside, below, freeze) = flags;
        Image { spelling, heading, above, inside, below, freeze, blank_lines }
    });
    vec(image, 1..6)
}

/// Returns the lines of a manifest. The first `short` images are keys of `[images]`.
fn lines(images: &[Image], short: usize, begin: usize, end: bool) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let other = |line: &str| (line.to_owned(), None);
    if begin > 0 {
        lines.extend(
            ["# Ours.", "requires = \">=0.1\"", "", "[defaults] # of all", "type = \"instance_sbs\"", ""].map(other),
        );
    }
    if begin > 1 {
        lines.extend(["  ", "# The images.", ""].map(other));
    }
    if short > 0 {
        lines.push(other("[images]"));
    }
    for (number, image) in images.iter().enumerate() {
        let is_short = number < short;
        let about = |line: String| (line, Some(number));
        let is_first = lines.is_empty();
        lines.extend((0..image.blank_lines).map(|_| other("")));
        if image.heading {
            // A heading directly below an image would count as a comment about that image.
            lines.extend((!is_first && image.blank_lines == 0).then(|| other("")));
            lines.extend([other(&format!("# ── {number} ──")), other("")]);
        }
        lines.extend(image.above.then(|| about(format!("# above {number}"))));
        let body = if is_short { image.short(number) } else { image.table(number) };
        lines.extend(body.into_iter().map(about));
        if image.below {
            lines.extend([about(format!("# freeze = {{}} # of {number}")), other("")]);
        }
    }
    for (number, _) in images.iter().enumerate().skip(short).filter(|(_, image)| image.freeze) {
        lines.push(other(""));
        let freeze = [
            format!("[images.image-{number}.freeze]"),
            "reason = \"[x] # no comment\"".to_owned(),
            "until = 2099-12-31".to_owned(),
        ];
        lines.extend(freeze.map(|line| (line, Some(number))));
    }
    if end {
        lines.extend(
            ["", "# For Terraform.", "[[outputs]]", "format='env' # \t", "path='images.env'", "# The end."].map(other),
        );
    }
    lines
}

fn samples() -> impl Strategy<Value = Sample> {
    let ends = (0..3_usize, vec(any::<bool>(), 100), any::<bool>(), any::<bool>());
    (images(), 0..3_usize, 0..3_usize, any::<bool>(), ends).prop_map(|(images, short, begin, end, ends)| {
        let (kind, mixed, mark, no_end) = ends;
        let mut lines = lines(&images, short, begin, end);
        for (at, (line, _)) in lines.iter_mut().enumerate() {
            let is_windows = match kind {
                0 => false,
                1 => true,
                _ => mixed[at % mixed.len()],
            };
            line.push_str(if is_windows { "\r\n" } else { "\n" });
        }
        let mut text: String = lines.iter().map(|(line, _)| &**line).collect();
        if no_end {
            text.truncate(text.trim_end_matches(['\r', '\n']).len());
        }
        if mark {
            text.insert(0, '\u{feff}');
        }
        let is_one_line = images.len() <= short && images.iter().all(|image| image.spelling.is_multiple_of(2));
        Sample { text, lines, images: images.len(), is_one_line, is_mixed: kind == 2 }
    })
}

/// Returns everything that a manifest declares, except the positions in the file.
fn declared(text: &str, is_shown: impl Fn(&Name) -> bool) -> Vec<String> {
    let targets = Manifest::parse(text).unwrap_or_else(|problems| panic!("{problems:?}\n{text}")).targets().to_vec();
    let shown = |Target { cell, selector, image_type, policy, .. }: Target| {
        format!("{cell} {selector} {image_type} {policy:?}")
    };
    targets.into_iter().filter(|target| is_shown(&target.cell.name)).map(shown).collect()
}

/// Returns the lines with their endings, without the byte order mark, blank lines and the last line ending.
fn content(text: &str) -> Vec<&str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_end_matches(['\r', '\n']);
    text.split_inclusive('\n').filter(|line| !line.trim().is_empty()).collect()
}

/// Returns the text with uniform line endings if they are mixed.
fn comparable(text: &str, is_mixed: bool) -> String {
    if is_mixed { text.replace("\r\n", "\n") } else { text.to_owned() }
}

fn new_image() -> Declaration {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let keys = vec![
        ("label", words(&["fedora_43"])),
        ("zones", words(&["fr-par-1", "nl-ams-1"])),
        ("arch", words(&["arm64"])),
    ];
    Declaration { name: "runner".to_owned(), keys }
}

proptest! {
    #[test]
    fn adding_and_removing_an_image_restores_the_manifest(sample in samples()) {
        let Sample { text, is_one_line, is_mixed, .. } = sample;
        let with = declare(&text, &[new_image()]).unwrap();
        let is_old = |name: &Name| name.as_str() != "runner";
        prop_assert_eq!(declared(&with, is_old), declared(&text, |_| true));
        prop_assert_eq!(declared(&with, |name| !is_old(name)).len(), 2);
        // The new image is one block, and nothing else changed.
        let (start, length) = if is_one_line { ("runner = {", 1) } else { ("[images.runner]", 4) };
        let start = with.find(start).unwrap();
        let rest = with[start..].split_inclusive('\n').skip(length).collect::<String>();
        let before = with[..start].strip_suffix("\r\n").or(with[..start].strip_suffix('\n')).unwrap();
        // A one-line image has no blank line before it, unless comments about the image are above it.
        let before = if is_one_line && !before.ends_with('\n') { &with[..start] } else { before };
        let whole = format!("{before}{rest}");
        prop_assert!(whole == text || (rest.is_empty() && before.trim_end_matches(['\r', '\n']) == text), "{:?}\n{:?}", with, text);
        let without = remove(&with, [&"runner".parse().unwrap()]).unwrap();
        prop_assert_eq!(comparable(&without, is_mixed), comparable(&whole, is_mixed));
    }

    #[test]
    fn removing_an_image_keeps_the_lines_about_other_images(sample in samples(), gone in vec(any::<bool>(), 6)) {
        let Sample { text, lines, images, is_mixed, .. } = sample;
        let mut gone: Vec<usize> = (0..images).filter(|image| gone[*image]).collect();
        if gone.len() == images {
            gone.pop();
        }
        let names: Vec<Name> = gone.iter().map(|image| name(*image)).collect();
        let without = remove(&text, &names).unwrap();
        prop_assert_eq!(declared(&without, |_| true), declared(&text, |name| !names.contains(name)));
        let kept: String = lines.iter().filter(|(_, about)| about.is_none_or(|image| !gone.contains(&image))).map(|(line, _)| &**line).collect();
        let (left, right) = (comparable(&without, is_mixed), comparable(&kept, is_mixed));
        prop_assert_eq!(content(&left), content(&right), "{:?}\n{:?}", text, without);
        prop_assert_eq!(without.starts_with('\u{feff}'), text.starts_with('\u{feff}'));
        if gone.is_empty() {
            prop_assert_eq!(without, text);
        }
    }

    #[test]
    fn setting_a_key_changes_no_other_line(sample in samples(), which in any::<prop::sample::Index>()) {
        let Sample { text, lines, images, .. } = sample;
        let image = which.index(images);
        let keys = [("label", vec!["other".to_owned()]), ("zone", vec!["pl-waw-1".to_owned()])];
        let changed = set(&text, &name(image), &keys).unwrap();
        let of_image = declared(&changed, |one| *one == name(image));
        prop_assert!(of_image.len() == 1 && of_image[0].contains("pl-waw-1, x86_64) other"), "{:?}", of_image);
        let others = |one: &Name| *one != name(image);
        prop_assert_eq!(declared(&changed, others), declared(&text, others));
        let mut rest = content(&changed).into_iter();
        for (line, about) in lines.iter().filter(|(line, _)| !line.trim().is_empty()) {
            let is_changed = *about == Some(image) && ["label", "zone", "\"fr-par-1\"", "\"nl-ams-1\"", "]"].iter().any(|key| line.trim_start().starts_with(key) || line.contains(&format!("image-{image} =")) || line.contains(&format!("image-{image}.")));
            prop_assert!(is_changed || rest.any(|other| other.trim_end() == line.trim_end()), "{:?} of {:?}\n{:?}", line, text, changed);
        }
    }
}
