//! Register, login, refresh, logout, roles, tokens.

use serde_json::json;

use crate::support::{Engine, PASSWORD, TestStack};

crate::journeys!([
    an_account_is_registered_once_and_signs_in,
    a_wrong_password_and_an_unknown_address_are_the_same_answer,
    forged_and_malformed_tokens_are_refused,
    an_access_token_ends_with_its_time,
    roles_are_given_by_administrators_only,
    an_account_is_limited_to_its_rate,
    logins_are_limited_per_address_unless_it_is_trusted,
]);

async fn an_account_is_registered_once_and_signs_in(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let mut ada = cluster.anonymous(0);
    ada.register("Ada@Example.org").await;
    let me = ada.get("auth/me").await;
    assert_eq!((me.status, &me.body["email"], &me.body["role"]), (200, &json!("ada@example.org"), &json!("customer")));

    let again = json!({"email": "ada@example.org", "password": PASSWORD, "name": "Ada"});
    let taken = ada.post("auth/register", again).await;
    assert_eq!((taken.status, taken.code()), (409, "email_taken"));

    // A role that is sent along is not taken over.
    let sneaky = json!({"email": "eve@example.org", "password": PASSWORD, "name": "Eve", "role": "admin"});
    assert_eq!(ada.post("auth/register", sneaky).await.body["user"]["role"], "customer");
}

async fn a_wrong_password_and_an_unknown_address_are_the_same_answer(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    cluster.anonymous(0).register("ada@example.org").await;
    let stranger = cluster.anonymous(0);
    let login = |email| stranger.post("auth/login", json!({"email": email, "password": "wrong password"}));
    let (wrong, unknown) = (login("ada@example.org").await, login("nobody@example.org").await);
    assert_eq!((wrong.status, wrong.code()), (401, "invalid_credentials"));
    assert_eq!(wrong.bytes, unknown.bytes);
}

async fn forged_and_malformed_tokens_are_refused(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let mut ada = cluster.buyer(0).await;
    let token = ada.token.clone().unwrap();
    let (head, _) = token.rsplit_once('.').unwrap();
    for bad in ["", "x", "a.b.c", &format!("{head}."), &format!("{token}x"), &"e".repeat(10_000)] {
        ada.token = Some(bad.to_owned());
        let refused = ada.get("auth/me").await;
        assert_eq!((refused.status, refused.code()), (401, "unauthorized"), "{bad:?}");
    }
}

async fn an_access_token_ends_with_its_time(engine: Engine) {
    let cluster = TestStack::with(engine, 1, |settings| settings.auth.access_ttl_s = 1).await;
    let ada = cluster.buyer(0).await;
    let expired = async {
        while ada.get("auth/me").await.status == 200 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(3), expired).await.expect("it expires");
}

async fn roles_are_given_by_administrators_only(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let (buyer, admin) = (cluster.buyer(0).await, cluster.admin(0).await);
    let id = buyer.get("auth/me").await.body["id"].as_str().unwrap().to_owned();
    let role = json!({"role": "organizer"});
    let refused = buyer.post(&format!("admin/users/{id}/role"), role.clone()).await;
    assert_eq!((refused.status, refused.code()), (403, "forbidden"));
    assert_eq!(cluster.anonymous(0).get("admin/users").await.status, 401);
    assert_eq!(admin.post(&format!("admin/users/{id}/role"), role).await.body["role"], "organizer");
    assert_eq!(admin.post(&format!("admin/users/{id}/role"), json!({"role": "king"})).await.status, 422);
    assert_eq!(admin.post("admin/users/nobody/role", json!({"role": "admin"})).await.status, 404);
    let own = admin.get("auth/me").await.body["id"].as_str().unwrap().to_owned();
    let given_up = admin.post(&format!("admin/users/{own}/role"), json!({"role": "customer"})).await;
    assert_eq!((given_up.status, given_up.code()), (422, "invalid_field"), "the last administrator stays one");
    let email = buyer.get("auth/me").await.body["email"].as_str().unwrap().to_owned();
    let found = admin.get(&format!("admin/users?q={}", &email[..12])).await;
    assert_eq!(found.body["items"][0]["id"], id.as_str());
}

async fn an_account_is_limited_to_its_rate(engine: Engine) {
    let cluster = TestStack::with(engine, 1, |settings| {
        settings.limits.account_requests_per_s = 1;
        settings.limits.account_requests_burst = 3;
    })
    .await;
    let ada = cluster.buyer(0).await;
    let mut last = ada.get("auth/me").await;
    for _ in 0..5 {
        last = ada.get("auth/me").await;
    }
    assert_eq!((last.status, last.code()), (429, "rate_limited"));
    assert!(last.header("retry-after").parse::<u64>().unwrap() >= 1);
}

async fn logins_are_limited_per_address_unless_it_is_trusted(engine: Engine) {
    let cluster = TestStack::with(engine, 1, |settings| settings.limits.trusted_addresses.clear()).await;
    let stranger = cluster.anonymous(0);
    let mut statuses = Vec::new();
    for _ in 0..12 {
        statuses.push(stranger.post("auth/login", json!({"email": "a@b", "password": "wrong password"})).await.status);
    }
    assert_eq!(statuses[..10], [401; 10]);
    assert_eq!(statuses[10..], [429; 2]);
}
