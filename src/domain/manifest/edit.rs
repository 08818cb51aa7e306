//! Manifest text -> manifest text: declares images and removes them, and leaves every other byte as it is.

use toml_edit::visit_mut::{VisitMut, visit_table_mut};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

use super::Manifest;
use crate::domain::Name;
use crate::domain::problem::Problem;

/// An image to declare: its name, and what it says, in the words of the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration {
    /// The name, unchecked.
    pub name: String,
    /// Each key and its words: one is written as a string, several as a list.
    pub keys: Vec<(&'static str, Vec<String>)>,
}

impl Declaration {
    fn values(&self) -> impl Iterator<Item = (&str, Value)> {
        self.keys.iter().filter(|(_, words)| !words.is_empty()).map(|(key, words)| match &words[..] {
            [word] => (*key, Value::from(word.as_str())),
            words => (*key, Value::from(words.iter().map(String::as_str).collect::<Array>())),
        })
    }
}

/// Declares images behind those that are declared already. The outcome is text, to be read as any manifest is.
///
/// # Errors
/// If the text cannot be read, or declares one of the names.
pub fn declare(text: &str, declarations: &[Declaration]) -> Result<String, Vec<Problem>> {
    let manifest = if text.trim().is_empty() { None } else { Some(Manifest::parse(text)?) };
    let mut problems = Vec::new();
    for declaration in declarations {
        let declared = manifest.iter().flat_map(Manifest::targets);
        if let Some(target) = declared.into_iter().find(|target| target.cell.name.as_str() == declaration.name) {
            problems.push(
                Problem::new(format!("`{}` is declared already", declaration.name))
                    .at(target.places.image.clone(), "here")
                    .help("change it there, or choose another name"),
            );
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    edited(text, |document| {
        let images = document.entry("images").or_insert_with(|| {
            // Without a header of its own.
            let mut images = Table::new();
            images.set_implicit(true);
            Item::Table(images)
        });
        for declaration in declarations {
            if let Some(images) = images.as_inline_table_mut() {
                images.insert(&declaration.name, declaration.values().collect::<InlineTable>().into());
            } else if let Some(images) = images.as_table_mut() {
                let mut image: Table = declaration.values().collect();
                image.decor_mut().set_prefix("\n");
                images.insert(&declaration.name, Item::Table(image));
            }
        }
    })
}

/// Removes the declarations of images, with the comments that stand directly above them.
///
/// # Errors
/// If the text cannot be read. That the names are declared is for the caller to know.
pub fn remove<'a>(text: &str, names: impl IntoIterator<Item = &'a Name>) -> Result<String, Vec<Problem>> {
    Manifest::parse(text)?;
    edited(text, |document| {
        for name in names {
            let images = document.get_mut("images").and_then(Item::as_table_like_mut);
            let Some(Item::Table(removed)) = images.and_then(|images| images.remove(name.as_str())) else { continue };
            let above = removed.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
            // What an empty line sets apart is about more than this image.
            let (Some((stays, _)), Some(position)) = (above.rsplit_once("\n\n"), removed.position()) else { continue };
            let mut heir = Heir { stays: format!("{stays}\n"), behind: position, next: None };
            heir.visit_document_mut(document);
            heir.settle(document);
        }
    })
}

/// Gives the comments that stay to the table that follows, or to the end of the file.
struct Heir {
    stays: String,
    behind: isize,
    next: Option<isize>,
}

impl Heir {
    fn settle(self, document: &mut DocumentMut) {
        let Self { stays, next, .. } = self;
        if let Some(position) = next {
            Prepend { text: stays, position }.visit_document_mut(document);
        } else {
            let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
            document.set_trailing(stays + &trailing);
        }
    }
}

impl VisitMut for Heir {
    fn visit_table_mut(&mut self, table: &mut Table) {
        let next = table.position().filter(|position| *position > self.behind && !table.is_implicit());
        self.next = [self.next, next].into_iter().flatten().min();
        visit_table_mut(self, table);
    }
}

struct Prepend {
    text: String,
    position: isize,
}

impl VisitMut for Prepend {
    fn visit_table_mut(&mut self, table: &mut Table) {
        if table.position() == Some(self.position) {
            let prefix = table.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
            let prefix = self.text.clone() + prefix;
            table.decor_mut().set_prefix(prefix);
        }
        visit_table_mut(self, table);
    }
}

/// Edits a text that is known to be TOML, and keeps its kind of line ends.
fn edited(text: &str, edit: impl FnOnce(&mut DocumentMut)) -> Result<String, Vec<Problem>> {
    let mut document: DocumentMut =
        text.parse().map_err(|error: toml_edit::TomlError| vec![Problem::new(error.message().to_owned())])?;
    edit(&mut document);
    let written = document.to_string();
    let written = written.strip_prefix('\n').filter(|_| text.trim().is_empty()).unwrap_or(&written);
    Ok(if text.contains("\r\n") { written.replace("\r\n", "\n").replace('\n', "\r\n") } else { written.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "\
# Whose images these are.
requires = \">=0.1\" # not older

[defaults]
zone   = \"fr-par-1\"
arch = \"x86_64\"

# ── production ──

# The web servers.
[images.web] # three of them
label = 'ubuntu_noble'

# The database.
[images.db]
label = \"ubuntu_noble\"
freeze = { reason = \"ticket 4711\", until = 2026-12-31 }

# ── for other tools ──

[[outputs]]
format = \"tfvars\"
path = \"images.auto.tfvars.json\"
# The end.
";

    fn runner() -> Declaration {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let keys =
            vec![("label", words(&["fedora_43"])), ("zones", words(&["fr-par-1", "nl-ams-1"])), ("arch", Vec::new())];
        Declaration { name: "runner".to_owned(), keys }
    }

    fn removed(names: &[&str]) -> String {
        let names: Vec<Name> = names.iter().map(|name| name.parse().unwrap()).collect();
        remove(MANIFEST, &names).unwrap()
    }

    #[test]
    fn a_declaration_stands_behind_the_last_and_nothing_else_changes() {
        let block = "\n[images.runner]\nlabel = \"fedora_43\"\nzones = [\"fr-par-1\", \"nl-ams-1\"]\n";
        let expected = MANIFEST.replace("2026-12-31 }\n", &format!("2026-12-31 }}\n{block}"));
        assert_eq!(declare(MANIFEST, &[runner()]).unwrap(), expected);
        assert_eq!(declare("", &[runner()]).unwrap(), block.trim_start());
        let windows = declare(&MANIFEST.replace('\n', "\r\n"), &[runner()]).unwrap();
        assert_eq!(windows, expected.replace('\n', "\r\n"));
    }

    #[test]
    fn removing_it_again_restores_every_byte() {
        let with = declare(MANIFEST, &[runner()]).unwrap();
        assert_eq!(remove(&with, [&"runner".parse().unwrap()]).unwrap(), MANIFEST);
    }

    #[test]
    fn comments_go_with_their_image_and_headings_stay() {
        let web = "# The web servers.\n[images.web] # three of them\nlabel = 'ubuntu_noble'\n\n";
        assert_eq!(removed(&["web"]), MANIFEST.replace(web, ""));
        let db = MANIFEST.split("# The database").nth(1).unwrap().split("# ──").next().unwrap();
        assert_eq!(removed(&["db"]), MANIFEST.replace(&format!("# The database{db}"), ""));
    }

    #[test]
    fn every_way_to_write_a_table_can_be_edited() {
        for (text, declared, without) in [
            (
                "images = { web = { label = \"a\", zone = \"fr-par-1\", arch = \"arm64\" } } # x\n",
                "runner = { label = \"fedora_43\", zones = [\"fr-par-1\", \"nl-ams-1\"], arch = \"arm64\" }",
                "images = {} # x\n",
            ),
            (
                "[images]\nweb = { label = \"a\", zone = \"fr-par-1\", arch = \"arm64\" } # x\n",
                "[images.runner]\n",
                "[images]\n",
            ),
            (
                "[images]\nweb.label = \"a\"\nweb.zone = \"fr-par-1\"\nweb.arch = \"arm64\"\n",
                "[images.runner]\n",
                "[images]\n",
            ),
        ] {
            let mut runner = runner();
            runner.keys[2].1.push("arm64".to_owned());
            let with = declare(text, &[runner]).unwrap();
            assert!(with.contains(declared), "{with}");
            let names = Manifest::parse(&with).map(|it| it.names().into_iter().map(ToString::to_string).collect());
            assert_eq!(names, Ok(vec!["runner".to_owned(), "web".to_owned()]));
            assert_eq!(remove(text, [&"web".parse().unwrap()]).unwrap(), without);
        }
    }
}
