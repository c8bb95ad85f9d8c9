//! The `seats` collection: the lock on a seat is its document, changed only where its state and fence allow it. `buyers`
//! counts what one buyer has.

use std::collections::{BTreeMap, HashSet};

use frontrow_domain::holds::{CLAIM_GRACE_MS, Settled, SettledSeat};
use frontrow_domain::ids::{EventId, Ordinal};
use frontrow_domain::inventory::{InventoryFact, Seats};
use frontrow_domain::order::Order;
use frontrow_domain::seat::{Fence, Lease};
use futures_util::TryStreamExt as _;
use mongodb::ClientSession;
use mongodb::bson::{DateTime, Document, doc};
use mongodb::error::Error;
use serde::Deserialize;

use super::catalogue::seat_id;
use super::documents::{SeatDocument, corrupt, parsed, signed, unix_ms, unsigned};
use super::{LedgerError, MongoLedger, is_duplicate};
use crate::ledger::SeatsChange;
use crate::mutant::{self, Mutant};

/// What a change of seats does, and which it may touch.
pub(super) struct SeatsUpdate {
    from: &'static str,
    /// Only seats that are the order's already.
    owned: bool,
    set: Document,
    generations: i64,
    pub(super) fact: fn(Seats) -> InventoryFact,
}

#[derive(Deserialize)]
struct Found {
    ordinal: u32,
}

impl SeatsUpdate {
    /// `None`: nothing happens to the seats.
    pub(super) fn of(order: &Order, change: SeatsChange) -> Option<Self> {
        let released = doc! {"state": "available", "order_id": null, "owner_id": null, "deadline": null};
        let (order, owner) = (order.id.to_string(), order.buyer_id.to_string());
        let (from, set, fact): (_, _, fn(Seats) -> InventoryFact) = match change {
            SeatsChange::Keep => return None,
            SeatsChange::Release => ("claimed", released, InventoryFact::SeatsReleased),
            SeatsChange::Sell => ("claimed", doc! {"state": "sold", "deadline": null}, InventoryFact::SeatsSold),
            SeatsChange::SellAgain => {
                let sold = doc! {"state": "sold", "order_id": order, "owner_id": owner};
                ("available", sold, InventoryFact::SeatsSold)
            }
            SeatsChange::GiveBack | SeatsChange::GiveBackUnused => ("sold", released, InventoryFact::SeatsReleased),
        };
        let generations = i64::from(matches!(change, SeatsChange::GiveBack | SeatsChange::GiveBackUnused));
        Some(Self { from, owned: change != SeatsChange::SellAgain, set, generations, fact })
    }

    pub(super) fn block() -> Self {
        let set = doc! {"state": "blocked"};
        Self { from: "available", owned: false, set, generations: 0, fact: InventoryFact::SeatsBlocked }
    }

    pub(super) fn unblock() -> Self {
        let set = doc! {"state": "available"};
        Self { from: "blocked", owned: false, set, generations: 0, fact: InventoryFact::SeatsUnblocked }
    }
}

impl MongoLedger {
    /// Claims the seats of an order; gives back those that are lost.
    pub(super) async fn claim_seats(
        &self,
        session: &mut ClientSession,
        order: &Order,
        deadline: DateTime,
    ) -> Result<Vec<Ordinal>, Error> {
        let seats = self.collection::<Found>("seats");
        let (id, buyer) = (order.id.to_string(), order.buyer_id.to_string());
        let mut claimed = 0;
        for ((epoch, counter), ids) in by_fence(order) {
            let not_newer = doc! {"$or": [
                {"fence_epoch": {"$lt": epoch}},
                {"fence_epoch": epoch, "fence_counter": {"$lte": counter}},
            ]};
            let not_newer = if mutant::is(Mutant::StaleFenceClaims) {
                doc! {}
            } else {
                not_newer
            };
            let mut free = doc! {"_id": {"$in": ids}, "state": "available", "$and": [not_newer]};
            if mutant::is(Mutant::SeatsWithoutState) || mutant::is(Mutant::NoGuardLeft) {
                free.remove("state");
            }
            let set = doc! {
                "state": "claimed", "order_id": &id, "owner_id": &buyer, "deadline": deadline,
                "fence_epoch": epoch, "fence_counter": counter,
            };
            let claim = doc! {"$set": set, "$inc": {"version": 1_i64}};
            claimed += seats.update_many(free, claim).session(&mut *session).await?.modified_count;
        }
        let ordinals = order.ordinals();
        if claimed == ordinals.len() as u64 {
            return Ok(Vec::new());
        }
        let mine = doc! {"order_id": &id, "state": "claimed"};
        self.seats_without(session, order.event_id, &ordinals, mine).await
    }

    /// Changes all of an order's seats, or says that one of them is not as the change expects it.
    pub(super) async fn change_seats_of(
        &self,
        session: &mut ClientSession,
        order: &Order,
        update: &SeatsUpdate,
    ) -> Result<bool, Error> {
        let mut filter = doc! {"_id": {"$in": seat_ids(order.event_id, &order.ordinals())}, "state": update.from};
        if update.owned {
            filter.extend(doc! {"order_id": order.id.to_string(), "owner_id": order.buyer_id.to_string()});
        }
        let change = doc! {
            "$set": update.set.clone(), "$inc": {"version": 1_i64, "sale_generation": update.generations},
        };
        let seats = self.collection::<Document>("seats");
        let changed = seats.update_many(filter, change).session(session).await?;
        Ok(changed.matched_count == order.seats.len() as u64)
    }

    /// Changes seats that belong to no order; gives back those that are not as the change expects them.
    pub(super) async fn change_free_seats(
        &self,
        session: &mut ClientSession,
        event: EventId,
        ordinals: &[Ordinal],
        update: &SeatsUpdate,
    ) -> Result<Vec<Ordinal>, Error> {
        let expected = doc! {"state": update.from};
        let refused = self.seats_without(&mut *session, event, ordinals, expected).await?;
        if refused.is_empty() {
            let filter = doc! {"_id": {"$in": seat_ids(event, ordinals)}, "state": update.from};
            let change = doc! {"$set": update.set.clone(), "$inc": {"version": 1_i64}};
            self.collection::<Document>("seats").update_many(filter, change).session(session).await?;
        }
        Ok(refused)
    }

    /// Those of the seats that do not have these fields.
    async fn seats_without(
        &self,
        session: &mut ClientSession,
        event: EventId,
        ordinals: &[Ordinal],
        mut fields: Document,
    ) -> Result<Vec<Ordinal>, Error> {
        fields.insert("_id", doc! {"$in": seat_ids(event, ordinals)});
        let seats = self.collection::<Found>("seats");
        let mut cursor = seats.find(fields).projection(doc! {"ordinal": 1}).session(&mut *session).await?;
        let found: Vec<_> = cursor.stream(&mut *session).try_collect().await?;
        let mut found: HashSet<_> = found.into_iter().map(|seat| Ordinal(seat.ordinal)).collect();
        Ok(ordinals.iter().copied().filter(|seat| !found.remove(seat)).collect())
    }

    /// Adds the order's seats to the buyer's count if it stays within the limit. An upsert that collides is a count
    /// above it.
    pub(super) async fn count_buyer(
        &self,
        session: &mut ClientSession,
        order: &Order,
        limit: u32,
    ) -> Result<bool, Error> {
        let limit = if mutant::is(Mutant::LimitLeftToTheOther) { u32::MAX } else { limit };
        let room = i64::from(limit) - count(order);
        if room < 0 {
            return Ok(false);
        }
        let below = doc! {"_id": buyer_key(order), "seats": {"$lte": room}};
        let more = doc! {"$inc": {"seats": count(order)}};
        let buyers = self.collection::<Document>("buyers");
        match buyers.update_one(below, more).upsert(true).session(session).await {
            Ok(_) => Ok(true),
            Err(error) if is_duplicate(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn uncount_buyer(&self, session: &mut ClientSession, order: &Order) -> Result<(), Error> {
        let less = doc! {"$inc": {"seats": -count(order)}};
        let buyers = self.collection::<Document>("buyers");
        buyers.update_one(doc! {"_id": buyer_key(order)}, less).session(session).await.map(drop)
    }

    pub(super) async fn find_settled(
        &self,
        event: EventId,
        ordinals: Option<&[Ordinal]>,
    ) -> Result<Vec<SettledSeat>, LedgerError> {
        let filter = if let Some(ordinals) = ordinals {
            doc! {"_id": {"$in": seat_ids(event, ordinals)}}
        } else {
            doc! {"event_id": event.to_string(), "version": {"$gt": 0_i64}}
        };
        let seats = self.collection::<SeatDocument>("seats");
        let found = self.ask_at_length(async { seats.find(filter).await?.try_collect::<Vec<_>>().await }).await?;
        found.iter().map(settled).collect()
    }
}

/// The seats of an order by the fence under which they were held. Usually that is one hold, and so one write, which
/// goes through the seats in the order of their keys: two orders that overlap meet at the same seat first.
fn by_fence(order: &Order) -> BTreeMap<(i64, i64), Vec<String>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for seat in &order.seats {
        let fence = (signed(seat.fence.epoch), signed(seat.fence.counter));
        groups.entry(fence).or_default().push(seat_id(order.event_id, seat.ordinal.0));
    }
    groups
}

fn seat_ids(event: EventId, ordinals: &[Ordinal]) -> Vec<String> {
    ordinals.iter().map(|seat| seat_id(event, seat.0)).collect()
}

fn buyer_key(order: &Order) -> String {
    format!("{}:{}", order.event_id, order.buyer_id)
}

fn count(order: &Order) -> i64 {
    i64::try_from(order.seats.len()).unwrap_or(i64::MAX)
}

fn settled(seat: &SeatDocument) -> Result<SettledSeat, LedgerError> {
    let owner = || parsed("a seat's owner", seat.owner_id.as_deref().unwrap_or_default());
    let fence = Fence { epoch: unsigned(seat.fence_epoch), counter: unsigned(seat.fence_counter) };
    let state = match seat.state.as_str() {
        "available" => Settled::Available { last_fence: (seat.fence_epoch > 0).then_some(fence) },
        "claimed" => {
            let deadline = seat.deadline.ok_or_else(|| corrupt("a claim's deadline", "nothing"))?;
            let deadline_ms = unsigned(unix_ms(deadline).0) + CLAIM_GRACE_MS;
            Settled::Claimed(Lease { owner: owner()?, fence, first_held_ms: deadline_ms, deadline_ms })
        }
        "sold" => Settled::Sold { owner: owner()? },
        "blocked" => Settled::Blocked,
        other => return Err(corrupt("a seat's state", other)),
    };
    Ok(SettledSeat { ordinal: Ordinal(seat.ordinal), version: unsigned(seat.version), state })
}
