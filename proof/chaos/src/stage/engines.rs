//! Redis, `MongoDB` and Kafka of this run: `xtask engines` is a child, runs them, and starts them again when they die.
//!
//! It must never signal a process that is not a child of that very xtask.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use tokio::time::{Instant, sleep, timeout};

use super::locked;
use super::signals::{Signal, send};

/// Kafka takes its time, and xtask may have to install things.
const START: Duration = Duration::from_mins(3);
/// xtask gives each of its four tiers ten seconds.
const STOP: Duration = Duration::from_secs(45);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// xtask looks at its children this often, and a little more.
const NOTICED: Duration = Duration::from_millis(200);

/// The three engines. Dropping it stops them.
pub(crate) struct Engines {
    supervisor: Child,
    folder: PathBuf,
    /// How many want the dead to stay dead now.
    watchers_of_the_dead: Mutex<usize>,
    pub(crate) redis: SocketAddr,
    pub(crate) mongo: SocketAddr,
    pub(crate) kafka: SocketAddr,
}

/// A line of the `pids.json` of xtask.
#[derive(Deserialize)]
struct Listed {
    name: String,
    pid: u32,
}

impl Engines {
    /// `detours`: further ports of the broker, and those of the proxies before them.
    pub(super) async fn start(xtask: &Path, folder: PathBuf, detours: &[(u16, u16)]) -> Result<Self> {
        fs::create_dir_all(&folder)?;
        let told = folder.join("xtask.log");
        let output = File::create(&told)?;
        let supervisor = Command::new(xtask)
            .args(["engines", "--data"])
            .arg(&folder)
            .args(detours.iter().map(|(port, proxy)| format!("--kafka-listener={port}={proxy}")))
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            // Ctrl-C is for the harness alone, which stops everything in order.
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {}", xtask.display()))?;
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let watchers_of_the_dead = Mutex::new(0);
        let mut engines =
            Self { supervisor, folder, watchers_of_the_dead, redis: nowhere, mongo: nowhere, kafka: nowhere };
        engines.read_addresses(&told).await?;
        Ok(engines)
    }

    /// xtask says them when all three answer.
    async fn read_addresses(&mut self, told: &Path) -> Result<()> {
        let deadline = Instant::now() + START;
        let text = loop {
            let text = fs::read_to_string(told)?;
            if text.contains("FRONTROW_TEST_KAFKA='") && text.ends_with('\n') {
                break text;
            }
            if let Some(status) = self.supervisor.try_wait()? {
                bail!("the engines did not start ({status}): {text}");
            }
            ensure!(Instant::now() < deadline, "the engines did not start within {} s: {text}", START.as_secs());
            sleep(LOOK_EVERY).await;
        };
        let address = |name: &str| {
            let value = text.split_once(&format!("FRONTROW_TEST_{name}='")).and_then(|(_, rest)| rest.split_once('\''));
            let url = value.with_context(|| format!("no address of {name} in {text}"))?.0;
            let host = url.rsplit_once("://").map_or(url, |(_, rest)| rest);
            host.split('/').next().unwrap_or(host).parse::<SocketAddr>().with_context(|| url.to_owned())
        };
        (self.redis, self.mongo, self.kafka) = (address("REDIS")?, address("MONGO")?, address("KAFKA")?);
        Ok(())
    }

    /// SIGKILL; the engine comes back after `dead`, or a moment later.
    pub(crate) async fn kill(&self, name: &str, dead: Duration, meanwhile: impl FnOnce(&Path)) -> Result<()> {
        let dying = KeptDead::new(self);
        self.signal(name, Signal::KILL)?;
        sleep(dead.max(NOTICED)).await;
        meanwhile(&self.folder.join("engines").join(name));
        drop(dying);
        sleep(NOTICED).await;
        Ok(())
    }

    /// To an engine that runs now, or that has just died and was not noticed yet.
    pub(crate) fn signal(&self, name: &str, signal: Signal) -> Result<()> {
        let pid = self.pid(name)?;
        ensure!(parent(pid) == Some(self.supervisor.id()), "{name} is not running");
        ensure!(send(pid, signal), "{name} cannot be signalled");
        Ok(())
    }

    /// Whatever was stopped goes on.
    pub(super) fn continue_all(&self) {
        *locked(&self.watchers_of_the_dead) = 0;
        send(self.supervisor.id(), Signal::CONT);
        for name in ["redis", "mongo", "kafka"] {
            // One that is just being started again was not stopped.
            let _ = self.signal(name, Signal::CONT);
        }
    }

    /// In order, and then the processes are gone.
    pub(super) async fn stop(mut self) -> Result<()> {
        self.continue_all();
        send(self.supervisor.id(), Signal::TERM);
        let ended = timeout(STOP, async {
            while self.supervisor.try_wait()?.is_none() {
                sleep(LOOK_EVERY).await;
            }
            anyhow::Ok(())
        });
        ended.await.context("the engines do not stop")?
    }

    fn pid(&self, name: &str) -> Result<u32> {
        let listed: Vec<Listed> = serde_json::from_slice(&fs::read(self.folder.join("pids.json"))?)?;
        let engine = listed.iter().find(|process| process.name == name);
        Ok(engine.with_context(|| format!("{name} does not run"))?.pid)
    }
}

impl Drop for Engines {
    /// On every way out, a panic and a failed start included. Only an xtask that is waited for has stopped its children.
    fn drop(&mut self) {
        if !matches!(self.supervisor.try_wait(), Ok(None)) {
            return;
        }
        self.continue_all();
        send(self.supervisor.id(), Signal::TERM);
        // Nothing else is going on any more, and xtask ends by itself within a known time.
        let _ = self.supervisor.wait();
    }
}

/// While xtask is stopped, what dies stays dead. Several may wish that at a time.
struct KeptDead<'a>(&'a Engines);

impl<'a> KeptDead<'a> {
    fn new(engines: &'a Engines) -> Self {
        *locked(&engines.watchers_of_the_dead) += 1;
        send(engines.supervisor.id(), Signal::STOP);
        Self(engines)
    }
}

impl Drop for KeptDead<'_> {
    fn drop(&mut self) {
        let mut watchers = locked(&self.0.watchers_of_the_dead);
        *watchers = watchers.saturating_sub(1);
        if *watchers == 0 {
            send(self.0.supervisor.id(), Signal::CONT);
        }
    }
}

/// The process that started this one, as the kernel knows it.
fn parent(pid: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("PPid:"))?.trim().parse().ok()
}
