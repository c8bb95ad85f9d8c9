//! What every ledger must do when orders are listed, counted and looked at in time.

use std::collections::BTreeSet;
use std::slice;

use frontrow_domain::ids::{EventId, OrderId};
use frontrow_domain::money::Money;
use frontrow_domain::order::{MoneyState, Order, OrderStatus};
use frontrow_engines::ledger::{
    Ledger, NextLook, OrderChange, OrderQuery, Placing, SalesFigures, SalesTotals, SeatsChange,
};
use tokio::time::timeout;

use crate::selling::{
    apply, change, give_back, listed, on_sale, order, place, place_with, placed, placing, release, sell,
};
use crate::support::{PATIENCE, mongo, new_event_id, new_user_id, now, sqlite};

crate::contract!(
    [on_mongo: super::mongo, on_sqlite: super::sqlite],
    [
        orders_are_found_by_what_is_known_of_them,
        orders_are_paged_without_gaps,
        the_ledger_tells_its_time,
        an_order_is_due_at_its_deadline,
        due_orders_come_in_order,
        an_order_is_given_to_one_server_at_a_time,
        an_order_whose_server_died_is_given_again,
        an_order_with_nothing_left_to_do_is_never_due,
        orders_are_made_due_by_event_and_status,
        an_event_knows_what_it_has_sold,
        every_sold_seat_is_counted_with_its_ticket,
    ]
);

/// What only a server with transactions knows.
mod locked {
    mod on_mongo {
        use mongodb::bson::{Document, doc};

        use super::super::*;
        use crate::support::{mongo_url, mongo_with_name};

        #[tokio::test]
        async fn an_order_that_a_dead_transaction_keeps_holds_up_nobody_else() {
            let (ledger, database) = mongo_with_name().await;
            let event = on_sale(&ledger, 2).await;
            let (kept, other) = (due_now(&ledger, event, 0).await, due_now(&ledger, event, 1).await);
            let client = mongodb::Client::with_uri_str(mongo_url()).await.unwrap();
            let orders = client.database(&database).collection::<Document>("orders");
            let mut session = client.start_session().await.unwrap();
            session.start_transaction().await.unwrap();
            let change = doc! {"$set": {"declines": 1}};
            orders.update_one(doc! {"_id": kept.id.to_string()}, change).session(&mut session).await.unwrap();

            let asked = tokio::time::Instant::now();
            assert_eq!(due(&ledger, 10, 1_000).await, [other.id]);
            assert!(asked.elapsed() < std::time::Duration::from_secs(2), "{:?}", asked.elapsed());
            assert_eq!(listed(&ledger, OrderQuery { limit: 2, ..ALL }).await.len(), 2, "and nothing else is refused");
            session.abort_transaction().await.unwrap();
            // What was not answered may be done now, and then the order is due when that lease is over.
            let is_found = async { while !due(&ledger, 10, 1_000).await.contains(&kept.id) {} };
            timeout(PATIENCE, is_found).await.expect("in time");
        }
    }
}

const ALL: OrderQuery =
    OrderQuery { id: None, payment: None, event: None, buyer: None, status: None, after: None, limit: 100 };

/// An order that has to be looked at from now on.
async fn due_now(ledger: &impl Ledger, event: EventId, seat: u32) -> Order {
    let order = order(event, new_user_id(), &[seat], 1);
    place_with(ledger, &Placing { window_ms: 0, ..placing(&order) }).await.expect("placed")
}

async fn due(ledger: &impl Ledger, limit: u32, lease_ms: u64) -> Vec<OrderId> {
    let read = ledger.due_orders(limit, lease_ms).await.expect("answers");
    read.orders.into_iter().map(|order| order.id).collect()
}

/// Asks until something is due.
async fn due_soon(ledger: &impl Ledger, lease_ms: u64) -> Vec<OrderId> {
    let asking = async {
        loop {
            let orders = due(ledger, 10, lease_ms).await;
            if !orders.is_empty() {
                return orders;
            }
        }
    };
    timeout(PATIENCE, asking).await.expect("in time")
}

async fn orders_are_found_by_what_is_known_of_them(ledger: &impl Ledger) {
    let (one, two) = (on_sale(ledger, 3).await, on_sale(ledger, 1).await);
    let first = placed(ledger, one, &[0]).await;
    let second = place(ledger, &order(two, first.buyer_id, &[0], 1)).await.expect("placed");
    let third = sell(ledger, &placed(ledger, one, &[1]).await).await;
    let found = async |query| {
        let orders = listed(ledger, query).await.into_iter();
        orders.map(|order| order.id).collect::<BTreeSet<_>>()
    };
    assert_eq!(listed(ledger, OrderQuery { id: Some(third.id), ..ALL }).await, slice::from_ref(&third));
    let paid_by = OrderQuery { payment: Some(first.payment_id()), ..ALL };
    assert_eq!(listed(ledger, paid_by).await, slice::from_ref(&first));
    assert_eq!(found(OrderQuery { event: Some(one), ..ALL }).await, [first.id, third.id].into());
    assert_eq!(found(OrderQuery { buyer: Some(first.buyer_id), ..ALL }).await, [first.id, second.id].into());
    assert_eq!(found(OrderQuery { status: Some(OrderStatus::Confirmed), ..ALL }).await, [third.id].into());
    let both = OrderQuery { event: Some(one), buyer: Some(first.buyer_id), ..ALL };
    assert_eq!(found(both).await, [first.id].into(), "every filter has to let it pass");
    assert_eq!(found(OrderQuery { event: Some(new_event_id()), ..ALL }).await, [].into());
    assert_eq!(found(ALL).await.len(), 3);
}

async fn orders_are_paged_without_gaps(ledger: &impl Ledger) {
    let event = on_sale(ledger, 24).await;
    let (start, mut all) = (now(), Vec::new());
    for seat in 0..24 {
        let mut order = order(event, new_user_id(), &[seat], 1);
        // Eight of each time, not in the order of their ids.
        order.placed_at = start.plus_ms(i64::from(seat % 3));
        all.push(place(ledger, &order).await.expect("placed"));
    }
    all.sort_by_key(|order| std::cmp::Reverse((order.placed_at, order.id)));
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let page = listed(ledger, OrderQuery { event: Some(event), after, limit: 5, ..ALL }).await;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        pages.extend(page);
    }
    assert_eq!(pages, all);
    let gone = OrderQuery { after: Some(crate::support::new_order_id()), limit: 1, ..ALL };
    assert_eq!(listed(ledger, gone).await, all[..1], "a cursor that is gone is none");
}

async fn the_ledger_tells_its_time(ledger: &impl Ledger) {
    let event = on_sale(ledger, 1).await;
    let near = |at| (now().plus_ms(-10_000)..now().plus_ms(10_000)).contains(&at);
    assert!(near(ledger.orders(&ALL).await.expect("answers").at), "there is no order at all");
    assert!(near(ledger.due_orders(1, 1).await.expect("answers").at));
    due_now(ledger, event, 0).await;
    assert!(near(ledger.orders(&ALL).await.expect("answers").at));
    assert!(near(ledger.due_orders(1, 1).await.expect("answers").at));
}

async fn an_order_is_due_at_its_deadline(ledger: &impl Ledger) {
    let event = on_sale(ledger, 2).await;
    placed(ledger, event, &[0]).await;
    assert_eq!(due(ledger, 10, 1).await, [], "there is time to pay");
    let wanted = Placing { window_ms: 50, ..placing(&order(event, new_user_id(), &[1], 1)) };
    let order = place_with(ledger, &wanted).await.expect("placed");
    let asking = async {
        loop {
            let read = ledger.due_orders(10, 60_000).await.expect("answers");
            match read.orders.as_slice() {
                [] => assert!(read.at.0 < order.deadline.0 + 1_000, "it is late"),
                found => return assert!(*found == [order.clone()] && read.at >= order.deadline, "{read:?}"),
            }
        }
    };
    timeout(PATIENCE, asking).await.expect("in time");
}

async fn due_orders_come_in_order(ledger: &impl Ledger) {
    let event = on_sale(ledger, 3).await;
    let mut orders = Vec::new();
    for (seat, window_ms) in [(0, 400), (1, 200), (2, 0)] {
        let wanted = Placing { window_ms, ..placing(&order(event, new_user_id(), &[seat], 1)) };
        orders.push(place_with(ledger, &wanted).await.expect("placed"));
    }
    orders.sort_by_key(|order| order.deadline);
    let last = orders[2].deadline;
    let all_are_due =
        async { while ledger.orders(&OrderQuery { limit: 1, ..ALL }).await.expect("answers").at < last {} };
    timeout(PATIENCE, all_are_due).await.expect("in time");
    let ids: Vec<_> = orders.iter().map(|order| order.id).collect();
    assert_eq!(due(ledger, 2, 60_000).await, ids[..2], "the longest overdue first, and no more than asked for");
    assert_eq!(due(ledger, 2, 60_000).await, ids[2..]);
}

async fn an_order_is_given_to_one_server_at_a_time(ledger: &(impl Ledger + Clone + 'static)) {
    let event = on_sale(ledger, 12).await;
    let mut expected = BTreeSet::new();
    for seat in 0..12 {
        expected.insert(placed(ledger, event, &[seat]).await.id);
    }
    for _ in 0..10 {
        assert_eq!(ledger.make_due(event, OrderStatus::AwaitingPayment).await.expect("answers"), 12);
        let mut servers = tokio::task::JoinSet::new();
        for server in 0..6 {
            let ledger = ledger.clone();
            servers.spawn(async move {
                // They do not ask in step.
                for _ in 0..server {
                    listed(&ledger, OrderQuery { limit: 1, ..ALL }).await;
                }
                let mut given = Vec::new();
                while let orders @ [_, ..] = due(&ledger, 7, 60_000).await.as_slice() {
                    given.extend_from_slice(orders);
                }
                given
            });
        }
        let given = servers.join_all().await.concat();
        assert_eq!(given.len(), 12, "none of them twice");
        assert_eq!(given.into_iter().collect::<BTreeSet<_>>(), expected);
    }
}

async fn an_order_whose_server_died_is_given_again(ledger: &impl Ledger) {
    let event = on_sale(ledger, 1).await;
    let order = due_now(ledger, event, 0).await;
    assert_eq!(due(ledger, 10, 1).await, [order.id]);
    assert_eq!(due_soon(ledger, 60_000).await, [order.id], "the lease lapsed");
    assert_eq!(due(ledger, 10, 1).await, []);
}

async fn an_order_with_nothing_left_to_do_is_never_due(ledger: &impl Ledger) {
    let event = on_sale(ledger, 3).await;
    let look = |order: &Order, next_look| OrderChange { next_look, ..change(order.touched(), SeatsChange::Keep) };
    let first = due_now(ledger, event, 0).await;
    let first = apply(ledger, &look(&first, NextLook::Never)).await.expect("changed");
    assert_eq!(due(ledger, 10, 1).await, []);
    let first = apply(ledger, &look(&first, NextLook::In(60_000))).await.expect("changed");
    assert_eq!(due(ledger, 10, 1).await, [], "in a minute");
    let first = apply(ledger, &look(&first, NextLook::In(0))).await.expect("changed");
    assert_eq!(due_soon(ledger, 60_000).await, [first.id]);
    // Its deadline is over, whatever was agreed on before.
    let first = apply(ledger, &look(&first, NextLook::AtDeadline)).await.expect("changed");
    assert_eq!(due_soon(ledger, 60_000).await, [first.id]);
    let second = placed(ledger, event, &[1]).await;
    apply(ledger, &look(&second, NextLook::AtDeadline)).await.expect("changed");
    assert_eq!(due(ledger, 10, 1).await, []);
}

async fn orders_are_made_due_by_event_and_status(ledger: &impl Ledger) {
    let (event, other) = (on_sale(ledger, 4).await, on_sale(ledger, 1).await);
    let open = [placed(ledger, event, &[0]).await, placed(ledger, event, &[1]).await];
    let sold = sell(ledger, &placed(ledger, event, &[2]).await).await;
    placed(ledger, other, &[0]).await;
    assert_eq!(due(ledger, 10, 1).await, []);
    assert_eq!(ledger.make_due(event, OrderStatus::AwaitingPayment).await.expect("answers"), 2);
    let given: BTreeSet<_> = due_soon(ledger, 60_000).await.into_iter().collect();
    assert_eq!(given, open.map(|order| order.id).into());
    assert_eq!(ledger.make_due(event, OrderStatus::Confirmed).await.expect("answers"), 1);
    assert_eq!(due_soon(ledger, 60_000).await, [sold.id], "there was nothing left to do, now there is");
    assert_eq!(ledger.make_due(event, OrderStatus::Refunded).await.expect("answers"), 0);
}

async fn an_event_knows_what_it_has_sold(ledger: &impl Ledger) {
    let event = on_sale(ledger, 8).await;
    assert_eq!(ledger.sales_totals(event).await.expect("answers"), SalesTotals::default());
    placed(ledger, event, &[0]).await;
    release(ledger, &placed(ledger, event, &[1, 2]).await).await;
    let sold = sell(ledger, &placed(ledger, event, &[3, 4]).await).await;
    sell(ledger, &placed(ledger, event, &[5]).await).await;
    give_back(ledger, &sell(ledger, &placed(ledger, event, &[6]).await).await).await;
    let free = order(event, new_user_id(), &[7], 1);
    let free = Order { total: Money { amount: 0, ..free.total }, ..free };
    place(ledger, &free).await.expect("placed");
    let elsewhere = on_sale(ledger, 1).await;
    sell(ledger, &placed(ledger, elsewhere, &[0]).await).await;

    let ticket = crate::selling::tickets_of(&sold)[0].id;
    ledger.check_in(ticket, new_user_id(), now()).await.expect("answers");
    let mut totals = ledger.sales_totals(event).await.expect("answers");
    totals.orders.sort_unstable_by_key(|(status, ..)| *status);
    let orders = vec![
        (OrderStatus::AwaitingPayment, 2, 7500),
        (OrderStatus::Confirmed, 2, 22_500),
        (OrderStatus::Expired, 1, 15_000),
        (OrderStatus::Refunded, 1, 7500),
    ];
    assert_eq!(totals, SalesTotals { orders, tickets_valid: 2, tickets_used: 1 });
}

async fn every_sold_seat_is_counted_with_its_ticket(ledger: &impl Ledger) {
    let event = on_sale(ledger, 8).await;
    assert_eq!(ledger.sales_figures(event).await.expect("answers"), SalesFigures::default());
    placed(ledger, event, &[0]).await;
    let sold = sell(ledger, &placed(ledger, event, &[1, 2]).await).await;
    let back = give_back(ledger, &sell(ledger, &placed(ledger, event, &[3]).await).await).await;
    // What was given back is sold again: one ticket of two counts.
    sell(ledger, &placed(ledger, event, &[3]).await).await;
    let returned = change(back.with_money(MoneyState::Refunded), SeatsChange::Keep);
    apply(ledger, &returned).await.expect("returned");
    give_back(ledger, &sell(ledger, &placed(ledger, event, &[4]).await).await).await;
    let elsewhere = on_sale(ledger, 1).await;
    sell(ledger, &placed(ledger, elsewhere, &[0]).await).await;
    let ticket = crate::selling::tickets_of(&sold)[0].id;
    ledger.check_in(ticket, new_user_id(), now()).await.expect("answers");
    let mut figures = ledger.sales_figures(event).await.expect("answers");
    figures.orders.sort_unstable_by_key(|(status, money, ..)| (*status, money.as_str()));
    let orders = vec![
        (OrderStatus::AwaitingPayment, MoneyState::Open, 1, 7500),
        (OrderStatus::Confirmed, MoneyState::Captured, 2, 22_500),
        (OrderStatus::Refunded, MoneyState::RefundDue, 1, 7500),
        (OrderStatus::Refunded, MoneyState::Refunded, 1, 7500),
    ];
    let expected = SalesFigures { orders, tickets_valid: 2, tickets_used: 1, seats_with_ticket: 3, seats_sold: 3 };
    assert_eq!(figures, expected);
}
