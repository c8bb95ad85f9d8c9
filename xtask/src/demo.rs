//! The demo: four accounts and one event from a real plan, created over HTTP like any client would.
//!
//! Must never write to a store directly, and must be repeatable: the second time everything is there already.

use std::{
    env, fs,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use ureq::Agent;

use crate::{
    stop::Stop,
    workspace::{Workspace, say},
};

/// Known to everybody, which is why the demo exists in development only.
pub(crate) const PASSWORD: &str = "front-row-demo";
const ADMIN_PASSWORD: &str = "front-row-admin";
const ORGANIZER: &str = "olga@frontrow.test";
const PEOPLE: [(&str, &str); 3] = [("ada@frontrow.test", "Ada"), ("ben@frontrow.test", "Ben"), (ORGANIZER, "Olga")];
/// One event, however often the demo is created.
const IDEMPOTENCY_KEY: &str = "demo-riethsporthalle";
const PLAN: &str = "shared/plans/riethsporthalle.json";
/// In cents, one for each category of the plan.
const PRICES: [(&str, u32); 6] = [
    ("Kategorie I", 6500),
    ("Kategorie II", 5500),
    ("Kategorie III", 4500),
    ("Fanblock", 2500),
    ("C unten", 3500),
    ("VIP", 12_000),
];

/// Somebody who can sign in.
pub(crate) struct Account {
    pub(crate) email: String,
    pub(crate) password: String,
}

impl Account {
    /// `EMAIL:PASSWORD`, for the browser tests.
    pub(crate) fn credentials(&self) -> String {
        format!("{}:{}", self.email, self.password)
    }
}

/// The first administrator: named by the developer's environment, or the demo's own.
pub(crate) fn admin() -> Account {
    Account {
        email: env::var("FRONTROW_ADMIN_EMAIL").unwrap_or_else(|_| "admin@frontrow.test".to_owned()),
        password: env::var("FRONTROW_ADMIN_PASSWORD").unwrap_or_else(|_| ADMIN_PASSWORD.to_owned()),
    }
}

/// `EMAIL:PASSWORD,...` of the two buyers, for the browser and load tests.
pub(crate) fn buyers() -> String {
    PEOPLE.map(|(email, _)| format!("{email}:{PASSWORD}"))[..2].join(",")
}

/// `EMAIL:PASSWORD` of the organizer, for the browser tests.
pub(crate) fn organizer() -> String {
    format!("{ORGANIZER}:{PASSWORD}")
}

/// The accounts for the terminal; a password from the environment stays there.
pub(crate) fn accounts() -> Vec<String> {
    let admin = admin();
    let password =
        if env::var_os("FRONTROW_ADMIN_PASSWORD").is_some() { "$FRONTROW_ADMIN_PASSWORD" } else { ADMIN_PASSWORD };
    let mut lines = vec![format!("admin      {}  {password}", admin.email)];
    for (email, _) in PEOPLE {
        let role = if email == ORGANIZER { "organizer" } else { "buyer" };
        lines.push(format!("{role:<10} {email}  {PASSWORD}"));
    }
    lines
}

/// An HTTP client whose answers are read whatever their status.
pub(crate) fn agent(timeout: Duration) -> Agent {
    Agent::config_builder().timeout_global(Some(timeout)).http_status_as_error(false).build().into()
}

/// Creates what is missing, and waits until the event is on sale.
pub(crate) fn create(workspace: &Workspace, url: &str, admin: &Account, stop: &Stop) -> Result<()> {
    say("creating the demo");
    let mut api = Api::of(url);
    for (email, name) in PEOPLE {
        let (status, answer) =
            api.post("auth/register", &json!({ "email": email, "password": PASSWORD, "name": name }))?;
        if status != 201 && answer["code"] != "email_taken" {
            bail!("registering {email}: {status} {answer}");
        }
    }
    api.sign_in(admin)?;
    api.make_organizer(ORGANIZER)?;
    // Hers, so that the demo shows what an organizer sees of an event.
    api.sign_in(&Account { email: ORGANIZER.to_owned(), password: PASSWORD.to_owned() })?;
    // Keys are remembered for a day; the event stays longer.
    let id = match api.find_event(NAME)? {
        Some(id) => id,
        None => api.create_event(&event(workspace)?)?,
    };
    api.await_sale(&id, stop)
}

/// The same bytes at every start, so that the idempotency key replays instead of creating a second event.
fn event(workspace: &Workspace) -> Result<Value> {
    let plan: Value = serde_json::from_slice(&fs::read(workspace.root().join(PLAN)).context(PLAN)?)?;
    let prices: serde_json::Map<_, _> =
        PRICES.iter().map(|&(category, amount)| (category.to_owned(), amount.into())).collect();
    Ok(json!({
        "name": NAME,
        "venue": "Riethsporthalle Erfurt",
        "timezone": "Europe/Berlin",
        "starts_at": "2027-06-12T18:00:00Z",
        "currency": "EUR",
        "plan": plan,
        "prices": prices,
        "on_sale": true,
    }))
}

const NAME: &str = "Handball in Erfurt";

/// The API, as somebody who may be signed in.
pub(crate) struct Api {
    agent: Agent,
    base: String,
    pub(crate) token: Option<String>,
}

/// Somebody of the demo, signed in; the organizer is number 2.
pub(crate) fn signed_in(url: &str, person: usize) -> Result<Api> {
    let (email, _) = PEOPLE.get(person).context("nobody")?;
    let account = Account { email: (*email).to_owned(), password: PASSWORD.to_owned() };
    Api::of(url).signed_in_as(&account)
}

/// The first administrator, signed in.
pub(crate) fn administrator(url: &str) -> Result<Api> {
    Api::of(url).signed_in_as(&admin())
}

impl Api {
    fn of(url: &str) -> Self {
        Self { agent: agent(Duration::from_secs(20)), base: format!("{url}/api/v1"), token: None }
    }

    fn signed_in_as(mut self, account: &Account) -> Result<Self> {
        self.sign_in(account)?;
        Ok(self)
    }

    fn sign_in(&mut self, account: &Account) -> Result<()> {
        let (status, answer) =
            self.post("auth/login", &json!({ "email": account.email, "password": account.password }))?;
        if status != 200 {
            bail!("signing in as {}: {status} {answer} (another password than at the first start?)", account.email);
        }
        self.token = Some(answer["access_token"].as_str().context("no access_token")?.to_owned());
        Ok(())
    }

    fn make_organizer(&self, email: &str) -> Result<()> {
        let (status, answer) = self.get(&format!("admin/users?q={email}"))?;
        let users = answer["items"].as_array().with_context(|| format!("looking for {email}: {status} {answer}"))?;
        let user =
            users.iter().find(|user| user["email"] == email).with_context(|| format!("{email} is not listed"))?;
        if user["role"] == "organizer" {
            return Ok(());
        }
        let id = user["id"].as_str().context("a user without id")?;
        let (status, answer) = self.post(&format!("admin/users/{id}/role"), &json!({ "role": "organizer" }))?;
        if !(200..300).contains(&status) {
            bail!("making {email} an organizer: {status} {answer}");
        }
        Ok(())
    }

    fn find_event(&self, name: &str) -> Result<Option<String>> {
        let (_, found) = self.get("events?mine=true&limit=100")?;
        let events = found["items"].as_array().map(Vec::as_slice).unwrap_or_default();
        let event = events.iter().find(|event| event["name"] == name);
        Ok(event.and_then(|event| event["id"].as_str()).map(str::to_owned))
    }

    fn create_event(&self, event: &Value) -> Result<String> {
        let (status, answer) = self.post("events", event)?;
        match (status, answer["id"].as_str()) {
            (202, Some(id)) => Ok(id.to_owned()),
            _ => bail!("creating the event: {status} {answer}"),
        }
    }

    fn await_sale(&self, id: &str, stop: &Stop) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let (_, event) = self.get(&format!("events/{id}"))?;
            match event["status"].as_str() {
                // Somebody may have closed or cancelled it since the first start: that is theirs to decide.
                Some("on_sale" | "closed" | "cancelled") => return Ok(()),
                Some("failed") => bail!("the event could not be generated: {}", event["generation"]),
                _ if Instant::now() > deadline => bail!("the event is not on sale after 30 s: {event}"),
                _ => stop.tick()?,
            }
        }
    }

    pub(crate) fn get(&self, path: &str) -> Result<(u16, Value)> {
        let mut request = self.agent.get(format!("{}/{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        read(request.call().with_context(|| format!("GET {path}"))?)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<(u16, Value)> {
        let mut request = self.agent.post(format!("{}/{path}", self.base));
        // The event is made once; an order or a payment is another one every time.
        if path == "events" {
            request = request.header("Idempotency-Key", IDEMPOTENCY_KEY);
        } else if self.token.is_some() {
            request = request.header("Idempotency-Key", format!("{:032x}", rand::random::<u128>()));
        }
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        read(request.send_json(body).with_context(|| format!("POST {path}"))?)
    }
}

/// An empty or unreadable body is `null`: the status is what the caller looks at first.
fn read(mut response: ureq::http::Response<ureq::Body>) -> Result<(u16, Value)> {
    let text = response.body_mut().read_to_string()?;
    Ok((response.status().as_u16(), serde_json::from_str(&text).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_of_the_plan_has_a_price() {
        let text = fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/plans/riethsporthalle.json")).unwrap();
        let plan: Value = serde_json::from_slice(&text).unwrap();
        for category in plan["categories"].as_array().unwrap() {
            assert!(PRICES.iter().any(|(name, _)| category["name"] == *name), "{category}");
        }
    }

    #[test]
    fn the_buyers_are_ada_and_ben() {
        assert_eq!(buyers(), format!("ada@frontrow.test:{PASSWORD},ben@frontrow.test:{PASSWORD}"));
    }
}
