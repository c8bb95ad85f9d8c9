//! A Frontrow process of this run: one task owns it, starts it again when it dies, and is the only one that signals it.
//!
//! Only the owner reaps it, so a number that the owner knows is never somebody else's. However the harness ends, dropping
//! the task kills the process.

use std::fs::File;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::process::{Child as Process, Command};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::signals::{Signal, send};

/// Few people give orders, and each waits for the answer.
const ORDERS: usize = 16;
/// As the supervisor of xtask: soon after the first death.
const PAUSE: Duration = Duration::from_millis(50);
/// After a life shorter than this, more slowly.
const SHORT_LIFE: Duration = Duration::from_secs(1);
const LONG_PAUSE: Duration = Duration::from_millis(500);
/// From SIGTERM to SIGKILL; a server may take nine seconds.
const GRACE: Duration = Duration::from_secs(12);

/// How to start it, again and again the same.
pub(super) struct Spec {
    pub(super) name: String,
    pub(super) program: PathBuf,
    pub(super) args: Vec<String>,
    pub(super) env: Vec<(&'static str, String)>,
    pub(super) folder: PathBuf,
    pub(super) log: PathBuf,
    pub(super) ready: Ready,
}

/// How it is seen to be ready.
#[derive(Clone)]
pub(super) enum Ready {
    /// This URL answers 200. A server does so while it is degraded, too, but then it is not whole.
    Answers(String),
    /// This is in the log, behind its last start.
    Says(&'static str),
}

/// The setting that names a place at which a process is to die or to wait.
pub(crate) const FAILPOINTS: &str = "FRONTROW_FAILPOINTS";

/// Settings for one start.
pub(crate) type Costume = Vec<(&'static str, String)>;

/// What everybody may know of a child.
#[derive(Clone, Debug, Default)]
pub(super) struct Life {
    /// How often it was started.
    pub(super) starts: u64,
    /// When it was started, if it runs.
    pub(super) since: Option<Instant>,
    /// How much the log held before.
    pub(super) log_bytes: u64,
    /// It runs with settings for one start.
    pub(super) in_costume: bool,
    /// One of them is a place at which it is to die.
    pub(super) may_abort: bool,
    pub(super) last_end: Option<ExitStatus>,
    /// Ends that nobody caused.
    pub(super) surprises: Vec<String>,
}

/// The process, and the task that owns it.
pub(crate) struct Child {
    pub(crate) name: String,
    pub(super) log: PathBuf,
    pub(super) ready: Ready,
    pub(super) life: watch::Receiver<Life>,
    orders: mpsc::Sender<Order>,
    owner: JoinHandle<()>,
}

enum Order {
    Signal(Signal, oneshot::Sender<bool>),
    Wear(Costume),
    Stop,
}

impl Child {
    pub(super) fn start(spec: Spec) -> Self {
        let (name, log, ready) = (spec.name.clone(), spec.log.clone(), spec.ready.clone());
        let ((orders, ordered), (said, life)) = (mpsc::channel(ORDERS), watch::channel(Life::default()));
        let owner = tokio::spawn(Owner { spec, orders: ordered, life: said, costume: Vec::new() }.run());
        Self { name, log, ready, life, orders, owner }
    }

    /// Says whether there was a process to signal.
    pub(crate) async fn signal(&self, signal: Signal) -> bool {
        let (answer, answered) = oneshot::channel();
        self.orders.send(Order::Signal(signal, answer)).await.is_ok() && answered.await.unwrap_or(false)
    }

    /// Its next start, and only that one, gets these settings as well.
    pub(crate) async fn wear(&self, costume: Costume) {
        // The owner ends only when it is stopped.
        let _ = self.orders.send(Order::Wear(costume)).await;
    }

    /// SIGTERM, and SIGKILL to one that will not end.
    pub(super) async fn stop(&mut self) -> Result<()> {
        let _ = self.orders.send(Order::Stop).await;
        (&mut self.owner).await.with_context(|| format!("the owner of {} crashed", self.name))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.owner.abort();
    }
}

struct Owner {
    spec: Spec,
    orders: mpsc::Receiver<Order>,
    life: watch::Sender<Life>,
    costume: Costume,
}

/// Why a life ended.
enum End {
    Died { status: ExitStatus, asked_for: bool },
    Stopped,
}

impl Owner {
    async fn run(mut self) {
        loop {
            let started = Instant::now();
            let mut process = match self.launch() {
                Ok(process) => process,
                Err(error) => {
                    let surprise = format!("{} cannot be started: {error:#}", self.spec.name);
                    self.life.send_modify(|life| life.surprises.push(surprise));
                    sleep(LONG_PAUSE).await;
                    continue;
                }
            };
            match self.attend(&mut process).await {
                End::Stopped => return end(&mut process).await,
                End::Died { status, asked_for } => self.note(status, asked_for),
            }
            sleep(if started.elapsed() < SHORT_LIFE { LONG_PAUSE } else { PAUSE }).await;
        }
    }

    fn launch(&mut self) -> Result<Process> {
        let log = File::options().create(true).append(true).open(&self.spec.log)?;
        let log_bytes = log.metadata()?.len();
        let costume = std::mem::take(&mut self.costume);
        let process = Command::new(&self.spec.program)
            .args(&self.spec.args)
            .envs(self.spec.env.iter().map(|(name, value)| (name, value)))
            .envs(costume.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.spec.folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        self.life.send_modify(|life| {
            life.starts += 1;
            life.since = Some(Instant::now());
            life.log_bytes = log_bytes;
            life.in_costume = !costume.is_empty();
            life.may_abort = may_abort(&costume);
        });
        Ok(process)
    }

    async fn attend(&mut self, process: &mut Process) -> End {
        let mut asked_for = false;
        loop {
            let order = tokio::select! {
                status = process.wait() => {
                    let status = status.unwrap_or_else(|_| ExitStatus::from_raw(0));
                    return End::Died { status, asked_for };
                }
                order = self.orders.recv() => order,
            };
            match order {
                Some(Order::Signal(signal, answer)) => {
                    let delivered = process.id().is_some_and(|pid| send(pid, signal));
                    asked_for |= delivered && signal == Signal::KILL;
                    // Whoever asked may have gone with its nemesis.
                    let _ = answer.send(delivered);
                }
                Some(Order::Wear(costume)) => self.costume = costume,
                Some(Order::Stop) | None => return End::Stopped,
            }
        }
    }

    fn note(&self, status: ExitStatus, asked_for: bool) {
        self.life.send_modify(|life| {
            let meant = life.may_abort && status.signal() == Some(Signal::ABORT.as_raw());
            if !asked_for && !meant {
                life.surprises.push(format!("{} ended by itself: {status}", self.spec.name));
            }
            life.since = None;
            life.last_end = Some(status);
        });
    }
}

/// Only a failpoint of that kind excuses a death, and only the death that it brings.
fn may_abort(costume: &Costume) -> bool {
    costume.iter().any(|(name, value)| *name == FAILPOINTS && value.contains("=abort:"))
}

async fn end(process: &mut Process) {
    if let Some(pid) = process.id() {
        // A stopped process would not hear that it is to end.
        send(pid, Signal::CONT);
        send(pid, Signal::TERM);
    }
    if timeout(GRACE, process.wait()).await.is_err() {
        // It is gone after this, whatever it was doing.
        let _ = process.kill().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_failpoint_that_aborts_excuses_a_death() {
        assert!(may_abort(&vec![(FAILPOINTS, "sold=abort:2".into())]));
        assert!(!may_abort(&vec![(FAILPOINTS, "sold=pause:2".into())]));
        assert!(!may_abort(&vec![("LD_PRELOAD", "skew.so".into())]));
    }
}
