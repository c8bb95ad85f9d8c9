//! Broken pasts: what people were told and is not so, what watchers saw and must not see.

use super::{MS, deed, hold, must_complain, must_pass, operation, order, right, told};
use crate::history::{Came, Complaint, Fault, Operation, Outcome, Saw, Verb};

#[test]
fn acknowledged() {
    must_complain("acknowledged", "order 1, told as awaiting_payment, is lost", |run| drop(run.books.orders.remove(0)));
    must_complain("acknowledged", "order 1 was told as confirmed, it is expired", |run| {
        run.books.orders[0].status = "expired".into();
    });
    must_complain("acknowledged", "order 1 was told as confirmed, it is refunded", |run| {
        run.books.orders[0].status = "refunded".into();
    });
    must_complain("acknowledged", "order 2 was told as refunded, it is confirmed", |run| {
        run.books.orders[1].status = "confirmed".into();
    });
    must_complain("acknowledged", "order 4 was told as cancelled, it is expired", |run| {
        run.past.operations.push(deed(Verb::Cancel, 4, 400, 500, told("4", "cancelled", &[3])));
    });
    must_complain("acknowledged", "for 200, it is", |run| run.books.orders[0].seats[0].price = 90);
    must_complain("acknowledged", "for 200, it is", |run| drop(run.books.orders[0].seats.pop()));
    must_complain("acknowledged", "the ticket t-1-0 for A-0 of order 1 is lost or another", |run| {
        run.books.tickets[0].code = "other".into();
    });
    must_complain("acknowledged", "another answer under the same key", |run| {
        let again = operation(Verb::Repeat, 1, 600, 700, Outcome::Fail);
        run.past.operations.push(Operation { same: false, ..again });
    });
}

#[test]
fn limits_at_any_time() {
    // Ben has seat 2 of order 2 while seats 0 and 1 of order 1 are his as well; in the end he is within the limit.
    must_complain("limits", "person 2 had 3 seats of event 0", |run| run.books.orders[0].buyer = "ben".into());
    must_complain("limits", "was given 3 seats", |run| run.past.operations.push(hold(4, 20_000, 20_100, &[0, 1, 2])));
}

#[test]
fn check_ins() {
    must_complain("tickets", "2 people came in with the ticket t-1-0", |run| {
        run.past.operations[14].outcome = Outcome::Ok;
    });
    must_complain("tickets", "somebody came in with t-1-0, it is still valid", |run| {
        run.books.tickets[0].state = "valid".into();
        run.books.shown_tickets[0].state = "valid".into();
    });
    must_complain("tickets", "is used, and nobody has scanned it", |run| {
        run.past.operations.retain(|operation| operation.verb != Verb::CheckIn);
    });
}

fn unsold(ordinal: usize, at_ms: u64) -> Saw {
    Saw { watcher: 0, connection: 1, event: 0, ordinal, from: 2, to: 0, at_us: at_ms * MS }
}

#[test]
fn seat_versions() {
    must_complain("seat_versions", "saw seat 0 of event 0 go from sold to 0", |run| {
        run.past.saw.push(unsold(0, 2_000));
    });
    must_complain("seat_versions", "saw seat 2 of event 0", |run| run.past.saw.push(unsold(2, 900)));
    must_pass(|run| run.past.saw.push(unsold(2, 1_050)));
    must_complain("seat_versions", "at 1700000 us, for the 2. time; 1 refunds", |run| {
        run.past.saw.extend([unsold(2, 1_050), unsold(2, 1_700)]);
    });
    must_pass(|run| run.past.saw.extend([unsold(2, 1_050), Saw { watcher: 1, ..unsold(2, 1_700) }]));
    must_pass(|run| run.past.saw.extend([unsold(2, 1_050), Saw { connection: 2, ..unsold(2, 1_700) }]));
    let gap = || Complaint { watcher: 0, what: "a silent gap".into(), at_us: 6_000 * MS };
    must_complain("seat_versions", "a silent gap", |run| run.past.complaints.push(gap()));
    must_pass(|run| {
        run.past.complaints.push(gap());
        let (nemesis, target) = ("corrupt".to_owned(), "person-server-1".to_owned());
        run.past.faults.push(Fault { nemesis, target, from_us: 5_000 * MS, until_us: 5_500 * MS, came: Came::Done });
    });
}

#[test]
fn answers_that_came_while_bytes_were_flipped_prove_nothing() {
    let mut run = right();
    run.books.orders[3] = order("4", "dan", "failed", "void", &[3]);
    run.books.shown_orders[3].1 = "failed".into();
    run.past.operations.push(deed(Verb::Look, 4, 600, 700, told("4", "confirmed", &[3])));
    let (nemesis, target) = ("corrupt".to_owned(), "person-server-1".to_owned());
    run.past.faults.push(Fault { nemesis, target, from_us: 650 * MS, until_us: 660 * MS, came: Came::Done });
    let complains = |run: &super::Run| run.checked().iter().any(|checked| !checked.findings.is_empty());
    assert!(complains(&run), "before it is disbelieved");
    run.past.disbelieve(crate::checks::NOISE);
    assert!(!complains(&run), "{:#?}", run.checked());
}
