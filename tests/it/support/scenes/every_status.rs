//! One image for every status that a pin can have.

use crate::support::fake_marketplace::{Local, Marketplace, id, local};
use crate::support::manifest::accept;
use crate::support::sandbox::Sandbox;

const OLD: &str = "2026-09-02T08:30:55Z";
const NEW: &str = "2026-11-20T10:03:30Z";

/// Returns a lockfile with pins of every status.
pub fn every_status() -> (Sandbox, Marketplace) {
    let image = |name: &str, label: &str| format!("[images.{name}]\nlabel = \"{label}\"\n");
    let web = format!(
        "{}zones = [\"fr-par-1\", \"nl-ams-1\"]\narchs = [\"x86_64\", \"arm64\"]\n",
        image("web", "ubuntu_noble")
    );
    let before = [
        ("db", "ubuntu_noble"),
        ("cache", "docker"),
        ("old", "ubuntu_focal"),
        ("legacy", "debian_bullseye"),
        ("runner", "fedora_43"),
        ("swapped", "rockylinux_9"),
        ("touched", "rockylinux_9"),
        ("vanished", "nextcloud"),
        ("moved", "gitlab"),
        ("gone", "wordpress"),
        ("fine", "debian_bookworm"),
    ];
    let defaults = "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";
    let mut manifest = format!("{defaults}{web}");
    for (name, label) in before {
        manifest += &image(name, label);
    }
    let offers = |noble: u32, date, docker: Local| {
        let mut offers = vec![docker];
        for (n, (zone, arch)) in
            [("fr-par-1", "x86_64"), ("fr-par-1", "arm64"), ("nl-ams-1", "x86_64")].into_iter().enumerate()
        {
            offers.push(local("ubuntu_noble", zone, arch, noble + u32::try_from(n).unwrap()).published(date));
        }
        offers.push(local("ubuntu_noble", "nl-ams-1", "arm64", 4).published(OLD));
        let stays = ["ubuntu_focal", "debian_bullseye", "fedora_43", "rockylinux_9", "debian_bookworm", "wordpress"];
        for (n, label) in stays.into_iter().enumerate() {
            let date = ["2025-05-01T08:00:00Z", "2026-03-11T08:00:00Z", "2026-09-30T08:00:00Z"][n % 3];
            offers.push(local(label, "fr-par-1", "x86_64", 20 + u32::try_from(n).unwrap()).published(date));
        }
        offers
    };
    let docker = |number| local("docker", "fr-par-1", "x86_64", number);
    let mut first = offers(1, OLD, docker(10).published(OLD));
    first.push(local("nextcloud", "fr-par-1", "x86_64", 30));
    first.push(local("gitlab", "fr-par-1", "x86_64", 31));
    let marketplace = Marketplace::offering(first);
    let sandbox = Sandbox::with(&manifest).asking(&marketplace);
    sandbox.ok("resolve");
    let mut then = offers(101, NEW, docker(110).published(NEW));
    then.push(local("gitlab", "nl-ams-1", "x86_64", 32));
    marketplace.offers(then);
    let policy = |name: &str, line: &str| (format!("[images.{name}]\n"), format!("[images.{name}]\n{line}\n"));
    for (from, to) in [
        policy("db", "freeze = { reason = \"kernel regression, ticket 4711\", until = 2026-12-31 }"),
        policy("cache", "min-age = \"30d\""),
        (image("gone", "wordpress"), image("new", "docker")),
    ] {
        assert!(manifest.contains(&from));
        manifest = manifest.replace(&from, &to);
    }
    manifest += &accept("legacy", "eol", "replaced in January", "2027-01-31");
    manifest += &accept("fine", "outdated", "it may wait", "2026-10-31");
    sandbox.write("images.toml", manifest);
    let blocks: Vec<String> = sandbox
        .lock()
        .split("\n\n")
        .map(|block| match block {
            block if block.contains("\"swapped\"") => block.replace(&id(23), &id(20)),
            block if block.contains("\"touched\"") => block.replace("published = 2025", "published = 2024"),
            block => block.to_owned(),
        })
        .collect();
    sandbox.write("images.lock", blocks.join("\n\n"));
    (sandbox, marketplace)
}
