//! The inspector: compares rooms with the store while a run is going on. Only a room whose store has been well for a while is
//! held to its promises: that no hold outlives its deadline, and that no difference stays.

use std::time::Duration;

use frontrow_domain::ids::Ordinal;
use frontrow_domain::seat::SeatRecord;
use tokio::time::{Instant, sleep};

use super::actors::MAX_JUMP_MS;
use super::hall::{EVENT, SEATS};
use super::world::World;

const LOOK_EVERY: Duration = Duration::from_millis(100);
/// After a fault has healed everybody is right within three seconds.
const HEALED_AFTER: Duration = Duration::from_secs(3);
/// A hold ends within this time and one tick.
const EXPIRED_WITHIN_MS: u64 = 250;

/// Looks until it is dropped.
pub(super) async fn inspect(world: &World) {
    let every_seat: Vec<_> = (0..SEATS).map(Ordinal).collect();
    // Since when each seat differs, for every server.
    let mut differs_since = vec![vec![None; every_seat.len()]; world.servers.len()];
    loop {
        sleep(LOOK_EVERY).await;
        let is_well = world.weather().well_since() + HEALED_AFTER <= Instant::now();
        let stored = world.store.records();
        for (server, since) in world.servers.iter().zip(&mut differs_since) {
            match server.app.rooms.live(EVENT) {
                Some(room) if is_well => {
                    let shown = room.records(&every_seat);
                    expiry(world, &shown);
                    differences(world, since, &shown, &stored);
                }
                _ => since.fill(None),
            }
        }
    }
}

/// No hold is shown that should have ended.
fn expiry(world: &World, shown: &[SeatRecord]) {
    let jump_ms = if world.weather().kinds.clock_jumps { MAX_JUMP_MS.unsigned_abs() } else { 0 };
    let allowed_ms = EXPIRED_WITHIN_MS + world.tick_ms + jump_ms;
    let now_ms = world.store.clock.now_ms();
    for (seat, record) in shown.iter().enumerate() {
        if let Some(lease) = record.lease()
            && lease.deadline_ms + allowed_ms < now_ms
        {
            let late_ms = now_ms - lease.deadline_ms;
            return world.trace.wrong(&format!("seat {seat} is shown as held {late_ms} ms after its deadline"));
        }
    }
}

fn differences(world: &World, since: &mut [Option<Instant>], shown: &[SeatRecord], stored: &[SeatRecord]) {
    for (seat, since) in since.iter_mut().enumerate() {
        if shown[seat].state() == stored[seat].state() {
            *since = None;
            continue;
        }
        let began = *since.get_or_insert_with(Instant::now);
        if began.elapsed() > HEALED_AFTER {
            let (shown, stored) = (shown[seat].state(), stored[seat].state());
            return world.trace.wrong(&format!("seat {seat} is {stored:?} and has been shown as {shown:?} for 3 s"));
        }
    }
}
