//! More than a server can do: what only looks is refused with a time to come back, what is in the middle of a purchase is served,
//! and whoever asks how the server is gets an answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;

use crate::assert_healthy;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_readers_is_turned_away_and_buyers_are_not() {
    let stack = Arc::new(
        crate::stack(|settings| {
            settings.admission.reads = 2;
            settings.admission.wait_ms = 20;
        })
        .await,
    );
    let event = stack.event(20, |_| {}).await;
    let ada = stack.crowd(1).await.remove(0);
    let until = Instant::now() + Duration::from_secs(2);
    let mut flood = JoinSet::new();
    for _ in 0..64 {
        let (reader, path) = (stack.anonymous(0), format!("events/{event}/sections/A/seats"));
        flood.spawn(async move {
            let (mut served, mut refused) = (0, 0);
            while Instant::now() < until {
                let reply = reader.get(&path).await;
                match reply.status {
                    200 => served += 1,
                    503 => {
                        assert_eq!(reply.code(), "overloaded", "{reply:?}");
                        let wait: u64 = reply.header("retry-after").parse().unwrap();
                        assert!((1..=4).contains(&wait), "{wait}");
                        refused += 1;
                    }
                    _ => panic!("{reply:?}"),
                }
            }
            (served, refused)
        });
    }
    let mut bought = 0;
    while Instant::now() < until {
        let held = ada.hold(&event, &["A-1", "A-2"]).await;
        assert_eq!(held.status, 201, "{held:?}");
        let cart = ada.post("cart/validate", json!({"event_id": event})).await;
        assert_eq!(cart.status, 200, "{cart:?}");
        assert_eq!(ada.release(&event, &["A-1", "A-2"]).await.status, 204);
        let alive = reqwest::get(format!("http://{}/readyz", stack.address(0))).await.unwrap();
        assert_eq!(alive.status(), 200);
        bought += 1;
    }
    let readers = flood.join_all().await;
    let (served, refused) = readers.iter().fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
    println!("{served} readers served, {refused} turned away, {bought} carts meanwhile");
    assert!(served > 0 && refused > 0 && bought > 0, "{served} served, {refused} refused, {bought} carts");
    // It is over as soon as they are gone.
    assert_eq!(stack.anonymous(0).get(&format!("events/{event}")).await.status, 200);
    assert_healthy(&stack, &event).await;
}
