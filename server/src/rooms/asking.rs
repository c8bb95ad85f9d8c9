//! Asking the hold store for seats, as far as it has to be asked: what the room knows to be taken is refused here, and one
//! question at a time is asked about a seat.

use std::sync::Arc;
use std::time::Duration;

use frontrow_domain::ids::{Ordinal, UserId};
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::Room;

/// How long to wait for the outcome of somebody else's question before asking as well: a store that does not answer makes
/// nobody wait for two.
const PATIENCE: Duration = Duration::from_millis(100);

/// What is to be done about a wish for seats.
pub(crate) enum Verdict {
    /// Refuse it: somebody else has these for certain.
    Taken(Vec<Ordinal>),
    /// Ask the store.
    Ask(Asking),
}

/// A question to the store; others who want one of its seats wait until it is dropped.
pub(crate) struct Asking {
    room: Arc<Room>,
    seats: Vec<Ordinal>,
    /// `None` where somebody was too slow with the same question.
    answered: Option<Arc<Notify>>,
}

impl Room {
    /// Decides what can be decided here.
    pub(crate) async fn want(self: &Arc<Self>, user: UserId, seats: &[Ordinal]) -> Verdict {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let taken = self.taken_by_others(user, seats);
            if !taken.is_empty() {
                return Verdict::Taken(taken);
            }
            let asking = |answered| Asking { room: Arc::clone(self), seats: seats.to_vec(), answered };
            // Its own statement: the lock is gone before anybody waits.
            let begun = self.lock().wanted.begin(seats);
            let answer = match begun {
                Ok(answered) => return Verdict::Ask(asking(Some(answered))),
                Err(answer) => answer,
            };
            if timeout_at(deadline, answer).await.is_err() {
                return Verdict::Ask(asking(None));
            }
        }
    }
}

impl Asking {
    /// The store has granted the seats, at its time `at_ms`: known here before the room has read them.
    pub(crate) fn granted_to(&self, user: UserId, at_ms: u64) {
        self.room.look_at(&self.seats);
        self.room.lock().wanted.grant(user, &self.seats, at_ms, Instant::now());
    }

    /// The store knows better than the room.
    pub(crate) fn refused(&self) {
        self.room.look_at(&self.seats);
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        if let Some(answered) = &self.answered {
            self.room.lock().wanted.end(&self.seats, answered);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::super::room::tests::{ADA, BEN, room};
    use super::*;

    const FREE: [Ordinal; 2] = [Ordinal(1), Ordinal(2)];

    fn asking(verdict: Verdict) -> Asking {
        match verdict {
            Verdict::Ask(asking) => asking,
            Verdict::Taken(seats) => panic!("{seats:?} are taken"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waited_for_the_winner_is_refused_without_a_question() {
        let room = Arc::new(room());
        let ada = asking(room.want(ADA, &FREE).await);
        let mut ben = Box::pin(room.want(BEN, &[Ordinal(2)]));
        assert!(ben.as_mut().now_or_never().is_none(), "he waits");
        ada.granted_to(ADA, 0);
        drop(ada);
        assert!(matches!(ben.await, Verdict::Taken(seats) if seats == [Ordinal(2)]));
        drop(asking(room.want(ADA, &FREE).await));
        room.suspect(&FREE);
        drop(asking(room.want(BEN, &FREE).await));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waited_for_somebody_without_luck_asks_next() {
        let room = Arc::new(room());
        let ada = asking(room.want(ADA, &FREE).await);
        let ben = Box::pin(room.want(BEN, &FREE));
        ada.refused();
        drop(ada);
        let ben = asking(ben.await);
        assert!(room.want(ADA, &FREE).now_or_never().is_none(), "now he asks");
        drop(ben);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_long_for_a_store_that_does_not_answer() {
        let room = Arc::new(room());
        let _ada = asking(room.want(ADA, &FREE).await);
        let began = Instant::now();
        let ben = asking(room.want(BEN, &FREE).await);
        assert_eq!(began.elapsed().as_millis(), PATIENCE.as_millis());
        drop(ben);
        assert!(room.want(BEN, &FREE).now_or_never().is_none(), "it is still her question");
    }
}
