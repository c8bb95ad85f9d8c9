//! `events/{id}/holds/...`.

use frontrow_domain::codes::ErrorCode as Code;

use super::HOLDS;
use crate::api::access::Whose;
use crate::api::operation::{Operation, Who};
use crate::holds::routes::{BestWish, HeldSeats, Seats};

fn operation(id: &'static str, summary: &'static str) -> Operation {
    Operation::new(HOLDS, id, summary).may(Who::User).about(Whose::Events).refuses(&[Code::Recovering])
}

pub(crate) fn hold() -> Operation {
    operation("hold", "Take seats into the cart")
        .says("All of them or none. One that is mine already succeeds and is not extended.")
        .takes::<Seats>()
        .answers::<HeldSeats>(201, "Held")
        .refuses(&[Code::SeatTaken, Code::NotOnSale, Code::UnknownSeat, Code::SeatLimit, Code::HoldBudget])
}

pub(crate) fn release() -> Operation {
    operation("release", "Give seats back")
        .says("All of them or none.")
        .takes::<Seats>()
        .answers_nothing(204, "Free")
        .refuses(&[Code::NotHeld, Code::UnknownSeat])
}

pub(crate) fn extend() -> Operation {
    operation("extend", "Set my holds back to the full time")
        .says("All of this event, at most three times the hold's time after each was first held. The body is not read.")
        .answers::<HeldSeats>(200, "My holds, maybe none")
        .refuses(&[Code::NotOnSale, Code::HoldBudget])
}

pub(crate) fn best_available() -> Operation {
    operation("best_available", "Hold the best seats that are free")
        .says("Together where possible, nearest to the middle of the front of their section.")
        .takes::<BestWish>()
        .answers::<HeldSeats>(201, "Held")
        .refuses(&[Code::NotEnoughSeats, Code::NotOnSale, Code::SeatLimit, Code::HoldBudget])
}
