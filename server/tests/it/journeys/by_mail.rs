//! Getting back in, proving an address, roles for single events, and limits that tell people from machines.

use serde_json::json;

use crate::support::{Engine, PASSWORD, TestClient, TestStack};

crate::journeys!([
    a_forgotten_password_is_replaced_by_mail,
    an_unknown_address_is_answered_alike_and_gets_no_mail,
    an_address_is_proved_by_the_mail_sent_to_it,
    a_scanner_is_assigned_to_events,
    wrong_passwords_are_limited_for_every_account,
    a_trusted_proxy_says_who_is_asking,
]);

fn link_token(mail: &str, page: &str) -> String {
    let (_, rest) = mail.split_once(&format!("/{page}#token=")).expect("a link");
    rest.split_whitespace().next().expect("a token").to_owned()
}

async fn a_forgotten_password_is_replaced_by_mail(engine: Engine) {
    let stack = TestStack::start(engine, 2).await;
    let mut ada = stack.anonymous(0);
    ada.register("ada@example.org").await;
    let stranger = stack.anonymous(1);
    let asked = stranger.post("auth/password-reset", json!({"email": " Ada@Example.org "})).await;
    assert_eq!((asked.status, asked.bytes.len()), (202, 0));
    let mails = stack.mails("ada@example.org", 2).await;
    let token = link_token(&mails[1], "reset-password");

    let short = json!({"token": token, "password": "short"});
    assert_eq!(stranger.post("auth/password-reset/confirm", short).await.status, 422, "and the token is not used up");
    let wish = json!({"token": token, "password": "another correct horse"});
    assert_eq!(stranger.post("auth/password-reset/confirm", wish.clone()).await.status, 204);
    let again = stranger.post("auth/password-reset/confirm", wish).await;
    assert_eq!((again.status, again.code()), (401, "bad_token"), "a token works once");
    assert_eq!(ada.post("auth/refresh", json!({})).await.status, 401, "whoever was signed in is out");
    let old = ada.post("auth/login", json!({"email": "ada@example.org", "password": PASSWORD})).await;
    assert_eq!(old.status, 401);
    ada.sign_in("ada@example.org", "another correct horse").await;
    assert_eq!(ada.get("auth/me").await.body["email_verified"], true, "the mail was read there");

    ada.post("auth/password-reset", json!({"email": "ada@example.org"})).await;
    let token = link_token(&stack.mails("ada@example.org", 3).await[2], "reset-password");
    stack.advance(3_601_000);
    let late = ada.post("auth/password-reset/confirm", json!({"token": token, "password": PASSWORD})).await;
    assert_eq!(late.code(), "bad_token", "an hour later");
}

async fn an_unknown_address_is_answered_alike_and_gets_no_mail(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let mut ada = stack.anonymous(0);
    ada.register("ada@example.org").await;
    let ask = async |email: &str| ada.post("auth/password-reset", json!({"email": email})).await;
    let (known, unknown) = (ask("ada@example.org").await, ask("eve@example.org").await);
    assert_eq!((known.status, &known.bytes), (unknown.status, &unknown.bytes));
    assert_eq!(ask("nonsense").await.status, 422);
    // Letters are written one after the other: when Ada's second is there, Eve's would be.
    ask("ada@example.org").await;
    stack.mails("ada@example.org", 3).await;
    assert!(stack.mails("eve@example.org", 0).await.is_empty());
}

async fn an_address_is_proved_by_the_mail_sent_to_it(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let mut ada = stack.anonymous(0);
    ada.register("ada@example.org").await;
    assert_eq!(ada.get("auth/me").await.body["email_verified"], false);
    let first = link_token(&stack.mails("ada@example.org", 1).await[0], "verify-email");
    assert_eq!(ada.post("auth/verify-email/resend", json!({})).await.status, 202);
    stack.mails("ada@example.org", 2).await;
    let forged = ada.post("auth/verify-email", json!({"token": "nonsense"})).await;
    assert_eq!((forged.status, forged.code()), (401, "bad_token"));
    let as_reset = json!({"token": first, "password": "another correct horse"});
    assert_eq!(ada.post("auth/password-reset/confirm", as_reset).await.status, 401, "it is for something else");
    let verified = stack.anonymous(0).post("auth/verify-email", json!({"token": first})).await;
    assert_eq!((verified.status, &verified.body["email_verified"]), (200, &json!(true)), "whoever opens the link");
    assert_eq!(ada.get("auth/me").await.body["email_verified"], true);
}

async fn a_scanner_is_assigned_to_events(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    let (admin, id) = (stack.admin(0).await, stack.event(3, |_| {}).await);
    let mut sam = stack.anonymous(0);
    let user = sam.register("sam@example.org").await;
    let role = async |client: &TestClient, body| client.post(&format!("admin/users/{user}/role"), body).await;
    let assigned = role(&admin, json!({"role": "scanner", "event_id": id})).await;
    assert_eq!((assigned.status, &assigned.body["scanner_events"]), (200, &json!([id])));
    assert_eq!(role(&admin, json!({"role": "scanner", "event_id": id})).await.body["scanner_events"], json!([id]));
    let wrong = role(&admin, json!({"role": "organizer", "event_id": id})).await;
    assert_eq!((wrong.status, wrong.code()), (422, "invalid_field"));
    let nowhere = json!({"role": "scanner", "event_id": "00000000-0000-0000-0000-000000000000"});
    assert_eq!(role(&admin, nowhere).await.status, 404);
    assert_eq!(role(&sam, json!({"role": "admin"})).await.status, 403);
    assert_eq!(role(&admin, json!({"role": "customer"})).await.body["scanner_events"], json!([]));
}

async fn wrong_passwords_are_limited_for_every_account(engine: Engine) {
    let stack = TestStack::with(engine, 1, |settings| settings.limits.failed_logins_per_minute = 3).await;
    let mut ada = stack.anonymous(0);
    ada.register("ada@example.org").await;
    for (email, known) in [("ada@example.org", true), ("nobody@example.org", false)] {
        let mut statuses = Vec::new();
        for _ in 0..5 {
            let tried = ada.post("auth/login", json!({"email": email, "password": "wrong password"})).await;
            statuses.push((tried.status, tried.header("retry-after").is_empty()));
        }
        let expected = [(401, true), (401, true), (401, true), (429, false), (429, false)];
        assert_eq!(statuses, expected, "alike, whether or not there is such an account: {known}");
    }
    let mut eve = stack.anonymous(0);
    eve.register("eve@example.org").await;
    let guess = json!({"email": "eve@example.org", "password": "wrong password"});
    let at_once = futures_util::future::join_all((0..20).map(|_| eve.post("auth/login", guess.clone()))).await;
    let told = at_once.iter().filter(|tried| tried.status == 401).count();
    assert_eq!(told, 3, "twenty guesses at once learn as much as three");
    let mut ben = stack.anonymous(0);
    ben.register("ben@example.org").await;
    for _ in 0..10 {
        ben.sign_in("ben@example.org", PASSWORD).await;
    }
}

async fn a_trusted_proxy_says_who_is_asking(engine: Engine) {
    let stack = TestStack::with(engine, 1, |settings| {
        settings.limits.trusted_addresses.clear();
        settings.limits.logins_per_minute = 3;
        settings.limits.failed_logins_per_minute = 100;
        settings.server.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let client = stack.anonymous(0);
    let attempt = async |from: &str| {
        let body = json!({"email": "a@b", "password": "wrong password"});
        client.request(reqwest::Method::POST, "auth/login", Some(body), &[("X-Forwarded-For", from)]).await.status
    };
    for _ in 0..3 {
        assert_eq!(attempt("198.51.100.1").await, 401);
    }
    assert_eq!(attempt("198.51.100.1").await, 429);
    assert_eq!(attempt("9.9.9.9, 198.51.100.1").await, 429, "what the client wrote itself does not help");
    assert_eq!(attempt("198.51.100.2").await, 401, "somebody else");
}
