//! Whoever may not go on is out within a second, at every server: banned accounts, ended logins, demoted organizers.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::support::{Engine, PASSWORD, TestClient, TestSocket, TestStack};

crate::journeys!([
    a_ban_ends_everything_at_once,
    a_ban_that_is_lifted_lets_people_in_again,
    only_administrators_ban_and_never_themselves,
    a_login_that_ends_closes_its_sockets_within_a_second,
    an_account_without_its_role_is_shown_out_within_a_second,
]);

/// From the answer of whoever shuts somebody out to the closed socket, at any server.
const OUT_WITHIN: Duration = Duration::from_secs(1);

struct Account {
    client: TestClient,
    id: String,
    email: String,
    cookie: String,
}

async fn account(stack: &TestStack) -> Account {
    let mut client = stack.anonymous(0);
    let email = format!("{}@example.org", uuid::Uuid::new_v4().simple());
    let id = client.register(&email).await;
    let login = client.post("auth/login", json!({"email": email, "password": PASSWORD})).await;
    client.token = login.body["access_token"].as_str().map(str::to_owned);
    Account { client, id, email, cookie: login.cookie() }
}

/// Every socket hears why and is closed in time, counted from `since`.
async fn all_are_out(sockets: &mut [TestSocket], since: Instant, bye: &str, code: u16) {
    for (server, socket) in sockets.iter_mut().enumerate() {
        assert_eq!(socket.wait_for_close().await, (Some(bye.into()), code), "at server {server}");
        let took = since.elapsed();
        println!("{bye} at server {server} after {} ms", took.as_millis());
        assert!(took < OUT_WITHIN, "at server {server} only after {took:?}");
    }
}

async fn a_ban_ends_everything_at_once(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let id = stack.event(4, |_| {}).await;
    let Account { client, id: user, email, cookie } = account(&stack).await;
    assert_eq!(client.hold(&id, &["A-1", "A-2"]).await.status, 201);
    let mut watcher = stack.socket(1, &id).await;
    watcher.wait_for_seat(1, 1).await;
    let mut sockets = [stack.socket_of(0, &id, &client).await, stack.socket_of(1, &id, &client).await];
    let ticket = client.post("auth/ws-ticket", json!({})).await.body["ticket"].clone();

    let admin = stack.admin(0).await;
    let banned = admin.post(&format!("admin/users/{user}/ban"), json!({"reason": "buys for others"})).await;
    let since = Instant::now();
    assert_eq!((banned.status, &banned.body["banned"]["reason"]), (200, &json!("buys for others")), "{banned:?}");
    all_are_out(&mut sockets, since, "login_expired", 4401).await;
    watcher.wait_for_seat(0, 0).await;
    watcher.wait_for_seat(1, 0).await;

    for server in [0, 1] {
        let theirs = client.at(&stack.address(server));
        assert_eq!(theirs.get("auth/me").await.status, 401, "the access token");
        let refused = theirs.refresh_with(&cookie).await;
        assert_eq!((refused.status, refused.code()), (403, "banned"));
        assert!(refused.header("set-cookie").contains("Max-Age=0"), "a browser forgets the cookie");
        let stranger = stack.anonymous(server);
        let refused = stranger.post("auth/login", json!({"email": email, "password": PASSWORD})).await;
        assert_eq!((refused.status, refused.code()), (403, "banned"));
        let guess = stranger.post("auth/login", json!({"email": email, "password": "wrong guess"})).await;
        assert_eq!((guess.status, guess.code()), (401, "invalid_credentials"), "who guesses learns nothing");
    }
    let reply = watcher.command(json!({"type": "auth", "ref": 1, "ticket": ticket})).await;
    assert_eq!(reply["code"], "bad_ticket", "{reply}");
    let found = admin.get(&format!("admin/users?q={email}")).await;
    assert_eq!(found.body["items"][0]["banned"]["reason"], "buys for others");
}

async fn a_ban_that_is_lifted_lets_people_in_again(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let id = stack.event(4, |_| {}).await;
    let Account { mut client, id: user, email, cookie } = account(&stack).await;
    let bought = client.buy(&id, &["A-1"]).await;
    let admin = stack.admin(0).await;
    assert_eq!(admin.post(&format!("admin/users/{user}/ban"), json!({"reason": "by mistake"})).await.status, 200);
    let lifted = admin.at(&stack.address(1)).post(&format!("admin/users/{user}/unban"), json!({})).await;
    assert_eq!((lifted.status, &lifted.body["banned"]), (200, &json!(null)), "{lifted:?}");
    assert_eq!(client.refresh_with(&cookie).await.code(), "unauthorized", "the logins stay ended");
    client.token = None;
    client.sign_in(&email, PASSWORD).await;
    assert_eq!(client.get("tickets").await.body["items"][0]["id"], bought["tickets"][0]["id"], "what was bought stays");
}

async fn only_administrators_ban_and_never_themselves(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let Account { client, id: user, .. } = account(&stack).await;
    let (admin, organizer) = (stack.admin(0).await, stack.organizer(0).await);
    let ban = |id: &str| format!("admin/users/{id}/ban");
    let me = admin.get("auth/me").await.body["id"].as_str().unwrap().to_owned();
    for (who, path, body, expected) in [
        (&stack.anonymous(0), ban(&user), json!({"reason": "x"}), (401, "unauthorized")),
        (&client, ban(&me), json!({"reason": "x"}), (403, "forbidden")),
        (&organizer, ban(&user), json!({"reason": "x"}), (403, "forbidden")),
        (&organizer, format!("admin/users/{user}/unban"), json!({}), (403, "forbidden")),
        (&admin, ban(&me), json!({"reason": "tired"}), (422, "invalid_field")),
        (&admin, ban(&user), json!({}), (422, "invalid_field")),
        (&admin, ban(&user), json!({"reason": " "}), (422, "invalid_field")),
        (&admin, ban(&user), json!({"reason": "x".repeat(501)}), (422, "invalid_field")),
        (&admin, ban(&uuid::Uuid::now_v7().to_string()), json!({"reason": "x"}), (404, "not_found")),
        (&admin, ban("nobody"), json!({"reason": "x"}), (404, "not_found")),
        (&admin, format!("admin/users/{}/unban", uuid::Uuid::now_v7()), json!({}), (404, "not_found")),
    ] {
        let refused = who.post(&path, body.clone()).await;
        assert_eq!((refused.status, refused.code()), expected, "{path} {body}");
    }
    assert_eq!(client.get("auth/me").await.status, 200, "nobody was banned");

    // An administrator who is banned has lost everything at once, whatever the token says.
    let Account { client: second, id: second_id, .. } = account(&stack).await;
    let promoted = admin.post(&format!("admin/users/{second_id}/role"), json!({"role": "admin"})).await;
    assert_eq!(promoted.status, 200);
    assert_eq!(second.get("admin/users").await.status, 200);
    assert_eq!(admin.post(&ban(&second_id), json!({"reason": "left"})).await.status, 200);
    assert_eq!(second.get("admin/users").await.status, 401);
}

async fn a_login_that_ends_closes_its_sockets_within_a_second(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let id = stack.event(4, |_| {}).await;
    let Account { client, .. } = account(&stack).await;
    let mut sockets = [stack.socket_of(0, &id, &client).await, stack.socket_of(1, &id, &client).await];
    let left = client.post("auth/logout", json!({"everywhere": true})).await;
    let since = Instant::now();
    assert_eq!(left.status, 204);
    all_are_out(&mut sockets, since, "login_expired", 4401).await;
}

async fn an_account_without_its_role_is_shown_out_within_a_second(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let organizer = stack.organizer(0).await;
    let id = stack.event_of(&organizer, 4, |_| {}).await;
    let admin = stack.admin(0).await;
    let mut sockets = [stack.admin_socket(0, &id, &organizer).await, stack.admin_socket(1, &id, &organizer).await];
    let user = organizer.get("auth/me").await.body["id"].as_str().unwrap().to_owned();
    let demoted = admin.post(&format!("admin/users/{user}/role"), json!({"role": "customer"})).await;
    let since = Instant::now();
    assert_eq!(demoted.status, 200);
    all_are_out(&mut sockets, since, "forbidden", 4403).await;
    let refused = organizer.request(Method::GET, &format!("admin/events/{id}/holds"), None, &[]).await;
    assert_eq!(refused.status, 403, "the token still says organizer");
}
