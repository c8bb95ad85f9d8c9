//! Refresh tokens when many use them at once: the owner's tabs, a thief, and somebody who is just leaving.

use std::time::Duration;

use futures_util::future::{join, join_all};
use reqwest::Method;
use serde_json::json;

use crate::support::client::Reply;
use crate::support::{Engine, PASSWORD, TestClient, TestStack};

crate::journeys!([
    tabs_of_two_servers_agree_on_every_successor,
    whoever_comes_late_ends_the_login_however_many_they_are,
    a_logout_among_refreshes_leaves_nobody_in,
    the_cookie_is_out_of_reach_of_scripts_and_other_sites,
]);

async fn registered(stack: &TestStack) -> (TestClient, Reply) {
    let mut client = stack.anonymous(0);
    let body = json!({"email": "ada@example.org", "password": PASSWORD, "name": "Ada"});
    let reply = client.post("auth/register", body).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    client.token = reply.body["access_token"].as_str().map(str::to_owned);
    (client, reply)
}

/// So many refreshes with one cookie, all at once, at both servers in turn.
async fn at_once(stack: &TestStack, cookie: &str, tabs: usize) -> Vec<Reply> {
    let clients: Vec<_> = (0..tabs).map(|tab| stack.anonymous(tab)).collect();
    join_all(clients.iter().map(|client| client.refresh_with(cookie))).await
}

fn bearer(stack: &TestStack, reply: &Reply, server: usize) -> TestClient {
    TestClient { token: reply.body["access_token"].as_str().map(str::to_owned), ..stack.anonymous(server) }
}

/// Waits until an access token is refused at both servers: they hear of an end within a second.
async fn ends(stack: &TestStack, reply: &Reply) {
    for server in 0..2 {
        let client = bearer(stack, reply, server);
        let refused = async {
            while client.get("auth/me").await.status != 401 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), refused).await.expect("the access token ends");
    }
}

async fn tabs_of_two_servers_agree_on_every_successor(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let (_, first) = registered(&stack).await;
    let mut cookie = first.cookie();
    for round in 0..5 {
        let tabs = at_once(&stack, &cookie, 16).await;
        let successor = tabs[0].cookie();
        assert_ne!(successor, cookie);
        for tab in &tabs {
            assert_eq!((tab.status, tab.cookie()), (200, successor.clone()), "round {round}: one successor");
        }
        cookie = successor;
    }
}

async fn whoever_comes_late_ends_the_login_however_many_they_are(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let (_, first) = registered(&stack).await;
    let next = stack.anonymous(0).refresh_with(&first.cookie()).await;
    assert_eq!(next.status, 200);
    stack.advance(10_001);
    // Sixteen thieves, and the owner in between.
    let (late, owner) = join(at_once(&stack, &first.cookie(), 16), at_once(&stack, &next.cookie(), 2)).await;
    assert!(late.iter().all(|thief| thief.status == 401 && thief.cookie() == "frontrow_refresh="), "{late:?}");
    for one in &owner {
        // Who was quicker than the thieves has a token; it is worth nothing now.
        assert!([200, 401].contains(&one.status), "{one:?}");
        assert_eq!(stack.anonymous(0).refresh_with(&one.cookie()).await.status, 401);
    }
    assert_eq!(stack.anonymous(1).refresh_with(&next.cookie()).await.status, 401);
    for reply in owner.iter().filter(|one| one.status == 200).chain([&first, &next]) {
        ends(&stack, reply).await;
    }
}

async fn a_logout_among_refreshes_leaves_nobody_in(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    for _ in 0..5 {
        let mut ada = stack.anonymous(0);
        let email = format!("{}@example.org", uuid::Uuid::new_v4().simple());
        let body = json!({"email": email, "password": PASSWORD, "name": "Ada"});
        let first = ada.post("auth/register", body).await;
        ada.token = first.body["access_token"].as_str().map(str::to_owned);
        let cookie = first.cookie();
        let leave = ada.request(Method::POST, "auth/logout", None, &[]);
        let (tabs, left) = join(at_once(&stack, &cookie, 12), leave).await;
        assert_eq!(left.status, 204);
        for tab in tabs.iter().chain([&first]) {
            assert!([200, 201, 401].contains(&tab.status), "{tab:?}");
            assert_eq!(stack.anonymous(1).refresh_with(&tab.cookie()).await.status, 401, "what came of it is over");
        }
        for tab in tabs.iter().filter(|tab| tab.status == 200).take(2).chain([&first]) {
            ends(&stack, tab).await;
        }
    }
}

async fn the_cookie_is_out_of_reach_of_scripts_and_other_sites(engine: Engine) {
    for (is_secure, setting) in [(true, "always"), (false, "never")] {
        let stack = TestStack::with(engine, 1, |settings| {
            settings.auth.secure_cookies = serde_json::from_value(json!(setting)).expect("a setting");
        })
        .await;
        let (ada, registered) = registered(&stack).await;
        let login = ada.post("auth/login", json!({"email": "ada@example.org", "password": PASSWORD})).await;
        let refreshed = stack.anonymous(0).refresh_with(&login.cookie()).await;
        let refused = stack.anonymous(0).refresh_with("frontrow_refresh=forged").await;
        let left = ada.request(Method::POST, "auth/logout", None, &[]).await;
        for reply in [registered, login, refreshed, refused, left] {
            assert_eq!(reply.headers.get_all("set-cookie").iter().count(), 1, "{reply:?}");
            let set = reply.header("set-cookie").to_owned();
            let flags: Vec<_> = set.split("; ").skip(1).collect();
            for flag in ["HttpOnly", "SameSite=Strict", "Path=/api/v1/auth"] {
                assert!(flags.contains(&flag), "{set}");
            }
            assert_eq!(flags.contains(&"Secure"), is_secure, "{set}");
            assert!(!flags.iter().any(|flag| flag.starts_with("Domain")), "for this host only: {set}");
            if reply.status < 300 && reply.status != 204 {
                assert_eq!(reply.header("cache-control"), "no-store");
                assert!(!String::from_utf8_lossy(&reply.bytes).contains(&reply.cookie()["frontrow_refresh=".len()..]));
            }
        }
    }
}
