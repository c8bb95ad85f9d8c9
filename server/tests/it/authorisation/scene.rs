//! What there is to be asked for: an event on sale with everything that somebody can have in it, a draft, and everybody who
//! asks. Made anew for every run, through the API.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::people::Caller;
use crate::support::{Engine, PASSWORD, TestClient, TestStack};

/// Of an account that belongs to nobody who calls.
pub(crate) const SPARE: &str = "spare@example.org";

pub(crate) struct Scene {
    pub(crate) stack: TestStack,
    clients: HashMap<Caller, TestClient>,
    pub(crate) event: String,
    pub(crate) draft: String,
    /// Confirmed, with a ticket; nobody touches it.
    pub(crate) kept: Value,
    /// Confirmed, for the refund and for the door.
    pub(crate) refundable: Value,
    pub(crate) admitted: Value,
    /// Not paid yet: one to be given up, one to be paid.
    pub(crate) unpaid: Value,
    pub(crate) to_pay: Value,
    pub(crate) spare: String,
    /// An account that nobody needs any more.
    pub(crate) outcast: String,
    pub(crate) reset_token: String,
    pub(crate) proof_token: String,
    /// What strangers must not be told.
    pub(crate) secrets: Vec<String>,
}

impl Scene {
    pub(crate) async fn set(engine: Engine) -> Self {
        let stack = TestStack::with(engine, 1, |settings| {
            settings.limits.account_requests_per_s = 100_000;
            settings.limits.account_requests_burst = 100_000;
        })
        .await;
        let admin = stack.admin(0).await;
        let organizer = stack.organizer(0).await;
        let other_organizer = stack.organizer(0).await;
        let event = stack.event_of(&organizer, 30, roomy).await;
        let elsewhere = stack.event_of(&other_organizer, 1, |_| {}).await;
        let draft = stack.event_of(&organizer, 2, |wish| wish["on_sale"] = json!(false)).await;
        let buyer = stack.buyer(0).await;
        let mut broken = stack.anonymous(0);
        broken.token = Some(with_another_signature(buyer.token.as_deref().expect("a token")));
        let clients = HashMap::from([
            (Caller::Nobody, stack.anonymous(0)),
            (Caller::BadToken, broken),
            (Caller::OtherBuyer, stack.buyer(0).await),
            (Caller::Scanner, scanner(&stack, &admin, "scanner@example.org", &event).await),
            (Caller::OtherScanner, scanner(&stack, &admin, "other-scanner@example.org", &elsewhere).await),
            (Caller::Organizer, organizer),
            (Caller::OtherOrganizer, other_organizer),
            (Caller::Admin, admin),
            (Caller::Buyer, buyer),
        ]);
        Self::filled(stack, clients, event, draft).await
    }

    async fn filled(stack: TestStack, clients: HashMap<Caller, TestClient>, event: String, draft: String) -> Self {
        let buyer = &clients[&Caller::Buyer];
        let kept = buyer.buy(&event, &["A-1"]).await;
        let refundable = buyer.buy(&event, &["A-2"]).await;
        let admitted = buyer.buy(&event, &["A-3"]).await;
        let unpaid = buyer.hold_and_order(&event, &["A-4"]).await;
        let to_pay = buyer.hold_and_order(&event, &["A-5"]).await;
        // One for each of the organizer's two commands about holds, and one to be given back.
        assert_eq!(buyer.hold(&event, &["A-6", "A-7", "A-8"]).await.status, 201);
        let blocked = json!({"seats": ["A-10"], "reason": "the pillar"});
        assert_eq!(clients[&Caller::Admin].post(&format!("admin/events/{event}/block"), blocked).await.status, 200);
        let spare = stack.anonymous(0).register(SPARE).await;
        let outcast = stack.anonymous(0).register("outcast@example.org").await;
        stack.anonymous(0).post("auth/password-reset", json!({"email": SPARE})).await;
        let mails = stack.mails(SPARE, 2).await;
        let token = |page: &str| {
            let mail = mails.iter().find_map(|mail| mail.split_once(&format!("/{page}#token=")));
            mail.and_then(|(_, rest)| rest.split_whitespace().next()).expect("a link").to_owned()
        };
        letters_at_rest(&stack).await;
        let (reset_token, proof_token) = (token("reset-password"), token("verify-email"));
        let mut secrets = vec![draft.clone(), buyer.get("auth/me").await.body["email"].as_str().unwrap().to_owned()];
        for order in [&kept, &refundable, &admitted, &unpaid, &to_pay] {
            secrets.extend([&order["id"], &order["payment"]["id"]].map(text));
            let tickets = order["tickets"].as_array().into_iter().flatten();
            secrets.extend(tickets.flat_map(|ticket| [&ticket["id"], &ticket["code"]].map(text)));
        }
        Self {
            stack,
            clients,
            event,
            draft,
            kept,
            refundable,
            admitted,
            unpaid,
            to_pay,
            spare,
            outcast,
            reset_token,
            proof_token,
            secrets,
        }
    }

    pub(crate) fn client(&self, caller: Caller) -> &TestClient {
        &self.clients[&caller]
    }

    /// Everything that the administrator and the buyer can see, without what changes with the time.
    pub(crate) async fn look(&self) -> Vec<Value> {
        let (admin, buyer) = (self.client(Caller::Admin), self.client(Caller::Buyer));
        let mut all = Vec::new();
        for event in [&self.event, &self.draft] {
            let of_event =
                ["holds", "orders?limit=100", "log?limit=100"].map(|what| format!("admin/events/{event}/{what}"));
            for path in of_event.into_iter().chain([format!("events/{event}"), format!("events/{event}/state")]) {
                all.push(admin.get(&path).await.body);
            }
        }
        for path in ["admin/users", "admin/stats", "events?limit=100"] {
            all.push(admin.get(path).await.body);
        }
        for path in ["orders?limit=100", "tickets?limit=100", &format!("cart?event_id={}", self.event)] {
            all.push(buyer.get(path).await.body);
        }
        all.push(letters(&self.stack).into());
        all.iter_mut().for_each(without_times);
        all
    }
}

/// Receipts are written after the answer. Whatever the scene causes is there when nothing has come for a second.
async fn letters_at_rest(stack: &TestStack) {
    let (mut known, mut since) = (letters(stack), Instant::now());
    while since.elapsed() < Duration::from_secs(1) {
        tokio::time::sleep(Duration::from_millis(20)).await;
        if letters(stack) != known {
            (known, since) = (letters(stack), Instant::now());
        }
    }
}

fn letters(stack: &TestStack) -> usize {
    std::fs::read_dir(&stack.settings.mail.dir).map_or(0, Iterator::count)
}

/// Long enough for the whole matrix, and for one buyer to have everything.
fn roomy(wish: &mut Value) {
    wish["max_seats_per_user"] = json!(50);
    wish["payment_window_s"] = json!(1800);
    wish["hold_ttl_s"] = json!(7200);
    wish["refundable_until"] = json!("2030-06-01T00:00:00Z");
}

async fn scanner(stack: &TestStack, admin: &TestClient, email: &str, event: &str) -> TestClient {
    let mut client = stack.anonymous(0);
    let id = client.register(email).await;
    let role = json!({"role": "scanner", "event_id": event});
    assert_eq!(admin.post(&format!("admin/users/{id}/role"), role).await.status, 200);
    client.sign_in(email, PASSWORD).await;
    client
}

/// The same token with a character of its signature changed, one that every bit of counts.
fn with_another_signature(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').expect("a signature");
    let other = if signature.starts_with('A') { "B" } else { "A" };
    format!("{signed}.{other}{}", &signature[1..])
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn without_times(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|name, _| !["expires_in_ms", "held_for_ms", "server"].contains(&name.as_str()));
            members.values_mut().for_each(without_times);
        }
        Value::Array(items) => items.iter_mut().for_each(without_times),
        _ => {}
    }
}
