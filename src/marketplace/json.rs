//! Parts of JSON values that the API and the snapshots have in common, and explanations of JSON errors.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::limits::size_of;
use crate::domain::diagnostics::visible;

/// The maximum number of entries in a [`List`]: ten times the rows of a full page, and ten times the Instance types of a row. Three
/// bytes of JSON can take 150 bytes of memory, so limiting the size of the JSON is not enough.
const MAX_ENTRIES: usize = 1000;

/// Explains a JSON error as a clause: what is wrong and where. The words of the JSON library are only included if they say
/// what was expected.
pub(super) fn explain_syntax(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        Category::Eof if line <= 1 && column == 0 => "it is empty".to_owned(),
        Category::Eof => format!("its JSON ends too early, at line {line}, column {column}"),
        Category::Syntax | Category::Io => format!("it is not valid JSON at line {line}, column {column}"),
        Category::Data => {
            let text = error.to_string();
            let details = text.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&text);
            // The library may quote a value of any length.
            let details = visible(details);
            format!("it has an unexpected value at line {line}, column {column} ({details})")
        }
    }
}

/// Reads a value of the expected type. A value of another type is read as `None`.
pub(super) fn lenient<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).ok())
}

/// A string in a list. It is copied only if it contains escapes.
#[derive(Serialize, Deserialize)]
pub(super) struct Item<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

/// The strings of a list as a set.
pub(super) fn string_set(items: &[Item<'_>]) -> BTreeSet<String> {
    items.iter().map(|Item(string)| string.to_string()).collect()
}

/// Turns lists into sets. Consecutive equal lists share one set, so that a listing stores its hundred Instance types once.
#[derive(Default)]
pub(super) struct SharedSets {
    list: Vec<String>,
    set: Arc<BTreeSet<String>>,
}

impl SharedSets {
    /// The strings of a list as a set, and the memory of the set in bytes: 0 if it is shared with the list before.
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

/// A value that must be a JSON object. A derived `Deserialize` also accepts a list of the field values.
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

/// Reads a list whose values must be JSON objects.
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
    fn json_errors_are_explained_with_their_place() {
        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "no value is read")]
        struct Row {
            a: u8,
        }
        let explain = |json: &str| explain_syntax(&serde_json::from_str::<Object<Row>>(json).unwrap_err());
        assert_eq!(explain(""), "it is empty");
        assert_eq!(explain("{\"a\": "), "its JSON ends too early, at line 1, column 6");
        assert_eq!(explain("<html>"), "it is not valid JSON at line 1, column 1");
        let message = "it has an unexpected value at line 1, column 0 (invalid type: sequence, expected an object)";
        assert_eq!(explain("[1]"), message);
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
