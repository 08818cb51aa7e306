//! The report as an HTML page: its content, its structure, and hostile text in it.
//!
//! `browser` tests its look and behavior in a real browser.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, id, local};
use crate::support::fixtures::drifted::drifted;
use crate::support::fixtures::stacks::stacks;
use crate::support::manifest::accept;
use crate::support::sandbox::Sandbox;

/// The page without its style sheet, the digest of the style sheet, and the name of the sandbox.
#[track_caller]
fn unstyled(page: &str, sandbox: &Sandbox) -> String {
    let name = sandbox.path(".").canonicalize().unwrap();
    let page = page.replace(name.file_name().unwrap().to_str().unwrap(), "[project]");
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, body) = rest.split_once("</style>").unwrap();
    let (before, rest) = head.split_once("'sha256-").unwrap();
    let (_, after) = rest.split_once('\'').unwrap();
    format!("{before}'sha256-[digest]'{after}<style>[style]</style>{body}")
}

/// Parses the page as XML, which is stricter than HTML.
#[track_caller]
fn parsed(page: &str) -> roxmltree::Document<'_> {
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    roxmltree::Document::parse_with_options(page, options).unwrap()
}

#[test]
fn the_page_shows_every_pin() {
    let (sandbox, _marketplace) = drifted();
    let run = sandbox.run("check --format html");
    assert_eq!(run.status, Some(2));
    assert_snapshot!(unstyled(&run.stdout, &sandbox));
}

#[test]
fn a_page_without_drift_shows_no_findings() {
    let marketplace = FakeMarketplace::offering([local("docker", "fr-par-1", "x86_64", 6)]);
    let sandbox = Sandbox::with("[images.fine]\nlabel = \"docker\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n");
    let sandbox = sandbox.asking(&marketplace);
    sandbox.ok("resolve");
    let page = sandbox.ok("check --format html");
    let page = unstyled(&page, &sandbox);
    let (_, main) = page.split_once("</head>").unwrap();
    assert_snapshot!(main, @r##"
    <body>
    <a class="skip" href="#main">Skip to the content</a>
    <header>
    <h1><span class="project">[project]</span> <span class="result good">The images have not drifted</span></h1>
    <p><strong>1 pin</strong> in <code>images.toml</code>, checked on <time datetime="2026-11-24T10:00:00Z">2026-11-24 10:00 UTC</time></p>
    <div class="tally">
    <ul>
    <li><span class="chip good">1 current</span></li>
    </ul>
    </div>
    </header>
    <nav aria-label="On this page">
    <ul>
    <li><a href="#do">What to do</a></li>
    <li><a href="#pins">Pins</a></li>
    <li><a href="#ends">End of life</a></li>
    </ul>
    </nav>
    <main id="main">
    <section id="do" aria-labelledby="do-title">
    <h2 id="do-title">What to do</h2>
    <p>Nothing to do.</p>
    </section>
    <section id="pins" aria-labelledby="pins-title">
    <h2 id="pins-title">Pins</h2>
    <table role="table" class="pins">
    <caption>The pins, worst first. Select an ID to see the full IDs.</caption>
    <thead role="rowgroup">
    <tr role="row"><th role="columnheader" scope="col">Status</th><th role="columnheader" scope="col">Image</th><th role="columnheader" scope="col">Label and zones</th><th role="columnheader" scope="col">Pinned</th><th role="columnheader" scope="col">Newest</th><th role="columnheader" scope="col">Details</th></tr>
    </thead>
    <tbody role="rowgroup">
    <tr role="row">
    <td role="cell"><span class="chip good">current</span></td>
    <th role="rowheader" scope="row">fine</th>
    <td role="cell" data-column="Label"><span>docker</span> <span class="label">fr-par-1 x86_64</span></td>
    <td role="cell" data-column="Pinned"><span class="label">date unknown</span><details class="ids">
    <summary><code>00000006</code></summary>
    <ul>
    <li><span class="label">fr-par-1 x86_64</span> <code class="id">00000006-0000-4000-8000-000000000000</code></li>
    </ul>
    </details>
    </td>
    <td role="cell" class="none"></td><td role="cell" class="none"></td></tr>
    </tbody>
    </table>
    </section>
    <section id="ends" aria-labelledby="ends-title">
    <h2 id="ends-title">End of life</h2>
    <p>No end of life is known for <code>docker</code>.</p>
    </section>
    </main>
    <footer><p>Written by imagelock 0.1.0.</p></footer>
    </body>
    </html>
    "##);
}

#[test]
fn a_report_without_findings_is_a_complete_page() {
    let (sandbox, _marketplace) = drifted();
    sandbox.ok("resolve");
    let page = sandbox.ok("resolve --locked --format html");
    parsed(&page);
    let (_, main) = page.split_once("</nav>").unwrap();
    assert_snapshot!(main, @r#"
    <main id="main">
    <section id="do" aria-labelledby="do-title">
    <h2 id="do-title">What to do</h2>
    <p>Nothing to do.</p>
    </section>
    </main>
    <footer><p>Written by imagelock 0.1.0.</p></footer>
    </body>
    </html>
    "#);
}

/// Every id is unique, and every link leads to one.
#[test]
fn the_page_is_well_formed_and_its_links_have_targets() {
    let (sandbox, _marketplace) = drifted();
    let page = sandbox.run("check --format html").stdout;
    let document = parsed(&page);
    let ids: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
    let links = document.descendants().filter(|node| node.has_tag_name("a")).filter_map(|node| node.attribute("href"));
    let targets: Vec<&str> = links.map(|link| link.strip_prefix('#').expect("a link leaves the page")).collect();
    assert_eq!(targets, ["main", "do", "pins", "notices", "ends"]);
    for target in targets {
        assert_eq!(ids.iter().filter(|id| **id == target).count(), 1, "{target}");
    }
}

#[test]
fn a_row_covers_all_zones_in_which_an_image_has_the_same_version() {
    let (sandbox, _marketplace) = drifted();
    let page = sandbox.run("check --format html").stdout;
    let document = parsed(&page);
    let rows = document.descendants().filter(|node| node.has_tag_name("tr")).skip(1);
    let text = |node: roxmltree::Node<'_, '_>| {
        node.descendants().filter(roxmltree::Node::is_text).filter_map(|it| it.text()).collect::<String>()
    };
    let rows: Vec<String> = rows.map(text).filter(|row| row.contains("web")).collect();
    assert_eq!(rows.len(), 1);
    for shown in ["fr-par-1, nl-ams-1 (x86_64)", "00000001 +1", &id(1), &id(2), &id(11), &id(12)] {
        assert!(rows[0].contains(shown), "{shown}: {}", rows[0]);
    }
}

/// A link or a bookmark is useless if it does not say which repository it is about.
#[test]
fn the_title_and_the_heading_name_the_repository() {
    let (sandbox, _marketplace) = stacks();
    let page = sandbox.run("check --recursive stacks --format html").stdout;
    assert!(page.contains("<title>stacks: The images have drifted</title>"), "{page}");
    // The repository is named, not the directory of the manifest.
    let platform = sandbox.path("platform");
    std::fs::create_dir_all(&platform).unwrap();
    std::fs::rename(sandbox.path("stacks"), platform.join("stacks")).unwrap();
    std::fs::create_dir(platform.join(".git")).unwrap();
    let page = sandbox.run("check --manifest platform/stacks/web/images.toml --format html").stdout;
    assert!(page.contains("<title>platform: The images have drifted</title>"), "{page}");
    assert!(page.contains("<h1><span class=\"project\">platform</span>"), "{page}");
    assert!(!page.contains(sandbox.path("platform").to_str().unwrap()), "{page}");
}

#[test]
fn accepted_findings_are_counted_apart() {
    let (sandbox, _marketplace) = drifted();
    let page = sandbox.run("check --format html").stdout;
    let (_, accepted) = page.split_once("<span>Accepted in the manifest:</span>").unwrap();
    let (accepted, _) = accepted.split_once("</ul>").unwrap();
    assert!(accepted.contains(">1 outdated<"), "{accepted}");
}

#[test]
fn the_page_loads_nothing_and_runs_no_script() {
    let (sandbox, _marketplace) = drifted();
    let page = sandbox.run("check --format html").stdout;
    for word in ["<script", "http:", "https:", "url(", "@import", " src=", " style=", "javascript"] {
        assert!(!page.contains(word), "{word}");
    }
    // `browser` shows that a browser accepts the digest.
    assert!(page.contains("default-src 'none'; img-src data:; style-src 'sha256-"));
}

#[test]
fn hostile_text_is_escaped() {
    let reason = "</td><script>alert(1)</script> `<b>` \\\"' onload=x & \\u202e]]>";
    let manifest = "[images.web]\nlabel = \"docker\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n";
    let marketplace = FakeMarketplace::offering([local("docker", "fr-par-1", "x86_64", 1)]);
    let sandbox = Sandbox::new().asking(&marketplace);
    let name = "a'\"<i>&.toml";
    sandbox.write(name, manifest);
    let run = |line: &[&str]| {
        let output = sandbox.command("").args(line).arg("--manifest").arg(name).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["resolve"]);
    marketplace.offers([local("docker", "fr-par-1", "x86_64", 2)]);
    let freeze = format!("freeze = {{ reason = \"{reason}\", until = 2026-12-31 }}\n");
    let accept = accept("web", "eol", "<script>", "2026-12-31");
    sandbox.write(name, format!("{manifest}{freeze}{accept}"));
    let page = run(&["check", "--format", "html"]);
    let document = parsed(&page);
    let text: String = document.descendants().filter_map(|node| node.text().filter(|_| node.is_text())).collect();
    assert!(text.contains("</td><script>alert(1)</script> <b> \"' onload=x & \\u{202e}]]>"), "{text}");
    assert!(text.contains(name), "{text}");
    for node in document.descendants().filter(roxmltree::Node::is_element) {
        assert!(!["script", "b", "i"].contains(&node.tag_name().name()), "{}", node.tag_name().name());
        assert!(node.attributes().all(|attribute| !attribute.name().starts_with("on")));
    }
}

#[test]
fn the_same_report_gives_the_same_page() {
    let (sandbox, _marketplace) = drifted();
    let run = sandbox.run("check -o drift.html -o html=page");
    assert_eq!(run.status, Some(2));
    assert_eq!(sandbox.read("drift.html"), sandbox.read("page"));
    assert_eq!(sandbox.read("drift.html"), sandbox.run("check --format html").stdout);
}
