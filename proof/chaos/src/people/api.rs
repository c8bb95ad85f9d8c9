//! One request as a careful client sends it: a time limit on everything, the same key for the same wish, another server for
//! the next attempt. It must never call a request failed of which nobody knows.

use std::time::Duration;

use anyhow::Result;
use reqwest::{Client, Method, header};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::history::Outcome;

/// Paying may take the server some seconds, since it waits for the provider.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(6);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// All servers of the run, through whatever is between a person and them.
pub(crate) struct Api {
    http: Client,
    servers: Vec<String>,
}

/// What is asked.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    pub(crate) key: Option<String>,
}

/// An answer, or none.
#[derive(Debug)]
pub(crate) enum Answer {
    Reply(Reply),
    Lost,
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) bytes: Vec<u8>,
    cookie: Option<String>,
    /// An earlier attempt of the same request got no answer and may still be on its way.
    doubtful: bool,
}

/// Who asks, and at which server they begin.
#[derive(Clone, Copy)]
pub(crate) struct From<'a> {
    pub(crate) token: Option<&'a str>,
    pub(crate) server: usize,
}

impl Ask {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self { method: Method::GET, path: path.into(), body: None, key: None }
    }

    pub(crate) fn post(path: impl Into<String>, body: Value) -> Self {
        Self { method: Method::POST, path: path.into(), body: Some(body), key: None }
    }

    #[must_use]
    pub(crate) fn with_key(self, key: String) -> Self {
        Self { key: Some(key), ..self }
    }
}

impl Answer {
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Reply(reply) => reply.status,
            Self::Lost => 0,
        }
    }

    pub(crate) fn body(&self) -> &Value {
        match self {
            Self::Reply(reply) => &reply.body,
            Self::Lost => &Value::Null,
        }
    }

    /// The code of a refusal.
    pub(crate) fn code(&self) -> &str {
        self.body()["code"].as_str().unwrap_or_default()
    }

    /// What became of the request. A server that says `unavailable` or `internal` does not know either; one that is
    /// `recovering` or `overloaded` has begun nothing, and neither has one that says 429.
    pub(crate) fn outcome(&self) -> Outcome {
        match (self.status(), self.code()) {
            (200..300, _) => Outcome::Ok,
            (503, "recovering" | "overloaded") if !self.is_doubtful() => Outcome::Fail,
            // 408: a body that was cut is not what was meant, and not what was asked either.
            (0 | 408 | 500.., _) | (409, "idempotency_in_flight") => Outcome::Unknown,
            _ if self.is_doubtful() => Outcome::Unknown,
            _ => Outcome::Fail,
        }
    }

    fn is_doubtful(&self) -> bool {
        matches!(self, Self::Reply(reply) if reply.doubtful)
    }

    /// The bytes of the body.
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Reply(reply) => &reply.bytes,
            Self::Lost => &[],
        }
    }

    /// The refresh token that came with it.
    pub(crate) fn cookie(&self) -> Option<&String> {
        match self {
            Self::Reply(reply) => reply.cookie.as_ref(),
            Self::Lost => None,
        }
    }
}

impl Api {
    pub(crate) fn new(servers: &[String]) -> Result<Self> {
        let http = Client::builder().no_proxy().timeout(REQUEST_TIMEOUT).connect_timeout(CONNECT_TIMEOUT).build()?;
        let servers = servers.iter().map(|url| url.trim_end_matches('/').to_owned()).collect();
        Ok(Self { http, servers })
    }

    pub(crate) fn servers(&self) -> usize {
        self.servers.len()
    }

    /// Asks once.
    pub(crate) async fn once(&self, ask: &Ask, from: From<'_>) -> Answer {
        self.send(ask, from, None).await
    }

    /// Exchanges a refresh token, or gets one for a password.
    pub(crate) async fn sign_in(&self, ask: &Ask, server: usize, cookie: Option<&str>) -> Answer {
        self.send(ask, From { token: None, server }, cookie).await
    }

    async fn send(&self, ask: &Ask, from: From<'_>, cookie: Option<&str>) -> Answer {
        let base = &self.servers[from.server % self.servers.len()];
        let mut request = self.http.request(ask.method.clone(), format!("{base}/api/v1/{}", ask.path));
        if let Some(token) = from.token {
            request = request.bearer_auth(token);
        }
        if let Some(key) = &ask.key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, format!("frontrow_refresh={cookie}"));
        }
        if let Some(body) = &ask.body {
            request = request.json(body);
        }
        let answered = async {
            let response = request.send().await?;
            let status = response.status().as_u16();
            let cookie =
                response.headers().get(header::SET_COOKIE).and_then(|value| refresh_token(value.to_str().ok()?));
            Ok::<_, reqwest::Error>((status, cookie, response.bytes().await?))
        };
        match answered.await {
            Ok((status, cookie, bytes)) => {
                let body = serde_json::from_slice(&bytes).unwrap_or_default();
                Answer::Reply(Reply { status, body, bytes: bytes.to_vec(), cookie, doubtful: false })
            }
            Err(_) => Answer::Lost,
        }
    }

    /// Asks until somebody knows, each time the next server; what was said in the end.
    pub(crate) async fn insist(&self, ask: &Ask, from: From<'_>, attempts: usize) -> Answer {
        let mut pause = FIRST_PAUSE;
        let (mut answer, mut doubtful) = (Answer::Lost, false);
        for attempt in 0..attempts {
            if attempt > 0 {
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            answer = self.once(ask, From { server: from.server + attempt, ..from }).await;
            let passes = matches!(answer.code(), "recovering" | "overloaded" | "rate_limited");
            if answer.outcome() != Outcome::Unknown && !passes {
                break;
            }
            doubtful |= answer.outcome() == Outcome::Unknown;
        }
        if let Answer::Reply(reply) = &mut answer {
            reply.doubtful = doubtful;
        }
        answer
    }
}

/// The value of the cookie with the refresh token.
fn refresh_token(header: &str) -> Option<String> {
    let value = header.strip_prefix("frontrow_refresh=")?.split(';').next()?;
    (!value.is_empty()).then(|| value.to_owned())
}

/// The body of a hold or a release.
pub(crate) fn seats(names: &[String]) -> Value {
    json!({"seats": names})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, code: &str) -> Answer {
        Answer::Reply(Reply { status, body: json!({"code": code}), bytes: Vec::new(), cookie: None, doubtful: false })
    }

    #[test]
    fn only_a_refusal_is_a_failure() {
        assert_eq!(Answer::Lost.outcome(), Outcome::Unknown);
        assert_eq!(reply(201, "").outcome(), Outcome::Ok);
        assert_eq!(reply(409, "seat_taken").outcome(), Outcome::Fail);
        assert_eq!(reply(409, "idempotency_in_flight").outcome(), Outcome::Unknown);
        assert_eq!(reply(503, "unavailable").outcome(), Outcome::Unknown);
        assert_eq!(reply(503, "recovering").outcome(), Outcome::Fail);
        assert_eq!(reply(503, "overloaded").outcome(), Outcome::Fail);
        assert_eq!(reply(500, "internal").outcome(), Outcome::Unknown);
        assert_eq!(reply(429, "rate_limited").outcome(), Outcome::Fail);
        let Answer::Reply(refused) = reply(409, "seat_taken") else { unreachable!() };
        let after_a_lost_one = Answer::Reply(Reply { doubtful: true, ..refused });
        assert_eq!(after_a_lost_one.outcome(), Outcome::Unknown, "the first attempt may still be on its way");
    }

    #[test]
    fn a_removed_cookie_is_none() {
        assert_eq!(refresh_token("frontrow_refresh=abc; HttpOnly").as_deref(), Some("abc"));
        assert_eq!(refresh_token("frontrow_refresh=; Max-Age=0"), None);
        assert_eq!(refresh_token("other=abc"), None);
    }
}
