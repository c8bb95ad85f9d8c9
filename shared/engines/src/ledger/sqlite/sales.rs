//! Sales in `SQLite`: the lock on a seat is its row, changed only where its state and fence allow it.

use async_trait::async_trait;
use frontrow_domain::event::EventStatus;
use frontrow_domain::holds::SettledSeat;
use frontrow_domain::ids::{EventId, Ordinal};
use frontrow_domain::inventory::{InventoryFact, Seats};
use frontrow_domain::journal::Entry;
use frontrow_domain::order::{Order, OrderStatus};
use rusqlite::{Connection, ToSql, params};

use super::answers::finish_within;
use super::rows::{SETTLED, all, message, one, settled, signed, value};
use super::work::{Step, Work};
use super::{LedgerError, SqliteLedger, events, journal, orders, tickets};
use crate::ledger::{
    AnswerToStore, ChangeRefusal, OrderChange, OrderQuery, OrdersRead, Placing, PlacingRefusal, Sales, SalesFigures,
    SalesTotals, SeatsChange,
};

const CLAIM: &str = "UPDATE seats SET state = 'claimed', order_id = ?3, owner_id = ?4, deadline = ?5, \
        fence_epoch = ?6, fence_counter = ?7, version = version + 1 \
    WHERE event_id = ?1 AND ordinal = ?2 AND state = 'available' AND (fence_epoch, fence_counter) <= (?6, ?7)";
const RELEASE: &str = "UPDATE seats SET state = 'available', order_id = NULL, owner_id = NULL, deadline = NULL, \
        version = version + 1 \
    WHERE event_id = ?1 AND ordinal = ?2 AND state = 'claimed' AND order_id = ?3 AND ?4 = owner_id";
const SELL: &str = "UPDATE seats SET state = 'sold', deadline = NULL, version = version + 1 \
    WHERE event_id = ?1 AND ordinal = ?2 AND state = 'claimed' AND order_id = ?3 AND ?4 = owner_id";
const SELL_AGAIN: &str = "UPDATE seats SET state = 'sold', order_id = ?3, owner_id = ?4, version = version + 1 \
    WHERE event_id = ?1 AND ordinal = ?2 AND state = 'available'";
const GIVE_BACK: &str = "UPDATE seats SET state = 'available', order_id = NULL, owner_id = NULL, \
        sale_generation = sale_generation + 1, version = version + 1 \
    WHERE event_id = ?1 AND ordinal = ?2 AND state = 'sold' AND order_id = ?3 AND ?4 = owner_id";
const BLOCK: &str = "UPDATE seats SET state = 'blocked', version = version + 1 \
    WHERE event_id = ?1 AND ordinal = ?2 AND state = 'available'";
const UNBLOCK: &str = "UPDATE seats SET state = 'available', version = version + 1 \
    WHERE event_id = ?1 AND ordinal = ?2 AND state = 'blocked'";

#[async_trait]
impl Sales for SqliteLedger {
    async fn place_order(
        &self,
        placing: &Placing,
        answer: AnswerToStore<'_>,
        entry: &Entry,
    ) -> Result<Result<Order, PlacingRefusal>, LedgerError> {
        let (placing, entry) = (placing.clone(), entry.clone());
        let answer = answer.map(|(key, answer)| (key.clone(), answer.clone()));
        self.write(move |work| {
            if let Some(known) = orders::find(work, placing.order.id)? {
                return Ok(Step::Abort(Ok(known)));
            }
            if let Some(refusal) = place(work, &placing, &entry)? {
                return Ok(Step::Abort(Err(refusal)));
            }
            if let Some((key, answer)) = answer {
                finish_within(work, &key, &answer)?;
            }
            let placed = orders::find(work, placing.order.id)?;
            placed.map(|order| Step::Commit(Ok(order))).ok_or_else(|| LedgerError::Corrupt("an order vanished".into()))
        })
        .await
    }

    async fn change_order(
        &self,
        change: &OrderChange,
        answer: AnswerToStore<'_>,
    ) -> Result<Result<(), ChangeRefusal>, LedgerError> {
        let change = change.clone();
        let answer = answer.map(|(key, answer)| (key.clone(), answer.clone()));
        self.write(move |work| {
            if let Some(refusal) = change_within(work, &change)? {
                return Ok(Step::Abort(Err(refusal)));
            }
            if let Some((key, answer)) = answer {
                finish_within(work, &key, &answer)?;
            }
            Ok(Step::Commit(Ok(())))
        })
        .await
    }

    async fn orders(&self, query: &OrderQuery) -> Result<OrdersRead, LedgerError> {
        let query = *query;
        self.read(move |connection| orders::list(connection, &query)).await
    }

    async fn due_orders(&self, limit: u32, lease_ms: u64) -> Result<OrdersRead, LedgerError> {
        // Looked at by a reader first: most of the time nothing is due, and the writer has other work.
        match self.read(orders::nothing_due).await? {
            Some(nothing) => Ok(nothing),
            None => self.change(move |work| orders::take_due(work, limit, lease_ms)).await,
        }
    }

    async fn make_due(&self, event: EventId, status: OrderStatus) -> Result<u64, LedgerError> {
        self.change(move |work| orders::make_due(work, event, status)).await
    }

    async fn sales_totals(&self, event: EventId) -> Result<SalesTotals, LedgerError> {
        self.read(move |connection| orders::totals(connection, event)).await
    }

    async fn sales_figures(&self, event: EventId) -> Result<SalesFigures, LedgerError> {
        self.read(move |connection| orders::figures(connection, event)).await
    }

    async fn block(&self, event: EventId, entry: &Entry) -> Result<Result<(), Vec<Ordinal>>, LedgerError> {
        self.change_seats(event, entry, BLOCK, InventoryFact::SeatsBlocked).await
    }

    async fn unblock(&self, event: EventId, entry: &Entry) -> Result<Result<(), Vec<Ordinal>>, LedgerError> {
        self.change_seats(event, entry, UNBLOCK, InventoryFact::SeatsUnblocked).await
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
        entry: &Entry,
        sql: &'static str,
        fact: fn(Seats) -> InventoryFact,
    ) -> Result<Result<(), Vec<Ordinal>>, LedgerError> {
        let entry = entry.clone();
        self.write(move |work| {
            let refused = run_for_each(work, sql, &entry.seats, params![event.to_string()])?;
            if !refused.is_empty() {
                return Ok(Step::Abort(Err(refused)));
            }
            tell(work, event, &entry, fact)?;
            Ok(Step::Commit(Ok(())))
        })
        .await
    }
}

/// Claims the seats and writes the order, unless there is a reason not to.
fn place(work: &Work<'_>, placing: &Placing, entry: &Entry) -> Result<Option<PlacingRefusal>, LedgerError> {
    let Placing { order, window_ms, limit } = placing;
    if !is_on_sale(work, order.event_id)? {
        return Ok(Some(PlacingRefusal::NotOnSale));
    }
    orders::insert(work, order, *window_ms)?;
    let deadline: i64 = value(work, "SELECT deadline FROM orders WHERE id = ?1", [order.id.to_string()])?.unwrap_or(0);
    let (event, id, buyer) = (order.event_id.to_string(), order.id.to_string(), order.buyer_id.to_string());
    let mut lost = Vec::new();
    for seat in &order.seats {
        let (epoch, counter) = (signed(seat.fence.epoch), signed(seat.fence.counter));
        if work.run(CLAIM, params![event, seat.ordinal.0, id, buyer, deadline, epoch, counter])? == 0 {
            lost.push(seat.ordinal);
        }
    }
    if !lost.is_empty() {
        return Ok(Some(PlacingRefusal::Lost(lost)));
    }
    if !count_buyer(work, order, *limit)? {
        return Ok(Some(PlacingRefusal::Limit));
    }
    tell(work, order.event_id, entry, InventoryFact::SeatsClaimed)?;
    Ok(None)
}

fn change_within(work: &Work<'_>, change: &OrderChange) -> Result<Option<ChangeRefusal>, LedgerError> {
    let order = &change.order;
    if !orders::replace(work, order, change.next_look)? {
        return Ok(Some(ChangeRefusal::Changed));
    }
    let sells = matches!(change.seats, SeatsChange::Sell | SeatsChange::SellAgain);
    if sells && !is_on_sale(work, order.event_id)? {
        return Ok(Some(ChangeRefusal::NotOnSale));
    }
    let (sql, fact): (_, fn(Seats) -> InventoryFact) = match change.seats {
        SeatsChange::Keep => {
            change.entry.iter().try_for_each(|entry| journal::insert(work, order.event_id, entry))?;
            return Ok(None);
        }
        SeatsChange::Release => (RELEASE, InventoryFact::SeatsReleased),
        SeatsChange::Sell => (SELL, InventoryFact::SeatsSold),
        SeatsChange::SellAgain => (SELL_AGAIN, InventoryFact::SeatsSold),
        SeatsChange::GiveBack | SeatsChange::GiveBackUnused => (GIVE_BACK, InventoryFact::SeatsReleased),
    };
    let (event, id, buyer) = (order.event_id.to_string(), order.id.to_string(), order.buyer_id.to_string());
    if !run_for_each(work, sql, &order.ordinals(), params![event, id, buyer])?.is_empty() {
        return Ok(Some(ChangeRefusal::SeatsGone));
    }
    match change.seats {
        SeatsChange::Release | SeatsChange::GiveBack | SeatsChange::GiveBackUnused => uncount_buyer(work, order)?,
        SeatsChange::SellAgain if !count_buyer(work, order, change.limit)? => {
            return Ok(Some(ChangeRefusal::SeatsGone));
        }
        SeatsChange::Keep | SeatsChange::Sell | SeatsChange::SellAgain => {}
    }
    if change.seats == SeatsChange::GiveBack {
        work.run("UPDATE tickets SET state = 'refunded' WHERE order_id = ?1", [&id])?;
    }
    if change.seats == SeatsChange::GiveBackUnused {
        let sql = "UPDATE tickets SET state = 'refunded' WHERE order_id = ?1 AND state = 'valid'";
        if work.run(sql, [&id])? != order.seats.len() {
            return Ok(Some(ChangeRefusal::TicketUsed));
        }
    }
    change.tickets.iter().try_for_each(|ticket| tickets::insert(work, ticket))?;
    change.entry.iter().try_for_each(|entry| tell(work, order.event_id, entry, fact))?;
    Ok(None)
}

/// Runs a change of one seat for each of them, with `?1` the event, `?2` the seat and the rest behind. Gives back those
/// that were not as the change expects them.
fn run_for_each(
    work: &Work<'_>,
    sql: &str,
    seats: &[Ordinal],
    rest: &[&dyn ToSql],
) -> Result<Vec<Ordinal>, LedgerError> {
    let Some((event, rest)) = rest.split_first() else { return Ok(Vec::new()) };
    let mut refused = Vec::new();
    for seat in seats {
        let params: Vec<&dyn ToSql> = [*event, &seat.0].into_iter().chain(rest.iter().copied()).collect();
        if work.run(sql, params.as_slice())? == 0 {
            refused.push(*seat);
        }
    }
    Ok(refused)
}

/// The outbox row and the line of the journal.
fn tell(work: &Work<'_>, event: EventId, entry: &Entry, fact: fn(Seats) -> InventoryFact) -> Result<(), LedgerError> {
    work.append(&message(entry.id, event, entry.at, fact(Seats { seats: entry.seats.clone() })))?;
    journal::insert(work, event, entry)
}

fn is_on_sale(work: &Work<'_>, event: EventId) -> Result<bool, LedgerError> {
    Ok(events::find(work, event)?.is_some_and(|event| event.status == EventStatus::OnSale))
}

/// Adds the order's seats to the buyer's count if it stays within the limit.
fn count_buyer(work: &Work<'_>, order: &Order, limit: u32) -> Result<bool, LedgerError> {
    let seats = u32::try_from(order.seats.len()).unwrap_or(u32::MAX);
    if limit < seats {
        return Ok(false);
    }
    let sql = "INSERT INTO buyers (event_id, buyer_id, seats) VALUES (?1, ?2, ?3) \
        ON CONFLICT DO UPDATE SET seats = seats + excluded.seats WHERE seats + excluded.seats <= ?4";
    Ok(work.run(sql, params![order.event_id.to_string(), order.buyer_id.to_string(), seats, limit])? == 1)
}

fn uncount_buyer(work: &Work<'_>, order: &Order) -> Result<(), LedgerError> {
    let sql = "UPDATE buyers SET seats = seats - ?3 WHERE event_id = ?1 AND buyer_id = ?2";
    let seats = u32::try_from(order.seats.len()).unwrap_or(0);
    work.run(sql, params![order.event_id.to_string(), order.buyer_id.to_string(), seats]).map(drop)
}

fn settled_seats(connection: &Connection, event: EventId, seats: &[Ordinal]) -> Result<Vec<SettledSeat>, LedgerError> {
    let sql = format!("SELECT {SETTLED} FROM seats WHERE event_id = ?1 AND ordinal = ?2");
    let mut found = Vec::with_capacity(seats.len());
    for seat in seats {
        found.extend(one(connection, &sql, params![event.to_string(), seat.0], settled)?);
    }
    Ok(found)
}
