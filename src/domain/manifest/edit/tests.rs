//! Tests for edits of manifests.

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
fn an_image_is_declared_after_the_last_one_and_nothing_else_changes() {
    let block = "\n[images.runner]\nlabel = \"fedora_43\"\nzones = [\"fr-par-1\", \"nl-ams-1\"]\n";
    let expected = MANIFEST.replace("2026-12-31 }\n", &format!("2026-12-31 }}\n{block}"));
    assert_eq!(declare(MANIFEST, &[runner()]).unwrap(), expected);
    assert_eq!(declare("", &[runner()]).unwrap(), block.trim_start());
    let windows = declare(&MANIFEST.replace('\n', "\r\n"), &[runner()]).unwrap();
    assert_eq!(windows, expected.replace('\n', "\r\n"));
}

#[test]
fn removing_an_added_declaration_restores_every_byte() {
    let with = declare(MANIFEST, &[runner()]).unwrap();
    assert_eq!(remove(&with, [&"runner".parse().unwrap()]).unwrap(), MANIFEST);
}

#[test]
fn comments_are_removed_with_their_image_and_headings_stay() {
    let web = "# The web servers.\n[images.web] # three of them\nlabel = 'ubuntu_noble'\n\n";
    assert_eq!(removed(&["web"]), MANIFEST.replace(web, ""));
    let db = MANIFEST.split("# The database").nth(1).unwrap().split("# ──").next().unwrap();
    assert_eq!(removed(&["db"]), MANIFEST.replace(&format!("# The database{db}"), ""));
}

#[test]
fn acceptances_that_cover_only_the_removed_image_are_removed() {
    let accept = |image: &str| {
        format!("[[accept]]\nimage = \"{image}\"\nstatus = \"eol\"\nreason = \"ticket\"\nuntil = 2026-12-31\n\n")
    };
    let of_both = accept("*b");
    let text =
        MANIFEST.replace("# ── for", &format!("# ── accepted ──\n\n# The end.\n{}{of_both}# ── for", accept("d*")));
    let without = remove(&text, [&"db".parse().unwrap()]).unwrap();
    assert!(
        without.contains(&format!("# ── accepted ──\n\n{of_both}# ── for")) && !without.contains("\"d*\""),
        "{without}"
    );
    let inline =
        |image: &str| format!("{{ image = \"{image}\", status = \"eol\", reason = \"ticket\", until = 2026-12-31 }}");
    let list = |images: &[&str]| {
        format!("accept = [{}]\n{MANIFEST}", images.iter().map(|it| inline(it)).collect::<Vec<_>>().join(", "))
    };
    let without = remove(&list(&["web", "db"]), [&"db".parse().unwrap()]).unwrap();
    assert_eq!(without, remove(&list(&["web"]), [&"db".parse().unwrap()]).unwrap());
}

#[test]
fn every_kind_of_table_can_be_edited() {
    for (text, declared, without) in [
        (
            "[images]\nweb = { label = \"a\", zone = \"fr-par-1\", arch = \"arm64\" } # x\n",
            "\nrunner = { label = \"fedora_43\", zones = [\"fr-par-1\", \"nl-ams-1\"], arch = \"arm64\" }\n",
            "[images]\n",
        ),
        (
            "[images]\nweb.label = \"a\"\nweb.zone = \"fr-par-1\"\nweb.arch = \"arm64\"\n",
            "[images.runner]\n",
            "[images]\n",
        ),
    ] {
        let text = &text.replace("]\nweb", "]\n# heading\n\n# of web\nweb");
        let without = &without.replace("]\n", "]\n# heading\n");
        let mut runner = runner();
        runner.keys[2].1.push("arm64".to_owned());
        let with = declare(text, &[runner]).unwrap();
        assert!(with.contains(declared), "{with}");
        let names = Manifest::parse(&with).map(|it| it.names().into_iter().map(ToString::to_string).collect());
        assert_eq!(names, Ok(vec!["runner".to_owned(), "web".to_owned()]));
        assert_eq!(remove(text, [&"web".parse().unwrap()]).unwrap(), *without);
    }
}

#[test]
fn new_images_are_written_like_their_neighbors() {
    let web = "[images]\n# ours\nweb = { label = \"ubuntu_noble\" }\n";
    let line = "runner = { label = \"fedora_43\", zones = [\"fr-par-1\", \"nl-ams-1\"] }\n";
    let table = "\n[images.runner]\nlabel = \"fedora_43\"\nzones = [\"fr-par-1\", \"nl-ams-1\"]\n";
    for (before, new, after) in [
        (web, line, ""),
        (web, line, "\n# For Terraform.\n[[outputs]]\nformat = \"env\"\npath = \"e\"\n"),
        // A comment directly below an image is about that image.
        (&format!("{web}# no newer one\n"), &format!("\n{line}"), "\n[defaults]\narch = \"x86_64\"\n"),
        (&format!("{web}\n[images.db]\nlabel = \"ubuntu_noble\"\n"), table, ""),
        ("[images]\nweb.label = \"ubuntu_noble\"\n", table, ""),
        ("images.web = { label = \"ubuntu_noble\" }\n", table, ""),
        ("[defaults]\narch = \"x86_64\"\n", table, ""),
    ] {
        let with = declare(&format!("{before}{after}"), &[runner()]).unwrap();
        assert_eq!(with, format!("{before}{new}{after}"));
        assert!(declared(&with).unwrap().contains_key("runner"));
    }
    let names = ["a", "b"].map(|name| Declaration { name: name.to_owned(), ..runner() });
    assert_eq!(
        declare(web, &names).unwrap(),
        format!("{web}{}{}", line.replace("runner", "a"), line.replace("runner", "b"))
    );
}

#[test]
fn every_other_byte_is_kept() {
    let web = "[images . web]\r\nlabel = \"a\"\nzone = \"fr-par-1\"\r\narch = \"arm64\"\n";
    for (before, after) in [
        ("\u{feff}# ours\r\n \t\r\n", "# eol = 2027-05-31   # of web alone\n"),
        ("\u{feff}", "# of web\r\n\r\n# the end"),
        ("# ours\n  \n", ""),
        ("", "\n[[outputs]]\nformat='env'\npath='images.env'"),
    ] {
        let text = format!("{before}{web}{after}");
        let with = declare(&text, &[runner()]).unwrap();
        let names = ["runner".parse().unwrap()];
        assert!(declared(&with).unwrap().contains_key("runner"), "{with:?}");
        let block = with.find("[images.runner]").unwrap();
        assert!(with[..block].contains("of web") || !text.contains("of web"), "{with:?}");
        let complete = with.replace("label = \"fedora_43\"", "label = \"fedora_43\"\narch = \"arm64\"");
        assert_eq!(remove(&complete, &names).unwrap(), text, "{with:?}");
    }
}

#[test]
fn headings_are_kept_with_any_line_ending() {
    for text in ["# heading\n\n# web\n", "# heading\n  \n# web\n"] {
        let text = MANIFEST.replace("# The web servers.\n", text);
        for text in [text.clone(), text.replace('\n', "\r\n")] {
            let without = remove(&text, [&"web".parse().unwrap()]).unwrap();
            assert!(without.contains("# heading") && !without.contains("# web"), "{without:?}");
        }
    }
}

#[test]
fn separated_keys_of_an_image_keep_their_comments() {
    let text = "[images]\n# of web\nweb.label = \"a\" # why\ndb.label = \"b\"\nweb.zone = \"fr-par-1\"\nweb.arch = \"arm64\"\n\
                db.zone = \"fr-par-1\"\ndb.arch = \"arm64\"\n";
    let without = remove(text, [&"db".parse().unwrap()]).unwrap();
    let web = "[images]\n# of web\nweb.label = \"a\" # why\nweb.zone = \"fr-par-1\"\nweb.arch = \"arm64\"\n";
    assert_eq!(without, web);
}

#[test]
fn a_key_is_set_in_any_kind_of_table() {
    let web = "{ label = \"a\", zone = \"fr-par-1\", arch = \"arm64\" }";
    for text in [
        format!("# ours\nimages = {{ web = {web} }} # all\n"),
        format!("# ours\n[images]\n# of web\nweb = {web} # all\n"),
        "# ours\n[images]\nweb.label = \"a\" # all\nweb.zone = \"fr-par-1\"\nweb.arch = \"arm64\"\n".to_owned(),
    ] {
        let keys = [
            ("zones", vec!["fr-par-1".to_owned(), "nl-ams-1".to_owned()]),
            ("type", vec!["instance_local".to_owned()]),
        ];
        let changed = set(&text, &"web".parse().unwrap(), &keys).unwrap();
        assert_eq!(Manifest::parse(&changed).unwrap().targets().len(), 2, "{changed}");
        assert!(changed.contains("instance_local") && changed.contains("# ours\n"), "{changed}");
        assert_eq!(changed.matches('#').count(), text.matches('#').count(), "{changed}");
    }
}

#[test]
fn deep_nesting_is_refused() {
    for text in ["a = ".to_owned() + &"[".repeat(100_000), format!("[{}]", vec!["a"; 100_000].join("."))] {
        assert!(declare(&text, &[runner()]).is_err());
        assert!(set(&text, &"web".parse().unwrap(), &[]).is_err());
    }
}

#[test]
fn images_in_one_inline_table_are_kept_in_it() {
    let image = "{ label = \"a\", zone = \"fr-par-1\", arch = \"arm64\" }";
    let text = format!("images = {{ web = {image} }} # all\n");
    let mut runner = runner();
    runner.keys[2].1.push("arm64".to_owned());
    let with = declare(&text, &[runner]).unwrap();
    let new = "{ label = \"fedora_43\", zones = [\"fr-par-1\", \"nl-ams-1\"], arch = \"arm64\" }";
    assert_eq!(with, format!("images = {{ web = {image}, runner = {new} }} # all\n"));
    assert_eq!(remove(&with, [&"runner".parse().unwrap()]).unwrap(), text);
    assert_eq!(remove(&with, [&"web".parse().unwrap()]).unwrap(), format!("images = {{ runner = {new} }} # all\n"));
}
