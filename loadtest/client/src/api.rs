//! Speaking to the servers. An answer that is lost is asked for again, with the same key and at another server: that is
//! what keys are for, and what a careful client does. Must never repeat under a new key what may have happened.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rand::Rng as _;
use reqwest::{Client, Method, header};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::measure::{Measured, Verb};

/// One request, connection included. Above the longest that a server takes to answer, which is paying: it waits up to some
/// seconds for the provider.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(12);
/// A server that was killed leaves the mark of its request for 30 s; its successor may need some seconds more.
const PATIENCE: Duration = Duration::from_secs(90);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// All servers of one deployment.
pub(crate) struct Api {
    http: Client,
    servers: Vec<String>,
    next: AtomicUsize,
    pub(crate) measured: Arc<Measured>,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Null where the body is no JSON.
    pub(crate) body: Value,
}

impl Reply {
    /// The error code of a problem.
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// The body of an answer that must have this status.
    pub(crate) fn expect(self, status: u16, what: &str) -> Result<Value> {
        if self.status == status { Ok(self.body) } else { bail!("{what}: {} {}", self.status, self.body) }
    }

    /// Whether the same request may do better in a moment.
    fn may_pass(&self) -> bool {
        self.status >= 500 || self.status == 429 || self.code() == "idempotency_in_flight"
    }
}

/// What is asked, ready to be asked again.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) verb: Verb,
    method: Method,
    path: String,
    body: Option<Value>,
    key: Option<String>,
}

impl Ask {
    pub(crate) fn get(verb: Verb, path: impl Into<String>) -> Self {
        Self { verb, method: Method::GET, path: path.into(), body: None, key: None }
    }

    pub(crate) fn post(verb: Verb, path: impl Into<String>, body: Value) -> Self {
        Self { verb, method: Method::POST, path: path.into(), body: Some(body), key: None }
    }

    pub(crate) fn patch(path: impl Into<String>, body: Value) -> Self {
        Self { method: Method::PATCH, ..Self::post(Verb::Admin, path, body) }
    }

    #[must_use]
    pub(crate) fn with_key(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }
}

impl Api {
    pub(crate) fn new(servers: &[String]) -> Result<Arc<Self>> {
        let http =
            Client::builder().no_proxy().timeout(REQUEST_TIMEOUT).connect_timeout(Duration::from_secs(3)).build()?;
        let servers = servers.iter().map(|url| url.trim_end_matches('/').to_owned()).collect();
        Ok(Arc::new(Self { http, servers, next: AtomicUsize::new(0), measured: Arc::default() }))
    }

    pub(crate) fn servers(&self) -> &[String] {
        &self.servers
    }

    /// Any server; each call begins at the next one.
    fn some_server(&self) -> usize {
        self.next.fetch_add(1, Ordering::Relaxed) % self.servers.len()
    }

    /// Asks one server once. `Err` is a lost answer: nobody knows whether the request was done.
    pub(crate) async fn once(&self, server: usize, ask: &Ask, token: Option<&str>) -> Result<Reply> {
        let base = &self.servers[server % self.servers.len()];
        let mut request = self.http.request(ask.method.clone(), format!("{base}/api/v1/{}", ask.path));
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = &ask.key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(body) = &ask.body {
            request = request.json(body);
        }
        let asked = Instant::now();
        let answered = async {
            let response = request.send().await?;
            let status = response.status().as_u16();
            let bytes = response.bytes().await?;
            Ok::<_, reqwest::Error>(Reply { status, body: serde_json::from_slice(&bytes).unwrap_or_default() })
        };
        let answered = answered.await;
        self.measured.note(ask.verb, answered.as_ref().ok().map(|reply| reply.status), asked.elapsed());
        answered.with_context(|| format!("{} {}", ask.method, ask.path))
    }

    /// Asks until there is an answer that another attempt would not change, every time at the next server.
    pub(crate) async fn insist(&self, ask: &Ask, token: Option<&str>) -> Result<Reply> {
        let (until, mut server, mut pause) = (Instant::now() + PATIENCE, self.some_server(), FIRST_PAUSE);
        loop {
            let answer = self.once(server, ask, token).await;
            match &answer {
                Ok(reply) if !reply.may_pass() => return answer,
                _ if Instant::now() >= until => {
                    let last = answer.map_or_else(|error| format!("{error:#}"), |reply| format!("{reply:?}"));
                    bail!("no answer to {} {} within {} s: {last}", ask.method, ask.path, PATIENCE.as_secs());
                }
                _ => {}
            }
            // Many clients meet the same fault at the same moment: they must not come back at the same moment.
            let jitter = rand::rng().random_range(0.5..1.5);
            sleep(pause.mul_f64(jitter)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            server += 1;
        }
    }
}

/// Somebody with an account.
pub(crate) struct Session {
    pub(crate) api: Arc<Api>,
    pub(crate) id: String,
    email: String,
    password: String,
    token: Mutex<String>,
}

impl Session {
    pub(crate) async fn register(api: &Arc<Api>, email: String, password: &str) -> Result<Self> {
        let body = json!({"email": email, "password": password, "name": "Somebody"});
        let reply = api.insist(&Ask::post(Verb::Account, "auth/register", body), None).await?;
        if reply.code() == "email_taken" {
            // The answer of an earlier attempt was lost.
            return Self::sign_in(api, email, password).await;
        }
        Self::from_grant(api, email, password, &reply.expect(201, "registering")?)
    }

    pub(crate) async fn sign_in(api: &Arc<Api>, email: String, password: &str) -> Result<Self> {
        let grant = log_in(api, &email, password).await?;
        Self::from_grant(api, email, password, &grant)
    }

    fn from_grant(api: &Arc<Api>, email: String, password: &str, grant: &Value) -> Result<Self> {
        let id = text(&grant["user"]["id"], "the id of an account")?;
        let token = Mutex::new(text(&grant["access_token"], "an access token")?);
        Ok(Self { api: Arc::clone(api), id, email, password: password.to_owned(), token })
    }

    /// As [`Api::insist`], and signs in again when the login is too old.
    pub(crate) async fn insist(&self, ask: &Ask) -> Result<Reply> {
        let reply = self.api.insist(ask, Some(&self.token())).await?;
        if reply.status != 401 {
            return Ok(reply);
        }
        let grant = log_in(&self.api, &self.email, &self.password).await?;
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = text(&grant["access_token"], "an access token")?;
        self.api.insist(ask, Some(&self.token())).await
    }

    /// Asks once.
    pub(crate) async fn once(&self, ask: &Ask) -> Result<Reply> {
        self.api.once(0, ask, Some(&self.token())).await
    }

    fn token(&self) -> String {
        self.token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Every item of a list.
    pub(crate) async fn list<T: serde::de::DeserializeOwned>(&self, path: &str) -> Result<Vec<T>> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let asked = Ask::get(Verb::Look, format!("{path}?limit=100{cursor}"));
            let mut page = self.insist(&asked).await?.expect(200, path)?;
            items.extend(serde_json::from_value::<Vec<T>>(page["items"].take()).with_context(|| path.to_owned())?);
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(items),
            }
        }
    }
}

async fn log_in(api: &Api, email: &str, password: &str) -> Result<Value> {
    let body = json!({"email": email, "password": password});
    api.insist(&Ask::post(Verb::Account, "auth/login", body), None).await?.expect(200, "signing in")
}

/// The text that a part of an answer must be.
pub(crate) fn text(value: &Value, what: &str) -> Result<String> {
    value.as_str().map(str::to_owned).with_context(|| format!("{what} is missing: {value}"))
}
