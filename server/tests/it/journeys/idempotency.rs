//! `Idempotency-Key`: one effect, one answer.

use serde_json::json;

use crate::support::{Engine, TestStack, new_event};

crate::journeys!([
    the_same_key_gives_the_same_bytes_and_one_event,
    parallel_repetitions_have_one_effect,
    another_body_no_key_and_another_account_are_told_apart,
    a_hold_with_a_key_is_replayed_and_a_refusal_too,
]);

async fn the_same_key_gives_the_same_bytes_and_one_event(engine: Engine) {
    let cluster = TestStack::start(engine, 2).await;
    let admin = cluster.admin(0).await;
    let first = admin.post_with_key("events", new_event(3), "night-1").await;
    assert_eq!(first.status, 202);
    admin.wait_for_event(first.body["id"].as_str().unwrap(), |event| event["status"] == "draft").await;
    // Later, at another server, quoted: still the answer from before, although the event is a draft by now.
    let again = admin.at(&cluster.address(1)).post_with_key("events", new_event(3), "\"night-1\"").await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (202, "true"));
    assert_eq!(again.bytes, first.bytes);
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(admin.get("events?mine=true").await.body["items"].as_array().unwrap().len(), 1);
}

async fn parallel_repetitions_have_one_effect(engine: Engine) {
    let cluster = TestStack::start(engine, 2).await;
    let admin = cluster.admin(0).await;
    let mut requests = tokio::task::JoinSet::new();
    for n in 0..10 {
        let client = admin.at(&cluster.address(n % 2));
        requests.spawn(async move { client.post_with_key("events", new_event(3), "k").await });
    }
    let replies = requests.join_all().await;
    let fresh = replies.iter().filter(|reply| reply.status == 202 && reply.header("idempotency-replayed").is_empty());
    assert_eq!(fresh.count(), 1);
    assert!(replies.iter().all(|reply| reply.status == 202 || reply.code() == "idempotency_in_flight"));
    assert_eq!(admin.get("events?mine=true").await.body["items"].as_array().unwrap().len(), 1);
}

async fn another_body_no_key_and_another_account_are_told_apart(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let (one, two) = (cluster.organizer(0).await, cluster.organizer(0).await);
    assert_eq!(one.post_with_key("events", new_event(3), "k").await.status, 202);
    let other = one.post_with_key("events", new_event(4), "k").await;
    assert_eq!((other.status, other.code()), (422, "idempotency_mismatch"));
    let missing = one.post("events", new_event(3)).await;
    assert_eq!((missing.status, missing.code()), (400, "idempotency_key_missing"));
    assert_eq!(two.post_with_key("events", new_event(3), "k").await.status, 202, "keys belong to accounts");
    let buyer = cluster.buyer(0).await;
    assert_eq!(buyer.post_with_key("events", new_event(3), "k").await.status, 403, "who may is decided first");
}

async fn a_hold_with_a_key_is_replayed_and_a_refusal_too(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let id = cluster.event(3, |_| {}).await;
    let (ada, ben) = (cluster.buyer(0).await, cluster.buyer(0).await);
    let path = format!("events/{id}/holds");
    let wish = json!({"seats": ["A-1"]});
    let first = ada.post_with_key(&path, wish.clone(), "k").await;
    assert_eq!(ada.post_with_key(&path, wish.clone(), "k").await.bytes, first.bytes);
    let refused = ben.post_with_key(&path, wish.clone(), "k").await;
    assert_eq!(refused.status, 409);
    ada.release(&id, &["A-1"]).await;
    let replayed = ben.post_with_key(&path, wish, "k").await;
    assert_eq!((replayed.status, replayed.header("content-type")), (409, "application/problem+json"));
}
