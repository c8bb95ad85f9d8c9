//! The door: two scanners read the same code at the same moment, and one of them lets the person in.

use std::sync::Arc;

use rand::Rng as _;
use rand::rngs::StdRng;
use serde_json::json;
use tokio::sync::mpsc;

use super::api::Ask;
use super::person::{Deed, Person, World};
use crate::history::Verb;

/// Of hundred tickets, those whose owners come at once. The others may still be given back.
const COMING: f64 = 0.3;
const INSISTING: usize = 5;

/// What somebody shows at the door.
pub(super) struct Paper {
    pub(super) event: usize,
    pub(super) ticket: String,
    pub(super) code: String,
}

/// Reads what is shown until nobody comes any more.
pub(super) async fn stand(
    world: Arc<World>,
    scanners: [Arc<Person>; 2],
    mut rng: StdRng,
    mut papers: mpsc::Receiver<Paper>,
) {
    let mut keys = 0_u64;
    while let Some(paper) = papers.recv().await {
        if !rng.random_bool(COMING) {
            continue;
        }
        keys += 1;
        let scan = |scanner: usize| {
            let key = format!("door-{}-{scanner}-{keys}", world.seed);
            let ask = Ask::post("check-ins", json!({"code": paper.code})).with_key(key);
            let deed = Deed { verb: Verb::CheckIn, event: paper.event, ask, server: scanner, attempts: INSISTING };
            let ticket = paper.ticket.clone();
            let (world, person) = (&world, &scanners[scanner]);
            async move { person.act(world, deed, |operation| operation.ticket = Some(ticket)).await }
        };
        tokio::join!(scan(0), scan(1));
    }
}
