//! What the hold book promises, case by case.

use uuid::Uuid;

use super::*;

const ADA: UserId = UserId(Uuid::from_u128(0xada));
const BEN: UserId = UserId(Uuid::from_u128(0xbe4));
const TTL_MS: u64 = 1000;

fn open_book() -> HoldBook {
    let mut book = HoldBook::new();
    assert_eq!(book.apply(0, &Command::Rebuild { epoch: 1 }), Outcome::Done);
    assert_eq!(book.apply(0, &Command::SetGate(Gate { epoch: 1, version: 1, open: true })), Outcome::Done);
    book
}

fn seats(ordinals: &[u32]) -> Vec<Ordinal> {
    ordinals.iter().copied().map(Ordinal).collect()
}

fn hold(user: UserId, ordinals: &[u32]) -> Command {
    Command::Hold { user, seats: seats(ordinals), ttl_ms: TTL_MS, limit: 4 }
}

fn yours(outcome: Outcome) -> Vec<HeldSeat> {
    match outcome {
        Outcome::Yours(seats) => seats,
        other => panic!("expected seats, got {other:?}"),
    }
}

#[test]
fn i2_a_group_hold_is_all_or_nothing() {
    let mut book = open_book();
    yours(book.apply(0, &hold(ADA, &[2])));
    assert_eq!(book.apply(1, &hold(BEN, &[1, 2, 3])), Outcome::Refused(Refusal::Taken(seats(&[2]))));
    assert_eq!(book.record(1, Ordinal(1)), SeatRecord::Available);
}

#[test]
fn holding_my_own_seat_again_succeeds_and_does_not_extend_it() {
    let mut book = open_book();
    let first = yours(book.apply(0, &hold(ADA, &[1])));
    assert_eq!(yours(book.apply(500, &hold(ADA, &[1]))), first);
}

#[test]
fn i2_the_limit_counts_held_claimed_and_sold() {
    let mut book = open_book();
    let held = yours(book.apply(0, &hold(ADA, &[1, 2])));
    let claim = Command::Claim { user: ADA, seats: vec![(Ordinal(1), held[0].fence)], ttl_ms: TTL_MS };
    yours(book.apply(0, &claim));
    let sold = SettledSeat { ordinal: Ordinal(9), version: 1, state: Settled::Sold { owner: ADA } };
    book.apply(0, &Command::Settle { rebuild_epoch: None, seats: vec![sold] });
    assert_eq!(book.apply(1, &hold(ADA, &[3, 4])), Outcome::Refused(Refusal::Limit { has: 3 }));
    assert_eq!(yours(book.apply(1, &hold(ADA, &[3]))).len(), 1);
}

#[test]
fn i7_a_hold_past_its_deadline_is_gone_even_before_anybody_expires_it() {
    let mut book = open_book();
    yours(book.apply(0, &hold(ADA, &[1])));
    assert_eq!(
        book.apply(TTL_MS, &Command::Release { user: ADA, seats: seats(&[1]) }),
        Outcome::Refused(Refusal::NotHeld(seats(&[1])))
    );
    assert_eq!(yours(book.apply(TTL_MS, &hold(BEN, &[1])))[0].ordinal, Ordinal(1));
}

#[test]
fn expire_frees_what_is_due_and_names_what_is_not() {
    let mut book = open_book();
    yours(book.apply(0, &hold(ADA, &[1])));
    yours(book.apply(10, &hold(ADA, &[2])));
    let outcome = book.apply(TTL_MS, &Command::Expire { seats: seats(&[1, 2, 3]) });
    assert_eq!(outcome, Outcome::Freed { seats: seats(&[1]), waiting: vec![(Ordinal(2), TTL_MS + 10)] });
}

#[test]
fn extension_ends_three_ttls_after_the_seat_was_first_held() {
    let mut book = open_book();
    yours(book.apply(0, &hold(ADA, &[1])));
    let extend = Command::Extend { user: ADA, ttl_ms: TTL_MS };
    assert_eq!(yours(book.apply(900, &extend))[0].deadline_ms, 1900);
    assert_eq!(yours(book.apply(1800, &extend))[0].deadline_ms, 2800);
    assert_eq!(yours(book.apply(2700, &extend))[0].deadline_ms, 3000);
}

#[test]
fn an_organizer_gives_time_to_all_of_the_seats_or_to_none() {
    let mut book = open_book();
    yours(book.apply(0, &hold(ADA, &[1])));
    yours(book.apply(100, &hold(BEN, &[2])));
    let fence = yours(book.apply(100, &hold(BEN, &[3])))[0].fence;
    book.apply(100, &Command::Claim { user: BEN, seats: vec![(Ordinal(3), fence)], ttl_ms: TTL_MS });
    let prolong = |ordinals: &[u32]| Command::Prolong { by: ADA, seats: seats(ordinals), ttl_ms: TTL_MS };
    let refused = book.apply(900, &prolong(&[1, 3, 4]));
    assert_eq!(refused, Outcome::Refused(Refusal::NotHeld(seats(&[3, 4]))), "claimed, and free");
    let deadlines = |outcome| yours(outcome).iter().map(|seat| seat.deadline_ms).collect::<Vec<_>>();
    assert_eq!(deadlines(book.apply(900, &prolong(&[2, 1]))), [1900, 1900], "in the order of the command");
    assert_eq!(deadlines(book.apply(1800, &prolong(&[1, 2]))), [2800, 2800]);
    assert_eq!(deadlines(book.apply(2700, &prolong(&[1, 2]))), [3000, 3100], "three TTLs after each was first held");
    let late = book.apply(3000, &prolong(&[1, 2]));
    assert_eq!(late, Outcome::Refused(Refusal::NotHeld(seats(&[1]))), "what is over is not held");
}

#[test]
fn a_settled_claim_keeps_the_age_of_the_same_grant() {
    let mut book = open_book();
    let fence = yours(book.apply(10, &hold(ADA, &[1])))[0].fence;
    book.apply(20, &Command::Claim { user: ADA, seats: vec![(Ordinal(1), fence)], ttl_ms: TTL_MS });
    let lease = Lease { owner: ADA, fence, first_held_ms: 5000, deadline_ms: 5000 };
    let settle = |version, lease| Command::Settle {
        rebuild_epoch: None,
        seats: vec![SettledSeat { ordinal: Ordinal(1), version, state: Settled::Claimed(lease) }],
    };
    book.apply(30, &settle(1, lease));
    assert_eq!(book.record(30, Ordinal(1)), SeatRecord::Claimed(Lease { first_held_ms: 10, ..lease }));
    let other = Lease { owner: BEN, ..lease };
    book.apply(40, &settle(2, other));
    assert_eq!(book.record(40, Ordinal(1)), SeatRecord::Claimed(other), "another grant has another age");
}

#[test]
fn a_claim_needs_the_fence_of_the_hold_and_may_be_repeated() {
    let mut book = open_book();
    let fence = yours(book.apply(0, &hold(ADA, &[1])))[0].fence;
    let stale = Fence { counter: fence.counter + 1, ..fence };
    let claim = |fence| Command::Claim { user: ADA, seats: vec![(Ordinal(1), fence)], ttl_ms: TTL_MS };
    assert_eq!(book.apply(1, &claim(stale)), Outcome::Refused(Refusal::NotHeld(seats(&[1]))));
    yours(book.apply(1, &claim(fence)));
    yours(book.apply(2, &claim(fence)));
    assert_eq!(
        book.apply(3, &hold(ADA, &[1])),
        Outcome::Refused(Refusal::Taken(seats(&[1]))),
        "claimed seats are not in the cart"
    );
}

#[test]
fn a_late_settlement_changes_nothing() {
    let mut book = open_book();
    let settle = |version, state| Command::Settle {
        rebuild_epoch: None,
        seats: vec![SettledSeat { ordinal: Ordinal(1), version, state }],
    };
    book.apply(0, &settle(2, Settled::Available { last_fence: None }));
    assert_eq!(book.apply(0, &settle(1, Settled::Sold { owner: ADA })), Outcome::Applied(vec![]));
    assert_eq!(book.record(0, Ordinal(1)), SeatRecord::Available);
}

#[test]
fn a_settled_release_leaves_newer_holds_and_claims_alone() {
    let mut book = open_book();
    let fence = yours(book.apply(0, &hold(BEN, &[1])))[0].fence;
    let free = |version| Command::Settle {
        rebuild_epoch: None,
        seats: vec![SettledSeat {
            ordinal: Ordinal(1),
            version,
            state: Settled::Available { last_fence: Some(Fence { epoch: 1, counter: 0 }) },
        }],
    };
    book.apply(1, &free(1));
    assert_eq!(book.record(1, Ordinal(1)).owner(), Some(BEN));
    book.apply(2, &Command::Claim { user: BEN, seats: vec![(Ordinal(1), fence)], ttl_ms: TTL_MS });
    book.apply(3, &free(2));
    assert_eq!(book.record(3, Ordinal(1)).owner(), Some(BEN));
}

#[test]
fn without_a_gate_everything_is_refused_until_the_rebuild_ends() {
    let mut book = HoldBook::new();
    assert_eq!(book.apply(0, &hold(ADA, &[1])), Outcome::Refused(Refusal::Recovering));
    let gate = Gate { epoch: 2, version: 1, open: false };
    assert_eq!(book.apply(0, &Command::SetGate(gate)), Outcome::Refused(Refusal::Superseded));
    assert_eq!(book.apply(0, &Command::Rebuild { epoch: 2 }), Outcome::Done);
    assert_eq!(book.apply(0, &Command::Rebuild { epoch: 2 }), Outcome::Refused(Refusal::Superseded));
    assert_eq!(book.apply(0, &Command::SetGate(gate)), Outcome::Done);
    assert_eq!(book.apply(0, &hold(ADA, &[1])), Outcome::Refused(Refusal::NotOnSale));
    let late = Gate { version: 0, open: true, ..gate };
    assert_eq!(
        book.apply(0, &Command::SetGate(late)),
        Outcome::Refused(Refusal::Superseded),
        "a late writer cannot reopen"
    );
}
