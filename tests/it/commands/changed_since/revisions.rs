//! What is compared: revisions, manifests and image names.

use crate::support::fake_marketplace::{FakeMarketplace, id};
use crate::support::fixtures::pull_request::{GATE, passes, pin, pull_request, pull_request_with, statuses};
use crate::support::fixtures::two_images::{WEB, noble};
use crate::support::forged_lock::forge;
use crate::support::git_repository::{commit_all, git, git_in, repository, with_git};
use crate::support::sandbox::Sandbox;

#[test]
fn every_revision_that_names_one_commit_is_accepted() {
    let (sandbox, marketplace) = pull_request();
    git(&sandbox, &["tag", "v1", "main"]);
    git(&sandbox, &["update-ref", "refs/remotes/origin/main", "main"]);
    sandbox.ok("upgrade");
    commit_all(&sandbox, "Upgrade");
    let hash = git_in(&sandbox, "", "2026-11-10T09:00:00Z", &["rev-parse", "main"]);
    let short = &hash[..10];
    for revision in ["main", "v1", "origin/main", "refs/remotes/origin/main", "HEAD~1", hash.trim(), short] {
        let run = passes(&sandbox, &format!("check --changed-since {revision}"));
        assert!(run.contains("1 changed since"), "{revision}\n{run}");
    }
    git(&sandbox, &["switch", "--quiet", "--detach"]);
    assert!(passes(&sandbox, GATE).contains("1 changed"));
    // If the revision is ahead of `HEAD`, only uncommitted changes count.
    git(&sandbox, &["switch", "--quiet", "main"]);
    assert!(passes(&sandbox, "check --changed-since branch").contains("0 changed"));
    pin(&sandbox, 9);
    assert_eq!(statuses(&sandbox, "check --changed-since branch"), ["unverified"]);
    git(&sandbox, &["restore", "images.lock"]);
    marketplace.requests();
    for revision in ["nowhere", "0000000000000000000000000000000000000000", "main..branch", "main^{tree}", "^main"] {
        sandbox.fails(&format!("check --changed-since {revision}"));
    }
    sandbox.fails("check --changed-since=--output=x");
    sandbox.fails("check --changed-since -x");
    assert!(sandbox.fails("check --min-age 3d --changed-since main").contains("cannot be used together"));
    for empty in ["", " "] {
        let output = sandbox.command("check").args(["--changed-since", empty]).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{empty:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("is empty"));
    }
    assert_eq!(marketplace.requests(), Vec::<String>::new());
}

#[test]
fn a_new_stack_is_checked_and_a_repository_without_commits_is_an_error() {
    let marketplace = FakeMarketplace::offering([noble(1)]);
    let sandbox = repository(Sandbox::with(WEB).asking(&marketplace));
    sandbox.ok("resolve");
    assert!(sandbox.fails("check --changed-since HEAD").contains("never committed"));
    commit_all(&sandbox, "First");
    assert!(passes(&sandbox, "check --changed-since HEAD").contains("0 changed"));
    std::fs::create_dir(sandbox.path("infra")).unwrap();
    sandbox.write("infra/images.toml", WEB);
    sandbox.ok("resolve --manifest infra/images.toml");
    assert!(passes(&sandbox, "check --changed-since HEAD --manifest infra/images.toml").contains("added   web"));
    forge(&sandbox, "infra/images.lock", |pin| pin.id = id(9).parse().unwrap());
    assert_eq!(statuses(&sandbox, "check --changed-since HEAD --recursive ."), ["unverified"]);
    let sandbox = with_git(Sandbox::with(WEB).asking(&marketplace));
    sandbox.ok("resolve");
    assert!(sandbox.fails("check --changed-since HEAD").contains("it is not in a git repository"));
}

#[test]
fn a_name_limits_the_check_to_one_image() {
    let (sandbox, _marketplace) = pull_request_with(&format!("{WEB}\n[images.db]\nlabel = \"debian_bookworm\"\n"));
    forge(&sandbox, "images.lock", |pin| {
        if pin.cell.name.as_str() == "web" {
            pin.id = id(9).parse().unwrap();
        }
    });
    assert!(passes(&sandbox, &format!("{GATE} db")).contains("1 pin, 0 changed"));
    assert_eq!(statuses(&sandbox, &format!("{GATE} web")), ["unverified"]);
    sandbox.fails(&format!("{GATE} nothing"));
}
