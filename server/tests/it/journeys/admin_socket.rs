//! The organizer's live side, rule by rule.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite;
use uuid::Uuid;

use crate::support::{Engine, Frame, TestSocket, TestStack, new_event};

crate::journeys!([
    o1_nothing_of_the_event_comes_before_somebody_who_runs_it_is_there,
    o2_whoever_does_not_run_the_event_is_refused,
    o3_drafts_and_closed_events_can_be_watched,
    o4_history_and_statistics_come_at_once_and_then_once_a_second,
    o5_a_hold_is_a_row_and_a_number_within_a_second_on_every_server,
    o6_release_expiry_and_sale_are_told_apart,
    o3_an_event_can_be_watched_while_it_is_generated,
    o6_rows_beyond_a_few_hundred_a_second_are_counted,
    o7_a_demoted_organizer_is_shown_out,
    o7_a_socket_ends_with_its_login,
    o8_the_numbers_are_those_of_the_ledger,
]);

/// The next statistics that are as wanted.
async fn stats_when(socket: &mut TestSocket, wanted: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..15 {
        let stats = socket.wait_for("stats").await;
        if wanted(&stats) {
            return stats;
        }
    }
    panic!("the statistics never were as wanted");
}

async fn o1_nothing_of_the_event_comes_before_somebody_who_runs_it_is_there(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(3, |_| {}).await;
    let mut stranger = stack.door(0, &id).await;
    let opened = Instant::now();
    stack.buyer(0).await.hold(&id, &["A-1"]).await;
    for command in [json!({"type": "hold", "ref": 1, "seats": ["A-2"]}), json!({"type": "sync", "ref": 2})] {
        assert_eq!(stranger.command(command).await["code"], "unauthorized");
    }
    assert_eq!(stranger.command(json!({"type": "ping", "ref": 3})).await["ok"], true);
    let mut kinds = Vec::new();
    loop {
        match stranger.next().await {
            Frame::Json(frame) => kinds.push(frame["type"].to_string()),
            Frame::Binary(_) => panic!("binary"),
            Frame::Closed(code) => {
                assert_eq!((code, kinds), (4401, vec!["\"bye\"".to_owned()]), "neither map nor numbers");
                break;
            }
        }
    }
    assert!(stranger.states.is_empty());
    let waited = opened.elapsed();
    assert!((Duration::from_secs(9)..Duration::from_secs(12)).contains(&waited), "{waited:?}");
    let url = format!("ws://{}/ws/v1/admin/events", stack.address(0));
    for missing in ["0198f6a0-0000-7000-8000-000000000000", "nonsense"] {
        let refused = TestSocket::connect(&format!("{url}/{missing}"), &[]).await;
        assert!(matches!(refused, Err(tungstenite::Error::Http(answer)) if answer.status() == 404), "{missing}");
    }
}

async fn o2_whoever_does_not_run_the_event_is_refused(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let (organizer, other, buyer) = (stack.organizer(0).await, stack.organizer(0).await, stack.buyer(0).await);
    let id = stack.event_of(&organizer, 3, |_| {}).await;
    let mut socket = stack.door(0, &id).await;
    for client in [&other, &buyer] {
        let refused = socket.sign_in(client).await;
        assert_eq!((&refused["ok"], &refused["code"]), (&json!(false), &json!("forbidden")));
    }
    let bad = socket.command(json!({"type": "auth", "ref": 1, "ticket": "nonsense"})).await;
    assert_eq!(bad["code"], "bad_ticket");
    assert!(socket.states.is_empty(), "still at the door");
    assert_eq!(socket.sign_in(&organizer).await["ok"], true, "the door is still open");
    socket.wait_for("stats").await;
    assert_eq!(socket.sign_in(&other).await["code"], "forbidden", "and nobody else takes it over");
    socket.wait_for("stats").await;
    stack.admin_socket(0, &id, &stack.admin(0).await).await.wait_for("stats").await;
}

async fn o3_drafts_and_closed_events_can_be_watched(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let organizer = stack.organizer(0).await;
    let id = stack.event_of(&organizer, 3, |wish| wish["on_sale"] = json!(false)).await;
    let url = format!("ws://{}/ws/v1/events/{id}", stack.address(0));
    let public = TestSocket::connect(&url, &[]).await;
    assert!(matches!(public, Err(tungstenite::Error::Http(answer)) if answer.status() == 404));
    let mut socket = stack.admin_socket(0, &id, &organizer).await;
    let stats = socket.wait_for("stats").await;
    assert_eq!((&stats["event_status"], &stats["counts"]["available"]), (&json!("draft"), &json!(3)));
    assert_eq!(stats["pipeline"]["generator"], json!({"done": 3, "total": 3, "error": null}));
    for status in ["on_sale", "closed"] {
        assert_eq!(organizer.patch(&format!("events/{id}"), json!({"status": status})).await.status, 200);
        stats_when(&mut socket, |stats| stats["event_status"] == status).await;
    }
    stack.admin_socket(0, &id, &organizer).await.wait_for("stats").await;
}

async fn o3_an_event_can_be_watched_while_it_is_generated(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let organizer = stack.organizer(0).await;
    let mut wish = new_event(5_000);
    wish["on_sale"] = json!(true);
    let created = organizer.post_with_key("events", wish, &Uuid::new_v4().to_string()).await;
    assert_eq!(created.body["status"], "generating");
    let id = created.body["id"].as_str().unwrap().to_owned();
    let mut socket = stack.admin_socket(0, &id, &organizer).await;
    let stats = stats_when(&mut socket, |stats| stats["event_status"] == "on_sale").await;
    assert_eq!(stats["counts"]["available"], 5_000);
    // The room was opened before the hold store knew the event.
    assert_eq!(stack.buyer(0).await.hold(&id, &["A-4999"]).await.status, 201);
    assert_eq!(socket.wait_for("hold").await["seat"], "A-4999");
    socket.wait_for_seat(4_998, 1).await;
}

async fn o4_history_and_statistics_come_at_once_and_then_once_a_second(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let (admin, id) = (stack.admin(0).await, stack.event(4, |_| {}).await);
    let mut first = stack.admin_socket(0, &id, &admin).await;
    first.wait_for("stats").await;
    let asked = Instant::now();
    let mut second = stack.admin_socket(0, &id, &admin).await;
    assert!(second.wait_for("stats_history").await["points"].is_array());
    let shared = second.wait_for("stats").await;
    assert!(asked.elapsed() < Duration::from_millis(900), "at once: {:?}", asked.elapsed());
    let mut times = vec![shared["ts_ms"].as_u64().unwrap()];
    for _ in 0..4 {
        times.push(second.wait_for("stats").await["ts_ms"].as_u64().unwrap());
    }
    let gaps: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().all(|gap| (700..1_500).contains(gap)), "{gaps:?}");
    let mut seen = Vec::new();
    while seen.last() < times.last() {
        seen.push(first.wait_for("stats").await["ts_ms"].as_u64().unwrap());
    }
    assert!(times.iter().skip(1).all(|ts_ms| seen.contains(ts_ms)), "everybody gets the same frames");
    let mut third = stack.admin_socket(0, &id, &admin).await;
    let points = third.wait_for("stats_history").await["points"].as_array().unwrap().clone();
    assert!(points.len() >= 3, "{points:?}");
    assert!(
        points.windows(2).all(|pair| pair[1]["ts_ms"].as_u64().unwrap() == pair[0]["ts_ms"].as_u64().unwrap() + 1_000)
    );
}

async fn o5_a_hold_is_a_row_and_a_number_within_a_second_on_every_server(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let id = stack.event(5, |_| {}).await;
    let mut socket = stack.admin_socket(1, &id, &stack.admin(0).await).await;
    socket.wait_for("stats").await;
    let (ada, ben) = (stack.buyer(0).await, stack.buyer(0).await);
    let me = ada.get("auth/me").await.body;
    let started = Instant::now();
    assert_eq!(ada.hold(&id, &["A-2"]).await.status, 201);
    let row = socket.wait_for("hold").await;
    assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    assert_eq!((&row["seat"], &row["section"], &row["order_id"]), (&json!("A-2"), &json!("A"), &Value::Null));
    assert_eq!((&row["holder"]["id"], &row["holder"]["name"]), (&me["id"], &json!("Ada")));
    let email = row["holder"]["email"].as_str().unwrap();
    let (local, host) = me["email"].as_str().unwrap().split_once('@').unwrap();
    assert_eq!(email, format!("{}••@{host}", &local[..1]));
    assert!(row["age_ms"].as_u64().unwrap() < 1_000 && row["expires_in_ms"].as_u64().unwrap() > 598_000, "{row}");
    let stats = socket.wait_for("stats").await;
    assert!(started.elapsed() < Duration::from_millis(1_500), "{:?}", started.elapsed());
    assert_eq!(stats["counts"], json!({"available": 4, "held": 1, "sold": 0, "blocked": 0}));
    assert_eq!((&stats["last_minute"]["holds"], &stats["funnel"]["holding"]), (&json!(1), &json!(1)));
    let section = &stats["sections"][0];
    assert_eq!((&section["id"], &section["total"], &section["held"]), (&json!("A"), &json!(5), &json!(1)));
    assert!(section["oldest_hold_ms"].as_u64().unwrap() < 2_000, "{section}");
    let expiring: Vec<u64> = stats["expiring"].as_array().unwrap().iter().map(|it| it.as_u64().unwrap()).collect();
    assert_eq!((expiring.len(), expiring[9], expiring.iter().sum::<u64>()), (16, 1, 1), "in less than ten minutes");
    // Refused by the room, or by the store: at this socket's server.
    assert_eq!(ben.at(&stack.address(1)).hold(&id, &["A-1", "A-2"]).await.code(), "seat_taken");
    let stats = stats_when(&mut socket, |stats| stats["last_minute"]["conflicts"] == 1).await;
    assert_eq!(stats["sections"][0]["conflicts_last_minute"], 1);
    let state = stack.anonymous(1).get(&format!("events/{id}")).await.body;
    assert_eq!(stats["counts"], state["counts"]);
    assert!(stats["realtime"]["fanout_ms"]["p50"].as_f64().is_some_and(|ms| ms > 0.0), "{}", stats["realtime"]);
    assert!(stats["realtime"]["messages_per_s"].as_f64().is_some_and(|rate| rate > 0.0), "{}", stats["realtime"]);
}

async fn o6_release_expiry_and_sale_are_told_apart(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let id = stack.event(6, |wish| wish["hold_ttl_s"] = json!(2)).await;
    let admin = stack.admin(0).await;
    let mut socket = stack.admin_socket(1, &id, &admin).await;
    let (ada, ben) = (stack.buyer(0).await, stack.buyer(0).await);
    ada.hold(&id, &["A-1", "A-2"]).await;
    // What begins and ends between two looks of a room is told by none.
    for seat in ["A-1", "A-2"] {
        assert_eq!(socket.wait_for("hold").await["seat"], seat);
    }
    ada.release(&id, &["A-1"]).await;
    let released = socket.wait_for("release").await;
    assert_eq!((&released["seat"], &released["expires_in_ms"]), (&json!("A-1"), &Value::Null));
    let expired = socket.wait_for("expired").await;
    assert_eq!(expired["seat"], "A-2");
    assert!((2_000..2_500).contains(&expired["age_ms"].as_u64().unwrap()), "{expired}");
    let order = ben.hold_and_order(&id, &["A-3"]).await;
    let claimed = socket.wait_for("claimed").await;
    assert_eq!((&claimed["seat"], &claimed["order_id"]), (&json!("A-3"), &order["id"]));
    assert!(claimed["expires_in_ms"].as_u64().unwrap() <= 300_000, "the order's time, without the grace: {claimed}");
    assert_eq!(ben.pay(&order, "card_ok").await.status, 200);
    let sold = socket.wait_for("sold").await;
    assert_eq!((&sold["seat"], &sold["order_id"]), (&json!("A-3"), &order["id"]));
    assert_eq!(sold["holder"]["id"], ben.get("auth/me").await.body["id"]);
    assert!(sold["age_ms"].as_u64().is_some_and(|ms| ms < 5_000), "{sold}");
    assert_eq!(admin.refund(&order).await.status, 200);
    assert_eq!(socket.wait_for("refunded").await["order_id"], order["id"]);
    let cancelled = ben.hold_and_order(&id, &["A-4"]).await;
    // An order that has ended before it was asked for stays unknown.
    assert_eq!(socket.wait_for("claimed").await["order_id"], cancelled["id"]);
    ben.cancel(&cancelled).await;
    assert_eq!(socket.wait_for("release").await["order_id"], cancelled["id"]);
    let stats = stats_when(&mut socket, |stats| stats["since_open"]["releases"] == 2).await;
    let since = &stats["since_open"];
    assert_eq!((&since["holds"], &since["expiries"], &since["sales"]), (&json!(4), &json!(1), &json!(1)));
    assert!(stats["funnel"]["median_hold_to_order_ms"].is_u64() && stats["funnel"]["median_order_to_paid_ms"].is_u64());
}

async fn o6_rows_beyond_a_few_hundred_a_second_are_counted(engine: Engine) {
    const SEATS: u32 = 600;
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(SEATS, |wish| wish["max_seats_per_user"] = json!(50)).await;
    let mut socket = stack.admin_socket(0, &id, &stack.admin(0).await).await;
    socket.wait_for("stats").await;
    let crowd = stack.crowd(12).await;
    let holds = crowd.iter().enumerate().map(|(n, buyer)| {
        let seats: Vec<_> = (1..=50).map(|seat| format!("A-{}", n * 50 + seat)).collect();
        let id = &id;
        async move {
            let seats: Vec<_> = seats.iter().map(String::as_str).collect();
            assert_eq!(buyer.hold(id, &seats).await.status, 201);
        }
    });
    join_all(holds).await;
    let (mut rows, mut dropped, mut told) = (0, 0, 0);
    let started = Instant::now();
    while rows + dropped < u64::from(SEATS) || told < u64::from(SEATS) {
        assert!(started.elapsed() < Duration::from_secs(10), "{rows} rows, {dropped} dropped, {told} told");
        let Frame::Json(frame) = socket.next().await else { panic!("a frame") };
        match frame["type"].as_str().unwrap() {
            "hold" => rows += 1,
            "rows_dropped" => dropped += frame["rows"].as_u64().unwrap(),
            "stats" => told = frame["since_open"]["holds"].as_u64().unwrap(),
            _ => {}
        }
    }
    assert!(rows >= 300 && dropped > 0, "{rows} rows, {dropped} dropped");
    assert_eq!(rows + dropped, u64::from(SEATS), "every one of them is accounted for");
    assert!(socket.states.iter().all(|&state| state == 1), "the map has them all");
}

async fn o7_a_demoted_organizer_is_shown_out(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let (organizer, admin) = (stack.organizer(0).await, stack.admin(0).await);
    let id = stack.event_of(&organizer, 3, |_| {}).await;
    let mut theirs = stack.admin_socket(1, &id, &organizer).await;
    let mut mine = stack.admin_socket(1, &id, &admin).await;
    theirs.wait_for("stats").await;
    let account = organizer.get("auth/me").await.body["id"].as_str().unwrap().to_owned();
    let role = |role: &str| json!({"role": role});
    assert_eq!(admin.post(&format!("admin/users/{account}/role"), role("customer")).await.status, 200);
    let started = Instant::now();
    assert_eq!(theirs.wait_for_close().await, (Some("forbidden".into()), 4403));
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    mine.wait_for("stats").await;
    let mut again = stack.door(1, &id).await;
    assert_eq!(again.sign_in(&organizer).await["code"], "forbidden");
    admin.post(&format!("admin/users/{account}/role"), role("organizer")).await;
    stack.admin_socket(1, &id, &organizer).await.wait_for("stats").await;
}

async fn o7_a_socket_ends_with_its_login(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let organizer = stack.organizer(0).await;
    let id = stack.event_of(&organizer, 3, |_| {}).await;
    let mut socket = stack.admin_socket(1, &id, &organizer).await;
    assert_eq!(organizer.post("auth/logout", json!({"everywhere": true})).await.status, 204);
    assert_eq!(socket.wait_for_close().await, (Some("login_expired".into()), 4401));
}

async fn o8_the_numbers_are_those_of_the_ledger(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(9, |_| {}).await;
    let (admin, ada) = (stack.admin(0).await, stack.buyer(0).await);
    ada.buy(&id, &["A-1", "A-2"]).await;
    let back = ada.buy(&id, &["A-3"]).await;
    admin.refund(&back).await;
    ada.wait_for_order(&back, |order| order["payment"]["status"] == "refunded").await;
    ada.hold_and_order(&id, &["A-4"]).await;
    let mut socket = stack.admin_socket(0, &id, &admin).await;
    let stats = socket.wait_for("stats").await;
    let euro = |amount: i64| json!({"amount": amount, "currency": "EUR"});
    assert_eq!(stats["money"], json!({"captured": euro(22_500), "refunded": euro(7_500), "kept": euro(15_000)}));
    let orders = json!({
        "awaiting_payment": 1, "confirmed": 1, "failed": 0, "expired": 0, "cancelled": 0, "refunded": 1,
    });
    assert_eq!((&stats["orders"], &stats["tickets"]), (&orders, &json!({"valid": 2, "used": 0})));
    // The map is the room's, which may hear of the last order a moment later.
    let counts = json!({"available": 6, "held": 1, "sold": 2, "blocked": 0});
    let stats = stats_when(&mut socket, |stats| stats["counts"] == counts).await;
    let pipeline = &stats["pipeline"];
    for engine in ["hold_store", "ledger", "log", "payments"] {
        assert_eq!(pipeline[engine], "up", "{pipeline}");
    }
    let stats = stats_when(&mut socket, |stats| stats["realtime"]["opened_per_s"].is_f64()).await;
    assert_eq!(stats["alerts"], json!([]));
    assert_eq!((&stats["realtime"]["sockets"], &stats["funnel"]["watching"]), (&json!(1), &json!(1)));
}
