//! `tickets` and `check-ins`.

use frontrow_domain::codes::ErrorCode as Code;

use super::TICKETS;
use crate::api::access::Whose;
use crate::api::operation::{Operation, Who};
use crate::api::parameters::page;
use crate::tickets::TicketView;
use crate::tickets::routes::{Admission, Scan};

pub(crate) fn tickets() -> Operation {
    let [limit, cursor] = page();
    Operation::new(TICKETS, "tickets", "List my tickets")
        .may(Who::User)
        .with(limit)
        .with(cursor)
        .lists::<TicketView>("My tickets, by their ids")
}

pub(crate) fn ticket_picture() -> Operation {
    Operation::new(TICKETS, "ticket_picture", "Show a ticket's code as a picture")
        .may(Who::User)
        .about(Whose::Buyers)
        .answers_text(200, "A QR code", "image/svg+xml")
}

pub(crate) fn check_in() -> Operation {
    Operation::new(TICKETS, "check_in", "Let somebody in")
        .says("A code opens the door once. Of another event's door there is no such ticket.")
        .may(Who::Scanner)
        .about(Whose::Doors)
        .takes::<Scan>()
        .answers::<Admission>(200, "Welcome")
        .refuses(&[Code::AlreadyUsed, Code::BadCode, Code::NotFound])
}
