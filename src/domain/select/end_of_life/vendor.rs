//! When the vendor of a system ends free, public security updates: a table by label, built into the crate.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use toml::de::{DeTable, DeValue};

use crate::domain::types::Label;

const TEXT: &str = include_str!("end-of-support.toml");

/// `None` if the table is malformed. The tests below exclude that.
static TABLE: LazyLock<Option<Table>> = LazyLock::new(|| read(TEXT));

/// How certain a date is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// The source gives the day.
    Day,
    /// The source gives the day, but the vendor may still change it.
    Planned,
    /// The day is derived from the date of another system.
    Estimate,
}

/// When the vendor of a system ends free, public security updates, and the source of that date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndOfSupport {
    /// The system and its release: `Ubuntu 20.04 LTS`.
    pub product: String,
    /// The last day of updates. The system has reached its end of life on the day after.
    pub end: Date,
    /// How certain that day is.
    pub precision: Precision,
    /// The name of the source: `distro-info-data`.
    pub source: String,
}

struct Table {
    as_of: Date,
    ends: BTreeMap<Label, EndOfSupport>,
}

/// When the vendor ends support for the system of a label; `None` if the built-in table has no such system.
pub fn vendor_end(label: &Label) -> Option<EndOfSupport> {
    let ends = &TABLE.as_ref()?.ends;
    ends.get(label).or_else(|| ends.get(&base_system(label)?)).cloned()
}

/// The day on which the built-in table was compiled; `None` if the table is malformed.
pub fn as_of() -> Option<Date> {
    TABLE.as_ref().map(|table| table.as_of)
}

/// The label of the system that an image with additional drivers or tools is based on: `ubuntu_jammy` for
/// `ubuntu_jammy_gpu_os_12` and `ubuntu_bionic` for `ubuntu_bionic_ml_10.1`.
fn base_system(label: &Label) -> Option<Label> {
    let (system, version) = ["_gpu_os_", "_ml_"].into_iter().find_map(|mark| label.as_str().rsplit_once(mark))?;
    let numbers = version.split('.').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()));
    if numbers { system.parse().ok() } else { None }
}

fn read(text: &str) -> Option<Table> {
    let document = DeTable::parse(text).ok()?;
    let as_of = date(document.get_ref(), "as-of")?;
    let systems = document.get_ref().get("systems")?.get_ref().as_table()?;
    let ends = systems
        .iter()
        .map(|(label, system)| Some((label.get_ref().parse().ok()?, entry(system.get_ref())?)))
        .collect::<Option<_>>()?;
    Some(Table { as_of, ends })
}

fn entry(system: &DeValue<'_>) -> Option<EndOfSupport> {
    let system = system.as_table()?;
    let string = |key| system.get(key)?.get_ref().as_str();
    let precision = match string("precision")? {
        "day" => Precision::Day,
        "planned" => Precision::Planned,
        "estimate" => Precision::Estimate,
        _ => return None,
    };
    Some(EndOfSupport {
        product: string("product")?.to_owned(),
        end: date(system, "end")?,
        precision,
        source: string("source")?.to_owned(),
    })
}

fn date(table: &DeTable<'_>, key: &str) -> Option<Date> {
    table.get(key)?.get_ref().as_datetime()?.to_string().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table's entry for a label: product, end, precision and source.
    fn known(label: &str) -> Option<(String, String, Precision, String)> {
        let found = vendor_end(&label.parse().unwrap())?;
        Some((found.product, found.end.to_string(), found.precision, found.source))
    }

    fn end(label: &str) -> Option<String> {
        known(label).map(|(_, end, ..)| end)
    }

    #[test]
    fn the_built_in_table_is_well_formed() {
        let document = DeTable::parse(TEXT).unwrap();
        let top: Vec<&str> = document.get_ref().keys().map(|key| key.get_ref().as_ref()).collect();
        assert_eq!(top, ["as-of", "systems"]);
        // The parser rejects duplicate labels.
        let mut systems: Vec<_> =
            document.get_ref().get("systems").unwrap().get_ref().as_table().unwrap().iter().collect();
        systems.sort_unstable_by_key(|(label, _)| label.span().start);
        let mut labels: Vec<Label> = Vec::new();
        for (label, system) in systems {
            let written = &TEXT[label.span().start..system.span().end];
            let mut keys: Vec<&str> =
                system.get_ref().as_table().unwrap().keys().map(|key| key.get_ref().as_ref()).collect();
            keys.sort_unstable();
            assert_eq!(keys, ["end", "precision", "product", "source"], "{written}");
            let label: Label = label.get_ref().parse().unwrap_or_else(|expected| panic!("{expected}: {written}"));
            let end = entry(system.get_ref()).unwrap_or_else(|| panic!("malformed: {written}"));
            assert!(!end.product.is_empty() && !end.source.is_empty(), "{written}");
            assert!(base_system(&label).is_none(), "the end of its base system applies: {written}");
            labels.push(label);
        }
        assert!(labels.is_sorted(), "not sorted");
        let table = read(TEXT).unwrap();
        assert!(table.ends.into_keys().eq(labels));
        assert_eq!(as_of(), Some(table.as_of));
    }

    #[test]
    fn every_source_is_described_at_the_top_of_the_table() {
        let head = TEXT.split("as-of = ").next().unwrap();
        for end in read(TEXT).unwrap().ends.into_values() {
            assert!(head.contains(&format!("#   {} ", end.source)), "{end:?}");
        }
    }

    #[test]
    fn a_malformed_table_is_refused() {
        let text = r#"as-of = 2026-11-24
            systems.a = { product = "A 1", end = 2024-01-31, precision = "day", source = "A" }"#;
        assert!(read(text).is_some());
        for (right, wrong) in [
            ("as-of", "of"),
            ("systems.a", "systems.'a b'"),
            (r#"product = "A 1", "#, ""),
            ("2024-01-31", "2024-01-32"),
            ("2024-01-31", r#""2024-01-31""#),
            (r#""day""#, r#""perhaps""#),
        ] {
            assert!(read(&text.replace(right, wrong)).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_system_ends_when_its_free_updates_end() {
        let row = |product: &str, end: &str, precision, source: &str| {
            Some((product.to_owned(), end.to_owned(), precision, source.to_owned()))
        };
        assert_eq!(known("ubuntu_bionic"), row("Ubuntu 18.04 LTS", "2023-05-31", Precision::Day, "distro-info-data"));
        assert_eq!(known("ubuntu_focal"), row("Ubuntu 20.04 LTS", "2025-05-29", Precision::Day, "distro-info-data"));
        assert_eq!(known("centos_7.9"), row("CentOS Linux 7", "2024-06-30", Precision::Day, "CentOS blog"));
        assert_eq!(known("fedora_37"), row("Fedora Linux 37", "2023-12-05", Precision::Day, "endoflife.date"));
        assert_eq!(
            known("fedora_43"),
            row("Fedora Linux 43", "2026-12-02", Precision::Planned, "Fedora 43's os-release")
        );
        assert_eq!(
            known("centos_stream_9"),
            row("CentOS Stream 9", "2027-05-31", Precision::Estimate, "endoflife.date")
        );
    }

    #[test]
    fn debian_ends_when_its_free_lts_ends() {
        assert_eq!(end("debian_buster").unwrap(), "2024-06-30");
        assert_eq!(end("debian_bullseye").unwrap(), "2026-08-31");
    }

    #[test]
    fn a_derived_image_has_the_end_of_life_of_its_base_system() {
        assert_eq!(end("ubuntu_jammy").unwrap(), "2027-06-01");
        assert_eq!(known("ubuntu_jammy_gpu_os_12"), known("ubuntu_jammy"));
        assert_eq!(known("ubuntu_bionic_ml_10.1"), known("ubuntu_bionic"));
        assert_eq!(known("windows_server_2022_core"), known("windows_server_2022"));
    }

    #[test]
    fn other_labels_have_no_known_end_of_life() {
        for label in ["wordpress", "arch_linux", "fedora", "ubuntu_jammy_gpu_os_", "ubuntu_jammy_gpu_os_x", "a_ml_1"] {
            assert_eq!(known(label), None, "{label}");
        }
    }
}
