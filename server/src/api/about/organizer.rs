//! `admin/events/{id}/...` and `admin/stats`.

use frontrow_domain::codes::ErrorCode as Code;

use super::ORGANIZING;
use crate::api::access::Whose;
use crate::api::operation::{Operation, Who};
use crate::api::parameters::{number, of, page};
use crate::checkout::view::OrderView;
use crate::holds::routes::HeldSeats;
use crate::organizer::holds::{LiveHoldView, PastCommandView};
use crate::organizer::numbers::Stats;
use crate::organizer::sales::LineView;
use crate::organizer::seats::{ChangedSeats, Wish};

fn operation(id: &'static str, summary: &'static str) -> Operation {
    Operation::new(ORGANIZING, id, summary).may(Who::Organizer).about(Whose::Organizers)
}

pub(crate) fn event_holds() -> Operation {
    operation("event_holds", "List what is in carts and orders now")
        .says("The hold store's word, the oldest first.")
        .lists::<LiveHoldView>("Every seat that is held or claimed")
        .refuses(&[Code::Recovering])
}

pub(crate) fn holds_history() -> Operation {
    operation("holds_history", "List the newest commands that changed seats")
        .says("As far back as the store remembers.")
        .with(number("limit", 1..=1000, 100, "Commands"))
        .lists::<PastCommandView>("Commands, the newest first")
}

pub(crate) fn event_orders() -> Operation {
    let [limit, cursor] = page();
    operation("event_orders", "List the orders of an event")
        .says("With their buyers, the newest first.")
        .with(of("status", "OrderStatus", "Only these"))
        .with(limit)
        .with(cursor)
        .lists::<OrderView>("Orders")
}

pub(crate) fn event_orders_csv() -> Operation {
    operation("event_orders_csv", "Get all orders as a file").answers_text(200, "Comma-separated values", "text/csv")
}

/// Something that is done to seats, with a reason for the journal.
fn on_seats(id: &'static str, summary: &'static str) -> Operation {
    operation(id, summary)
        .takes::<Wish>()
        .answers::<ChangedSeats>(200, "Done")
        .refuses(&[Code::UnknownSeat, Code::IllegalStatus])
}

pub(crate) fn block() -> Operation {
    on_seats("block", "Take seats out of sale")
        .says("All of them or none. Holds on them end; what is claimed or sold is taken.")
        .refuses(&[Code::SeatTaken])
}

pub(crate) fn unblock() -> Operation {
    on_seats("unblock", "Put seats back on sale").says("All of them or none.").refuses(&[Code::SeatTaken])
}

pub(crate) fn end_holds() -> Operation {
    on_seats("end_holds", "End holds of others")
        .says("What an order has claimed is the order's.")
        .refuses(&[Code::NotHeld, Code::Recovering])
}

pub(crate) fn extend_holds() -> Operation {
    operation("extend_holds", "Give holds of others more time")
        .says(
            "The full time again from now, up to three times that after each seat was first held. All of them or none.",
        )
        .takes::<Wish>()
        .answers::<HeldSeats>(200, "For how much longer each is held")
        .refuses(&[Code::UnknownSeat, Code::IllegalStatus, Code::NotHeld, Code::Recovering])
}

pub(crate) fn event_log() -> Operation {
    let [limit, cursor] = page();
    operation("event_log", "Show the journal of an event")
        .says("What was done to it and its seats, by whom, when and why; the newest first.")
        .with(limit)
        .with(cursor)
        .lists::<LineView>("Lines of the journal")
}

pub(crate) fn stats() -> Operation {
    Operation::new(ORGANIZING, "stats", "Show what events have sold")
        .may(Who::Organizer)
        .says("My own events; for administrators up to a hundred of all, and the server's numbers.")
        .answers::<Stats>(200, "Numbers")
}
