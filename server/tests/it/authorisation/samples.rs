//! A request for every operation that works for whoever may. One for which there is no sample fails the test as soon as it
//! wants a body.

use serde_json::{Value, json};
use uuid::Uuid;

use super::Operation;
use super::expected::Target;
use super::scene::{SPARE, Scene, text};
use crate::support::document::DOCUMENT;
use crate::support::{PASSWORD, new_event};

pub(crate) struct Sample {
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    pub(crate) headers: Vec<(&'static str, String)>,
}

pub(crate) fn sample(scene: &Scene, operation: &Operation<'_>) -> Sample {
    let event = match operation.target {
        Target::Public => &scene.event,
        Target::Draft => &scene.draft,
    };
    let mut headers = Vec::new();
    for parameter in operation.said["parameters"].as_array().into_iter().flatten() {
        match parameter["name"].as_str() {
            Some("Idempotency-Key") if parameter["required"] == true => {
                headers.push(("Idempotency-Key", Uuid::new_v4().to_string()));
            }
            Some("Frontrow-Signature") => headers.push(("Frontrow-Signature", "t=1,v1=00".into())),
            _ => {}
        }
    }
    let body = body(scene, operation.id(), event);
    let wants_one = operation.said["requestBody"]["required"] == true;
    assert!(body.is_some() || !wants_one, "there is no sample of a body for {}", operation.id());
    Sample { path: path(scene, operation, event), body, headers }
}

fn path(scene: &Scene, operation: &Operation<'_>, event: &str) -> String {
    let order = match operation.id() {
        "cancel_order" => &scene.unpaid,
        "refund_order" => &scene.refundable,
        _ => &scene.kept,
    };
    let account = match operation.id() {
        "ban" | "unban" => &scene.outcast,
        _ => &scene.spare,
    };
    let things = [
        ("events/{id}", event.to_owned()),
        ("orders/{id}", text(&order["id"])),
        ("payments/{id}", text(&scene.to_pay["payment"]["id"])),
        ("tickets/{id}", text(&scene.kept["tickets"][0]["id"])),
        ("users/{id}", account.clone()),
        ("sections/{id}", "A".to_owned()),
    ];
    let mut path = operation.template.replace("{section}", "{id}");
    for (place, id) in things {
        path = path.replace(place, &place.replace("{id}", &id));
    }
    assert!(!path.contains('{'), "{path}: nobody knows what this is");
    if operation.id() == "cart" { format!("{path}?event_id={event}") } else { path }
}

fn body(scene: &Scene, id: &str, event: &str) -> Option<Value> {
    let seats = |seat: &str| json!({"seats": [seat]});
    let with_reason = |seat: &str| json!({"seats": [seat], "reason": "the matrix"});
    let someone = || format!("{}@example.org", Uuid::new_v4().simple());
    let body = match id {
        "register" => json!({"email": someone(), "password": PASSWORD, "name": "Eve"}),
        "login" => json!({"email": SPARE, "password": PASSWORD}),
        "password_reset" => json!({"email": SPARE}),
        "confirm_password_reset" => json!({"token": scene.reset_token, "password": "another correct horse"}),
        "verify_email" => json!({"token": scene.proof_token}),
        "set_role" => json!({"role": "customer"}),
        "ban" => json!({"reason": "the matrix tries it"}),
        "create_event" => new_event(1),
        "change_event" => json!({"description": "A night out"}),
        "hold" => seats("A-11"),
        "release" => seats("A-8"),
        "best_available" => json!({"quantity": 1}),
        "validate_cart" | "place_order" => json!({"event_id": event}),
        "confirm_payment" => json!({"method": "card_ok"}),
        "check_in" => json!({"code": scene.admitted["tickets"][0]["code"]}),
        "extend_holds" => with_reason("A-6"),
        "end_holds" => with_reason("A-7"),
        "block" => with_reason("A-9"),
        "unblock" => with_reason("A-10"),
        "payment_notice" => json!({"type": "payment_intent.succeeded"}),
        _ => return None,
    };
    Some(body)
}

/// Whether the operation reads a body at all.
pub(crate) fn takes_a_body(operation: &Operation<'_>) -> bool {
    DOCUMENT.root["paths"][operation.template][operation.method].get("requestBody").is_some()
}
