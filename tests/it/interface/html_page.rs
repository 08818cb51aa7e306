//! The report as an HTML page: its content, its structure, and hostile text in it.
//!
//! `browser` tests its look and behavior in a real browser.

use insta::assert_snapshot;

use crate::support::fake_marketplace::{FakeMarketplace, local};
use crate::support::fixtures::drifted::drifted;
use crate::support::manifest::accept;
use crate::support::sandbox::Sandbox;

/// Returns the page without the style sheet and its digest.
#[track_caller]
fn unstyled(page: &str) -> String {
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
    assert_snapshot!(unstyled(&run.stdout));
}

#[test]
fn a_page_without_drift_shows_no_findings() {
    let marketplace = FakeMarketplace::offering([local("docker", "fr-par-1", "x86_64", 6)]);
    let sandbox = Sandbox::with("[images.fine]\nlabel = \"docker\"\nzone = \"fr-par-1\"\narch = \"x86_64\"\n");
    let sandbox = sandbox.asking(&marketplace);
    sandbox.ok("resolve");
    let page = sandbox.ok("check --format html");
    let (_, main) = page.split_once("</head>").unwrap();
    assert_snapshot!(main, @r##"

    <body>
    <a class="skip" href="#main">Skip to the content</a>
    <header>
    <h1 class="good">The images have not drifted</h1>
    <p><code>images.toml</code>, as of <time datetime="2026-11-24T10:00:00Z">2026-11-24 10:00 UTC</time></p>
    <ul class="tally">
    <li>1 pin</li>
    <li><span class="chip good">1 current</span></li>
    </ul>
    </header>
    <nav aria-label="On this page">
    <ul>
    <li><a href="#do">What to do</a></li>
    <li><a href="#zones">Images by zone</a></li>
    <li><a href="#pins">Pins</a></li>
    <li><a href="#ends">Ends of life</a></li>
    </ul>
    </nav>
    <main id="main">
    <section id="do" aria-labelledby="do-title">
    <h2 id="do-title">What to do</h2>
    <p>Nothing.</p>
    </section>
    <section id="zones" aria-labelledby="zones-title">
    <h2 id="zones-title">Images by zone</h2>
    <div class="scroll">
    <table role="table" class="matrix">
    <caption>How each image stands in each zone</caption>
    <thead role="rowgroup">
    <tr role="row"><th role="columnheader" scope="col">image</th><th role="columnheader" scope="col">fr-par-1</th></tr>
    </thead>
    <tbody role="rowgroup">
    <tr role="row"><th role="rowheader" scope="row">fine <span class="label">docker</span></th>
    <td role="cell" data-column="fr-par-1"><a class="chip good" href="#fine.fr-par-1.x86_64">current <span class="arch">x86_64</span></a></td></tr>
    </tbody>
    </table>
    </div>
    </section>
    <section id="pins" aria-labelledby="pins-title">
    <h2 id="pins-title">Pins</h2>
    <table role="table" class="pins">
    <caption>Each pin, the worst first</caption>
    <thead role="rowgroup">
    <tr role="row"><th role="columnheader" scope="col">status</th><th role="columnheader" scope="col">image</th><th role="columnheader" scope="col">locked</th><th role="columnheader" scope="col">latest</th><th role="columnheader" scope="col">detail</th></tr>
    </thead>
    <tbody role="rowgroup">
    <tr role="row" id="fine.fr-par-1.x86_64"><td role="cell"><span class="chip good">current</span></td>
    <th role="rowheader" scope="row">fine <span class="label">docker</span> <span class="label">fr-par-1 x86_64</span></th>
    <td role="cell" data-column="locked"><code class="id">00000006-0000-4000-8000-000000000000</code> <span class="date">published: unknown</span></td>
    <td role="cell" class="none"></td><td role="cell" class="none"></td></tr>
    </tbody>
    </table>
    </section>
    <section id="ends" aria-labelledby="ends-title">
    <h2 id="ends-title">Ends of life</h2>
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
    <p>Nothing.</p>
    </section>
    </main>
    <footer><p>Written by imagelock 0.1.0.</p></footer>
    </body>
    </html>
    "#);
}

/// Every ID is unique, every link has a target, and every cell has a column heading.
#[test]
fn the_page_is_well_formed_and_its_links_have_targets() {
    let (sandbox, _marketplace) = drifted();
    let page = sandbox.run("check --format html").stdout;
    let document = parsed(&page);
    let ids: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
    let mut links = 0;
    for link in document.descendants().filter(|node| node.has_tag_name("a")).filter_map(|node| node.attribute("href")) {
        let id = link.strip_prefix('#').expect("a link leaves the page");
        assert_eq!(ids.iter().filter(|it| **it == id).count(), 1, "{id}");
        links += 1;
    }
    assert!(links > 10, "{links}");
    let matrix = document.descendants().find(|node| node.attribute("class") == Some("matrix")).unwrap();
    let rows: Vec<_> = matrix.descendants().filter(|node| node.has_tag_name("tr")).collect();
    for row in &rows {
        assert_eq!(row.children().filter(roxmltree::Node::is_element).count(), 3);
    }
    // The heading, and `db`, `fine`, `gone`, `old` and `web`.
    assert_eq!(rows.len(), 6);
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
