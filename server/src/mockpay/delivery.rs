//! The worker that delivers notices: many at a time, each until it is taken.
//!
//! A notice leaves the file only after its answer came, so a kill repeats notices and never loses one. Slow receivers
//! fill the places here; the API does not wait for them.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use frontrow_engines::payments::signature;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Url};
use rusqlite::Connection;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::Mock;
use super::capture::pause_until;
use super::file::FileError;
use super::notice::{self, Notice};

/// Notices on their way at the same time.
const PLACES: usize = 64;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// For one attempt as a whole.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The pause when the file does not work.
const FILE_PAUSE: Duration = Duration::from_secs(1);
/// A receiver that starts has no routes or keys yet for some seconds: with the growing pauses, this many tries last
/// twenty of them.
const TRIES_OF_A_STRANGER: u32 = 9;

/// What came of an attempt.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Taken,
    /// It will never be taken.
    Refused,
    NotNow,
}

/// Delivers what is due, until `stop`. What is on its way then is delivered again after the next start.
pub(super) async fn run(mock: Arc<Mock>, stop: CancellationToken) {
    let redirects = reqwest::redirect::Policy::none();
    let client = Client::builder().no_proxy().connect_timeout(CONNECT_TIMEOUT).timeout(TIMEOUT).redirect(redirects);
    let client = match client.build() {
        Ok(client) => client,
        Err(error) => return warn!(%error, "notices cannot be delivered"),
    };
    let (changes, webhooks) = (mock.file.changes(), mock.webhooks.subscribe());
    let mut desk = Desk { mock, client, changes, webhooks, sending: JoinSet::new(), on_their_way: HashSet::new() };
    tokio::select! {
        () = stop.cancelled() => {}
        () = desk.work() => {}
    }
    desk.sending.shutdown().await;
}

struct Desk {
    mock: Arc<Mock>,
    client: Client,
    changes: watch::Receiver<()>,
    webhooks: watch::Receiver<Arc<[Url]>>,
    sending: JoinSet<i64>,
    /// Which those are: in the file they are still due.
    on_their_way: HashSet<i64>,
}

impl Desk {
    async fn work(&mut self) {
        loop {
            // Marked first: what changes while we look is looked at again.
            self.changes.mark_unchanged();
            let pause = match self.send_due().await {
                Ok(pause) => pause,
                Err(error) => {
                    warn!(%error, "notices that are due have to wait");
                    FILE_PAUSE
                }
            };
            let full = self.sending.len() >= PLACES;
            tokio::select! {
                Some(sent) = self.sending.join_next() => self.arrived(sent),
                _ = self.changes.changed(), if !full => {}
                _ = self.webhooks.changed(), if !full => {}
                () = sleep(pause), if !full => {}
            }
            while let Some(sent) = self.sending.try_join_next() {
                self.arrived(sent);
            }
        }
    }

    fn arrived(&mut self, sent: Result<i64, JoinError>) {
        match sent {
            Ok(number) => drop(self.on_their_way.remove(&number)),
            // A panic is ours as well; nobody aborts these tasks while we are here.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    /// Sends what is due into the free places; gives back how long nothing more will be.
    async fn send_due(&mut self) -> Result<Duration, FileError> {
        let webhooks = Arc::clone(&self.webhooks.borrow_and_update());
        let now = self.mock.clock.now();
        if webhooks.is_empty() {
            return Ok(pause_until(None, now));
        }
        let busy = self.on_their_way.len();
        let (due, next) = self.mock.file.run(move |db| notice::due(db, now, PLACES + busy)).await?;
        for notice in due {
            if self.on_their_way.len() < PLACES && self.on_their_way.insert(notice.number) {
                let url = webhooks[place(&notice, webhooks.len())].clone();
                self.sending.spawn(deliver(Arc::clone(&self.mock), self.client.clone(), url, notice));
            }
        }
        Ok(pause_until(next, now))
    }
}

/// Neighbours begin at different receivers, and each goes on to the next one.
fn place(notice: &Notice, webhooks: usize) -> usize {
    let turn = notice.number.unsigned_abs().wrapping_add(notice.tries.into());
    usize::try_from(turn % webhooks as u64).unwrap_or(0)
}

/// One attempt, and what follows from it.
async fn deliver(mock: Arc<Mock>, client: Client, url: Url, notice: Notice) -> i64 {
    let number = notice.number;
    let outcome = attempt(&mock, &client, url, &notice).await;
    let again = (outcome == Outcome::NotNow).then(|| notice.next(mock.clock.now())).flatten();
    if again.is_none() && outcome != Outcome::Taken {
        warn!(notice.number = number, "a notice was given up");
    }
    let note = move |db: &Connection| match again {
        Some(at) => notice::postpone(db, number, at),
        None => notice::remove(db, number),
    };
    let noted = mock.file.run(note).await;
    if let Err(error) = noted {
        warn!(%error, notice.number = number, "a notice may be delivered again");
        sleep(FILE_PAUSE).await;
    }
    number
}

async fn attempt(mock: &Mock, client: &Client, url: Url, notice: &Notice) -> Outcome {
    let signed = signature::sign(&mock.webhook_secret, notice.body.as_bytes(), mock.clock.now());
    let request = client.post(url).header(CONTENT_TYPE, "application/json").header(signature::HEADER, signed);
    match request.body(notice.body.clone()).send().await {
        Ok(reply) => outcome(reply.status().as_u16(), notice.tries),
        Err(error) => {
            debug!(%error, "a notice could not be delivered");
            Outcome::NotNow
        }
    }
}

fn outcome(status: u16, tries: u32) -> Outcome {
    match status {
        200..=299 => Outcome::Taken,
        401 | 404 if tries + 1 < TRIES_OF_A_STRANGER => Outcome::NotNow,
        408 | 429 => Outcome::NotNow,
        400..=499 => Outcome::Refused,
        _ => Outcome::NotNow,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_answer_means() {
        let cases = [
            (200, 0, Outcome::Taken),
            (204, 50, Outcome::Taken),
            (400, 0, Outcome::Refused),
            (422, 0, Outcome::Refused),
            (408, 50, Outcome::NotNow),
            (429, 50, Outcome::NotNow),
            (404, 0, Outcome::NotNow),
            (401, 7, Outcome::NotNow),
            (401, 8, Outcome::Refused),
            (404, 8, Outcome::Refused),
            (301, 0, Outcome::NotNow),
            (503, 50, Outcome::NotNow),
        ];
        for (status, tries, expected) in cases {
            assert_eq!(outcome(status, tries), expected, "{status} after {tries} tries");
        }
    }
}
