//! Tickets at the door, and orders that are given back.

use std::time::Duration;

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use frontrow_domain::clock::{Clock as _, SystemClock};
use frontrow_domain::ids::{Ordinal, OutboxId};
use frontrow_domain::inventory::{InventoryFact, InventoryMessage, Seats};
use frontrow_domain::journal::Action;
use frontrow_domain::ticket::TicketCode;
use serde_json::{Value, json};

use crate::support::client::Reply;
use crate::support::shopping::key;
use crate::support::{Engine, TestClient, TestStack, entry};

crate::journeys!([
    a_ticket_opens_the_door_once,
    only_those_at_the_door_of_the_event_check_in,
    a_code_can_be_verified_by_anybody_and_made_by_nobody,
    a_refund_frees_the_seats_voids_the_tickets_and_pays_back_once,
    a_buyer_may_give_back_until_the_event_says_no,
    i5_many_refunds_of_one_order_are_one,
    d7_a_late_word_of_a_sale_changes_nothing_after_the_refund,
    nobody_comes_in_and_gets_the_money_back,
    a_refund_is_decided_by_who_asks_before_what_is_asked,
    nobody_comes_in_to_a_cancelled_event,
]);

fn code(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.code())
}

fn ticket_code(order: &Value, n: usize) -> String {
    order["tickets"][n]["code"].as_str().expect("a code").to_owned()
}

async fn check_in(at_the_door: &TestClient, ticket: &str) -> Reply {
    at_the_door.post("check-ins", json!({"code": ticket})).await
}

async fn a_ticket_opens_the_door_once(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let id = stack.event(3, |_| {}).await;
    let (ada, door) = (stack.buyer(0).await, stack.admin(0).await);
    let order = ada.buy(&id, &["A-1", "A-2"]).await;
    let ticket = ticket_code(&order, 0);
    let mut scans = tokio::task::JoinSet::new();
    for n in 0..12 {
        let (door, ticket) = (door.at(&stack.address(n)), ticket.clone());
        scans.spawn(async move { check_in(&door, &ticket).await });
    }
    let replies = scans.join_all().await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1, "{replies:?}");
    assert_eq!(replies.iter().filter(|reply| code(reply) == (409, "already_used")).count(), 11);
    let admitted = replies.iter().find(|reply| reply.status == 200).unwrap();
    assert_eq!((&admitted.body["ticket"]["status"], &admitted.body["event"]), (&json!("used"), &json!("Final")));
    assert_eq!(check_in(&door, &ticket_code(&order, 1)).await.status, 200, "the other one is another one");
    let tickets = ada.get("tickets").await;
    assert!(tickets.body["items"].as_array().unwrap().iter().all(|ticket| ticket["status"] == "used"));
}

async fn only_those_at_the_door_of_the_event_check_in(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let (id, other) = (stack.event(3, |_| {}).await, stack.event(3, |_| {}).await);
    let (admin, ada) = (stack.admin(0).await, stack.buyer(0).await);
    let order = ada.buy(&id, &["A-1"]).await;
    let ticket = ticket_code(&order, 0);
    assert_eq!(code(&check_in(&ada, &ticket).await), (403, "forbidden"));
    assert_eq!(check_in(&stack.anonymous(0), &ticket).await.status, 401);
    assert_eq!(code(&check_in(&stack.organizer(0).await, &ticket).await), (404, "not_found"), "of other events");
    let mut scanner = stack.anonymous(0);
    let scanner_id = scanner.register("door@example.org").await;
    let role = format!("admin/users/{scanner_id}/role");
    assert_eq!(admin.post(&role, json!({"role": "scanner", "event_id": other})).await.status, 200);
    assert_eq!(code(&check_in(&scanner, &ticket).await), (404, "not_found"), "assigned elsewhere");
    assert_eq!(admin.post(&role, json!({"role": "scanner", "event_id": id})).await.status, 200);
    assert_eq!(check_in(&scanner, &ticket).await.status, 200);
}

async fn a_code_can_be_verified_by_anybody_and_made_by_nobody(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(3, |_| {}).await;
    let (ada, door) = (stack.buyer(0).await, stack.admin(0).await);
    let order = ada.buy(&id, &["A-1"]).await;
    let text = ticket_code(&order, 0);
    // Offline, with nothing but the public keys.
    let keys: Value = reqwest::get(format!("http://{}/.well-known/ticket-keys.json", stack.address(0)))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let public = URL_SAFE_NO_PAD.decode(keys["keys"][0]["x"].as_str().unwrap()).unwrap();
    let parsed = TicketCode::parse(&text).unwrap();
    let signed = parsed.claims.to_bytes();
    UnparsedPublicKey::new(&ED25519, &public).verify(&signed, &parsed.signature).expect("signed by the key");
    assert_eq!(parsed.claims.event.to_string(), id);

    let mut other_seat = parsed.clone();
    other_seat.claims.seat.0 += 1;
    let mut other_key = parsed.clone();
    other_key.claims.key[0] ^= 1;
    for forged in [other_seat.to_text(), other_key.to_text(), "nonsense".into(), text[..139].to_owned(), String::new()]
    {
        let refused = check_in(&door, &forged).await;
        assert_eq!((code(&refused), &refused.body["reason"]), ((422, "bad_code"), &json!("unknown")), "{forged}");
    }
    assert_eq!(check_in(&door, &format!(" {text}\n")).await.status, 200, "as a scanner types it");
}

async fn a_refund_frees_the_seats_voids_the_tickets_and_pays_back_once(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let id = stack.event(3, |_| {}).await;
    let mut watcher = stack.socket(1, &id).await;
    let (admin, ada, ben) = (stack.admin(0).await, stack.buyer(0).await, stack.buyer(1).await);
    let order = ada.buy(&id, &["A-1", "A-2"]).await;
    watcher.wait_for_seat(0, 2).await;
    let me = ada.get("auth/me").await.body["email"].as_str().unwrap().to_owned();
    // Their address was to be confirmed, and the receipt: a receipt of what was refunded already is never written.
    stack.mails(&me, 2).await;
    let path = format!("orders/{}/refund", order["id"].as_str().unwrap());
    let back = admin.post_with_key(&path, json!({"reason": "she is ill"}), "r").await;
    assert_eq!((back.status, &back.body["status"]), (200, &json!("refunded")), "{back:?}");
    let replayed = admin.post_with_key(&path, json!({"reason": "she is ill"}), "r").await;
    assert_eq!((&replayed.bytes, replayed.header("idempotency-replayed")), (&back.bytes, "true"));
    assert_eq!(code(&admin.refund(&order).await), (409, "already_refunded"));
    watcher.wait_for_seat(0, 0).await;
    stack.books_balance(&id).await;
    let refused = check_in(&admin, &ticket_code(&order, 0)).await;
    assert_eq!((code(&refused), &refused.body["reason"]), ((422, "bad_code"), &json!("refunded")));

    // The seat is sold again, in its next sale generation.
    let bens = ben.buy(&id, &["A-1"]).await;
    watcher.wait_for_seat(0, 2).await;
    assert_ne!(ticket_code(&bens, 0), ticket_code(&order, 0));
    assert_eq!(code(&check_in(&admin, &ticket_code(&order, 0)).await), (422, "bad_code"), "the old one stays void");
    assert_eq!(check_in(&admin, &ticket_code(&bens, 0)).await.status, 200);
    stack.books_balance(&id).await;
    let mails = stack.mails(&me, 3).await;
    assert!(mails.iter().any(|mail| mail.contains("Refunded") && mail.contains("150.00 EUR")), "{mails:?}");
    let log = admin.get(&format!("admin/events/{id}/log")).await.body;
    let lines = log["items"].as_array().unwrap();
    let line = lines.iter().find(|line| line["action"] == "order_refunded").unwrap();
    assert_eq!((&line["reason"], &line["seats"]), (&json!("she is ill"), &json!(["A-1", "A-2"])));
}

async fn a_buyer_may_give_back_until_the_event_says_no(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(4, |wish| wish["refundable_until"] = json!("2029-01-01T00:00:00Z")).await;
    let never = stack.event(4, |_| {}).await;
    let (admin, ada) = (stack.admin(0).await, stack.buyer(0).await);
    let order = ada.buy(&id, &["A-1"]).await;
    assert_eq!(ada.refund(&order).await.status, 200);
    let used = ada.buy(&id, &["A-2"]).await;
    assert_eq!(check_in(&admin, &ticket_code(&used, 0)).await.status, 200);
    assert_eq!(code(&ada.refund(&used).await), (409, "not_refundable"), "not after coming in");
    assert_eq!(admin.refund(&used).await.status, 200, "the organizer may");
    let kept = ada.buy(&never, &["A-1"]).await;
    assert_eq!(code(&ada.refund(&kept).await), (409, "not_refundable"));
    let unpaid = ada.hold_and_order(&id, &["A-3"]).await;
    assert_eq!(code(&ada.refund(&unpaid).await), (409, "not_refundable"));
    let path = format!("orders/{}/refund", kept["id"].as_str().unwrap());
    assert_eq!(code(&admin.post(&path, json!({})).await), (400, "idempotency_key_missing"));
    let long = json!({"reason": "x".repeat(501)});
    assert_eq!(code(&admin.post_with_key(&path, long, &key()).await), (422, "invalid_field"));
    let closed = admin.patch(&format!("events/{id}"), json!({"refundable_until": "2020-01-01T00:00:00Z"})).await;
    assert_eq!(closed.status, 200);
    tokio::time::sleep(Duration::from_millis(10)).await;
    let late = ada.buy(&id, &["A-4"]).await;
    assert_eq!(code(&ada.refund(&late).await), (409, "not_refundable"));
    stack.books_balance(&id).await;
}

async fn i5_many_refunds_of_one_order_are_one(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let id = stack.event(3, |_| {}).await;
    let (admin, ada) = (stack.admin(0).await, stack.buyer(0).await);
    let order = ada.buy(&id, &["A-1"]).await;
    let mut refunds = tokio::task::JoinSet::new();
    for n in 0..10 {
        let (admin, order) = (admin.at(&stack.address(n)), order.clone());
        refunds.spawn(async move { admin.refund(&order).await });
    }
    let replies = refunds.join_all().await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1, "{replies:?}");
    assert_eq!(replies.iter().filter(|reply| code(reply) == (409, "already_refunded")).count(), 9);
    stack.books_balance(&id).await;
    assert_eq!(stack.provider_books().await.values().next(), Some(&(7_500, 7_500)));
}

async fn d7_a_late_word_of_a_sale_changes_nothing_after_the_refund(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let id = stack.event(3, |_| {}).await;
    let mut watcher = stack.socket(1, &id).await;
    let ada = stack.buyer(0).await;
    let order = ada.buy(&id, &["A-1"]).await;
    watcher.wait_for_seat(0, 2).await;
    stack.admin(0).await.refund(&order).await;
    watcher.wait_for_seat(0, 0).await;
    // The log may deliver it again, hours later.
    let late = InventoryMessage {
        id: OutboxId(uuid::Uuid::now_v7()),
        event_id: id.parse().unwrap(),
        at: SystemClock.now(),
        fact: InventoryFact::SeatsSold(Seats { seats: vec![Ordinal(0)] }),
    };
    stack.engines.log.publish(&[late]).await.unwrap();
    // What is said after it has been heard after it.
    stack.engines.ledger.block(id.parse().unwrap(), &entry(Action::SeatsBlocked, Ordinal(2))).await.unwrap().unwrap();
    watcher.wait_for_seat(2, 3).await;
    assert_eq!(watcher.states, [0, 0, 3]);
    assert_eq!(stack.buyer(0).await.hold(&id, &["A-1"]).await.status, 201);
}

async fn nobody_comes_in_and_gets_the_money_back(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let rounds = 24;
    let id = stack
        .event(rounds, |wish| {
            wish["refundable_until"] = json!("2029-01-01T00:00:00Z");
            wish["max_seats_per_user"] = json!(rounds);
        })
        .await;
    let (door, ada) = (stack.admin(0).await, stack.buyer(0).await);
    let (mut admitted, mut refunded) = (0, 0);
    for n in 1..=rounds {
        let order = ada.buy(&id, &[&format!("A-{n}")]).await;
        let ticket = ticket_code(&order, 0);
        let late = Duration::from_micros(u64::from(n % 8) * 500);
        let scan = async {
            tokio::time::sleep(late).await;
            check_in(&door, &ticket).await
        };
        let elsewhere = ada.at(&stack.address(1));
        let (scanned, back) = tokio::join!(scan, elsewhere.refund(&order));
        match (scanned.status, back.status) {
            (200, 409) => admitted += 1,
            (422, 200) => refunded += 1,
            both => panic!("{both:?}: {scanned:?} {back:?}"),
        }
    }
    println!("measured: {admitted} came in, {refunded} got their money back");
    stack.books_balance(&id).await;
}

async fn a_refund_is_decided_by_who_asks_before_what_is_asked(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let (admin, ada, ben) = (stack.admin(0).await, stack.buyer(0).await, stack.buyer(0).await);
    let mut owner = stack.anonymous(0);
    let owner_id = owner.register("olga@example.org").await;
    let role = format!("admin/users/{owner_id}/role");
    admin.post(&role, json!({"role": "organizer"})).await;
    let mut wish = crate::support::new_event(3);
    wish["on_sale"] = json!(true);
    let id = owner.post_with_key("events", wish, &key()).await.body["id"].as_str().unwrap().to_owned();
    owner.wait_for_event(&id, |event| event["status"] == "on_sale").await;
    let (first, second) = (ada.buy(&id, &["A-1"]).await, ada.buy(&id, &["A-2"]).await);
    let path = |order: &Value| format!("orders/{}/refund", order["id"].as_str().unwrap());
    for body in [json!({}), json!({"reason": ""}), json!({"reason": 5})] {
        assert_eq!(code(&ben.post_with_key(&path(&first), body.clone(), &key()).await), (404, "not_found"), "{body}");
    }
    assert_eq!(code(&ben.post(&path(&first), json!({})).await), (404, "not_found"), "also without a key");
    assert_eq!(owner.refund(&first).await.status, 200);
    admin.post(&role, json!({"role": "customer"})).await;
    assert_eq!(code(&owner.refund(&second).await), (404, "not_found"), "a role that was lost counts at once");
    stack.books_balance(&id).await;
}

async fn nobody_comes_in_to_a_cancelled_event(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(3, |_| {}).await;
    let (admin, ada) = (stack.admin(0).await, stack.buyer(0).await);
    let order = ada.buy(&id, &["A-1"]).await;
    admin.patch(&format!("events/{id}"), json!({"status": "cancelled"})).await;
    let refused = check_in(&admin, &ticket_code(&order, 0)).await;
    assert_eq!(code(&refused), (422, "bad_code"), "{refused:?}");
    ada.wait_for_order(&order, |order| order["status"] == "refunded").await;
}
