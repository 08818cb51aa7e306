//! Mistakes in `images.toml` and `images.lock`, by theme.

use std::fmt::Write as _;

use insta::assert_snapshot;

use crate::support::fixtures::mistakes::lock;
use crate::support::manifest::{accept, web};
use crate::support::sandbox::Sandbox;

/// Each file under a number and a title, and what `command` prints for it.
fn printed(mistakes: &[(&str, String)], command: &str, write: impl Fn(&Sandbox, &str)) -> String {
    let mut text = String::new();
    for (number, (title, file)) in (1..).zip(mistakes) {
        let sandbox = Sandbox::new();
        write(&sandbox, file);
        let shown = file.replace('\t', "→").replace('\u{feff}', "[BOM]").replace('\r', "[CR]");
        let _ = writeln!(text, "## {number}. {title}");
        for line in shown.lines() {
            let _ = writeln!(text, "  {line}");
        }
        let _ = writeln!(text, "\n{}", sandbox.run(command));
    }
    text
}

/// What imagelock prints for each of these manifests.
fn manifests(mistakes: &[(&str, String)]) -> String {
    printed(mistakes, "resolve --locked", |sandbox, text| sandbox.write("images.toml", text))
}

/// What imagelock prints for each of these lockfiles.
fn locks(mistakes: &[(&str, String)]) -> String {
    printed(mistakes, "resolve --offline", |sandbox, text| {
        sandbox.write("images.toml", web(""));
        sandbox.write("images.lock", text);
    })
}

/// A manifest with one image, which has these lines.
fn image(lines: &str) -> String {
    format!("[images.web]\n{lines}\n")
}

/// A manifest with one image of a range of releases.
fn range(label: &str, release: &str) -> String {
    image(&format!("label = \"{label}\"\nrelease = \"{release}\"\nzone = \"fr-par-1\"\narch = \"x86_64\""))
}

#[test]
fn toml_syntax() {
    let printed = manifests(&[
        ("a string without its closing quote", image("label = \"ubuntu_noble\nzone = \"fr-par-1\"")),
        ("a string without quotes", image("label = ubuntu_noble\nzone = \"fr-par-1\"\narch = \"x86_64\"")),
        ("several strings without quotes", image("label = ubuntu_noble\nzone = fr-par-1\narch = x86_64")),
        ("typographic quotes", image("label = “ubuntu_noble”")),
        ("a header without its bracket", "[images.web\nlabel = \"ubuntu_noble\"\n".to_owned()),
        ("a list without its bracket", image("zones = [\"fr-par-1\", \"nl-ams-1\"\narch = \"x86_64\"")),
        ("a list without a comma", image("zones = [\"fr-par-1\" \"nl-ams-1\"]\narch = \"x86_64\"")),
        ("an inline table without its brace", web("freeze = { reason = \"x\", until = 2027-01-01\n")),
        ("an inline table over several lines", web("freeze = {\n  reason = \"x\",\n  until = 2027-01-01,\n}\n")),
        ("a colon in place of `=`", image("label: \"ubuntu_noble\"")),
        ("a key without a value", image("label =\nzone = \"fr-par-1\"")),
        ("a key without `=`", image("label \"ubuntu_noble\"")),
        ("two keys in a line", image("label = \"ubuntu_noble\", zone = \"fr-par-1\"")),
        ("a duplicate key", web("label = \"ubuntu_jammy\"\n")),
        ("a duplicate table", web("") + &web("")),
        ("a comment with `//`", format!("// the web servers\n{}", web(""))),
        ("a backslash", image("label = \"ubuntu\\noble\\_\"")),
        ("`True`", web("[[outputs]]\nformat = \"env\"\npath = \"e\"\noverwrite = True\n")),
        ("a day that does not exist", web("eol = 2027-02-30\n")),
        ("a date with slashes", web("eol = 2027/05/31\n")),
        ("an age without quotes", web("min-age = 3d\n")),
        ("a space in a header", "[images.my web]\nlabel = \"ubuntu_noble\"\n".to_owned()),
    ]);
    assert_snapshot!(printed);
}

#[test]
fn files() {
    let printed = manifests(&[
        ("an empty file", String::new()),
        ("only comments", "# later\n".to_owned()),
        ("only defaults", "[defaults]\nzone = \"fr-par-1\"\n".to_owned()),
        ("no image in `[images]`", "[images]\n".to_owned()),
        ("JSON", "{\n  \"images\": { \"web\": { \"label\": \"ubuntu_noble\" } }\n}\n".to_owned()),
        ("YAML", "images:\n  web:\n    label: ubuntu_noble\n    zone: fr-par-1\n".to_owned()),
        ("HCL", "images {\n  web = \"ubuntu_noble\"\n}\n".to_owned()),
        ("a lockfile", lock("ubuntu_noble")),
        ("CRLF and a BOM, which are no mistake", format!("\u{feff}{}", web("")).replace('\n', "\r\n")),
        ("a lone carriage return", web("").replace('\n', "\r")),
        ("a tab in a string", image("label = \"ubuntu\tnoble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"")),
        ("conflict markers", format!("<<<<<<< HEAD\n{}=======\n>>>>>>> other\n", web(""))),
    ]);
    assert_snapshot!(printed);
}

#[test]
fn keys_and_tables() {
    let printed = manifests(&[
        ("a misspelled key", web("instance_type = \"PRO2-S\"\n")),
        ("an unknown key", web("region = \"fr-par\"\n")),
        ("a misspelled table", format!("[default]\nzone = \"fr-par-1\"\n{}", web(""))),
        ("`[image.web]`", web("").replace("images", "image")),
        ("`[[images]]`", web("").replace("[images.web]", "[[images]]\nname = \"web\"")),
        ("`[web]`", web("").replace("images.web", "web")),
        ("keys of an image under `[images]`", web("").replace("images.web", "images")),
        ("a string as an image", "[images]\nweb = \"ubuntu_noble\"\n".to_owned()),
        ("no zone", image("label = \"ubuntu_noble\"\narch = \"x86_64\"")),
        ("no zone and no architecture", image("label = \"ubuntu_noble\"")),
        ("no label", image("zone = \"fr-par-1\"\narch = \"x86_64\"")),
        ("a misspelled label key", image("lable = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"")),
        ("`zone` and `zones`", web("zones = [\"nl-ams-1\"]\n")),
        ("`label` and `image-id`", web("image-id = \"6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e\"\n")),
        (
            "a local image ID as the pin",
            image("id = \"6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e\"\nzone = \"fr-par-1\"\narch = \"x86_64\""),
        ),
        (
            "`version-id`",
            image("version-id = \"6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e\"\nzone = \"fr-par-1\"\narch = \"x86_64\""),
        ),
        ("a label in the defaults", format!("[defaults]\nlabel = \"ubuntu_noble\"\n{}", web(""))),
        ("upper case", web("").replace("label", "Label")),
        ("a Cyrillic letter", web("").replace("label", "lаbel")),
        ("a list of defaults", format!("[[defaults]]\nzone = \"fr-par-1\"\n{}", web(""))),
    ]);
    assert_snapshot!(printed);
}

#[test]
fn values() {
    let printed = manifests(&[
        ("a number as a label", image("label = 22.04\nzone = \"fr-par-1\"\narch = \"x86_64\"")),
        ("a list of labels", image("label = [\"ubuntu_noble\"]\nzone = \"fr-par-1\"\narch = \"x86_64\"")),
        ("an empty string", image("label = \"\"\nzone = \"\"\narch = \"x86_64\"")),
        ("an unset variable", image("label = \"${LABEL}\"\nzone = \"fr-par-1\"\narch = \"x86_64\"")),
        ("a display name as a label", image("label = \"Ubuntu 24.04 Noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"")),
        ("a region as a zone", web("").replace("fr-par-1", "fr-par")),
        ("a misspelled zone", web("").replace("fr-par-1", "fr-par1")),
        ("a zone in upper case", web("").replace("fr-par-1", "FR-PAR-1")),
        ("zones separated by commas", web("").replace("fr-par-1", "fr-par-1,nl-ams-1")),
        ("a zone twice", image("label = \"ubuntu_noble\"\nzones = [\"fr-par-1\", \"par1\"]\narch = \"x86_64\"")),
        ("no zone in the list", image("label = \"ubuntu_noble\"\nzones = []\narch = \"x86_64\"")),
        ("a number in a list", image("label = \"ubuntu_noble\"\nzones = [\"fr-par-1\", 2]\narch = \"x86_64\"")),
        ("an architecture by another name", web("").replace("x86_64", "amd64")),
        ("an architecture in upper case", web("").replace("x86_64", "X86_64")),
        ("a wrong type", web("type = \"sbs\"\n")),
        ("a volume type", web("type = \"l_ssd\"\n")),
        ("an Instance type with a space", web("instance-type = \"PRO2 S\"\n")),
        ("a name with a space", web("").replace("images.web", "images.\"my web\"")),
        ("a name with a dot", web("").replace("images.web", "images.web.v2")),
        ("a name that starts with a digit", web("").replace("images.web", "images.2web")),
        ("a UUID in upper case, which is no mistake", uuid("6D1B1B5E-4A0F-4C62-9C52-0A3C1F1B2D7E")),
        ("a UUID without dashes", uuid("6d1b1b5e4a0f4c629c520a3c1f1b2d7e")),
        ("a short UUID", uuid("6d1b1b5e")),
        ("a UUID of zeros", uuid("00000000-0000-0000-0000-000000000000")),
        ("a UUID with a zone", uuid("fr-par-1/6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e")),
        ("a label as an image ID", uuid("ubuntu_noble")),
    ]);
    assert_snapshot!(printed);
}

fn uuid(id: &str) -> String {
    image(&format!("image-id = \"{id}\"\nzone = \"fr-par-1\"\narch = \"x86_64\""))
}

#[test]
fn ages_and_dates() {
    let ages = ["3", "3 days", "-1d", "99999999999d", "40000d", "1w", "1.5d", "P3D", ""];
    let ages = ages.map(|age| ("an age", web(&format!("min-age = \"{age}\"\n"))));
    let others = [
        ("an age as a number", web("min-age = 3\neol-warning = 90\n")),
        ("a date in quotes", web("eol = \"2027-05-31\"\n")),
        ("a date with a time", web("eol = 2027-05-31T00:00:00Z\n")),
        ("a day that does not exist, in quotes", web("eol = \"2027-02-30\"\n")),
        ("another order of a date", web("eol = \"31.05.2027\"\n")),
        ("a year", web("eol = 2027\n")),
        ("a word", web("eol = \"never\"\n")),
    ];
    let printed = manifests(&ages.into_iter().chain(others).collect::<Vec<_>>());
    assert_snapshot!(printed);
}

#[test]
fn releases_and_patterns() {
    let printed = manifests(&[
        ("a release without a pattern", web("release = \">=41, <44\"\n")),
        ("a pattern without a release", web("").replace("ubuntu_noble", "ubuntu_*")),
        ("a range in words", range("fedora_*", "41 to 44")),
        ("a range of one sign", range("fedora_*", ">=")),
        ("a wrong sign", range("fedora_*", "=>41")),
        ("a range without a comma", range("fedora_*", ">=41 <44")),
        ("a range with `or`", range("fedora_*", "41 || 42")),
        ("a name as a release", range("ubuntu_*", "noble")),
        ("`latest` as a release", range("ubuntu_*", "latest")),
        ("an empty range", range("fedora_*", "")),
        ("a range of four numbers", range("fedora_*", ">=1.2.3.4")),
        ("a release as a number", range("fedora_*", "42").replace("\"42\"", "42")),
        ("other signs in a pattern", range("fedora_?*", "*")),
        ("a wrong word in `requires`", format!("requires = \"latest\"\n{}", web(""))),
        ("`requires` for another release", format!("requires = \">=9.1\"\n{}", web(""))),
        ("`requires` as a number", format!("requires = 0.1\n{}", web(""))),
        ("a wrong sign in `requires`", format!("requires = \"~> 0.1\"\n{}", web(""))),
    ]);
    assert_snapshot!(printed);
}

#[test]
fn freezes_and_acceptances() {
    let accepted = |status: &str| web(&accept("web", status, "ticket 4712", "2027-01-31"));
    let printed = manifests(&[
        ("`freeze = true`", web("freeze = true\n")),
        ("a freeze without a reason", web("freeze = { until = 2027-01-31 }\n")),
        ("a freeze with an empty reason and no end", web("freeze = { reason = \"\" }\n")),
        ("a freeze with a date in quotes", web("freeze = { reason = \"x\", until = \"2027-01-31\" }\n")),
        ("a freeze that is only a date", web("freeze = 2027-01-31\n")),
        ("a freeze that is an empty table", web("freeze = {}\n")),
        ("a thaw in the defaults", format!("[defaults]\nfreeze = false\n{}", web(""))),
        ("`freeze = \"false\"`", web("freeze = \"false\"\n")),
        ("an unknown status", accepted("old")),
        ("a misspelled status", accepted("outdatet")),
        ("a status that cannot be accepted", accepted("mismatch")),
        ("a status that is not drift", accepted("current")),
        ("a former status", accepted("retired")),
        ("an image that is not declared", web(&accept("wep", "eol", "x", "2027-01-31"))),
        ("an acceptance without keys", web("[[accept]]\n")),
        ("`[accept]`", web(&accept("web", "eol", "x", "2027-01-31")).replace("[[accept]]", "[accept]")),
        ("an acceptance in an image", web("accept = [\"eol\"]\n")),
        ("a list of statuses", accepted("eol").replace("\"eol\"", "[\"eol\", \"outdated\"]")),
    ]);
    assert_snapshot!(printed);
}

#[test]
fn outputs() {
    let output = |lines: &str| web(&format!("\n[[outputs]]\n{lines}\n"));
    let printed = manifests(&[
        ("an unknown format", output("format = \"terraform\"\npath = \"images.tf\"")),
        ("a misspelled format", output("format = \"tfvar\"\npath = \"images.auto.tfvars.json\"")),
        ("no format", output("path = \"images.auto.tfvars.json\"")),
        ("no path", output("format = \"tfvars\"")),
        ("an empty path", output("format = \"tfvars\"\npath = \"\"")),
        ("a directory as the path", output("format = \"tfvars\"\npath = \"..\"")),
        ("a path outside", output("format = \"tfvars\"\npath = \"../images.auto.tfvars.json\"")),
        ("an absolute path", output("format = \"tfvars\"\npath = \"/tmp/images.auto.tfvars.json\"")),
        ("one path twice", output("format = \"env\"\npath = \"a\"\n[[outputs]]\nformat = \"env\"\npath = \"./a\"")),
        ("a flag in quotes", output("format = \"env\"\npath = \"a\"\noverwrite = \"yes\"")),
        ("`[outputs]`", output("format = \"env\"\npath = \"a\"").replace("[[outputs]]", "[outputs]")),
        ("`[[output]]`", output("format = \"env\"\npath = \"a\"").replace("[[outputs]]", "[[output]]")),
        ("the manifest as an output", output("format = \"env\"\npath = \"images.toml\"")),
    ]);
    assert_snapshot!(printed);
}

#[test]
fn lockfiles() {
    let good = lock("ubuntu_noble");
    let block = good.split_once("\n[[pin]]").unwrap().1;
    let printed = locks(&[
        ("an empty file", String::new()),
        ("cut within a string", good[..good.len() - 20].to_owned()),
        ("cut after a line", good[..good.find("id = ").unwrap()].to_owned()),
        ("cut within a key", good[..good.find("label").unwrap() + 3].to_owned()),
        ("a newer format", good.replace("version = 1", "version = 7 # read by imagelock 3.2.0 and later")),
        ("a format in quotes", good.replace("version = 1", "version = \"1\"")),
        ("no format", good.replace("version = 1\n", "")),
        ("an unknown key", good.replace("type = ", "typ = ")),
        ("an ID that is not a UUID", good.replace("00000001-", "00000001")),
        ("a date in quotes", good.replace("digest", "published = \"2026-09-02T08:30:55Z\"\ndigest")),
        ("a date without a time", good.replace("digest", "published = 2026-09-02\ndigest")),
        ("a block twice", format!("{good}\n[[pin]]{block}")),
        ("`[pin]`", good.replace("[[pin]]", "[pin]")),
        ("a block that names no image", good.replace("label = \"ubuntu_noble\"\n", "")),
        ("an edited block", good.clone()),
        ("conflict markers", format!("<<<<<<< HEAD\n{good}=======\n{good}>>>>>>> other\n")),
        ("a manifest", web("")),
        ("JSON", "{ \"version\": 2 }\n".to_owned()),
    ]);
    assert_snapshot!(printed);
}
