//! What the keys above a value say of it: that it is the ID of an image, or that it may be a secret.
//!
//! What is said to be an image is sent to the Marketplace, so that is a list of the keys that mean nothing else.

use crate::domain::Zone;

/// The words of a key: `webImage_id` is `web`, `image`, `id`.
fn words(key: &str) -> Vec<String> {
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

/// Keys that say nothing of what stands under them.
pub(super) fn is_silent(key: &str) -> bool {
    let silent = ["id", "zoned_id", "uuid", "default", "value", "constant_value", "x86_64", "arm64"];
    silent.contains(&key) || is_wrapping(key) || key.parse::<Zone>().is_ok()
}

/// Keys between a resource and its attributes.
fn is_wrapping(key: &str) -> bool {
    ["attributes", "instances", "values", "change", "before", "after", "expressions"].contains(&key)
}

/// Whether one of the keys says that a secret may stand under it.
pub(super) fn is_secret(path: &[String]) -> bool {
    let parts = [
        "secret",
        "token",
        "passw",
        "passphrase",
        "pwd",
        "credential",
        "login",
        "private",
        "license",
        "licence",
        "signing",
        "signature",
        "bearer",
    ];
    let wholes = ["keys", "sk", "pass", "sign"];
    let secret = |word: &String| {
        parts.iter().any(|part| word.contains(part))
            || wholes.contains(&word.as_str())
            || word.ends_with("key")
            || word.starts_with("auth")
            || word.ends_with("auth")
    };
    // `pass_word` and `to-ken` are written as well.
    path.iter().any(|key| words(key).iter().chain([&words(key).concat()]).any(secret))
}

/// What an image has an ID of as well, or is in.
fn is_of_something_else(path: &[String]) -> bool {
    let others = ["volume", "snapshot", "project", "organization", "bootscript"];
    path.iter().any(|key| others.iter().any(|other| key.to_lowercase().contains(other)))
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

/// `images`, `image_ids`, `web_images`: names of images may stand under it. Under `image` as well, but not `web_image`.
fn holds_images(key: &str) -> bool {
    is_image_key(key) || ends_with_image(key) && words(key).last().is_some_and(|word| word.ends_with('s'))
}

/// Whether the keys say that the value is the ID of an image, and of nothing else.
pub(super) fn is_image(path: &[String]) -> bool {
    if is_secret(path) || is_of_something_else(path) {
        return false;
    }
    let keys: Vec<&str> = path.iter().map(String::as_str).collect();
    match keys[..] {
        ["resource" | "data", kind, _, ref attribute @ ..] => is_image_of(kind, attribute),
        ["provider" | "terraform" | "ephemeral" | "backend", ..] => false,
        _ => {
            let mut telling = keys.iter().rev().filter(|key| !is_silent(key));
            let (last, above) = (telling.next(), telling.next());
            last.is_some_and(|key| ends_with_image(key)) || above.is_some_and(|key| holds_images(key))
        }
    }
}

/// Whether the keys lead into a resource.
pub(super) fn is_of_resource(path: &[String]) -> bool {
    matches!(path, [kind, _, _, ..] if matches!(kind.as_str(), "resource" | "data"))
}

/// Whether an attribute of a resource is an image: `image`, with at most a choice by name or zone in it; or the ID of what
/// is an image itself.
fn is_image_of(kind: &str, path: &[&str]) -> bool {
    let attribute: Vec<&str> =
        path.iter().copied().filter(|key| !is_wrapping(key) && *key != "constant_value").collect();
    match attribute[..] {
        ["id"] => matches!(kind, "scaleway_marketplace_image" | "scaleway_instance_image"),
        [key] | [key, _] => is_image_key(key),
        _ => false,
    }
}
