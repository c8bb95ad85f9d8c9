//! What a change of a seat's record means to the people who run the event. Pure: two records in, words out.
//!
//! A room compares what it read with what it knew, so this is right on every server, whoever did it and wherever. What
//! happens and is undone between two readings is not seen.

use frontrow_domain::ids::{Ordinal, UserId};
use frontrow_domain::protocol::Activity;
use frontrow_domain::seat::{Lease, SeatRecord};

/// A seat whose record is another one now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SeatMove {
    pub(super) seat: Ordinal,
    pub(super) before: SeatRecord,
    pub(super) after: SeatRecord,
    /// The hold store's time of the reading.
    pub(super) at_ms: u64,
    /// A recovery of the store took the hold.
    pub(super) lost: bool,
}

/// One thing that happened to a seat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SeatActivity {
    pub(crate) activity: Activity,
    pub(crate) seat: Ordinal,
    /// Who has it now, or had it before.
    pub(crate) owner: UserId,
    /// How long they had had it, by the store's clock; `None` where no lease says so.
    pub(crate) age_ms: Option<u64>,
    /// How much longer it is theirs.
    pub(crate) expires_in_ms: Option<u64>,
}

impl SeatMove {
    /// What happened, in its order: nothing, one thing, or several where much happened between two readings.
    pub(super) fn activities(&self) -> impl Iterator<Item = SeatActivity> {
        let (first, second, third) = match self.same_grant() {
            Some(lease) => (None, None, self.next_state(lease)),
            None => (self.end(), self.held(), self.begin()),
        };
        first.into_iter().chain(second).chain(third)
    }

    /// The lease as it was, if what is there now is the same grant: held longer, claimed, or sold.
    fn same_grant(&self) -> Option<&Lease> {
        let lease = self.before.lease()?;
        let is_same = match &self.after {
            SeatRecord::Sold { owner } => *owner == lease.owner,
            SeatRecord::Held(next) | SeatRecord::Claimed(next) => {
                next.owner == lease.owner && next.fence == lease.fence
            }
            SeatRecord::Available | SeatRecord::Blocked => false,
        };
        is_same.then_some(lease)
    }

    /// The same grant in another state. Nothing to tell of what went back into the cart, nor of a claim that has the
    /// ledger's deadline now instead of the store's.
    fn next_state(&self, lease: &Lease) -> Option<SeatActivity> {
        let activity = match (&self.before, &self.after) {
            (_, SeatRecord::Sold { .. }) => Activity::Sold,
            (SeatRecord::Held(_), SeatRecord::Claimed(_)) => Activity::Claimed,
            (SeatRecord::Held(_), SeatRecord::Held(next)) if next.deadline_ms > lease.deadline_ms => Activity::Extended,
            _ => return None,
        };
        Some(self.of(activity, lease.owner, Some(lease), self.after.ends_at_ms()))
    }

    /// How what was there before has ended.
    fn end(&self) -> Option<SeatActivity> {
        match &self.before {
            SeatRecord::Held(lease) | SeatRecord::Claimed(lease) => {
                let activity = match self.lost {
                    true => Activity::Lost,
                    false if self.before.ends_at_ms().is_some_and(|end_ms| end_ms <= self.at_ms) => Activity::Expired,
                    false => Activity::Release,
                };
                Some(self.of(activity, lease.owner, Some(lease), None))
            }
            SeatRecord::Sold { owner } => Some(self.of(Activity::Refunded, *owner, None, None)),
            SeatRecord::Available | SeatRecord::Blocked => None,
        }
    }

    /// The hold with which it began: what is claimed was held before, also where that was too short to be seen.
    fn held(&self) -> Option<SeatActivity> {
        let lease = self.after.lease()?;
        Some(self.of(Activity::Hold, lease.owner, Some(lease), self.after.ends_at_ms()))
    }

    /// What has become of it since.
    fn begin(&self) -> Option<SeatActivity> {
        match &self.after {
            SeatRecord::Claimed(lease) => {
                Some(self.of(Activity::Claimed, lease.owner, Some(lease), self.after.ends_at_ms()))
            }
            SeatRecord::Sold { owner } => Some(self.of(Activity::Sold, *owner, None, None)),
            SeatRecord::Available | SeatRecord::Held(_) | SeatRecord::Blocked => None,
        }
    }

    fn of(&self, activity: Activity, owner: UserId, lease: Option<&Lease>, end_ms: Option<u64>) -> SeatActivity {
        SeatActivity {
            activity,
            seat: self.seat,
            owner,
            age_ms: lease.and_then(|lease| lease.held_for_ms(self.at_ms)),
            expires_in_ms: end_ms.map(|end_ms| end_ms.saturating_sub(self.at_ms)),
        }
    }
}

#[cfg(test)]
mod tests {
    use frontrow_domain::holds::CLAIM_GRACE_MS;
    use frontrow_domain::seat::Fence;
    use uuid::Uuid;

    use super::*;

    const ADA: UserId = UserId(Uuid::from_u128(0xada));
    const BEN: UserId = UserId(Uuid::from_u128(0xbe4));
    const NOW_MS: u64 = 100_000;

    fn lease(owner: UserId, counter: u64, deadline_ms: u64) -> Lease {
        Lease { owner, fence: Fence { epoch: 1, counter }, first_held_ms: 90_000, deadline_ms }
    }

    fn told(before: SeatRecord, after: SeatRecord) -> Vec<(Activity, UserId, Option<u64>, Option<u64>)> {
        let moved = SeatMove { seat: Ordinal(0), before, after, at_ms: NOW_MS, lost: false };
        moved.activities().map(|it| (it.activity, it.owner, it.age_ms, it.expires_in_ms)).collect()
    }

    #[test]
    fn a_purchase_is_a_hold_a_claim_and_a_sale() {
        let held = SeatRecord::Held(lease(ADA, 1, NOW_MS + 500));
        let claimed = SeatRecord::Claimed(lease(ADA, 1, NOW_MS + 700 + CLAIM_GRACE_MS));
        let sold = SeatRecord::Sold { owner: ADA };
        assert_eq!(told(SeatRecord::Available, held), [(Activity::Hold, ADA, Some(10_000), Some(500))]);
        assert_eq!(told(held, claimed), [(Activity::Claimed, ADA, Some(10_000), Some(700))], "without the grace");
        assert_eq!(told(claimed, sold), [(Activity::Sold, ADA, Some(10_000), None)]);
        assert_eq!(told(held, sold), [(Activity::Sold, ADA, Some(10_000), None)], "the claim was not seen");
        assert_eq!(told(claimed, held), [], "back in the cart");
        assert_eq!(told(sold, SeatRecord::Available), [(Activity::Refunded, ADA, None, None)]);
    }

    #[test]
    fn what_ends_at_its_deadline_expires_and_what_ends_before_it_was_released() {
        let ends = |record| told(record, SeatRecord::Available)[0].0;
        assert_eq!(ends(SeatRecord::Held(lease(ADA, 1, NOW_MS))), Activity::Expired);
        assert_eq!(ends(SeatRecord::Held(lease(ADA, 1, NOW_MS + 1))), Activity::Release);
        assert_eq!(ends(SeatRecord::Claimed(lease(ADA, 1, NOW_MS + CLAIM_GRACE_MS))), Activity::Expired);
        assert_eq!(ends(SeatRecord::Claimed(lease(ADA, 1, NOW_MS + CLAIM_GRACE_MS + 1))), Activity::Release);
        let held = SeatRecord::Held(lease(ADA, 1, NOW_MS + 1));
        assert_eq!(told(held, SeatRecord::Blocked)[0].0, Activity::Release, "an organizer took it out of sale");
        let taken =
            SeatMove { seat: Ordinal(0), before: held, after: SeatRecord::Available, at_ms: NOW_MS, lost: true };
        assert_eq!(taken.activities().next().map(|it| it.activity), Some(Activity::Lost));
    }

    #[test]
    fn another_grant_is_an_end_and_a_beginning() {
        let old = SeatRecord::Held(lease(ADA, 1, NOW_MS));
        let new = SeatRecord::Held(lease(BEN, 2, NOW_MS + 500));
        let expected = [(Activity::Expired, ADA, Some(10_000), None), (Activity::Hold, BEN, Some(10_000), Some(500))];
        assert_eq!(told(old, new), expected);
        let again = SeatRecord::Held(lease(ADA, 2, NOW_MS + 500));
        assert_eq!(told(old, again).len(), 2, "the same person, another hold");
        let claimed = SeatRecord::Claimed(lease(BEN, 2, NOW_MS + CLAIM_GRACE_MS + 700));
        let fast = told(old, claimed).iter().map(|it| it.0).collect::<Vec<_>>();
        assert_eq!(fast, [Activity::Expired, Activity::Hold, Activity::Claimed], "the hold was too short to be seen");
        let longer = SeatRecord::Held(lease(ADA, 1, NOW_MS + 500));
        assert_eq!(told(old, longer), [(Activity::Extended, ADA, Some(10_000), Some(500))]);
    }
}
