//! The header of an exported file: it says that imagelock wrote the file, and for which manifest.
//!
//! The header is a comment. JSON has no comments, so there it is the value of the root key `"//"`, which Terraform and
//! Packer ignore.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

use crate::domain::lock::conflicts::both_sides;
use crate::domain::manifest::outputs::Format;

/// The bytes of a path that are percent-encoded: those that could end a comment or a string, and other unusual ones.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'+')
    .remove(b'=')
    .remove(b'@')
    .remove(b',')
    .remove(b'~')
    .remove(b':')
    .remove(b'/');

/// The notice by which imagelock recognizes its own files.
const NOTICE: &str = "This file is written by imagelock from its lockfile. Change the manifest instead of editing it.";

/// The text before the path of the manifest.
const MANIFEST: &str = "Manifest: ";

/// The header of a file that belongs to the manifest at a [`relative_path`], or of a text that is not written to a
/// file.
pub(crate) fn header(format: Format, manifest: Option<&str>) -> String {
    if is_json(format) {
        let manifest = manifest.map_or_else(String::new, |manifest| format!(" {MANIFEST}{manifest}"));
        return format!("{{\n  \"//\": \"{NOTICE}{manifest}\",\n");
    }
    let manifest = manifest.map_or_else(String::new, |manifest| format!("# {MANIFEST}{manifest}\n"));
    format!("# {NOTICE}\n{manifest}")
}

fn is_json(format: Format) -> bool {
    matches!(format, Format::Json | Format::Tfvars)
}

/// Whether imagelock may replace a file: according to its header, imagelock wrote it in this format, or it is empty.
pub(crate) fn is_generated(format: Format, text: &str) -> bool {
    // A merge may have left conflict markers in the file. Then both sides must be generated.
    both_sides(text)
        .is_some_and(|sides| sides.iter().all(|side| side.trim().is_empty() || notice(format, side).is_some()))
}

/// The manifests to which a file belongs according to its header, each as a [`relative_path`]: one, or both sides of a
/// merge conflict.
pub(crate) fn owners(format: Format, text: &str) -> Vec<String> {
    let sides = both_sides(text).into_iter().flatten();
    let mut owners: Vec<String> =
        sides.filter_map(|side| notice(format, &side)).filter(|owner| !owner.is_empty()).collect();
    owners.dedup();
    owners
}

/// Reads the header of a file: the path of the manifest, which is empty if the header names none. `None` if imagelock
/// did not write the file.
fn notice(format: Format, text: &str) -> Option<String> {
    if !is_json(format) {
        let mut lines = text.lines().map(str::trim_end).skip_while(|line| line.is_empty());
        lines.next()?.strip_prefix("# ").filter(|line| *line == NOTICE)?;
        let manifest = lines.next().and_then(|line| line.strip_prefix("# ")?.strip_prefix(MANIFEST));
        return Some(manifest.unwrap_or_default().to_owned());
    }
    let root: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    // If a user added another key, replacing the file would lose it.
    let is_known = |key: &String| matches!(key.as_str(), "//" | "images" | "schema");
    let notice = root.get("//")?.as_str()?.strip_prefix(NOTICE).filter(|_| root.keys().all(is_known))?;
    Some(notice.trim_start().strip_prefix(MANIFEST).unwrap_or_default().to_owned())
}

/// The relative path from a directory to a file, which must both be real paths. It is the same text on every system.
/// Bytes that could end a comment or a string are percent-encoded (`%0A`).
pub(crate) fn relative_path(directory: &Path, file: &Path) -> String {
    let shared = directory.components().zip(file.components()).take_while(|(one, other)| one == other).count();
    let up = directory.components().skip(shared).map(|_| "..".to_owned());
    let down = file.components().skip(shared).map(|part| match part {
        // On Windows, no relative path leads from one drive to another, so the path is absolute.
        Component::Prefix(_) | Component::RootDir => encoded(part).trim_matches('/').to_owned(),
        part => encoded(part),
    });
    up.chain(down).collect::<Vec<_>>().join("/")
}

fn encoded(part: Component<'_>) -> String {
    percent_encode(part.as_os_str().as_encoded_bytes(), ENCODED).to_string()
}

/// Decodes a [`relative_path`]. `None` if it is not Unicode and the system requires Unicode.
pub(crate) fn manifest_path(directory: &Path, relative: &str) -> Option<PathBuf> {
    Some(directory.join(os_string(percent_decode_str(relative).collect())?))
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems require Unicode, which can fail")]
fn os_string(bytes: Vec<u8>) -> Option<OsString> {
    Some(std::os::unix::ffi::OsStringExt::from_vec(bytes))
}

#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_are_relative_to_the_directory_of_the_file() {
        let relative = |directory: &str, file: &str| relative_path(Path::new(directory), Path::new(file));
        assert_eq!(relative("/repo", "/repo/images.toml"), "images.toml");
        assert_eq!(relative("/repo/infra/eu", "/repo/prod.toml"), "../../prod.toml");
        assert_eq!(relative("/repo/a", "/repo/b/images.toml"), "../b/images.toml");
        assert_eq!(relative("/repo", "/repo/a\n\"%\u{2028}é b.toml"), "a%0A%22%25%E2%80%A8%C3%A9%20b.toml");
    }

    proptest! {
        /// No path can end the comment or the string that contains it, and reading returns the same path.
        #[test]
        fn a_header_is_read_back(directory in "/([^/]{1,8}/){0,3}[^/]{1,8}", file in "/([^/]{1,8}/){0,3}[^/]{1,8}") {
            prop_assume!([&directory, &file].iter().all(|path| path.split('/').all(|part| part != "." && part != "..")));
            let (directory, file) = (Path::new(&directory), Path::new(&file));
            let relative = relative_path(directory, file);
            prop_assert!(relative.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\'#$".contains(&byte)));
            for format in Format::ALL {
                let header = header(format, Some(&relative));
                let text = if is_json(format) { format!("{header}  \"images\": {{}}\n}}\n") } else { header };
                prop_assert!(is_generated(format, &text));
                prop_assert_eq!(owners(format, &text), std::slice::from_ref(&relative));
                prop_assert!(text.lines().count() <= 4);
            }
            let mut read = PathBuf::new();
            for part in manifest_path(directory, &relative).unwrap().components() {
                if part == Component::ParentDir { read.pop(); } else { read.push(part); }
            }
            prop_assert_eq!(read, file);
        }
    }
}
