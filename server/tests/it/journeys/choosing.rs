//! Best available seats, and good neighbours.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::client::Reply;
use crate::support::{Engine, TestClient, TestStack};

crate::journeys!([
    the_best_seats_are_together_and_near_the_middle,
    i2_of_many_who_want_the_best_everybody_gets_seats_of_their_own,
    a_wish_that_cannot_be_met_holds_nothing,
    a_strict_event_lets_nobody_leave_a_single_seat,
]);

async fn best(client: &TestClient, event: &str, wish: Value) -> Reply {
    client.post(&format!("events/{event}/holds/best-available"), wish).await
}

fn seats(reply: &Reply) -> Vec<&str> {
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.body["seats"].as_array().unwrap().iter().map(|seat| seat["seat"].as_str().unwrap()).collect()
}

async fn the_best_seats_are_together_and_near_the_middle(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(11, |_| {}).await;
    let (ada, ben) = (stack.buyer(0).await, stack.buyer(0).await);
    assert_eq!(seats(&best(&ada, &id, json!({"quantity": 3})).await), ["A-5", "A-6", "A-7"]);
    let next = best(&ben, &id, json!({"quantity": 4, "category": "Stalls", "section": "A"})).await;
    assert_eq!(seats(&next), ["A-1", "A-2", "A-3", "A-4"], "what is left, together");
}

async fn i2_of_many_who_want_the_best_everybody_gets_seats_of_their_own(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let id = stack.event(40, |_| {}).await;
    let crowd = stack.crowd(12).await;
    let mut wishes = tokio::task::JoinSet::new();
    for (n, client) in crowd.into_iter().enumerate() {
        let (client, id) = (client.at(&stack.address(n)), id.clone());
        wishes.spawn(async move { best(&client, &id, json!({"quantity": 3})).await });
    }
    let replies = wishes.join_all().await;
    let held: Vec<_> = replies.iter().flat_map(seats).collect();
    assert_eq!(held.len(), 36);
    assert_eq!(held.iter().collect::<BTreeSet<_>>().len(), 36, "nobody has somebody else's");
}

async fn a_wish_that_cannot_be_met_holds_nothing(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(4, |_| {}).await;
    let ada = stack.buyer(0).await;
    let refused = async |wish: Value| {
        let reply = best(&ada, &id, wish).await;
        (reply.status, reply.code().to_owned())
    };
    assert_eq!(refused(json!({"quantity": 5})).await, (409, "not_enough_seats".into()));
    assert_eq!(refused(json!({"quantity": 9})).await, (422, "seat_limit".into()));
    for wrong in
        [json!({"quantity": 0}), json!({}), json!({"quantity": -1}), json!({"quantity": 1, "category": "Gods"})]
    {
        assert_eq!(refused(wrong.clone()).await, (422, "invalid_field".into()), "{wrong}");
    }
    assert_eq!(ada.get(&format!("cart?event_id={id}")).await.body["seats"], json!([]));
    assert_eq!(seats(&best(&ada, &id, json!({"quantity": 4})).await).len(), 4);
}

async fn a_strict_event_lets_nobody_leave_a_single_seat(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let id = stack.event(6, |wish| wish["orphan_rule"] = json!("strict")).await;
    let (admin, ada) = (stack.admin(0).await, stack.buyer(0).await);
    // Without anybody who watches: the rule does not depend on that.
    ada.hold(&id, &["A-2"]).await;
    let valid = ada.post("cart/validate", json!({"event_id": id})).await;
    assert_eq!((valid.status, valid.code(), &valid.body["seats"]), (422, "orphan_seats", &json!(["A-1"])));
    let refused = ada.order(&id).await;
    assert_eq!((refused.status, refused.code(), &refused.body["seats"]), (422, "orphan_seats", &json!(["A-1"])));
    assert_eq!(ada.hold(&id, &["A-1"]).await.status, 201);
    assert_eq!(ada.order(&id).await.status, 201, "with the neighbour it is fine");

    // What the store has now counts, not what a room showed a moment ago.
    let fresh = stack.event(7, |wish| wish["orphan_rule"] = json!("strict")).await;
    for _ in 0..3 {
        let ben = stack.buyer(0).await;
        let middle = ben.hold_and_order(&fresh, &["A-3", "A-4"]).await;
        let sides = ben.hold(&fresh, &["A-1", "A-2", "A-6"]).await;
        assert_eq!(sides.status, 201);
        ben.cancel(&middle).await;
        ben.release(&fresh, &["A-6"]).await;
        ben.hold(&fresh, &["A-4"]).await;
        let refused = ben.order(&fresh).await;
        assert_eq!((refused.status, refused.code(), &refused.body["seats"]), (422, "orphan_seats", &json!(["A-3"])));
        ben.release(&fresh, &["A-1", "A-2", "A-4"]).await;
    }

    let mild = stack.event(6, |wish| wish["orphan_rule"] = json!("warn")).await;
    ada.hold(&mild, &["A-2"]).await;
    let warned = ada.post("cart/validate", json!({"event_id": mild})).await;
    assert_eq!((warned.status, &warned.body["orphans"]), (200, &json!(["A-1"])));
    assert_eq!(ada.order(&mild).await.status, 201);
    assert_eq!(admin.patch(&format!("events/{mild}"), json!({"orphan_rule": "off"})).await.body["orphan_rule"], "off");
    let wrong = admin.patch(&format!("events/{mild}"), json!({"orphan_rule": "maybe"})).await;
    assert_eq!((wrong.status, wrong.code()), (422, "invalid_field"));
}
