//! A headless Chromium that is driven through the `WebDriver` protocol.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// Returns the path of a file in `target`, which contains the build results and the installed tools.
pub fn in_target(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target").join(path)
}

/// A browser with its own window. Dropping it closes the browser.
pub struct Browser {
    driver: Child,
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
    session: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub fn start() -> Self {
        let mut driver =
            Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect(
                "chromedriver did not start; `.ci/tools` installs it, or `apt-get install chromium chromium-driver`",
            );
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.unwrap();
            Some(line.split_once("successfully on port ")?.1.trim_end_matches('.').to_owned())
        });
        let port = port.expect("chromedriver printed no port");
        // The driver keeps printing, so the pipe must stay open.
        std::thread::spawn(move || lines.for_each(drop));
        let profile = tempfile::tempdir().unwrap();
        let profile_argument = format!("--user-data-dir={}", profile.path().display());
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut browser = Self {
            driver,
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(),
            client: reqwest::Client::builder().no_proxy().timeout(Duration::from_mins(2)).build().unwrap(),
            session: format!("http://127.0.0.1:{port}/session"),
            _profile: profile,
        };
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            "goog:loggingPrefs": { "browser": "ALL" },
            "goog:chromeOptions": { "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage",
                "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                profile_argument,
            ]},
        }}});
        let session = browser.post("", &capabilities)["sessionId"].as_str().unwrap().to_owned();
        browser.session = format!("{}/{session}", browser.session);
        browser
    }

    #[track_caller]
    fn post(&self, path: &str, body: &Value) -> Value {
        let request = self.client.post(format!("{}{path}", self.session)).body(body.to_string());
        let text = self.runtime.block_on(async { request.send().await.unwrap().text().await.unwrap() });
        let response: Value = serde_json::from_str(&text).unwrap();
        assert!(response["value"]["error"].is_null(), "{path}: {text}");
        response["value"].clone()
    }

    /// Runs a script in the page, and returns its result.
    #[track_caller]
    pub fn run(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Runs a command of Chromium's own protocol.
    #[track_caller]
    pub fn chromium(&self, command: &str, parameters: &Value) -> Value {
        self.post("/goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    #[track_caller]
    pub fn open(&self, path: &Path, width: u32, theme: &str) {
        let metrics = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.chromium("Emulation.setDeviceMetricsOverride", &metrics);
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": theme }] });
        self.chromium("Emulation.setEmulatedMedia", &features);
        self.post("/url", &json!({ "url": format!("file://{}", path.display()) }));
    }

    /// Returns the messages of the console since the last call.
    pub fn console(&self) -> Vec<Value> {
        self.post("/se/log", &json!({ "type": "browser" })).as_array().unwrap().clone()
    }

    /// Returns the number of elements that receive the focus when Tab is pressed this many times.
    pub fn press_tab(&self, presses: usize) -> u64 {
        self.run(
            "window.seen = new Set(); document.activeElement.blur();
             document.addEventListener('focusin', event => window.seen.add(event.target));",
        );
        let press =
            [json!({ "type": "keyDown", "value": "\u{e004}" }), json!({ "type": "keyUp", "value": "\u{e004}" })];
        let actions: Vec<Value> = std::iter::repeat_n(press, presses).flatten().collect();
        self.post("/actions", &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": actions }] }));
        self.run("return window.seen.size").as_u64().unwrap()
    }

    /// Returns the accessibility problems that axe finds.
    pub fn accessibility_problems(&self) -> Value {
        let path = in_target("tools/node_modules/axe-core/axe.min.js");
        let axe =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}; run .ci/tools", path.display()));
        self.run(&axe);
        self.post(
            "/execute/async",
            &json!({ "args": [], "script": "const done = arguments[0]; axe.run().then(found => done(found.violations.map(
                rule => [rule.id, rule.nodes.slice(0, 3).map(node => node.html + ' ' + node.failureSummary)])))" }),
        )
    }

    pub fn screenshot(&self, path: &Path) {
        // Captures the whole page, up to a height that is practical to view.
        let metrics = self.chromium("Page.getLayoutMetrics", &json!({}))["cssContentSize"].clone();
        let height = metrics["height"].as_f64().unwrap().min(6000.0);
        let clip = json!({ "x": 0, "y": 0, "width": metrics["width"], "height": height, "scale": 1 });
        let shot =
            self.chromium("Page.captureScreenshot", &json!({ "captureBeyondViewport": true, "clip": clip }))["data"]
                .clone();
        let bytes = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, shot.as_str().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ending the session closes Chromium. Killing only the driver would leave it running.
        let _ = self.runtime.block_on(async { self.client.delete(&self.session).send().await });
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
