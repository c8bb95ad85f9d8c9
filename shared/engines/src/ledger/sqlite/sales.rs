//! Sales in `SQLite`: the lock on a seat is its row, changed only where its state and fence allow it.

use async_trait::async_trait;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::holds::SettledSeat;
use frontrow_domain::ids::{EventId, OrderId, Ordinal, OutboxId};
use frontrow_domain::inventory::{InventoryFact, Seats};
use rusqlite::{Connection, params};

use super::rows::{SETTLED, all, message, one, settled, signed, value};
use super::work::{Step, Work};
use super::{LedgerError, SqliteLedger};
use crate::ledger::{Claim, ClaimRefusal, ClaimedSeat, Sales};

const CLAIM: &str = "UPDATE seats SET state = 'claimed', order_id = ?3, owner_id = ?4, deadline = ?5, \
        fence_epoch = ?6, fence_counter = ?7, version = version + 1 \
    WHERE event_id = ?1 AND ordinal = ?2 AND state = 'available' AND (fence_epoch, fence_counter) <= (?6, ?7)";
const RELEASE: &str = "UPDATE seats SET state = 'available', order_id = NULL, owner_id = NULL, deadline = NULL, \
        version = version + 1 \
    WHERE event_id = ?1 AND ordinal = ?2";
const SELL: &str =
    "UPDATE seats SET state = 'sold', deadline = NULL, version = version + 1 WHERE event_id = ?1 AND ordinal = ?2";
const BLOCK: &str = "UPDATE seats SET state = 'blocked', version = version + 1 \
    WHERE event_id = ?1 AND ordinal = ?2 AND state = 'available'";
const UNBLOCK: &str = "UPDATE seats SET state = 'available', version = version + 1 \
    WHERE event_id = ?1 AND ordinal = ?2 AND state = 'blocked'";

/// What a change of seats does, and what it tells.
#[derive(Clone, Copy)]
struct Change {
    sql: &'static str,
    fact: fn(Seats) -> InventoryFact,
}

#[async_trait]
impl Sales for SqliteLedger {
    async fn claim(
        &self,
        claim: &Claim,
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<Result<(), ClaimRefusal>, LedgerError> {
        let mut claim = claim.clone();
        claim.seats.sort_by_key(|seat| seat.ordinal);
        self.write(move |work| {
            let (lost, fresh) = claim_seats(work, &claim)?;
            if !lost.is_empty() {
                return Ok(Step::Abort(Err(ClaimRefusal::Lost(lost))));
            }
            if fresh == 0 {
                return Ok(Step::Abort(Ok(())));
            }
            if !count_buyer(work, &claim, fresh)? {
                return Ok(Step::Abort(Err(ClaimRefusal::Limit)));
            }
            let seats = claim.seats.iter().map(|seat| seat.ordinal).collect();
            work.append(&message(outbox_id, claim.event_id, now, InventoryFact::SeatsClaimed(Seats { seats })))?;
            Ok(Step::Commit(Ok(())))
        })
        .await
    }

    async fn release_claim(
        &self,
        event: EventId,
        order: OrderId,
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<Vec<Ordinal>, LedgerError> {
        self.write(move |work| {
            // Before the release, which forgets whose the seats were.
            let sql = "UPDATE buyers SET seats = buyers.seats - mine.taken FROM \
                    (SELECT event_id, owner_id, count(*) AS taken FROM seats \
                        WHERE order_id = ?2 AND event_id = ?1 AND state = 'claimed' GROUP BY event_id, owner_id) AS mine \
                WHERE buyers.event_id = mine.event_id AND buyer_id = mine.owner_id";
            work.run(sql, params![event.to_string(), order.to_string()])?;
            let change = Change { sql: RELEASE, fact: InventoryFact::SeatsReleased };
            change_order(work, event, order, change, outbox_id, now)
        })
        .await
    }

    async fn sell(
        &self,
        event: EventId,
        order: OrderId,
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<Vec<Ordinal>, LedgerError> {
        let change = Change { sql: SELL, fact: InventoryFact::SeatsSold };
        self.write(move |work| change_order(work, event, order, change, outbox_id, now)).await
    }

    async fn block(
        &self,
        event: EventId,
        seats: &[Ordinal],
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<Result<(), Vec<Ordinal>>, LedgerError> {
        let change = Change { sql: BLOCK, fact: InventoryFact::SeatsBlocked };
        self.change_seats(event, seats, change, outbox_id, now).await
    }

    async fn unblock(
        &self,
        event: EventId,
        seats: &[Ordinal],
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<Result<(), Vec<Ordinal>>, LedgerError> {
        let change = Change { sql: UNBLOCK, fact: InventoryFact::SeatsUnblocked };
        self.change_seats(event, seats, change, outbox_id, now).await
    }

    async fn settled(&self, event: EventId, seats: Option<&[Ordinal]>) -> Result<Vec<SettledSeat>, LedgerError> {
        let seats = seats.map(<[Ordinal]>::to_vec);
        self.read(move |connection| {
            if let Some(seats) = seats {
                return settled_seats(connection, event, &seats);
            }
            // By itself SQLite would walk through the whole hall.
            let sql = format!(
                "SELECT {SETTLED} FROM seats INDEXED BY seats_touched \
                    WHERE event_id = ?1 AND version > 0 ORDER BY ordinal"
            );
            all(connection, &sql, [event.to_string()], settled)
        })
        .await
    }
}

impl SqliteLedger {
    async fn change_seats(
        &self,
        event: EventId,
        seats: &[Ordinal],
        change: Change,
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<Result<(), Vec<Ordinal>>, LedgerError> {
        let mut seats = seats.to_vec();
        seats.sort_unstable();
        seats.dedup();
        self.write(move |work| {
            let mut refused = Vec::new();
            for seat in &seats {
                if work.run(change.sql, params![event.to_string(), seat.0])? == 0 {
                    refused.push(*seat);
                }
            }
            if !refused.is_empty() {
                return Ok(Step::Abort(Err(refused)));
            }
            work.append(&message(outbox_id, event, now, (change.fact)(Seats { seats })))?;
            Ok(Step::Commit(Ok(())))
        })
        .await
    }
}

/// Claims what can be claimed: the seats that cannot, and how many were not the order's before.
fn claim_seats(work: &Work<'_>, claim: &Claim) -> Result<(Vec<Ordinal>, u32), LedgerError> {
    let (event, order) = (claim.event_id.to_string(), claim.order_id.to_string());
    let buyer = claim.buyer_id.to_string();
    let (mut lost, mut fresh) = (Vec::new(), 0);
    for ClaimedSeat { ordinal, fence } in &claim.seats {
        let (epoch, counter) = (signed(fence.epoch), signed(fence.counter));
        if work.run(CLAIM, params![event, ordinal.0, order, buyer, claim.deadline.0, epoch, counter])? == 1 {
            fresh += 1;
            continue;
        }
        let mine = "SELECT 1 FROM seats WHERE event_id = ?1 AND ordinal = ?2 AND state = 'claimed' AND order_id = ?3";
        if value::<i64>(work, mine, params![event, ordinal.0, order])?.is_none() {
            lost.push(*ordinal);
        }
    }
    Ok((lost, fresh))
}

/// Adds to the buyer's count if it stays within the limit.
fn count_buyer(work: &Work<'_>, claim: &Claim, seats: u32) -> Result<bool, LedgerError> {
    if claim.limit < seats {
        return Ok(false);
    }
    let sql = "INSERT INTO buyers (event_id, buyer_id, seats) VALUES (?1, ?2, ?3) \
        ON CONFLICT DO UPDATE SET seats = seats + excluded.seats WHERE seats + excluded.seats <= ?4";
    let (event, buyer) = (claim.event_id.to_string(), claim.buyer_id.to_string());
    Ok(work.run(sql, params![event, buyer, seats, claim.limit])? == 1)
}

fn change_order(
    work: &Work<'_>,
    event: EventId,
    order: OrderId,
    change: Change,
    outbox_id: OutboxId,
    now: UnixMs,
) -> Result<Step<Vec<Ordinal>>, LedgerError> {
    let sql = "SELECT ordinal FROM seats WHERE order_id = ?2 AND event_id = ?1 AND state = 'claimed' ORDER BY ordinal";
    let claimed = params![event.to_string(), order.to_string()];
    let seats = all(work, sql, claimed, |row| Ok(Ordinal(row.get("ordinal")?)))?;
    if seats.is_empty() {
        return Ok(Step::Abort(seats));
    }
    for seat in &seats {
        work.run(change.sql, params![event.to_string(), seat.0])?;
    }
    work.append(&message(outbox_id, event, now, (change.fact)(Seats { seats: seats.clone() })))?;
    Ok(Step::Commit(seats))
}

fn settled_seats(connection: &Connection, event: EventId, seats: &[Ordinal]) -> Result<Vec<SettledSeat>, LedgerError> {
    let sql = format!("SELECT {SETTLED} FROM seats WHERE event_id = ?1 AND ordinal = ?2");
    let mut found = Vec::with_capacity(seats.len());
    for seat in seats {
        found.extend(one(connection, &sql, params![event.to_string(), seat.0], settled)?);
    }
    Ok(found)
}
