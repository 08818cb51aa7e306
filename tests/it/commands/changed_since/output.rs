//! The reports: every format shows the changed pins, the findings, and the pins that cannot be verified.

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::fixtures::pull_request::{GATE, output_of, pin, pull_request, pull_request_with};

#[test]
fn every_format_shows_the_changes_and_the_findings() {
    let (sandbox, _marketplace) = pull_request();
    pin(&sandbox, 9);
    assert_snapshot!(output_of(&sandbox, &format!("{GATE} --format markdown")), @r"
    ### The change fails the check

    1 pin, 1 changed since main (`[MAIN]`): 1 unverified

    1 moved

    | change | image | zone, arch | label | from | to | detail |
    |---|---|---|---|---|---|---|
    | **moved** | `web` | fr-par-1 x86_64 | ubuntu\_noble | `00000001` | `00000009` | published 2026-09-02 → 2026-09-02 |

    | status | image | zones | label | pinned | published | newest | detail |
    |---|---|---|---|---|---|---|---|
    | **unverified** | `web` | fr-par-1 x86_64 | ubuntu\_noble | `00000009` | 2026-09-02 |  | the Marketplace does not list the ID, and the lockfile did not pin it before the change |

    Restore the file from version control, or pin IDs that the Marketplace lists:

    ```sh
    imagelock upgrade web
    ```
    --- exit 2
    ");
    assert_snapshot!(output_of(&sandbox, &format!("{GATE} --format github")), @"
    ::error file=images.toml,line=7,col=9,endColumn=23,title=imagelock%3A web%3A unverified::fr-par-1 x86_64: the Marketplace does not list the ID, and the lockfile did not pin it before the change%0Arestore the file from version control, or pin IDs that the Marketplace lists: imagelock upgrade web
    CHANGE  NAME  ZONE      ARCH    LABEL         FROM      TO        DETAIL
    moved   web   fr-par-1  x86_64  ubuntu_noble  00000001  00000009  published 2026-09-02 → 2026-09-02
    1 pin, 1 changed since main (`[MAIN]`): 1 unverified
    --- exit 2
    ");
    assert_snapshot!(output_of(&sandbox, &format!("{GATE} --format json")), @r#"
    {
      "schema": "imagelock.check/1",
      "drift": true,
      "errors": [],
      "pins": [
        {
          "manifest": "images.toml",
          "name": "web",
          "label": "ubuntu_noble",
          "image_id": null,
          "version_id": "46367d7f-2222-4000-8000-000000000000",
          "release": null,
          "zone": "fr-par-1",
          "arch": "x86_64",
          "type": "instance_sbs",
          "instance_type": null,
          "status": "unverified",
          "statuses": [
            "unverified"
          ],
          "cause": null,
          "drift": true,
          "locked": {
            "id": "00000009-0000-4000-8000-000000000000",
            "zoned_id": "fr-par-1/00000009-0000-4000-8000-000000000000",
            "published": "2026-09-02T00:00:00Z"
          },
          "listed": null,
          "latest": null,
          "latest_release": null,
          "end_of_life": null,
          "notes": [
            "the Marketplace does not list the ID, and the lockfile did not pin it before the change"
          ]
        }
      ],
      "stale_outputs": [],
      "notices": [],
      "changed_since": [
        {
          "manifest": "images.toml",
          "revision": "main",
          "merge_base": "[MAIN]",
          "pins": [
            {
              "name": "web",
              "label": "ubuntu_noble",
              "image_id": null,
              "version_id": "46367d7f-2222-4000-8000-000000000000",
              "release": null,
              "zone": "fr-par-1",
              "arch": "x86_64",
              "type": "instance_sbs",
              "action": "moved",
              "from": {
                "id": "00000001-0000-4000-8000-000000000000",
                "zoned_id": "fr-par-1/00000001-0000-4000-8000-000000000000",
                "published": "2026-09-02T00:00:00Z"
              },
              "to": {
                "id": "00000009-0000-4000-8000-000000000000",
                "zoned_id": "fr-par-1/00000009-0000-4000-8000-000000000000",
                "published": "2026-09-02T00:00:00Z"
              },
              "verified": null,
              "note": null
            }
          ]
        }
      ]
    }
    --- exit 2
    "#);
}

#[test]
fn every_report_format_has_the_same_result() {
    let (sandbox, _marketplace) = pull_request();
    pin(&sandbox, 9);
    assert_snapshot!(output_of(&sandbox, &format!("{GATE} --quiet")), @"
    STATUS      NAME  ZONE      ARCH    LABEL         PINNED    PUBLISHED   DETAIL
    unverified  web   fr-par-1  x86_64  ubuntu_noble  00000009  2026-09-02  the Marketplace does not list the ID, and the lockfile did not pin it before the change
    --- exit 2
    ");
    for format in ["sarif", "junit", "html"] {
        let run = sandbox.run(&format!("{GATE} --format {format}"));
        assert_eq!(run.status, Some(2), "{format}");
        assert!(run.stdout.contains("unverified") && run.stdout.contains("did not pin it before"), "{format}\n{run}");
    }
    sandbox.ok("upgrade web");
    let html = sandbox.ok(&format!("{GATE} --format html"));
    assert!(html.contains("The change passes") && html.contains("listed by the Marketplace"));
    assert_snapshot!(output_of(&sandbox, &format!("{GATE} --format markdown")), @r"
    ### The change passes the check

    1 pin, 1 changed since main (`[MAIN]`): all verified

    1 moved

    | change | image | zone, arch | label | from | to | detail |
    |---|---|---|---|---|---|---|
    | **moved** | `web` | fr-par-1 x86_64 | ubuntu\_noble | `00000001` | `00000002` | published 2026-09-02 → unknown, listed by the Marketplace |
    --- exit 0
    ");
    let file = format!("{GATE} -o gate.sarif -o gate.md");
    assert_eq!(sandbox.run(&file).status, Some(0));
    assert!(sandbox.read("gate.md").starts_with("### The change passes"));
}

/// Reports for people mention unlisted pins once. Reports for programs mark each pin.
#[test]
fn check_lists_the_pins_that_cannot_be_verified() {
    let manifest = "[defaults]\nzone = \"fr-par-1\"\narch = \"x86_64\"\n\n[images.web]\nlabel = \"ubuntu_noble\"\n\
                    freeze = { reason = \"ticket\", until = 2027-01-01 }\n\n[images.db]\nlabel = \"ubuntu_noble\"\n\n\
                    [images.ci]\nlabel = \"debian_bookworm\"\n";
    let (sandbox, _marketplace) = pull_request_with(manifest);
    let run = sandbox.run("check");
    assert_snapshot!(run, @"
    STATUS    NAME  ZONE      ARCH    LABEL            PINNED    PUBLISHED   NEWEST    DETAIL
    outdated  db    fr-par-1  x86_64  ubuntu_noble     00000001  2026-09-02  00000002
    frozen    web   fr-par-1  x86_64  ubuntu_noble     00000001  2026-09-02  00000002  frozen until 2027-01-01: ticket
    current   ci    fr-par-1  x86_64  debian_bookworm  00000005  unknown

    3 pins: 1 outdated, 1 frozen, 1 current
    the Marketplace does not list the IDs of 2 pins (`db` and `web`), so they cannot be verified
    to upgrade to the newest version: imagelock upgrade db
    --- exit 2
    ");
    let report: Value = serde_json::from_str(&sandbox.run("check --format json").stdout).unwrap();
    let listed = |report: &Value| {
        let pins = report["pins"].as_array().unwrap().iter();
        pins.map(|pin| format!("{} {}", pin["name"].as_str().unwrap(), pin["listed"])).collect::<Vec<_>>()
    };
    assert_eq!(listed(&report), ["ci true", "db false", "web false"]);
    let report: Value = serde_json::from_str(&sandbox.run("check --format sarif").stdout).unwrap();
    let results = report["runs"][0]["results"].as_array().unwrap();
    let rules: Vec<_> = results.iter().map(|result| result["ruleId"].as_str().unwrap()).collect();
    assert_eq!(rules, ["outdated", "not-listed"]);
    for result in results {
        let text = result["message"]["text"].as_str().unwrap();
        assert!(text.contains("the Marketplace does not list the pinned ID, so it cannot be verified"), "{text}");
    }
    for format in ["markdown", "html", "github", "junit"] {
        let report = sandbox.run(&format!("check --format {format}")).stdout;
        let report = report.replace("<code>", "`").replace("</code>", "`").to_lowercase();
        let expected = "the marketplace does not list the ids of 2 pins (`db` and `web`), so they cannot be verified";
        assert!(report.contains(expected), "{format}\n{report}");
    }
}
