//! Unusual commits are reported without hiding the rest of the history, and no setting of a repository changes the
//! history.

use std::os::unix::fs::symlink;

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::git_repository::{commit, git, git_in, lock, moved, repository};
use crate::support::sandbox::Sandbox;

#[test]
fn a_commit_with_an_impossible_date_is_reported() {
    let sandbox = moved();
    sandbox.write("images.lock", lock(&[("db", 1), ("web", 3)]));
    git(&sandbox, &["add", "images.lock"]);
    git_in(&sandbox, "", "@253402300800 +0000", &["commit", "--quiet", "--message", "In the year 10000"]);
    sandbox.write("images.lock", lock(&[("db", 1), ("web", 4)]));
    commit(&sandbox, "2026-11-09", "Upgrade web");
    assert_snapshot!(sandbox.run("log"), @"
    DATE        COMMIT    CHANGE      NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL                                                                                      AUTHOR  SUBJECT
    2026-11-09  45b61125  moved       web   fr-par-1  x86_64  ubuntu_noble  00000002  00000004  published 2026-11-02 → 2026-11-04, 5 days old when pinned, the previous one was 7 days old  Ana     Upgrade web
                2e659fb6  unreadable                                                            the date of the commit is outside the years -9999 to 9999                                   Ana     In the year 10000
    2026-11-07  19f44bcd  moved       web   fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-11-01 → 2026-11-02, 5 days old when pinned, the previous one was 6 days old  Ana     Upgrade web
    2026-11-05  9dd5de42  added       db    fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned                                                Ana     Pin the images
    2026-11-05  9dd5de42  added       web   fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned

    4 changes in 3 commits
    --- exit 0
    ");
    let json: Value = serde_json::from_str(&sandbox.ok("log --format json")).unwrap();
    assert_eq!(json["entries"][1]["commit"]["time"], Value::Null);
}

#[test]
fn a_lockfile_that_was_a_directory_a_link_or_a_submodule_is_reported() {
    let sandbox = moved();
    let path = sandbox.path("images.lock");
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    sandbox.write("images.lock/x", "1");
    git(&sandbox, &["add", "--all"]);
    git_in(&sandbox, "", "2026-11-08T10:00:00Z", &["commit", "--quiet", "--message", "Make it a directory"]);
    sandbox.write("images.lock/x", "2");
    git(&sandbox, &["add", "--all"]);
    git_in(&sandbox, "", "2026-11-08T11:00:00Z", &["commit", "--quiet", "--message", "Change it"]);
    std::fs::remove_dir_all(&path).unwrap();
    symlink("elsewhere", &path).unwrap();
    commit(&sandbox, "2026-11-09", "Make it a link");
    std::fs::remove_file(&path).unwrap();
    let head = git_in(&sandbox, "", "", &["rev-parse", "HEAD"]);
    git(&sandbox, &["update-index", "--cacheinfo", &format!("160000,{},images.lock", head.trim())]);
    git_in(&sandbox, "", "2026-11-10T10:00:00Z", &["commit", "--quiet", "--message", "Make it a submodule"]);
    sandbox.write("images.lock", lock(&[("db", 1), ("web", 3)]));
    commit(&sandbox, "2026-11-11", "Make it a lockfile");
    assert_snapshot!(sandbox.run("log"), @"
    DATE        COMMIT    CHANGE      NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL                                                                                      AUTHOR  SUBJECT
    2026-11-11  60fca88e  moved       web   fr-par-1  x86_64  ubuntu_noble  00000002  00000003  published 2026-11-02 → 2026-11-03, 8 days old when pinned, the previous one was 9 days old  Ana     Make it a lockfile
    2026-11-10  9662ddec  unreadable                                                            it is a submodule                                                                           Ana     Make it a submodule
    2026-11-09  63278010  unreadable                                                            it is a symbolic link                                                                       Ana     Make it a link
    2026-11-08  a096c7fe  unreadable                                                            it is a directory                                                                           Ana     Change it
    2026-11-08  77488aff  unreadable                                                            it is a directory                                                                           Ana     Make it a directory
    2026-11-07  19f44bcd  moved       web   fr-par-1  x86_64  ubuntu_noble  00000001  00000002  published 2026-11-01 → 2026-11-02, 5 days old when pinned, the previous one was 6 days old  Ana     Upgrade web
    2026-11-05  9dd5de42  added       db    fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned                                                Ana     Pin the images
    2026-11-05  9dd5de42  added       web   fr-par-1  x86_64  ubuntu_noble            00000001  published 2026-11-01, 4 days old when pinned

    4 changes in 3 commits
    --- exit 0
    ");
    // The submodule settings of the repository have no effect.
    git(&sandbox, &["config", "diff.ignoreSubmodules", "all"]);
    assert!(sandbox.ok("log").contains("it is a submodule"));
    assert_snapshot!(sandbox.fails("diff HEAD~1"), @"
    error: cannot read `HEAD~1:images.lock`: it is a submodule
     |
     = help: choose another revision; to complete a partial clone: `git fetch --refetch --no-filter`
    ");
    assert!(sandbox.fails("diff HEAD~2").contains("cannot read `HEAD~2:images.lock`: it is a symbolic link"));
    assert!(sandbox.fails("diff HEAD~3").contains("cannot read `HEAD~3:images.lock`: it is a directory"));
}

/// Returns a lockfile in which the ID of `web` has the usual first digits and this end.
fn similar_lockfile(end: u32) -> String {
    let text = lock(&[("db", 1), ("web", 2)])
        .replace("00000002-0000-4000-8000-000000000000", &format!("00000002-0000-4000-8000-{end:012}"));
    let parsed = imagelock::domain::lock::Lock::parse(&text).unwrap();
    imagelock::domain::lock::Lock::new(parsed.pins().to_vec()).write()
}

#[test]
fn ids_with_the_same_beginning_are_shown_in_full() {
    let sandbox = repository(Sandbox::new());
    sandbox.write("images.lock", similar_lockfile(1));
    commit(&sandbox, "2026-11-05", "Pin the images");
    sandbox.write("images.lock", similar_lockfile(2));
    assert_snapshot!(sandbox.run("diff"), @"
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM                                  TO                                    DETAIL
    moved   web   fr-par-1  x86_64  ubuntu_noble  00000002-0000-4000-8000-000000000001  00000002-0000-4000-8000-000000000002  published 2026-11-02 → 2026-11-02

    HEAD → working tree: 1 moved
    --- exit 0
    ");
    assert_snapshot!(sandbox.run("diff --format markdown"), @r"
    1 moved

    | change | image | zone, arch | label | from | to | detail |
    |---|---|---|---|---|---|---|
    | **moved** | `web` | fr-par-1 x86_64 | ubuntu\_noble | `00000002-0000-4000-8000-000000000001` | `00000002-0000-4000-8000-000000000002` | published 2026-11-02 → 2026-11-02 |
    --- exit 0
    ");
    commit(&sandbox, "2026-11-06", "Upgrade web");
    assert_snapshot!(sandbox.run("log"), @"
    DATE        COMMIT    CHANGE  NAME  ZONE      ARCH    LABEL         FROM                                  TO                                    DETAIL                                                                                      AUTHOR  SUBJECT
    2026-11-06  08501b7b  moved   web   fr-par-1  x86_64  ubuntu_noble  00000002-0000-4000-8000-000000000001  00000002-0000-4000-8000-000000000002  published 2026-11-02 → 2026-11-02, 4 days old when pinned, the previous one was 4 days old  Ana     Upgrade web
    2026-11-05  22cff165  added   db    fr-par-1  x86_64  ubuntu_noble                                        00000001                              published 2026-11-01, 4 days old when pinned                                                Ana     Pin the images
    2026-11-05  22cff165  added   web   fr-par-1  x86_64  ubuntu_noble                                        00000002-0000-4000-8000-000000000001  published 2026-11-02, 3 days old when pinned

    3 changes in 2 commits
    --- exit 0
    ");
    // A conflict shows both IDs in full.
    sandbox.write("base", similar_lockfile(0));
    sandbox.write("ours", similar_lockfile(1));
    sandbox.write("theirs", similar_lockfile(2));
    let message = sandbox.run("merge-driver base ours theirs").stderr;
    for end in [1, 2] {
        assert!(message.contains(&format!("00000002-0000-4000-8000-{end:012}")), "{message}");
    }
}

#[test]
fn a_submodule_has_its_own_history() {
    let sandbox = moved();
    let sub = repository(Sandbox::new());
    sub.write("images.lock", lock(&[("sub", 1)]));
    commit(&sub, "2026-11-05", "Pin sub");
    let from = sub.path("").to_str().unwrap().to_owned();
    git(&sandbox, &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &from, "sub"]);
    assert!(git_in(&sandbox, "sub", "", &["config", "core.worktree"]).contains("sub"));
    assert!(sandbox.ok("log --manifest sub/images.toml").contains("Pin sub"));
}

#[test]
fn replaced_commits_and_grafts_do_not_change_history() {
    let sandbox = moved();
    let expected = sandbox.ok("log");
    sandbox.write("images.lock", lock(&[("web", 9)]));
    commit(&sandbox, "2026-11-07", "Forged");
    git(&sandbox, &["tag", "forged"]);
    git(&sandbox, &["reset", "--quiet", "--hard", "HEAD~1"]);
    git(&sandbox, &["replace", "HEAD", "forged"]);
    assert!(git_in(&sandbox, "", "", &["log", "--format=%s", "HEAD"]).starts_with("Forged"));
    git(&sandbox, &["--no-replace-objects", "reset", "--quiet", "--hard"]);
    assert_eq!(sandbox.ok("log"), expected);
    git(&sandbox, &["replace", "--delete", "HEAD"]);
    let head = git_in(&sandbox, "", "", &["rev-parse", "HEAD"]);
    sandbox.write(".git/info/grafts", head);
    assert_eq!(git_in(&sandbox, "", "", &["log", "--format=%s"]).lines().count(), 1);
    assert_eq!(sandbox.ok("log"), expected);
}

/// The subject of a commit can have any length.
#[test]
fn long_texts_in_commits_are_cut() {
    let sandbox = repository(Sandbox::new());
    sandbox.write("images.lock", lock(&[("web", 1)]));
    git(&sandbox, &["add", "images.lock"]);
    sandbox.write("message", "x".repeat(3 << 20));
    git(&sandbox, &["commit", "--quiet", "--file", "message"]);
    let log = sandbox.ok("log --format json");
    assert!(log.len() < 10_000, "{}", log.len());
    assert!(sandbox.ok("log").contains("1 change in 1 commit"));
}
