//! What the people who run an event do and see.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::support::client::Reply;
use crate::support::{Engine, TestStack};

crate::journeys!([
    blocked_seats_are_out_of_sale_and_come_back,
    an_organizer_ends_holds_but_not_orders,
    an_organizer_gives_holds_more_time_up_to_the_cap,
    the_list_of_holds_says_who_where_and_for_which_order,
    the_log_says_who_did_what_when_and_why,
    orders_are_listed_paged_and_exported,
    numbers_are_the_ledgers,
    every_route_is_for_those_who_run_the_event,
]);

async fn blocked_seats_are_out_of_sale_and_come_back(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let id = stack.event(5, |_| {}).await;
    let mut watcher = stack.socket(1, &id).await;
    let (admin, ada) = (stack.admin(0).await, stack.buyer(0).await);
    let mut mine = stack.socket_of(0, &id, &ada).await;
    ada.hold(&id, &["A-2"]).await;
    stack.buyer(0).await.buy(&id, &["A-5"]).await;
    let path = |verb: &str| format!("admin/events/{id}/{verb}");
    let wish = json!({"seats": ["A-1", "A-2"], "reason": "camera"});
    let blocked = admin.post(&path("block"), wish.clone()).await;
    assert_eq!((blocked.status, &blocked.body["seats"]), (200, &json!(["A-1", "A-2"])), "{blocked:?}");
    watcher.wait_for_seat(0, 3).await;
    watcher.wait_for_seat(1, 3).await;
    while mine.wait_for("cart").await["seats"] != json!([]) {}
    let again = admin.post(&path("block"), json!({"seats": ["A-1", "A-3"], "reason": "more"})).await;
    assert_eq!((again.status, &again.body["seats"]), (409, &json!(["A-1"])), "all or nothing");
    let sold = admin.post(&path("block"), json!({"seats": ["A-5"], "reason": "more"})).await;
    assert_eq!((sold.status, sold.code()), (409, "seat_taken"), "what is sold is not taken away");
    assert_eq!(ada.hold(&id, &["A-1"]).await.code(), "seat_taken");
    assert_eq!(admin.post(&path("unblock"), wish.clone()).await.status, 200);
    watcher.wait_for_seat(0, 0).await;
    assert_eq!(admin.post(&path("unblock"), wish).await.status, 409);
    assert_eq!(ada.hold(&id, &["A-1", "A-2"]).await.status, 201);
    for wrong in
        [json!({"seats": ["A-1"]}), json!({"seats": ["A-1"], "reason": " "}), json!({"seats": [], "reason": "x"})]
    {
        assert_eq!(admin.post(&path("block"), wrong.clone()).await.status, 422, "{wrong}");
    }
}

async fn an_organizer_ends_holds_but_not_orders(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(5, |_| {}).await;
    let (admin, ada, ben) = (stack.admin(0).await, stack.buyer(0).await, stack.buyer(0).await);
    ada.hold(&id, &["A-1"]).await;
    ben.hold(&id, &["A-2"]).await;
    let order = ben.hold_and_order(&id, &["A-3"]).await;
    let holds = admin.get(&format!("admin/events/{id}/holds")).await.body;
    let states = |holds: &Value| {
        let items = holds["items"].as_array().unwrap().iter();
        items.map(|hold| (hold["seat"].to_string(), hold["state"].to_string())).collect::<Vec<_>>()
    };
    // Ben has ordered everything that he held.
    let pair = |seat: &str, state: &str| (format!("\"{seat}\""), format!("\"{state}\""));
    assert_eq!(states(&holds), [pair("A-1", "held"), pair("A-2", "claimed"), pair("A-3", "claimed")]);
    let me = ada.get("auth/me").await.body["id"].clone();
    assert_eq!(holds["items"][0]["user_id"], me);
    assert!(holds["items"][0]["expires_in_ms"].as_u64().unwrap() <= 600_000);
    let path = format!("admin/events/{id}/release");
    let claimed = admin.post(&path, json!({"seats": ["A-1", "A-3"], "reason": "spam"})).await;
    assert_eq!((claimed.status, claimed.code(), &claimed.body["seats"]), (409, "not_held", &json!(["A-3"])));
    assert_eq!(admin.post(&path, json!({"seats": ["A-1"], "reason": "spam"})).await.status, 200);
    assert_eq!(ben.pay(&order, "card_ok").await.status, 200);
    assert_eq!(stack.buyer(0).await.hold(&id, &["A-1"]).await.status, 201);
    let past = admin.get(&format!("admin/events/{id}/holds/history?limit=50")).await.body;
    let verbs: Vec<_> = past["items"].as_array().unwrap().iter().map(|line| line["verb"].as_str().unwrap()).collect();
    assert_eq!(verbs.iter().filter(|verb| **verb == "hold").count(), 4, "{verbs:?}");
    assert!(verbs.contains(&"claim") && verbs.contains(&"release") && verbs.contains(&"settle"), "{verbs:?}");
    let first = past["items"].as_array().unwrap().last().unwrap();
    assert_eq!((&first["verb"], &first["seats"], &first["user_id"]), (&json!("hold"), &json!(["A-1"]), &me));
}

async fn an_organizer_gives_holds_more_time_up_to_the_cap(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let id = stack.event(5, |wish| wish["hold_ttl_s"] = json!(2)).await;
    let (admin, ada, ben) = (stack.admin(1).await, stack.buyer(0).await, stack.buyer(0).await);
    let path = format!("admin/events/{id}/extend");
    let wish = |seats: &[&str]| json!({"seats": seats, "reason": "they called"});
    let mut watcher = stack.admin_socket(1, &id, &admin).await;
    let mut mine = stack.socket_of(0, &id, &ada).await;
    ada.hold(&id, &["A-1", "A-3"]).await;
    ben.hold(&id, &["A-2"]).await;
    let first_held = Instant::now();
    let refused = admin.post(&path, wish(&["A-1", "A-4"])).await;
    assert_eq!((refused.status, refused.code(), &refused.body["seats"]), (409, "not_held", &json!(["A-4"])));
    let left = |reply: &Reply| reply.body["seats"][0]["expires_in_ms"].as_u64().unwrap();
    let mut times = Vec::new();
    for _ in 0..4 {
        sleep(Duration::from_millis(1_200)).await;
        let extended = admin.post(&path, wish(&["A-1", "A-2"])).await;
        assert_eq!((extended.status, extended.body["seats"].as_array().unwrap().len()), (200, 2), "{extended:?}");
        times.push(left(&extended));
    }
    let row = watcher.wait_for("extended").await;
    assert!(row["expires_in_ms"].as_u64().unwrap() > 1_900, "{row}");
    assert_eq!(watcher.wait_for("expired").await["seat"], "A-3", "only what was named");
    while mine.wait_for("cart").await["seats"].as_array().unwrap().len() != 1 {}
    assert!(times[0] > 1_900, "the full TTL again: {times:?}");
    assert!(times.last() < Some(&1_250), "three TTLs in all: {times:?}");
    watcher.wait_for("expired").await;
    let total = first_held.elapsed();
    assert!((5_900..6_700).contains(&total.as_millis()), "{total:?}");
    let log = admin.get(&format!("admin/events/{id}/log")).await.body;
    let line = &log["items"][0];
    assert_eq!((&line["action"], &line["reason"]), (&json!("holds_extended"), &json!("they called")));
    assert_eq!(line["seats"], json!(["A-1", "A-2"]));
}

async fn the_list_of_holds_says_who_where_and_for_which_order(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(5, |_| {}).await;
    let (admin, ada) = (stack.admin(0).await, stack.buyer(0).await);
    let order = ada.hold_and_order(&id, &["A-2"]).await;
    ada.hold(&id, &["A-1"]).await;
    let me = ada.get("auth/me").await.body;
    let items = admin.get(&format!("admin/events/{id}/holds")).await.body["items"].clone();
    let claimed = &items[0];
    assert_eq!((&claimed["seat"], &claimed["state"]), (&json!("A-2"), &json!("claimed")), "the oldest first");
    assert_eq!((&claimed["section"], &claimed["order_id"]), (&json!("A"), &order["id"]));
    assert!(claimed["held_for_ms"].as_u64().is_some_and(|ms| ms < 10_000), "{claimed}");
    assert!(claimed["expires_in_ms"].as_u64().unwrap() <= 300_000, "as long as the order can be paid: {claimed}");
    let held = &items[1];
    assert_eq!((&held["state"], &held["order_id"]), (&json!("held"), &Value::Null));
    assert_eq!((&held["extended"], &held["user_id"]), (&json!(false), &me["id"]));
    assert_eq!((&held["holder"]["id"], &held["holder"]["name"]), (&me["id"], &me["name"]));
    let email = held["holder"]["email"].as_str().unwrap();
    assert!(email.contains("••@") && email != me["email"], "{email}");
    sleep(Duration::from_millis(50)).await;
    admin.post(&format!("admin/events/{id}/extend"), json!({"seats": ["A-1"], "reason": "x"})).await;
    let items = admin.get(&format!("admin/events/{id}/holds")).await.body["items"].clone();
    assert_eq!(items[1]["extended"], true);
}

async fn the_log_says_who_did_what_when_and_why(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(5, |_| {}).await;
    let (admin, ada) = (stack.admin(0).await, stack.buyer(0).await);
    let (admin_id, ada_id) =
        (admin.get("auth/me").await.body["id"].clone(), ada.get("auth/me").await.body["id"].clone());
    ada.buy(&id, &["A-1"]).await;
    let order = ada.hold_and_order(&id, &["A-2"]).await;
    ada.cancel(&order).await;
    admin.post(&format!("admin/events/{id}/block"), json!({"seats": ["A-5"], "reason": "broken"})).await;
    admin.patch(&format!("events/{id}"), json!({"prices": {"Stalls": 8_000}})).await;
    let mut lines: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = admin.get(&format!("admin/events/{id}/log?limit=2{cursor}")).await.body;
        lines.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    let told: Vec<_> = lines.iter().rev().map(|line| (line["action"].as_str().unwrap(), &line["user_id"])).collect();
    let expected = [
        ("seats_claimed", &ada_id),
        ("seats_sold", &ada_id),
        ("seats_claimed", &ada_id),
        ("order_cancelled", &ada_id),
        ("seats_blocked", &admin_id),
        ("event_changed", &admin_id),
    ];
    assert_eq!(told, expected);
    assert_eq!((&lines[1]["reason"], &lines[1]["seats"]), (&json!("broken"), &json!(["A-5"])));
    assert!(lines[0]["reason"].as_str().unwrap().contains("8000"));
    assert!(lines[0]["at"].as_str().unwrap().ends_with('Z'));
}

async fn orders_are_listed_paged_and_exported(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(9, |_| {}).await;
    let (admin, ada) = (stack.admin(0).await, stack.buyer(0).await);
    for n in 1..=5 {
        ada.buy(&id, &[&format!("A-{n}")]).await;
    }
    let open = ada.hold_and_order(&id, &["A-6"]).await;
    let (mut seats, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("admin/events/{id}/orders?limit=2{cursor}")).await.body;
        seats.extend(page["items"].as_array().unwrap().iter().map(|order| order["seats"][0]["seat"].to_string()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seats, [6, 5, 4, 3, 2, 1].map(|n| format!("\"A-{n}\"")), "the newest first, each once");
    for (client, path) in
        [(&admin, format!("admin/events/{id}/orders")), (&ada, "orders".into()), (&ada, "tickets".into())]
    {
        let foreign = client.get(&format!("{path}?cursor={}", uuid::Uuid::new_v4())).await;
        assert_eq!((foreign.status, foreign.code()), (400, "bad_request"), "{path}");
    }
    let waiting = admin.get(&format!("admin/events/{id}/orders?status=awaiting_payment")).await.body;
    assert_eq!((waiting["items"].as_array().unwrap().len(), &waiting["items"][0]["id"]), (1, &open["id"]));
    assert!(waiting["items"][0]["buyer_id"].is_string());
    let file = admin.get(&format!("admin/events/{id}/orders.csv")).await;
    assert_eq!((file.status, file.header("content-type")), (200, "text/csv; charset=utf-8"));
    let text = String::from_utf8(file.bytes).unwrap();
    assert_eq!(text.lines().count(), 7, "{text}");
    assert!(text.starts_with("\"order\",\"placed_at\",\"status\""), "{text}");
    assert_eq!(text.matches(",\"confirmed\",\"captured\",").count(), 5, "{text}");
}

async fn numbers_are_the_ledgers(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(9, |_| {}).await;
    let (admin, ada) = (stack.admin(0).await, stack.buyer(0).await);
    let first = ada.buy(&id, &["A-1", "A-2"]).await;
    ada.buy(&id, &["A-3"]).await;
    let back = ada.buy(&id, &["A-4"]).await;
    admin.refund(&back).await;
    admin.post("check-ins", json!({"code": first["tickets"][0]["code"]})).await;
    let stats = admin.get("admin/stats").await.body;
    let event = stats["events"].as_array().unwrap().iter().find(|event| event["event_id"] == id.as_str()).unwrap();
    assert_eq!(event["orders"], json!({"confirmed": 2, "refunded": 1}));
    assert_eq!(event["revenue"], json!({"amount": 22_500, "currency": "EUR"}));
    assert_eq!(event["tickets"], json!({"valid": 2, "used": 1}));
    assert!(stats["server"]["rooms"].is_u64());
    let theirs = stack.organizer(0).await.get("admin/stats").await.body;
    assert_eq!((&theirs["events"], theirs.get("server")), (&json!([]), None), "an organizer sees their own");
}

async fn every_route_is_for_those_who_run_the_event(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(2, |_| {}).await;
    let (ada, other) = (stack.buyer(0).await, stack.organizer(0).await);
    for path in ["holds", "holds/history", "orders", "orders.csv", "log"] {
        let path = format!("admin/events/{id}/{path}");
        assert_eq!(stack.anonymous(0).get(&path).await.status, 401, "{path}");
        assert_eq!(ada.get(&path).await.status, 403, "{path}");
        assert_eq!(other.get(&path).await.status, 404, "{path}");
    }
    for verb in ["block", "unblock", "release", "extend"] {
        let (path, wish) = (format!("admin/events/{id}/{verb}"), json!({"seats": ["A-1"], "reason": "x"}));
        assert_eq!(stack.anonymous(0).post(&path, wish.clone()).await.status, 401, "{path}");
        assert_eq!(ada.post(&path, wish.clone()).await.status, 403, "{path}");
        assert_eq!(other.post(&path, wish).await.status, 404, "{path}");
    }
    assert_eq!(ada.get("admin/stats").await.status, 403);
}
