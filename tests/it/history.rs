//! `imagelock log` and `imagelock diff`, on real repositories.

use std::process::{Command, Output};

use imagelock::domain::lock::Lock;
use insta::assert_snapshot;
use serde_json::Value;

use crate::bench::Bench;
use crate::docs::quickstart;

/// A bench on which git is found, and reads no configuration but that of the repository.
fn with_git(bench: Bench) -> Bench {
    let above = bench.path("").parent().unwrap().to_str().unwrap().to_owned();
    bench
        .env("PATH", &std::env::var("PATH").unwrap())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CEILING_DIRECTORIES", &above)
}

/// git, ready to run somewhere on the bench. The date makes the hashes of commits reproducible.
pub fn git_command(bench: &Bench, directory: &str, date: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    command
        .args(arguments)
        .current_dir(bench.path(directory))
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap())
        .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_AUTHOR_NAME", "Ana")])
        .envs([("GIT_COMMITTER_NAME", "Ben"), ("EMAIL", "team@example.com")])
        .envs([("GIT_AUTHOR_DATE", date), ("GIT_COMMITTER_DATE", date)]);
    command
}

#[track_caller]
fn git_in(bench: &Bench, directory: &str, date: &str, arguments: &[&str]) -> String {
    let Output { status, stdout, stderr } = git_command(bench, directory, date, arguments).output().unwrap();
    assert!(status.success(), "git {arguments:?}\n{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

#[track_caller]
pub fn git(bench: &Bench, arguments: &[&str]) {
    git_in(bench, "", "2026-11-10T09:00:00Z", arguments);
}

/// Commits the lockfile at ten o'clock of a day.
#[track_caller]
pub fn commit(bench: &Bench, day: &str, subject: &str) {
    git(bench, &["add", "--all", "--", "*.lock"]);
    git_in(bench, "", &format!("{day}T10:00:00Z"), &["commit", "--quiet", "--message", subject]);
}

/// Makes a repository of a bench, in which nothing is committed.
pub fn repository(bench: Bench) -> Bench {
    let bench = with_git(bench);
    git(&bench, &["init", "--quiet", "--initial-branch=main"]);
    bench
}

/// One block of a lockfile, as imagelock writes it but for the digest.
fn block(name: &str, number: u32) -> String {
    format!(
        "\n[[pin]]\nname = \"{name}\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\ntype = \"instance_sbs\"\nlabel = \
         \"ubuntu_noble\"\nid = \"{number:08}-0000-4000-8000-000000000000\"\npublished = 2026-11-0{number}T00:00:00Z\n"
    )
}

/// The text of a lockfile with these pins.
pub fn lock(pins: &[(&str, u32)]) -> String {
    let blocks = pins.iter().map(|(name, number)| block(name, *number) + "digest = \"\"\n");
    let text = blocks.fold("version = 1\n".to_owned(), |text, block| text + &block);
    // Of the pins alone, so that the digests are right.
    Lock::new(Lock::parse(&text).unwrap().pins().to_vec()).write()
}

/// A repository in which `web` was pinned on the 5th of November, and moved on the 7th.
fn moved() -> Bench {
    let bench = repository(Bench::new());
    bench.write("images.lock", lock(&[("db", 1), ("web", 1)]));
    commit(&bench, "2026-11-05", "Pin the images");
    bench.write("images.lock", lock(&[("db", 1), ("web", 2)]));
    commit(&bench, "2026-11-07", "Upgrade web");
    bench
}

#[test]
fn the_quickstart_as_its_history_tells_it() {
    let bench = repository(quickstart());
    bench.ok("resolve --catalog catalog-2026-10-05.json");
    commit(&bench, "2026-10-05", "Pin the images");
    bench.ok("resolve --upgrade web --catalog catalog-2026-11-02.json");
    commit(&bench, "2026-11-02", "Upgrade web");
    assert_snapshot!(bench.run("log"), @"
    DATE        COMMIT    CHANGE  NAME     ZONE      ARCH    LABEL            FROM      TO        DETAIL                                                                                   AUTHOR  SUBJECT
    2026-11-02  571e0ccc  moved   web      fr-par-1  x86_64  ubuntu_noble     35fdc69b  3559232e  published 2026-09-02 → 2026-10-20, 12 days old when pinned, the old one was 61 days old  Ana     Upgrade web
    2026-10-05  1ece8c2b  added   builder  fr-par-2  arm64   debian_bookworm            0b776cad  published 2026-09-21, 14 days old when pinned                                            Ana     Pin the images
    2026-10-05  1ece8c2b  added   builder  fr-par-2  x86_64  debian_bookworm            0570a777  published 2026-09-21, 14 days old when pinned
    2026-10-05  1ece8c2b  added   db       fr-par-1  x86_64  ubuntu_noble               35fdc69b  published 2026-09-02, 33 days old when pinned
    2026-10-05  1ece8c2b  added   web      fr-par-1  x86_64  ubuntu_noble               35fdc69b  published 2026-09-02, 33 days old when pinned

    5 changes in 2 commits
    --- exit 0
    ");
    assert_snapshot!(bench.run("log web"), @"
    DATE        COMMIT    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL                                                                                   AUTHOR  SUBJECT
    2026-11-02  571e0ccc  moved   web   fr-par-1  x86_64  ubuntu_noble  35fdc69b  3559232e  published 2026-09-02 → 2026-10-20, 12 days old when pinned, the old one was 61 days old  Ana     Upgrade web
    2026-10-05  1ece8c2b  added   web   fr-par-1  x86_64  ubuntu_noble            35fdc69b  published 2026-09-02, 33 days old when pinned                                            Ana     Pin the images

    2 changes in 2 commits
    --- exit 0
    ");
    for line in ["log web", "diff HEAD~1"] {
        let shown = format!("```text\n$ imagelock {line}\n{}```", bench.ok(line));
        assert!(include_str!("../../README.md").contains(&shown), "{shown}");
    }
    assert_snapshot!(bench.run("diff HEAD~1"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    moved   web   fr-par-1  x86_64  ubuntu_noble  35fdc69b  3559232e  published 2026-09-02 → 2026-10-20

    HEAD~1 → working tree: 1 moved
    --- exit 0
    ");
    assert_snapshot!(bench.run("diff"), @"
    HEAD → working tree: no pin differs
    --- exit 0
    ");
}

#[test]
fn log_as_json() {
    assert_snapshot!(moved().ok("log web --format json"), @r#"
    {
      "schema": "imagelock.log/1",
      "complete": true,
      "entries": [
        {
          "commit": {
            "id": "501c8534c049535ccbb7c2d4ad2c4b7f5d354ecf",
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
              "version_id": null,
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
            "id": "107ab71d1c19bc9eb7d99eefbe4f24e9d7500a62",
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
              "version_id": null,
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
fn what_is_not_committed_comes_first() {
    let bench = moved();
    bench.write("images.lock", lock(&[("web", 3), ("x", 1)]));
    assert_snapshot!(bench.run("log"), @"
    DATE        COMMIT         CHANGE   NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL                                                                                   AUTHOR  SUBJECT
                not committed  removed  db    fr-par-1  x86_64  ubuntu_noble  00000001            published 2026-11-01, 23 days old when removed
                not committed  moved    web   fr-par-1  x86_64  ubuntu_noble  00000002  00000003  published 2026-11-02 → 2026-11-03, 21 days old when pinned, the old one was 22 days old
                not committed  added    x     fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 23 days old when pinned
    2026-11-07  501c8534       moved    web   fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-11-01 → 2026-11-02, 5 days old when pinned, the old one was 6 days old    Ana     Upgrade web
    2026-11-05  107ab71d       added    db    fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned                                             Ana     Pin the images
    2026-11-05  107ab71d       added    web   fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned

    3 changes in 2 commits, 3 not committed
    --- exit 0
    ");
    assert_snapshot!(bench.run("log --quiet db"), @"
    DATE        COMMIT         CHANGE   NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL                                          AUTHOR  SUBJECT
                not committed  removed  db    fr-par-1  x86_64  ubuntu_noble  00000001            published 2026-11-01, 23 days old when removed
    2026-11-05  107ab71d       added    db    fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned    Ana     Pin the images
    --- exit 0
    ");
    assert_snapshot!(bench.run("diff"), @"
    CHANGE   NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    removed  db    fr-par-1  x86_64  ubuntu_noble  00000001            published 2026-11-01
    moved    web   fr-par-1  x86_64  ubuntu_noble  00000002  00000003  published 2026-11-02 → 2026-11-03
    added    x     fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01

    HEAD → working tree: 1 added, 1 removed, 1 moved
    --- exit 0
    ");
    std::fs::remove_file(bench.path("images.lock")).unwrap();
    assert_snapshot!(bench.run("diff"), @"
    CHANGE   NAME  ZONE      ARCH    LABEL         FROM      DETAIL
    removed  db    fr-par-1  x86_64  ubuntu_noble  00000001  published 2026-11-01
    removed  web   fr-par-1  x86_64  ubuntu_noble  00000002  published 2026-11-02

    HEAD → working tree: 2 removed
    --- exit 0
    ");
}

#[test]
fn an_edited_block_stands_out() {
    let bench = moved();
    bench.write("images.lock", bench.lock().replace("00000002-0", "00000009-0"));
    commit(&bench, "2026-11-08", "Quick fix");
    bench.write("images.lock", lock(&[("db", 1), ("web", 2)]));
    commit(&bench, "2026-11-09", "Revert it");
    assert_snapshot!(bench.run("log web"), @"
    DATE        COMMIT    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL                                                                                              AUTHOR  SUBJECT
    2026-11-09  02d300c5  moved   web   fr-par-1  x86_64  ubuntu_noble  00000009  00000002  published 2026-11-02 → 2026-11-02, 7 days old when pinned, the old one was 7 days old               Ana     Revert it
    2026-11-08  e200700d  edited  web   fr-par-1  x86_64  ubuntu_noble  00000002  00000009  published 2026-11-02 → 2026-11-02, the block does not match its digest, the old one was 6 days old  Ana     Quick fix
    2026-11-07  501c8534  moved   web   fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-11-01 → 2026-11-02, 5 days old when pinned, the old one was 6 days old               Ana     Upgrade web
    2026-11-05  107ab71d  added   web   fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned                                                        Ana     Pin the images

    4 changes in 4 commits
    --- exit 0
    ");
    assert_snapshot!(bench.run("diff HEAD~2 HEAD~1 --format markdown"), @r"
    1 edited

    | change | image | zone, arch | label | from | to | detail |
    |---|---|---|---|---|---|---|
    | **edited** | `web` | fr-par-1 x86_64 | ubuntu\_noble | `00000002` | `00000009` | published 2026-11-02 → 2026-11-02, the block does not match its digest |
    --- exit 0
    ");
}

/// The branch moves `web` twice and `db` once; the merge takes the first of them from its own side.
#[test]
fn a_merge_is_told_of_as_what_came_to_this_branch() {
    let bench = repository(Bench::new());
    bench.write("images.lock", lock(&[("db", 1), ("web", 1)]));
    commit(&bench, "2026-11-05", "Pin the images");
    git(&bench, &["switch", "--quiet", "--create", "upgrade"]);
    bench.write("images.lock", lock(&[("db", 1), ("web", 2)]));
    commit(&bench, "2026-11-06", "Upgrade web");
    bench.write("images.lock", lock(&[("db", 2), ("web", 2)]));
    commit(&bench, "2026-11-07", "Upgrade db");
    git(&bench, &["switch", "--quiet", "main"]);
    bench.write("images.lock", lock(&[("db", 1), ("web", 3)]));
    commit(&bench, "2026-11-08", "Upgrade web, too");
    git(&bench, &["merge", "--quiet", "--strategy-option=ours", "--message", "Merge #12 from upgrade", "upgrade"]);
    assert_eq!(bench.lock(), lock(&[("db", 2), ("web", 3)]));
    assert_snapshot!(bench.run("log"), @"
    DATE        COMMIT    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL                                                                                 AUTHOR  SUBJECT
    2026-11-10  c0ac5628  moved   db    fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-11-01 → 2026-11-02, 8 days old when pinned, the old one was 9 days old  Ana     Merge #12 from upgrade
    2026-11-08  4f1a19c6  moved   web   fr-par-1  x86_64  ubuntu_noble  00000001  00000003  published 2026-11-01 → 2026-11-03, 5 days old when pinned, the old one was 7 days old  Ana     Upgrade web, too
    2026-11-05  107ab71d  added   db    fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned                                           Ana     Pin the images
    2026-11-05  107ab71d  added   web   fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned

    4 changes in 3 commits
    --- exit 0
    ");
    assert_snapshot!(bench.run("diff main~1...upgrade"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    moved   db    fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-11-01 → 2026-11-02
    moved   web   fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-11-01 → 2026-11-02

    merge base of main~1 and upgrade → upgrade: 2 moved
    --- exit 0
    ");
    assert_snapshot!(bench.run("diff main~1..upgrade"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    moved   db    fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-11-01 → 2026-11-02
    moved   web   fr-par-1  x86_64  ubuntu_noble  00000003  00000002  published 2026-11-03 → 2026-11-02

    main~1 → upgrade: 2 moved
    --- exit 0
    ");
}

#[test]
fn what_a_pull_request_changes() {
    let bench = moved();
    git(&bench, &["switch", "--quiet", "--create", "upgrade", "main~1"]);
    bench.write("images.lock", lock(&[("db", 4), ("web", 1)]));
    commit(&bench, "2026-11-09", "Upgrade db");
    assert_snapshot!(bench.run("diff main..."), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    moved   db    fr-par-1  x86_64  ubuntu_noble  00000001  00000004  published 2026-11-01 → 2026-11-04

    merge base of main and HEAD → HEAD: 1 moved
    --- exit 0
    ");
    assert_snapshot!(bench.run("diff main... --format markdown"), @r"
    1 moved

    | change | image | zone, arch | label | from | to | detail |
    |---|---|---|---|---|---|---|
    | **moved** | `db` | fr-par-1 x86_64 | ubuntu\_noble | `00000001` | `00000004` | published 2026-11-01 → 2026-11-04 |
    --- exit 0
    ");
    assert_snapshot!(bench.run("diff main... --format json"), @r#"
    {
      "schema": "imagelock.diff/1",
      "from": {
        "name": "merge base of main and HEAD",
        "commit": "107ab71d1c19bc9eb7d99eefbe4f24e9d7500a62"
      },
      "to": {
        "name": "HEAD",
        "commit": "a2938d4f29061049213f432cdd62a71fa9fc9b1c"
      },
      "changed": true,
      "pins": [
        {
          "name": "db",
          "label": "ubuntu_noble",
          "image_id": null,
          "version_id": null,
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
    assert_snapshot!(bench.run("diff main... --quiet --exit-code"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    moved   db    fr-par-1  x86_64  ubuntu_noble  00000001  00000004  published 2026-11-01 → 2026-11-04
    --- exit 2
    ");
    assert_eq!(bench.run("diff main...main --exit-code").status, Some(0));
    git(&bench, &["tag", "--annotate", "--message", "It", "v1"]);
    for same in ["v1", ":/db", "@{0}"] {
        assert_eq!(bench.run(&format!("diff {same} HEAD --exit-code")).status, Some(0), "{same}");
    }
}

#[test]
fn a_revision_without_the_lockfile_is_an_empty_lock() {
    let bench = repository(Bench::new());
    git(&bench, &["commit", "--quiet", "--allow-empty", "--message", "Begin"]);
    bench.write("images.lock", lock(&[("web", 1)]));
    assert_snapshot!(bench.run("diff"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         TO        DETAIL
    added   web   fr-par-1  x86_64  ubuntu_noble  00000001  published 2026-11-01

    HEAD → working tree: 1 added
    --- exit 0
    ");
    commit(&bench, "2026-11-05", "Pin the images");
    std::fs::remove_file(bench.path("images.lock")).unwrap();
    commit(&bench, "2026-11-06", "Give up");
    assert_snapshot!(bench.run("log"), @"
    DATE        COMMIT    CHANGE   NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL                                         AUTHOR  SUBJECT
    2026-11-06  4144e8d4  removed  web   fr-par-1  x86_64  ubuntu_noble  00000001            published 2026-11-01, 5 days old when removed  Ana     Give up
    2026-11-05  f0ad68ea  added    web   fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned   Ana     Pin the images

    2 changes in 2 commits
    --- exit 0
    ");
    assert_snapshot!(bench.fails("diff"), @"
    error: there is no lockfile `images.lock`
     |
     = help: `imagelock resolve` writes it
    ");
}

#[test]
fn a_revision_that_cannot_be_read_is_noted_and_no_change_is_lost() {
    let bench = moved();
    let good = bench.lock();
    bench.write("images.lock", format!("<<<<<<< HEAD\n{good}=======\n{good}>>>>>>> other\n"));
    commit(&bench, "2026-11-08", "Merge in a hurry");
    bench.write("images.lock", [0xff, 0xfe]);
    commit(&bench, "2026-11-09", "Save in another editor");
    bench.write(
        "images.lock",
        good.replace("version = 1 # read by imagelock 0.1.0", "version = 2 # read by imagelock 9"),
    );
    commit(&bench, "2026-11-10", "Try a newer imagelock");
    bench.write("images.lock", lock(&[("db", 1), ("web", 3)]));
    commit(&bench, "2026-11-11", "Upgrade web");
    bench.write("images.lock", "garbage");
    assert_snapshot!(bench.run("log"), @"
    DATE        COMMIT         CHANGE      NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL                                                                                 AUTHOR  SUBJECT
                not committed  unreadable                                                            this is not TOML
    2026-11-11  402b0e5d       moved       web   fr-par-1  x86_64  ubuntu_noble  00000002  00000003  published 2026-11-02 → 2026-11-03, 8 days old when pinned, the old one was 9 days old  Ana     Upgrade web
    2026-11-10  1d0c4dbe       unreadable                                                            the lockfile has format 2, and imagelock 0.1.0 reads format 1                          Ana     Try a newer imagelock
    2026-11-09  20a206eb       unreadable                                                            it is no text                                                                          Ana     Save in another editor
    2026-11-08  24f30c93       unreadable                                                            the file has conflict markers of an unfinished git merge                               Ana     Merge in a hurry
    2026-11-07  501c8534       moved       web   fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-11-01 → 2026-11-02, 5 days old when pinned, the old one was 6 days old  Ana     Upgrade web
    2026-11-05  107ab71d       added       db    fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned                                           Ana     Pin the images
    2026-11-05  107ab71d       added       web   fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned

    4 changes in 3 commits
    --- exit 0
    ");
    assert_snapshot!(bench.run("diff HEAD~3 HEAD"), @"
    --- stderr
    error: the file has conflict markers of an unfinished git merge
     --> HEAD~3:images.lock:1:1
      |
    1 | <<<<<<< HEAD
      | ^^^^^^^^^^^^ left by git
      |
      = help: `imagelock resolve --mend` keeps what both sides agree on, or one side alone has, and pins the rest anew; or take one side whole with `git checkout --ours` or `--theirs`
    --- exit 1
    ");
    assert_snapshot!(bench.run("diff HEAD~2 HEAD"), @"
    --- stderr
    error: `HEAD~2:images.lock` is not a text file: line 1 is not UTF-8
     |
     = help: save the file as UTF-8
    --- exit 1
    ");
    let json: Value = serde_json::from_str(&bench.ok("log --format json")).unwrap();
    assert_eq!(json["entries"][2]["unreadable"], "the lockfile has format 2, and imagelock 0.1.0 reads format 1");
}

/// A copy is no rename: lockfiles resemble one another, and each has a history of its own.
#[test]
fn a_renamed_lockfile_keeps_its_history_and_a_copied_one_begins() {
    let bench = moved();
    bench.write("staging.lock", lock(&[("db", 1), ("web", 3)]));
    commit(&bench, "2026-11-08", "Pin staging like production");
    git(&bench, &["mv", "images.lock", "prod.lock"]);
    commit(&bench, "2026-11-09", "Rename");
    bench.write("prod.lock", lock(&[("db", 4), ("web", 2)]));
    commit(&bench, "2026-11-10", "Upgrade db");
    assert_snapshot!(bench.run("log --manifest prod.toml"), @"
    DATE        COMMIT    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL                                                                                 AUTHOR  SUBJECT
    2026-11-10  8860af3c  moved   db    fr-par-1  x86_64  ubuntu_noble  00000001  00000004  published 2026-11-01 → 2026-11-04, 6 days old when pinned, the old one was 9 days old  Ana     Upgrade db
    2026-11-07  501c8534  moved   web   fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-11-01 → 2026-11-02, 5 days old when pinned, the old one was 6 days old  Ana     Upgrade web
    2026-11-05  107ab71d  added   db    fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned                                           Ana     Pin the images
    2026-11-05  107ab71d  added   web   fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned

    4 changes in 3 commits
    --- exit 0
    ");
    assert_snapshot!(bench.run("log --manifest staging.toml"), @"
    DATE        COMMIT    CHANGE  NAME  ZONE      ARCH    LABEL         TO        DETAIL                                        AUTHOR  SUBJECT
    2026-11-08  162c2353  added   db    fr-par-1  x86_64  ubuntu_noble  00000001  published 2026-11-01, 7 days old when pinned  Ana     Pin staging like production
    2026-11-08  162c2353  added   web   fr-par-1  x86_64  ubuntu_noble  00000003  published 2026-11-03, 5 days old when pinned

    2 changes in 1 commit
    --- exit 0
    ");
}

#[test]
fn texts_of_strangers_are_spelt_out_and_paths_are_taken_literally() {
    let bench = repository(Bench::new());
    std::fs::create_dir_all(bench.path("déploi ement")).unwrap();
    let name = "déploi ement/a *.lock";
    bench.write(name, lock(&[("web", 1)]));
    bench.write("déploi ement/a b.lock", lock(&[("no", 1)]));
    git(&bench, &["add", "--all"]);
    git(&bench, &["commit", "--quiet", "--author", "E\u{202e}ve <e@example.com>", "--message", "Pin\u{1b}[2J | it"]);
    let mut command = bench.command("log --manifest");
    let output = command.arg("déploi ement/a *.toml").output().unwrap();
    assert_snapshot!(String::from_utf8(output.stdout).unwrap(), @r"
    DATE        COMMIT    CHANGE  NAME  ZONE      ARCH    LABEL         TO        DETAIL                                        AUTHOR       SUBJECT
    2026-11-10  d63fcdb3  added   web   fr-par-1  x86_64  ubuntu_noble  00000001  published 2026-11-01, 9 days old when pinned  E\u{202e}ve  Pin\u{1b}[2J | it

    1 change in 1 commit
    ");
    let mut command = bench.command("diff HEAD --manifest");
    let output = command.arg("déploi ement/a *.toml").output().unwrap();
    assert_snapshot!(String::from_utf8(output.stdout).unwrap(), @"HEAD → working tree: no pin differs");
}

#[test]
fn a_worktree_and_a_hostile_configuration_change_nothing() {
    let bench = moved();
    let expected = bench.ok("log");
    for (key, value) in [
        ("color.ui", "always"),
        ("log.showRoot", "false"),
        ("log.showSignature", "true"),
        ("log.diffMerges", "off"),
        ("log.date", "iso"),
        ("core.abbrev", "20"),
        ("diff.renames", "false"),
        ("diff.relative", "true"),
        ("diff.noprefix", "true"),
        ("format.pretty", "oneline"),
        ("core.pager", "false"),
        ("core.quotePath", "true"),
        ("i18n.logOutputEncoding", "ISO-8859-1"),
    ] {
        git(&bench, &["config", key, value]);
        assert_eq!(bench.ok("log"), expected, "{key} = {value}");
    }
    git(&bench, &["worktree", "add", "--quiet", "--detach", "tree", "HEAD"]);
    assert_eq!(bench.ok("log --manifest tree/images.toml"), expected);
    assert!(bench.ok("diff HEAD~1 --manifest tree/images.toml").starts_with("CHANGE"));
}

/// A hook has a `GIT_DIR` in its environment, with which git takes every directory for the top.
#[test]
fn in_a_hook_of_a_linked_worktree() {
    let bench = repository(Bench::new());
    std::fs::create_dir(bench.path("infra")).unwrap();
    bench.write("infra/images.lock", lock(&[("web", 5)]));
    commit(&bench, "2026-11-05", "Pin web");
    git(&bench, &["worktree", "add", "--quiet", "tree", "-b", "branch"]);
    let program = env!("CARGO_BIN_EXE_imagelock");
    let line = "--manifest infra/images.toml --exit-code";
    let hook =
        format!("#!/bin/sh\n{program} log --manifest infra/images.toml >../log\n{program} diff {line} >../diff\n");
    bench.write(".git/hooks/pre-commit", hook);
    Command::new("chmod").arg("+x").arg(bench.path(".git/hooks/pre-commit")).status().unwrap();
    let commit =
        || git_command(&bench, "tree", "2026-11-06T10:00:00Z", &["commit", "--quiet", "--allow-empty", "-m", "B"]);
    // Nothing differs, so the hook lets the commit pass.
    assert!(commit().status().unwrap().success());
    assert_snapshot!(bench.read("diff"), @"HEAD → working tree: no pin differs");
    assert_snapshot!(bench.read("log"), @"
    DATE        COMMIT    CHANGE  NAME  ZONE      ARCH    LABEL         TO        DETAIL                                        AUTHOR  SUBJECT
    2026-11-05  2dbe5d29  added   web   fr-par-1  x86_64  ubuntu_noble  00000005  published 2026-11-05, 0 days old when pinned  Ana     Pin web

    1 change in 1 commit
    ");
    bench.write("tree/infra/images.lock", lock(&[("web", 7)]));
    assert!(!commit().status().unwrap().success());
    assert_snapshot!(bench.read("diff"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    moved   web   fr-par-1  x86_64  ubuntu_noble  00000005  00000007  published 2026-11-05 → 2026-11-07

    HEAD → working tree: 1 moved
    ");
    // The same of `rebase --exec`, and of a repository that is named from its top.
    let exec = format!("{program} log --manifest infra/images.toml >../log.rebase");
    git(&bench, &["worktree", "add", "--quiet", "--detach", "other"]);
    git_in(
        &bench,
        "other",
        "2026-11-06T10:00:00Z",
        &["rebase", "--quiet", "--exec", &exec, "--force-rebase", "--root"],
    );
    assert!(bench.read("log.rebase").contains("Pin web"));
    let alias = format!("alias.pins=!{program} log --manifest infra/images.toml");
    let told = git_in(&bench, "", "", &["--git-dir=.git", "-c", &alias, "pins"]);
    assert!(told.contains("Pin web"), "{told}");
}

/// A working tree whose repository is elsewhere, as of a home directory.
#[test]
fn in_a_repository_that_only_the_environment_names() {
    let bench = with_git(Bench::new());
    std::fs::create_dir_all(bench.path("home/infra")).unwrap();
    let path = |name: &str| bench.path(name).to_str().unwrap().to_owned();
    let (directory, tree) = (path("dotfiles"), path("home"));
    let told = |line: &str| {
        let mut command = bench.command(line);
        let Output { stdout, .. } = command.env("GIT_DIR", &directory).env("GIT_WORK_TREE", &tree).output().unwrap();
        String::from_utf8(stdout).unwrap()
    };
    let git = |arguments: &[&str]| {
        let of = [&format!("--git-dir={directory}")[..], &format!("--work-tree={tree}")];
        git_in(&bench, "home", "2026-11-05T10:00:00Z", &[&of[..], arguments].concat());
    };
    git(&["init", "--quiet", "--initial-branch=main"]);
    bench.write("home/infra/images.lock", lock(&[("web", 5)]));
    git(&["add", "infra/images.lock"]);
    git(&["commit", "--quiet", "--message", "Pin web"]);
    assert!(told("log --manifest home/infra/images.toml").contains("Pin web"));
    assert_eq!(told("diff --manifest home/infra/images.toml"), "HEAD → working tree: no pin differs\n");
}

#[test]
fn a_shallow_clone_says_where_its_history_ends() {
    let bench = moved();
    bench.write("images.lock", lock(&[("db", 1), ("web", 3)]));
    commit(&bench, "2026-11-08", "Upgrade web again");
    let origin = format!("file://{}", bench.path("").display());
    git(&bench, &["clone", "--quiet", "--depth=2", &origin, "clone"]);
    assert_snapshot!(bench.run("log --manifest clone/images.toml"), @"
    DATE        COMMIT    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL                                                                                 AUTHOR  SUBJECT
    2026-11-08  6eb4d6c5  moved   web   fr-par-1  x86_64  ubuntu_noble  00000002  00000003  published 2026-11-02 → 2026-11-03, 5 days old when pinned, the old one was 6 days old  Ana     Upgrade web again

    1 change in 1 commit
    --- stderr
    warning: this clone is shallow: what happened to the lockfile up to commit 501c8534 is not known; `git fetch --unshallow` brings it
    --- exit 0
    ");
    let json: Value = serde_json::from_str(&bench.ok("log --manifest clone/images.toml --format json")).unwrap();
    assert_eq!((&json["complete"], json["entries"].as_array().unwrap().len()), (&Value::Bool(false), 1));
    assert_snapshot!(bench.fails("diff HEAD~2 --manifest clone/images.toml"), @"
    error: git knows no revision `HEAD~2`
     |
     = help: `git branch --all` lists the branches, `git log --oneline` the commits; `git fetch` brings what this clone has not got
    ");
}

#[test]
fn a_clone_has_the_branches_of_its_origin() {
    let bench = moved();
    git(&bench, &["branch", "other", "HEAD~1"]);
    let origin = format!("file://{}", bench.path("").display());
    git(&bench, &["clone", "--quiet", &origin, "clone"]);
    assert_snapshot!(bench.fails("diff other --manifest clone/images.toml"), @"
    error: git knows no revision `other`
     |
     = help: did you mean `origin/other`?
    ");
    assert!(bench.ok("diff origin/other --manifest clone/images.toml").starts_with("CHANGE"));
}

#[test]
fn revisions_that_are_none() {
    let bench = moved();
    assert_snapshot!(bench.fails("diff no-such-branch"), @"
    error: git knows no revision `no-such-branch`
     |
     = help: `git branch --all` lists the branches, `git log --oneline` the commits; `git fetch` brings what this clone has not got
    ");
    assert_snapshot!(bench.fails("diff -- --output=stolen HEAD"), @"
    error: git knows no revision `--output=stolen`
     |
     = help: `git branch --all` lists the branches, `git log --oneline` the commits; `git fetch` brings what this clone has not got
    ");
    for none in ["HEAD:images.lock", "HEAD^{tree}", "HEAD~1..HEAD..", "0123456789012345678901234567890123456789"] {
        assert!(bench.fails(&format!("diff {none}")).starts_with("error: git knows no revision"), "{none}");
    }
    git(&bench, &["switch", "--quiet", "--orphan", "lonely"]);
    bench.write("images.lock", lock(&[("web", 1)]));
    commit(&bench, "2026-11-09", "Begin anew");
    assert_snapshot!(bench.fails("diff main...lonely"), @"
    error: `main` and `lonely` have no commit in common, as far as this clone knows
     |
     = help: `git fetch --unshallow` completes a shallow clone; `main..lonely` compares them as they are
    ");
}

#[test]
fn names_that_were_never_pinned() {
    assert_snapshot!(moved().fails("log wep"), @"
    error: no image is named `wep`
     |
     = help: did you mean `web`?
    ");
}

#[test]
fn where_there_is_no_history() {
    let bench = with_git(Bench::new());
    bench.write("images.lock", lock(&[("web", 1)]));
    let nowhere = |line: &str| bench.fails(line).replace(bench.path("").to_str().unwrap(), "[BENCH]/");
    assert_snapshot!(nowhere("log"), @"
    error: `images.lock` is in no git repository, and has no history
     |
     = help: run imagelock where the lockfile is committed; `--manifest PATH` names another manifest
    ");
    assert_snapshot!(nowhere("diff"), @"
    error: `images.lock` is in no git repository, and has no history
     |
     = help: run imagelock where the lockfile is committed; `--manifest PATH` names another manifest
    ");
    git(&bench, &["init", "--quiet", "--initial-branch=main"]);
    assert_snapshot!(bench.fails("log"), @"
    error: `images.lock` was never committed, and has no history
     |
     = help: commit it: `git add images.lock`, `git commit`
    ");
    assert_snapshot!(bench.run("diff"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         TO        DETAIL
    added   web   fr-par-1  x86_64  ubuntu_noble  00000001  published 2026-11-01

    HEAD → working tree: 1 added
    --- exit 0
    ");
    let json: Value = serde_json::from_str(&bench.ok("diff --format json")).unwrap();
    assert_eq!(json["from"], serde_json::json!({"name": "HEAD", "commit": null}));
    assert_snapshot!(bench.fails("diff HEAD...HEAD"), @"
    error: `images.lock` was never committed, and has no history
     |
     = help: commit it: `git add images.lock`, `git commit`
    ");
    assert_snapshot!(bench.fails("diff HEAD..HEAD"), @"
    error: `images.lock` was never committed, and has no history
     |
     = help: commit it: `git add images.lock`, `git commit`
    ");
    std::fs::remove_file(bench.path("images.lock")).unwrap();
    assert_snapshot!(bench.fails("diff"), @"
    error: there is no lockfile `images.lock`
     |
     = help: `imagelock resolve` writes it
    ");
    assert_snapshot!(bench.fails("diff HEAD...HEAD"), @"
    error: there is no lockfile `images.lock`
     |
     = help: `imagelock resolve` writes it
    ");
    assert_snapshot!(bench.fails("log"), @"
    error: there is no lockfile `images.lock`
     |
     = help: `imagelock resolve` writes it
    ");
    bench.write("images.lock", lock(&[("web", 1)]));
    git(&bench, &["commit", "--quiet", "--allow-empty", "--message", "Begin"]);
    assert_snapshot!(bench.fails("log"), @"
    error: `images.lock` was never committed, and has no history
     |
     = help: commit it: `git add images.lock`, `git commit`
    ");
    std::fs::remove_file(bench.path("images.lock")).unwrap();
    assert_snapshot!(bench.fails("log"), @"
    error: there is no lockfile `images.lock`
     |
     = help: `imagelock resolve` writes it
    ");
    assert_snapshot!(bench.fails("log --manifest no/images.toml"), @"
    error: there is no lockfile `no/images.lock`
     |
     = help: `imagelock --manifest no/images.toml resolve` writes it
    ");
}

#[test]
fn no_git() {
    let bench = moved().env("PATH", "/nonexistent");
    assert_snapshot!(bench.fails("log"), @"
    error: the history of `images.lock` cannot be read without the program `git`, which was not found
     |
     = help: install git, or add its directory to PATH
    ");
}

/// What git refuses is told in its own words.
#[test]
fn a_repository_of_somebody_else() {
    let bench = moved().env("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
    let told = bench.fails("log").replace(bench.path("").to_str().unwrap().trim_end_matches('/'), "[BENCH]");
    assert_snapshot!(told, @"
    error: git could not read the history of the lockfile
     |
     = note: fatal: detected dubious ownership in repository at '[BENCH]'
     = note: To add an exception for this directory, call:
     = note: git config --global --add safe.directory [BENCH]
     = help: do what git asks for, then run imagelock again
    ");
}
