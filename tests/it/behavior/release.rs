//! Releases: how they are read from labels and names, compared, and selected by ranges.

use imagelock::domain::types::{Expected, LabelPattern, Range, Release, release_of};

fn release(text: &str) -> Release {
    text.parse().unwrap()
}

fn range(text: &str) -> Range {
    text.parse().unwrap()
}

fn pattern(text: &str) -> LabelPattern {
    text.parse().unwrap()
}

fn matches(text: &str, label: &str) -> bool {
    pattern(text).matches(&label.parse().unwrap())
}

fn read(starred: &str, label: &str, name: &str) -> Option<String> {
    release_of(&label.parse().unwrap(), name, Some(&pattern(starred))).map(|release| release.to_string())
}

#[test]
fn a_release_has_one_to_three_numbers() {
    for good in ["9", "24.04", "7.9", "2022", "0", "00", "10.0.1", "18446744073709551615"] {
        assert_eq!(release(good).as_str(), good);
    }
    for bad in
        ["", ".", "9.", ".9", "7..9", "1.2.3.4", "v9", "9a", "+9", "-9", "9.+1", " 9", "9 ", "24.04-lts", "1e3", "٣"]
    {
        assert!(bad.parse::<Release>().is_err(), "{bad}");
    }
    assert!("18446744073709551616".parse::<Release>().is_err());
    assert!("1.99999999999999999999".parse::<Release>().is_err());
    assert_eq!(format!("[{:>6}]", release("7.9")), "[   7.9]");
    assert_eq!(
        "noble".parse::<Release>().unwrap_err().to_string(),
        "expected one to three numbers with dots between them, like `24.04`"
    );
}

#[test]
fn releases_are_ordered_by_their_numbers_then_as_text() {
    for (older, newer) in [
        ("9", "10"),
        ("24.04", "24.10"),
        ("7.9", "7.10"),
        ("9.10", "10.04"),
        ("7", "7.3"),
        ("7.9", "8"),
        ("1.2.9", "1.2.10"),
        ("2019", "2022"),
    ] {
        assert!(release(older) < release(newer), "{older} < {newer}");
    }
    // These releases are equal as versions. They are then compared as text, so that a choice never depends on the order
    // of a list.
    assert!(release("24.04") < release("24.4"));
    assert_ne!(release("9"), release("9.0"));
}

#[test]
fn a_range_has_the_syntax_of_cargo_and_may_have_leading_zeros() {
    for (text, inside, outside) in [
        (">=41, <44", &["41", "43", "43.9"][..], &["40", "44", "44.1"][..]),
        (">=22.04", &["22.04", "22.10", "24.04", "23"], &["20.10", "22", "22.03"]),
        ("=9", &["9", "9.4"], &["8.9", "10"]),
        ("^22", &["22", "22.04", "22.10"], &["21.10", "23.04"]),
        ("22.04", &["22.04", "22.10"], &["22", "23.04"]),
        ("~24.04", &["24.04", "24.4.1"], &["24.10", "24", "25.04"]),
        (">22", &["23", "23.04"], &["22", "22.04"]),
        ("<=22", &["22.10", "21"], &["23"]),
        ("24.*", &["24.04", "24.10"], &["23.10", "25.04"]),
        (">=007.010", &["7.10", "8"], &["7.9"]),
        (">=0", &["0", "0.1", "9"], &[]),
        (">=10.0, <100", &["10", "10.0", "99"], &["9", "100"]),
        ("*", &["0", "7.9", "2022"], &[]),
    ] {
        assert!(inside.iter().all(|inside| range(text).contains(&release(inside))), "{text}");
        assert!(!outside.iter().any(|outside| range(text).contains(&release(outside))), "{text}");
        assert_eq!(range(text).to_string(), text);
    }
}

#[test]
fn invalid_ranges_are_refused() {
    let invalid =
        ["", "noble", ">=", ">=22.04.", ">=41 <44", "22.04-24.04", "*, >=4", "41 || 42", "99999999999999999999"];
    for text in invalid {
        assert_eq!(text.parse::<Range>(), Err(Expected("a range of releases, like `>=41, <44`")), "{text}");
    }
}

#[test]
fn a_pattern_is_a_label_with_a_star() {
    for good in ["*", "fedora_*", "*_9", "ubuntu_*_gpu_os_*", "centos_7.*", "node.*", "a-*"] {
        assert_eq!(pattern(good).as_str(), good);
        assert_eq!(pattern(good).to_string(), good);
    }
    for bad in ["", "fedora_41", "_*", "-*", "fedora *", "fedora_?*", "fedora/*", "é*"] {
        assert!(bad.parse::<LabelPattern>().is_err(), "{bad}");
    }
    assert!(format!("{}*", "a".repeat(128)).parse::<LabelPattern>().is_err());
}

#[test]
fn a_star_matches_one_segment() {
    assert!(matches("ubuntu_*", "ubuntu_noble"));
    assert!(!matches("ubuntu_*", "ubuntu_jammy_gpu_os_12"));
    assert!(!matches("ubuntu_*", "ubuntu"));
    assert!(matches("ubuntu_*_gpu_os_*", "ubuntu_jammy_gpu_os_12"));
    assert!(matches("centos_7.*", "centos_7.9"));
    assert!(!matches("centos_7.*", "centos_8"));
    assert!(!matches("centos_*", "centos_stream_9"));
    assert!(matches("*_9", "almalinux_9"));
    assert!(matches("*", "docker"));
    assert!(matches("*o*e*", "discourse"));
    assert!(!matches("no*oble", "noble"));
    assert!(!matches("Ubuntu_*", "ubuntu_noble"));
}

#[test]
fn a_release_is_read_from_the_star_or_from_the_name() {
    let reads = [
        ("fedora_*", "fedora_41", "Fedora 41", Some("41")),
        ("centos_*", "centos_7.9", "CentOS 7.9", Some("7.9")),
        ("windows_server_*_core", "windows_server_2022_core", "Windows Server 2022 Core", Some("2022")),
        // The star matches the release of the add-on.
        ("ubuntu_jammy_gpu_os_*", "ubuntu_jammy_gpu_os_12", "Ubuntu Jammy GPU OS 12", Some("12")),
        ("ubuntu_*_gpu_os_*", "ubuntu_jammy_gpu_os_12", "Ubuntu Jammy GPU OS 12", Some("12")),
        ("ubuntu_*_gpu_os_12", "ubuntu_jammy_gpu_os_12", "Ubuntu Jammy GPU OS 12", None),
        // If the star matches a code name, the release is read from the name or is unknown.
        ("ubuntu_*", "ubuntu_noble", "Ubuntu 24.04 Noble Numbat", Some("24.04")),
        ("ubuntu_*", "ubuntu_noble", "Ubuntu 24.04 LTS", Some("24.04")),
        ("debian_*", "debian_bookworm", "Debian 12 (Bookworm)", Some("12")),
        ("debian_*", "debian_bookworm", "Debian Bookworm (12)", Some("12")),
        ("debian_*", "debian_bookworm", "Debian Bookworm", None),
        ("*_9", "almalinux_9", "AlmaLinux 9", Some("9")),
        // The whole segment is tried before the part that the star matches.
        ("centos_7.*", "centos_7.9", "CentOS", Some("7.9")),
        ("centos_*.*", "centos_7.9", "CentOS", Some("7.9")),
        ("fedora-*", "fedora-41", "Fedora", Some("41")),
        ("el*-minimal", "el9-minimal", "EL", Some("9")),
        // A part of a number is not a release. If two numbers match, neither is a release.
        ("ubuntu2*", "ubuntu24.04", "Ubuntu", None),
        ("ubuntu22.*", "ubuntu22.04", "Ubuntu", None),
        ("ubuntu*4", "ubuntu24.04", "Ubuntu", None),
        ("v*1*", "v112", "V", None),
        ("ubuntu_*_cuda_*", "ubuntu_22.04_cuda_12", "Ubuntu", None),
        ("ubuntu_*_cuda_*", "ubuntu_22.04_cuda_12", "Ubuntu 22.04 CUDA 12", Some("22.04")),
        // The label does not match the pattern.
        ("debian_*", "fedora_41", "Fedora", Some("41")),
    ];
    for (starred, label, name, release) in reads {
        assert_eq!(read(starred, label, name).as_deref(), release, "{starred} {label} {name}");
    }
}

/// Every image that was recorded from 2019 to 2025: its label, its name, and the release that is read from them without
/// a pattern, or `-`. Each release is what a person would read.
///
/// A code name is not a release. Neither is the 10.1 of `ubuntu_bionic_ml_10.1` (the CUDA version) or the 12 of
/// `ubuntu_noble_gpu_os_12` (the GPU OS version). For this reason, only the first two words after the first word of a
/// label or name count. A pattern with a star in these places selects by those numbers.
const READ: &[(&str, &str, &str)] = &[
    ("almalinux_8", "AlmaLinux 8", "8"),
    ("almalinux_9", "AlmaLinux 9", "9"),
    ("alpine_linux", "Alpine Linux", "-"),
    ("arch_linux", "Arch Linux", "-"),
    ("centos_7.3", "CentOS 7.3", "7.3"),
    ("centos_7.4", "CentOS 7.4", "7.4"),
    ("centos_7.6", "CentOS 7.6", "7.6"),
    ("centos_7.9", "CentOS 7.9", "7.9"),
    ("centos_8", "CentOS 8", "8"),
    ("centos_stream_8", "Centos Stream 8", "8"),
    ("centos_stream_9", "Centos Stream 9", "9"),
    ("debian_bookworm", "Debian 12 (Bookworm)", "12"),
    ("debian_bookworm", "Debian Bookworm", "-"),
    ("debian_bullseye", "Debian 11 (Bullseye)", "11"),
    ("debian_bullseye", "Debian Bullseye", "-"),
    ("debian_buster", "Debian Buster", "-"),
    ("debian_jessie", "Debian Jessie", "-"),
    ("debian_stretch", "Debian Stretch", "-"),
    ("debian_trixie", "Debian 13 (Trixie)", "13"),
    ("discourse", "Discourse", "-"),
    ("docker", "Docker", "-"),
    ("drupal", "Drupal", "-"),
    ("elk_stack", "ELK stack", "-"),
    ("etherpad", "Etherpad", "-"),
    ("fedora", "Fedora", "-"),
    ("fedora_27", "Fedora 27", "27"),
    ("fedora_28", "Fedora 28", "28"),
    ("fedora_29", "Fedora 29", "29"),
    ("fedora_32", "Fedora 32", "32"),
    ("fedora_34", "Fedora 34", "34"),
    ("fedora_35", "Fedora 35", "35"),
    ("fedora_36", "Fedora 36", "36"),
    ("fedora_37", "Fedora 37", "37"),
    ("fedora_38", "Fedora 38", "38"),
    ("fedora_39", "Fedora 39", "39"),
    ("fedora_40", "Fedora 40", "40"),
    ("fedora_41", "Fedora 41", "41"),
    ("fedora_42", "Fedora 42", "42"),
    ("fedora_43", "Fedora 43", "43"),
    ("ghost", "Ghost", "-"),
    ("gitlab", "GitLab", "-"),
    ("gogs", "Gogs", "-"),
    ("golang", "Golang", "-"),
    ("image_builder", "Image Builder", "-"),
    ("java", "Java", "-"),
    ("kanboard", "Kanboard", "-"),
    ("kapsule", "Kapsule", "-"),
    ("kapsule_jammy", "Kapsule Jammy", "-"),
    ("kapsule_noble", "Kapsule Noble", "-"),
    ("lemp_stack", "LEMP stack", "-"),
    ("mattermost", "Mattermost", "-"),
    ("minecraft", "Minecraft", "-"),
    ("nextcloud", "NextCloud", "-"),
    ("node.js", "Node.js", "-"),
    ("openvpn", "OpenVPN", "-"),
    ("owncloud", "ownCloud", "-"),
    ("prestashop", "PrestaShop", "-"),
    ("pydio", "Pydio", "-"),
    ("python", "Python", "-"),
    ("redis", "Redis", "-"),
    ("redmine", "Redmine", "-"),
    ("rockylinux_8", "Rocky Linux 8", "8"),
    ("rockylinux_9", "Rocky Linux 9", "9"),
    ("ruby", "Ruby", "-"),
    ("ruby_on_rails", "Ruby on Rails", "-"),
    ("serendipity", "Serendipity", "-"),
    ("torrents", "Torrents", "-"),
    ("ubuntu_bionic", "Ubuntu Bionic", "-"),
    ("ubuntu_bionic_ml_10.1", "Ubuntu Bionic ML 10.1", "-"),
    ("ubuntu_bionic_ml_9.2", "Ubuntu Bionic ML 9.2", "-"),
    ("ubuntu_focal", "Ubuntu 20.04 Focal Fossa", "20.04"),
    ("ubuntu_focal_gpu_os_11", "Ubuntu Focal GPU OS 11", "-"),
    ("ubuntu_jammy", "Ubuntu 22.04 Jammy Jellyfish", "22.04"),
    ("ubuntu_jammy_gpu_os_12", "Ubuntu Jammy GPU OS 12", "-"),
    ("ubuntu_noble", "Ubuntu 24.04 Noble Numbat", "24.04"),
    ("ubuntu_noble_gpu_os_12", "Ubuntu Noble GPU OS 12", "-"),
    ("ubuntu_trusty", "Ubuntu Trusty", "-"),
    ("ubuntu_xenial", "Ubuntu Xenial", "-"),
    ("webmin", "Webmin", "-"),
    ("windows_server_2022", "Windows Server 2022", "2022"),
    ("windows_server_2022_core", "Windows Server 2022 Core", "2022"),
    ("wordpress", "WordPress", "-"),
];

#[test]
fn releases_of_all_recorded_images_are_read() {
    for &(label, name, expected) in READ {
        let release = release_of(&label.parse().unwrap(), name, None);
        let read = release.as_ref().map_or("-", |release| release.as_str());
        assert_eq!(read, expected, "{label} ({name})");
    }
}
