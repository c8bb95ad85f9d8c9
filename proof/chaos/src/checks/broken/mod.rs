//! A run that no checker complains about, and one broken run for everything that a checker must see.

mod books;
mod happened;
mod past;
mod registers;

use super::{Case, Checked, all};
use crate::books::{Books, Hall, Intent, Order, OrderSeat, Seat, ShownMap, StoredCart, StoredSeat, Ticket, Watched};
use crate::history::{Operation, Outcome, Past, Told, ToldTicket, Verb};

/// Everything that checkers look at.
pub(super) struct Run {
    pub(super) halls: Vec<Hall>,
    pub(super) past: Past,
    pub(super) books: Books,
    pub(super) cast: Vec<String>,
}

/// Microseconds in a millisecond: times below are milliseconds.
pub(super) const MS: u64 = 1_000;

pub(super) fn operation(verb: Verb, person: usize, from_ms: u64, until_ms: u64, outcome: Outcome) -> Operation {
    Operation {
        verb,
        person,
        event: 0,
        start_us: from_ms * MS,
        end_us: until_ms * MS,
        outcome,
        seats: Vec::new(),
        leases: Vec::new(),
        order: None,
        told: None,
        ticket: None,
        same: true,
        unreadable: false,
    }
}

pub(super) fn hold(person: usize, from_ms: u64, until_ms: u64, seats: &[usize]) -> Operation {
    let leases = seats.iter().map(|&seat| (seat, 3_000)).collect();
    Operation { seats: seats.to_vec(), leases, ..operation(Verb::Hold, person, from_ms, until_ms, Outcome::Ok) }
}

fn name(seat: usize) -> String {
    format!("A-{seat}")
}

pub(super) fn told(order: &str, status: &str, seats: &[usize]) -> Told {
    let ticket =
        |&seat: &usize| ToldTicket { id: format!("t-{order}-{seat}"), seat: name(seat), code: code(order, seat) };
    Told {
        order: order.into(),
        status: status.into(),
        payment: format!("pay-{order}"),
        total: 100 * i64::try_from(seats.len()).unwrap(),
        seats: seats.iter().map(|&seat| (name(seat), 100)).collect(),
        tickets: if status == "confirmed" { seats.iter().map(ticket).collect() } else { Vec::new() },
    }
}

fn code(order: &str, seat: usize) -> String {
    format!("code-{order}-{seat}")
}

/// Something that somebody did with an order, and was told.
pub(super) fn deed(verb: Verb, person: usize, from_ms: u64, until_ms: u64, told: Told) -> Operation {
    let order = Some(told.order.clone());
    Operation { order, told: Some(told), ..operation(verb, person, from_ms, until_ms, Outcome::Ok) }
}

pub(super) fn order(id: &str, buyer: &str, status: &str, money: &str, seats: &[usize]) -> Order {
    let seat = |&ordinal: &usize| OrderSeat { ordinal, seat: name(ordinal), price: 100 };
    Order {
        id: id.into(),
        event: 0,
        buyer: buyer.into(),
        status: status.into(),
        money: money.into(),
        seats: seats.iter().map(seat).collect(),
        total: 100 * i64::try_from(seats.len()).unwrap(),
        payment: format!("pay-{id}"),
    }
}

pub(super) fn intent(order: &str, amount_received: i64, amount_refunded: i64) -> Intent {
    Intent { id: format!("pay-{order}"), status: "succeeded".into(), amount_received, amount_refunded }
}

pub(super) fn ticket(order: &str, buyer: &str, ordinal: usize, generation: i64, state: &str) -> Ticket {
    Ticket {
        id: format!("t-{order}-{ordinal}"),
        order: order.into(),
        event: 0,
        buyer: buyer.into(),
        ordinal,
        generation,
        seat: name(ordinal),
        code: code(order, ordinal),
        state: state.into(),
    }
}

fn seat(ordinal: usize, state: &str, generation: i64, sold: Option<(&str, &str)>) -> Seat {
    let (order, owner) = sold.unzip();
    Seat {
        event: 0,
        ordinal,
        state: state.into(),
        generation,
        order: order.map(str::to_owned),
        owner: owner.map(str::to_owned),
    }
}

/// Ada (1) owns seats 0 and 1; Ben (2) gave seat 2 back and Cem (3) bought it; Dan's (4) order of seat 3 expired; seat 3 is
/// blocked now.
pub(super) fn right() -> Run {
    let hall = Hall {
        id: "event".into(),
        seats: (0..4).map(name).collect(),
        prices: vec![100; 4],
        limit: 2,
        hold_ttl_us: 3_000 * MS,
        payment_window_us: 10_000 * MS,
    };
    let cast = ["olga", "ada", "ben", "cem", "dan"].map(str::to_owned).to_vec();
    Run { halls: vec![hall], past: right_past(), books: right_books(), cast }
}

fn right_past() -> Past {
    let check_in = |person, outcome| Operation {
        ticket: Some("t-1-0".into()),
        ..operation(Verb::CheckIn, person, 5_000, 5_100, outcome)
    };
    let block = Operation { seats: vec![3], ..operation(Verb::Block, 0, 13_500, 13_600, Outcome::Ok) };
    let operations = vec![
        hold(1, 0, 100, &[0, 1]),
        deed(Verb::Order, 1, 200, 300, told("1", "awaiting_payment", &[0, 1])),
        deed(Verb::Pay, 1, 400, 500, told("1", "confirmed", &[0, 1])),
        hold(2, 0, 100, &[2]),
        deed(Verb::Order, 2, 200, 300, told("2", "awaiting_payment", &[2])),
        deed(Verb::Pay, 2, 400, 500, told("2", "confirmed", &[2])),
        deed(Verb::Refund, 2, 1_000, 1_100, told("2", "refunded", &[2])),
        hold(3, 1_050, 1_200, &[2]),
        deed(Verb::Order, 3, 1_300, 1_400, told("3", "awaiting_payment", &[2])),
        deed(Verb::Pay, 3, 1_500, 1_600, told("3", "confirmed", &[2])),
        hold(4, 0, 100, &[3]),
        deed(Verb::Order, 4, 200, 300, told("4", "awaiting_payment", &[3])),
        operation(Verb::Repeat, 1, 600, 700, Outcome::Ok),
        check_in(0, Outcome::Ok),
        check_in(1, Outcome::Unknown),
        block,
    ];
    Past { operations, ..Past::default() }
}

fn right_books() -> Books {
    let tickets = vec![
        ticket("1", "ada", 0, 0, "used"),
        ticket("1", "ada", 1, 0, "valid"),
        ticket("2", "ben", 2, 0, "refunded"),
        ticket("3", "cem", 2, 1, "valid"),
    ];
    let orders = vec![
        order("1", "ada", "confirmed", "captured", &[0, 1]),
        order("2", "ben", "refunded", "refunded", &[2]),
        order("3", "cem", "confirmed", "captured", &[2]),
        order("4", "dan", "expired", "void", &[3]),
    ];
    let stored = |ordinal, value: &str| StoredSeat { event: 0, ordinal, value: value.into() };
    let cart = |buyer: &str, seats: &[usize]| StoredCart { event: 0, buyer: buyer.into(), seats: seats.to_vec() };
    let states = vec![2, 2, 2, 3];
    let watched = Watched { number: 0, event: 0, states: states.clone(), right_us: Some(21_000 * MS), lived_on: true };
    Books {
        shown_orders: orders.iter().map(|order| (order.id.clone(), order.status.clone())).collect(),
        orders,
        seats: vec![
            seat(0, "sold", 0, Some(("1", "ada"))),
            seat(1, "sold", 0, Some(("1", "ada"))),
            seat(2, "sold", 1, Some(("3", "cem"))),
            seat(3, "blocked", 0, None),
        ],
        shown_tickets: tickets.clone(),
        tickets,
        intents: vec![intent("1", 200, 0), intent("2", 100, 100), intent("3", 100, 0)],
        stored: vec![stored(0, "s|ada"), stored(1, "s|ada"), stored(2, "s|cem"), stored(3, "b")],
        carts: vec![cart("ada", &[0, 1]), cart("cem", &[2])],
        maps: vec![ShownMap { of: "server-1".into(), event: 0, states }],
        watchers: vec![watched],
        healed_us: 20_000 * MS,
        rests: true,
        logs: vec![("server-1.log".into(), "all is well".into())],
        secrets: vec!["pass".into()],
        ..Books::default()
    }
}

impl Run {
    pub(super) fn checked(&self) -> Vec<Checked> {
        all(&Case { halls: &self.halls, past: &self.past, books: &self.books, cast: &self.cast })
    }
}

/// The run after `breaking` it must make this checker complain, with a sentence that contains `words`.
#[track_caller]
pub(super) fn must_complain(checker: &str, words: &str, breaking: impl FnOnce(&mut Run)) {
    let mut run = right();
    breaking(&mut run);
    let checked = run.checked();
    let of_checker = checked.iter().find(|checked| checked.name == checker).expect("a checker of this name");
    let said = of_checker.findings.iter().any(|finding| finding.contains(words));
    assert!(said, "no {checker} with {words:?} in {checked:#?}");
}

/// After `changing` it nobody may complain.
#[track_caller]
pub(super) fn must_pass(changing: impl FnOnce(&mut Run)) {
    let mut run = right();
    changing(&mut run);
    let complaints: Vec<_> = run.checked().into_iter().filter(|checked| !checked.findings.is_empty()).collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
}

#[test]
fn a_right_run_has_no_findings_and_every_checker_compared_something() {
    must_pass(|_| {});
    for checked in right().checked() {
        // Nothing went from sold to free in front of the one watcher.
        assert!(checked.compared > 0 || checked.name == "seat_versions", "{}", checked.name);
    }
}
