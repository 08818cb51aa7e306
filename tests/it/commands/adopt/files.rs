//! `adopt --from`: no UUID from a file is sent, and the cost is linear in the size of the file.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::Stdio;
use std::sync::Arc;

use imagelock::domain::adopt::identify::queries;
use imagelock::domain::adopt::{Request, Stated};
use imagelock::domain::catalog::{Catalog, Image, Listing, Lookup, Query, Response, Version};
use imagelock::domain::references::references;
use insta::assert_snapshot;
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::fake_marketplace::{FakeMarketplace, id, image_id, local, version_id};
use crate::support::sandbox::Sandbox;

const DATE: &str = "2026-09-02T08:30:55Z";
const OLD: &str = "2026-08-02T08:30:55Z";

fn marketplace() -> FakeMarketplace {
    FakeMarketplace::offering([
        local("ubuntu_noble", "fr-par-1", "x86_64", 1).published(DATE),
        local("ubuntu_noble", "fr-par-1", "x86_64", 2).published(OLD).superseded(),
        local("debian_bookworm", "fr-par-1", "x86_64", 3).published(DATE),
    ])
}

/// Keys that suggest an image, a secret, or neither.
const KEYS: [&str; 14] = [
    "image",
    "images",
    "image_id",
    "imageId",
    "web_image",
    "id",
    "value",
    "owner",
    "pull_cred",
    "secret_key",
    "attributes",
    "fr-par-1",
    "default",
    "x",
];

/// The number of a UUID. The Marketplace lists only numbers below ten.
fn numbers() -> impl Strategy<Value = u32> {
    prop_oneof![1..10_u32, 1000..2000_u32]
}

/// JSON whose strings are all UUIDs.
fn json() -> impl Strategy<Value = String> {
    let leaf =
        (numbers(), select(vec!["", "fr-par-1/", "${var.zone}/"])).prop_map(|(n, zone)| format!("\"{zone}{}\"", id(n)));
    leaf.prop_recursive(4, 24, 4, |inner| {
        let field = (select(KEYS.to_vec()), inner.clone()).prop_map(|(key, value)| format!("\"{key}\": {value}"));
        let object = proptest::collection::vec(field, 0..4);
        let list = proptest::collection::vec(inner, 0..4);
        let resource = (select(vec!["scaleway_instance_server", "random_uuid"]), select(KEYS.to_vec()), numbers());
        prop_oneof![
            object.prop_map(|fields| format!("{{{}}}", fields.join(", "))),
            list.prop_map(|items| format!("[{}]", items.join(", "))),
            resource.prop_map(|(kind, key, n)| format!(
                "{{\"instances\": [{{\"attributes\": {{\"{key}\": \"{}\"}}}}], \"type\": \"{kind}\", \"name\": \"a\"}}",
                id(n)
            )),
        ]
    })
}

/// Lines of HCL, and lines that are not HCL.
fn hcl() -> impl Strategy<Value = String> {
    let line = (select(KEYS.to_vec()), numbers(), 0..6_u8).prop_map(|(key, n, form)| match form {
        0 => format!("{key} = \"{}\"", id(n)),
        1 => format!("resource \"a_b\" \"{key}\" {{ image = \"fr-par-1/{}\" }}", id(n)),
        2 => format!("module \"{key}\" {{ {key} = [\"{}\"] }}", id(n)),
        3 => format!("{key} = {{ web = lookup(x, \"{}\") }}", id(n)),
        4 => format!("{key}: {}", id(n)),
        _ => format!("# {key} {}", id(n)),
    });
    proptest::collection::vec(line, 0..8).prop_map(|lines| lines.join("\n"))
}

/// Runs all queries against a Marketplace that lists images 1 to 9 of one label, each in its own version. Returns the
/// queries that were sent.
fn sent_queries(requests: &[Request]) -> BTreeSet<Query> {
    let mut catalog = Catalog::default();
    let mut sent = BTreeSet::new();
    let version = |n: u32| version_id("ubuntu_noble", &n.to_string()).parse().unwrap();
    let rows = |numbers: &mut dyn Iterator<Item = u32>| {
        let mut local = |n: u32| imagelock::domain::catalog::LocalImage {
            id: id(n).parse().unwrap(),
            label: Some("ubuntu_noble".parse().unwrap()),
            zone: "fr-par-1".parse().unwrap(),
            arch: "x86_64".parse().unwrap(),
            image_type: imagelock::domain::catalog::StatedType::Unstated,
            commercial_types: Arc::default(),
        };
        Lookup::Found(Listing::new(numbers.map(&mut local).collect(), Vec::new()))
    };
    loop {
        let next: Vec<Query> =
            queries(requests, &Stated::default(), &catalog).into_iter().filter(|it| !catalog.is_answered(it)).collect();
        if next.is_empty() {
            return sent;
        }
        for query in next {
            let response = match &query {
                Query::Index => Response::Index(Lookup::Found(vec![Image {
                    label: "ubuntu_noble".parse().unwrap(),
                    id: image_id("ubuntu_noble").parse().unwrap(),
                    name: String::new(),
                    categories: BTreeSet::new(),
                    valid_until: None,
                }])),
                Query::Versions(of) => {
                    let versions = (1..10).map(|n| Version { published: None, id: version(n) });
                    Response::Versions(*of, Lookup::Found(versions.collect()))
                }
                Query::Listing(of) => {
                    let number = (1..10).find(|n| {
                        format!("{of:?}") == format!("{:?}", imagelock::domain::types::ImageRef::Version(version(*n)))
                    });
                    Response::Listing(
                        of.clone(),
                        match (of, number) {
                            (imagelock::domain::types::ImageRef::Label(_), _) => rows(&mut (1..4)),
                            (_, Some(n)) => rows(&mut std::iter::once(n)),
                            (_, None) => Lookup::NotFound,
                        },
                    )
                }
                Query::LocalImage(id) => Response::LocalImage(*id, Lookup::NotFound),
            };
            catalog.record(response);
            sent.insert(query);
        }
    }
}

proptest! {
    /// No key in a file, and no ID that the user types, makes imagelock send a UUID that only the file contains.
    #[test]
    fn a_uuid_read_from_a_file_is_never_sent(text in prop_oneof![json(), hcl()], typed in proptest::option::of(2000..2010_u32)) {
        let mut requests: Vec<Request> = references("file", &text).unwrap().into_iter().map(Request::from).collect();
        requests.extend(typed.map(|n| Request::parse(&format!("web={}", id(n))).unwrap()));
        let sent = format!("{:?}", sent_queries(&requests));
        for n in (1..10).chain(1000..2000) {
            prop_assert!(!sent.contains(&id(n)), "{n} is sent:\n{text}\n{sent}");
        }
        if let Some(n) = typed {
            prop_assert!(sent.contains(&id(n)), "a typed ID is looked up");
        }
    }

    #[test]
    fn a_reference_has_its_line_number(lines in proptest::collection::vec(numbers(), 1..8)) {
        let items: Vec<String> = lines.iter().map(|n| format!("{{\"image\": \"{}\"}}", id(*n))).collect();
        let text = format!("[\n{}\n]", items.join(",\n"));
        let mut first: BTreeMap<String, usize> = BTreeMap::new();
        for (at, n) in lines.iter().enumerate() {
            first.entry(id(*n)).or_insert(at + 2);
        }
        for reference in references("file", &text).unwrap() {
            let place = reference.location.to_string();
            prop_assert_eq!(place, format!("file:{}", first[&reference.id.to_string()]), "{}", text);
        }
    }
}

#[test]
fn the_order_of_keys_does_not_matter() {
    let state = |fields: &str| format!("{{\"resources\": [{{{fields}}}]}}");
    let instances = format!("\"instances\": [{{\"attributes\": {{\"image\": \"{}\"}}}}]", id(1));
    let first =
        references("a", &state(&format!("{instances}, \"name\": \"web\", \"type\": \"scaleway_instance_server\"")))
            .unwrap();
    let last =
        references("a", &state(&format!("\"type\": \"scaleway_instance_server\", \"name\": \"web\", {instances}")))
            .unwrap();
    assert_eq!(first, last);
    assert_eq!(first[0].name.as_ref().unwrap().as_str(), "web");
    assert!(first[0].is_image);
}

/// A Terraform state contains hundreds of IDs of volumes and projects. Printing them all would hide the images.
#[test]
fn uuids_that_are_not_images_are_counted_but_not_printed() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    let others: Vec<String> = (1000..1500).map(|n| format!("{{\"project_id\": \"{}\"}}", id(n))).collect();
    sandbox.write("a.json", format!("[{}, {{\"web_image\": \"{}\"}}]", others.join(", "), id(1)));
    assert_snapshot!(sandbox.run("adopt --from a.json --dry-run").stderr, @"
    skipped 500 other UUIDs: the Marketplace does not list them, and their keys do not name an image
    would declare `web` in `images.toml`
    ");
    sandbox.write("b.json", format!("[{}]", others.join(", ")));
    assert_snapshot!(sandbox.fails("adopt --from b.json"), @"
    error: found no ID of a Marketplace image in `b.json`
     |
     = note: the Marketplace does not list 500 other UUIDs
     = help: to adopt an ID that the Marketplace does not list, give it a name: `imagelock adopt web=UUID`
    ");
}

/// A superseded ID is found in a listing that is fetched anyway, and in the lockfile.
#[test]
fn superseded_ids_in_files_are_found_without_being_sent() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    sandbox.write("a.json", format!("{{\"web_image\": \"{}\", \"old_image\": \"{}\"}}", id(1), id(2)));
    sandbox.ok("adopt --from a.json");
    assert!(sandbox.lock().contains(&id(2)), "{}", sandbox.lock());
    sandbox.ok(&format!("adopt lost={} --label debian_bookworm --arch x86_64 --zone fr-par-1", id(7)));
    sandbox.write("b.json", format!("{{\"same_image\": \"fr-par-1/{}\"}}", id(7)));
    marketplace.requests();
    sandbox.ok("adopt --from b.json");
    assert!(!marketplace.requests().join("\n").contains(&id(7)));
    assert_snapshot!(sandbox.ok("list"), @"
    NAME  ZONE      ARCH    TYPE          LABEL            ID                                    PUBLISHED
    lost  fr-par-1  x86_64  instance_sbs  debian_bookworm  00000007-0000-4000-8000-000000000000
    old   fr-par-1  x86_64  instance_sbs  ubuntu_noble     00000002-0000-4000-8000-000000000000  2026-08-02
    same  fr-par-1  x86_64  instance_sbs  debian_bookworm  00000007-0000-4000-8000-000000000000
    web   fr-par-1  x86_64  instance_sbs  ubuntu_noble     00000001-0000-4000-8000-000000000000  2026-09-02
    ");
}

/// Users may copy the ID of an image instead of the ID of a local image. No request is needed to detect it.
#[test]
fn an_image_id_in_a_file_is_an_error_that_names_the_image() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    sandbox.write("main.tf", format!("image = \"{}\"\n", image_id("ubuntu_noble")));
    assert_snapshot!(sandbox.fails("adopt --from main.tf"), @"
    error: main.tf:1: c65540a2… is the Marketplace image `ubuntu_noble`, which an Instance cannot boot
     |
     = help: adopt the ID of the local image that your server boots: `imagelock adopt NAME=UUID`
    ");
}

#[test]
fn the_nil_and_the_max_uuid_are_skipped_in_files() {
    for id in ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"] {
        assert_eq!(references("a", &format!("image = \"{id}\"")).unwrap(), []);
        assert_eq!(references("a", &format!("{{\"image\": \"fr-par-1/{id}\"}}")).unwrap(), []);
    }
}

#[test]
fn standard_input_is_read_only_for_a_dash() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    let piped = |line: &str| {
        let mut child =
            sandbox.command(line).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // A run that refuses the path does not read its input, so writing may fail.
        let text = format!("{{\"web_image\": \"{}\", \"x_image\": \"{}\"}}", id(1), id(1000));
        let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
        let output = child.wait_with_output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    assert_snapshot!(piped("adopt --from - --dry-run"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         TO        DETAIL
    added   web   fr-par-1  x86_64  ubuntu_noble  00000001  published 2026-09-02

    1 pin: 1 added (dry run, nothing was written)
    warning: standard input:1: the Marketplace does not list 00001000…
      = note: it is a private or superseded image; IDs from files are never sent to the Marketplace
      = help: to look it up, type the whole ID: `imagelock adopt x=UUID`; for a superseded image, add `--label LABEL --arch ARCH --type TYPE --zone ZONE`
    would declare `web` in `images.toml`
    ");
    for path in ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"] {
        let message = piped(&format!("adopt --from {path}"));
        assert!(message.contains("it is not a regular file") && message.contains("adopt --from -"), "{message}");
    }
}

/// Files of at least 500 KB that would need a lot of memory if the keys were copied for each string.
fn large_files() -> Vec<(&'static str, String)> {
    let n = 500_000;
    vec![
        ("key.json", format!("{{\"{}\": [{}]}}", "k".repeat(n), vec!["\"a\""; n / 8].join(","))),
        ("flat.json", format!("[{}]", vec!["1"; n].join(","))),
        (
            "uuids.json",
            format!(
                "{{\"image\": [{}]}}",
                (0..20_000).map(|n| format!("\"{}\"", id(n + 1000))).collect::<Vec<_>>().join(",")
            ),
        ),
        ("words.tf", "a ".repeat(n)),
        ("string.tf", format!("a = \"{}", "x".repeat(2 * n))),
        ("templates.tf", format!("a = \"{}", "${".repeat(n))),
        ("label.tf", format!("\"{}\" {{\n{}}}\n", "k".repeat(n), "x = \"u\"\n".repeat(n / 8))),
        ("strings.tf", format!("a = [{}]", vec!["\"u\""; n / 4].join(","))),
    ]
}

/// A run may use twelve bytes of memory per byte of the file, in addition to its base memory. The system enforces the
/// limit.
#[cfg(target_os = "linux")]
#[test]
fn memory_is_linear_in_the_size_of_a_file() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    sandbox.ok("snapshot c.json");
    for (name, text) in large_files() {
        sandbox.write(name, &text);
        // In KiB of address space. The program and its threads use about 200 MiB before the file is read.
        let most = ((text.len() * 12) >> 10) + (256 << 10);
        let line = format!("ulimit -v {most}; exec \"$IMAGELOCK\" adopt --from {name} --dry-run --catalog c.json");
        let run = sandbox.shell(&line);
        assert_eq!(run.status, Some(1), "{name}: {run}");
        assert!(run.stderr.starts_with("error: ") && run.stderr.len() < 5000, "{name}: {run}");
    }
}

#[test]
fn a_file_that_is_nested_too_deep_is_refused() {
    let marketplace = marketplace();
    let sandbox = Sandbox::new().asking(&marketplace);
    sandbox.write("deep.tf", "a = {\n".repeat(1000));
    sandbox.write("flat.tf", "a = {\n".repeat(128) + &format!("image = \"{}\"\n", id(1)) + &"}\n".repeat(128));
    assert_snapshot!(sandbox.fails("adopt --from deep.tf"), @"
    error: cannot read `deep.tf`: line 129 is nested more than 128 levels deep
     |
     = help: remove the file from the command line, or type the IDs: `imagelock adopt NAME=UUID`
    ");
    sandbox.ok("adopt --from flat.tf --dry-run");
}
