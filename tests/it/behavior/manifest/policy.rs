//! `freeze`, `[[accept]]` and the keys that they replaced: each message shows the lines to write.

use insta::assert_snapshot;

use crate::support::fixtures::mistakes::refused_by_every_command;
use crate::support::manifest::{accept, web};
use crate::support::sandbox::Sandbox;

#[test]
fn a_freeze_requires_a_reason_and_an_end() {
    assert_snapshot!(refused_by_every_command(&web("freeze = { reason = \"\" }\n")), @r#"
    error: `freeze` has no `until`
     --> images.toml:5:10
      |
    5 | freeze = { reason = "" }
      |          ^^^^^^^^^^^^^^^ `until` is missing
      |
      = help: write `freeze = { reason = "kernel regression, ticket 4711", until = 2026-12-31 }`

    error: the `reason` of `freeze` is empty
     --> images.toml:5:21
      |
    5 | freeze = { reason = "" }
      |                     ^^ empty
      |
      = help: write the reason, like `reason = "ticket 4711"`

    2 errors in all; nothing was changed
    "#);
    assert_snapshot!(refused_by_every_command(&web("freeze = true\n")), @r#"
    error: `freeze` must be a table with `reason` and `until`
     --> images.toml:5:10
      |
    5 | freeze = true
      |          ^^^^ this is a boolean
      |
      = help: write `freeze = { reason = "kernel regression, ticket 4711", until = 2026-12-31 }`
    "#);
}

#[test]
fn freeze_false_is_refused_in_the_defaults() {
    assert_snapshot!(refused_by_every_command(&format!("[defaults]\nfreeze = false\n{}", web(""))), @"
    error: `freeze` must be a table with `reason` and `until`
     --> images.toml:2:10
      |
    2 | freeze = false
      |          ^^^^^ this is a boolean
      |
      = help: remove the line; `freeze = false` is only for an image that inherits a freeze
    ");
}

#[test]
fn an_acceptance_requires_an_image_an_acceptable_status_a_reason_and_an_end() {
    let no_image = accept("web", "mismatch", "x", "2027-01-01").replace("image = \"web\"\n", "");
    let wrong = format!("{no_image}\n[[accept]]\nimage = \"web server\"\n");
    assert_snapshot!(refused_by_every_command(&web(&wrong)), @r#"
    error: `[[accept]]` has no `image`
     --> images.toml:6:1
      |
    6 | [[accept]]
      | ^^^^^^^^^^ `image` is missing
      |
      = help: add this line, with your values:
              image = "web"

    error: the status `mismatch` cannot be accepted
     --> images.toml:7:10
      |
    7 | status = "mismatch"
      |          ^^^^^^^^^^ always drift
      |
      = help: the statuses that can be accepted are `eol`, `unavailable`, `incompatible`, `stale`, `outdated` and `eol-soon`

    error: `[[accept]]` has no `status`, `reason` or `until`
      --> images.toml:11:1
       |
    11 | [[accept]]
       | ^^^^^^^^^^ `status`, `reason` and `until` are missing
       |
       = help: add these lines, with your values:
               status = "eol"
               reason = "ticket 4711"
               until = 2026-12-31

    error: `web server` is not a valid image name
      --> images.toml:12:9
       |
    12 | image = "web server"
       |         ^^^^^^^^^^^^ expected the name of an image, or a pattern like `web-*`
       |
       = help: did you mean `web-server`?

    4 errors in all; nothing was changed
    "#);
    assert_snapshot!(refused_by_every_command(&format!("accept = {{ image = \"web\" }}\n{}", web(""))), @r#"
    error: `accept` must be a list of tables
     --> images.toml:1:10
      |
    1 | accept = { image = "web" }
      |          ^^^^^^^^^^^^^^^^^ this is a table
      |
      = help: write `[[accept]]`, in double brackets:
              [[accept]]
              image = "web"
              status = "eol"
              reason = "…"
              until = 2026-12-31
    "#);
}

#[test]
fn an_acceptance_inside_an_image_keeps_its_values_in_the_help() {
    let table = "{ status = \"outdated\", reason = \"mine\", until = 2027-03-03 }";
    for accept in [format!("accept = {table}\n"), format!("accept = [{table}]\n")] {
        let message = refused_by_every_command(&web(&accept));
        for line in
            ["[[accept]]", "image = \"web\"", "status = \"outdated\"", "reason = \"mine\"", "until = 2027-03-03"]
        {
            assert!(message.contains(&format!(" {line}\n")), "{message}");
        }
    }
}

#[test]
fn an_acceptance_of_an_undeclared_image_is_refused() {
    let wrong = accept("wep", "eol", "x", "2027-01-01") + &accept("db-*", "eol", "x", "2027-01-01");
    assert_snapshot!(refused_by_every_command(&web(&wrong)), @"
    error: no image is named `wep`
     --> images.toml:6:1
      |
    6 | [[accept]]
      | ^^^^^^^^^^ has no effect
      |
      = help: did you mean `web`?

    error: no image matches `db-*`
      --> images.toml:12:1
       |
    12 | [[accept]]
       | ^^^^^^^^^^ has no effect
       |
       = help: the only image is `web`

    2 errors in all; nothing was changed
    ");
}

#[test]
fn an_acceptance_inside_an_image_is_shown_as_a_separate_table() {
    let accept = "accept = [{ status = \"eol\", reason = \"ticket \\\"4712\\\"\", until = 2027-01-31 }, { status = \"outdated\" }]\n";
    let message = refused_by_every_command(&web(accept));
    assert_snapshot!(message, @r#"
    error: `accept` is not a key of `[images.web]`
     --> images.toml:5:1
      |
    5 | accept = [{ status = "eol", reason = "ticket \"4712\"", until = 2027-01-31 }, { status = "outdated" }]
      | ^^^^^^ only allowed at the top level
      |
      = help: remove it, and add these tables at the end of the file:
              [[accept]]
              image = "web"
              status = "eol"
              reason = 'ticket "4712"'
              until = 2027-01-31
              [[accept]]
              image = "web"
              status = "outdated"
              reason = "…"
              until = 2026-12-31
    "#);
    let table: Vec<&str> =
        message.lines().skip_while(|line| !line.contains("[[accept]]")).take(5).map(str::trim).collect();
    let sandbox = Sandbox::with(&web(&format!("{}\n", table.join("\n"))));
    assert_eq!(sandbox.run("resolve --locked").status, Some(2));
    assert_snapshot!(refused_by_every_command(&web("accept = []\n")), @"
    error: `accept` is not a key of `[images.web]`
     --> images.toml:5:1
      |
    5 | accept = []
      | ^^^^^^ only allowed at the top level
      |
      = help: remove the line; the list is empty
    ");
}

#[test]
fn version_id_is_refused_in_favor_of_label_and_freeze() {
    let version = "version-id = \"6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e\"";
    assert_snapshot!(refused_by_every_command(&web("").replace("label = \"ubuntu_noble\"", version)), @r#"
    error: `version-id` is not a key of `[images.web]`
     --> images.toml:2:1
      |
    2 | version-id = "6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e"
      | ^^^^^^^^^^ an exact version cannot be declared
      |
      = note: the lockfile keeps a pin of this version, and a freeze stops upgrades from moving it
      = help: write `label = "…"` and `freeze = { reason = "…", until = 2026-12-31 }` instead; to print the label: `imagelock explain 6d1b1b5e-4a0f-4c62-9c52-0a3c1f1b2d7e`
    "#);
}
