//! `cart`, `orders` and `payments`.

use frontrow_domain::codes::ErrorCode as Code;

use super::CHECKOUT;
use crate::api::access::Whose;
use crate::api::operation::{Operation, Who};
use crate::api::parameters::{header, of, page, required};
use crate::checkout::cart::{CartView, ValidCartView};
use crate::checkout::routes::{Method, Reason, WholeCart};
use crate::checkout::view::OrderView;

/// Why a cart cannot be ordered.
const CART: [Code; 5] = [Code::SeatsLost, Code::EmptyCart, Code::PriceChanged, Code::OrphanSeats, Code::Recovering];

fn operation(id: &'static str, summary: &'static str) -> Operation {
    Operation::new(CHECKOUT, id, summary).may(Who::User)
}

pub(crate) fn cart() -> Operation {
    operation("cart", "Show my cart")
        .about(Whose::Events)
        .says("What I hold in the event, at the prices of the moment each seat was taken.")
        .with(required(of("event_id", "EventId", "Of which event")))
        .answers::<CartView>(200, "The cart, maybe empty")
        .refuses(&[Code::NotFound, Code::Recovering])
}

pub(crate) fn validate_cart() -> Operation {
    operation("validate_cart", "See whether the cart can be ordered")
        .about(Whose::Events)
        .says("For the screen; the order checks everything again.")
        .takes::<WholeCart>()
        .answers::<ValidCartView>(200, "It can")
        .refuses(&CART)
        .refuses(&[Code::NotFound])
}

pub(crate) fn place_order() -> Operation {
    operation("place_order", "Order the cart")
        .about(Whose::Events)
        .says("Claims every seat or none, before any money moves.")
        .needs_key()
        .takes::<WholeCart>()
        .answers::<OrderView>(201, "The order, to be paid")
        .header("Location", "The order")
        .refuses(&CART)
        .refuses(&[Code::NotFound, Code::NotOnSale, Code::SeatLimit])
}

pub(crate) fn orders() -> Operation {
    let [limit, cursor] = page();
    operation("orders", "List my orders")
        .says("The newest first.")
        .with(of("status", "OrderStatus", "Only these"))
        .with(limit)
        .with(cursor)
        .lists::<OrderView>("My orders")
}

pub(crate) fn order() -> Operation {
    operation("order", "Show an order")
        .about(Whose::Buyers)
        .answers::<OrderView>(200, "The order, with its tickets when it is confirmed")
}

pub(crate) fn cancel_order() -> Operation {
    operation("cancel_order", "Give up an order that is not paid")
        .about(Whose::Buyers)
        .says("Its seats are free. Doing it again changes nothing.")
        .answers::<OrderView>(200, "The order, `cancelled`")
        .refuses(&[Code::AlreadyPaid, Code::OrderClosed])
}

pub(crate) fn refund_order() -> Operation {
    operation("refund_order", "Give back an order that is paid")
        .about(Whose::BuyersOrOrganizers)
        .says("The organizer always; the buyer until `refundable_until`, and not after a ticket was used. Seats are free and codes void at once; the money follows.")
        .needs_key()
        .may_take::<Reason>()
        .answers::<OrderView>(200, "The order, `refunded`")
        .refuses(&[Code::AlreadyRefunded, Code::NotRefundable])
}

pub(crate) fn confirm_payment() -> Operation {
    operation("confirm_payment", "Charge a card for an order")
        .about(Whose::Buyers)
        .says("The browser's step of the mock provider.")
        .needs_key()
        .takes::<Method>()
        .answers::<OrderView>(200, "Paid: the order is `confirmed`")
        .answers::<OrderView>(202, "Not known yet; ask for the order")
        .refuses(&[Code::PaymentDeclined, Code::OrderClosed])
}

pub(crate) fn payment_notice() -> Operation {
    Operation::new(CHECKOUT, "payment_notice", "Hear the payment provider")
        .says("A notice is a reason to ask the provider: repeated, late and reordered ones change nothing.")
        .may(Who::Provider)
        .with(header(
            "Frontrow-Signature",
            "`t=UNIX_SECONDS,v1=HEX`: HMAC-SHA256 of `{t}.{raw body}`",
            true,
            Some(1024),
        ))
        .takes_foreign("The provider's notice")
        .answers_nothing(204, "Heard")
        .refuses(&[Code::BadSignature, Code::PaymentMismatch, Code::NotFound])
}
