//! Somebody with an account: their tokens, and requests whose fate goes into the history.

use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::api::{Answer, Api, Ask, From};
use crate::books::Hall;
use crate::history::{Begun, History, Operation, Outcome, Told, Verb};

/// Everybody's password; no log may have it.
pub(crate) const PASSWORD: &str = "chaos-front-row-7391";
/// While nothing is broken on purpose yet.
const PATIENT: usize = 20;

/// What everybody shares.
pub(crate) struct World {
    pub(crate) api: Api,
    pub(crate) history: History,
    pub(crate) halls: Vec<Hall>,
    pub(crate) seed: u64,
}

/// Somebody with an account.
pub(crate) struct Person {
    pub(crate) number: usize,
    pub(crate) id: String,
    email: String,
    password: String,
    tokens: Mutex<Tokens>,
}

#[derive(Clone, Default)]
struct Tokens {
    access: String,
    refresh: Option<String>,
}

impl Person {
    pub(crate) async fn register(api: &Api, number: usize, email: String) -> Result<Self> {
        let body = json!({"email": email, "password": PASSWORD, "name": "Somebody"});
        let answer = api.insist(&Ask::post("auth/register", body), From { token: None, server: number }, PATIENT).await;
        if answer.code() == "email_taken" {
            return Self::sign_in(api, number, email, PASSWORD).await;
        }
        Self::from_grant(number, email, PASSWORD, &answer)
    }

    pub(crate) async fn sign_in(api: &Api, number: usize, email: String, password: &str) -> Result<Self> {
        let ask = Ask::post("auth/login", json!({"email": email, "password": password}));
        let answer = api.insist(&ask, From { token: None, server: number }, PATIENT).await;
        Self::from_grant(number, email, password, &answer)
    }

    fn from_grant(number: usize, email: String, password: &str, answer: &Answer) -> Result<Self> {
        let tokens = Tokens::read(answer).with_context(|| format!("signing {email} in: {}", answer.body()))?;
        let id = answer.body()["user"]["id"].as_str().context("an account without an id")?.to_owned();
        Ok(Self { number, id, email, password: password.to_owned(), tokens: Mutex::new(tokens) })
    }

    pub(crate) fn token(&self) -> String {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).access.clone()
    }

    /// A new access token: by the cookie, else by the password, as a browser and its owner would.
    pub(crate) async fn renew(&self, world: &World, server: usize) {
        let begun = world.history.invoke(Verb::Account, self.number, 0).about(&world.history, |_| {});
        let refresh = self.tokens.lock().unwrap_or_else(PoisonError::into_inner).refresh.clone();
        let refreshing = Ask::post("auth/refresh", json!({}));
        let mut answer = world.api.sign_in(&refreshing, server, refresh.as_deref()).await;
        if answer.status() != 200 {
            let ask = Ask::post("auth/login", json!({"email": self.email, "password": self.password}));
            answer = world.api.sign_in(&ask, server + 1, None).await;
        }
        if let Some(tokens) = Tokens::read(&answer) {
            *self.tokens.lock().unwrap_or_else(PoisonError::into_inner) = tokens;
        }
        world.history.complete(begun, answer.outcome(), answer.code());
    }

    /// Asks, and signs in again when the login is too old. More than one attempt only of what has a key.
    pub(crate) async fn ask(&self, world: &World, ask: &Ask, server: usize, attempts: usize) -> Answer {
        let token = self.token();
        let answer = world.api.insist(ask, From { token: Some(&token), server }, attempts).await;
        if answer.status() != 401 {
            return answer;
        }
        self.renew(world, server).await;
        let token = self.token();
        world.api.insist(ask, From { token: Some(&token), server }, attempts).await
    }

    /// Asks and writes down what became of it. `about` says what it is about before it leaves.
    pub(crate) async fn act(&self, world: &World, deed: Deed, about: impl FnOnce(&mut Operation)) -> Answer {
        let Deed { verb, event, ask, server, attempts } = deed;
        let begun = world.history.invoke(verb, self.number, event).about(&world.history, about);
        let answer = self.ask(world, &ask, server, attempts).await;
        conclude(world, begun, verb, event, &answer);
        answer
    }

    /// What must work while nothing is broken.
    pub(crate) async fn must(&self, world: &World, ask: &Ask, status: u16) -> Result<Value> {
        let answer = self.ask(world, ask, self.number, PATIENT).await;
        if answer.status() != status {
            bail!("{} {}: {} {}", ask.method, ask.path, answer.status(), answer.body());
        }
        Ok(answer.body().clone())
    }
}

/// One request that goes into the history.
pub(crate) struct Deed {
    pub(crate) verb: Verb,
    pub(crate) event: usize,
    pub(crate) ask: Ask,
    pub(crate) server: usize,
    pub(crate) attempts: usize,
}

fn conclude(world: &World, begun: Begun, verb: Verb, event: usize, answer: &Answer) {
    let hall = &world.halls[event];
    let shows_order = matches!(verb, Verb::Order | Verb::Look | Verb::Pay | Verb::Cancel | Verb::Refund);
    let shows_leases = matches!(verb, Verb::Hold | Verb::BestAvailable | Verb::Extend);
    let done = answer.outcome() == Outcome::Ok;
    let told = (shows_order && done).then(|| Told::read(answer.body()).ok());
    let leased = (shows_leases && done).then(|| leases(hall, answer.body()));
    // What cannot be read proves nothing, whatever its status says; unless its bytes were flipped it is a finding.
    let unreadable = told == Some(None) || leased == Some(None);
    let outcome = if unreadable { Outcome::Unknown } else { answer.outcome() };
    let begun = begun.heard(|operation| {
        operation.unreadable = unreadable;
        operation.told = told.flatten();
        operation.leases = leased.flatten().unwrap_or_default();
        if matches!(verb, Verb::BestAvailable | Verb::Extend) {
            operation.seats = operation.leases.iter().map(|(ordinal, _)| *ordinal).collect();
        }
        if let (Verb::Order, Some(told)) = (verb, &operation.told) {
            operation.order = Some(told.order.clone());
        }
    });
    world.history.complete(begun, outcome, answer.code());
}

/// `None` if one of them cannot be read.
fn leases(hall: &Hall, body: &Value) -> Option<Vec<(usize, u64)>> {
    let read = |seat: &Value| {
        let name = seat["seat"].as_str()?;
        Some((hall.seats.iter().position(|known| known == name)?, seat["expires_in_ms"].as_u64()?))
    };
    body["seats"].as_array()?.iter().map(read).collect()
}

impl Tokens {
    fn read(answer: &Answer) -> Option<Self> {
        let access = answer.body()["access_token"].as_str()?.to_owned();
        Some(Self { access, refresh: answer.cookie().cloned() })
    }
}
