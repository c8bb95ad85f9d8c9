//! Seats that this server is asking the store for right now, and those that the store has just granted.
//!
//! When everybody clicks the same seat, one command goes to the store and the others wait for its outcome: whoever lost is
//! refused without a question. Pure state; the room's lock protects it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use frontrow_domain::ids::{Ordinal, UserId};
use frontrow_engines::holds::SeatsRead;
use tokio::sync::Notify;
use tokio::sync::futures::OwnedNotified;
use tokio::time::Instant;

/// How long a grant counts before the room has read it: a few ticks.
const GRANT_COUNTS_FOR: Duration = Duration::from_millis(50);

/// See the module.
#[derive(Default)]
pub(super) struct Wanted {
    asked: HashMap<Ordinal, Asked>,
    granted: HashMap<Ordinal, Grant>,
}

struct Asked {
    answered: Arc<Notify>,
    /// A hint came before the answer, which may be that of the grant.
    hinted: bool,
}

struct Grant {
    owner: UserId,
    /// By the store's clock.
    at_ms: u64,
    until: Instant,
    /// The grant's own hint has come; the next one is news.
    is_known: bool,
}

impl Wanted {
    /// Nobody else asks for these seats until [`Self::end`]. `Err` with the end of somebody's question about one of them.
    pub(super) fn begin(&mut self, seats: &[Ordinal]) -> Result<Arc<Notify>, OwnedNotified> {
        if let Some(asked) = seats.iter().find_map(|seat| self.asked.get(seat)) {
            return Err(Arc::clone(&asked.answered).notified_owned());
        }
        let answered = Arc::new(Notify::new());
        let asked = |&seat| (seat, Asked { answered: Arc::clone(&answered), hinted: false });
        self.asked.extend(seats.iter().map(asked));
        Ok(answered)
    }

    /// The question is answered, or given up.
    pub(super) fn end(&mut self, seats: &[Ordinal], answered: &Notify) {
        for seat in seats {
            self.asked.remove(seat);
        }
        answered.notify_waiters();
    }

    /// The store has granted the seats, at its time `at_ms`.
    pub(super) fn grant(&mut self, owner: UserId, seats: &[Ordinal], at_ms: u64, now: Instant) {
        let until = now + GRANT_COUNTS_FOR;
        for &seat in seats {
            let is_known = self.asked.get(&seat).is_some_and(|asked| asked.hinted);
            self.granted.insert(seat, Grant { owner, at_ms, until, is_known });
        }
    }

    /// Those of the seats that were just granted to somebody else.
    pub(super) fn granted_to_others(&self, user: UserId, seats: &[Ordinal], now: Instant) -> Vec<Ordinal> {
        let others =
            |seat: &Ordinal| self.granted.get(seat).is_some_and(|grant| grant.owner != user && grant.until > now);
        seats.iter().copied().filter(others).collect()
    }

    /// A hint came: of a grant itself, possibly before its answer, or of what happened since, which ends the grant.
    pub(super) fn hinted(&mut self, seat: Ordinal) {
        if let Some(asked) = self.asked.get_mut(&seat) {
            asked.hinted = true;
        }
        if self.granted.get_mut(&seat).is_some_and(|grant| std::mem::replace(&mut grant.is_known, true)) {
            self.granted.remove(&seat);
        }
    }

    /// The seats may have changed since.
    pub(super) fn forget(&mut self, seats: &[Ordinal]) {
        for seat in seats {
            self.granted.remove(seat);
        }
    }

    /// The store was read. What it says then about a grant before is newer; a grant that it confirms goes on to count, for
    /// the seat may be suspected again before the next reading.
    pub(super) fn read(&mut self, seats: &[Ordinal], read: &SeatsRead, now: Instant) {
        if self.granted.is_empty() {
            return;
        }
        for (seat, record) in seats.iter().zip(&read.records) {
            let is_over = |grant: &Grant| grant.at_ms < read.at_ms && record.owner() != Some(grant.owner);
            if self.granted.get(seat).is_some_and(is_over) {
                self.granted.remove(seat);
            }
        }
        self.granted.retain(|_, grant| grant.until > now);
    }
}

#[cfg(test)]
mod tests {
    use frontrow_domain::seat::SeatRecord;
    use futures_util::FutureExt as _;
    use uuid::Uuid;

    use super::*;

    const ADA: UserId = UserId(Uuid::from_u128(0xada));
    const BEN: UserId = UserId(Uuid::from_u128(0xbe4));
    const BOTH: [Ordinal; 2] = [Ordinal(1), Ordinal(2)];

    #[tokio::test]
    async fn whoever_wants_what_is_asked_for_waits_for_the_answer() {
        let mut wanted = Wanted::default();
        let answered = wanted.begin(&BOTH).unwrap();
        let mut waiting = Box::pin(wanted.begin(&[Ordinal(2), Ordinal(3)]).unwrap_err());
        assert!(waiting.as_mut().now_or_never().is_none());
        assert!(wanted.begin(&[Ordinal(3)]).is_ok(), "who waits reserves nothing");
        wanted.end(&BOTH, &answered);
        assert!(waiting.as_mut().now_or_never().is_some());
        assert!(wanted.begin(&[Ordinal(2)]).is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_grant_counts_for_others_until_the_map_has_it_or_something_else_happened() {
        let (mut wanted, now) = (Wanted::default(), Instant::now());
        let others = |wanted: &Wanted, now| wanted.granted_to_others(BEN, &[Ordinal(1), Ordinal(3)], now);
        wanted.grant(ADA, &BOTH, 1_000, now);
        assert_eq!(others(&wanted, now), [Ordinal(1)]);
        assert_eq!(wanted.granted_to_others(ADA, &BOTH, now), [], "it is hers");
        assert_eq!(others(&wanted, now + GRANT_COUNTS_FOR), [], "a reading is overdue");
        wanted.hinted(Ordinal(1));
        wanted.hinted(Ordinal(2));
        assert_eq!(others(&wanted, now), [Ordinal(1)], "the hints of the grant itself");
        wanted.hinted(Ordinal(1));
        assert_eq!(others(&wanted, now), [], "somebody else's");
        assert_eq!(wanted.granted_to_others(BEN, &BOTH, now), [Ordinal(2)]);
        wanted.forget(&BOTH);
        assert_eq!(wanted.granted_to_others(BEN, &BOTH, now), []);
    }

    #[tokio::test(start_paused = true)]
    async fn the_hint_of_a_grant_may_come_before_its_answer() {
        let (mut wanted, now) = (Wanted::default(), Instant::now());
        let answered = wanted.begin(&BOTH).unwrap();
        wanted.hinted(Ordinal(1));
        wanted.grant(ADA, &BOTH, 1_000, now);
        wanted.end(&BOTH, &answered);
        assert_eq!(wanted.granted_to_others(BEN, &BOTH, now), BOTH);
        wanted.hinted(Ordinal(1));
        wanted.hinted(Ordinal(2));
        assert_eq!(
            wanted.granted_to_others(BEN, &BOTH, now),
            [Ordinal(2)],
            "only the first seat's hint was the second"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_reading_ends_a_grant_only_if_it_is_newer_and_says_otherwise() {
        let (mut wanted, now) = (Wanted::default(), Instant::now());
        let mut after = |at_ms, owner: Option<UserId>| {
            let record = owner.map_or(SeatRecord::Available, |owner| SeatRecord::Sold { owner });
            wanted.grant(ADA, &[Ordinal(1)], 1_000, now);
            wanted.read(&[Ordinal(1)], &SeatsRead { at_ms, records: vec![record] }, now);
            wanted.granted_to_others(BEN, &[Ordinal(1)], now).len()
        };
        assert_eq!(after(999, None), 1, "it was read before");
        assert_eq!(after(1_001, Some(ADA)), 1, "it says the same");
        assert_eq!(after(1_001, None), 0);
        assert_eq!(after(1_001, Some(BEN)), 0);
        wanted.grant(ADA, &BOTH, 1_000, now);
        wanted.read(&[], &SeatsRead { at_ms: 2_000, records: Vec::new() }, now + GRANT_COUNTS_FOR);
        assert!(wanted.granted.is_empty(), "what has lapsed is not kept");
    }
}
