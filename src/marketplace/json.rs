//! JSON of unknown intent: values that are as good as none where they are odd, and lists that stay short.
//!
//! Three bytes of JSON can make a hundred of memory, so what is read is bounded by its count as well as by its bytes.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// The most entries that a list may have: a page of a hundred rows, ten times.
const MOST: usize = 1000;

/// A value, if it is one of the type expected; of any other, nothing is kept.
pub(super) fn lenient<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).ok())
}

/// A value that is written as a JSON object. A derived struct also takes a list for one, by the order of its fields.
#[derive(Debug, Default)]
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Map(PhantomData)).map(Self)
    }
}

struct Map<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Map<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}

/// A list of values that are written as JSON objects.
pub(super) fn objects<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let objects = Vec::<Object<T>>::deserialize(deserializer)?;
    Ok(objects.into_iter().map(|Object(value)| value).collect())
}

/// A list of at most [`MOST`] entries; a longer one is an error.
#[derive(Debug)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Short(PhantomData))
    }
}

struct Short<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Short<T> {
    type Value = List<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<List<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = entries.next_element()? {
            if list.len() == MOST {
                return Err(A::Error::custom(format_args!("a list of more than {MOST} entries")));
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
    fn what_is_odd_is_none() {
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
    fn a_list_is_not_taken_for_an_object() {
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
    fn a_list_is_short() {
        let json = |entries: usize| format!("[{}]", vec!["0"; entries].join(","));
        assert_eq!(serde_json::from_str::<List<u8>>(&json(MOST)).unwrap().0.len(), MOST);
        let error = serde_json::from_str::<List<u8>>(&json(MOST + 1)).unwrap_err();
        assert!(error.to_string().starts_with("a list of more than 1000 entries"), "{error}");
        assert!(serde_json::from_str::<List<u8>>("{}").unwrap_err().to_string().contains("expected a list"));
    }
}
