//! Seats that are kept for long and not bought cost a pause; what is bought costs nothing.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;

use crate::support::client::Reply;
use crate::support::{Engine, PATIENCE, TestClient, TestStack};

crate::journeys!([
    keeping_seats_without_buying_leads_to_a_pause,
    a_lapsed_hold_counts_and_a_purchase_does_not,
    whoever_hangs_up_is_counted_all_the_same,
    an_address_has_a_budget_of_its_own,
    whoever_never_comes_back_counts_for_their_address,
]);

const SEATS: [&str; 4] = ["A-1", "A-2", "A-3", "A-4"];
const OTHER_SEATS: [&str; 4] = ["A-5", "A-6", "A-7", "A-8"];

/// An event whose budget is thirty seat-minutes: three carts of five seats for two minutes.
async fn event(stack: &TestStack) -> String {
    let change = |wish: &mut serde_json::Value| {
        wish["hold_ttl_s"] = json!(120);
        wish["max_seats_per_user"] = json!(5);
    };
    stack.event(12, change).await
}

async fn with_small_budgets(engine: Engine) -> TestStack {
    TestStack::with(engine, 1, |settings| settings.limits.hold_seat_minutes = 1).await
}

/// Four seats each for 110 seconds: 24 of a hundred parts of the event's budget, of which three come back in that time.
async fn keep(stack: &TestStack, event: &str, carts: &[(&TestClient, [&str; 4])]) {
    for (buyer, seats) in carts {
        let held = buyer.hold(event, seats).await;
        assert_eq!(held.status, 201, "{held:?}");
    }
    stack.advance(110_000);
    for (buyer, seats) in carts {
        assert_eq!(buyer.release(event, seats).await.status, 204);
    }
}

async fn keeping_seats_without_buying_leads_to_a_pause(engine: Engine) {
    let stack = with_small_budgets(engine).await;
    let id = event(&stack).await;
    let (mut hoarder, other) = (stack.buyer(0).await, stack.buyer(0).await);
    for _ in 0..5 {
        keep(&stack, &id, &[(&hoarder, SEATS)]).await;
    }
    let refused = hoarder.hold(&id, &["A-1"]).await;
    assert_eq!((refused.status, refused.code()), (429, "hold_budget"), "{refused:?}");
    let wait_s: i64 = refused.header("retry-after").parse().unwrap();
    assert!((595..=601).contains(&wait_s), "ten minutes: {wait_s}");
    assert_eq!(refused.body["retry_after_ms"], json!(wait_s * 1000));
    for (path, body) in [("holds/best-available", json!({"quantity": 1})), ("holds/extend", json!({}))] {
        let refused = hoarder.post(&format!("events/{id}/{path}"), body).await;
        assert_eq!(refused.code(), "hold_budget", "{path}");
    }
    let mut socket = stack.socket_of(0, &id, &hoarder).await;
    let reply = socket.command(json!({"type": "hold", "ref": 1, "seats": ["A-1"]})).await;
    assert_eq!((&reply["code"], reply["retry_after_ms"].is_number()), (&json!("hold_budget"), true), "{reply}");
    assert_eq!(other.hold(&id, &["A-1"]).await.status, 201, "somebody else of the same address");

    stack.advance(wait_s * 1000);
    let renewed = hoarder.post("auth/refresh", json!({})).await;
    hoarder.token = renewed.body["access_token"].as_str().map(str::to_owned);
    assert_eq!(hoarder.hold(&id, &["A-2"]).await.status, 201, "the pause is over");
}

async fn a_lapsed_hold_counts_and_a_purchase_does_not(engine: Engine) {
    let stack = with_small_budgets(engine).await;
    let (id, shop) = (event(&stack).await, event(&stack).await);
    let quick = stack.event(12, |wish| wish["hold_ttl_s"] = json!(2)).await;
    let (buyer, hoarder) = (stack.buyer(0).await, stack.buyer(0).await);
    for _ in 0..4 {
        keep(&stack, &id, &[(&buyer, SEATS), (&hoarder, OTHER_SEATS)]).await;
    }
    buyer.buy(&quick, &["A-1", "A-2", "A-3", "A-4", "A-5"]).await;
    assert_eq!(hoarder.hold(&quick, &["A-6", "A-7", "A-8", "A-9", "A-10"]).await.status, 201);
    tokio::time::sleep(Duration::from_millis(2_300)).await;
    assert_eq!(buyer.hold(&quick, &["A-11"]).await.status, 201, "what was bought was not kept from anybody");
    let refused = hoarder.hold(&quick, &["A-12"]).await;
    assert_eq!(
        (refused.status, refused.code()),
        (429, "hold_budget"),
        "ten seat-seconds lapsed, of the sixty that the quick event allows"
    );
    assert_eq!(hoarder.hold(&shop, &["A-1"]).await.code(), "hold_budget", "in every event");
}

/// A command settles what has lapsed before it does anything else. A client that leaves meanwhile must not take the bill along.
async fn whoever_hangs_up_is_counted_all_the_same(engine: Engine) {
    let stack = with_small_budgets(engine).await;
    let id = event(&stack).await;
    let quick = stack.event(12, |wish| wish["hold_ttl_s"] = json!(2)).await;
    let hoarder = stack.buyer(0).await;
    for _ in 0..4 {
        keep(&stack, &id, &[(&hoarder, SEATS)]).await;
    }
    assert_eq!(hoarder.hold(&quick, &["A-1", "A-2", "A-3", "A-4", "A-5"]).await.status, 201);
    tokio::time::sleep(Duration::from_millis(2_300)).await;
    let token = hoarder.token.as_ref().unwrap();
    let request = format!(
        "POST /api/v1/events/{quick}/holds/extend HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
    );
    for _ in 0..20 {
        let address = hoarder.base.trim_start_matches("http://");
        let mut connection = tokio::net::TcpStream::connect(address).await.unwrap();
        connection.write_all(request.as_bytes()).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(hoarder.hold(&quick, &["A-12"]).await.code(), "hold_budget");
}

/// An event for which thirty carts, of one seat each, are the budget of an address; and 32 people, to be of one household.
async fn household(engine: Engine, hold_ttl_s: u32) -> (TestStack, String, Vec<TestClient>) {
    let stack = TestStack::with(engine, 1, |settings| {
        settings.limits.hold_seat_minutes_per_address = 1;
        settings.limits.trusted_addresses = Vec::new();
        settings.limits.logins_per_minute = 1_000;
        settings.server.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    let change = |wish: &mut serde_json::Value| {
        wish["hold_ttl_s"] = json!(hold_ttl_s);
        wish["max_seats_per_user"] = json!(1);
    };
    let id = stack.event(80, change).await;
    let crowd = stack.crowd(32).await;
    (stack, id, crowd)
}

async fn ask_from(buyer: &TestClient, event: &str, what: &str, body: serde_json::Value, address: &str) -> Reply {
    let path = format!("events/{event}/{what}");
    buyer.request(Method::POST, &path, Some(body), &[("X-Forwarded-For", address)]).await
}

/// A seat for everybody, each from an address of its own in the same network.
async fn take_one_each(event: &str, crowd: &[TestClient]) {
    for (number, person) in crowd.iter().enumerate() {
        let seat = json!({"seats": [format!("A-{}", number + 1)]});
        let held = ask_from(person, event, "holds", seat, &format!("2001:db8:1:2::{number:x}")).await;
        assert_eq!(held.status, 201, "{number}");
    }
}

async fn an_address_has_a_budget_of_its_own(engine: Engine) {
    let (stack, id, crowd) = household(engine, 120).await;
    take_one_each(&id, &crowd).await;
    stack.advance(119_000);
    for (number, person) in crowd.iter().enumerate() {
        assert_eq!(person.release(&id, &[&format!("A-{}", number + 1)]).await.status, 204);
    }
    let newcomer = stack.buyer(0).await;
    let wish = json!({"seats": ["A-50"]});
    let refused = ask_from(&newcomer, &id, "holds", wish.clone(), "2001:db8:1:2:ffff::1").await;
    assert_eq!(
        (refused.status, refused.code()),
        (429, "hold_budget"),
        "the same household, with another address and account"
    );
    assert_eq!(ask_from(&newcomer, &id, "holds", wish, "2001:db8:1:3::1").await.status, 201, "the neighbours");
}

async fn whoever_never_comes_back_counts_for_their_address(engine: Engine) {
    let (stack, id, crowd) = household(engine, 2).await;
    take_one_each(&id, &crowd).await;
    let newcomer = stack.buyer(0).await;
    let refused = async {
        loop {
            let asked = ask_from(&newcomer, &id, "holds/extend", json!({}), "2001:db8:1:2:ffff::1").await;
            if asked.status == 429 {
                return asked;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let refused = tokio::time::timeout(PATIENCE, refused).await.expect("all holds have lapsed, and are counted");
    assert_eq!(refused.code(), "hold_budget");
}
