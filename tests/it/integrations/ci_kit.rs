//! The files of this repository that CI systems and pre-commit read, checked by programs that know their formats.

use imagelock::domain::lock::Lock;
use insta::assert_snapshot;

use crate::support::documentation::blocks;
use crate::support::example::{Example, NOVEMBER, repository};

/// The YAML blocks of the documentation that contain a text.
fn blocks_with(text: &str) -> Vec<String> {
    let blocks: Vec<String> = blocks("yaml").into_iter().filter(|block| block.contains(text)).collect();
    assert!(!blocks.is_empty(), "{text}");
    blocks
}

#[test]
#[ignore = "needs check-jsonschema: run .ci/tools first"]
fn workflows_and_pipelines_in_the_documentation_are_valid() {
    let example = Example::of("terraform");
    let workflows = blocks_with("\njobs:\n");
    let pipelines = blocks_with("IMAGELOCK_");
    assert_eq!(workflows.len() + pipelines.len() + blocks_with("repos:\n").len(), blocks("yaml").len());
    for (schema, blocks, right, wrong) in
        [("github-workflows", workflows, "runs-on", "run-on"), ("gitlab-ci", pipelines, "IMAGELOCK_", "- IMAGELOCK_")]
    {
        for block in blocks {
            example.write("ci.yml", &block);
            example.ok(&format!("check-jsonschema --builtin-schema vendor.{schema} ci.yml"));
            // Otherwise the check would always pass.
            example.write("ci.yml", &block.replace(right, wrong));
            let broken = example.run(&format!("check-jsonschema --builtin-schema vendor.{schema} ci.yml"));
            assert_ne!(broken.status, Some(0), "{block}");
        }
    }
}

#[test]
#[ignore = "needs pre-commit: run .ci/tools first"]
fn the_pre_commit_hook_and_its_example_are_valid() {
    let example = Example::of("terraform");
    let hooks = repository(".pre-commit-hooks.yaml");
    example.ok(&format!("pre-commit validate-manifest {}", hooks.display()));
    for block in blocks_with("hooks:") {
        example.write(".pre-commit-config.yaml", &block);
        example.ok("pre-commit validate-config .pre-commit-config.yaml");
    }
}

#[test]
#[ignore = "needs check-jsonschema: run .ci/tools first"]
fn the_github_action_and_the_gitlab_template_are_valid() {
    let example = Example::of("terraform");
    for (schema, file) in [("github-actions", "action.yml"), ("gitlab-ci", "templates/imagelock.gitlab-ci.yml")] {
        let path = repository(file);
        example.ok(&format!("check-jsonschema --builtin-schema vendor.{schema} {}", path.display()));
        example.write(
            "wrong.yml",
            &std::fs::read_to_string(path).unwrap().replace("description:", "descr:").replace("script:", "scripts:"),
        );
        let wrong = example.run(&format!("check-jsonschema --builtin-schema vendor.{schema} wrong.yml"));
        assert_eq!(wrong.status, Some(1), "{file} {wrong}");
    }
}

/// Runs the last step of the action as GitHub would: its inputs become environment variables.
fn act(example: &Example, inputs: &[(&str, &str)]) -> String {
    let action = repository("action.yml");
    let read = format!("import yaml; print(yaml.safe_load(open('{}'))['runs']['steps'][-1]['run'])", action.display());
    example.write("step.sh", &example.script("python3", &read));
    for file in ["output", "summary"] {
        example.write(file, "");
    }
    let defaults = [("COMMAND", "check"), ("MANIFEST", "images.toml"), ("IMAGES", ""), ("FAIL_ON_DRIFT", "true")];
    let event = [("EVENT", "schedule"), ("BASE", "")];
    let variables: Vec<String> =
        defaults.iter().chain(&event).chain(inputs).map(|(name, value)| format!("{name}='{value}'")).collect();
    let run = example.run_script(
        "bash",
        &format!(
            "export RUNNER_TEMP=. GITHUB_OUTPUT=output GITHUB_STEP_SUMMARY=summary {}; bash -e step.sh",
            variables.join(" ")
        ),
    );
    format!("{run}--- outputs\n{}--- summary\n{}", example.read("output"), example.read("summary"))
}

/// Replaces the Marketplace that the action uses with the catalog of November.
fn use_november_catalog(example: &Example) {
    let program = example.script("sh", "command -v imagelock");
    std::fs::create_dir_all(example.path("imagelock/bin")).unwrap();
    let wrapper = format!("#!/bin/sh\ncommand=$1; shift\nexec {} $command {NOVEMBER} \"$@\"\n", program.trim());
    example.write("imagelock/bin/imagelock", &wrapper);
    example.ok("chmod +x imagelock/bin/imagelock");
}

#[test]
#[ignore = "needs PyYAML: run .ci/tools first"]
fn the_action_reports_drift_and_fails() {
    let example = Example::of("terraform");
    use_november_catalog(&example);
    assert_snapshot!(act(&example, &[]), @r"
    ::warning file=images.toml,line=15,col=9,endColumn=23,title=imagelock%3A db%3A outdated::fr-par-1 x86_64: 48 days behind (2026-10-20); 1 version behind%0Ato upgrade to the newest version: imagelock upgrade db --catalog ../quickstart/catalog-2026-11-02.json
    ::warning file=images.toml,line=12,col=9,endColumn=23,title=imagelock%3A web%3A outdated::fr-par-1 x86_64: 48 days behind (2026-10-20); 1 version behind%0Ato upgrade to the newest version: imagelock upgrade web --catalog ../quickstart/catalog-2026-11-02.json
    2 pins: 2 outdated
    the Marketplace does not list the IDs of 2 pins (`db` and `web`), so they cannot be verified
    --- stderr
    wrote `./imagelock.md`
    wrote `./imagelock.sarif`
    --- exit 2
    --- outputs
    drift=true
    sarif=./imagelock.sarif
    report=./imagelock.md
    --- summary
    ### The images have drifted

    2 pins: 2 outdated

    | status | image | zones | label | pinned | published | newest | detail |
    |---|---|---|---|---|---|---|---|
    | **outdated** | `db` | fr-par-1 x86_64 | ubuntu\_noble | `35fdc69b` | 2026-09-02 | `3559232e` | 48 days behind (2026-10-20); 1 version behind |
    | **outdated** | `web` | fr-par-1 x86_64 | ubuntu\_noble | `35fdc69b` | 2026-09-02 | `3559232e` | 48 days behind (2026-10-20); 1 version behind |

    The Marketplace does not list the IDs of 2 pins (`db` and `web`), so they cannot be verified.

    To upgrade to the newest version:

    ```sh
    imagelock upgrade db web --catalog ../quickstart/catalog-2026-11-02.json
    ```
    ");
    assert_snapshot!(act(&example, &[("IMAGES", "db"), ("FAIL_ON_DRIFT", "false")]), @r"
    ::warning file=images.toml,line=15,col=9,endColumn=23,title=imagelock%3A db%3A outdated::fr-par-1 x86_64: 48 days behind (2026-10-20); 1 version behind%0Ato upgrade to the newest version: imagelock upgrade db --catalog ../quickstart/catalog-2026-11-02.json
    1 pin: 1 outdated
    the Marketplace does not list the ID of 1 pin (`db`), so it cannot be verified
    --- stderr
    wrote `./imagelock.md`
    wrote `./imagelock.sarif`
    --- exit 0
    --- outputs
    drift=true
    sarif=./imagelock.sarif
    report=./imagelock.md
    --- summary
    ### The images have drifted

    1 pin: 1 outdated

    | status | image | zones | label | pinned | published | newest | detail |
    |---|---|---|---|---|---|---|---|
    | **outdated** | `db` | fr-par-1 x86_64 | ubuntu\_noble | `35fdc69b` | 2026-09-02 | `3559232e` | 48 days behind (2026-10-20); 1 version behind |

    The Marketplace does not list the ID of 1 pin (`db`), so it cannot be verified.

    To upgrade to the newest version:

    ```sh
    imagelock upgrade db --catalog ../quickstart/catalog-2026-11-02.json
    ```
    ");
    assert_snapshot!(act(&example, &[("MANIFEST", "nowhere.toml")]), @"
    --- stderr
    error: cannot find the manifest `nowhere.toml`
     |
     = help: to create one: `imagelock init --manifest nowhere.toml`; to use another manifest: `--manifest PATH`
    --- exit 1
    --- outputs
    --- summary
    ");
    assert_snapshot!(act(&example, &[("COMMAND", "chekc")]), @"
    ::error title=imagelock::`command` is neither check nor upgrade: chekc
    --- exit 1
    --- outputs
    --- summary
    ");
}

#[test]
#[ignore = "needs PyYAML: run .ci/tools first"]
fn the_action_moves_pins_and_writes_the_body_of_a_pull_request() {
    let example = Example::of("terraform");
    use_november_catalog(&example);
    example.script("sh", "git init -q && git add images.* main.tf");
    assert_snapshot!(act(&example, &[("COMMAND", "upgrade"), ("IMAGES", "web\n")]), @r"
    --- stderr
    wrote `images.auto.tfvars.json`
    --- exit 0
    --- outputs
    changed=true
    report=./imagelock.md
    --- summary
    1 moved, 1 kept

    | change | image | zone, arch | label | from | to | detail |
    |---|---|---|---|---|---|---|
    | **moved** | `web` | fr-par-1 x86_64 | ubuntu\_noble | `35fdc69b` | `3559232e` | published 2026-09-02 → 2026-10-20 |
    ");
    assert_snapshot!(act(&example, &[("COMMAND", "upgrade"), ("IMAGES", "web")]), @"
    --- exit 0
    --- outputs
    changed=false
    report=./imagelock.md
    --- summary
    No pins change.
    ");
    assert!(act(&example, &[("COMMAND", "upgrade"), ("IMAGES", "\ndb\nweb\n")]).contains("changed=true"));
    // Updating an output that was out of date is a change as well.
    example.script("sh", "git add images.* && rm images.auto.tfvars.json");
    assert!(act(&example, &[("COMMAND", "upgrade")]).contains("changed=true"));
}

/// Image names are the only option with several values, and no input can end that list.
#[test]
#[ignore = "needs PyYAML: run .ci/tools first"]
fn an_input_of_the_action_is_never_treated_as_an_option_or_a_command() {
    let example = Example::of("terraform");
    use_november_catalog(&example);
    let before = example.read("images.lock");
    for (name, value) in [
        ("IMAGES", "--dry-run"),
        ("IMAGES", "web --catalog=other.json"),
        ("IMAGES", "web\n-q"),
        ("IMAGES", "--"),
        ("MANIFEST", "--offline"),
        ("MANIFEST", "-v"),
        ("MANIFEST", ""),
        ("COMMAND", "check\n::warning::forged"),
    ] {
        for command in ["check", "upgrade"] {
            let ran = act(&example, &[("COMMAND", command), (name, value)]);
            assert!(ran.starts_with("::error title=imagelock::"), "{command} {name}={value}\n{ran}");
            assert!(ran.contains("--- exit 1\n--- outputs\n--- summary\n"), "{command} {name}={value}\n{ran}");
            assert!(!ran.contains("\n::"), "{ran}");
        }
    }
    // Text that a shell would run or expand is treated as an unknown image name.
    for value in ["$(touch hacked)", "`touch hacked`", "web;touch", "*", "~", "\\", "\"web"] {
        for command in ["check", "upgrade"] {
            let ran = act(&example, &[("COMMAND", command), ("IMAGES", value)]);
            assert!(ran.contains("--- exit 1"), "{command} {value}\n{ran}");
        }
    }
    assert!(!example.path("hacked").exists());
    assert_eq!(example.read("images.lock"), before);
}

#[test]
#[ignore = "needs PyYAML: run .ci/tools first"]
fn the_action_and_the_template_verify_the_changes_of_a_pull_request() {
    let example = Example::of("terraform");
    use_november_catalog(&example);
    let git = "git -c user.name=x -c user.email=x@localhost";
    example.script("sh", &format!("git init -q -b main && git add images.* main.tf && {git} commit -qm Pin"));
    example.script("sh", "git update-ref refs/remotes/origin/main HEAD && git switch -qc branch");
    let pull_request = [("EVENT", "pull_request"), ("BASE", "refs/remotes/origin/main")];
    let job = || {
        let read = "import yaml; print('\\n'.join(yaml.safe_load(open('TEMPLATE'))['imagelock:changes']['script']))";
        let template = repository("templates/imagelock.gitlab-ci.yml").display().to_string();
        let script = example.script("python3", &read.replace("TEMPLATE", &template));
        let variables = "IMAGELOCK_MANIFEST=images.toml CI_MERGE_REQUEST_DIFF_BASE_SHA=$(git rev-parse main)";
        example.run_script("sh", &format!("export PATH=\"$PWD/imagelock/bin:$PATH\" {variables}; {script}")).status
    };
    // An unchanged lockfile passes even if its pins are outdated.
    assert!(act(&example, &pull_request).contains("drift=false"));
    assert_eq!(job(), Some(0));
    example.ok(&format!("imagelock upgrade {NOVEMBER} web"));
    let ran = act(&example, &pull_request);
    assert!(ran.contains("drift=false") && ran.contains("### The change passes") && ran.contains("**moved**"), "{ran}");
    assert_eq!(job(), Some(0));
    // The pins now have the IDs of another image, with valid digests.
    let lock = Lock::parse(&example.read("images.lock")).unwrap();
    let swapped = lock.pins().iter().cloned().map(|mut pin| {
        pin.id = "99999999-9999-4999-8999-999999999999".parse().unwrap();
        pin
    });
    example.write("images.lock", &Lock::new(swapped).write());
    let ran = act(&example, &pull_request);
    assert!(ran.contains("unverified") && ran.contains("--- exit 2") && ran.contains("drift=true"), "{ran}");
    assert_eq!(job(), Some(2));
    // An unknown base revision never counts as unchanged.
    for base in ["", "refs/remotes/origin/other"] {
        let ran = act(&example, &[("EVENT", "pull_request"), ("BASE", base)]);
        assert!(ran.contains("--- exit 1") && !ran.contains("drift="), "{ran}");
    }
}

#[test]
#[ignore = "needs PyYAML: run .ci/tools first"]
fn the_gitlab_job_reports_drift() {
    let example = Example::of("terraform");
    use_november_catalog(&example);
    let template = repository("templates/imagelock.gitlab-ci.yml");
    let job = |name: &str| {
        let read = format!(
            "import yaml; print('\\n'.join(yaml.safe_load(open('{}'))['imagelock:{name}']['script']))",
            template.display()
        );
        let script = example.script("python3", &read);
        example
            .run_script(
                "sh",
                &format!("export PATH=\"$PWD/imagelock/bin:$PATH\" IMAGELOCK_MANIFEST=images.toml; {script}"),
            )
            .status
    };
    assert_eq!(job("drift"), Some(2));
    assert!(example.read("imagelock.xml").contains("<failure type=\"outdated\""));
    assert!(example.read("imagelock.md").starts_with("### The images have drifted"));
}
