//! What there is to be asked for besides the demo: orders in several states, a ticket, seats that are held; and everybody who
//! asks. Made over HTTP, as any client would.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::demo::{self, Api};

/// Who may do everything.
pub(super) const ADMIN: &str = "admin";

/// Somebody who sends all requests of a run.
pub(super) struct Person {
    pub(super) name: &'static str,
    pub(super) token: Option<String>,
}

pub(super) struct Scene {
    /// Those who can do most come last: they may take roles away and cancel the event.
    pub(super) people: Vec<Person>,
    /// Ids by the component that describes them.
    pub(super) ids: Vec<(&'static str, Vec<String>)>,
    pub(super) seats: Vec<String>,
}

impl Scene {
    pub(super) fn set(url: &str) -> Result<Self> {
        let (buyer, organizer, admin) = (demo::signed_in(url, 0)?, demo::signed_in(url, 2)?, demo::administrator(url)?);
        let event = organizer.get("events?mine=true")?.1["items"][0]["id"].clone();
        let event = text(&event)?;
        let plan = buyer.get(&format!("events/{event}/plan"))?.1;
        let seats = plan["seats"].as_array().context("no seats")?.iter().take(12).map(|seat| text(&seat["seat"]));
        let seats = seats.collect::<Result<Vec<_>>>()?;
        let paid = order(&buyer, &event, &seats[0])?;
        let open = order(&buyer, &event, &seats[1])?;
        let payment = text(&paid["payment"]["id"])?;
        let confirmed = must(buyer.post(&format!("payments/{payment}/confirm"), &json!({"method": "card_ok"}))?)?;
        must(buyer.post(&format!("events/{event}/holds"), &json!({"seats": [seats[2], seats[3]]}))?)?;
        let users = [buyer.get("auth/me")?.1, organizer.get("auth/me")?.1];
        let ids = vec![
            ("EventId", vec![event]),
            ("OrderId", vec![text(&paid["id"])?, text(&open["id"])?]),
            ("PaymentId", vec![payment, text(&open["payment"]["id"])?]),
            ("TicketId", vec![text(&confirmed["tickets"][0]["id"])?]),
            ("UserId", users.iter().map(|user| text(&user["id"])).collect::<Result<_>>()?),
        ];
        let people = vec![
            Person { name: "nobody", token: None },
            Person { name: "buyer", token: buyer.token },
            Person { name: "organizer", token: organizer.token },
            Person { name: ADMIN, token: admin.token },
        ];
        Ok(Self { people, ids, seats })
    }
}

fn order(buyer: &Api, event: &str, seat: &str) -> Result<Value> {
    must(buyer.post(&format!("events/{event}/holds"), &json!({"seats": [seat]}))?)?;
    must(buyer.post("orders", &json!({"event_id": event}))?)
}

fn must((status, answer): (u16, Value)) -> Result<Value> {
    ensure!((200..300).contains(&status), "setting the scene: {status} {answer}");
    Ok(answer)
}

fn text(value: &Value) -> Result<String> {
    Ok(value.as_str().with_context(|| format!("{value} is no text"))?.to_owned())
}
