//! What CI systems and pre-commit read of this repository, judged by programs that know their formats.

use super::{Example, repository};
use crate::docs::blocks;

/// The one YAML block of the README that says this.
fn block(says: &str) -> &'static str {
    let blocks: Vec<&str> = blocks("yaml").into_iter().filter(|block| block.contains(says)).collect();
    assert_eq!(blocks.len(), 1, "{says}");
    blocks[0]
}

#[test]
#[ignore = "needs check-jsonschema: run .ci/tools first"]
fn the_workflow_of_the_readme_is_one() {
    let example = Example::of("terraform");
    example.write("drift.yml", block("schedule:"));
    example.ok("check-jsonschema --builtin-schema vendor.github-workflows drift.yml");
    // Or else that would show nothing.
    example.write("drift.yml", &block("schedule:").replace("runs-on", "run-on"));
    assert_eq!(example.run("check-jsonschema --builtin-schema vendor.github-workflows drift.yml").status, Some(1));
}

#[test]
#[ignore = "needs pre-commit: run .ci/tools first"]
fn the_hook_and_the_readme_are_what_pre_commit_reads() {
    let example = Example::of("terraform");
    let hooks = repository(".pre-commit-hooks.yaml");
    example.ok(&format!("pre-commit validate-manifest {}", hooks.display()));
    example.write(".pre-commit-config.yaml", block("hooks:"));
    example.ok("pre-commit validate-config .pre-commit-config.yaml");
}
