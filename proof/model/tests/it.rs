//! The model is walked through to its end, as it is and with each of its guards taken out.

use std::time::Instant;

use frontrow_model::properties::{FENCES, GRANTS, GROUP, MONEY, NO_DOUBLE_SALE, STORE};
use frontrow_model::reach::reach;
use frontrow_model::{Broken, Left, Purchase, Seats};
use stateright::{Checker as _, Expectation, HasDiscoveries, Model as _};

const FIRST: Seats = Seats(0b01);
const SECOND: Seats = Seats(0b10);

/// A group wants both seats, and somebody else wants each of them.
const THREE_BUYERS: Purchase = Purchase {
    wishes: [Seats::ALL, FIRST, SECOND],
    left: Left { holds: [1; 3], emptied: 0, refunds: 0 },
    crashes: false,
    is_provider_unsure: false,
    rebuilds: 1,
    broken: None,
    forgets: true,
};

/// A group and somebody who wants one of its seats; servers die, and the provider does not always answer.
const CRASHES: Purchase = Purchase {
    left: Left { holds: [1, 1, 0], emptied: 0, refunds: 1 },
    crashes: true,
    is_provider_unsure: true,
    ..THREE_BUYERS
};

/// The same where nobody gives an order back: what is refunded was captured for an order that had ended.
const LATE: Purchase = Purchase { left: Left { refunds: 0, ..CRASHES.left }, ..CRASHES };

/// The same two; Redis loses everything, and two servers may rebuild it at once.
const EMPTIED: Purchase = Purchase { left: Left { holds: [1, 1, 0], emptied: 1, refunds: 0 }, ..THREE_BUYERS };

/// One buyer and everything that can go wrong.
const ALONE: Purchase = Purchase {
    left: Left { holds: [2, 0, 0], emptied: 1, refunds: 1 },
    crashes: true,
    is_provider_unsure: true,
    ..THREE_BUYERS
};

/// Walks through all of it. What must hold has no counterexample, and what must be possible in this model is.
fn walk(name: &str, model: Purchase, impossible: &[&str]) {
    let started = Instant::now();
    let checker = model.checker().threads(2).spawn_bfs().join();
    let (states, steps, depth) = (checker.unique_state_count(), checker.state_count(), checker.max_depth());
    println!(
        "{name}: {states} unique states of {steps}, {depth} steps deep, in {:.1} s",
        started.elapsed().as_secs_f64()
    );
    for property in model.properties() {
        match property.expectation {
            Expectation::Always => checker.assert_no_discovery(property.name),
            _ if impossible.contains(&property.name) => checker.assert_no_discovery(property.name),
            _ => drop(checker.assert_any_discovery(property.name)),
        }
    }
}

const TWICE: &str = "given back and sold to somebody else";
const TWO_OWNERS: &str = "two buyers own a seat each";
const REBUILT: &str = "at rest after a rebuild";

#[test]
fn three_buyers_and_two_servers_that_pause() {
    walk("three buyers", THREE_BUYERS, &[TWICE, REBUILT]);
}

#[test]
fn servers_that_die_in_the_middle_of_a_purchase() {
    walk("crashes", CRASHES, &[TWO_OWNERS, REBUILT]);
}

#[test]
fn a_redis_that_loses_everything() {
    walk("emptied", EMPTIED, &[TWICE, TWO_OWNERS]);
}

#[test]
fn nobody_is_stuck() {
    for (name, model) in [("crashes", CRASHES), ("alone", ALONE)] {
        let started = Instant::now();
        let found = reach(&model);
        let seconds = started.elapsed().as_secs_f64();
        println!(
            "{name}: {} states, {} at rest, {} stuck, in {seconds:.1} s",
            found.states, found.at_rest, found.stuck
        );
        assert!(found.at_rest > 0 && found.example.is_none(), "no way to rest from {:#?}", found.example);
    }
}

/// The walk that looks for stuck states and Stateright's know the same states, and forgetting hides nothing: what is found
/// without it is found with it.
#[test]
fn what_is_forgotten_makes_no_difference() {
    let holds = [1, 1, 0];
    let two_buyers = Purchase { left: Left { holds, emptied: 0, refunds: 0 }, ..THREE_BUYERS };
    let left = Left { holds: [1, 0, 0], ..CRASHES.left };
    // Epochs without end are told apart where nothing is forgotten: here either servers die or Redis does.
    let crashes = Purchase { left, ..CRASHES };
    let emptied = Purchase { left: Left { holds: [1, 0, 0], ..EMPTIED.left }, ..EMPTIED };
    for (name, small) in [("two buyers", two_buyers), ("crashes", crashes), ("emptied", emptied)] {
        let started = Instant::now();
        let ((with, fewer), (without, more)) = (discoveries(small), discoveries(Purchase { forgets: false, ..small }));
        println!(
            "forgetting, {name}: {fewer} unique states instead of {more}, in {:.1} s",
            started.elapsed().as_secs_f64()
        );
        assert_eq!(with, without, "{name}");
        assert!(fewer < more, "{name}");
        assert_eq!(reach(&small).states, fewer, "{name}");
    }
}

/// What Stateright finds in a model, and in how many states.
fn discoveries(model: Purchase) -> (Vec<&'static str>, usize) {
    let checker = model.checker().threads(2).spawn_bfs().join();
    let mut names: Vec<_> = checker.discoveries().into_keys().collect();
    names.sort_unstable();
    (names, checker.unique_state_count())
}

/// Without this guard this property has a counterexample.
fn finds(broken: Broken, property: &'static str, model: Purchase) {
    let broken_model = Purchase { broken: Some(broken), ..model };
    let only = HasDiscoveries::AnyOf([property].into());
    let checker = broken_model.checker().threads(2).finish_when(only).spawn_bfs().join();
    let steps = checker.assert_any_discovery(property).into_actions();
    println!("{broken:?}: {} unique states, then {property:?} is broken by {steps:?}", checker.unique_state_count());
}

#[test]
fn without_its_fence_a_claim_that_was_overtaken_takes_the_seat() {
    finds(Broken::NoFence, FENCES, THREE_BUYERS);
}

#[test]
fn without_the_filter_on_its_state_a_seat_is_sold_twice() {
    finds(Broken::NoStateFilter, NO_DOUBLE_SALE, CRASHES);
}

#[test]
fn without_one_transaction_a_group_is_torn_apart() {
    finds(Broken::SeatBySeat, GROUP, CRASHES);
}

#[test]
fn without_its_version_a_paid_order_is_written_over() {
    finds(Broken::NoVersion, MONEY, CRASHES);
}

#[test]
fn money_before_the_claim_is_lost_with_the_server() {
    finds(Broken::ClaimAfterMoney, MONEY, CRASHES);
}

#[test]
fn a_charge_that_was_not_written_down_is_not_asked_for() {
    finds(Broken::NoNoteOfAttempt, MONEY, CRASHES);
}

#[test]
fn an_order_that_ended_too_early_keeps_the_money() {
    finds(Broken::NoSecondLook, MONEY, CRASHES);
}

#[test]
fn a_notice_that_is_forgotten_keeps_the_money() {
    finds(Broken::NoticeForgotten, MONEY, LATE);
}

#[test]
fn without_its_name_a_refund_is_two() {
    finds(Broken::RefundWithoutKey, MONEY, CRASHES);
    finds(Broken::RefundWithoutKey, MONEY, LATE);
}

#[test]
fn a_refund_that_is_noted_before_it_is_made_is_lost_with_the_server() {
    finds(Broken::RefundedBeforeAsking, MONEY, CRASHES);
    finds(Broken::RefundedBeforeAsking, MONEY, LATE);
}

#[test]
fn a_late_settling_undoes_a_newer_one() {
    finds(Broken::SettleAnyVersion, STORE, CRASHES);
}

#[test]
fn with_the_epoch_that_was_lost_fences_begin_again() {
    // Small numbers in the same order would hide that the larger ones are used again.
    let left = Left { holds: [1, 2, 0], emptied: 1, refunds: 0 };
    finds(Broken::SameEpoch, GRANTS, Purchase { left, forgets: false, ..EMPTIED });
}

#[test]
fn a_rebuild_that_died_is_waited_for_for_ever() {
    let found = reach(&Purchase { broken: Some(Broken::NoSupersession), ..ALONE });
    println!("{:?}: {} of {} states are stuck", Broken::NoSupersession, found.stuck, found.states);
    assert!(found.stuck > 0);
}
