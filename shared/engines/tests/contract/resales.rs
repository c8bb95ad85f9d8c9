//! What every ledger must do with seats that are sold again: paid too late, or given back.

use frontrow_domain::holds::Settled;
use frontrow_domain::ids::Ordinal;
use frontrow_domain::inventory::{InventoryFact, Seats};
use frontrow_domain::journal::Action;
use frontrow_domain::order::{Order, OrderStatus};
use frontrow_engines::ledger::{ChangeRefusal, Ledger, PlacingRefusal, SeatsChange, TicketQuery};

use crate::selling::{apply, change, everything, give_back, on_sale, order, place, placed, release, sell};
use crate::support::{mongo, sqlite};

crate::contract!(
    [on_mongo: super::mongo, on_sqlite: super::sqlite],
    [
        what_was_paid_late_is_sold_again_if_it_is_free,
        what_was_paid_late_is_not_sold_again_if_a_seat_is_gone,
        what_was_paid_late_is_not_sold_again_above_the_limit,
        what_was_given_back_is_sold_to_somebody_else,
        nothing_happens_to_an_order_after_its_refund,
    ]
);

async fn what_was_paid_late_is_sold_again_if_it_is_free(ledger: &impl Ledger) {
    let event = on_sale(ledger, 2).await;
    let expired = release(ledger, &placed(ledger, event, &[0, 1]).await).await;
    let sale = change(expired.confirmed(), SeatsChange::SellAgain);
    let sold = apply(ledger, &sale).await.expect("sold");
    let after = everything(ledger, event).await;
    assert_eq!((after.orders, after.tickets.len()), (vec![sold.clone()], 2));
    assert!(after.seats.iter().all(|seat| seat.state == Settled::Sold { owner: sold.buyer_id }));
    assert_eq!((after.journal.first(), after.outbox_rows), (sale.entry.as_ref(), 5));
    let more = order(event, sold.buyer_id, &[0, 1], 2);
    assert_eq!(place(ledger, &more).await, Err(PlacingRefusal::Lost(vec![Ordinal(0), Ordinal(1)])));
    give_back(ledger, &sold).await;
}

async fn what_was_paid_late_is_not_sold_again_if_a_seat_is_gone(ledger: &impl Ledger) {
    let event = on_sale(ledger, 3).await;
    let expired = release(ledger, &placed(ledger, event, &[0, 1]).await).await;
    let claimed = placed(ledger, event, &[1]).await;
    let again = change(expired.confirmed(), SeatsChange::SellAgain);
    let before = everything(ledger, event).await;
    assert_eq!(apply(ledger, &again).await, Err(ChangeRefusal::SeatsGone), "claimed by somebody else");
    assert_eq!(everything(ledger, event).await, before);
    sell(ledger, &claimed).await;
    assert_eq!(apply(ledger, &again).await, Err(ChangeRefusal::SeatsGone), "sold to somebody else");
    // The buyer has nothing of it: three other seats are within the limit.
    let free = order(event, expired.buyer_id, &[0, 2], 2);
    place(ledger, &free).await.expect("placed");
}

async fn what_was_paid_late_is_not_sold_again_above_the_limit(ledger: &impl Ledger) {
    let event = on_sale(ledger, 4).await;
    let expired = release(ledger, &placed(ledger, event, &[0, 1]).await).await;
    let meanwhile = order(event, expired.buyer_id, &[2, 3], 1);
    let meanwhile = place(ledger, &meanwhile).await.expect("placed");
    let before = everything(ledger, event).await;
    let again = change(expired.confirmed(), SeatsChange::SellAgain);
    assert_eq!(apply(ledger, &again).await, Err(ChangeRefusal::SeatsGone));
    assert_eq!(everything(ledger, event).await, before);
    release(ledger, &meanwhile).await;
    apply(ledger, &again).await.expect("there is room again");
    let more = order(event, expired.buyer_id, &[2, 3], 2);
    assert_eq!(place(ledger, &more).await, Err(PlacingRefusal::Limit), "what was sold again counts");
}

async fn what_was_given_back_is_sold_to_somebody_else(ledger: &impl Ledger) {
    let event = on_sale(ledger, 2).await;
    let first = sell(ledger, &placed(ledger, event, &[0, 1]).await).await;
    let refunded = give_back(ledger, &first).await;
    let after = everything(ledger, event).await;
    assert!(after.seats.iter().all(|seat| matches!(seat.state, Settled::Available { .. }) && seat.version == 3));
    assert_eq!(after.journal[0].action, Action::OrderRefunded);
    let row = ledger.lease(10, 0, 1000).await.expect("answers").pop().expect("a row");
    assert_eq!(row.fact, InventoryFact::SeatsReleased(Seats { seats: first.ordinals() }));

    // The same seats, twice more: every sale has tickets of its own.
    let second = sell(ledger, &placed(ledger, event, &[0, 1]).await).await;
    let second = give_back(ledger, &second).await;
    let third = sell(ledger, &placed(ledger, event, &[1]).await).await;
    let states = async |order: &Order| {
        let query = TicketQuery { order: Some(order.id), limit: 9, ..TicketQuery::default() };
        let tickets = ledger.tickets(&query).await.expect("answers");
        tickets.into_iter().map(|ticket| format!("{:?}", ticket.state)).collect::<Vec<_>>()
    };
    assert_eq!(states(&refunded).await, ["Refunded", "Refunded"]);
    assert_eq!(states(&second).await, ["Refunded", "Refunded"]);
    assert_eq!(states(&third).await, ["Valid"]);
}

async fn nothing_happens_to_an_order_after_its_refund(ledger: &impl Ledger) {
    let event = on_sale(ledger, 2).await;
    let open = placed(ledger, event, &[0, 1]).await;
    let sold = sell(ledger, &open).await;
    give_back(ledger, &sold).await;
    let somebody = placed(ledger, event, &[0]).await;
    let before = everything(ledger, event).await;
    for (late, seats) in [
        (open.confirmed(), SeatsChange::Sell),
        (open.ended(OrderStatus::Expired), SeatsChange::Release),
        (sold.refunded(), SeatsChange::GiveBack),
        (sold.written(), SeatsChange::Keep),
    ] {
        assert_eq!(apply(ledger, &change(late, seats)).await, Err(ChangeRefusal::Changed), "{seats:?}");
    }
    assert_eq!(everything(ledger, event).await, before);
    sell(ledger, &somebody).await;
}
