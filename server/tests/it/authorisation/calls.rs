//! Sends the requests, and opens the sockets, of somebody.

use reqwest::Method;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite;

use super::Operation;
use super::expected::Verdict;
use super::people::Caller;
use super::samples::{Sample, sample, takes_a_body};
use super::scene::Scene;
use crate::support::TestSocket;
use crate::support::client::Reply;

/// How a request ended.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) verdict: Verdict,
    pub(crate) is_success: bool,
    /// All that was answered.
    pub(crate) text: String,
}

pub(crate) async fn call(scene: &Scene, operation: &Operation<'_>, caller: Caller, is_nonsense: bool) -> Seen {
    let sample = sample(scene, operation);
    if operation.template.starts_with("/ws/") {
        return socket(scene, &sample.path, caller, operation.id() == "watch_admin").await;
    }
    let client = scene.client(caller);
    let method = Method::from_bytes(operation.method.to_ascii_uppercase().as_bytes()).expect("a method");
    let mut request = client.http.request(method.clone(), format!("{}{}", client.base, sample.path));
    if let Some(token) = &client.token {
        request = request.bearer_auth(token);
    }
    let Sample { body, headers, .. } = sample;
    if is_nonsense && takes_a_body(operation) {
        request = request.header("Content-Type", "application/json").body("{nonsense");
    } else {
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request = body.iter().fold(request, reqwest::RequestBuilder::json);
    }
    let reply = Reply::read(&method, request.send().await.expect("an answer")).await;
    // A failure admits nobody and refuses nobody. What an engine behind a route may be is not asked here.
    assert!(reply.status < 500, "{} {}: {}", operation.method, sample.path, reply.status);
    Seen {
        verdict: verdict(reply.status, reply.code()),
        // What is no problem is what the operation answers, whatever its status.
        is_success: reply.code().is_empty(),
        text: String::from_utf8_lossy(&reply.bytes).into_owned(),
    }
}

/// What a refusal is about. A 401 of another code is about something else: a password, a token of a mail.
fn verdict(status: u16, code: &str) -> Verdict {
    let same = |refusal: &Verdict| matches!(refusal, Verdict::Refused(of, name) if *of == status && *name == code);
    Verdict::REFUSALS.into_iter().find(same).unwrap_or(Verdict::Admitted)
}

/// Opens a socket, says who is there, and asks for the map.
async fn socket(scene: &Scene, path: &str, caller: Caller, is_for_organizers: bool) -> Seen {
    let client = scene.client(caller);
    let url = format!("{}{path}", client.base.replace("http://", "ws://"));
    let mut socket = match TestSocket::connect(&url, &[]).await {
        Ok(socket) => socket,
        Err(tungstenite::Error::Http(answer)) => {
            let body: Value = serde_json::from_slice(answer.body().as_deref().unwrap_or_default()).unwrap_or_default();
            let code = body["code"].as_str().unwrap_or_default();
            let verdict = verdict(answer.status().as_u16(), code);
            return Seen { verdict, is_success: false, text: body.to_string() };
        }
        Err(error) => panic!("{path}: {error}"),
    };
    socket.wait_for("hello").await;
    let auth = match caller {
        Caller::Nobody => socket.command(json!({"type": "sync", "ref": 1})).await,
        Caller::BadToken => socket.command(json!({"type": "auth", "ref": 1, "ticket": "x".repeat(43)})).await,
        _ => socket.sign_in(client).await,
    };
    let is_in = auth["ok"] == true;
    if is_in || !is_for_organizers {
        socket.wait_for("snapshot").await;
        return Seen { verdict: Verdict::Admitted, is_success: true, text: auth.to_string() };
    }
    // Who is not let in gets nothing by asking.
    let asked = socket.command(json!({"type": "sync", "ref": 2})).await;
    assert_eq!(asked["code"], "unauthorized", "{asked}");
    let held = socket.command(json!({"type": "hold", "ref": 3, "seats": ["A-12"]})).await;
    assert_eq!(held["code"], "unauthorized", "{held}");
    let verdict = match auth["code"].as_str() {
        Some("unauthorized" | "bad_ticket") => Verdict::UNKNOWN,
        Some("forbidden") => Verdict::FORBIDDEN,
        _ => Verdict::Admitted,
    };
    Seen { verdict, is_success: false, text: auth.to_string() }
}
