//! `--timeout` limits commands that use git or the network, and no process is left behind.

use std::os::unix::fs::PermissionsExt;

use crate::support::fake_marketplace::FakeMarketplace;
use crate::support::git_repository::{lock, moved};
use crate::support::sandbox::Sandbox;

/// Returns a sandbox with a fake `git` that prints its version, writes its process ID to a file, and then runs `then`.
fn with_fake_git(sandbox: Sandbox, then: &str) -> Sandbox {
    std::fs::create_dir(sandbox.path("fake")).unwrap();
    let process = sandbox.path("process").to_str().unwrap().to_owned();
    let text = format!(
        "#!/bin/sh\nfor word; do [ \"$word\" = version ] && echo git version 2.47.3 && exit; done\n\
         echo $$ > {process}\n{then}\n"
    );
    sandbox.write("fake/git", text);
    std::fs::set_permissions(sandbox.path("fake/git"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", sandbox.path("fake").display(), std::env::var("PATH").unwrap());
    sandbox.env("PATH", &path)
}

/// Returns whether a process is running. A zombie, which waits for its parent, does not count.
fn is_running(process: &str) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.trim())).unwrap_or_default();
    !status.is_empty() && !status.contains("State:\tZ")
}

#[test]
fn a_git_that_hangs_is_killed_at_the_deadline() {
    for hang in [
        "exec sleep 600",
        // Closes its output but does not exit.
        "exec 1>&- 2>&-; exec sleep 600",
        // Never stops printing.
        "exec yes",
    ] {
        let sandbox = with_fake_git(moved(), hang);
        for line in ["log --timeout 1", "diff --timeout 1"] {
            let run = sandbox.run(line);
            assert_eq!(run.status, Some(1), "{line}: {run}");
            assert!(!is_running(&sandbox.read("process")), "{hang}");
            if hang != "exec yes" {
                let expected = "error: cannot finish within 1 s\n |\n = help: allow more time with `--timeout DURATION`, like `--timeout 5m`\n";
                assert_eq!(run.stderr, expected, "{hang}");
            }
        }
    }
}

/// The run waits neither for a request nor for git: a full pipe blocks its output.
#[test]
fn a_run_that_is_stuck_writing_its_output_ends_at_the_deadline() {
    let marketplace = FakeMarketplace::offering([]);
    let sandbox = Sandbox::new().asking(&marketplace).env("PATH", &std::env::var("PATH").unwrap());
    let run = sandbox.shell(
        "mkfifo full; exec 3<>full; head -c 65536 /dev/zero >&3; $IMAGELOCK search --verbose --timeout 1 2>&3; echo $?",
    );
    assert_eq!(run.stdout, "1\n");
}

/// The deadline does not apply to printing, because the reader of the output may be slow.
#[test]
fn a_slow_reader_of_the_output_does_not_end_the_run() {
    let sandbox = moved();
    // The output is longer than the buffer of a pipe.
    let names: Vec<String> = (0..300).map(|n| format!("n{n:03}")).collect();
    sandbox.write("images.lock", lock(&names.iter().map(|name| (&**name, 1)).collect::<Vec<_>>()));
    let run = sandbox.shell("$IMAGELOCK log --timeout 1 --format json | { sleep 4; cat; }");
    assert_eq!(run.status, Some(0));
    assert!(run.stdout.ends_with("}\n"), "{run}");
    assert_eq!(run.stderr, "");
}

#[test]
fn endless_standard_input_ends_the_run_at_the_deadline() {
    let sandbox = Sandbox::new().env("PATH", &std::env::var("PATH").unwrap());
    let run = sandbox.shell("mkfifo never; exec 3<>never; $IMAGELOCK adopt --from - --timeout 1 <&3; echo $?");
    assert_eq!(run.stdout, "1\n", "{run}");
    assert!(run.stderr.contains("cannot finish within 1 s"), "{run}");
}
