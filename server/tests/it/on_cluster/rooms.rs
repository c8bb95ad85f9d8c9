//! Rooms and what happens to them behind their back, in Redis itself.

use std::time::{Duration, Instant};

use frontrow_domain::ids::{EventId, Ordinal};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Engine, TestStack, engine};

#[tokio::test]
async fn d3_a_key_deleted_behind_our_back_is_seen_too() {
    let cluster = TestStack::start(Engine::Cluster, 1).await;
    let id = cluster.event(3, |_| {}).await;
    let mut socket = cluster.socket(0, &id).await;
    cluster.buyer(0).await.hold(&id, &["A-1"]).await;
    socket.wait_for_seat(0, 1).await;
    let redis = redis::Client::open(engine("FRONTROW_TEST_REDIS")).unwrap();
    let mut connection = redis.get_multiplexed_async_connection().await.unwrap();
    tokio::time::sleep(Duration::from_millis(30)).await;
    let started = Instant::now();
    redis::cmd("DEL").arg(format!("seat:{{{id}}}:0")).query_async::<()>(&mut connection).await.unwrap();
    socket.wait_for_seat(0, 0).await;
    println!("measured: DEL of a seat key -> delta: {:?}", started.elapsed());
    assert!(started.elapsed() < Duration::from_millis(500));
}

#[tokio::test]
async fn d3_what_no_hint_told_is_found_by_the_catch_up() {
    let cluster = TestStack::start(Engine::Cluster, 1).await;
    let id = cluster.event(3, |_| {}).await;
    let mut socket = cluster.socket(0, &id).await;
    // The room has to know a position in the stream; without one it reads the whole map, which proves less.
    cluster.buyer(0).await.hold(&id, &["A-1"]).await;
    socket.wait_for_seat(0, 1).await;
    socket.wait_for("beacon").await;
    socket.wait_for("beacon").await;
    let redis = redis::Client::open(engine("FRONTROW_TEST_REDIS")).unwrap();
    let mut connection = redis.get_multiplexed_async_connection().await.unwrap();
    // SETRANGE writes the value with a notification that no server listens to: only the stream tells of it.
    let user = Uuid::new_v4();
    let far = 9_999_999_999_999_u64;
    let write = format!(
        "redis.call('SETRANGE', KEYS[1], 0, 'h|{user}|1|1|{far}|{far}') redis.call('XADD', KEYS[2], '*', 'seats', '1') return 1"
    );
    redis::Script::new(&write)
        .key(format!("seat:{{{id}}}:1"))
        .key(format!("changes:{{{id}}}"))
        .invoke_async::<()>(&mut connection)
        .await
        .unwrap();
    let started = Instant::now();
    socket.wait_for_seat(1, 1).await;
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}

/// Redis' own expiry would take tens of seconds here: 50,000 holds of another event have a TTL too.
#[tokio::test]
async fn d4_expiry_is_on_time_with_50_000_other_live_holds() {
    const OTHERS: u32 = 50_000;
    let cluster = TestStack::start(Engine::Cluster, 1).await;
    let others: EventId = Uuid::now_v7().to_string().parse().unwrap();
    fill(others, OTHERS).await;
    let id = cluster.event(40, |wish| wish["hold_ttl_s"] = json!(2)).await;
    let mut socket = cluster.socket(0, &id).await;
    let mut late = Vec::new();
    for round in 0..3 {
        let ada = cluster.buyer(0).await;
        let seats: Vec<_> = (1..=8).map(|n| format!("A-{}", round * 8 + n)).collect();
        let names: Vec<_> = seats.iter().map(String::as_str).collect();
        let held = ada.hold(&id, &names).await;
        let left = held.body["seats"][0]["expires_in_ms"].as_u64().unwrap();
        let deadline = Instant::now() + Duration::from_millis(left);
        for n in 0..8 {
            socket.wait_for_seat(round * 8 + n, 1).await;
        }
        for n in 0..8 {
            socket.wait_for_seat(round * 8 + n, 0).await;
        }
        late.push(Instant::now().saturating_duration_since(deadline));
    }
    println!("measured: deadline -> delta with {OTHERS} other live holds: {late:?}");
    assert!(late.iter().all(|late| *late < Duration::from_millis(250)), "{late:?}");
    drop_all(others, OTHERS).await;
}

async fn fill(event: EventId, seats: u32) {
    let redis = redis::Client::open(engine("FRONTROW_TEST_REDIS")).unwrap();
    let mut connection = redis.get_multiplexed_async_connection().await.unwrap();
    let seats: Vec<_> = (0..seats).map(Ordinal).collect();
    for chunk in seats.chunks(5_000) {
        let mut pipeline = redis::pipe();
        for seat in chunk {
            let hold = format!("h|{event}|1|1|1|9999999999999");
            pipeline.cmd("SET").arg(format!("seat:{{{event}}}:{seat}")).arg(hold).arg("PX").arg(600_000).ignore();
        }
        pipeline.query_async::<()>(&mut connection).await.unwrap();
    }
}

async fn drop_all(event: EventId, seats: u32) {
    let redis = redis::Client::open(engine("FRONTROW_TEST_REDIS")).unwrap();
    let mut connection = redis.get_multiplexed_async_connection().await.unwrap();
    let mut command = redis::cmd("UNLINK");
    for seat in 0..seats {
        command.arg(format!("seat:{{{event}}}:{seat}"));
    }
    command.query_async::<()>(&mut connection).await.unwrap();
}
