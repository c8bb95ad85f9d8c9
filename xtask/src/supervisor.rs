//! The children of a run: started, watched, restarted, stopped in order. Must never signal a process it did not start.

use std::{
    ffi::OsString,
    fs::{self, File},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use rustix::process::Signal;

use crate::{
    data_dir::DataDir,
    identity::Identity,
    stop::{Stop, TICK},
    workspace::say,
};

/// From SIGTERM to SIGKILL.
const GRACE: Duration = Duration::from_secs(10);
/// Longer than this and the next death counts as the first again.
const SETTLED: Duration = Duration::from_secs(20);
/// This many deaths before it was ever ready: waiting longer is no use.
const HOPELESS: u32 = 4;

/// Who needs whom: a tier is stopped once everything above it has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tier {
    Redis,
    Mongo,
    Kafka,
    Payments,
    Frontrow,
}

/// How to start a child, again and again the same.
pub(crate) struct Spec {
    pub(crate) name: String,
    pub(crate) tier: Tier,
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<OsString>,
    pub(crate) env: Vec<(&'static str, OsString)>,
}

/// Owns the children and the data folder they write to.
pub(crate) struct Supervisor {
    // Dropped after the children have been stopped, which is what `Drop` below does.
    data: DataDir,
    stop: Stop,
    children: Vec<Supervised>,
}

struct Supervised {
    spec: Spec,
    running: Option<Running>,
    deaths: u32,
    restart_at: Instant,
}

struct Running {
    child: Child,
    identity: Identity,
    since: Instant,
}

impl Supervisor {
    pub(crate) fn new(data: DataDir, stop: &Stop) -> Self {
        Self { data, stop: stop.clone(), children: Vec::new() }
    }

    pub(crate) fn data(&self) -> &DataDir {
        &self.data
    }

    /// Starts a child and keeps it alive from now on.
    pub(crate) fn start(&mut self, spec: Spec) -> Result<()> {
        let log = self.data.log(&spec.name);
        if log.exists() {
            fs::rename(&log, log.with_extension("log.old"))?;
        }
        let running = Some(launch(&spec, &log)?);
        self.children.push(Supervised { spec, running, deaths: 0, restart_at: Instant::now() });
        self.save_pids()
    }

    /// Waits until `probe` says yes, restarting what dies meanwhile; the end of the log explains a failure.
    pub(crate) fn wait_ready(
        &mut self,
        name: &str,
        timeout: Duration,
        mut probe: impl FnMut() -> Result<bool>,
    ) -> Result<()> {
        let deadline = Instant::now() + timeout;
        loop {
            let answer = probe();
            if matches!(answer, Ok(true)) {
                return Ok(());
            }
            let hopeless = self.children.iter().any(|child| child.spec.name == name && child.deaths >= HOPELESS);
            if hopeless || Instant::now() > deadline {
                let why = answer.err().map(|error| format!(" ({error:#})")).unwrap_or_default();
                let log = self.data.log(name);
                bail!("{name} did not become ready{why}; the end of {}:\n{}", log.display(), tail(&log, 20));
            }
            self.tend()?;
            self.stop.tick()?;
        }
    }

    /// Keeps everything running until somebody asks to stop.
    pub(crate) fn serve(&mut self) -> Result<()> {
        while self.stop.tick().is_ok() {
            self.tend()?;
        }
        Ok(())
    }

    /// The process of a child that is running.
    pub(crate) fn pid(&self, name: &str) -> Option<u32> {
        let child = self.children.iter().find(|child| child.spec.name == name)?;
        child.running.as_ref().map(|running| running.child.id())
    }

    /// Ends a child as the kernel would for want of memory; `false` if it is not running anyway. Tending brings it back.
    pub(crate) fn kill(&mut self, name: &str) -> Result<bool> {
        let child = self.children.iter_mut().find(|child| child.spec.name == name);
        let Some(running) = child.and_then(|child| child.running.as_mut()) else { return Ok(false) };
        if !running.is_alive() {
            return Ok(false);
        }
        running.child.kill()?;
        // Nobody may take it for alive any more, and it is not going to let anybody wait.
        running.child.wait()?;
        Ok(true)
    }

    /// Notices deaths and restarts what is due.
    pub(crate) fn tend(&mut self) -> Result<()> {
        let mut changed = false;
        for child in &mut self.children {
            if let Some(status) = child.exited()? {
                child.note_death(status);
            }
            if child.running.is_none() && Instant::now() >= child.restart_at {
                child.running = Some(launch(&child.spec, &self.data.log(&child.spec.name))?);
                changed = true;
            }
        }
        if changed { self.save_pids() } else { Ok(()) }
    }

    fn save_pids(&self) -> Result<()> {
        let running = self.children.iter().filter_map(|child| child.running.as_ref());
        self.data.save_pids(&running.map(|running| running.identity.clone()).collect::<Vec<_>>())
    }

    /// Stops tier by tier from the top: whoever writes ends before what it writes to.
    fn stop_all(&mut self) {
        for tier in [Tier::Frontrow, Tier::Payments, Tier::Kafka, Tier::Mongo, Tier::Redis] {
            let mut ending: Vec<Running> = self
                .children
                .iter_mut()
                .filter(|child| child.spec.tier == tier)
                .filter_map(|child| child.running.take())
                .collect();
            for running in &ending {
                running.identity.signal(Signal::TERM);
            }
            let deadline = Instant::now() + GRACE;
            while ending.iter_mut().any(Running::is_alive) && Instant::now() < deadline {
                thread::sleep(TICK);
            }
            for running in &mut ending {
                if running.is_alive() {
                    say(format!("{} did not stop within {} s: killing it", running.identity.name, GRACE.as_secs()));
                    let _ = running.child.kill();
                    let _ = running.child.wait();
                }
            }
        }
    }
}

impl Drop for Supervisor {
    /// On every way out, a panic and a failed start included.
    fn drop(&mut self) {
        self.stop_all();
        let _ = self.data.save_pids(&[]);
    }
}

impl Supervised {
    fn exited(&mut self) -> Result<Option<ExitStatus>> {
        self.running.as_mut().map_or(Ok(None), |running| Ok(running.child.try_wait()?))
    }

    fn note_death(&mut self, status: ExitStatus) {
        let lived = self.running.take().map_or(Duration::ZERO, |running| running.since.elapsed());
        self.deaths = if lived > SETTLED { 1 } else { self.deaths + 1 };
        let delay = restart_delay(self.deaths);
        self.restart_at = Instant::now() + delay;
        say(format!("{} ended ({status}); starting it again in {} ms", self.spec.name, delay.as_millis()));
    }
}

impl Running {
    fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
}

/// Doubles from 50 ms to 1.6 s, which leaves a child time to come up within 3 s of its death.
fn restart_delay(deaths: u32) -> Duration {
    Duration::from_millis(50 << deaths.saturating_sub(1).min(5))
}

/// Its own process group, so that Ctrl-C reaches only xtask and the stop is an ordered one.
fn launch(spec: &Spec, log: &Path) -> Result<Running> {
    let output = File::options().create(true).append(true).open(log)?;
    let child = Command::new(&spec.program)
        .args(&spec.args)
        .envs(spec.env.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start {} ({})", spec.name, spec.program.display()))?;
    identify(child, &spec.name)
}

/// A child that cannot be identified could not be stopped safely later, so it is not kept.
fn identify(mut child: Child, name: &str) -> Result<Running> {
    match Identity::of(name, child.id()) {
        Ok(identity) => Ok(Running { child, identity, since: Instant::now() }),
        Err(error) => {
            let _ = child.kill();
            let status = child.wait()?;
            Err(error.context(format!("{name} ended at once ({status})")))
        }
    }
}

fn tail(log: &Path, lines: usize) -> String {
    let text = fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let all: Vec<&str> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restarts_slow_down_but_stay_within_the_promise() {
        let delays: Vec<u128> = (1..=8).map(|deaths| restart_delay(deaths).as_millis()).collect();
        assert_eq!(delays, [50, 100, 200, 400, 800, 1600, 1600, 1600]);
    }

    #[test]
    fn tail_returns_the_last_lines_only() {
        let log = std::env::temp_dir().join(format!("frontrow-xtask-tail-{}", std::process::id()));
        fs::write(&log, "1\n2\n3\n").unwrap();
        assert_eq!(tail(&log, 2), "2\n3");
        assert_eq!(tail(&log, 9), "1\n2\n3");
        fs::remove_file(&log).unwrap();
        assert_eq!(tail(&log, 2), "");
    }
}
