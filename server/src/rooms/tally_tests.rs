//! What a room remembers, case by case.

use frontrow_domain::ids::UserId;
use frontrow_domain::plan;
use frontrow_domain::seat::{Fence, Lease};
use uuid::Uuid;

use super::*;

const ADA: UserId = UserId(Uuid::from_u128(0xada));
const FREE: SeatRecord = SeatRecord::Available;
const SOLD: SeatRecord = SeatRecord::Sold { owner: ADA };

fn layout() -> Layout {
    let json = include_str!("../../../shared/plans/riethsporthalle.json");
    plan::compile(&serde_json::from_str(json).unwrap()).unwrap()
}

fn lease(first_held_ms: u64, deadline_ms: u64) -> Lease {
    Lease { owner: ADA, fence: Fence { epoch: 1, counter: 1 }, first_held_ms, deadline_ms }
}

fn moved(seat: u32, before: SeatRecord, after: SeatRecord, at_ms: u64) -> SeatMove {
    SeatMove { seat: Ordinal(seat), before, after, at_ms, lost: false }
}

fn presence(held: u32, sold: u32) -> Presence {
    Presence { held, sold, sockets: 1 }
}

#[test]
fn what_was_there_at_the_first_reading_did_not_happen() {
    let (layout, mut tally) = (layout(), Tally::new(&layout()));
    tally.begin(&layout, &[moved(0, FREE, SOLD, 5_000)], presence(0, 1), 5_000);
    assert_eq!((tally.total, tally.since_ms), (ActivityCounts::default(), 5_000));
    let section = tally.sections(5_000)[layout.seat(Ordinal(0)).section];
    assert_eq!(section.counts.sold, 1);
}

#[test]
fn a_purchase_is_counted_and_timed() {
    let (layout, mut tally) = (layout(), Tally::new(&layout()));
    tally.begin(&layout, &[], presence(0, 0), 0);
    let held = SeatRecord::Held(lease(10_000, 70_000));
    let claimed = SeatRecord::Claimed(lease(10_000, 130_000));
    // As the ledger tells it: without the time of the hold.
    let settled = SeatRecord::Claimed(lease(130_000, 130_000));
    tally.note(&layout, &[moved(3, FREE, held, 10_000)], presence(1, 0), 10_000);
    let section = layout.seat(Ordinal(3)).section;
    assert_eq!(tally.sections(10_000)[section].oldest_held_ms, Some(10_000));
    assert_eq!(tally.sections(10_000)[section].holds_last_minute, 1);
    tally.note(&layout, &[moved(3, held, claimed, 14_000)], presence(1, 0), 14_000);
    tally.note(&layout, &[moved(3, claimed, settled, 14_050)], presence(1, 0), 14_050);
    let told = tally.note(&layout, &[moved(3, settled, SOLD, 20_000)], presence(0, 1), 20_000);
    assert_eq!(told[0].age_ms, Some(10_000), "remembered from before the claim");
    assert_eq!((tally.hold_to_order_ms[0], tally.order_to_paid_ms[0]), (4_000, 6_000));
    assert_eq!((tally.total.holds, tally.total.sales), (1, 1));
    assert_eq!(tally.sections(20_000)[section].oldest_held_ms, None);
    assert_eq!(tally.last_minute(69_999).holds, 1);
    assert_eq!((tally.last_minute(70_000).holds, tally.last_minute(70_000).sales), (0, 1), "a minute later");
}

#[test]
fn quiet_seconds_take_no_room_and_are_filled_in_as_they_were() {
    let (layout, mut tally) = (layout(), Tally::new(&layout()));
    tally.begin(&layout, &[], presence(0, 0), 1_000);
    for second in 1..1_000 {
        tally.sample(presence(0, 0), second * 1_000);
    }
    assert_eq!(tally.seconds.len(), 1);
    let held = SeatRecord::Held(lease(3_000, 70_000));
    tally.note(&layout, &[moved(0, FREE, held, 1_000_500)], presence(1, 0), 1_000_500);
    tally.conflict(&layout, &[Ordinal(0), Ordinal(1)], presence(1, 0), 1_002_000);
    let history = tally.history(1_004_200);
    assert_eq!(history.len() as u64, HISTORY_S, "not further back");
    let newest: Vec<_> =
        history.iter().rev().take(5).map(|it| (it.ts_ms / 1000, it.held, it.holds, it.conflicts)).collect();
    assert_eq!(newest, [(1004, 1, 0, 0), (1003, 1, 0, 1), (1002, 1, 0, 0), (1001, 1, 1, 0), (1000, 0, 0, 0)]);
    assert_eq!(tally.sections(1_004_200)[layout.seat(Ordinal(0)).section].conflicts_last_minute, 1, "one command");
}

#[test]
fn what_lies_more_than_fifteen_minutes_back_is_forgotten_but_not_its_outcome() {
    let (layout, mut tally) = (layout(), Tally::new(&layout()));
    tally.begin(&layout, &[], presence(0, 0), 0);
    for second in 0..2_000 {
        tally.sample(presence(second, 0), u64::from(second) * 1_000);
    }
    assert!(tally.seconds.len() as u64 <= HISTORY_S + 2, "{}", tally.seconds.len());
    let history = tally.history(2_000_000);
    assert_eq!((history[0].held, history.last().unwrap().held), (1_100, 1_999));
}
