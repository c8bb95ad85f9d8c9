//! Sales in MongoDB: the seat documents are the locks, `buyers` counts what one buyer has.

use async_trait::async_trait;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::holds::{Settled, SettledSeat};
use frontrow_domain::ids::{EventId, OrderId, Ordinal, OutboxId};
use frontrow_domain::inventory::{InventoryFact, Seats};
use frontrow_domain::seat::{Fence, Lease};
use futures_util::TryStreamExt as _;
use mongodb::ClientSession;
use mongodb::bson::{Document, doc};
use mongodb::error::Error;

use super::catalogue::{message, seat_id};
use super::documents::{OutboxDocument, SeatDocument, corrupt, date, parsed, signed, strings, unsigned};
use super::transaction::{Step, Transaction};
use super::{LedgerError, MongoLedger, is_duplicate};
use crate::ledger::{Claim, ClaimRefusal, ClaimedSeat, Sales};

/// What a change of seats does, and which rows it may touch.
struct Change {
    from: &'static str,
    set: Document,
    fact: fn(Seats) -> InventoryFact,
}

#[async_trait]
impl Sales for MongoLedger {
    async fn claim(
        &self,
        claim: &Claim,
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<Result<(), ClaimRefusal>, LedgerError> {
        // One order of locking for everybody: two claims that overlap conflict on the first common seat.
        let mut seats = claim.seats.clone();
        seats.sort_by_key(|seat| seat.ordinal);
        let fact = InventoryFact::SeatsClaimed(Seats { seats: seats.iter().map(|seat| seat.ordinal).collect() });
        let row = OutboxDocument::new(&message(outbox_id, claim.event_id, now, fact))?;
        self.in_time(async {
            let mut transaction = self.transaction().await?;
            loop {
                transaction.start().await?;
                let body = self.claim_within(&mut transaction.session, claim, &seats, &row).await;
                if let Some(result) = transaction.finish(body).await? {
                    return Ok(result);
                }
            }
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
        let set = doc! {"state": "available", "order_id": null, "owner_id": null, "deadline": null};
        let change = Change { from: "claimed", set, fact: InventoryFact::SeatsReleased };
        self.change_order(event, order, &change, true, outbox_id, now).await
    }

    async fn sell(
        &self,
        event: EventId,
        order: OrderId,
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<Vec<Ordinal>, LedgerError> {
        let set = doc! {"state": "sold", "deadline": null};
        let change = Change { from: "claimed", set, fact: InventoryFact::SeatsSold };
        self.change_order(event, order, &change, false, outbox_id, now).await
    }

    async fn block(
        &self,
        event: EventId,
        seats: &[Ordinal],
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<Result<(), Vec<Ordinal>>, LedgerError> {
        let change = Change { from: "available", set: doc! {"state": "blocked"}, fact: InventoryFact::SeatsBlocked };
        self.change_seats(event, seats, &change, outbox_id, now).await
    }

    async fn unblock(
        &self,
        event: EventId,
        seats: &[Ordinal],
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<Result<(), Vec<Ordinal>>, LedgerError> {
        let change = Change { from: "blocked", set: doc! {"state": "available"}, fact: InventoryFact::SeatsUnblocked };
        self.change_seats(event, seats, &change, outbox_id, now).await
    }

    async fn settled(&self, event: EventId, seats: Option<&[Ordinal]>) -> Result<Vec<SettledSeat>, LedgerError> {
        let filter = if let Some(seats) = seats {
            doc! {"_id": {"$in": strings(seats.iter().map(|seat| seat_id(event, seat.0)))}}
        } else {
            doc! {"event_id": event.to_string(), "version": {"$gt": 0_i64}}
        };
        let rows = self.collection::<SeatDocument>("seats");
        let found = self.ask_at_length(async { rows.find(filter).await?.try_collect::<Vec<_>>().await }).await?;
        found.iter().map(settled).collect()
    }
}

impl MongoLedger {
    async fn claim_within(
        &self,
        session: &mut ClientSession,
        claim: &Claim,
        seats: &[ClaimedSeat],
        row: &OutboxDocument,
    ) -> Result<Step<Result<(), ClaimRefusal>>, Error> {
        let (order, buyer) = (claim.order_id.to_string(), claim.buyer_id.to_string());
        let collection = self.collection::<SeatDocument>("seats");
        let (mut lost, mut fresh) = (Vec::new(), 0_i64);
        for seat in seats {
            let id = seat_id(claim.event_id, seat.ordinal.0);
            let (epoch, counter) = (signed(seat.fence.epoch), signed(seat.fence.counter));
            let not_newer = doc! {"$or": [
                {"fence_epoch": {"$lt": epoch}},
                {"fence_epoch": epoch, "fence_counter": {"$lte": counter}},
            ]};
            let free = doc! {"_id": &id, "state": "available", "$and": [not_newer]};
            let set = doc! {
                "state": "claimed", "order_id": &order, "owner_id": &buyer, "deadline": date(claim.deadline),
                "fence_epoch": epoch, "fence_counter": counter,
            };
            let change = doc! {"$set": set, "$inc": {"version": 1_i64}};
            if collection.update_one(free, change).session(&mut *session).await?.modified_count == 1 {
                fresh += 1;
                continue;
            }
            let mine = doc! {"_id": &id, "state": "claimed", "order_id": &order};
            if collection.count_documents(mine).session(&mut *session).await? == 0 {
                lost.push(seat.ordinal);
            }
        }
        if !lost.is_empty() {
            return Ok(Step::Abort(Err(ClaimRefusal::Lost(lost))));
        }
        if fresh == 0 {
            return Ok(Step::Abort(Ok(())));
        }
        if !self.count_buyer(session, claim, fresh).await? {
            return Ok(Step::Abort(Err(ClaimRefusal::Limit)));
        }
        self.collection::<OutboxDocument>("outbox").insert_one(row).session(session).await?;
        Ok(Step::Commit(Ok(())))
    }

    /// Adds to the buyer's count if it stays within the limit. An upsert that collides is a count above it.
    async fn count_buyer(&self, session: &mut ClientSession, claim: &Claim, seats: i64) -> Result<bool, Error> {
        let below = doc! {
            "_id": format!("{}:{}", claim.event_id, claim.buyer_id), "seats": {"$lte": i64::from(claim.limit) - seats},
        };
        if i64::from(claim.limit) < seats {
            return Ok(false);
        }
        let buyers = self.collection::<Document>("buyers");
        match buyers.update_one(below, doc! {"$inc": {"seats": seats}}).upsert(true).session(session).await {
            Ok(_) => Ok(true),
            Err(error) if is_duplicate(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn change_order(
        &self,
        event: EventId,
        order: OrderId,
        change: &Change,
        uncount: bool,
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<Vec<Ordinal>, LedgerError> {
        self.in_time(async {
            let mut transaction = self.transaction().await?;
            loop {
                transaction.start().await?;
                let body =
                    self.change_order_within(&mut transaction, event, order, change, uncount, outbox_id, now).await?;
                if let Some(seats) = transaction.finish(body).await? {
                    return Ok(seats);
                }
            }
        })
        .await
    }

    #[expect(clippy::too_many_arguments, reason = "one call site, one line apart")]
    async fn change_order_within(
        &self,
        transaction: &mut Transaction,
        event: EventId,
        order: OrderId,
        change: &Change,
        uncount: bool,
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<Result<Step<Vec<Ordinal>>, Error>, LedgerError> {
        let session = &mut transaction.session;
        let filter = doc! {"order_id": order.to_string(), "event_id": event.to_string(), "state": change.from};
        let work = async {
            let seats = self.collection::<SeatDocument>("seats");
            let mut cursor = seats.find(filter.clone()).session(&mut *session).await?;
            let found: Vec<SeatDocument> = cursor.stream(&mut *session).try_collect().await?;
            if let Some(first) = found.first() {
                let update = doc! {"$set": change.set.clone(), "$inc": {"version": 1_i64}};
                seats.update_many(filter, update).session(&mut *session).await?;
                if let (true, Some(owner)) = (uncount, &first.owner_id) {
                    let less = doc! {"$inc": {"seats": -i64::try_from(found.len()).unwrap_or(0)}};
                    let buyer = doc! {"_id": format!("{event}:{owner}")};
                    self.collection::<Document>("buyers").update_one(buyer, less).session(&mut *session).await?;
                }
            }
            Ok::<_, Error>(found.iter().map(|seat| Ordinal(seat.ordinal)).collect::<Vec<_>>())
        };
        let mut ordinals = match work.await {
            Ok(ordinals) if ordinals.is_empty() => return Ok(Ok(Step::Abort(ordinals))),
            Ok(ordinals) => ordinals,
            Err(error) => return Ok(Err(error)),
        };
        ordinals.sort_unstable();
        let fact = (change.fact)(Seats { seats: ordinals.clone() });
        let row = OutboxDocument::new(&message(outbox_id, event, now, fact))?;
        let inserted =
            self.collection::<OutboxDocument>("outbox").insert_one(row).session(&mut transaction.session).await;
        Ok(inserted.map(|_| Step::Commit(ordinals)))
    }

    async fn change_seats(
        &self,
        event: EventId,
        seats: &[Ordinal],
        change: &Change,
        outbox_id: OutboxId,
        now: UnixMs,
    ) -> Result<Result<(), Vec<Ordinal>>, LedgerError> {
        let mut seats = seats.to_vec();
        seats.sort_unstable();
        seats.dedup();
        let row = OutboxDocument::new(&message(outbox_id, event, now, (change.fact)(Seats { seats: seats.clone() })))?;
        self.in_time(async {
            let mut transaction = self.transaction().await?;
            loop {
                transaction.start().await?;
                let body = self.change_seats_within(&mut transaction.session, event, &seats, change, &row).await;
                if let Some(result) = transaction.finish(body).await? {
                    return Ok(result);
                }
            }
        })
        .await
    }

    async fn change_seats_within(
        &self,
        session: &mut ClientSession,
        event: EventId,
        seats: &[Ordinal],
        change: &Change,
        row: &OutboxDocument,
    ) -> Result<Step<Result<(), Vec<Ordinal>>>, Error> {
        let collection = self.collection::<SeatDocument>("seats");
        let mut refused = Vec::new();
        for &seat in seats {
            let filter = doc! {"_id": seat_id(event, seat.0), "state": change.from};
            let update = doc! {"$set": change.set.clone(), "$inc": {"version": 1_i64}};
            if collection.update_one(filter, update).session(&mut *session).await?.modified_count == 0 {
                refused.push(seat);
            }
        }
        if !refused.is_empty() {
            return Ok(Step::Abort(Err(refused)));
        }
        self.collection::<OutboxDocument>("outbox").insert_one(row).session(session).await?;
        Ok(Step::Commit(Ok(())))
    }
}

fn settled(seat: &SeatDocument) -> Result<SettledSeat, LedgerError> {
    let owner = || parsed("a seat's owner", seat.owner_id.as_deref().unwrap_or_default());
    let fence = Fence { epoch: unsigned(seat.fence_epoch), counter: unsigned(seat.fence_counter) };
    let state = match seat.state.as_str() {
        "available" => Settled::Available { last_fence: (seat.fence_epoch > 0).then_some(fence) },
        "claimed" => {
            let deadline = seat.deadline.ok_or_else(|| corrupt("a claim's deadline", "nothing"))?;
            let deadline_ms = unsigned(deadline.timestamp_millis());
            Settled::Claimed(Lease { owner: owner()?, fence, first_held_ms: deadline_ms, deadline_ms })
        }
        "sold" => Settled::Sold { owner: owner()? },
        "blocked" => Settled::Blocked,
        other => return Err(corrupt("a seat's state", other)),
    };
    Ok(SettledSeat { ordinal: Ordinal(seat.ordinal), version: unsigned(seat.version), state })
}
