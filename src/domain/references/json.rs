//! The strings of a JSON text that are IDs. They are kept until the text ends, as the type and the name of a resource may
//! follow what is in it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{Visit, zoned};

/// Visits every string that is a value and an ID; none if the text is not JSON.
pub(super) fn visit_ids(text: &str, visit: &mut Visit<'_>) -> Result<(), serde_json::Error> {
    let mut walk = Walk { text, path: Vec::new(), offset: 0, line: 1, ids: Vec::new() };
    let mut json = serde_json::Deserializer::from_str(text);
    walk.deserialize(&mut json)?;
    json.end()?;
    walk.ids.iter().for_each(|id| visit(&id.path, id.line, &id.text));
    Ok(())
}

struct Walk<'t> {
    text: &'t str,
    path: Vec<Cow<'t, str>>,
    /// Up to where lines are counted, and the line there.
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
    /// A string of the text itself says where it is; one with escapes is a copy, and gets the line of the one before.
    fn reach(&mut self, string: &str) {
        let Some(offset) = string.as_ptr().addr().checked_sub(self.text.as_ptr().addr()) else { return };
        if let Some(passed) = self.text.get(self.offset..offset) {
            self.line += passed.matches('\n').count();
            self.offset = offset;
        }
    }

    fn string(&mut self, text: Cow<'t, str>) -> Cow<'t, str> {
        self.reach(&text);
        if zoned(&text).is_some() {
            self.ids.push(Id { path: self.path.clone(), line: self.line, text: text.clone(), is_of_resource: false });
        }
        text
    }

    /// A resource of a Terraform state, or of a plan in JSON, says its type and name in fields next to its attributes: the
    /// path then begins with them, as it does in a configuration.
    fn object<A: MapAccess<'t>>(&mut self, mut entries: A) -> Result<(), A::Error> {
        let (depth, first_id) = (self.path.len(), self.ids.len());
        let (mut kind, mut name, mut is_resource) = (None, None, false);
        while let Some(key) = entries.next_key_seed(Key)? {
            self.reach(&key);
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

/// Reads a value, and gives it back if it is a string.
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

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_borrowed_str<E: Error>(self, string: &'t str) -> Result<Self::Value, E> {
        Ok(Some(self.string(string.into())))
    }

    fn visit_str<E: Error>(self, string: &str) -> Result<Self::Value, E> {
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

/// Reads a key, without a copy if it has no escapes.
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

    fn visit_borrowed_str<E: Error>(self, key: &'t str) -> Result<Self::Value, E> {
        Ok(key.into())
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(key.to_owned().into())
    }
}
