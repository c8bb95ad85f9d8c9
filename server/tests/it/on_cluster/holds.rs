//! Holds over HTTP: all or none, one winner, limits, expiry, extension.

use std::time::{Duration, Instant};

use mongodb::bson::doc;
use serde_json::json;

use crate::support::{TestCluster, engine};

#[tokio::test]
async fn i2_a_group_is_held_as_a_whole_or_not_at_all() {
    let cluster = TestCluster::start(1).await;
    let id = cluster.event(5, |_| {}).await;
    let (ada, ben) = (cluster.buyer(0).await, cluster.buyer(0).await);
    let held = ada.hold(&id, &["A-2", "A-3"]).await;
    assert_eq!(held.status, 201);
    assert_eq!(held.body["seats"][0]["seat"], "A-2");
    let left = held.body["seats"][1]["expires_in_ms"].as_u64().unwrap();
    assert!((599_000..=600_000).contains(&left), "{left}");

    let refused = ben.hold(&id, &["A-1", "A-2", "A-3", "A-4"]).await;
    assert_eq!((refused.status, refused.code(), &refused.body["seats"]), (409, "seat_taken", &json!(["A-2", "A-3"])));
    assert_eq!(ada.hold(&id, &["A-1", "A-4"]).await.status, 201, "nothing of the refused group was kept");

    let partly = ada.release(&id, &["A-1", "A-5"]).await;
    assert_eq!((partly.status, partly.code(), &partly.body["seats"]), (409, "not_held", &json!(["A-5"])));
    assert_eq!(ben.hold(&id, &["A-1"]).await.status, 409, "nothing was released");
    assert_eq!(ada.release(&id, &["A-1", "A-2", "A-3", "A-4"]).await.status, 204);
    assert_eq!(ben.hold(&id, &["A-1", "A-2", "A-3", "A-4"]).await.status, 201);
}

#[tokio::test]
async fn i2_the_limit_holds_over_parallel_requests_to_both_servers() {
    let cluster = TestCluster::start(2).await;
    let id = cluster.event(30, |wish| wish["max_seats_per_user"] = json!(5)).await;
    let ada = cluster.buyer(0).await;
    let mut requests = tokio::task::JoinSet::new();
    for n in 1..=30 {
        let (client, id) = (ada.at(&cluster.address(n % 2)), id.clone());
        requests.spawn(async move { client.hold(&id, &[&format!("A-{n}")]).await });
    }
    let replies = requests.join_all().await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 5);
    assert!(
        replies
            .iter()
            .filter(|reply| reply.status != 201)
            .all(|reply| reply.code() == "seat_limit" || reply.code() == "rate_limited")
    );
}

/// A room that has not heard of a release yet must not refuse the seat on its own.
#[tokio::test]
async fn a_released_seat_can_be_held_by_the_next_request() {
    let cluster = TestCluster::with(1, |settings| settings.limits.account_requests_burst = 10_000).await;
    let id = cluster.event(2, |_| {}).await;
    let _watching = cluster.socket(0, &id).await;
    let buyers = cluster.crowd(2).await;
    for n in 0..300 {
        let (one, two) = (&buyers[n % 2], &buyers[(n + 1) % 2]);
        assert_eq!(one.hold(&id, &["A-1"]).await.status, 201, "round {n}");
        assert_eq!(two.hold(&id, &["A-1"]).await.status, 409, "round {n}");
        assert_eq!(one.release(&id, &["A-1"]).await.status, 204, "round {n}");
    }
}

/// The figures that the issue asks for: one winner, everybody else refused without a question to the ledger.
#[tokio::test]
async fn i1_of_500_parallel_buyers_one_wins_and_refusals_cost_no_ledger_query() {
    const BUYERS: usize = 500;
    let cluster = TestCluster::start(1).await;
    let id = cluster.event(2, |_| {}).await;
    let buyers = cluster.crowd(BUYERS).await;
    // Warm: the event and its plan are in the cache, as in any sale that has begun.
    assert_eq!(buyers[0].hold(&id, &["A-2"]).await.status, 201);

    let mongo = mongodb::Client::with_uri_str(engine("FRONTROW_TEST_MONGO")).await.unwrap();
    let queries_before = queries(&mongo, &cluster.settings.mongo.database).await;
    assert!(queries_before > 0, "the counter counts: creating the event has read the ledger");
    let started = Instant::now();
    let mut requests = tokio::task::JoinSet::new();
    for client in buyers {
        let id = id.clone();
        requests.spawn(async move { client.hold(&id, &["A-1"]).await });
    }
    let replies = requests.join_all().await;
    let took = started.elapsed();
    let queries_after = queries(&mongo, &cluster.settings.mongo.database).await;

    let winners = replies.iter().filter(|reply| reply.status == 201).count();
    let refused = replies.iter().filter(|reply| reply.status == 409 && reply.code() == "seat_taken").count();
    let asked = queries_after - queries_before;
    println!(
        "measured: {BUYERS} parallel holds of one seat in {took:?}: {winners} x 201, {refused} x 409, {asked} ledger queries"
    );
    assert_eq!((winners, refused), (1, BUYERS - 1));
    assert_eq!(asked, 0, "the refusals asked the ledger nothing");
}

/// Reads of the collections that a hold could look at, as MongoDB itself counts them.
async fn queries(mongo: &mongodb::Client, database: &str) -> i64 {
    let top = mongo.database("admin").run_command(doc! {"top": 1}).await.unwrap();
    let totals = top.get_document("totals").unwrap();
    let count = |collection: &str| {
        let of = totals.get_document(format!("{database}.{collection}")).and_then(|one| one.get_document("queries"));
        of.map_or(0, |queries| {
            queries.get_i64("count").or_else(|_| queries.get_i32("count").map(i64::from)).unwrap_or(0)
        })
    };
    ["events", "plans", "users", "seats", "categories", "sections"].into_iter().map(count).sum()
}

#[tokio::test]
async fn i7_a_hold_ends_for_everybody_at_its_deadline() {
    let cluster = TestCluster::start(2).await;
    let id = cluster.event(3, |wish| wish["hold_ttl_s"] = json!(2)).await;
    let mut sockets = [cluster.socket(0, &id).await, cluster.socket(1, &id).await];
    let ada = cluster.buyer(0).await;
    let held = ada.hold(&id, &["A-1"]).await;
    let deadline = Instant::now() + Duration::from_millis(held.body["seats"][0]["expires_in_ms"].as_u64().unwrap());
    for socket in &mut sockets {
        socket.wait_for_seat(0, 1).await;
        socket.wait_for_seat(0, 0).await;
        let late = Instant::now().saturating_duration_since(deadline);
        assert!(late < Duration::from_millis(250), "{late:?} after the deadline");
        assert!(Instant::now() + Duration::from_millis(20) > deadline, "not before it");
    }
    // The servers' timers free the key itself, long before its own TTL two seconds later would.
    let redis = redis::Client::open(engine("FRONTROW_TEST_REDIS")).unwrap();
    let mut connection = redis.get_multiplexed_async_connection().await.unwrap();
    let left: bool = redis::cmd("EXISTS").arg(format!("seat:{{{id}}}:0")).query_async(&mut connection).await.unwrap();
    assert!(!left, "the key is still there");
    assert_eq!(cluster.buyer(0).await.hold(&id, &["A-1"]).await.status, 201);
}

#[tokio::test]
async fn holds_are_extended_but_not_for_ever_and_not_by_repeating_them() {
    let cluster = TestCluster::start(1).await;
    let id = cluster.event(3, |wish| wish["hold_ttl_s"] = json!(2)).await;
    let ada = cluster.buyer(0).await;
    let started = Instant::now();
    ada.hold(&id, &["A-1"]).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let again = ada.hold(&id, &["A-1"]).await;
    assert_eq!(again.status, 201);
    assert!(again.body["seats"][0]["expires_in_ms"].as_u64().unwrap() <= 1_700, "repeating does not extend");
    let mut alive = true;
    while alive {
        tokio::time::sleep(Duration::from_millis(400)).await;
        let extended = ada.post(&format!("events/{id}/holds/extend"), json!({})).await;
        assert_eq!(extended.status, 200);
        alive = !extended.body["seats"].as_array().unwrap().is_empty();
    }
    let lived = started.elapsed();
    assert!(
        (Duration::from_millis(5_900)..Duration::from_millis(6_900)).contains(&lived),
        "three times two seconds: {lived:?}"
    );
}

#[tokio::test]
async fn unknown_foreign_and_malformed_seats_change_nothing() {
    let cluster = TestCluster::start(1).await;
    let id = cluster.event(3, |_| {}).await;
    let ada = cluster.buyer(0).await;
    let unknown = ada.hold(&id, &["A-1", "Z-9"]).await;
    assert_eq!((unknown.status, unknown.code(), &unknown.body["seats"]), (422, "unknown_seat", &json!(["Z-9"])));
    let path = format!("events/{id}/holds");
    for wrong in [
        json!({}),
        json!({"seats": "A-1"}),
        json!({"seats": [1]}),
        json!({"seats": []}),
        json!([]),
        json!({"seats": vec!["A-1"; 101]}),
    ] {
        assert_eq!(ada.post(&path, wrong.clone()).await.status, 422, "{wrong}");
    }
    assert_eq!(ada.hold("00000000-0000-0000-0000-000000000000", &["A-1"]).await.status, 404);
    assert_eq!(ada.hold("no-id", &["A-1"]).await.status, 404);
    assert_eq!(cluster.anonymous(0).hold(&id, &["A-1"]).await.status, 401);
    let event = ada.get(&format!("events/{id}")).await.body;
    assert_eq!(event["counts"]["available"], 3);
}
