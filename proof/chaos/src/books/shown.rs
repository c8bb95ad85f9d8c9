//! What the API shows when everything rests: orders as organizers see them, tickets as buyers do, the map of every server.

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::{Hall, ShownMap, Ticket};
use crate::people::{Ask, Person, World};
use crate::watchers::unpack;

/// Id and status of every order.
pub(crate) async fn orders(world: &World, organizer: &Person) -> Result<Vec<(String, String)>> {
    let mut orders = Vec::new();
    for hall in &world.halls {
        for order in list(world, organizer, &format!("admin/events/{}/orders", hall.id)).await? {
            orders.push((text(&order, "id")?, text(&order, "status")?));
        }
    }
    Ok(orders)
}

/// Every ticket of a person.
pub(crate) async fn tickets(world: &World, person: &Person) -> Result<Vec<Ticket>> {
    let shown = list(world, person, "tickets").await?;
    shown.iter().map(|ticket| read(&world.halls, person, ticket)).collect()
}

fn read(halls: &[Hall], person: &Person, ticket: &Value) -> Result<Ticket> {
    let (event_id, seat) = (text(ticket, "event_id")?, text(ticket, "seat")?);
    let event = halls.iter().position(|hall| hall.id == event_id).context("a ticket of another run's event")?;
    let ordinal = halls[event].seats.iter().position(|name| *name == seat).context("a ticket of no seat")?;
    Ok(Ticket {
        id: text(ticket, "id")?,
        order: text(ticket, "order_id")?,
        event,
        buyer: person.id.clone(),
        ordinal,
        // The API does not say.
        generation: 0,
        seat,
        code: text(ticket, "code")?,
        state: text(ticket, "status")?,
    })
}

/// The live map of every server.
pub(crate) async fn maps(world: &World, person: &Person) -> Result<Vec<ShownMap>> {
    let mut maps = Vec::new();
    for (event, hall) in world.halls.iter().enumerate() {
        for server in 0..world.api.servers() {
            let ask = Ask::get(format!("events/{}/state", hall.id));
            let answer = person.ask(world, &ask, server, 1).await;
            let of = format!("server-{}", server + 1);
            let states = unpack(answer.body()).with_context(|| format!("{of} shows no map: {answer:?}"))?;
            maps.push(ShownMap { of, event, states });
        }
    }
    Ok(maps)
}

/// Every item of a list.
async fn list(world: &World, person: &Person, path: &str) -> Result<Vec<Value>> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = person.must(world, &Ask::get(format!("{path}?limit=100{cursor}")), 200).await?;
        items.extend(page["items"].as_array().into_iter().flatten().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(items),
        }
    }
}

fn text(value: &Value, key: &str) -> Result<String> {
    value[key].as_str().map(str::to_owned).with_context(|| format!("{key} is missing: {value}"))
}
