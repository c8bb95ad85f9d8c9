//! Rooms: what every browser sees, on every server, within moments.

use std::time::{Duration, Instant};

use frontrow_domain::ids::{EventId, Ordinal};
use frontrow_domain::journal::Action;
use serde_json::json;

use crate::support::{Engine, TestStack, entry};

crate::journeys!([
    d3_a_hold_on_one_server_is_seen_on_the_other,
    durable_changes_reach_the_room_through_the_log,
    counts_are_the_live_map_on_every_server,
]);

async fn d3_a_hold_on_one_server_is_seen_on_the_other(engine: Engine) {
    let cluster = TestStack::start(engine, 2).await;
    let id = cluster.event(50, |_| {}).await;
    let mut far = cluster.socket(1, &id).await;
    let ada = cluster.buyer(0).await;
    let mut delays = Vec::new();
    for n in 0..20 {
        let seat = format!("A-{}", n % 8 + 1);
        // A busy room collects changes for a tick; what is measured here is a quiet one.
        tokio::time::sleep(Duration::from_millis(30)).await;
        let started = Instant::now();
        assert_eq!(ada.hold(&id, &[&seat]).await.status, 201);
        far.wait_for_seat(n % 8, 1).await;
        delays.push(started.elapsed());
        assert_eq!(ada.release(&id, &[&seat]).await.status, 204);
        far.wait_for_seat(n % 8, 0).await;
    }
    delays.sort_unstable();
    println!(
        "measured: request of a hold on server 1 -> delta on server 2: median {:?}, max {:?}",
        delays[10], delays[19]
    );
    assert!(delays[10] < Duration::from_millis(250), "{delays:?}");
}

async fn durable_changes_reach_the_room_through_the_log(engine: Engine) {
    let cluster = TestStack::start(engine, 2).await;
    let id = cluster.event(4, |_| {}).await;
    let mut socket = cluster.socket(1, &id).await;
    let event: EventId = id.parse().unwrap();
    let ledger = &cluster.engines.ledger;
    // Past the server, so that nothing but the log can tell it.
    ledger.block(event, &entry(Action::SeatsBlocked, Ordinal(2))).await.unwrap().unwrap();
    socket.wait_for_seat(2, 3).await;
    let refused = cluster.buyer(0).await.hold(&id, &["A-3"]).await;
    assert_eq!((refused.status, refused.code()), (409, "seat_taken"));
    ledger.unblock(event, &entry(Action::SeatsUnblocked, Ordinal(2))).await.unwrap().unwrap();
    socket.wait_for_seat(2, 0).await;
}

async fn counts_are_the_live_map_on_every_server(engine: Engine) {
    let cluster = TestStack::start(engine, 2).await;
    let id = cluster.event(6, |_| {}).await;
    let mut socket = cluster.socket(1, &id).await;
    cluster.buyer(0).await.hold(&id, &["A-1", "A-2"]).await;
    socket.wait_for_seat(1, 1).await;
    let expected = json!({"available": 4, "held": 2, "sold": 0, "blocked": 0});
    assert_eq!(cluster.anonymous(1).get(&format!("events/{id}")).await.body["counts"], expected);
    assert_eq!(cluster.anonymous(1).get("events").await.body["items"][0]["counts"], expected);
}
