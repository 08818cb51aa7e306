//! The cost of commands without the network, for 100 to 100,000 pins in one manifest, and for up to 1,000 manifests: time, CPU
//! time and memory, and the factor by which they grow with ten times as many pins.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark prints its results, fails with a panic, and uses only a part of the shared code"
)]

mod measure;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;

use measure::{Cost, cost, median, ms, rounds};

const LABELS: usize = 22;
const ARCHS: [&str; 2] = ["x86_64", "arm64"];
const ZONES: [&str; 10] = [
    "fr-par-1", "fr-par-2", "fr-par-3", "it-mil-1", "nl-ams-1", "nl-ams-2", "nl-ams-3", "pl-waw-1", "pl-waw-2",
    "pl-waw-3",
];
const CELLS: usize = ARCHS.len() * ZONES.len();

/// The program without any work, and the commands on one manifest.
const ONE_MANIFEST: [&str; 10] = [
    "--version",
    "get i0 --zone fr-par-1 --arch arm64",
    "list",
    "list --format json",
    "export tfvars",
    "export env",
    "export json",
    "resolve --locked",
    "resolve --catalog ../catalog.json",
    "check --catalog ../catalog.json",
];

/// The commands on many manifests.
const MANY_MANIFESTS: [&str; 3] = [
    "resolve --locked --recursive .",
    "resolve --catalog ../catalog.json --recursive .",
    "check --catalog ../catalog.json --recursive .",
];

fn main() {
    let directory = tempfile::tempdir().unwrap();
    catalog(&directory.path().join("catalog.json"));
    println!(
        "One manifest: wall time and CPU time in ms, and memory in MiB; medians, and the growth with ten times as many pins"
    );
    let sizes = [100, 1_000, 10_000, 100_000];
    for pins in sizes {
        let project = directory.path().join(format!("pins-{pins}"));
        stack(&project, pins / CELLS);
        run(&project, "resolve --catalog ../catalog.json");
    }
    table(&ONE_MANIFEST, &sizes, "pins", |pins| directory.path().join(format!("pins-{pins}")));

    println!("\nMany manifests of 100 pins each, in one run");
    let sizes = [1, 10, 100, 1_000];
    for manifests in sizes {
        let root = directory.path().join(format!("stacks-{manifests}"));
        for number in 0..manifests {
            stack(&root.join(format!("stack-{number}")), 100 / CELLS);
        }
        run(&root, "resolve --catalog ../catalog.json --recursive .");
    }
    table(&MANY_MANIFESTS, &sizes, "manifests", |manifests| directory.path().join(format!("stacks-{manifests}")));
}

/// Prints one line per command and size.
fn table(commands: &[&str], sizes: &[usize], of: &str, place: impl Fn(usize) -> std::path::PathBuf) {
    println!("{:<50} {of:>9} {:>9} {:>9} {:>8} {:>7} {:>7}", "", "wall ms", "CPU ms", "MiB", "x CPU", "x MiB");
    for command in commands {
        let mut before: Option<Cost> = None;
        for &size in sizes {
            let costs: Vec<Cost> =
                (0..rounds(if size < 10_000 { 21 } else { 5 })).map(|_| run(&place(size), command)).collect();
            let Cost { wall, cpu, memory } = median(&costs);
            let growth = before.map_or_else(Default::default, |before| {
                let [cpu, memory] =
                    [cpu.as_secs_f64() / before.cpu.as_secs_f64().max(1e-6), memory as f64 / before.memory as f64];
                format!("{cpu:>8.1} {memory:>7.1}")
            });
            println!(
                "{command:<50} {size:>9} {:>9.1} {:>9.1} {:>9.1} {growth}",
                ms(wall),
                ms(cpu),
                memory as f64 / f64::from(1 << 20)
            );
            before = Some(Cost { wall, cpu, memory });
        }
    }
}

fn run(place: &Path, line: &str) -> Cost {
    let mut imagelock = Command::new(env!("CARGO_BIN_EXE_imagelock"));
    imagelock.args(line.split(' ')).current_dir(place).stderr(std::process::Stdio::null());
    cost(&mut imagelock)
}

/// Writes a manifest with this number of images, which use all labels in turn. Each image has [`CELLS`] cells.
fn stack(place: &Path, images: usize) {
    fs::create_dir_all(place).unwrap();
    let mut text = format!("[defaults]\nzones = {ZONES:?}\narch = {ARCHS:?}\n");
    for image in 0..images {
        let _ = write!(text, "\n[images.i{image}]\nlabel = \"label_{}\"\n", image % LABELS);
    }
    fs::write(place.join("images.toml"), text).unwrap();
}

/// Writes a snapshot of the size of the real Marketplace.
fn catalog(path: &Path) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    let types: Vec<String> = (100..200).map(|n| format!("\"TYPE-{n}\"")).collect();
    let uuid = |kind: usize, number: usize| format!("{number:08x}-{kind:04x}-4000-8000-000000000000");
    write!(file, "{{\"imagelock_snapshot\": 1, \"taken\": \"2026-11-24T10:00:00Z\", \"images\": [").unwrap();
    for label in 0..LABELS {
        let version = uuid(2, label);
        let comma = if label == 0 { "" } else { "," };
        write!(
            file,
            "{comma}{{\"label\": \"label_{label}\", \"id\": \"{}\", \"name\": \"Label {label}\", \"categories\": [], \
             \"versions\": [{{\"id\": \"{version}\", \"published\": \"2026-09-02T08:30:55Z\"}}], \"local_images\": [",
            uuid(1, label)
        )
        .unwrap();
        for cell in 0..CELLS {
            let comma = if cell == 0 { "" } else { "," };
            write!(
                file,
                "{comma}{{\"id\": \"{}\", \"zone\": \"{}\", \"arch\": \"{}\", \"type\": \"instance_sbs\", \
                 \"versions\": [\"{version}\"], \"commercial_types\": [{}]}}",
                uuid(3, label * CELLS + cell),
                ZONES[cell % ZONES.len()],
                ARCHS[cell / ZONES.len()],
                types.join(",")
            )
            .unwrap();
        }
        write!(file, "]}}").unwrap();
    }
    writeln!(file, "]}}").unwrap();
}
