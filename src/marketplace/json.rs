//! Parts of JSON values that the API and the snapshots have in common.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use super::limits::size_of;

/// The most entries of a [`List`]: ten times the rows of a full page, and ten times the Instance types of a row. Three
/// bytes of JSON can take 150 in memory, so a limit of the bytes is not enough.
const MAX_ENTRIES: usize = 1000;

/// Reads a value of the expected type, and any other value as `None`.
pub(super) fn lenient<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).ok())
}

/// A string of a list. It is copied only if it has escapes.
#[derive(Serialize, Deserialize)]
pub(super) struct Item<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// The set of the strings.
pub(super) fn string_set(items: &[Item<'_>]) -> BTreeSet<String> {
    items.iter().map(|Item(string)| string.to_string()).collect()
}

/// Makes sets of lists. Equal lists in a row get the same set, so that a listing keeps its hundred Instance types once.
#[derive(Default)]
pub(super) struct SharedSets {
    list: Vec<String>,
    set: Arc<BTreeSet<String>>,
}

impl SharedSets {
    /// The set of the strings of a list, and how much memory it takes if it is a new one.
    pub(super) fn get(&mut self, list: &[Item<'_>]) -> (Arc<BTreeSet<String>>, usize) {
        let mut size = 0;
        if !list.iter().map(|Item(string)| &**string).eq(self.list.iter().map(String::as_str)) {
            self.set = Arc::new(string_set(list));
            self.list = list.iter().map(|Item(string)| string.to_string()).collect();
            size = size_of(&self.set);
        }
        (Arc::clone(&self.set), size)
    }
}

/// A value that is written as a JSON object. A derived `Deserialize` also accepts a list of the values of its fields.
#[derive(Debug)]
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData)).map(Self)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

/// Reads a list of values that are written as JSON objects.
pub(super) fn objects<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let objects = Vec::<Object<T>>::deserialize(deserializer)?;
    Ok(objects.into_iter().map(|Object(value)| value).collect())
}

/// A list of at most [`MAX_ENTRIES`] values.
#[derive(Debug)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ListVisitor(PhantomData))
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<List<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = entries.next_element()? {
            if list.len() == MAX_ENTRIES {
                return Err(A::Error::custom(format_args!("a list of more than {MAX_ENTRIES} entries")));
            }
            list.push(entry);
        }
        Ok(List(list))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unexpected_values_are_read_as_none() {
        #[derive(Deserialize)]
        struct Body {
            #[serde(default, deserialize_with = "lenient")]
            count: Option<u64>,
        }
        for (json, count) in [
            ("{\"count\":7}", Some(7)),
            ("{\"count\":null}", None),
            ("{\"count\":-1}", None),
            ("{\"count\":1e99}", None),
            ("{\"count\":\"7\"}", None),
            ("{\"count\":[[7]]}", None),
            ("{}", None),
        ] {
            assert_eq!(serde_json::from_str::<Body>(json).unwrap().count, count, "{json}");
        }
    }

    #[test]
    fn a_list_instead_of_an_object_is_refused() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Row {
            id: String,
        }
        let read = |json: &str| serde_json::from_str::<Object<Row>>(json).map(|Object(row)| row);
        assert_eq!(read("{\"id\": \"a\"}").unwrap(), Row { id: "a".to_owned() });
        for json in ["[\"a\"]", "[[\"a\"]]", "[]", "\"a\"", "null"] {
            assert!(read(json).unwrap_err().to_string().contains("expected an object"), "{json}");
        }
    }

    #[test]
    fn a_list_that_is_too_long_is_refused() {
        let read = |entries: usize| serde_json::from_str::<List<u8>>(&format!("[{}]", vec!["0"; entries].join(",")));
        assert_eq!(read(MAX_ENTRIES).unwrap().0.len(), MAX_ENTRIES);
        let error = read(MAX_ENTRIES + 1).unwrap_err();
        assert!(error.to_string().starts_with("a list of more than 1000 entries"), "{error}");
        assert!(serde_json::from_str::<List<u8>>("{}").unwrap_err().to_string().contains("expected a list"));
    }

    #[test]
    fn equal_lists_share_a_set() {
        let mut sets = SharedSets::default();
        let mut get = |json| sets.get(&serde_json::from_str::<Vec<Item<'_>>>(json).unwrap());
        let (first, size) = get(r#"["b", "\u0061", "b"]"#);
        assert_eq!(*first, BTreeSet::from(["a".to_owned(), "b".to_owned()]));
        assert!(size > 0);
        let (same, size) = get(r#"["b", "a", "b"]"#);
        assert!(Arc::ptr_eq(&first, &same));
        assert_eq!(size, 0);
        assert_eq!(*get("[]").0, BTreeSet::new());
    }
}
