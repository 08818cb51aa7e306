//! The labels to suggest instead of an unknown one.

use jiff::Timestamp;

use crate::domain::catalog::{Catalog, Image};
use crate::domain::diagnostics::{Help, and_more, near, or, quoted};
use crate::domain::manifest::policy::Policy;
use crate::domain::select::end_of_life::end_of_life;
use crate::domain::types::Label;

/// What to write instead of an unknown label: a similar label, or else one that begins with the same word.
pub(crate) fn other_labels(label: &Label, now: Timestamp, catalog: &Catalog) -> Help {
    if let Some(help) = similar_labels(label.as_str(), now, catalog) {
        return help.into();
    }
    let first_word = |label: &Label| label.as_str().split('_').next().map(str::to_owned);
    let is_related = |image: &Image| first_word(&image.label) == first_word(label);
    let (ended, supported) = by_support(now, catalog);
    let supported = supported.into_iter().filter(|image| is_related(image)).map(|image| quoted(&image.label));
    let ended = ended.into_iter().filter(|image| is_related(image)).map(|image| marked(image.label.as_str()));
    let related: Vec<String> = supported.chain(ended).collect();
    if related.is_empty() {
        return list_labels();
    }
    Help::from(format!("similar labels: {}; to list all labels: ", and_more(related, 8))).then_run("search")
}

/// The help of an unknown label that resembles no other.
pub(crate) fn list_labels() -> Help {
    Help::from("to list the labels: ").then_run("search")
}

/// "did you mean `a` or `b`?", if there are similar labels.
pub(crate) fn similar_labels(wrong: &str, now: Timestamp, catalog: &Catalog) -> Option<String> {
    let similar = similar(wrong, [], now, catalog);
    (!similar.is_empty()).then(|| format!("did you mean {}?", or(similar)))
}

/// The `others` and the labels that are similar to a word, in backticks, the most similar first. An end-of-life label
/// is suggested only if it is the most similar of all, and is marked.
pub(crate) fn similar<'c>(
    wrong: &str,
    others: impl IntoIterator<Item = &'c str>,
    now: Timestamp,
    catalog: &'c Catalog,
) -> Vec<String> {
    let (ended, supported) = by_support(now, catalog);
    let labels = |images: Vec<&'c Image>| images.into_iter().map(|image| image.label.as_str());
    let preferred: Vec<&str> = others.into_iter().chain(labels(supported)).collect();
    let ended: Vec<&str> = labels(ended).filter(|label| !preferred.contains(label)).collect();
    let mut similar: Vec<String> = near(wrong, preferred.iter().copied()).into_iter().map(quoted).collect();
    let most_similar = near(wrong, preferred.iter().chain(&ended).copied()).into_iter().next();
    similar.extend(most_similar.filter(|word| ended.contains(word)).map(marked));
    similar
}

/// The images of the index: those that have reached their end of life, and the others.
fn by_support(now: Timestamp, catalog: &Catalog) -> (Vec<&Image>, Vec<&Image>) {
    catalog.images().iter().partition(|image| has_ended(image, now))
}

/// Whether an image has reached its end of life, according to the Marketplace or its vendor.
pub(crate) fn has_ended(image: &Image, now: Timestamp) -> bool {
    end_of_life(&Policy::default(), None, Some(image)).is_some_and(|end| end.has_passed(now))
}

fn marked(label: &str) -> String {
    format!("`{label}` (end-of-life)")
}
