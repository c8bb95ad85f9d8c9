//! What every ledger must do with tickets.

use frontrow_domain::ids::{OrderId, TicketId};
use frontrow_domain::ticket::{CheckIn, Ticket, TicketState};
use frontrow_engines::ledger::{ChangeRefusal, Ledger, SeatsChange, TicketQuery};
use tokio::task::JoinSet;

use crate::selling::{apply, change, everything, give_back, on_sale, order, place, placed, sell, tickets_of};
use crate::support::{mongo, new_order_id, new_user_id, now, sqlite};

crate::contract!(
    [on_mongo: super::mongo, on_sqlite: super::sqlite],
    [
        tickets_are_found_and_paged,
        of_many_scanners_one_admits,
        a_ticket_that_was_given_back_opens_no_door,
        a_used_ticket_that_is_given_back_is_void,
        coming_in_and_giving_back_exclude_each_other,
    ]
);

const ALL: TicketQuery = TicketQuery { id: None, order: None, buyer: None, event: None, after: None, limit: 100 };

async fn listed(ledger: &impl Ledger, query: TicketQuery) -> Vec<Ticket> {
    ledger.tickets(&query).await.expect("answers")
}

async fn tickets_are_found_and_paged(ledger: &impl Ledger) {
    let (one, two) = (on_sale(ledger, 6).await, on_sale(ledger, 2).await);
    let first = sell(ledger, &placed(ledger, one, &[0, 1, 2]).await).await;
    let second = place(ledger, &order(two, first.buyer_id, &[0, 1], 1)).await.expect("placed");
    let second = sell(ledger, &second).await;
    let third = sell(ledger, &placed(ledger, one, &[4]).await).await;
    let tickets = |orders: &[&frontrow_domain::order::Order]| {
        let mut tickets: Vec<_> = orders.iter().flat_map(|order| tickets_of(order)).collect();
        tickets.sort_by_key(|ticket| ticket.id);
        tickets
    };
    let id = TicketId::of(third.id, third.seats[0].ordinal);
    assert_eq!(listed(ledger, TicketQuery { id: Some(id), ..ALL }).await, tickets(&[&third]));
    assert_eq!(listed(ledger, TicketQuery { order: Some(second.id), ..ALL }).await, tickets(&[&second]));
    assert_eq!(listed(ledger, TicketQuery { event: Some(one), ..ALL }).await, tickets(&[&first, &third]));
    let theirs = TicketQuery { buyer: Some(first.buyer_id), ..ALL };
    assert_eq!(listed(ledger, theirs).await, tickets(&[&first, &second]));
    assert_eq!(listed(ledger, TicketQuery { event: Some(two), ..theirs }).await, tickets(&[&second]));
    assert_eq!(listed(ledger, TicketQuery { order: Some(new_order_id()), ..ALL }).await, []);

    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let page = listed(ledger, TicketQuery { after, limit: 2, ..ALL }).await;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        pages.extend(page);
    }
    assert_eq!(pages, tickets(&[&first, &second, &third]));
    assert_eq!(
        listed(ledger, TicketQuery { id: Some(id), after: Some(id), ..ALL }).await,
        [],
        "it is not after itself"
    );
}

async fn of_many_scanners_one_admits(ledger: &(impl Ledger + Clone + 'static)) {
    let event = on_sale(ledger, 2).await;
    let sold = sell(ledger, &placed(ledger, event, &[0, 1]).await).await;
    let (ticket, at) = (tickets_of(&sold).remove(0), now());
    let mut doors = JoinSet::new();
    for _ in 0..20 {
        let (ledger, ticket) = (ledger.clone(), ticket.id);
        doors.spawn(async move {
            let scanner = new_user_id();
            (scanner, ledger.check_in(ticket, scanner, at).await.expect("answers").expect("a ticket"))
        });
    }
    let (admitted, refused): (Vec<_>, Vec<_>) =
        doors.join_all().await.into_iter().partition(|(_, found)| *found == CheckIn::Admitted);
    assert_eq!(admitted.len(), 1, "one of twenty doors");
    assert!(refused.iter().all(|(_, found)| *found == CheckIn::AlreadyUsed { at }), "{refused:?}");
    let state = TicketState::Used { at, by: admitted[0].0 };
    let used = Ticket { state, ..ticket };
    assert_eq!(listed(ledger, TicketQuery { id: Some(used.id), ..ALL }).await, [used]);
    let other = tickets_of(&sold).remove(1);
    assert_eq!(listed(ledger, TicketQuery { id: Some(other.id), ..ALL }).await, [other], "the neighbour's is valid");
}

async fn a_ticket_that_was_given_back_opens_no_door(ledger: &impl Ledger) {
    let event = on_sale(ledger, 1).await;
    let sold = sell(ledger, &placed(ledger, event, &[0]).await).await;
    give_back(ledger, &sold).await;
    let again = sell(ledger, &placed(ledger, event, &[0]).await).await;
    let check_in = async |order: OrderId| {
        let ticket = TicketId::of(order, sold.seats[0].ordinal);
        ledger.check_in(ticket, new_user_id(), now()).await.expect("answers")
    };
    assert_eq!(check_in(sold.id).await, Some(CheckIn::Refunded));
    assert_eq!(check_in(again.id).await, Some(CheckIn::Admitted), "the next buyer's does");
    assert_eq!(check_in(new_order_id()).await, None, "there is no such ticket");
}

async fn a_used_ticket_that_is_given_back_is_void(ledger: &impl Ledger) {
    let event = on_sale(ledger, 1).await;
    let sold = sell(ledger, &placed(ledger, event, &[0]).await).await;
    let ticket = tickets_of(&sold).remove(0).id;
    let check_in = async || ledger.check_in(ticket, new_user_id(), now()).await.expect("answers");
    assert_eq!(check_in().await, Some(CheckIn::Admitted));
    give_back(ledger, &sold).await;
    assert_eq!(check_in().await, Some(CheckIn::Refunded));
}

async fn coming_in_and_giving_back_exclude_each_other(ledger: &(impl Ledger + Clone + 'static)) {
    let event = on_sale(ledger, 12).await;
    for seat in 0..12 {
        let sold = sell(ledger, &placed(ledger, event, &[seat]).await).await;
        let ticket = TicketId::of(sold.id, sold.seats[0].ordinal);
        let back = change(sold.refunded(), SeatsChange::GiveBackUnused);
        let (scanned, given_back) =
            tokio::join!(ledger.check_in(ticket, new_user_id(), now()), ledger.change_order(&back, None));
        let both = (scanned.expect("answers").expect("a ticket"), given_back.expect("answers"));
        let one = matches!(both, (CheckIn::Admitted, Err(ChangeRefusal::TicketUsed)) | (CheckIn::Refunded, Ok(())));
        assert!(one, "{both:?}");
    }
    // One after the other, and nothing is changed by what is refused.
    let sold = sell(ledger, &placed(ledger, on_sale(ledger, 2).await, &[0, 1]).await).await;
    let used = TicketId::of(sold.id, sold.seats[1].ordinal);
    assert_eq!(ledger.check_in(used, new_user_id(), now()).await.expect("answers"), Some(CheckIn::Admitted));
    let before = everything(ledger, sold.event_id).await;
    let back = change(sold.refunded(), SeatsChange::GiveBackUnused);
    assert_eq!(apply(ledger, &back).await, Err(ChangeRefusal::TicketUsed));
    assert_eq!(everything(ledger, sold.event_id).await, before);
}
