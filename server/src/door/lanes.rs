//! Admission: how many requests of a kind are worked on at one time, how long the others wait, and when somebody is told to come
//! back. What is refused here was not begun. See decision 19.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use frontrow_domain::codes::ErrorCode;
use frontrow_settings::Admission as Settings;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use super::{Lane, come_back};
use crate::http::problem::Answer;
use crate::metrics;

/// Requests that may wait in one lane. With bodies as large as any that wait they are 128 MiB; usually they are less than one.
/// It is the wait, not this, that people are meant to meet.
const MAX_WAITING: usize = 2048;
/// A lane that was not free for this part of the longest wait has a queue that stands, ...
const STANDING: u32 = 4;
/// ... and waiting in one that stands for longer than this part makes everybody slow and nobody faster.
const SHORT: u32 = 20;
/// How many times the longest wait those wait who are in the middle of something.
const BEGUN: u32 = 4;

/// All lanes of this server.
pub(crate) struct Lanes {
    all: [State; Lane::ALL.len()],
    wait: Duration,
    began: Instant,
}

struct State {
    turns: Arc<Semaphore>,
    limit: usize,
    waiting: AtomicUsize,
    /// When somebody last got in without waiting, in milliseconds since the beginning.
    free_at_ms: AtomicU64,
}

/// One request that is worked on; dropping it lets the next one in.
pub(crate) struct Turn(#[expect(dead_code, reason = "dropping it is its use")] OwnedSemaphorePermit);

/// Somebody who waits, for as long as they do.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Lanes {
    pub(crate) fn new(settings: &Settings) -> Self {
        let limit = |lane| match lane {
            Lane::Checkout => settings.checkout,
            Lane::Payments => settings.payments,
            Lane::Orders => settings.orders,
            Lane::Holds => settings.holds,
            Lane::Reads => settings.reads,
            Lane::Accounts => settings.accounts,
            Lane::Uploads => settings.uploads,
        };
        let all = Lane::ALL.map(|lane| State::new(limit(lane)));
        Self { all, wait: Duration::from_millis(settings.wait_ms), began: Instant::now() }
    }

    /// Waits for a turn, but not for long.
    pub(crate) async fn enter(&self, lane: Lane) -> Answer<Turn> {
        // Whoever cannot be served at the till should not take seats from the shelf.
        let till =
            [Lane::Orders, Lane::Payments, Lane::Checkout].into_iter().find(|&till| self.lane(till).is_crowded());
        if let (Lane::Holds, Some(till)) = (lane, till) {
            metrics::overloaded(lane.name(), till.name());
            return Err(come_back(
                ErrorCode::Overloaded,
                "so many people are ordering that no more seats can be taken",
            ));
        }
        let turn = match Arc::clone(&self.lane(lane).turns).try_acquire_owned() {
            Ok(turn) => {
                self.lane(lane).free_at_ms.store(self.now_ms(), Relaxed);
                turn
            }
            Err(_taken) => self.wait(lane).await?,
        };
        metrics::admitted(lane.name());
        if matches!(lane, Lane::Reads | Lane::Holds) {
            // Many of these never wait for anybody again. Only so do those that wait for a processor count as worked on.
            tokio::task::yield_now().await;
        }
        Ok(Turn(turn))
    }

    async fn wait(&self, lane: Lane) -> Answer<OwnedSemaphorePermit> {
        let state = self.lane(lane);
        let refuse = |reason| {
            metrics::overloaded(lane.name(), reason);
            come_back(ErrorCode::Overloaded, "more is asked for than can be done in time; nothing was begun")
        };
        if state.waiting.fetch_add(1, Relaxed) >= MAX_WAITING {
            drop(Waiting(&state.waiting));
            return Err(refuse("full"));
        }
        let _waiting = Waiting(&state.waiting);
        let since = Instant::now();
        let turn = timeout(self.patience(lane), Arc::clone(&state.turns).acquire_owned()).await;
        metrics::waited_for_turn(lane.name(), since.elapsed().as_secs_f64());
        turn.ok().and_then(Result::ok).ok_or_else(|| refuse("late"))
    }

    /// A crowd that comes at once gets in by and by. One that never ends must not make everybody wait for as long as possible,
    /// except those who have seats to lose.
    fn patience(&self, lane: Lane) -> Duration {
        let free_at = Duration::from_millis(self.lane(lane).free_at_ms.load(Relaxed));
        let stands = self.began.elapsed().saturating_sub(free_at) > self.wait / STANDING;
        match lane {
            // What was begun is worth more than its time.
            Lane::Checkout | Lane::Payments => self.wait * BEGUN,
            Lane::Holds | Lane::Reads | Lane::Accounts if stands => self.wait / SHORT,
            Lane::Orders | Lane::Uploads | Lane::Holds | Lane::Reads | Lane::Accounts => self.wait,
        }
    }

    fn lane(&self, lane: Lane) -> &State {
        &self.all[lane as usize]
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl State {
    fn new(limit: usize) -> Self {
        let turns = Arc::new(Semaphore::new(limit));
        Self { turns, limit, waiting: AtomicUsize::new(0), free_at_ms: AtomicU64::new(0) }
    }

    /// As many wait as are worked on.
    fn is_crowded(&self) -> bool {
        self.waiting.load(Relaxed) >= self.limit
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::{JoinHandle, yield_now};
    use tokio::time::{advance, sleep};

    use super::*;

    fn lanes(change: impl FnOnce(&mut Settings)) -> Arc<Lanes> {
        let mut settings = Settings {
            checkout: 1,
            payments: 1,
            orders: 1,
            holds: 1,
            reads: 1,
            accounts: 1,
            uploads: 1,
            wait_ms: 2_000,
        };
        change(&mut settings);
        Arc::new(Lanes::new(&settings))
    }

    /// Somebody who asks for a turn, and for how long.
    fn asks(lanes: &Arc<Lanes>, lane: Lane) -> JoinHandle<Result<Turn, Duration>> {
        let (lanes, since) = (Arc::clone(lanes), Instant::now());
        tokio::spawn(async move { lanes.enter(lane).await.map_err(|_| since.elapsed()) })
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_gets_in_when_somebody_leaves() {
        let lanes = lanes(|_| {});
        let first = lanes.enter(Lane::Orders).await.unwrap();
        let second = asks(&lanes, Lane::Orders);
        sleep(Duration::from_millis(1_900)).await;
        assert!(!second.is_finished());
        drop(first);
        assert!(second.await.unwrap().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn what_waited_for_too_long_is_refused_and_told_when_to_come_back() {
        let lanes = lanes(|_| {});
        let _first = lanes.enter(Lane::Orders).await.unwrap();
        let problem = lanes.enter(Lane::Orders).await.err().unwrap();
        assert_eq!(problem.code, ErrorCode::Overloaded);
        let waits: std::collections::BTreeSet<_> = (0..200).map(|_| wait_of(&come_back(problem.code, ""))).collect();
        assert_eq!(waits.into_iter().collect::<Vec<_>>(), [1, 2, 3, 4], "not all at the same moment");
    }

    fn wait_of(problem: &crate::http::problem::Problem) -> u64 {
        use axum::response::IntoResponse as _;
        let response = problem.clone().into_response();
        response.headers()["retry-after"].to_str().unwrap().parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_queue_that_stands_is_not_worth_waiting_in_unless_there_are_seats_to_lose() {
        let lanes = lanes(|_| {});
        let _turns = [lanes.enter(Lane::Reads).await.unwrap(), lanes.enter(Lane::Checkout).await.unwrap()];
        let waited = asks(&lanes, Lane::Reads).await.unwrap().err().unwrap();
        assert_eq!(waited.as_millis(), 2_000, "a crowd that has just come");
        let waited = asks(&lanes, Lane::Reads).await.unwrap().err().unwrap();
        assert_eq!(waited.as_millis(), 100, "the lane has not been free for two seconds");
        let waited = asks(&lanes, Lane::Checkout).await.unwrap().err().unwrap();
        assert_eq!(waited.as_millis(), 8_000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_lane_holds_nobody_else_up() {
        let lanes = lanes(|_| {});
        let _reading = lanes.enter(Lane::Reads).await.unwrap();
        let readers: Vec<_> = (0..MAX_WAITING).map(|_| asks(&lanes, Lane::Reads)).collect();
        while lanes.lane(Lane::Reads).waiting.load(Relaxed) < MAX_WAITING {
            yield_now().await;
        }
        let since = Instant::now();
        assert!(lanes.enter(Lane::Reads).await.is_err(), "nobody else may even wait");
        for lane in [Lane::Checkout, Lane::Payments, Lane::Orders, Lane::Holds, Lane::Accounts, Lane::Uploads] {
            assert!(lanes.enter(lane).await.is_ok(), "{lane:?}");
        }
        assert_eq!(since.elapsed(), Duration::ZERO);
        advance(Duration::from_secs(3)).await;
        for reader in readers {
            assert!(reader.await.unwrap().is_err());
        }
        assert_eq!(lanes.lane(Lane::Reads).waiting.load(Relaxed), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn no_seats_are_taken_while_orders_wait() {
        let lanes = lanes(|settings| settings.orders = 2);
        let mut ordering = Vec::new();
        for _ in 0..2 {
            ordering.push(lanes.enter(Lane::Orders).await.unwrap());
        }
        let one = asks(&lanes, Lane::Orders);
        yield_now().await;
        assert!(lanes.enter(Lane::Holds).await.is_ok(), "one that waits is no crowd");
        let two = asks(&lanes, Lane::Orders);
        yield_now().await;
        assert!(lanes.enter(Lane::Holds).await.is_err());
        assert!(lanes.enter(Lane::Checkout).await.is_ok(), "whoever has ordered can pay");
        ordering.clear();
        assert!(one.await.unwrap().is_ok() && two.await.unwrap().is_ok());
        assert!(lanes.enter(Lane::Holds).await.is_ok());
        let _paying = lanes.enter(Lane::Checkout).await.unwrap();
        let _waiting = asks(&lanes, Lane::Checkout);
        yield_now().await;
        assert!(lanes.enter(Lane::Holds).await.is_err(), "nor while payments wait");
    }
}
