//! Waiting for a child: to have started again, to be ready, to be gone.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::time::{Instant, sleep, timeout};

use super::child::{Child, Ready};
use super::signals::Signal;

const LOOK_EVERY: Duration = Duration::from_millis(20);
/// One look; a server that is stopped takes connections and says nothing.
const LOOK: Duration = Duration::from_millis(500);
/// What a server's readiness says about itself without the log.
const DEGRADED: &str = "\"degraded\"";
/// How much of the log explains that a child did not become ready.
const LAST_LINES: usize = 10;

impl Child {
    /// Until it is ready, and how long that took from now.
    pub(crate) async fn wait_ready(&self, patience: Duration) -> Result<Duration> {
        self.wait_answer(patience, |_| true).await
    }

    /// Until it misses nothing: a server that is ready may still be without the log.
    pub(super) async fn wait_whole(&self, patience: Duration) -> Result<Duration> {
        self.wait_answer(patience, |answer| !answer.contains(DEGRADED)).await
    }

    async fn wait_answer(&self, patience: Duration, enough: impl Fn(&str) -> bool) -> Result<Duration> {
        let asked = Instant::now();
        while !self.answer().await.is_some_and(|answer| enough(&answer)) {
            if asked.elapsed() > patience {
                bail!("{} is not ready after {} s; {}", self.name, patience.as_secs(), self.last_words());
            }
            sleep(LOOK_EVERY).await;
        }
        Ok(asked.elapsed())
    }

    /// Kills it as for want of memory; says how long it took until the next one was ready.
    pub(crate) async fn kill(&self, patience: Duration) -> Result<Duration> {
        let before = self.starts();
        let killed = Instant::now();
        self.signal(Signal::KILL).await;
        self.wait_start(before, patience).await?;
        self.wait_ready(patience).await?;
        Ok(killed.elapsed())
    }

    pub(crate) fn starts(&self) -> u64 {
        self.life.borrow().starts
    }

    /// Until it has been started once more than `before`.
    pub(crate) async fn wait_start(&self, before: u64, patience: Duration) -> Result<()> {
        let mut life = self.life.clone();
        let started = timeout(patience, life.wait_for(|life| life.starts > before)).await;
        started.with_context(|| format!("{} was not started again", self.name))??;
        Ok(())
    }

    /// The signal that ended its last life, if it was one.
    pub(crate) fn last_signal(&self) -> Option<i32> {
        self.life.borrow().last_end.and_then(|status| status.signal())
    }

    /// What it says when it is ready.
    async fn answer(&self) -> Option<String> {
        self.life.borrow().since?;
        match &self.ready {
            Ready::Answers(url) => {
                let asked = async { reqwest::get(url).await?.error_for_status()?.text().await };
                timeout(LOOK, asked).await.ok()?.ok()
            }
            Ready::Says(words) => Some(self.log_since_start()).filter(|log| log.contains(words)),
        }
    }

    fn log_since_start(&self) -> String {
        let from = usize::try_from(self.life.borrow().log_bytes).unwrap_or(0);
        let log = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(log.get(from..).unwrap_or_default()).into_owned()
    }

    fn last_words(&self) -> String {
        let text = self.log_since_start();
        let lines: Vec<&str> = text.lines().collect();
        let last = &lines[lines.len().saturating_sub(LAST_LINES)..];
        let ends = self.life.borrow().surprises.join("; ");
        format!("{ends}; the end of {}:\n{}", self.log.display(), last.join("\n"))
    }
}
