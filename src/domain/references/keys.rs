//! What the keys of an ID in a file reveal: whether it is the ID of an image, and a name for the image.

use std::borrow::Cow;

use crate::domain::types::{Name, Zone};

/// Longer keys are ignored. No name is that long, and every ID below a long key would cost time in proportion to its
/// length.
const MAX_LENGTH: usize = 144;

/// How many of the innermost keys are considered. Real files have fewer; the limit bounds the cost of one ID.
const MAX_KEYS: usize = 16;

/// The words of a key in lower case: `web`, `image` and `id` for `webImage_id`.
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

/// Whether a key does not describe its value.
fn is_generic(key: &str) -> bool {
    let generic = ["id", "zoned_id", "uuid", "default", "value", "constant_value", "x86_64", "arm64"];
    generic.contains(&key) || is_wrapper(key) || key.parse::<Zone>().is_ok()
}

/// Whether a key is between a resource and its attributes.
fn is_wrapper(key: &str) -> bool {
    ["attributes", "instances", "values", "change", "before", "after", "expressions"].contains(&key)
}

/// Whether a key names another kind of resource, whose ID often appears next to an image.
fn is_other_resource(key: &str) -> bool {
    let others = ["volume", "snapshot", "project", "organization", "bootscript"];
    words(key).iter().any(|word| others.iter().any(|other| word.contains(other)))
}

/// Whether a key is `image`, `image_id` or `imageId`.
fn is_image_key(key: &str) -> bool {
    matches!(words(key).concat().as_str(), "image" | "imageid")
}

/// Whether a key ends with `image` or `image_id`, like `web_image`, or with `images` or `image_ids`.
fn ends_with_image(key: &str) -> bool {
    let words = words(key);
    let ends = |words: &[&str]| {
        matches!(words, [.., "image" | "images" | "imageid" | "imageids"] | [.., "image", "id" | "ids"])
    };
    ends(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Whether a key is plural, like `images`, `image_ids` or `web_images`. The keys below it may be names of images.
fn holds_images(key: &str) -> bool {
    ends_with_image(key) && words(key).last().is_some_and(|word| word.ends_with('s'))
}

/// Whether the keys say that the value is the ID of an image. This decides only whether an unknown ID is listed or just
/// counted.
pub(super) fn is_image(path: &[Cow<'_, str>]) -> bool {
    match path {
        [block, kind, _, attribute @ ..] if matches!(&**block, "resource" | "data") => is_image_of(kind, attribute),
        _ => {
            let mut keys = path.iter().rev().take(MAX_KEYS).map(|key| &**key).filter(|key| !is_generic(key));
            let (last, above) = (keys.next(), keys.next());
            !last.into_iter().chain(above).any(is_other_resource)
                && (last.is_some_and(ends_with_image) || above.is_some_and(holds_images))
        }
    }
}

/// Whether an attribute of a resource is the ID of an image: `image`, with at most one more key (a name or a zone), or
/// the `id` of a resource that is an image itself.
fn is_image_of(kind: &str, path: &[Cow<'_, str>]) -> bool {
    let is_attribute = |key: &&str| !is_wrapper(key) && *key != "constant_value";
    let attribute: Vec<&str> = path.iter().map(|key| &**key).filter(is_attribute).take(3).collect();
    match attribute[..] {
        ["id"] => matches!(kind, "scaleway_marketplace_image" | "scaleway_instance_image"),
        [key] | [key, _] => is_image_key(key),
        _ => false,
    }
}

/// The name that the keys suggest: that of the block that contains the ID, or else the innermost key that is not
/// generic.
pub(super) fn name(path: &[Cow<'_, str>]) -> Option<Name> {
    let block = match path {
        [kind, _, name, ..] if matches!(&**kind, "resource" | "data") => Some(name),
        [kind, name, ..] if matches!(&**kind, "variable" | "module" | "output") => Some(name),
        _ => None,
    };
    let words = ["image", "images", "image_id", "imageid", "locals", "variable"];
    let is_name = |key: &&Cow<'_, str>| !is_generic(key) && !words.iter().any(|word| key.eq_ignore_ascii_case(word));
    let key = block.or_else(|| path.iter().rev().take(MAX_KEYS).find(is_name)).filter(|key| key.len() <= MAX_LENGTH)?;
    let stem =
        ["_image_id", "_image", "-image"].iter().find_map(|end| key.strip_suffix(end)).filter(|it| !it.is_empty());
    let plain = |char: char| if char.is_ascii_alphanumeric() || char == '-' { char } else { '_' };
    let name: String = stem.unwrap_or(key).chars().map(plain).collect();
    let name =
        if name.starts_with(|char: char| char.is_ascii_digit() || char == '-') { format!("_{name}") } else { name };
    name.parse().ok()
}
