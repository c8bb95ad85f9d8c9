//! The ledger's primary: killed, stopped, made to step down. No commit that was acknowledged may be missed afterwards.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use mongodb::Client;
use mongodb::bson::doc;
use mongodb::options::ClientOptions;
use tokio::time::{sleep, timeout};

use super::{PATIENCE, Scene};
use crate::stage::Signal;

const NAME: &str = "mongo";
const ANSWER: Duration = Duration::from_secs(1);
const LOOK_EVERY: Duration = Duration::from_millis(20);

impl Scene<'_> {
    pub(super) async fn kill_mongo(&self) -> Result<String> {
        self.begins("kill -9");
        let killed = Instant::now();
        self.stage.engines.kill(NAME, self.strike.lasts, |_| ()).await?;
        self.mongo_is_primary().await?;
        Ok(format!("primary {} ms after kill -9", killed.elapsed().as_millis()))
    }

    /// Alone in its set it is elected again, but not before its time is over.
    pub(super) async fn step_down(&self) -> Result<String> {
        let seconds = i32::try_from(self.strike.lasts.as_secs().max(1))?;
        self.begins(&format!("for {seconds} s"));
        let asked = Instant::now();
        let down = doc! { "replSetStepDown": seconds, "force": true };
        // The primary may hang up before it answers.
        let _ = timeout(ANSWER, self.mongo().await?.database("admin").run_command(down)).await;
        self.mongo_is_primary().await?;
        Ok(format!("primary again after {} ms", asked.elapsed().as_millis()))
    }

    pub(super) async fn pause_mongo(&self) -> Result<String> {
        self.begins("SIGSTOP");
        self.stage.engines.signal(NAME, Signal::STOP)?;
        self.last().await;
        self.stage.engines.signal(NAME, Signal::CONT)?;
        let waited = self.mongo_is_primary().await?;
        Ok(format!("stopped for {} ms, primary {} ms later", self.strike.lasts.as_millis(), waited.as_millis()))
    }

    async fn mongo(&self) -> Result<Client> {
        let mut options = ClientOptions::parse(&self.stage.mongo_url).await?;
        options.server_selection_timeout = Some(ANSWER);
        options.connect_timeout = Some(ANSWER);
        Ok(Client::with_options(options)?)
    }

    /// Says how long it took.
    async fn mongo_is_primary(&self) -> Result<Duration> {
        let (asked, admin) = (Instant::now(), self.mongo().await?.database("admin"));
        loop {
            let hello = admin.run_command(doc! { "hello": 1 });
            if let Ok(Ok(answer)) = timeout(ANSWER, hello).await
                && answer.get_bool("isWritablePrimary").unwrap_or(false)
            {
                return Ok(asked.elapsed());
            }
            if asked.elapsed() > PATIENCE {
                bail!("MongoDB did not become primary again");
            }
            sleep(LOOK_EVERY).await;
        }
    }
}
