//! Pasts that no seat can have had, in the ledger and in the hold store; and odd ones that are possible.

use super::{MS, Run, deed, hold, must_complain, must_pass, operation, order, told};
use crate::history::{Came, Fault, Operation, Outcome, Verb};

fn fault(nemesis: &str, from_ms: u64, until_ms: u64) -> Fault {
    let (nemesis, target) = (nemesis.into(), "t".into());
    Fault { nemesis, target, from_us: from_ms * MS, until_us: until_ms * MS, came: Came::Done }
}

/// Dan places order 5 for a seat.
fn dan_orders(run: &mut Run, seat: usize, from_ms: u64) {
    run.past.operations.push(deed(Verb::Order, 4, from_ms, from_ms + 100, told("5", "awaiting_payment", &[seat])));
    run.books.orders.push(order("5", "dan", "expired", "void", &[seat]));
    run.books.shown_orders.push(("5".into(), "expired".into()));
}

#[test]
fn a_seat_that_two_orders_have_claimed_is_found_although_the_books_agree() {
    must_complain("seat_register", "A-0 of event 0 in the ledger: nothing explains", |run| dan_orders(run, 0, 600));
    must_complain("seat_register", "A-2 of event 0 in the ledger", |run| dan_orders(run, 2, 600));
}

#[test]
fn a_sale_that_was_forgotten_is_found_whatever_has_failed() {
    must_complain("seat_register", "A-1 of event 0 in the ledger", |run| {
        for nemesis in ["kill_mongo", "empty_redis", "hold_thief", "corrupt"] {
            run.past.faults.push(fault(nemesis, 501, 800));
        }
        dan_orders(run, 1, 900);
    });
}

#[test]
fn a_seat_given_back_before_anybody_asked_is_found() {
    // Cem's order comes before Ben's refund was asked for.
    must_complain("seat_register", "A-2 of event 0 in the ledger", |run| {
        run.past.operations[6].start_us = 5_000 * MS;
        run.past.operations[6].end_us = 5_100 * MS;
    });
}

#[test]
fn a_sold_seat_that_was_blocked_is_found() {
    let block = || Operation { seats: vec![0], ..operation(Verb::Block, 0, 2_000, 2_100, Outcome::Ok) };
    must_complain("seat_register", "A-0 of event 0 in the ledger", |run| run.past.operations.push(block()));
    must_pass(|run| run.past.operations.push(Operation { outcome: Outcome::Fail, ..block() }));
}

#[test]
fn two_holds_at_once_are_found() {
    must_complain("seat_register", "A-3 of event 0 in the hold store", |run| {
        run.past.operations.push(hold(1, 110, 190, &[3]));
    });
    must_complain("seat_register", "A-0 of event 0 in the hold store", |run| {
        run.past.operations.push(hold(4, 900, 950, &[0]));
    });
}

#[test]
fn a_sale_in_time_excuses_no_hold_after_its_time_to_pay() {
    // Ada's order could have been paid until 10.2 s, and was at 0.5 s.
    must_complain("seat_register", "A-0 of event 0 in the hold store", |run| {
        run.past.operations.push(hold(4, 15_000, 15_100, &[0]));
    });
    let given_back = |run: &mut Run| {
        run.past.operations.retain(|one| one.person != 3);
        drop(run.books.orders.remove(2));
        run.past.operations.push(hold(3, 15_000, 15_100, &[2]));
    };
    must_complain("seat_register", "A-2 of event 0 in the hold store", |run| {
        given_back(run);
        run.past.operations.push(hold(4, 15_200, 15_300, &[2]));
    });
    // A late sale is one: the money came after the time to pay, and won the seat over a hold.
    let late = |run: &mut Run| {
        run.past.operations[2].start_us = 12_000 * MS;
        run.past.operations[2].end_us = 12_100 * MS;
        run.past.operations.push(hold(4, 11_000, 11_100, &[0]));
    };
    must_pass(late);
    must_complain("seat_register", "A-0 of event 0 in the hold store", |run| {
        late(run);
        run.past.operations.push(hold(4, 90_000, 90_100, &[0]));
        run.past.operations.push(hold(3, 90_200, 90_300, &[0]));
    });
}

#[test]
fn a_lost_release_excuses_nothing_for_ever() {
    let run_with = |from_ms: u64, run: &mut Run| {
        run.past.operations.retain(|one| one.order.as_deref() != Some("4") && one.verb != Verb::Block);
        drop(run.books.orders.remove(3));
        let release = operation(Verb::Release, 4, 1_000, 1_100, Outcome::Unknown);
        run.past.operations.push(Operation { seats: vec![3], ..release });
        run.past.operations.push(hold(4, from_ms, from_ms + 100, &[3]));
        run.past.operations.push(hold(1, from_ms + 200, from_ms + 300, &[3]));
    };
    must_complain("seat_register", "A-3 of event 0 in the hold store", |run| run_with(70_000, run));
    let mut run = super::right();
    run_with(20_000, &mut run);
    let register = run.checked().into_iter().find(|checked| checked.name == "seat_register").unwrap();
    assert!(register.findings.is_empty(), "{register:#?}");
}

#[test]
fn a_hold_ends_at_its_time_its_release_or_a_loss() {
    // Dan's hold of seat 3 is not ordered in these.
    let without_order = |run: &mut Run| {
        run.past.operations.retain(|one| one.order.as_deref() != Some("4"));
        drop(run.books.orders.remove(3));
        drop(run.books.shown_orders.remove(3));
    };
    must_complain("seat_register", "in the hold store", |run| {
        without_order(run);
        run.past.operations.push(hold(1, 2_500, 2_900, &[3]));
    });
    must_pass(|run| {
        without_order(run);
        run.past.operations.push(hold(1, 2_900, 3_050, &[3]));
    });
    must_pass(|run| {
        without_order(run);
        let release = operation(Verb::Release, 4, 1_000, 1_100, Outcome::Unknown);
        run.past.operations.push(Operation { seats: vec![3], ..release });
        run.past.operations.push(hold(1, 2_500, 2_900, &[3]));
    });
    must_pass(|run| {
        without_order(run);
        run.past.faults.push(fault("hold_thief", 1_000, 1_001));
        run.past.operations.push(hold(1, 2_500, 2_900, &[3]));
    });
    must_complain("seat_register", "in the hold store", |run| {
        without_order(run);
        run.past.faults.push(fault("kill_mongo", 1_000, 1_001));
        run.past.operations.push(hold(1, 2_500, 2_900, &[3]));
    });
}

#[test]
fn an_extension_keeps_others_out_for_longer_and_needs_a_hold() {
    let extend = |person, from_ms, until_ms| {
        let extend = operation(Verb::Extend, person, from_ms, until_ms, Outcome::Ok);
        Operation { seats: vec![3], leases: vec![(3, 3_000)], ..extend }
    };
    must_complain("seat_register", "in the hold store: nothing explains Acknowledged", |run| {
        run.past.operations[11].outcome = Outcome::Fail;
        run.past.operations[11].told = None;
        run.books.orders.remove(3);
        run.books.shown_orders.remove(3);
        // Between the refused order and the block: what was tried may have ended the hold, an extension shows that it had not.
        run.past.operations.push(extend(4, 2_000, 2_100));
        run.past.operations.push(hold(1, 2_200, 2_300, &[3]));
        run.past.operations.push(extend(4, 2_400, 2_500));
    });
    // Dan's order is over by then, and the seat is free.
    let unheld = || extend(3, 11_000, 11_100);
    must_complain("seat_register", "of event 0 in the hold store", |run| run.past.operations.push(unheld()));
    let lost_best = |person| operation(Verb::BestAvailable, person, 10_500, 10_900, Outcome::Unknown);
    must_pass(|run| run.past.operations.extend([lost_best(3), unheld()]));
    must_complain("seat_register", "of event 0 in the hold store", |run| {
        run.past.operations.extend([lost_best(2), unheld()]);
    });
}

#[test]
fn what_nobody_knows_may_have_happened_late() {
    // Dan's second order got no answer; it is there all the same, and was paid when its time was over.
    must_pass(|run| {
        run.past.operations.retain(|one| !(one.verb == Verb::Block || one.order.as_deref() == Some("4")));
        run.past.operations.push(operation(Verb::Order, 4, 200, 6_000, Outcome::Unknown));
        run.books.seats[3].state = "available".into();
        drop(run.books.stored.pop());
        run.books.maps[0].states[3] = 0;
        run.books.watchers[0].states[3] = 0;
    });
}
