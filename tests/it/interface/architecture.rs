//! The layout of the code: which part may import which, at two levels, and the maximum size of a file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::support::documentation::COMMANDS;
use crate::support::source_files::source_files;

/// For each part of `src`, the parts that its files may import. The diagram in `lib.rs` shows the same.
const PARTS: [(&str, &[&str]); 10] = [
    ("main", &[]),
    ("cli", &["commands", "workspace", "marketplace", "render", "export", "domain", "deadline"]),
    ("commands", &["workspace", "marketplace", "render", "export", "domain"]),
    ("workspace", &["marketplace", "render", "export", "domain", "deadline"]),
    ("marketplace", &["domain", "deadline"]),
    ("render", &["domain"]),
    ("export", &["domain"]),
    ("domain", &[]),
    ("deadline", &[]),
    ("", &[]),
];

/// For each topic of `src/domain`, the topics that it may import.
const TOPICS: [(&str, &[&str]); 11] = [
    ("resolve", &["plan", "references", "select", "catalog", "manifest", "lock", "types", "diagnostics"]),
    ("check", &["plan", "references", "select", "catalog", "manifest", "lock", "types", "diagnostics"]),
    ("lookup", &["plan", "references", "select", "catalog", "manifest", "lock", "types", "diagnostics"]),
    ("adopt", &["plan", "references", "select", "catalog", "manifest", "lock", "types", "diagnostics"]),
    ("plan", &["select", "catalog", "manifest", "lock", "types", "diagnostics"]),
    ("references", &["catalog", "manifest", "lock", "types", "diagnostics"]),
    ("select", &["catalog", "manifest", "lock", "types", "diagnostics"]),
    ("catalog", &["types", "diagnostics"]),
    ("lock", &["manifest", "types", "diagnostics"]),
    ("manifest", &["types", "diagnostics"]),
    ("types", &[]),
];

/// Returns every file of `src` by its relative path.
fn sources() -> BTreeMap<String, String> {
    source_files("src")
}

/// Returns the module of a file, such as `domain::lock` for `domain/lock/mod.rs`.
fn module(file: &str) -> Option<String> {
    let name = file.strip_suffix(".rs")?.replace('/', "::");
    Some(if name == "lib" { String::new() } else { name.strip_suffix("::mod").unwrap_or(&name).to_owned() })
}

/// Returns the code of a file without its comments and unit tests.
fn code(text: &str) -> String {
    let code = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).flat_map(|line| [line, "\n"]).collect()
}

/// Returns the paths that a module names through `crate` or `super`, relative to the root of the crate.
fn paths(module: &str, code: &str) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    for (keyword, base) in [("crate::", String::new()), ("super::", parent(module).to_owned())] {
        for (start, _) in code.match_indices(keyword) {
            let before = code[..start].chars().next_back();
            if before.is_none_or(|char| !char.is_alphanumeric() && !"_:$\"".contains(char)) {
                expand(&base, &code[start + keyword.len()..], &mut paths);
            }
        }
    }
    paths
}

fn parent(module: &str) -> &str {
    module.rsplit_once("::").map_or("", |(parent, _)| parent)
}

/// Follows a path and each branch of its braces.
fn expand(base: &str, path: &str, paths: &mut BTreeSet<String>) {
    if let Some(group) = path.strip_prefix('{') {
        let (mut depth, mut start) = (0, 0);
        for (at, char) in group.char_indices() {
            match char {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    expand(base, group[start..at].trim(), paths);
                    start = at + 1;
                    if char == '}' {
                        return;
                    }
                }
                _ => {}
            }
        }
        return;
    }
    let name: String = path.chars().take_while(|char| char.is_alphanumeric() || *char == '_').collect();
    let here = match (base, &*name) {
        (_, "self" | "") => base.to_owned(),
        (_, "super") => parent(base).to_owned(),
        ("", name) => name.to_owned(),
        (base, name) => format!("{base}::{name}"),
    };
    match path[name.len()..].strip_prefix("::") {
        Some(rest) => expand(&here, rest, paths),
        None => drop(paths.insert(here)),
    }
}

/// Returns, for each module, the modules that it imports from.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let sources = sources();
    let modules: BTreeSet<String> = sources.keys().filter_map(|file| module(file)).collect();
    let owner = |path: &str| {
        let mut path = path;
        while !modules.contains(path) {
            path = parent(path);
        }
        path.to_owned()
    };
    let imports = sources.iter().filter_map(|(file, text)| {
        let module = module(file)?;
        let mut owners: BTreeSet<String> = paths(&module, &code(text)).iter().map(|path| owner(path)).collect();
        owners.remove(&module);
        Some((module, owners))
    });
    imports.collect()
}

fn check_arrows(table: &[(&str, &[&str])], part: impl Fn(&str) -> Option<String>) {
    let mut wrong = Vec::new();
    for (from, imports) in imports() {
        let Some(from_part) = part(&from) else { continue };
        let allowed = table.iter().find(|(name, _)| *name == from_part);
        let (_, allowed) = allowed.unwrap_or_else(|| panic!("`{from_part}` is missing from the table"));
        for to in imports {
            let Some(to_part) = part(&to) else { continue };
            if to_part != from_part && !allowed.contains(&&*to_part) && !to_part.is_empty() {
                wrong.push(format!("{from} imports {to}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_parts_import_one_way() {
    check_arrows(&PARTS, |module| Some(module.split("::").next().unwrap_or_default().to_owned()));
}

#[test]
fn the_topics_of_the_domain_import_one_way() {
    let topic = |module: &str| {
        let topic = module.strip_prefix("domain::")?.split("::").next()?;
        (topic != "diagnostics").then(|| topic.to_owned())
    };
    check_arrows(&TOPICS, topic);
    let diagnostics = imports().into_iter().filter(|(module, _)| module.starts_with("domain::diagnostics"));
    for (module, imports) in diagnostics {
        let others: Vec<_> = imports.iter().filter(|it| !it.starts_with("domain::diagnostics")).collect();
        assert!(others.is_empty(), "{module} imports {others:?}");
    }
}

#[test]
fn no_command_imports_another() {
    for (module, imports) in imports() {
        if let Some(command) = module.strip_prefix("commands::") {
            let is_command = |module: &&String| {
                module.strip_prefix("commands::").is_some_and(|name| !["options", "output", "task"].contains(&name))
            };
            let others: Vec<_> = imports.iter().filter(is_command).collect();
            assert!(others.is_empty(), "`{command}` imports {others:?}");
        }
    }
}

#[test]
fn there_are_no_import_cycles() {
    let mut imports = imports();
    // A module without imports is not part of a cycle.
    loop {
        let leaves: BTreeSet<String> =
            imports.iter().filter(|(_, to)| to.is_empty()).map(|(module, _)| module.clone()).collect();
        if leaves.is_empty() {
            break;
        }
        imports.retain(|module, _| !leaves.contains(module));
        for to in imports.values_mut() {
            to.retain(|module| !leaves.contains(module));
        }
    }
    // Neither is a module that no other module imports.
    loop {
        let imported: BTreeSet<String> = imports.values().flatten().cloned().collect();
        let before = imports.len();
        imports.retain(|module, _| imported.contains(module));
        if imports.len() == before {
            break;
        }
    }
    assert!(imports.is_empty(), "{imports:#?}");
}

/// A file can have any name, including a hostile one, so paths become text only in `sanitize::shown`.
#[test]
fn paths_are_converted_to_text_in_one_place() {
    let raw = [".display()", "Path::display", "OsStr::display", "to_string_lossy", "into_string().unwrap_or"];
    let mut found = Vec::new();
    for (file, text) in sources() {
        for (number, line) in text.lines().enumerate().filter(|(_, line)| raw.iter().any(|raw| line.contains(raw))) {
            found.push((format!("src/{file}:{}", number + 1), line.trim().to_owned()));
        }
    }
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].0.starts_with("src/domain/diagnostics/"), "{found:#?}");
}

/// A command in plain text would lack the options of the run, so only `domain/diagnostics/help.rs` writes commands.
#[test]
fn suggested_commands_are_built_as_values_and_exist() {
    let commands = COMMANDS;
    let (mut written, mut unknown) = (Vec::new(), Vec::new());
    for (file, text) in sources().iter().filter(|(file, _)| module(file).is_some()) {
        let code = code(text);
        for command in code.split("imagelock ").skip(1).filter_map(first_word).filter(|word| commands.contains(word)) {
            written.push(format!("src/{file}: imagelock {command}"));
        }
        for start in ["Command::new(\"", "Help::run(\"", "then_run(\""] {
            let words = code.split(start).skip(1).filter_map(first_word);
            unknown.extend(words.filter(|word| !commands.contains(word)).map(|word| format!("src/{file}: {word}")));
        }
    }
    let expected = [
        // The driver that git runs, in an example.
        "src/commands/merge_driver.rs: imagelock merge-driver",
        // The name of a test suite.
        "src/render/check/junit.rs: imagelock check",
        // A sentence of a man page.
        "src/render/man/manifest.rs: imagelock resolve",
    ];
    assert_eq!(written, expected);
    assert!(unknown.is_empty(), "{unknown:?}");
}

fn first_word(text: &str) -> Option<&str> {
    text.split(|char: char| !char.is_ascii_lowercase() && char != '-').next().filter(|word| !word.is_empty())
}

#[test]
fn every_source_file_is_short_and_starts_with_a_description() {
    for (file, text) in sources() {
        // The other files are data in TOML.
        let comment = match Path::new(&file).extension().and_then(|end| end.to_str()) {
            Some("rs") => "//! ",
            Some("css") => "/* ",
            _ => "# ",
        };
        assert!(text.starts_with(comment), "src/{file} does not start with a description");
        let lines = text.split("#[cfg(test)]").next().unwrap_or_default().lines().count();
        assert!(lines <= 300, "src/{file} has {lines} lines");
    }
}

/// Returns the number of entries in each directory.
fn directory_sizes(sources: &BTreeMap<String, String>) -> BTreeMap<&str, usize> {
    let mut entries: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for file in sources.keys() {
        let mut entry = &**file;
        while let Some((directory, name)) = entry.rsplit_once('/') {
            entries.entry(directory).or_default().insert(name);
            entry = directory;
        }
    }
    entries.into_iter().map(|(directory, entries)| (directory, entries.len())).collect()
}

#[test]
fn no_directory_has_too_many_entries() {
    for (directory, size) in directory_sizes(&sources()) {
        let most = if directory == "commands" { 24 } else { 14 };
        assert!(size <= most, "src/{directory} has {size} entries");
    }
}

/// A test file must be readable without another test file, so shared setup belongs in `support`.
#[test]
fn tests_import_only_from_support() {
    for (file, text) in source_files("tests/it") {
        let imports = paths(&module(&file).unwrap_or_default(), &code(&text));
        let others: Vec<_> = imports.iter().filter(|path| !path.starts_with("support::")).collect();
        assert!(others.is_empty(), "tests/it/{file} imports {others:?}");
    }
}

#[test]
fn every_test_file_is_short_and_starts_with_a_description() {
    let sources = source_files("tests/it");
    for (file, text) in &sources {
        assert!(text.starts_with("//! "), "tests/it/{file} does not start with a description");
        let lines = text.lines().count();
        assert!(lines <= 360, "tests/it/{file} has {lines} lines");
    }
    for (directory, size) in directory_sizes(&sources) {
        assert!(size <= 16, "tests/it/{directory} has {size} entries");
    }
}

/// A file that no module declares is not compiled, and its tests do not run.
#[test]
fn every_file_is_declared_as_a_module() {
    for root in ["src", "tests/it"] {
        let sources = source_files(root);
        for file in sources.keys() {
            let Some(path) = file.strip_suffix(".rs").map(Path::new) else { continue };
            let path = if path.ends_with("mod") { path.parent().unwrap() } else { path };
            let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else { continue };
            let parents = match directory.to_str().unwrap() {
                "" => ["lib.rs", "main.rs"].map(str::to_owned),
                directory => [format!("{directory}/mod.rs"), format!("{directory}.rs")],
            };
            let declaration = format!("mod {};", name.to_str().unwrap());
            let is_root = ["lib", "main"].contains(&path.to_str().unwrap());
            assert!(
                is_root || parents.iter().any(|it| sources.get(it).is_some_and(|it| it.contains(&declaration))),
                "{root}/{file}"
            );
        }
    }
}
