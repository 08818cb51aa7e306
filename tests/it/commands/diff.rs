//! `imagelock diff`: which pins differ between two revisions.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::git_repository::{commit, git, lock, moved, repository};
use crate::support::sandbox::Sandbox;

#[test]
fn diff_shows_the_changes_of_a_pull_request() {
    let sandbox = moved();
    git(&sandbox, &["switch", "--quiet", "--create", "upgrade", "main~1"]);
    sandbox.write("images.lock", lock(&[("db", 4), ("web", 1)]));
    commit(&sandbox, "2026-11-09", "Upgrade db");
    assert_snapshot!(sandbox.run("diff main..."), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    moved   db    fr-par-1  x86_64  ubuntu_noble  00000001  00000004  published 2026-11-01 → 2026-11-04

    merge base of main and HEAD → HEAD: 1 moved
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("diff main... --format markdown"), @r"
    1 moved

    | change | image | zone, arch | label | from | to | detail |
    |---|---|---|---|---|---|---|
    | **moved** | `db` | fr-par-1 x86_64 | ubuntu\_noble | `00000001` | `00000004` | published 2026-11-01 → 2026-11-04 |
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("diff main... --format json"), @r#"
    {
      "schema": "imagelock.diff/1",
      "from": {
        "name": "merge base of main and HEAD",
        "commit": "9dd5de42ff6cc94b6781a78a2e40e952059f295b"
      },
      "to": {
        "name": "HEAD",
        "commit": "bc2d3a644c8df9950d40bf596e81dd2a7a7e9a73"
      },
      "changed": true,
      "pins": [
        {
          "name": "db",
          "label": "ubuntu_noble",
          "image_id": null,
          "version_id": "baed004a-2222-4000-8000-000000000000",
          "release": null,
          "zone": "fr-par-1",
          "arch": "x86_64",
          "type": "instance_sbs",
          "action": "moved",
          "from": {
            "id": "00000001-0000-4000-8000-000000000000",
            "zoned_id": "fr-par-1/00000001-0000-4000-8000-000000000000",
            "published": "2026-11-01T00:00:00Z"
          },
          "to": {
            "id": "00000004-0000-4000-8000-000000000000",
            "zoned_id": "fr-par-1/00000004-0000-4000-8000-000000000000",
            "published": "2026-11-04T00:00:00Z"
          },
          "note": null
        }
      ]
    }
    --- exit 0
    "#);
    assert_eq!(sandbox.run("diff main...main --exit-code").status, Some(0));
    git(&sandbox, &["tag", "--annotate", "--message", "It", "v1"]);
    for same in ["v1", ":/db", "@{0}"] {
        assert_eq!(sandbox.run(&format!("diff {same} HEAD --exit-code")).status, Some(0), "{same}");
    }
}

#[test]
fn a_revision_without_the_lockfile_counts_as_an_empty_lockfile() {
    let sandbox = repository(Sandbox::new());
    git(&sandbox, &["commit", "--quiet", "--allow-empty", "--message", "Begin"]);
    sandbox.write("images.lock", lock(&[("web", 1)]));
    assert_snapshot!(sandbox.run("diff"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         TO        DETAIL
    added   web   fr-par-1  x86_64  ubuntu_noble  00000001  published 2026-11-01

    HEAD → working tree: 1 added
    --- exit 0
    ");
    commit(&sandbox, "2026-11-05", "Pin the images");
    std::fs::remove_file(sandbox.path("images.lock")).unwrap();
    commit(&sandbox, "2026-11-06", "Give up");
    assert_snapshot!(sandbox.run("log"), @"
    DATE        COMMIT    CHANGE   NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL                                         AUTHOR  SUBJECT
    2026-11-06  05ddb4fe  removed  web   fr-par-1  x86_64  ubuntu_noble  00000001            published 2026-11-01, 5 days old when removed  Ana     Give up
    2026-11-05  8891a9a1  added    web   fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned   Ana     Pin the images

    2 changes in 2 commits
    --- exit 0
    ");
    assert_snapshot!(sandbox.fails("diff"), @"
    error: cannot find the lockfile `images.lock`
     |
     = help: if it was committed before, restore it: `git restore images.lock`; to create it: `imagelock resolve`, which pins the newest versions
    ");
}

#[test]
fn an_unreadable_revision_is_reported_and_no_change_is_lost() {
    let sandbox = moved();
    let good = sandbox.lock();
    sandbox.write("images.lock", format!("<<<<<<< HEAD\n{good}=======\n{good}>>>>>>> other\n"));
    commit(&sandbox, "2026-11-08", "Merge in a hurry");
    sandbox.write("images.lock", [0xff, 0xfe]);
    commit(&sandbox, "2026-11-09", "Save in another editor");
    sandbox.write(
        "images.lock",
        good.replace("version = 2 # read by imagelock 0.1.0", "version = 3 # read by imagelock 9"),
    );
    commit(&sandbox, "2026-11-10", "Try a newer imagelock");
    sandbox.write("images.lock", lock(&[("db", 1), ("web", 3)]));
    commit(&sandbox, "2026-11-11", "Upgrade web");
    sandbox.write("images.lock", "garbage");
    assert_snapshot!(sandbox.run("log"), @"
    DATE        COMMIT       CHANGE      NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL                                                                                      AUTHOR  SUBJECT
                uncommitted  unreadable                                                            invalid TOML: `garbage` has no value
    2026-11-11  6035ad74     moved       web   fr-par-1  x86_64  ubuntu_noble  00000002  00000003  published 2026-11-02 → 2026-11-03, 8 days old when pinned, the previous one was 9 days old  Ana     Upgrade web
    2026-11-10  ca7ec1bd     unreadable                                                            the lockfile has format 3, but imagelock 0.1.0 reads formats up to 2                        Ana     Try a newer imagelock
    2026-11-09  cbb28152     unreadable                                                            the file is not UTF-8                                                                       Ana     Save in another editor
    2026-11-08  d22be6ab     unreadable                                                            the file contains conflict markers from an unfinished git merge                             Ana     Merge in a hurry
    2026-11-07  19f44bcd     moved       web   fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-11-01 → 2026-11-02, 5 days old when pinned, the previous one was 6 days old  Ana     Upgrade web
    2026-11-05  9dd5de42     added       db    fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned                                                Ana     Pin the images
    2026-11-05  9dd5de42     added       web   fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned

    4 changes in 3 commits
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("diff HEAD~3 HEAD"), @"
    --- stderr
    error: the file contains conflict markers from an unfinished git merge
     --> HEAD~3:images.lock:1:1
      |
    1 | <<<<<<< HEAD
      | ^^^^^^^^^^^^ conflict marker
      |
      = help: choose another revision, because the lockfile in this one is invalid
    --- exit 1
    ");
    assert_snapshot!(sandbox.run("diff HEAD~2 HEAD"), @"
    --- stderr
    error: `HEAD~2:images.lock` is not a text file: line 1 is not valid UTF-8
     |
     = help: choose another revision, because the lockfile in this one is invalid
    --- exit 1
    ");
    let json: Value = serde_json::from_str(&sandbox.ok("log --format json")).unwrap();
    assert_eq!(
        json["entries"][2]["unreadable"],
        "the lockfile has format 3, but imagelock 0.1.0 reads formats up to 2"
    );
}
