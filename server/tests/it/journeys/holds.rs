//! Holds over HTTP: all or none, one winner, limits, expiry, extension.

use std::sync::Arc;
use std::time::{Duration, Instant};

use frontrow_engines::holds::Holds;
use serde_json::json;
use tokio::task::JoinSet;

use crate::support::{Engine, TestStack};
use crate::unreliable_holds::{Trouble, UnreliableHolds};

crate::journeys!([
    a_command_whose_answer_is_lost_is_looked_up,
    i1_when_everybody_wants_a_seat_one_gets_it_and_the_store_is_asked_once,
    i2_a_group_is_held_as_a_whole_or_not_at_all,
    i2_the_limit_holds_over_parallel_requests_to_both_servers,
    a_released_seat_can_be_held_by_the_next_request,
    i7_a_hold_ends_for_everybody_at_its_deadline,
    holds_are_extended_but_not_for_ever_and_not_by_repeating_them,
    holds_of_a_closed_event_are_not_extended,
    unknown_foreign_and_malformed_seats_change_nothing,
]);

async fn i2_a_group_is_held_as_a_whole_or_not_at_all(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
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

async fn i2_the_limit_holds_over_parallel_requests_to_both_servers(engine: Engine) {
    let cluster = TestStack::start(engine, 2).await;
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
async fn a_released_seat_can_be_held_by_the_next_request(engine: Engine) {
    let cluster = TestStack::with(engine, 1, |settings| settings.limits.account_requests_burst = 10_000).await;
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

async fn i7_a_hold_ends_for_everybody_at_its_deadline(engine: Engine) {
    let cluster = TestStack::start(engine, 2).await;
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
    if engine == Engine::Cluster {
        // The servers' timers free the key itself, long before its own TTL two seconds later would.
        let redis = redis::Client::open(crate::support::engine("FRONTROW_TEST_REDIS")).unwrap();
        let mut connection = redis.get_multiplexed_async_connection().await.unwrap();
        let key = format!("seat:{{{id}}}:0");
        let left: bool = redis::cmd("EXISTS").arg(key).query_async(&mut connection).await.unwrap();
        assert!(!left, "the key is still there");
    }
    assert_eq!(cluster.buyer(0).await.hold(&id, &["A-1"]).await.status, 201);
}

async fn holds_are_extended_but_not_for_ever_and_not_by_repeating_them(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
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

async fn holds_of_a_closed_event_are_not_extended(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let id = cluster.event(3, |_| {}).await;
    let ada = cluster.buyer(0).await;
    assert_eq!(ada.hold(&id, &["A-1"]).await.status, 201);
    let admin = cluster.admin(0).await;
    assert_eq!(admin.patch(&format!("events/{id}"), json!({"status": "closed"})).await.status, 200);
    let extended = ada.post(&format!("events/{id}/holds/extend"), json!({})).await;
    assert_eq!((extended.status, extended.code()), (409, "not_on_sale"));
}

async fn unknown_foreign_and_malformed_seats_change_nothing(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
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

async fn i1_when_everybody_wants_a_seat_one_gets_it_and_the_store_is_asked_once(engine: Engine) {
    const PEOPLE: usize = 80;
    let mut stack = TestStack::start(engine, 1).await;
    let id = stack.event(4, |_| {}).await;
    let store = UnreliableHolds::over(&stack.engines.holds);
    stack.engines.holds = Arc::clone(&store) as Arc<dyn Holds>;
    stack.add_server().await;
    let _watching = stack.socket(1, &id).await;
    let address = stack.servers[1].address.to_string();
    let mut holds = JoinSet::new();
    for person in stack.crowd(PEOPLE).await {
        let (person, id) = (person.at(&address), id.clone());
        holds.spawn(async move { person.hold(&id, &["A-1", "A-2"]).await });
    }
    let answers = holds.join_all().await;
    let winners = answers.iter().filter(|answer| answer.status == 201).count();
    let losers = answers.iter().filter(|answer| (answer.status, answer.code()) == (409, "seat_taken")).count();
    assert_eq!((winners, losers), (1, PEOPLE - 1));
    // Reading the seats, right after the grant, leaves a moment in which nothing is certain.
    assert!((1..=3).contains(&store.hold_commands()), "{} hold commands", store.hold_commands());
}

async fn a_command_whose_answer_is_lost_is_looked_up(engine: Engine) {
    let mut stack = TestStack::start(engine, 1).await;
    let id = stack.event(4, |_| {}).await;
    let (ada, ben) = (stack.buyer(0).await, stack.buyer(0).await);
    assert_eq!(ben.hold(&id, &["A-4"]).await.status, 201);
    let store = UnreliableHolds::over(&stack.engines.holds);
    store.be(Trouble::AnswersLost);
    stack.engines.holds = store;
    stack.add_server().await;
    let ada = ada.at(&stack.servers.last().unwrap().address.to_string());
    let held = ada.hold(&id, &["A-1", "A-2"]).await;
    assert_eq!((held.status, held.body["seats"].as_array().map(Vec::len)), (201, Some(2)), "{held:?}");
    let taken = ada.hold(&id, &["A-3", "A-4"]).await;
    assert!(
        matches!((taken.status, taken.code()), (503, "unavailable") | (409, "seat_taken")),
        "not guessed: {taken:?}"
    );
    let extended = ada.post(&format!("events/{id}/holds/extend"), json!({})).await;
    assert_eq!((extended.status, extended.code()), (503, "unavailable"), "what cannot be told apart is asked again");
    assert_eq!(ada.release(&id, &["A-1", "A-2"]).await.status, 204);
    let mut socket = stack.socket(0, &id).await;
    socket.wait_for_seat(0, 0).await;
    assert_eq!(socket.states, [0, 0, 0, 1]);
}
