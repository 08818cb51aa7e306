//! What the keys above an ID say of it: whether the file calls it an image, and a name for it.

use std::borrow::Cow;

use crate::domain::types::{Name, Zone};

/// A longer key is not looked at: no name is that long, and each ID below it would cost its length.
const MAX_LENGTH: usize = 144;

/// How many of the innermost keys are looked at: all in real files, and a bound on what one ID costs.
const MAX_KEYS: usize = 16;

/// The words of a key: `webImage_id` is `web`, `image`, `id`.
fn words(key: &str) -> Vec<String> {
    if key.len() > MAX_LENGTH {
        return Vec::new();
    }
    let mut words = vec![String::new()];
    let mut was_small = false;
    for char in key.chars() {
        if !char.is_alphanumeric() || (char.is_uppercase() && was_small) {
            words.push(String::new());
        }
        if let (true, Some(word)) = (char.is_alphanumeric(), words.last_mut()) {
            word.extend(char.to_lowercase());
        }
        was_small = char.is_lowercase() || char.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Keys that say nothing of what is under them.
fn is_silent(key: &str) -> bool {
    let silent = ["id", "zoned_id", "uuid", "default", "value", "constant_value", "x86_64", "arm64"];
    silent.contains(&key) || is_wrapping(key) || key.parse::<Zone>().is_ok()
}

/// Keys between a resource and its attributes.
fn is_wrapping(key: &str) -> bool {
    ["attributes", "instances", "values", "change", "before", "after", "expressions"].contains(&key)
}

/// What an image has an ID of as well, or is in.
fn is_of_something_else(key: &str) -> bool {
    let others = ["volume", "snapshot", "project", "organization", "bootscript"];
    words(key).iter().any(|word| others.iter().any(|other| word.contains(other)))
}

/// `image`, `image_id`, `imageId`.
fn is_image_key(key: &str) -> bool {
    matches!(words(key).concat().as_str(), "image" | "imageid")
}

/// Whether a key ends with `image` or `image_id`, like `web_image`; or with `images` or `image_ids`.
fn ends_with_image(key: &str) -> bool {
    let words = words(key);
    let ends = |words: &[&str]| {
        matches!(words, [.., "image" | "images" | "imageid" | "imageids"] | [.., "image", "id" | "ids"])
    };
    ends(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// `images`, `image_ids`, `web_images`: names of images may be under it.
fn holds_images(key: &str) -> bool {
    ends_with_image(key) && words(key).last().is_some_and(|word| word.ends_with('s'))
}

/// Whether the file calls the value the ID of an image. It decides only whether an ID that is not listed is reported by
/// itself or counted.
pub(super) fn is_image(path: &[Cow<'_, str>]) -> bool {
    match path {
        [block, kind, _, attribute @ ..] if matches!(&**block, "resource" | "data") => is_image_of(kind, attribute),
        _ => {
            let mut keys = path.iter().rev().take(MAX_KEYS).map(|key| &**key).filter(|key| !is_silent(key));
            let (last, above) = (keys.next(), keys.next());
            !last.into_iter().chain(above).any(is_of_something_else)
                && (last.is_some_and(ends_with_image) || above.is_some_and(holds_images))
        }
    }
}

/// Whether an attribute of a resource is an image: `image`, with at most a choice by name or zone in it; or the ID of what
/// is an image itself.
fn is_image_of(kind: &str, path: &[Cow<'_, str>]) -> bool {
    let says = |key: &&str| !is_wrapping(key) && *key != "constant_value";
    let attribute: Vec<&str> = path.iter().map(|key| &**key).filter(says).take(3).collect();
    match attribute[..] {
        ["id"] => matches!(kind, "scaleway_marketplace_image" | "scaleway_instance_image"),
        [key] | [key, _] => is_image_key(key),
        _ => false,
    }
}

/// What the file calls an ID: the block that it is in, else the innermost key that says something.
pub(super) fn name(path: &[Cow<'_, str>]) -> Option<Name> {
    let block = match path {
        [kind, _, name, ..] if matches!(&**kind, "resource" | "data") => Some(name),
        [kind, name, ..] if matches!(&**kind, "variable" | "module" | "output") => Some(name),
        _ => None,
    };
    let words = ["image", "images", "image_id", "imageid", "locals", "variable"];
    let says = |key: &&Cow<'_, str>| !is_silent(key) && !words.iter().any(|word| key.eq_ignore_ascii_case(word));
    let key = block.or_else(|| path.iter().rev().take(MAX_KEYS).find(says)).filter(|key| key.len() <= MAX_LENGTH)?;
    let stem =
        ["_image_id", "_image", "-image"].iter().find_map(|end| key.strip_suffix(end)).filter(|it| !it.is_empty());
    let plain = |char: char| if char.is_ascii_alphanumeric() || char == '-' { char } else { '_' };
    let name: String = stem.unwrap_or(key).chars().map(plain).collect();
    let name =
        if name.starts_with(|char: char| char.is_ascii_digit() || char == '-') { format!("_{name}") } else { name };
    name.parse().ok()
}
