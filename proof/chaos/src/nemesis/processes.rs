//! Frontrow's own processes: killed, stopped, killed at a place in the code, under a wrong clock.

use std::time::Instant;

use anyhow::{Result, anyhow};
use rand::Rng as _;
use rand::seq::IndexedRandom as _;
use tokio::time::sleep;

use super::{PATIENCE, Scene};
use crate::history::Came;
use crate::stage::{Child, Costume, FAILPOINTS, RELAY, Signal};

/// Where a server can be made to die or to wait, in the order of a purchase.
const SERVER_PLACES: [&str; 7] =
    ["held", "broadcasting", "claimed_in_store", "claimed_in_ledger", "captured", "sold", "refunding"];
const RELAY_PLACES: [&str; 2] = ["published", "generated"];
/// A place is passed this often before it matters, at most.
const TIMES: u32 = 3;
const SKEW_S: i64 = 700;

impl Scene<'_> {
    /// As for want of memory. What is gone is what was not written down.
    pub(super) async fn kill_process(&self) -> Result<String> {
        let child = self.process()?;
        self.begins("kill -9");
        let ready = child.kill(PATIENCE).await?;
        Ok(format!("ready {} ms after kill -9", ready.as_millis()))
    }

    /// It believes that no time has passed, while its holds have run out.
    pub(super) async fn pause_process(&self) -> Result<String> {
        let child = self.process()?;
        self.begins("SIGSTOP");
        let stopped = Instant::now();
        child.signal(Signal::STOP).await;
        self.last().await;
        child.signal(Signal::CONT).await;
        let lasted = stopped.elapsed();
        let ready = child.wait_ready(PATIENCE).await?;
        Ok(format!("stopped for {} ms, ready {} ms after SIGCONT", lasted.as_millis(), ready.as_millis()))
    }

    /// Started again so that it dies, or waits, when it comes to a place for the N-th time.
    pub(super) async fn failpoint(&self) -> Result<(Came, String)> {
        let (child, mut chance) = (self.process()?, self.chance());
        let places = if child.name == RELAY { RELAY_PLACES.as_slice() } else { SERVER_PLACES.as_slice() };
        let place = *places.choose(&mut chance).unwrap_or(&places[0]);
        let deed = if chance.random_ratio(3, 4) { "abort" } else { "pause" };
        let failpoint = format!("{place}={deed}:{}", chance.random_range(1..=TIMES));
        self.begins(&failpoint);
        let before = child.starts();
        child.wear(vec![(FAILPOINTS, failpoint)]).await;
        child.signal(Signal::KILL).await;
        child.wait_start(before, PATIENCE).await?;
        let died = child.wait_start(before + 1, self.strike.lasts).await.is_ok();
        if died && child.last_signal() == Some(Signal::ABORT.as_raw()) {
            let ready = child.wait_ready(PATIENCE).await?;
            return Ok((Came::Done, format!("died at {place}, ready {} ms after", ready.as_millis())));
        }
        let ready = child.kill(PATIENCE).await?;
        let what = if deed == "pause" { "waited there if it came by" } else { "was not reached" };
        // Nobody sees a process wait: that it did is not claimed.
        Ok((Came::MetNobody, format!("{place} {what}, ready {} ms after kill -9", ready.as_millis())))
    }

    /// What is decided by a server's own clock is decided wrongly: nothing that matters may be.
    pub(super) async fn clock_skew(&self) -> Result<String> {
        let child = self.process()?;
        let skew_s = if self.chance().random() { SKEW_S } else { -SKEW_S };
        self.begins(&format!("{skew_s} s"));
        let costume = self.stage.skewed(skew_s).map_err(|why| anyhow!("{why}"))?;
        restart(child, costume).await?;
        sleep(self.strike.lasts).await;
        let ready = child.kill(PATIENCE).await?;
        Ok(format!("right again, ready {} ms after kill -9", ready.as_millis()))
    }

    fn process(&self) -> Result<&Child> {
        self.stage.child(&self.strike.target)
    }
}

async fn restart(child: &Child, costume: Costume) -> Result<()> {
    child.wear(costume).await;
    child.kill(PATIENCE).await.map(drop)
}
