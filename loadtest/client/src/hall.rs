//! The hall as a buyer knows it: names, prices, and the live map.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::Value;

use crate::api::{Api, Ask};
use crate::measure::Verb;

/// The state of a seat, as two bits say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Available,
    Held,
    Sold,
    Blocked,
}

/// The live map of one server: a state for every ordinal.
#[derive(Debug, Clone)]
pub(crate) struct Map(pub(crate) Vec<State>);

/// An event and its seats.
pub(crate) struct Hall {
    pub(crate) event: String,
    /// Seats a buyer may have.
    pub(crate) limit: usize,
    /// Names by ordinal.
    pub(crate) seats: Vec<String>,
    /// Minor units, by name.
    pub(crate) prices: BTreeMap<String, i64>,
    /// What can be bought; everything else is blocked.
    pub(crate) for_sale: BTreeSet<usize>,
}

#[derive(Deserialize)]
struct Layout {
    seats: Vec<LayoutSeat>,
}

#[derive(Deserialize)]
struct LayoutSeat {
    seat: String,
    category: String,
}

impl Hall {
    /// Reads the layout of an event. `prices` are by category.
    pub(crate) fn new(event: &str, limit: usize, layout: Value, prices: &BTreeMap<String, i64>) -> Result<Self> {
        let layout: Layout = serde_json::from_value(layout).context("the plan")?;
        let seats: Vec<String> = layout.seats.iter().map(|seat| seat.seat.clone()).collect();
        let price = |seat: &LayoutSeat| {
            let price = prices.get(&seat.category).with_context(|| format!("{} has no price", seat.category))?;
            Ok((seat.seat.clone(), *price))
        };
        let prices = layout.seats.iter().map(price).collect::<Result<_>>()?;
        let for_sale = (0..seats.len()).collect();
        Ok(Self { event: event.to_owned(), limit, seats, prices, for_sale })
    }

    /// Leaves a run of seats for sale and names all others.
    pub(crate) fn keep(&mut self, first: usize, count: usize) -> Result<Vec<String>> {
        let total = self.seats.len();
        ensure!(count > 0 && count <= total, "the plan has {total} seats, {count} cannot be for sale");
        self.for_sale = (0..count).map(|offset| (first + offset) % total).collect();
        let others = (0..total).filter(|ordinal| !self.for_sale.contains(ordinal));
        Ok(others.map(|ordinal| self.seats[ordinal].clone()).collect())
    }

    /// The live map of one server, read once.
    pub(crate) async fn look(&self, api: &Api, server: usize) -> Result<Map> {
        let ask = Ask::get(Verb::Look, format!("events/{}/state", self.event));
        let body = api.once(server, &ask, None).await?.expect(200, "the live map")?;
        Map::read(&body)
    }

    /// Names of the seats for sale that are in a state.
    pub(crate) fn named(&self, map: &Map, state: State) -> Vec<String> {
        let wanted = self.for_sale.iter().filter(|&&ordinal| map.0.get(ordinal) == Some(&state));
        wanted.map(|&ordinal| self.seats[ordinal].clone()).collect()
    }
}

impl Map {
    /// From the answer of `events/{id}/state`: two bits a seat, seat 0 in the low bits of byte 0.
    pub(crate) fn read(body: &Value) -> Result<Self> {
        let seats = body["seats"].as_u64().and_then(|seats| usize::try_from(seats).ok()).context("no seats")?;
        let packed = BASE64_STANDARD.decode(body["states"].as_str().context("no states")?)?;
        ensure!(packed.len() == seats.div_ceil(4), "{} bytes for {seats} seats", packed.len());
        let state = |ordinal: usize| match packed[ordinal / 4] >> (ordinal % 4 * 2) & 0b11 {
            0 => State::Available,
            1 => State::Held,
            2 => State::Sold,
            _ => State::Blocked,
        };
        Ok(Self((0..seats).map(state).collect()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn states_are_two_bits_from_the_low_end() {
        let map = Map::read(&json!({"seats": 5, "states": BASE64_STANDARD.encode([0b1110_0100, 0b10])})).unwrap();
        assert_eq!(map.0, [State::Available, State::Held, State::Sold, State::Blocked, State::Sold]);
        assert!(Map::read(&json!({"seats": 9, "states": BASE64_STANDARD.encode([0, 0])})).is_err());
    }

    #[test]
    fn what_is_not_kept_is_blocked() {
        let layout =
            json!({"seats": (0..5).map(|n| json!({"seat": format!("A-{n}"), "category": "x"})).collect::<Vec<_>>()});
        let mut hall = Hall::new("e", 8, layout, &BTreeMap::from([("x".into(), 100)])).unwrap();
        assert_eq!(hall.keep(3, 3).unwrap(), ["A-1", "A-2"]);
        assert_eq!(hall.for_sale, BTreeSet::from([0, 3, 4]));
        assert!(hall.keep(0, 6).is_err());
    }
}
