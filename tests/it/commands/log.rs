//! `imagelock log`: when each pin moved, and in which commit.

use std::fmt::Write as _;
use std::fs::File;

use imagelock::domain::lock::{Lock, Pin};
use insta::assert_snapshot;

use crate::support::documentation::quickstart;
use crate::support::git_repository::{commit, git, git_command, git_in, lock, moved, repository};
use crate::support::sandbox::Sandbox;

#[test]
fn log_and_diff_show_the_history_of_the_quickstart() {
    let sandbox = repository(quickstart());
    sandbox.ok("resolve --catalog catalog-2026-10-05.json");
    commit(&sandbox, "2026-10-05", "Pin the images");
    sandbox.ok("upgrade web --catalog catalog-2026-11-02.json");
    commit(&sandbox, "2026-11-02", "Upgrade web");
    assert_snapshot!(sandbox.run("log"), @"
    DATE        COMMIT    CHANGE  NAME     ZONE      ARCH    LABEL            FROM      TO        DETAIL                                                                                        AUTHOR  SUBJECT
    2026-11-02  82262598  moved   web      fr-par-1  x86_64  ubuntu_noble     35fdc69b  3559232e  published 2026-09-02 → 2026-10-20, 12 days old when pinned, the previous one was 61 days old  Ana     Upgrade web
    2026-10-05  2ac067ca  added   builder  fr-par-2  arm64   debian_bookworm            0b776cad  published 2026-09-21, 14 days old when pinned                                                 Ana     Pin the images
    2026-10-05  2ac067ca  added   builder  fr-par-2  x86_64  debian_bookworm            0570a777  published 2026-09-21, 14 days old when pinned
    2026-10-05  2ac067ca  added   db       fr-par-1  x86_64  ubuntu_noble               35fdc69b  published 2026-09-02, 33 days old when pinned
    2026-10-05  2ac067ca  added   web      fr-par-1  x86_64  ubuntu_noble               35fdc69b  published 2026-09-02, 33 days old when pinned

    5 changes in 2 commits
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("log web"), @"
    DATE        COMMIT    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL                                                                                        AUTHOR  SUBJECT
    2026-11-02  82262598  moved   web   fr-par-1  x86_64  ubuntu_noble  35fdc69b  3559232e  published 2026-09-02 → 2026-10-20, 12 days old when pinned, the previous one was 61 days old  Ana     Upgrade web
    2026-10-05  2ac067ca  added   web   fr-par-1  x86_64  ubuntu_noble            35fdc69b  published 2026-09-02, 33 days old when pinned                                                 Ana     Pin the images

    2 changes in 2 commits
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("diff HEAD~1"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    moved   web   fr-par-1  x86_64  ubuntu_noble  35fdc69b  3559232e  published 2026-09-02 → 2026-10-20

    HEAD~1 → working tree: 1 moved
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("diff"), @"
    HEAD → working tree: no pins differ
    --- exit 0
    ");
}

#[test]
fn log_prints_json() {
    assert_snapshot!(moved().ok("log web --format json"), @r#"
    {
      "schema": "imagelock.log/1",
      "complete": true,
      "entries": [
        {
          "commit": {
            "id": "19f44bcdb1d198924d743cc1fef93fa41cff49de",
            "time": "2026-11-07T10:00:00Z",
            "author": "Ana",
            "subject": "Upgrade web"
          },
          "unreadable": null,
          "pins": [
            {
              "name": "web",
              "label": "ubuntu_noble",
              "image_id": null,
              "version_id": "91239ac8-2222-4000-8000-000000000000",
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
                "id": "00000002-0000-4000-8000-000000000000",
                "zoned_id": "fr-par-1/00000002-0000-4000-8000-000000000000",
                "published": "2026-11-02T00:00:00Z"
              },
              "from_age_days": 6,
              "to_age_days": 5,
              "note": null
            }
          ]
        },
        {
          "commit": {
            "id": "9dd5de42ff6cc94b6781a78a2e40e952059f295b",
            "time": "2026-11-05T10:00:00Z",
            "author": "Ana",
            "subject": "Pin the images"
          },
          "unreadable": null,
          "pins": [
            {
              "name": "web",
              "label": "ubuntu_noble",
              "image_id": null,
              "version_id": "fc3ee807-2222-4000-8000-000000000000",
              "release": null,
              "zone": "fr-par-1",
              "arch": "x86_64",
              "type": "instance_sbs",
              "action": "added",
              "from": null,
              "to": {
                "id": "00000001-0000-4000-8000-000000000000",
                "zoned_id": "fr-par-1/00000001-0000-4000-8000-000000000000",
                "published": "2026-11-01T00:00:00Z"
              },
              "from_age_days": null,
              "to_age_days": 4,
              "note": null
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn uncommitted_changes_come_first() {
    let sandbox = moved();
    sandbox.write("images.lock", lock(&[("web", 3), ("x", 1)]));
    assert_snapshot!(sandbox.run("log"), @"
    DATE        COMMIT       CHANGE   NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL                                                                                        AUTHOR  SUBJECT
                uncommitted  removed  db    fr-par-1  x86_64  ubuntu_noble  00000001            published 2026-11-01, 23 days old when removed
                uncommitted  moved    web   fr-par-1  x86_64  ubuntu_noble  00000002  00000003  published 2026-11-02 → 2026-11-03, 21 days old when pinned, the previous one was 22 days old
                uncommitted  added    x     fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 23 days old when pinned
    2026-11-07  19f44bcd     moved    web   fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-11-01 → 2026-11-02, 5 days old when pinned, the previous one was 6 days old    Ana     Upgrade web
    2026-11-05  9dd5de42     added    db    fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned                                                  Ana     Pin the images
    2026-11-05  9dd5de42     added    web   fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned

    3 changes in 2 commits, 3 uncommitted
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("diff"), @"
    CHANGE   NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    removed  db    fr-par-1  x86_64  ubuntu_noble  00000001            published 2026-11-01
    moved    web   fr-par-1  x86_64  ubuntu_noble  00000002  00000003  published 2026-11-02 → 2026-11-03
    added    x     fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01

    HEAD → working tree: 1 added, 1 removed, 1 moved
    --- exit 0
    ");
    std::fs::remove_file(sandbox.path("images.lock")).unwrap();
    assert_snapshot!(sandbox.run("diff"), @"
    CHANGE   NAME  ZONE      ARCH    LABEL         FROM      DETAIL
    removed  db    fr-par-1  x86_64  ubuntu_noble  00000001  published 2026-11-01
    removed  web   fr-par-1  x86_64  ubuntu_noble  00000002  published 2026-11-02

    HEAD → working tree: 2 removed
    --- exit 0
    ");
}

#[test]
fn an_edited_block_is_marked_in_the_history() {
    let sandbox = moved();
    sandbox.write("images.lock", sandbox.lock().replace("00000002-0", "00000009-0"));
    commit(&sandbox, "2026-11-08", "Quick fix");
    sandbox.write("images.lock", lock(&[("db", 1), ("web", 2)]));
    commit(&sandbox, "2026-11-09", "Revert it");
    assert_snapshot!(sandbox.run("log web"), @"
    DATE        COMMIT    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL                                                                                                   AUTHOR  SUBJECT
    2026-11-09  5afa710a  moved   web   fr-par-1  x86_64  ubuntu_noble  00000009  00000002  published 2026-11-02 → 2026-11-02, 7 days old when pinned, the previous one was 7 days old               Ana     Revert it
    2026-11-08  10fbde39  edited  web   fr-par-1  x86_64  ubuntu_noble  00000002  00000009  published 2026-11-02 → 2026-11-02, the block does not match its digest, the previous one was 6 days old  Ana     Quick fix
    2026-11-07  19f44bcd  moved   web   fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-11-01 → 2026-11-02, 5 days old when pinned, the previous one was 6 days old               Ana     Upgrade web
    2026-11-05  9dd5de42  added   web   fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned                                                             Ana     Pin the images

    4 changes in 4 commits
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("diff HEAD~2 HEAD~1 --format markdown"), @r"
    1 edited

    | change | image | zone, arch | label | from | to | detail |
    |---|---|---|---|---|---|---|
    | **edited** | `web` | fr-par-1 x86_64 | ubuntu\_noble | `00000002` | `00000009` | published 2026-11-02 → 2026-11-02, the block does not match its digest |
    --- exit 0
    ");
}

/// Both branches move `web`, and one moves `db`. The merge keeps the `web` of its own side.
#[test]
fn a_merge_shows_the_changes_that_it_brought_to_this_branch() {
    let sandbox = repository(Sandbox::new());
    sandbox.write("images.lock", lock(&[("db", 1), ("web", 1)]));
    commit(&sandbox, "2026-11-05", "Pin the images");
    git(&sandbox, &["switch", "--quiet", "--create", "upgrade"]);
    sandbox.write("images.lock", lock(&[("db", 1), ("web", 2)]));
    commit(&sandbox, "2026-11-06", "Upgrade web");
    sandbox.write("images.lock", lock(&[("db", 2), ("web", 2)]));
    commit(&sandbox, "2026-11-07", "Upgrade db");
    git(&sandbox, &["switch", "--quiet", "main"]);
    sandbox.write("images.lock", lock(&[("db", 1), ("web", 3)]));
    commit(&sandbox, "2026-11-08", "Upgrade web, too");
    git(&sandbox, &["merge", "--quiet", "--strategy-option=ours", "--message", "Merge #12 from upgrade", "upgrade"]);
    assert_eq!(sandbox.lock(), lock(&[("db", 2), ("web", 3)]));
    assert_snapshot!(sandbox.run("log"), @"
    DATE        COMMIT    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL                                                                                      AUTHOR  SUBJECT
    2026-11-10  39c31dd3  moved   db    fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-11-01 → 2026-11-02, 8 days old when pinned, the previous one was 9 days old  Ana     Merge #12 from upgrade
    2026-11-08  b6922ff5  moved   web   fr-par-1  x86_64  ubuntu_noble  00000001  00000003  published 2026-11-01 → 2026-11-03, 5 days old when pinned, the previous one was 7 days old  Ana     Upgrade web, too
    2026-11-05  9dd5de42  added   db    fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned                                                Ana     Pin the images
    2026-11-05  9dd5de42  added   web   fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned

    4 changes in 3 commits
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("diff main~1...upgrade"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    moved   db    fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-11-01 → 2026-11-02
    moved   web   fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-11-01 → 2026-11-02

    merge base of main~1 and upgrade → upgrade: 2 moved
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("diff main~1..upgrade"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    moved   db    fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-11-01 → 2026-11-02
    moved   web   fr-par-1  x86_64  ubuntu_noble  00000003  00000002  published 2026-11-03 → 2026-11-02

    main~1 → upgrade: 2 moved
    --- exit 0
    ");
}

/// git may report a copy as a rename, because lockfiles are similar.
#[test]
fn a_renamed_lockfile_keeps_its_history_and_a_copy_starts_a_new_one() {
    let sandbox = moved();
    sandbox.write("staging.lock", lock(&[("db", 1), ("web", 3)]));
    commit(&sandbox, "2026-11-08", "Pin staging like production");
    git(&sandbox, &["mv", "images.lock", "prod.lock"]);
    commit(&sandbox, "2026-11-09", "Rename");
    sandbox.write("prod.lock", lock(&[("db", 4), ("web", 2)]));
    commit(&sandbox, "2026-11-10", "Upgrade db");
    assert_snapshot!(sandbox.run("log --manifest prod.toml"), @"
    DATE        COMMIT    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL                                                                                      AUTHOR  SUBJECT
    2026-11-10  a7aebfff  moved   db    fr-par-1  x86_64  ubuntu_noble  00000001  00000004  published 2026-11-01 → 2026-11-04, 6 days old when pinned, the previous one was 9 days old  Ana     Upgrade db
    2026-11-07  19f44bcd  moved   web   fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-11-01 → 2026-11-02, 5 days old when pinned, the previous one was 6 days old  Ana     Upgrade web
    2026-11-05  9dd5de42  added   db    fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned                                                Ana     Pin the images
    2026-11-05  9dd5de42  added   web   fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned

    4 changes in 3 commits
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("log --manifest staging.toml"), @"
    DATE        COMMIT    CHANGE  NAME  ZONE      ARCH    LABEL         TO        DETAIL                                        AUTHOR  SUBJECT
    2026-11-08  9e209f45  added   db    fr-par-1  x86_64  ubuntu_noble  00000001  published 2026-11-01, 7 days old when pinned  Ana     Pin staging like production
    2026-11-08  9e209f45  added   web   fr-par-1  x86_64  ubuntu_noble  00000003  published 2026-11-03, 5 days old when pinned

    2 changes in 1 commit
    --- exit 0
    ");
}

#[test]
fn an_unknown_name_gets_a_suggestion() {
    assert_snapshot!(moved().fails("log wep"), @"
    error: no image is named `wep`
     |
     = help: did you mean `web`?
    ");
}

/// 600 revisions of 300 pins are about 50 MiB of text, and twice as much as pins in memory.
#[test]
fn a_long_history_is_not_kept_in_memory() {
    let sandbox = repository(Sandbox::new());
    let names: Vec<String> = (0..300).map(|n| format!("n{n:03}")).collect();
    let mut versions = vec![1; names.len()];
    let mut import = String::new();
    for n in 0..600 {
        versions[n % names.len()] = 2 + u32::try_from(n / names.len()).unwrap();
        let pins: Vec<_> = names.iter().map(|name| &**name).zip(versions.iter().copied()).collect();
        let text = lock(&pins);
        let time = 1_790_000_000 + n * 60;
        let _ = write!(import, "commit refs/heads/main\ncommitter Ana <a@example.com> {time} +0000\ndata 1\nx\n");
        let _ = write!(import, "M 100644 inline images.lock\ndata {}\n{text}\n", text.len());
    }
    sandbox.write("import", import);
    let mut git = git_command(&sandbox, "", "", &["fast-import", "--quiet"]);
    assert!(git.stdin(File::open(sandbox.path("import")).unwrap()).status().unwrap().success());
    sandbox.write("images.lock", git_in(&sandbox, "", "", &["show", "main:images.lock"]));
    // The limit applies to imagelock and to git.
    let run = sandbox.shell("ulimit -d 49152; exec $IMAGELOCK log");
    assert_eq!((run.status, &*run.stderr), (Some(0), ""));
    assert!(run.stdout.ends_with("899 changes in 600 commits\n"), "{run}");
}

#[test]
fn a_commit_that_only_adds_versions_changes_no_pin() {
    let manifest = "[images.web]\nlabel = \"ubuntu_noble\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";
    let sandbox = repository(Sandbox::with(manifest));
    let with_versions = lock(&[("web", 1)]);
    let pins = Lock::parse(&with_versions).unwrap().pins().to_vec();
    let without = Lock::new(pins.into_iter().map(|pin| Pin { version: None, ..pin })).write();
    sandbox.write("images.lock", without.replace("version = 2", "version = 1"));
    commit(&sandbox, "2026-11-05", "Pin the images");
    sandbox.write("images.lock", with_versions);
    commit(&sandbox, "2026-11-07", "Write format 2");
    assert!(sandbox.ok("log").ends_with("\n1 change in 1 commit\n"), "{}", sandbox.ok("log"));
    assert_eq!(sandbox.run("diff HEAD~1 HEAD --exit-code").status, Some(0));
    // No pin changed, so the check works without the Marketplace.
    assert_eq!(sandbox.run("check --offline --changed-since HEAD~1").status, Some(0));
}
