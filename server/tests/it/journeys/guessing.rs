//! Whoever guesses addresses and passwords learns nothing, is slowed down, and slows nobody else down.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Engine, PASSWORD, TestClient, TestStack};

crate::journeys!([
    an_unknown_address_takes_as_long_as_a_wrong_password,
    asking_for_an_account_is_answered_alike,
    guesses_at_once_are_no_more_than_the_limit,
    an_owner_gets_in_once_the_guessing_ends,
    many_accounts_from_one_address_are_stopped_whatever_it_says_it_is,
    three_hundred_logins_at_once_slow_nobody_else_down,
]);

/// Logins of each kind whose times are compared.
const ROUNDS: usize = 30;

fn credentials(email: &str, password: &str) -> Value {
    json!({"email": email, "password": password})
}

async fn an_unknown_address_takes_as_long_as_a_wrong_password(engine: Engine) {
    let stack = TestStack::with(engine, 1, |settings| settings.limits.failed_logins_per_minute = 100_000).await;
    stack.anonymous(0).register("ada@example.org").await;
    let stranger = stack.anonymous(0);
    // A machine that is busy may blur one comparison; an answer that comes sooner does so in every one.
    let mut found = Vec::new();
    for _ in 0..3 {
        let (known, unknown) = compare(&stranger).await;
        println!("measured: wrong password {known:?}, unknown address {unknown:?} (medians of {ROUNDS})");
        if known.max(unknown) <= known.min(unknown).mul_f64(1.25) {
            return;
        }
        found.push((known, unknown));
    }
    panic!("for an account, and for none: {found:?}");
}

/// The medians of how long it takes to refuse a wrong password and an unknown address, which otherwise are alike.
async fn compare(stranger: &TestClient) -> (Duration, Duration) {
    let timed = async |email: &str| {
        let started = Instant::now();
        let reply = stranger.post("auth/login", credentials(email, "wrong password")).await;
        let names: Vec<_> = reply.headers.keys().map(|name| name.as_str().to_owned()).collect();
        (started.elapsed(), (reply.status, names, reply.bytes))
    };
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    // In turns, so that whatever else goes on goes on for both.
    for round in 0..ROUNDS {
        let (took, wrong) = timed("ada@example.org").await;
        known.push(took);
        let (took, nobody) = timed(&format!("nobody-{round}@example.org")).await;
        unknown.push(took);
        assert_eq!(wrong, nobody);
    }
    (median(&mut known), median(&mut unknown))
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

async fn asking_for_an_account_is_answered_alike(engine: Engine) {
    let stack = TestStack::start(engine, 1).await;
    stack.anonymous(0).register("ada@example.org").await;
    let stranger = stack.anonymous(0);
    for (path, of) in [("auth/password-reset", json!({}))] {
        let ask = async |email: &str| {
            let mut body: Value = of.clone();
            body["email"] = json!(email);
            let reply = stranger.post(path, body).await;
            (reply.status, reply.bytes, reply.headers.len())
        };
        assert_eq!(ask("ada@example.org").await, ask("nobody@example.org").await, "{path}");
    }
    // Other spellings of one address are one account; the contract lets a registration say that an address is taken.
    for spelling in ["ada@example.org", "ADA@EXAMPLE.ORG", " ada@example.org "] {
        let taken =
            stranger.post("auth/register", json!({"email": spelling, "password": PASSWORD, "name": "Eve"})).await;
        assert_eq!((taken.status, taken.code()), (409, "email_taken"), "{spelling:?}");
        assert!(!String::from_utf8_lossy(&taken.bytes).contains("Ada"), "and nothing else about it");
    }
    // Nor does a token of a mail that was never sent say whether there is somebody.
    for path in ["auth/verify-email", "auth/password-reset/confirm"] {
        let refused = stranger.post(path, json!({"token": "x".repeat(43), "password": PASSWORD})).await;
        assert_eq!((refused.status, refused.code()), (401, "bad_token"), "{path}");
    }
}

async fn guesses_at_once_are_no_more_than_the_limit(engine: Engine) {
    let stack = TestStack::with(engine, 1, |settings| {
        settings.limits.trusted_addresses.clear();
        settings.limits.logins_per_minute = 10;
    })
    .await;
    let stranger = stack.anonymous(0);
    let guesses: Vec<_> = (0..60).map(|guess| credentials(&format!("{guess}@example.org"), "hunter2!")).collect();
    let replies = join_all(guesses.iter().map(|guess| stranger.post("auth/login", guess.clone()))).await;
    let answered = replies.iter().filter(|reply| reply.status == 401).count();
    assert_eq!(answered, 10, "of sixty at once from one address");
    assert!(replies.iter().all(|reply| reply.status == 401 || !reply.header("retry-after").is_empty()));
    // The other doors to accounts are behind the same limit.
    for (path, body) in [
        ("auth/register", json!({"email": "eve@example.org", "password": PASSWORD, "name": "Eve"})),
        ("auth/password-reset", json!({"email": "ada@example.org"})),
        ("auth/password-reset/confirm", json!({"token": "x", "password": PASSWORD})),
        ("auth/verify-email", json!({"token": "x"})),
    ] {
        assert_eq!(stranger.post(path, body).await.status, 429, "{path}");
    }
}

async fn an_owner_gets_in_once_the_guessing_ends(engine: Engine) {
    let stack = TestStack::with(engine, 1, |settings| settings.limits.failed_logins_per_minute = 60).await;
    let mut ada = stack.anonymous(0);
    ada.register("ada@example.org").await;
    let thief = stack.anonymous(0);
    let guesses = (0..100).map(|_| thief.post("auth/login", credentials("ada@example.org", "wrong password")));
    let replies = join_all(guesses).await;
    assert!(replies.iter().any(|reply| reply.status == 429));
    // The wait that the last refusal names is all that there is to wait, however many guesses there were.
    let started = Instant::now();
    loop {
        let reply = ada.post("auth/login", credentials("ada@example.org", PASSWORD)).await;
        if reply.status == 200 {
            break;
        }
        assert_eq!(reply.status, 429, "{reply:?}");
        assert!(started.elapsed() < Duration::from_secs(10), "locked out for longer than it takes to earn a guess");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(ada.get("auth/me").await.status, 200, "and who was signed in stayed so");
}

async fn many_accounts_from_one_address_are_stopped_whatever_it_says_it_is(engine: Engine) {
    let stack = TestStack::with(engine, 1, |settings| {
        settings.limits.trusted_addresses.clear();
        settings.limits.logins_per_minute = 10;
    })
    .await;
    let stranger = stack.anonymous(0);
    let started = Instant::now();
    let mut answered = 0;
    for attempt in 0..40 {
        let from = format!("198.51.100.{attempt}");
        let forwarded = format!("for={from}");
        let headers = [
            ("X-Forwarded-For", from.as_str()),
            ("X-Real-IP", &from),
            ("Forwarded", &forwarded),
            ("CF-Connecting-IP", &from),
            ("True-Client-IP", &from),
        ];
        let body = credentials(&format!("person-{attempt}@example.org"), "Spring2030!");
        let reply = stranger.request(Method::POST, "auth/login", Some(body), &headers).await;
        answered += u64::from(reply.status == 401);
    }
    // One comes back every six seconds.
    let most = 11 + started.elapsed().as_secs() / 6;
    assert!((10..=most).contains(&answered), "{answered} guesses of 40 were answered");
}

async fn three_hundred_logins_at_once_slow_nobody_else_down(engine: Engine) {
    const LOGINS: usize = 300;
    /// Stands for a 503 that is not the door's.
    const UNAVAILABLE: u16 = 0;
    let stack = TestStack::start(engine, 1).await;
    let event = stack.event(5, |_| {}).await;
    let visitor = stack.anonymous(0);
    let mut idle = visits(&visitor, &event, 20).await;
    let flood = (0..LOGINS).map(|guess| {
        let client = stack.anonymous(0);
        let body = credentials(&format!("{guess}@example.org"), "wrong password");
        tokio::spawn(async move {
            let reply = client.post("auth/login", body).await;
            if reply.code() == "unavailable" { UNAVAILABLE } else { reply.status }
        })
    });
    let flood: Vec<_> = flood.collect();
    let mut busy = visits(&visitor, &event, 20).await;
    let statuses: Vec<_> = join_all(flood).await.into_iter().map(Result::unwrap).collect();
    // By the door or, behind it, by those who hash.
    let (done, turned_away) = (count(&statuses, 401), count(&statuses, 429) + count(&statuses, 503));
    let (idle, busy) = (median(&mut idle), median(&mut busy));
    println!(
        "measured: {LOGINS} logins at once: {done} verified, {turned_away} turned away; others {idle:?} -> {busy:?}"
    );
    // On a busy machine MongoDB may not answer in time, which is said at once and does not count as a guess.
    let unavailable = if engine == Engine::Cluster { count(&statuses, UNAVAILABLE) } else { 0 };
    assert_eq!(done + turned_away + unavailable, LOGINS, "{statuses:?}");
    // How many depends on how fast they come; on a busy machine some have had their turn before others are there.
    assert!(turned_away > LOGINS / 4, "only so many wait for their turn: {done} verified");
    assert!(busy < Duration::from_millis(250).max(idle * 10), "{idle:?} before, {busy:?} meanwhile");
}

fn count(statuses: &[u16], wanted: u16) -> usize {
    statuses.iter().filter(|status| **status == wanted).count()
}

/// How long each of so many visits to an event took.
async fn visits(visitor: &TestClient, event: &str, visits: usize) -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..visits {
        let started = Instant::now();
        assert_eq!(visitor.get(&format!("events/{event}")).await.status, 200);
        times.push(started.elapsed());
    }
    times
}
