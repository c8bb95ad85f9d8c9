//! `frontrow-load check`: the books of an event that somebody else has loaded, as its organizer can read them: orders, the
//! number of tickets, and the live map of every server. Only reads.
//!
//! It must never call an event good before everything in it is settled: an order that waits for its money may still win seats.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde::Deserialize;
use tokio::time::sleep;

use crate::api::{Api, Ask, Session};
use crate::books::{self, Order};
use crate::check::{self, Checked, Finding};
use crate::hall::{Hall, Map, State};
use crate::measure::Verb;
use crate::report;

const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Options of `check`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The base URL of a server; give it once for every server.
    #[arg(long = "url", required = true)]
    urls: Vec<String>,
    /// An administrator.
    #[arg(long, env = "FRONTROW_ADMIN_EMAIL")]
    admin_email: String,
    /// The administrator's password.
    #[arg(long, env = "FRONTROW_ADMIN_PASSWORD", hide_env_values = true)]
    admin_password: String,
    /// The event's id.
    #[arg(long)]
    event: String,
    /// Seconds until every order must be settled and every map must agree.
    #[arg(long, default_value_t = 60)]
    settle_s: u64,
}

/// What is read of `GET events/{id}`.
#[derive(Deserialize)]
struct Event {
    max_seats_per_user: usize,
    prices: BTreeMap<String, i64>,
}

/// What is read of `GET admin/stats`.
#[derive(Deserialize)]
struct Stats {
    events: Vec<EventStats>,
}

#[derive(Deserialize)]
struct EventStats {
    event_id: String,
    tickets: Tickets,
}

/// Tickets of seats that somebody owns; those of orders that were given back are in neither.
#[derive(Deserialize)]
struct Tickets {
    valid: usize,
    used: usize,
}

pub(crate) async fn run(args: Args) -> Result<bool> {
    let api = Api::new(&args.urls)?;
    let organizer = Session::sign_in(&api, args.admin_email, &args.admin_password).await?;
    let mut hall = read_hall(&organizer, &args.event).await?;
    let until = Instant::now() + Duration::from_secs(args.settle_s);
    let (orders, checks, findings) = loop {
        let orders = books::orders(&organizer, &hall).await?;
        let tickets = read_tickets(&organizer, &hall).await?;
        let maps = books::maps(&organizer, &hall).await?;
        for_sale_as_shown(&mut hall, &maps);
        let checks = check::sold(&hall, &orders, tickets, &maps);
        let findings = findings(&orders, &checks);
        if findings.is_empty() || Instant::now() > until {
            break (orders, checks, findings);
        }
        sleep(LOOK_AGAIN).await;
    };
    report::orders(&hall, &orders);
    report::verdict(&checks, &findings);
    Ok(findings.is_empty())
}

async fn read_hall(organizer: &Session, event: &str) -> Result<Hall> {
    let path = format!("events/{event}");
    let layout = organizer.insist(&Ask::get(Verb::Admin, format!("{path}/plan"))).await?.expect(200, "the plan")?;
    let found = organizer.insist(&Ask::get(Verb::Admin, path)).await?.expect(200, "the event")?;
    let found: Event = serde_json::from_value(found).context("the event")?;
    Hall::new(event, found.max_seats_per_user, layout, &found.prices)
}

async fn read_tickets(organizer: &Session, hall: &Hall) -> Result<usize> {
    let stats = organizer.insist(&Ask::get(Verb::Admin, "admin/stats")).await?.expect(200, "the numbers")?;
    let stats: Stats = serde_json::from_value(stats).context("the numbers")?;
    let ours = stats.events.iter().find(|stats| stats.event_id == hall.event);
    let ours = ours.context("the event is not among those of which `admin/stats` tells")?;
    Ok(ours.tickets.valid + ours.tickets.used)
}

/// Nobody has told what was for sale: whatever the first server does not show as blocked. The others must show the same.
fn for_sale_as_shown(hall: &mut Hall, maps: &[(String, Map)]) {
    let shown = maps.first().map(|(_, map)| map.0.as_slice()).unwrap_or_default();
    let for_sale = shown.iter().enumerate().filter(|&(_, &state)| state != State::Blocked);
    hall.for_sale = for_sale.map(|(ordinal, _)| ordinal).collect();
}

fn findings(orders: &[Order], checks: &[Checked]) -> Vec<Finding> {
    let due = books::due(orders, &[]).map(|due| Finding { invariant: "run", what: due, order: None });
    checks.iter().flat_map(|checked| checked.findings.clone()).chain(due).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    #[test]
    fn a_seat_that_one_server_blocks_and_another_one_sells_is_found() {
        let layout = json!({"seats": [{"seat": "A-1", "category": "x"}, {"seat": "A-2", "category": "x"}]});
        let mut hall = Hall::new("e", 8, layout, &BTreeMap::from([("x".into(), 100)])).unwrap();
        let map = |second| Map(vec![State::Available, second]);
        let maps = [("one".to_owned(), map(State::Blocked)), ("two".to_owned(), map(State::Available))];
        for_sale_as_shown(&mut hall, &maps);
        assert_eq!(hall.for_sale, BTreeSet::from([0]));
        let found = findings(&[], &check::sold(&hall, &[], 0, &maps));
        assert!(found.iter().any(|finding| finding.what.contains("two shows A-2 as Available")), "{found:?}");
    }
}
