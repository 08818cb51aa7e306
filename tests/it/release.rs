//! The release of every image that the Marketplace is recorded to have offered, 2019 to 2025.

use imagelock::domain::release::release_of;

/// Label, name, and the release read from them without a pattern, or `-`: each row is what a person would read.
///
/// A code name alone is no release. Neither are the 10.1 of `ubuntu_bionic_ml_10.1` (CUDA's) and the 12 of
/// `ubuntu_noble_gpu_os_12` (GPU OS's): that is why only the first two words after a label's or a name's first are
/// looked at. To ask for those, put the star of a pattern there.
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
fn releases_of_all_recorded_images() {
    for &(label, name, expected) in READ {
        let release = release_of(&label.parse().unwrap(), name, None);
        let read = release.as_ref().map_or("-", |release| release.as_str());
        assert_eq!(read, expected, "{label} ({name})");
    }
}
