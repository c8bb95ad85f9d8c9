//! An HTTP client as a person would be one: signs in, sends JSON, reads the answer.

use reqwest::{Client, Method, Response, header};
use serde_json::{Value, json};

use super::document::{DOCUMENT, Seen};
use super::{PASSWORD, PATIENCE};

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: header::HeaderMap,
    pub(crate) bytes: Vec<u8>,
    /// Null where the body is no JSON.
    pub(crate) body: Value,
}

impl Reply {
    /// Reads an answer and holds it against the document.
    pub(crate) async fn read(method: &Method, response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let path = response.url().path().to_owned();
        let bytes = response.bytes().await.expect("a body").to_vec();
        let seen = Seen { method: method.as_str(), path: &path, status, headers: &headers, bytes: &bytes };
        if let Some(complaint) = DOCUMENT.complaint(&seen) {
            panic!("{method} {path}: {complaint}\n{}", String::from_utf8_lossy(&bytes));
        }
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        Self { status, headers, bytes, body }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The cookie that the answer sets, as `NAME=VALUE`.
    pub(crate) fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
    }

    /// The error code of a problem.
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

/// See the module. Cookies are kept, as a browser keeps them.
#[derive(Clone)]
pub(crate) struct TestClient {
    pub(crate) http: Client,
    pub(crate) base: String,
    pub(crate) token: Option<String>,
}

impl TestClient {
    pub(crate) fn new(address: &str) -> Self {
        let http = Client::builder().cookie_store(true).no_proxy().build().expect("a client");
        Self { http, base: format!("http://{address}"), token: None }
    }

    /// The same person at another server.
    pub(crate) fn at(&self, address: &str) -> Self {
        Self { base: format!("http://{address}"), ..self.clone() }
    }

    /// Registers and gives back the account's id.
    pub(crate) async fn register(&mut self, email: &str) -> String {
        let reply = self.post("auth/register", json!({"email": email, "password": PASSWORD, "name": "Ada"})).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        self.token = reply.body["access_token"].as_str().map(str::to_owned);
        reply.body["user"]["id"].as_str().expect("an id").to_owned()
    }

    pub(crate) async fn sign_in(&mut self, email: &str, password: &str) {
        let reply = self.post("auth/login", json!({"email": email, "password": password})).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        self.token = reply.body["access_token"].as_str().map(str::to_owned);
    }

    /// A request to `/api/v1/PATH` with these headers.
    pub(crate) async fn request(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Reply {
        let mut request = self.http.request(method.clone(), format!("{}/api/v1/{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = &body {
            request = request.json(body);
        }
        let reply = Reply::read(&method, request.send().await.expect("an answer")).await;
        if let Some(body) = body.filter(|_| reply.status < 300) {
            let path = path.split('?').next().unwrap_or_default();
            let complaint = DOCUMENT.request_complaint(method.as_str(), &format!("/api/v1/{path}"), &body);
            assert_eq!(complaint, None, "the server takes more than the document says");
        }
        reply
    }

    /// Refreshes with exactly this cookie (`NAME=VALUE`), as a browser that has no other would.
    pub(crate) async fn refresh_with(&self, cookie: &str) -> Reply {
        let cookieless =
            Self { http: Client::builder().no_proxy().build().expect("a client"), token: None, ..self.clone() };
        cookieless.request(Method::POST, "auth/refresh", None, &[("Cookie", cookie)]).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.request(Method::GET, path, None, &[]).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.request(Method::POST, path, Some(body), &[]).await
    }

    pub(crate) async fn post_with_key(&self, path: &str, body: Value, key: &str) -> Reply {
        self.request(Method::POST, path, Some(body), &[("Idempotency-Key", key)]).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Reply {
        self.request(Method::PATCH, path, Some(body), &[]).await
    }

    /// A POST of bytes that need not be JSON.
    pub(crate) async fn post_raw(&self, path: &str, body: impl Into<reqwest::Body>, content_type: &str) -> Reply {
        self.send_raw(path, body.into(), &[("Content-Type", content_type)]).await
    }

    /// The same, said to be JSON, with an `Idempotency-Key`.
    pub(crate) async fn post_raw_with_key(&self, path: &str, body: impl Into<reqwest::Body>, key: &str) -> Reply {
        self.send_raw(path, body.into(), &[("Content-Type", "application/json"), ("Idempotency-Key", key)]).await
    }

    async fn send_raw(&self, path: &str, body: reqwest::Body, headers: &[(&str, &str)]) -> Reply {
        let mut request = self.http.post(format!("{}/api/v1/{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Reply::read(&Method::POST, request.body(body).send().await.expect("an answer")).await
    }

    pub(crate) async fn hold(&self, event: &str, seats: &[&str]) -> Reply {
        self.post(&format!("events/{event}/holds"), json!({"seats": seats})).await
    }

    pub(crate) async fn release(&self, event: &str, seats: &[&str]) -> Reply {
        self.post(&format!("events/{event}/holds/release"), json!({"seats": seats})).await
    }

    /// Asks for the event until it is as wanted.
    pub(crate) async fn wait_for_event(&self, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let found = async {
            loop {
                let event = self.get(&format!("events/{id}")).await.body;
                if wanted(&event) {
                    return event;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, found).await.expect("in time")
    }
}
