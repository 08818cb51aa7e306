//! Finds the IDs in a JSON text. They are kept until the end of the text, because the type and the name of a resource
//! may follow its attributes.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

use super::{Visit, parse_zoned_id};

/// Why a text is not valid JSON. Lines and columns count from 1.
pub(super) enum Error {
    /// The text ends before the JSON value does.
    Incomplete { line: usize },
    /// The text continues after the JSON value.
    TrailingText { line: usize },
    /// The JSON value is nested too deeply.
    TooDeep { line: usize },
    /// Anything else.
    Syntax { line: usize, column: usize },
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        // `serde_json` gives no other indication of this error than its text.
        let is_too_deep = error.to_string().starts_with("recursion limit exceeded");
        match error.classify() {
            Category::Eof => Self::Incomplete { line },
            _ if is_too_deep => Self::TooDeep { line },
            _ => Self::Syntax { line, column },
        }
    }
}

/// Visits every value that is an ID. If the text is not valid JSON, none is visited.
pub(super) fn visit_ids(text: &str, visit: &mut Visit<'_>) -> Result<(), Error> {
    let mut walk = Walk { text, path: Vec::new(), offset: 0, line: 1, ids: Vec::new() };
    let mut json = serde_json::Deserializer::from_str(text);
    walk.deserialize(&mut json)?;
    json.end().map_err(|error| Error::TrailingText { line: error.line() })?;
    walk.ids.iter().for_each(|id| visit(&id.path, id.line, &id.text));
    Ok(())
}

/// The state while the text is read.
struct Walk<'t> {
    text: &'t str,
    path: Vec<Cow<'t, str>>,
    /// The offset up to which lines have been counted, and the line at that offset.
    offset: usize,
    line: usize,
    ids: Vec<Id<'t>>,
}

struct Id<'t> {
    path: Vec<Cow<'t, str>>,
    line: usize,
    text: Cow<'t, str>,
    /// Whether the path begins with that of a resource.
    is_of_resource: bool,
}

impl<'t> Walk<'t> {
    /// Counts the lines up to a string. A string with escapes is a copy, whose offset is unknown; it gets the line of
    /// the string before it.
    fn count_lines(&mut self, string: &str) {
        let Some(offset) = string.as_ptr().addr().checked_sub(self.text.as_ptr().addr()) else { return };
        if let Some(skipped) = self.text.get(self.offset..offset) {
            self.line += skipped.matches('\n').count();
            self.offset = offset;
        }
    }

    /// Records a value that is an ID.
    fn string(&mut self, text: Cow<'t, str>) -> Cow<'t, str> {
        self.count_lines(&text);
        if parse_zoned_id(&text).is_some() {
            self.ids.push(Id { path: self.path.clone(), line: self.line, text: text.clone(), is_of_resource: false });
        }
        text
    }

    /// Reads an object. A resource in a Terraform state or in a plan in JSON has its type and name in fields next to
    /// its attributes. The paths of its IDs begin with them, as in a configuration.
    fn object<A: MapAccess<'t>>(&mut self, mut entries: A) -> Result<(), A::Error> {
        let (depth, first_id) = (self.path.len(), self.ids.len());
        let (mut kind, mut name, mut is_resource) = (None, None, false);
        while let Some(key) = entries.next_key_seed(Key)? {
            self.count_lines(&key);
            is_resource |= matches!(&*key, "instances" | "values" | "change" | "expressions");
            self.path.push(key);
            let value = entries.next_value_seed(&mut *self)?;
            match self.path.pop().as_deref() {
                Some("type") => kind = value,
                Some("name") => name = value,
                _ => {}
            }
        }
        if let (true, Some(kind), Some(name)) = (is_resource, kind, name) {
            for id in self.ids[first_id..].iter_mut().filter(|id| !id.is_of_resource) {
                id.path.splice(..depth, ["resource".into(), kind.clone(), name.clone()]);
                id.is_of_resource = true;
            }
        }
        Ok(())
    }
}

/// Reads a value, and returns it if it is a string.
impl<'t> DeserializeSeed<'t> for &mut Walk<'t> {
    type Value = Option<Cow<'t, str>>;

    fn deserialize<D: Deserializer<'t>>(self, value: D) -> Result<Self::Value, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'t> Visitor<'t> for &mut Walk<'t> {
    type Value = Option<Cow<'t, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_borrowed_str<E: de::Error>(self, string: &'t str) -> Result<Self::Value, E> {
        Ok(Some(self.string(string.into())))
    }

    fn visit_str<E: de::Error>(self, string: &str) -> Result<Self::Value, E> {
        Ok(Some(self.string(string.to_owned().into())))
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        while items.next_element_seed(&mut *self)?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'t>>(self, entries: A) -> Result<Self::Value, A::Error> {
        self.object(entries).map(|()| None)
    }
}

/// Reads a key. A key without escapes is not copied.
struct Key;

impl<'t> DeserializeSeed<'t> for Key {
    type Value = Cow<'t, str>;

    fn deserialize<D: Deserializer<'t>>(self, key: D) -> Result<Self::Value, D::Error> {
        key.deserialize_str(self)
    }
}

impl<'t> Visitor<'t> for Key {
    type Value = Cow<'t, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: de::Error>(self, key: &'t str) -> Result<Self::Value, E> {
        Ok(key.into())
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(key.to_owned().into())
    }
}
