//! Broken books.

use super::{Run, intent, must_complain, order, ticket};
use crate::books::{StoredCart, StoredSeat};

#[test]
fn one_owner() {
    must_complain("one_owner", "A-0 is sold to 1 and to 5", |run| {
        run.books.orders.push(order("5", "dan", "confirmed", "captured", &[0]));
    });
    must_complain("one_owner", "sale 0 of A-0 has a ticket of 1 and one of 5", |run| {
        run.books.tickets.push(ticket("5", "dan", 0, 0, "refunded"));
    });
    must_complain("one_owner", "its confirmed order is Some(\"3\")", |run| {
        run.books.seats[2].state = "available".into();
    });
    must_complain("one_owner", "its confirmed order is None", |run| run.books.orders[2].status = "expired".into());
}

#[test]
fn money() {
    must_complain("money", "captured 100, refunded 0, owns seats for 0", |run| {
        run.books.intents.push(intent("4", 100, 0));
    });
    must_complain("money", "captured 0, refunded 0, owns seats for 200", |run| drop(run.books.intents.remove(0)));
    must_complain("money", "captured 400, refunded 0", |run| run.books.intents[0].amount_received = 400);
    must_complain("money", "captured 400", |run| {
        run.books.intents[0].amount_received = 400;
        run.books.intents[0].amount_refunded = 200;
    });
    must_complain("money", "order 1 costs 150, its seats cost 200", |run| run.books.orders[0].total = 150);
    must_complain("money", "its money is void, the provider captured 100", |run| {
        run.books.intents.push(intent("4", 100, 100));
    });
    must_complain("money", "the provider keeps 400, 300 of it for orders", |run| {
        run.books.intents.push(intent("unknown", 100, 0));
    });
}

#[test]
fn whole_groups() {
    must_complain("whole_groups", "order 1 (confirmed) of [0, 1] has the seats [0]", |run| {
        run.books.seats[1].order = None;
    });
    must_complain("whole_groups", "order 4 (expired) of [3] has the seats [3]", |run| {
        run.books.seats[3].order = Some("4".into());
    });
    must_complain("whole_groups", "is of the seats []", |run| run.books.orders[3].seats.clear());
    must_complain("whole_groups", "asked for [0, 1] of event 0 and got [0]", |run| {
        run.past.operations[0].leases.truncate(1);
    });
}

#[test]
fn limits_in_the_end() {
    must_complain("limits", "ada has 3 seats", |run| run.books.orders[2].buyer = "ada".into());
}

#[test]
fn tickets() {
    let lose = |run: &mut Run| {
        run.books.tickets.remove(1);
        run.books.shown_tickets.remove(1);
    };
    must_complain("tickets", "A-1 of order 1 has 0 good tickets", lose);
    must_complain("tickets", "A-1 of order 1 has 2 good tickets", |run| {
        run.books.tickets.push(crate::books::Ticket { code: "other".into(), ..ticket("1", "ada", 1, 0, "valid") });
    });
    must_complain("tickets", "1 good tickets for seat 2 of order 2", |run| run.books.tickets[2].state = "valid".into());
    must_complain("tickets", "is of sale 0 and of cem, not of Some(1)", |run| run.books.tickets[3].generation = 0);
    must_complain("tickets", "is of sale 0 and of dan", |run| run.books.tickets[1].buyer = "dan".into());
    must_complain("tickets", "two tickets have the code", |run| {
        run.books.tickets[1].code = run.books.tickets[0].code.clone();
    });
    must_complain("tickets", "ada does not see the ticket t-1-1", |run| drop(run.books.shown_tickets.remove(1)));
    must_complain("tickets", "ada sees the ticket t-1-0 as valid", |run| {
        run.books.shown_tickets[0].state = "valid".into();
    });
}

#[test]
fn leaked_holds() {
    must_complain("leaked_holds", "is sold and stored as None", |run| drop(run.books.stored.remove(0)));
    must_complain("leaked_holds", "is sold and stored as Some(\"s|dan\")", |run| {
        run.books.stored[0].value = "s|dan".into();
    });
    must_complain("leaked_holds", "is available and stored as", |run| {
        run.books.seats[3].state = "available".into();
        run.books.stored[3] = StoredSeat { event: 0, ordinal: 3, value: "h|dan|1|1|1|2".into() };
    });
    must_complain("leaked_holds", "seat 3 of event 0 counts for dan", |run| {
        run.books.carts.push(StoredCart { event: 0, buyer: "dan".into(), seats: vec![3] });
    });
}

#[test]
fn orphans() {
    must_complain("orphans", "is claimed of order 9, which is none", |run| {
        run.books.seats[3].state = "claimed".into();
        run.books.seats[3].order = Some("9".into());
    });
    must_complain("orphans", "is claimed of order 4, which is none", |run| {
        run.books.seats[3].state = "claimed".into();
        run.books.seats[3].order = Some("4".into());
    });
    must_complain("orphans", "is sold of None", |run| run.books.seats[0].order = None);
    must_complain("orphans", "the payment pay-9 has no order", |run| run.books.intents.push(intent("9", 0, 0)));
    must_complain("orphans", "is not finished", |run| run.books.intents[2].status = "processing".into());
    must_complain("orphans", "which was never paid", |run| run.books.tickets[0].order = "4".into());
    must_complain("orphans", "order 4 is awaiting_payment", |run| {
        run.books.orders[3].status = "awaiting_payment".into();
    });
    must_complain("orphans", "its money refund_due", |run| run.books.orders[1].money = "refund_due".into());
    must_complain("orphans", "its organizer sees None", |run| drop(run.books.shown_orders.remove(0)));
    must_complain("orphans", "its organizer sees Some(\"failed\")", |run| {
        run.books.shown_orders[0].1 = "failed".into();
    });
    must_complain("orphans", "order 1 is listed twice", |run| {
        run.books.shown_orders.push(("1".into(), "confirmed".into()));
    });
    must_complain("orphans", "2 rows wait in the outbox", |run| run.books.outbox_waiting = 2);
}

#[test]
fn convergence() {
    must_complain("convergence", "server-1 shows event 0 as 4 seats of 4, wrong [\"1: 0 for 2\"]", |run| {
        run.books.maps[0].states[1] = 0;
    });
    must_complain("convergence", "watcher 0 shows event 0 as 3 seats of 4", |run| {
        run.books.watchers[0].states.truncate(3);
    });
    must_complain("convergence", "watcher 0 was right None", |run| run.books.watchers[0].right_us = None);
    must_complain("convergence", "watcher 0 was right Some(4000000)", |run| {
        run.books.watchers[0].right_us = Some(24_000_000);
    });
    must_complain("convergence", "watcher 0 was right Some(11000000)", |run| {
        run.books.watchers[0].right_us = Some(31_000_000);
        run.books.watchers[0].lived_on = false;
    });
    must_complain("convergence", "came to rest", |run| run.books.rests = false);
}

#[test]
fn quiet_logs() {
    must_complain("quiet_logs", "thread 'main' panicked at", |run| {
        run.books.logs[0].1 = "well\nthread 'main' panicked at src/x.rs".into();
    });
    must_complain("quiet_logs", "a secret in it", |run| run.books.logs[0].1 = "password=pass".into());
    must_complain("quiet_logs", "server-1 died by itself", |run| {
        run.books.surprises.push("server-1 died by itself".into());
    });
}
