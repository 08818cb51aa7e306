//! Ansible reads the pins from the variables of all hosts.

use insta::assert_snapshot;

use crate::support::example::{Example, NOVEMBER};

#[test]
#[ignore = "needs ansible-playbook: run .ci/tools first"]
fn a_playbook_reads_the_pins() {
    let example = Example::of("ansible");
    assert_snapshot!(example.ok("ansible-playbook playbook.yml"), @r#"

    PLAY [localhost] ***************************************************************

    TASK [Show what the server would be made from] *********************************
    ok: [localhost] => {
        "msg": "35fdc69b-503a-4d8c-8879-497a1abfd103"
    }

    PLAY RECAP *********************************************************************
    localhost                  : ok=1    changed=0    unreachable=0    failed=0    skipped=0    rescued=0    ignored=0
    "#);
    example.ok(&format!("imagelock upgrade web {NOVEMBER}"));
    let after = example.ok("ansible-playbook playbook.yml");
    assert!(after.contains("\"msg\": \"3559232e-6848-4761-b469-a6ac569e248d\""), "{after}");
}
