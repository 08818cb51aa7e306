//! The strings of a JSON text. It is read twice and never kept: first for the type and the name of each resource, which may
//! follow what is in it, then for the strings.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::visit::Visit;

/// Visits every string that is a value; none if the text is not JSON.
pub(super) fn visit_strings(text: &str, visit: &mut Visit<'_>) -> Result<(), serde_json::Error> {
    let mut walk =
        Walk { text, path: Vec::new(), offset: 0, line: 1, objects: 0, resources: BTreeMap::new(), visit: None };
    walk.run()?;
    walk.objects = 0;
    walk.visit = Some(visit);
    walk.run()
}

struct Walk<'t, 's> {
    text: &'t str,
    path: Vec<Cow<'t, str>>,
    /// Up to where lines are counted, and the line there.
    offset: usize,
    line: usize,
    /// How many objects have begun.
    objects: usize,
    /// Type and name of each object that is a resource, by its number.
    resources: BTreeMap<usize, (Cow<'t, str>, Cow<'t, str>)>,
    /// `None` in the first pass.
    visit: Option<&'s mut Visit<'s>>,
}

impl<'t> Walk<'t, '_> {
    fn run(&mut self) -> Result<(), serde_json::Error> {
        let mut text = serde_json::Deserializer::from_str(self.text);
        self.deserialize(&mut text)?;
        text.end()
    }

    /// A string of the text itself says where it is; one with escapes is a copy, and gets the line of the one before.
    fn reach(&mut self, string: &str) {
        let Some(offset) = string.as_ptr().addr().checked_sub(self.text.as_ptr().addr()) else { return };
        let passed = self.text.as_bytes().get(self.offset..offset);
        if let Some(passed) = passed.filter(|_| self.visit.is_some()) {
            self.line += memchr::memchr_iter(b'\n', passed).count();
            self.offset = offset;
        }
    }

    fn string(&mut self, string: &str) {
        if let Some(visit) = &mut self.visit {
            visit(&self.path, self.line, string);
        }
    }

    /// A resource of a Terraform state, or of a plan in JSON, says its type and name in fields next to its attributes: the
    /// path then begins with them, as it does in a configuration.
    fn object<A: MapAccess<'t>>(&mut self, mut entries: A) -> Result<(), A::Error> {
        let number = self.objects;
        self.objects += 1;
        let (mut kind, mut name, mut is_resource) = (None, None, false);
        let resource =
            self.resources.get(&number).map(|(kind, name)| vec!["resource".into(), kind.clone(), name.clone()]);
        let outer = resource.map(|path| std::mem::replace(&mut self.path, path));
        while let Some(key) = entries.next_key_seed(Key)? {
            if self.visit.is_some() {
                if let Cow::Borrowed(key) = key {
                    self.reach(key);
                }
                self.path.push(key);
                entries.next_value_seed(&mut *self)?;
                self.path.pop();
                continue;
            }
            is_resource |= matches!(&*key, "instances" | "values" | "change" | "expressions");
            let value = entries.next_value_seed(&mut *self)?;
            match &*key {
                "type" => kind = value,
                "name" => name = value,
                _ => {}
            }
        }
        if let Some(outer) = outer {
            self.path = outer;
        }
        if let (true, Some(kind), Some(name)) = (is_resource, kind, name) {
            self.resources.insert(number, (kind, name));
        }
        Ok(())
    }
}

/// Reads a value, and gives it back if it is a string and resources are looked for.
impl<'t> DeserializeSeed<'t> for &mut Walk<'t, '_> {
    type Value = Option<Cow<'t, str>>;

    fn deserialize<D: Deserializer<'t>>(self, value: D) -> Result<Self::Value, D::Error> {
        value.deserialize_any(self)
    }
}

impl<'t> Visitor<'t> for &mut Walk<'t, '_> {
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
        self.reach(string);
        self.string(string);
        Ok(Some(string.into()))
    }

    fn visit_str<E: Error>(self, string: &str) -> Result<Self::Value, E> {
        self.string(string);
        Ok(self.visit.is_none().then(|| string.to_owned().into()))
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
