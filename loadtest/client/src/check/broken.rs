//! A right history that no check complains about, and one broken history for everything that a check must see.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, all, sold};
use crate::books::{Books, Money, Order, OrderSeat, Payment, Ticket};
use crate::hall::{Hall, Map, State};
use crate::provider::Intent;
use crate::told::{Promise, Word};

/// A hall of four seats, one of them blocked, its books, and what was told.
struct History {
    hall: Hall,
    books: Books,
    promises: BTreeMap<String, Promise>,
}

fn order(id: &str, buyer: &str, status: &str, money: &str, seats: &[&str]) -> Order {
    let seat = |name: &&str| OrderSeat { seat: (*name).to_owned(), price: Money { amount: 100 } };
    Order {
        id: id.into(),
        status: status.into(),
        seats: seats.iter().map(seat).collect(),
        total: Money { amount: 100 * i64::try_from(seats.len()).unwrap() },
        payment: Payment { id: format!("pay-{id}"), status: money.into() },
        buyer_id: Some(buyer.into()),
        tickets: None,
    }
}

fn ticket(order: &str, seat: &str, status: &str) -> Ticket {
    Ticket {
        id: format!("ticket-{order}-{seat}"),
        order_id: order.into(),
        event_id: "event".into(),
        seat: seat.into(),
        code: format!("code-{order}-{seat}"),
        status: status.into(),
    }
}

fn intent(order: &str, received: i64, refunded: i64) -> Intent {
    Intent {
        id: format!("pay-{order}"),
        status: "succeeded".into(),
        amount_received: received,
        amount_refunded: refunded,
    }
}

fn promise(word: Word, seats: &[&str], tickets: &[Ticket], refund_asked: bool) -> Promise {
    let seats = seats.iter().map(|&seat| seat.to_owned()).collect();
    Promise { word, seats, tickets: tickets.to_vec(), refund_asked }
}

/// Ada owns, Ben gave A-3 back and Cem bought it; Dan's order expired.
fn right() -> History {
    let seats: Vec<String> = ["A-1", "A-2", "A-3", "A-4"].map(str::to_owned).to_vec();
    let prices = seats.iter().map(|seat| (seat.clone(), 100)).collect();
    let hall = Hall { event: "event".into(), limit: 2, seats, prices, for_sale: BTreeSet::from([0, 1, 2]) };
    let orders = vec![
        order("1", "ada", "confirmed", "captured", &["A-1", "A-2"]),
        order("2", "ben", "refunded", "refunded", &["A-3"]),
        order("3", "cem", "confirmed", "captured", &["A-3"]),
        order("4", "dan", "expired", "cancelled", &["A-3"]),
    ];
    let intents = vec![intent("1", 200, 0), intent("2", 100, 100), intent("3", 100, 0), intent("4", 0, 0)];
    let tickets = vec![
        ("ada".to_owned(), ticket("1", "A-1", "valid")),
        ("ada".to_owned(), ticket("1", "A-2", "valid")),
        ("ben".to_owned(), ticket("2", "A-3", "refunded")),
        ("cem".to_owned(), ticket("3", "A-3", "valid")),
    ];
    let map = Map(vec![State::Sold, State::Sold, State::Sold, State::Blocked]);
    let maps = vec![("server-1".to_owned(), map.clone()), ("server-2".to_owned(), map)];
    let promises = BTreeMap::from([
        ("1".to_owned(), promise(Word::Confirmed, &["A-1", "A-2"], &[ticket("1", "A-1", "valid")], false)),
        ("2".to_owned(), promise(Word::Refunded, &["A-3"], &[ticket("2", "A-3", "valid")], true)),
        ("4".to_owned(), promise(Word::Placed, &["A-3"], &[], false)),
    ]);
    History { hall, books: Books { orders, intents, tickets, maps }, promises }
}

fn findings(history: &History) -> Vec<Finding> {
    all(&history.hall, &history.books, &history.promises).into_iter().flat_map(|checked| checked.findings).collect()
}

/// The history after `breaking` it must make this invariant complain, with a sentence that contains `words`.
#[track_caller]
fn must_complain(invariant: &str, words: &str, breaking: impl FnOnce(&mut History)) {
    let mut history = right();
    breaking(&mut history);
    let found = findings(&history);
    let said = found.iter().any(|finding| finding.invariant == invariant && finding.what.contains(words));
    assert!(said, "no {invariant} with {words:?} in {found:#?}");
}

#[test]
fn a_right_history_has_no_findings_and_something_was_compared() {
    let history = right();
    assert_eq!(findings(&history), []);
    assert!(all(&history.hall, &history.books, &history.promises).iter().all(|checked| checked.compared > 0));
}

#[test]
fn i1_a_seat_that_is_sold_twice_is_found() {
    must_complain("I1", "A-1 is sold twice", |history| {
        history.books.orders.push(order("5", "eva", "confirmed", "captured", &["A-1"]));
    });
}

#[test]
fn i1_a_map_of_any_server_that_differs_is_found() {
    must_complain("I1", "server-2 shows A-2 as Available, it is owned", |history| {
        history.books.maps[1].1.0[1] = State::Available;
    });
    must_complain("I1", "server-1 shows A-3 as Sold, it is not owned", |history| {
        history.books.orders[2].status = "expired".into();
    });
    must_complain("I1", "shows A-4 as Available", |history| history.books.maps[0].1.0[3] = State::Available);
    must_complain("I1", "shows 3 seats", |history| history.books.maps[0].1.0.truncate(3));
}

#[test]
fn i2_a_buyer_above_the_limit_is_found() {
    must_complain("I2", "buyer ada has 3 seats, 2 are allowed", |history| {
        history.books.orders[2].buyer_id = Some("ada".into());
    });
}

#[test]
fn i2_an_order_that_is_not_whole_is_found() {
    must_complain("I2", "its seats cost 100, its total is 200", |history| drop(history.books.orders[0].seats.pop()));
    must_complain("I2", "its seats are", |history| history.books.orders[0].seats.clear());
    must_complain("I2", "A-1 costs Some(100), not 90", |history| history.books.orders[0].seats[0].price.amount = 90);
}

#[test]
fn i3_what_was_told_and_is_not_there_is_found() {
    must_complain("I3", "order 1, told as Confirmed, is lost", |history| drop(history.books.orders.remove(0)));
    must_complain("I3", "told as Confirmed, it is expired", |history| {
        history.books.orders[0].status = "expired".into();
    });
    must_complain("I3", "told as Refunded, it is confirmed", |history| {
        history.books.orders[1].status = "confirmed".into();
    });
    must_complain("I3", "told as Confirmed, it is refunded", |history| {
        history.books.orders[0].status = "refunded".into();
    });
    must_complain("I3", "told as Cancelled, it is expired", |history| {
        history.promises.insert("4".into(), promise(Word::Cancelled, &["A-3"], &[], false));
    });
    must_complain("I3", "it has [\"A-1\"]", |history| drop(history.books.orders[0].seats.pop()));
    must_complain("I3", "ticket-1-A-1 for A-1 is lost", |history| history.books.tickets[0].1.code = "other".into());
}

#[test]
fn i5_money_without_seats_and_seats_without_money_are_found() {
    must_complain("I5", "captured 100, refunded 0, owns seats for 0 (expired)", |history| {
        history.books.intents[3].amount_received = 100;
    });
    must_complain("I5", "captured 0, refunded 0, owns seats for 200", |history| {
        history.books.intents.remove(0);
    });
    must_complain("I5", "refunded 100, owns seats for 100", |history| history.books.intents[2].amount_refunded = 100);
    must_complain("I5", "its payment is cancelled, the provider captured 100", |history| {
        history.books.intents[3] = intent("4", 100, 100);
    });
    must_complain("I5", "400 were kept for seats worth 300", |history| history.books.intents[2].amount_received = 200);
}

#[test]
fn i6_missing_doubled_and_foreign_tickets_are_found() {
    must_complain("I6", "A-1 has 0 valid tickets", |history| drop(history.books.tickets.remove(0)));
    must_complain("I6", "A-1 has 0 valid tickets", |history| history.books.tickets[0].1.status = "refunded".into());
    must_complain("I6", "A-3 has 2 valid tickets", |history| history.books.tickets[2].1.status = "valid".into());
    must_complain("I6", "the ticket for A-1 is of eva", |history| history.books.tickets[0].0 = "eva".into());
    must_complain("I6", "two tickets have the code", |history| {
        history.books.tickets[1].1.code = history.books.tickets[0].1.code.clone();
    });
    must_complain("I6", "ticket-1-A-1 is there twice", |history| {
        history.books.tickets[1].1.id = history.books.tickets[0].1.id.clone();
    });
    must_complain("I6", "which nobody owns", |history| {
        history.books.tickets.push(("eva".into(), ticket("9", "A-4", "valid")));
    });
}

#[test]
fn what_an_organizer_can_compare_alone_is_found_as_well() {
    let found = |history: &History, tickets| {
        let checks = sold(&history.hall, &history.books.orders, tickets, &history.books.maps);
        checks.into_iter().flat_map(|checked| checked.findings).map(|finding| finding.what).collect::<Vec<_>>()
    };
    let mut history = right();
    assert_eq!(found(&history, 3), [""; 0]);
    assert_eq!(found(&history, 4), ["4 valid tickets for 3 owned seats"]);
    history.books.orders.push(order("5", "eva", "confirmed", "captured", &["A-1"]));
    assert!(found(&history, 4).contains(&"A-1 is sold twice: also in order 1".to_owned()));
}
