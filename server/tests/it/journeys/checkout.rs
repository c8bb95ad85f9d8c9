//! Buying: from a cart to a ticket, and everything that can come in between.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::shopping::key;
use crate::support::{Engine, Frame, TestStack};
use crate::unreliable_holds::{Trouble, UnreliableHolds};

crate::journeys!([
    a_purchase_from_hold_to_ticket,
    prices_are_those_of_the_moment_a_seat_was_held,
    what_the_client_believes_is_checked_before_anything_is_claimed,
    i1_parallel_orders_of_one_cart_are_one_order_of_each_seat,
    an_order_is_its_buyers_alone,
    a_key_means_one_order_and_one_charge,
    a_declined_card_is_not_the_end_the_third_is,
    a_cancelled_order_frees_its_seats_at_once,
    an_order_that_is_not_paid_expires,
    i5_lost_late_slow_and_repeated_words_of_the_provider_change_nothing,
    i5_what_is_captured_after_the_deadline_buys_the_seats_or_comes_back,
    a_provider_that_is_away_charges_nothing_and_loses_nothing,
    d14_closing_an_event_ends_its_orders_and_gives_money_back,
    d14_a_cancelled_event_is_refunded_in_bulk,
    i2_the_seat_limit_counts_orders,
    i8_a_claimed_order_completes_while_the_hold_store_is_away,
    a_refused_order_leaves_the_cart_as_it_was,
    only_what_is_named_is_ordered,
]);

fn code(reply: &crate::support::client::Reply) -> (u16, &str) {
    (reply.status, reply.code())
}

async fn a_purchase_from_hold_to_ticket(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let id = stack.event(4, |_| {}).await;
    let mut watcher = stack.socket(1, &id).await;
    let ada = stack.buyer(0).await;
    let mut mine = stack.socket_of(1, &id, &ada).await;
    ada.hold(&id, &["A-2", "A-1"]).await;
    while mine.wait_for("cart").await["seats"].as_array().unwrap().len() != 2 {}

    let cart = ada.get(&format!("cart?event_id={id}")).await;
    assert_eq!(cart.status, 200, "{cart:?}");
    assert_eq!(cart.body["total"], json!({"amount": 15_000, "currency": "EUR"}));
    let seat = &cart.body["seats"][0];
    assert_eq!((&seat["seat"], &seat["category"]), (&json!("A-1"), &json!("Stalls")));
    assert_eq!(seat["price"], json!({"amount": 7_500, "currency": "EUR"}));
    assert!((590_000..=600_000).contains(&seat["expires_in_ms"].as_u64().unwrap()));
    let valid = ada.post("cart/validate", json!({"event_id": id})).await;
    assert_eq!((valid.status, &valid.body["valid"]), (200, &json!(true)));

    let placed = ada.order(&id).await;
    assert_eq!(placed.status, 201, "{placed:?}");
    let order = &placed.body;
    assert_eq!(placed.header("location"), format!("/api/v1/orders/{}", order["id"].as_str().unwrap()));
    assert_eq!((&order["status"], &order["total"]["amount"]), (&json!("awaiting_payment"), &json!(15_000)));
    assert!((295_000..=300_000).contains(&order["expires_in_ms"].as_u64().unwrap()));
    assert!(order["payment"]["client_secret"].as_str().unwrap().len() > 40);
    assert_eq!(order["payment"]["provider"], "mock");
    watcher.wait_for_seat(1, 1).await;
    assert_eq!(watcher.states, [1, 1, 0, 0], "claimed shows as held");
    let empty = ada.get(&format!("cart?event_id={id}")).await;
    assert_eq!(empty.body["seats"], json!([]), "what is ordered is not in the cart any more");
    assert_eq!(mine.wait_for("cart").await["seats"], json!([]), "and the socket says so");

    let paid = ada.at(&stack.address(1)).pay(order, "card_ok").await;
    assert_eq!((paid.status, &paid.body["status"]), (200, &json!("confirmed")), "{paid:?}");
    watcher.wait_for_seat(0, 2).await;
    assert_eq!(watcher.states, [2, 2, 0, 0]);
    let shown = ada.get(&format!("orders/{}", order["id"].as_str().unwrap())).await;
    assert_eq!(shown.body["tickets"], paid.body["tickets"], "the answer and the ledger say the same");
    assert!(shown.body["payment"].get("client_secret").is_none());
    let listed = ada.get("orders").await;
    assert_eq!((listed.body["items"].as_array().unwrap().len(), &listed.body["next_cursor"]), (1, &Value::Null));
    assert_eq!(listed.body["items"][0]["tickets"], paid.body["tickets"]);
    let tickets = ada.get("tickets").await.body["items"].clone();
    assert_eq!(tickets.as_array().unwrap().len(), 2);
    let ticket = &paid.body["tickets"][0];
    let picture = ada.get(&format!("tickets/{}/qr.svg", ticket["id"].as_str().unwrap())).await;
    assert_eq!((picture.status, picture.header("content-type")), (200, "image/svg+xml"));
    assert!(picture.bytes.starts_with(b"<?xml") && picture.bytes.len() > 1_000);
    let me = ada.get("auth/me").await.body["email"].as_str().unwrap().to_owned();
    let mails = stack.mails(&me, 2).await;
    let code = ticket["code"].as_str().unwrap();
    assert!(mails.iter().any(|mail| mail.contains(code) && mail.contains("150.00 EUR")), "{mails:?}");
    stack.books_balance(&id).await;
}

async fn prices_are_those_of_the_moment_a_seat_was_held(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(4, |_| {}).await;
    let (admin, ada) = (stack.admin(0).await, stack.buyer(0).await);
    ada.hold(&id, &["A-1"]).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let changed = admin.patch(&format!("events/{id}"), json!({"prices": {"Stalls": 9_900}})).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    tokio::time::sleep(Duration::from_millis(20)).await;
    ada.hold(&id, &["A-2"]).await;
    let cart = ada.get(&format!("cart?event_id={id}")).await.body;
    let prices = |name: &str| {
        let seats = cart["seats"].as_array().unwrap().iter();
        seats.map(|seat| seat[name]["amount"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!((prices("price"), prices("current_price")), (vec![7_500, 9_900], vec![9_900, 9_900]));
    let other = ada.post_with_key("orders", json!({"event_id": id, "total": 19_800}), &key()).await;
    assert_eq!(self::code(&other), (409, "price_changed"));
    assert_eq!(other.body["total"]["amount"], 17_400);
    let placed = ada.post_with_key("orders", json!({"event_id": id, "total": 17_400}), &key()).await;
    assert_eq!((placed.status, &placed.body["total"]["amount"]), (201, &json!(17_400)));
    assert_eq!(ada.pay(&placed.body, "card_ok").await.status, 200);
    stack.books_balance(&id).await;
}

async fn what_the_client_believes_is_checked_before_anything_is_claimed(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(4, |wish| wish["hold_ttl_s"] = json!(2)).await;
    let ada = stack.buyer(0).await;
    assert_eq!(code(&ada.order(&id).await), (422, "empty_cart"));
    assert_eq!(code(&ada.post("cart/validate", json!({"event_id": id})).await), (422, "empty_cart"));
    ada.hold(&id, &["A-1"]).await;
    let belief = json!({"event_id": id, "seats": ["A-1", "A-2"]});
    let lost = ada.post("cart/validate", belief.clone()).await;
    assert_eq!((code(&lost), &lost.body["seats"]), ((409, "seats_lost"), &json!(["A-2"])));
    let lost = ada.post_with_key("orders", belief, &key()).await;
    assert_eq!((code(&lost), &lost.body["seats"]), ((409, "seats_lost"), &json!(["A-2"])));
    // A hold that has just ended.
    tokio::time::sleep(Duration::from_millis(2_001)).await;
    let late = ada.post_with_key("orders", json!({"event_id": id, "seats": ["A-1"]}), &key()).await;
    assert_eq!((code(&late), &late.body["seats"]), ((409, "seats_lost"), &json!(["A-1"])));
    let late = ada.post("cart/validate", json!({"event_id": id})).await;
    assert_eq!((code(&late), &late.body["seats"]), ((409, "seats_lost"), &json!(["A-1"])), "it is told why");
    ada.hold(&id, &["A-1"]).await;
    ada.release(&id, &["A-1"]).await;
    assert_eq!(code(&ada.order(&id).await), (422, "empty_cart"), "given back is not lost");
    assert_eq!(code(&ada.get("cart").await), (400, "bad_request"));
    assert_eq!(code(&ada.get("cart?event_id=nonsense").await), (404, "not_found"));
    let missing = ada.post("orders", json!({"event_id": id})).await;
    assert_eq!(code(&missing), (400, "idempotency_key_missing"));
    assert_eq!(stack.buyer(0).await.hold(&id, &["A-1", "A-2", "A-3", "A-4"]).await.status, 201, "nothing was claimed");
}

async fn i1_parallel_orders_of_one_cart_are_one_order_of_each_seat(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let id = stack.event(6, |_| {}).await;
    let ada = stack.buyer(0).await;
    ada.hold(&id, &["A-1", "A-2", "A-3"]).await;
    let mut requests = tokio::task::JoinSet::new();
    for n in 0..8 {
        let (client, id) = (ada.at(&stack.address(n)), id.clone());
        requests.spawn(async move { client.order(&id).await });
    }
    let replies = requests.join_all().await;
    let placed: Vec<_> = replies.iter().filter(|reply| reply.status == 201).collect();
    assert_eq!(placed.len(), 1, "{replies:?}");
    assert!(replies.iter().all(|reply| [201, 409, 422].contains(&reply.status)), "{replies:?}");
    assert_eq!(placed[0].body["seats"].as_array().unwrap().len(), 3);
    assert_eq!(ada.pay(&placed[0].body, "card_ok").await.status, 200, "the losers have not broken the winner's claim");
    stack.books_balance(&id).await;
}

async fn an_order_is_its_buyers_alone(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(4, |_| {}).await;
    let (ada, ben) = (stack.buyer(0).await, stack.buyer(0).await);
    let order = ada.hold_and_order(&id, &["A-1"]).await;
    let path = format!("orders/{}", order["id"].as_str().unwrap());
    assert_eq!(code(&ben.get(&path).await), (404, "not_found"));
    assert_eq!(code(&ben.cancel(&order).await), (404, "not_found"));
    assert_eq!(code(&ben.refund(&order).await), (404, "not_found"));
    assert_eq!(code(&ben.pay(&order, "card_ok").await), (404, "not_found"));
    assert_eq!(code(&ben.get(&format!("admin/events/{id}/orders")).await), (403, "forbidden"));
    assert_eq!(stack.anonymous(0).get(&path).await.status, 401);
    let paid = ada.pay(&order, "card_ok").await;
    let qr = format!("tickets/{}/qr.svg", paid.body["tickets"][0]["id"].as_str().unwrap());
    assert_eq!(code(&ben.get(&qr).await), (404, "not_found"));
    assert_eq!(code(&ada.get("orders/nonsense").await), (404, "not_found"));
    assert_eq!(code(&ada.get("orders?cursor=nonsense").await), (400, "bad_request"));
    assert_eq!(code(&ada.get("orders?status=lost").await), (400, "bad_request"));
}

async fn a_key_means_one_order_and_one_charge(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let id = stack.event(4, |_| {}).await;
    let ada = stack.buyer(0).await;
    ada.hold(&id, &["A-1"]).await;
    let first = ada.post_with_key("orders", json!({"event_id": id}), "k1").await;
    assert_eq!(first.status, 201);
    let again = ada.at(&stack.address(1)).post_with_key("orders", json!({"event_id": id}), "k1").await;
    assert_eq!((&again.bytes, again.header("idempotency-replayed")), (&first.bytes, "true"));
    assert_eq!(again.header("location"), first.header("location"));
    let other = ada.post_with_key("orders", json!({"event_id": id, "total": 1}), "k1").await;
    assert_eq!(code(&other), (422, "idempotency_mismatch"));

    let declined = ada.pay_with_key(&first.body, "card_declined", "p1").await;
    assert_eq!(code(&declined), (402, "payment_declined"));
    for _ in 0..4 {
        let replayed = ada.pay_with_key(&first.body, "card_declined", "p1").await;
        assert_eq!((&replayed.bytes, replayed.header("idempotency-replayed")), (&declined.bytes, "true"));
    }
    let paid = ada.pay_with_key(&first.body, "card_ok", "p2").await;
    assert_eq!(paid.status, 200, "a replayed decline was counted once: {paid:?}");
    let replayed = ada.pay_with_key(&first.body, "card_ok", "p2").await;
    assert_eq!((&replayed.bytes, replayed.header("idempotency-replayed")), (&paid.bytes, "true"));
    let by_another_key = ada.pay(&first.body, "card_ok").await;
    assert_eq!((by_another_key.status, &by_another_key.body["tickets"]), (200, &paid.body["tickets"]), "paid is paid");
    stack.books_balance(&id).await;
}

async fn a_declined_card_is_not_the_end_the_third_is(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(2, |_| {}).await;
    let (ada, ben) = (stack.buyer(0).await, stack.buyer(0).await);
    let order = ada.hold_and_order(&id, &["A-1"]).await;
    let refused = ada.pay(&order, "card_of_dreams").await;
    assert_eq!((code(&refused), &refused.body["field"]), ((422, "invalid_field"), &json!("method")));
    for left in [2, 1] {
        let declined = ada.pay(&order, "card_declined").await;
        assert_eq!((code(&declined), &declined.body["attempts_left"]), ((402, "payment_declined"), &json!(left)));
        assert_eq!(ben.hold(&id, &["A-1"]).await.status, 409, "the order keeps its seats");
    }
    assert_eq!(code(&ada.pay(&order, "card_declined").await), (402, "payment_declined"));
    let shown = ada.get(&format!("orders/{}", order["id"].as_str().unwrap())).await;
    assert_eq!(shown.body["status"], "failed");
    assert_eq!(ben.hold(&id, &["A-1"]).await.status, 201, "free at once");
    assert_eq!(code(&ada.pay(&order, "card_ok").await), (409, "order_closed"));
    assert_eq!(code(&ada.cancel(&order).await), (409, "order_closed"));
    stack.books_balance(&id).await;

    let second = ben.order(&id).await.body;
    assert_eq!(ben.pay(&second, "card_declined").await.status, 402);
    assert_eq!(ben.pay(&second, "card_ok").await.status, 200, "another card");
    stack.books_balance(&id).await;
}

async fn a_cancelled_order_frees_its_seats_at_once(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(3, |_| {}).await;
    let mut watcher = stack.socket(0, &id).await;
    let (ada, ben) = (stack.buyer(0).await, stack.buyer(0).await);
    let order = ada.hold_and_order(&id, &["A-1", "A-2"]).await;
    watcher.wait_for_seat(0, 1).await;
    let cancelled = ada.cancel(&order).await;
    assert_eq!((cancelled.status, &cancelled.body["status"]), (200, &json!("cancelled")));
    assert_eq!(ben.hold(&id, &["A-1"]).await.status, 201);
    watcher.wait_for_seat(1, 0).await;
    assert_eq!(ada.cancel(&order).await.status, 200, "again, to no effect");
    assert_eq!(code(&ada.pay(&order, "card_ok").await), (409, "order_closed"));
    let bought = ada.buy(&id, &["A-2"]).await;
    assert_eq!(code(&ada.cancel(&bought).await), (409, "already_paid"));
    stack.books_balance(&id).await;
}

async fn an_order_that_is_not_paid_expires(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(2, |wish| wish["payment_window_s"] = json!(10)).await;
    let mut watcher = stack.socket(0, &id).await;
    let ada = stack.buyer(0).await;
    let order = ada.hold_and_order(&id, &["A-1"]).await;
    watcher.wait_for_seat(0, 1).await;
    tokio::time::sleep(Duration::from_secs(9)).await;
    assert_eq!(ada.pay(&order, "card_declined").await.status, 402, "still in time");
    let expired = ada.wait_for_order(&order, |order| order["status"] != "awaiting_payment").await;
    assert_eq!((&expired["status"], &expired["expires_in_ms"]), (&json!("expired"), &json!(0)));
    watcher.wait_for_seat(0, 0).await;
    assert_eq!(code(&ada.pay(&order, "card_ok").await), (409, "order_closed"));
    assert_eq!(stack.buyer(0).await.hold(&id, &["A-1"]).await.status, 201);
    stack.books_balance(&id).await;
}

async fn i5_lost_late_slow_and_repeated_words_of_the_provider_change_nothing(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let id = stack.event(8, |_| {}).await;
    let ada = stack.buyer(0).await;
    let mut orders = Vec::new();
    let cards = [
        ("card_slow", 202),
        ("card_lost_reply", 202),
        ("card_webhook_first", 200),
        ("card_duplicated", 200),
        ("card_reordered", 200),
        ("card_hangs", 202),
    ];
    for (n, (card, status)) in (1..).zip(cards) {
        let order = ada.hold_and_order(&id, &[&format!("A-{n}")]).await;
        let started = std::time::Instant::now();
        let paid = ada.pay(&order, card).await;
        assert_eq!(paid.status, status, "{card}: {paid:?}");
        assert!(started.elapsed() < Duration::from_secs(6), "{card} took {:?}", started.elapsed());
        orders.push((card, order, started));
    }
    for (card, order, started) in orders {
        let confirmed = ada.wait_for_order(&order, |order| order["status"] == "confirmed").await;
        assert!(started.elapsed() < Duration::from_secs(30), "{card}");
        assert_eq!(confirmed["tickets"].as_array().unwrap().len(), 1, "{card}");
    }
    stack.books_balance(&id).await;
    let totals = stack.admin(0).await.get(&format!("admin/events/{id}/log?limit=100")).await;
    let sales = totals.body["items"].as_array().unwrap().iter().filter(|line| line["action"] == "seats_sold").count();
    assert_eq!(sales, 6, "each sold once");
}

async fn i5_what_is_captured_after_the_deadline_buys_the_seats_or_comes_back(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(2, |wish| wish["payment_window_s"] = json!(10)).await;
    let (ada, ben) = (stack.buyer(0).await, stack.buyer(0).await);
    // Captured a second and a half after the deadlines, although it was cancelled then.
    let free = ada.hold_and_order(&id, &["A-1"]).await;
    let taken = ada.hold_and_order(&id, &["A-2"]).await;
    assert_eq!(ada.pay(&free, "card_late").await.status, 202);
    assert_eq!(ada.pay(&taken, "card_late").await.status, 202);
    ada.wait_for_order(&taken, |order| order["status"] == "expired").await;
    // Free for everybody: in the ledger first, in the hold store a moment later.
    let freed = std::time::Instant::now();
    while ben.hold(&id, &["A-2"]).await.status != 201 {
        assert!(freed.elapsed() < Duration::from_millis(800), "still not free");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let confirmed =
        ada.wait_for_order(&free, |order| order["status"] != "expired" && order["status"] != "awaiting_payment").await;
    assert_eq!(confirmed["status"], "confirmed", "nobody had taken the seat");
    let back = ada.wait_for_order(&taken, |order| order["payment"]["status"] == "refunded").await;
    assert_eq!(back["status"], "expired");
    let bens = ben.order(&id).await.body;
    assert_eq!(ben.pay(&bens, "card_ok").await.status, 200, "Ben is not disturbed");
    stack.books_balance(&id).await;
}

async fn a_provider_that_is_away_charges_nothing_and_loses_nothing(engine: Engine) {
    let mut stack = TestStack::start(engine, 1).await;
    let id = stack.event(3, |_| {}).await;
    let ada = stack.buyer(0).await;
    let order = ada.hold_and_order(&id, &["A-1"]).await;
    stack.stop_provider().await;
    let away = ada.pay_with_key(&order, "card_ok", "p").await;
    assert_eq!(code(&away), (503, "unavailable"), "{away:?}");
    assert!(!away.header("retry-after").is_empty());
    let given_up = ada.hold_and_order(&id, &["A-2"]).await;
    assert_eq!(ada.pay(&given_up, "card_ok").await.status, 503);
    assert_eq!(ada.cancel(&given_up).await.status, 200, "the seats do not wait for the provider");
    assert_eq!(stack.buyer(0).await.hold(&id, &["A-2"]).await.status, 201);
    stack.restart_provider().await;
    let paid = ada.pay_with_key(&order, "card_ok", "p").await;
    assert_eq!(paid.status, 200, "the same key may be tried again: {paid:?}");
    stack.books_balance(&id).await;
}

async fn d14_closing_an_event_ends_its_orders_and_gives_money_back(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let id = stack.event(4, |_| {}).await;
    let (admin, ada) = (stack.admin(0).await, stack.buyer(0).await);
    let bought = ada.buy(&id, &["A-4"]).await;
    let waiting = ada.hold_and_order(&id, &["A-1"]).await;
    let slow = ada.hold_and_order(&id, &["A-2"]).await;
    ada.hold(&id, &["A-3"]).await;
    assert_eq!(ada.pay(&slow, "card_slow").await.status, 202);
    let closed = admin.patch(&format!("events/{id}"), json!({"status": "closed"})).await;
    assert_eq!(closed.status, 200);
    let refused = ada.order(&id).await;
    assert_eq!(code(&refused), (409, "not_on_sale"));
    let paid = ada.pay(&waiting, "card_ok").await;
    assert_eq!(code(&paid), (409, "order_closed"), "{paid:?}");
    for order in [&waiting, &slow] {
        let ended = ada.wait_for_order(order, |order| order["status"] != "awaiting_payment").await;
        assert_eq!(ended["status"], "cancelled");
    }
    let kept = ada.get(&format!("orders/{}", bought["id"].as_str().unwrap())).await;
    assert_eq!(kept.body["status"], "confirmed", "what was bought stays bought");
    stack.books_balance(&id).await;
}

async fn d14_a_cancelled_event_is_refunded_in_bulk(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let id = stack.event(12, |_| {}).await;
    let mut watcher = stack.socket(0, &id).await;
    let mut orders = Vec::new();
    for n in 1..=5 {
        let buyer = stack.buyer(n).await;
        let bought = buyer.buy(&id, &[&format!("A-{n}")]).await;
        orders.push((buyer, bought));
    }
    let open = orders[0].0.hold_and_order(&id, &["A-9"]).await;
    let cancelled = stack.admin(0).await.patch(&format!("events/{id}"), json!({"status": "cancelled"})).await;
    assert_eq!(cancelled.status, 200, "{cancelled:?}");
    for (buyer, order) in &orders {
        let back = buyer.wait_for_order(order, |order| order["payment"]["status"] == "refunded").await;
        assert_eq!(back["status"], "refunded");
    }
    let ended = orders[0].0.wait_for_order(&open, |order| order["status"] != "awaiting_payment").await;
    assert_eq!(ended["status"], "cancelled");
    stack.books_balance(&id).await;
    let books = stack.provider_books().await;
    assert_eq!(books.values().filter(|(captured, refunded)| *captured == 7_500 && captured == refunded).count(), 5);
    while watcher.states.iter().any(|&state| state != 0) {
        assert!(!matches!(watcher.next().await, Frame::Closed(_)));
    }
}

async fn i2_the_seat_limit_counts_orders(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(9, |wish| wish["max_seats_per_user"] = json!(3)).await;
    let ada = stack.buyer(0).await;
    let first = ada.hold_and_order(&id, &["A-1", "A-2"]).await;
    assert_eq!(code(&ada.hold(&id, &["A-3", "A-4"]).await), (422, "seat_limit"));
    assert_eq!(ada.pay(&first, "card_ok").await.status, 200);
    assert_eq!(code(&ada.hold(&id, &["A-3", "A-4"]).await), (422, "seat_limit"), "sold seats count");
    ada.buy(&id, &["A-3"]).await;
    assert_eq!(code(&ada.hold(&id, &["A-4"]).await), (422, "seat_limit"));
    stack.books_balance(&id).await;
}

async fn i8_a_claimed_order_completes_while_the_hold_store_is_away(engine: Engine) {
    let mut stack = TestStack::start(engine, 1).await;
    let id = stack.event(4, |_| {}).await;
    let ada = stack.buyer(0).await;
    let store = UnreliableHolds::over(&stack.engines.holds);
    stack.engines.holds = std::sync::Arc::clone(&store) as _;
    stack.add_server().await;
    let ada = ada.at(&stack.servers.last().unwrap().address.to_string());
    let order = ada.hold_and_order(&id, &["A-1"]).await;
    let given_up = ada.hold_and_order(&id, &["A-2"]).await;
    ada.hold(&id, &["A-3"]).await;
    store.be(Trouble::Away);
    assert_eq!(code(&ada.hold(&id, &["A-4"]).await), (503, "unavailable"));
    assert_eq!(code(&ada.order(&id).await), (503, "unavailable"), "no new order without the store");
    let paid = ada.pay(&order, "card_ok").await;
    assert_eq!((paid.status, &paid.body["status"]), (200, &json!("confirmed")), "{paid:?}");
    assert_eq!(ada.cancel(&given_up).await.status, 200);
    store.be(Trouble::None);
    let mut watcher = stack.socket(0, &id).await;
    watcher.wait_for_seat(0, 2).await;
    watcher.wait_for_seat(1, 0).await;
    stack.books_balance(&id).await;
}

async fn a_refused_order_leaves_the_cart_as_it_was(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(6, |wish| wish["max_seats_per_user"] = json!(4)).await;
    let (admin, ada) = (stack.admin(0).await, stack.buyer(0).await);
    ada.hold(&id, &["A-1", "A-2", "A-3", "A-4"]).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let changed = json!({"max_seats_per_user": 2, "prices": {"Stalls": 9_900}});
    assert_eq!(admin.patch(&format!("events/{id}"), changed).await.status, 200);
    let refused = ada.order(&id).await;
    assert_eq!(code(&refused), (422, "seat_limit"));
    let cart = ada.get(&format!("cart?event_id={id}")).await.body;
    assert_eq!(cart["seats"].as_array().unwrap().len(), 4, "{cart}");
    assert_eq!(cart["total"]["amount"], 30_000, "at the prices of the moment they were held");
    let left = cart["seats"][0]["expires_in_ms"].as_u64().unwrap();
    assert!(left <= 600_000, "{left}");
    let placed = ada.post_with_key("orders", json!({"event_id": id, "seats": ["A-1", "A-2"]}), &key()).await;
    assert_eq!(placed.status, 201, "{placed:?}");
    assert_eq!(ada.pay(&placed.body, "card_ok").await.status, 200);
    stack.books_balance(&id).await;
}

async fn only_what_is_named_is_ordered(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(4, |_| {}).await;
    let ada = stack.buyer(0).await;
    ada.hold(&id, &["A-1", "A-2"]).await;
    let nothing = ada.post_with_key("orders", json!({"event_id": id, "seats": []}), &key()).await;
    assert_eq!(code(&nothing), (422, "empty_cart"));
    let placed = ada.post_with_key("orders", json!({"event_id": id, "seats": ["A-2"]}), &key()).await;
    assert_eq!((placed.status, &placed.body["total"]["amount"]), (201, &json!(7_500)), "{placed:?}");
    let cart = ada.get(&format!("cart?event_id={id}")).await.body;
    assert_eq!(cart["seats"][0]["seat"], "A-1", "the other one is still in the cart");
}
