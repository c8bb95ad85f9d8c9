//! Buying, and looking into the books afterwards.

use std::collections::HashMap;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::client::Reply;
use super::{PATIENCE, TestClient, TestStack};

pub(crate) fn key() -> String {
    Uuid::new_v4().to_string()
}

impl TestClient {
    pub(crate) async fn order(&self, event: &str) -> Reply {
        self.post_with_key("orders", json!({"event_id": event}), &key()).await
    }

    /// Holds seats and orders them; the order.
    pub(crate) async fn hold_and_order(&self, event: &str, seats: &[&str]) -> Value {
        let held = self.hold(event, seats).await;
        assert_eq!(held.status, 201, "{held:?}");
        let placed = self.order(event).await;
        assert_eq!(placed.status, 201, "{placed:?}");
        placed.body
    }

    pub(crate) async fn pay(&self, order: &Value, card: &str) -> Reply {
        self.pay_with_key(order, card, &key()).await
    }

    pub(crate) async fn pay_with_key(&self, order: &Value, card: &str, key: &str) -> Reply {
        let payment = order["payment"]["id"].as_str().expect("a payment");
        self.post_with_key(&format!("payments/{payment}/confirm"), json!({"method": card}), key).await
    }

    /// Buys seats; the confirmed order with its tickets.
    pub(crate) async fn buy(&self, event: &str, seats: &[&str]) -> Value {
        let order = self.hold_and_order(event, seats).await;
        let paid = self.pay(&order, "card_ok").await;
        assert_eq!((paid.status, &paid.body["status"]), (200, &json!("confirmed")), "{paid:?}");
        paid.body
    }

    pub(crate) async fn cancel(&self, order: &Value) -> Reply {
        self.post(&format!("orders/{}/cancel", order["id"].as_str().expect("an id")), json!({})).await
    }

    pub(crate) async fn refund(&self, order: &Value) -> Reply {
        let path = format!("orders/{}/refund", order["id"].as_str().expect("an id"));
        self.post_with_key(&path, json!({}), &key()).await
    }

    /// Asks for an order until it is as wanted.
    pub(crate) async fn wait_for_order(&self, order: &Value, wanted: impl Fn(&Value) -> bool) -> Value {
        let path = format!("orders/{}", order["id"].as_str().expect("an id"));
        let mut last = Value::Null;
        let found = async {
            loop {
                last = self.get(&path).await.body;
                if wanted(&last) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, found).await;
        assert!(in_time.is_ok(), "not in time: {last}");
        last
    }
}

impl TestStack {
    /// What the provider has: captured and refunded minor units by payment.
    pub(crate) async fn provider_books(&self) -> HashMap<String, (i64, i64)> {
        let mut books = HashMap::new();
        let mut after = String::new();
        loop {
            let url = format!("{}/v1/payment_intents?limit=100{after}", self.settings.payments.url);
            let page: Value = reqwest::Client::new()
                .request(Method::GET, url)
                .bearer_auth(&self.settings.payments.api_key)
                .send()
                .await
                .expect("an answer")
                .json()
                .await
                .expect("JSON");
            let items = page["data"].as_array().expect("a list");
            for intent in items {
                let amount = |name: &str| intent[name].as_i64().expect("an amount");
                let id = intent["id"].as_str().expect("an id").to_owned();
                books.insert(id, (amount("amount_received"), amount("amount_refunded")));
            }
            match items.last().filter(|_| page["has_more"] == true) {
                Some(last) => after = format!("&starting_after={}", last["id"].as_str().expect("an id")),
                None => return books,
            }
        }
    }

    /// I5: for every order of the event, captured minus refunded is the price of the seats that it owns; and I1: no seat
    /// is in two confirmed orders. Waits until everything that is due was done.
    pub(crate) async fn books_balance(&self, event: &str) {
        let mut trouble = String::new();
        let balanced = async {
            loop {
                match self.imbalance(event).await {
                    None => return,
                    Some(found) => trouble = found,
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, balanced).await;
        assert!(in_time.is_ok(), "{trouble}");
    }

    async fn imbalance(&self, event: &str) -> Option<String> {
        let orders = self.admin(0).await.get(&format!("admin/events/{event}/orders?limit=100")).await;
        let books = self.provider_books().await;
        let mut owners: HashMap<String, String> = HashMap::new();
        for order in orders.body["items"].as_array().expect("a list") {
            let owns = if order["status"] == "confirmed" { order["total"]["amount"].as_i64()? } else { 0 };
            let payment = order["payment"]["id"].as_str().expect("an id");
            let (captured, refunded) = books.get(payment).copied().unwrap_or_default();
            if captured - refunded != owns {
                return Some(format!("captured {captured}, refunded {refunded}, owns {owns}: {order}"));
            }
            for seat in order["seats"].as_array().expect("seats").iter().filter(|_| order["status"] == "confirmed") {
                let seat = seat["seat"].as_str().expect("a name").to_owned();
                if let Some(other) = owners.insert(seat.clone(), order["id"].to_string()) {
                    return Some(format!("{seat} is in {other} and in {}", order["id"]));
                }
            }
        }
        None
    }

    /// Puts a notice into the hands of a server, signed with the provider's secret unless `signature` says otherwise.
    pub(crate) async fn notify(&self, notice: &Value, signature: impl FnOnce(&str) -> String) -> Reply {
        let body = notice.to_string();
        let response = reqwest::Client::new()
            .post(self.webhook(0))
            .header("Frontrow-Signature", signature(&body))
            .body(body)
            .send()
            .await
            .expect("an answer");
        Reply::read(&Method::POST, response).await
    }
}

/// A notice that a payment was captured.
pub(crate) fn succeeded(payment: &str, amount: i64, currency: &str) -> Value {
    json!({
        "id": format!("evt_{}", Uuid::new_v4().simple()), "object": "event", "type": "payment_intent.succeeded",
        "created": 1_700_000_000,
        "data": {"object": {
            "id": payment, "object": "payment_intent", "amount": amount, "currency": currency, "status": "succeeded",
            "amount_received": amount, "amount_refunded": 0, "metadata": {},
        }},
    })
}
