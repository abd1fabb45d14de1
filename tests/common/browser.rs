//! A headless Chromium, spoken to in its DevTools protocol over a pipe.

use serde_json::{Value, json};
use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(120);

/// The browser of this machine: `CHROMIUM`, or the first usual name on the path.
pub(crate) fn chromium() -> Option<PathBuf> {
    if let Some(given) = std::env::var_os("CHROMIUM") {
        return Some(given.into());
    }
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    std::env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name))).find(|file| file.is_file())
}

/// One page of a running browser.
pub(crate) struct Browser {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    session: Option<String>,
    sent: u64,
    /// What the page said on its console, errors included.
    pub(crate) said: Vec<String>,
    /// Every address the page asked for.
    pub(crate) asked: Vec<String>,
    loaded: bool,
    _profile: tempfile::TempDir,
}

impl Browser {
    pub(crate) fn start(program: &Path) -> Browser {
        let profile = tempfile::tempdir().expect("a scratch folder");
        // The browser reads commands from descriptor 3 and answers on 4.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 >/dev/null 2>&1"])
            .arg(program)
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-dev-shm-usage",
                "--window-size=1280,900",
                "--remote-debugging-pipe",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the browser starts");
        let (send, from) = channel();
        let mut answers = BufReader::new(child.stdout.take().expect("a pipe"));
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while answers.read_until(0, &mut message).is_ok_and(|length| length > 0) {
                let value = serde_json::from_slice(message.strip_suffix(b"\0").unwrap_or(&message)).unwrap_or_default();
                message.clear();
                if send.send(value).is_err() {
                    break;
                }
            }
        });
        let to = child.stdin.take().expect("a pipe");
        let mut browser =
            Browser { child, to, from, session: None, sent: 0, said: Vec::new(), asked: Vec::new(), loaded: false, _profile: profile };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let session = browser.call("Target.attachToTarget", json!({ "targetId": target["targetId"], "flatten": true }));
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// Opens a file and waits until it is loaded.
    pub(crate) fn open(&mut self, file: &Path) {
        self.loaded = false;
        self.call("Page.navigate", json!({ "url": format!("file://{}", file.display()) }));
        let until = Instant::now() + PATIENCE;
        while !self.loaded {
            assert!(Instant::now() < until, "the page does not load");
            self.receive();
        }
    }

    /// What an expression of JavaScript gives; a promise is waited for.
    pub(crate) fn run(&mut self, expression: &str) -> Value {
        let answer = self.call("Runtime.evaluate", json!({ "expression": expression, "returnByValue": true, "awaitPromise": true }));
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Runs until an expression is true.
    pub(crate) fn wait_for(&mut self, expression: &str) {
        let until = Instant::now() + PATIENCE;
        while self.run(expression) != Value::Bool(true) {
            assert!(Instant::now() < until, "never true: {expression}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Shows the page as on this medium (`screen`, `print`) and in this scheme (`light`, `dark`).
    pub(crate) fn look(&mut self, media: &str, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "media": media, "features": features }));
    }

    /// The answer to a command.
    pub(crate) fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.sent += 1;
        let mut command = json!({ "id": self.sent, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            command["sessionId"] = json!(session);
        }
        self.to.write_all(format!("{command}\0").as_bytes()).expect("the browser listens");
        let sent = self.sent;
        loop {
            let message = self.receive();
            if message["id"] == json!(sent) {
                assert!(message.get("error").is_none(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
        }
    }

    fn receive(&mut self) -> Value {
        let message = self.from.recv_timeout(PATIENCE).expect("the browser answers");
        let told = &message["params"];
        match message["method"].as_str() {
            Some("Page.loadEventFired") => self.loaded = true,
            Some("Runtime.consoleAPICalled") => self.said.push(told["args"].to_string()),
            Some("Runtime.exceptionThrown") => self.said.push(told["exceptionDetails"].to_string()),
            Some("Log.entryAdded") => self.said.push(told["entry"].to_string()),
            Some("Network.requestWillBeSent") => self.asked.push(told["request"]["url"].as_str().unwrap_or_default().to_owned()),
            _ => {}
        }
        message
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
