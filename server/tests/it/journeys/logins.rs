//! Logins: refresh families, parallel tabs, stolen tokens, the ends that reach every server, and key rotation.

use std::time::Duration;

use frontrow_domain::clock::{Clock as _, SystemClock};
use reqwest::Method;
use serde_json::json;

use crate::support::client::Reply;
use crate::support::{Engine, PASSWORD, PATIENCE, TestClient, TestStack};

crate::journeys!([
    a_refresh_rotates_the_cookie,
    two_tabs_that_refresh_at_once_get_the_same_successor,
    a_refresh_token_used_again_later_ends_the_login_everywhere,
    forged_foreign_and_old_refresh_tokens_are_refused,
    a_logout_ends_tokens_and_sockets_at_every_server,
    a_logout_everywhere_ends_every_login_of_the_account,
    keys_are_published_and_rotated_without_a_login_lost,
]);

/// An account's first login, with its cookie.
async fn registered(stack: &TestStack, email: &str) -> (TestClient, Reply) {
    let mut client = stack.anonymous(0);
    let reply = client.post("auth/register", json!({"email": email, "password": PASSWORD, "name": "Ada"})).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    client.token = reply.body["access_token"].as_str().map(str::to_owned);
    (client, reply)
}

/// Asks until the access token is refused: other servers hear of an end within a second.
async fn refused(client: &TestClient) {
    let refused = async {
        while client.get("auth/me").await.status != 401 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), refused).await.expect("the access token ends");
}

async fn a_refresh_rotates_the_cookie(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let (ada, first) = registered(&stack, "ada@example.org").await;
    let set = first.header("set-cookie");
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict") && set.contains("Path=/api/v1/auth"), "{set}");
    let mut cookie = first.cookie();
    for _ in 0..3 {
        let next = ada.refresh_with(&cookie).await;
        assert_eq!((next.status, &next.body["user"]["email"]), (200, &json!("ada@example.org")));
        assert_ne!(next.cookie(), cookie, "every token has a successor of its own");
        cookie = next.cookie();
        stack.advance(11_000);
    }
}

async fn two_tabs_that_refresh_at_once_get_the_same_successor(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let (ada, first) = registered(&stack, "ada@example.org").await;
    let cookie = first.cookie();
    let elsewhere = ada.at(&stack.address(1));
    let tabs = futures_util::future::join_all((0..20).map(|n| {
        let tab = if n % 2 == 0 { &ada } else { &elsewhere };
        tab.refresh_with(&cookie)
    }))
    .await;
    let successor = tabs[0].cookie();
    for tab in &tabs {
        assert_eq!((tab.status, tab.cookie()), (200, successor.clone()), "one successor for all of them");
        let signed_in = TestClient { token: tab.body["access_token"].as_str().map(str::to_owned), ..ada.clone() };
        assert_eq!(signed_in.get("auth/me").await.status, 200);
    }
    stack.advance(9_000);
    assert_eq!(ada.refresh_with(&cookie).await.cookie(), successor, "a slow tab, nine seconds later");
    assert_eq!(ada.refresh_with(&successor).await.status, 200, "and the login goes on");
}

async fn a_refresh_token_used_again_later_ends_the_login_everywhere(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let id = stack.event(3, |_| {}).await;
    let (ada, first) = registered(&stack, "ada@example.org").await;
    let other_device = ada.post("auth/login", json!({"email": "ada@example.org", "password": PASSWORD})).await;
    let stolen = first.cookie();
    let successor = ada.refresh_with(&stolen).await;
    let ada = TestClient { token: successor.body["access_token"].as_str().map(str::to_owned), ..ada };
    let mut socket = stack.socket_of(1, &id, &ada).await;

    stack.advance(10_001);
    let thief = stack.anonymous(1).refresh_with(&stolen).await;
    assert_eq!((thief.status, thief.code()), (401, "unauthorized"));
    let victim = ada.refresh_with(&successor.cookie()).await;
    assert_eq!(victim.status, 401, "nobody can tell the thief from the victim: both are out");
    refused(&ada).await;
    refused(&ada.at(&stack.address(1))).await;
    assert_eq!(socket.wait_for_close().await, (Some("login_expired".into()), 4401));
    assert_eq!(ada.refresh_with(&other_device.cookie()).await.status, 200, "another login is another login");
}

async fn forged_foreign_and_old_refresh_tokens_are_refused(engine: Engine) {
    let stack = TestStack::with(engine, 1, |settings| settings.auth.refresh_ttl_s = 3600).await;
    let (ada, first) = registered(&stack, "ada@example.org").await;
    let cookie = first.cookie();
    let (name, value) = cookie.split_once('=').unwrap();
    let mut forged = value.to_owned();
    forged.replace_range(..1, if value.starts_with('A') { "B" } else { "A" });
    let access = first.body["access_token"].as_str().unwrap();
    for bad in ["", "x", &forged, access, &value.repeat(300), &value[1..]] {
        let refused = ada.refresh_with(&format!("{name}={bad}")).await;
        assert_eq!((refused.status, refused.code()), (401, "unauthorized"), "{bad:.40}");
    }
    let as_access = TestClient { token: Some(value.to_owned()), ..ada.clone() };
    assert_eq!(as_access.get("auth/me").await.status, 401, "a refresh token is no access token");
    let plain = stack.anonymous(0).request(Method::POST, "auth/refresh", None, &[]).await;
    assert_eq!(plain.status, 401, "no cookie at all");
    stack.advance(3_601_000);
    assert_eq!(ada.refresh_with(&cookie).await.status, 401, "too old");
}

async fn a_logout_ends_tokens_and_sockets_at_every_server(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let id = stack.event(3, |_| {}).await;
    let (ada, first) = registered(&stack, "ada@example.org").await;
    let mut socket = stack.socket_of(1, &id, &ada).await;
    let ticket = ada.post("auth/ws-ticket", json!({})).await.body["ticket"].clone();
    let mut watcher = stack.socket(0, &id).await;
    assert_eq!(ada.hold(&id, &["A-1"]).await.status, 201);

    let out = ada.request(Method::POST, "auth/logout", None, &[]).await;
    assert_eq!(out.status, 204);
    assert!(out.header("set-cookie").contains("Max-Age=0"), "{out:?}");
    assert_eq!(ada.get("auth/me").await.status, 401, "at once, where the logout was");
    assert_eq!(ada.refresh_with(&first.cookie()).await.status, 401);
    let late = watcher.command(json!({"type": "auth", "ref": 1, "ticket": ticket})).await;
    assert_eq!(late["code"], "bad_ticket", "a ticket of the login that ended");
    refused(&ada.at(&stack.address(1))).await;
    assert_eq!(socket.wait_for_close().await, (Some("login_expired".into()), 4401));
    watcher.wait_for_seat(0, 1).await;
    assert_eq!(ada.post("auth/logout", json!({})).await.status, 204, "again is fine");
}

async fn a_logout_everywhere_ends_every_login_of_the_account(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let (ada, _) = registered(&stack, "ada@example.org").await;
    let mut phone = stack.anonymous(1);
    phone.sign_in("ada@example.org", PASSWORD).await;
    let ben = stack.buyer(0).await;
    assert_eq!(ada.post("auth/logout", json!({"everywhere": true})).await.status, 204);
    refused(&ada).await;
    refused(&phone).await;
    assert_eq!(phone.post("auth/refresh", json!({})).await.status, 401);
    assert_eq!(ben.get("auth/me").await.status, 200, "Ben is somebody else");
    let nobody = stack.anonymous(0).post("auth/logout", json!({"everywhere": true})).await;
    assert_eq!(nobody.status, 401, "whose?");
}

async fn keys_are_published_and_rotated_without_a_login_lost(engine: Engine) {
    let stack = TestStack::with(engine, 2, |settings| settings.auth.key_activation_s = 0).await;
    let (ada, first) = registered(&stack, "ada@example.org").await;
    let published = async || {
        let reply = reqwest::get(format!("http://{}/.well-known/jwks.json", stack.address(1))).await.unwrap();
        reply.json::<serde_json::Value>().await.unwrap()["keys"].as_array().unwrap().clone()
    };
    let old = published().await;
    assert_eq!((old.len(), &old[0]["kty"], &old[0]["crv"]), (1, &json!("OKP"), &json!("Ed25519")));
    assert!(old[0].get("d").is_none(), "the private part stays at home");
    let token = ada.token.clone().unwrap();
    let header = jsonwebtoken::decode_header(&token).unwrap();
    assert_eq!(header.kid.as_deref(), old[0]["kid"].as_str());
    let key = jsonwebtoken::DecodingKey::from_ed_components(old[0]["x"].as_str().unwrap()).unwrap();
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
    rules.set_audience(&["frontrow"]);
    jsonwebtoken::decode::<serde_json::Value>(&token, &key, &rules).expect("anybody can verify with what is published");

    let auth = &stack.settings.auth;
    frontrow_server::rotate_keys(&auth.keys_dir, SystemClock.now(), Duration::ZERO, Duration::from_mins(15)).unwrap();
    let both = async {
        while published().await.len() < 2 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, both).await.expect("the new key is read");
    assert_eq!(ada.at(&stack.address(1)).get("auth/me").await.status, 200, "what the old key signed stays valid");
    let renewed = async {
        loop {
            let next = ada.refresh_with(&first.cookie()).await;
            assert_eq!(next.status, 200);
            let token = next.body["access_token"].as_str().unwrap().to_owned();
            if jsonwebtoken::decode_header(&token).unwrap().kid != header.kid {
                return token;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let token = tokio::time::timeout(Duration::from_secs(9), renewed).await.expect("the new key signs");
    let ada = TestClient { token: Some(token), ..ada };
    assert_eq!(ada.at(&stack.address(1)).get("auth/me").await.status, 200);
}
