//! Engines that may be broken: `cargo xtask engines` runs them, and starts them again when they die.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use uuid::Uuid;

/// Kafka takes its time.
const START: Duration = Duration::from_secs(90);

/// Three servers of our own, and the supervisor that keeps them alive.
pub(crate) struct Engines {
    supervisor: Child,
    folder: PathBuf,
    pub(crate) redis_url: String,
    pub(crate) mongo_url: String,
    pub(crate) kafka_brokers: String,
}

impl Engines {
    pub(crate) fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("frontrow-recovery-{}", Uuid::new_v4().simple()));
        let tests = std::env::current_exe().unwrap();
        let xtask = tests.ancestors().nth(2).unwrap().join("xtask");
        assert!(xtask.is_file(), "{} is missing: run the tests through `cargo xtask test`", xtask.display());
        let mut supervisor = Command::new(xtask)
            .args(["engines", "--data"])
            .arg(&folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(supervisor.stdout.take().unwrap()).lines();
        let (sender, told) = std::sync::mpsc::channel();
        // Read to the end, so that the supervisor never writes to a closed pipe.
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                sender.send(line).ok();
            }
        });
        let deadline = Instant::now() + START;
        let url = |name: &str| loop {
            let line =
                told.recv_timeout(deadline.saturating_duration_since(Instant::now())).expect("the engines start");
            if let Some(value) = line.strip_prefix(&format!("export FRONTROW_TEST_{name}='")) {
                return value.trim_end_matches('\'').to_owned();
            }
        };
        let (redis_url, mongo_url, kafka_brokers) = (url("REDIS"), url("MONGO"), url("KAFKA"));
        Self { supervisor, folder, redis_url, mongo_url, kafka_brokers }
    }

    /// SIGKILL. The supervisor notices, and starts it again on the same port and data.
    pub(crate) fn kill(&self, name: &str) {
        self.signal(name, "KILL");
    }

    pub(crate) fn signal(&self, name: &str, signal: &str) {
        send(signal, &self.pid(name).to_string());
    }

    /// While the supervisor is stopped, what dies stays dead.
    pub(crate) fn keep_dead(&self) {
        send("STOP", &self.supervisor.id().to_string());
    }

    pub(crate) fn let_live(&self) {
        send("CONT", &self.supervisor.id().to_string());
    }

    /// Where an engine keeps its data.
    pub(crate) fn data(&self, name: &str) -> PathBuf {
        self.folder.join("engines").join(name)
    }

    fn pid(&self, name: &str) -> u64 {
        let listed: Value = serde_json::from_slice(&fs::read(self.folder.join("pids.json")).unwrap()).unwrap();
        let engine = listed.as_array().unwrap().iter().find(|process| process["name"] == name);
        engine.unwrap_or_else(|| panic!("{name} does not run"))["pid"].as_u64().unwrap()
    }
}

impl Drop for Engines {
    fn drop(&mut self) {
        self.let_live();
        send("TERM", &self.supervisor.id().to_string());
        self.supervisor.wait().ok();
        fs::remove_dir_all(&self.folder).ok();
    }
}

fn send(signal: &str, pid: &str) {
    // One that has just died needs no signal.
    Command::new("kill").args([&format!("-{signal}"), pid]).stderr(Stdio::null()).status().unwrap();
}

/// Removes what is in a folder, not the folder.
pub(crate) fn empty(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
    }
}
