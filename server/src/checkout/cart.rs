//! The cart: what a buyer holds in an event, at the prices of the moment each seat was taken.

use frontrow_domain::clock::UnixMs;
use frontrow_domain::codes::ErrorCode;
use frontrow_domain::event::{Event, OrphanRule};
use frontrow_domain::holds::Settled;
use frontrow_domain::ids::{EventId, Ordinal, UserId};
use frontrow_domain::money::Money;
use frontrow_domain::order::OrderSeat;
use frontrow_domain::seat::{Lease, SeatMap, SeatRecord};
use serde::Serialize;
use utoipa::ToSchema;

use super::Checkout;
use crate::catalogue::CompiledPlan;
use crate::http::problem::{Answer, Problem};

/// Changes of an event that are looked through for what became of a cart.
const REMEMBERED: usize = 1_000;

/// A seat of a cart.
pub(super) struct CartSeat {
    pub(super) seat: OrderSeat,
    expires_in_ms: u64,
    /// What the seat would cost if it were taken now.
    current_price: i64,
}

/// See the module.
pub(super) struct Cart {
    pub(super) seats: Vec<CartSeat>,
    pub(super) total: Money,
    /// Seats that the order would leave alone between others, where the event has a rule against it.
    orphans: Vec<String>,
    /// If the cart is empty: the seats that were in it last and whose time is over.
    lapsed: Vec<String>,
}

/// What a client believes to have in its cart. Everything is optional: whoever says nothing orders everything.
#[derive(Debug, Default)]
pub(super) struct Belief<'a> {
    pub(super) seats: Option<&'a [String]>,
    pub(super) total: Option<i64>,
}

impl Checkout {
    /// What a buyer has in the cart now; of it only the seats of these names, if there are names.
    pub(super) async fn cart(
        &self,
        buyer: UserId,
        event: &Event,
        plan: &CompiledPlan,
        only: Option<&[String]>,
    ) -> Answer<Cart> {
        // A store that has lost its memory would show an empty cart.
        self.gatekeeper.ensure(event.id).await?;
        let read = self.holds.read_buyer(event.id, buyer).await?;
        let mut leases: Vec<(Ordinal, Lease)> = Vec::new();
        let mut claimed: Vec<(Ordinal, Lease)> = Vec::new();
        for (seat, record) in read.seats {
            match record {
                SeatRecord::Held(lease) => leases.push((seat, lease)),
                SeatRecord::Claimed(lease) => claimed.push((seat, lease)),
                SeatRecord::Available | SeatRecord::Sold { .. } | SeatRecord::Blocked => {}
            }
        }
        leases.extend(self.unclaimed(event, claimed).await?);
        if let Some(names) = only {
            leases.retain(|(seat, _)| names.contains(&plan.layout.seat(*seat).seat));
        }
        leases.sort_unstable_by_key(|(seat, _)| *seat);
        let seats: Vec<_> = leases
            .iter()
            .map(|(seat, lease)| cart_seat(event, plan, *seat, lease, read.at_ms))
            .collect::<Answer<_>>()?;
        let amount = seats.iter().map(|seat| seat.seat.price).sum();
        let total = Money { amount, currency: event.currency };
        let orphans = self.orphans(event, plan, &leases).await?;
        let lapsed =
            if seats.is_empty() && only.is_none() { self.lapsed(buyer, event, plan).await? } else { Vec::new() };
        Ok(Cart { seats, total, orphans, lapsed })
    }

    /// What the buyer held last and has let lapse, as far back as the store remembers.
    async fn lapsed(&self, buyer: UserId, event: &Event, plan: &CompiledPlan) -> Answer<Vec<String>> {
        let past = self.holds.history(event.id, REMEMBERED).await?;
        let Some(last) = past.iter().position(|change| change.by == Some(buyer)) else { return Ok(Vec::new()) };
        let expired = past[..last].iter().filter(|change| change.verb == "expire").flat_map(|change| &change.seats);
        let expired: Vec<_> = expired.copied().collect();
        let held = Some(&past[last]).filter(|change| ["hold", "extend"].contains(&change.verb.as_str()));
        let lapsed = held.into_iter().flat_map(|change| &change.seats).filter(|seat| expired.contains(seat));
        Ok(lapsed.map(|&seat| plan.layout.seat(seat).seat.clone()).collect())
    }

    /// Seats that are claimed in the store and not in the ledger: a server died between the two. They are still the
    /// buyer's to order.
    async fn unclaimed(&self, event: &Event, claimed: Vec<(Ordinal, Lease)>) -> Answer<Vec<(Ordinal, Lease)>> {
        if claimed.is_empty() {
            return Ok(claimed);
        }
        let seats: Vec<_> = claimed.iter().map(|(seat, _)| *seat).collect();
        let settled = self.ledger.settled(event.id, Some(&seats)).await?;
        let is_free = |seat: &Ordinal| {
            settled.iter().all(|known| known.ordinal != *seat || matches!(known.state, Settled::Available { .. }))
        };
        Ok(claimed.into_iter().filter(|(seat, _)| is_free(seat)).collect())
    }

    async fn orphans(&self, event: &Event, plan: &CompiledPlan, leases: &[(Ordinal, Lease)]) -> Answer<Vec<String>> {
        if event.orphan_rule == OrphanRule::Off {
            return Ok(Vec::new());
        }
        let mine: Vec<_> = leases.iter().map(|(seat, _)| *seat).collect();
        // As the store has them now: a room is a moment behind.
        let around: Vec<Ordinal> = mine.iter().flat_map(|&seat| plan.blocks.place(seat).block).copied().collect();
        let read = self.holds.read(event.id, &around).await?;
        let mut map = SeatMap::new(plan.layout.seats_total());
        for (&seat, record) in around.iter().zip(&read.records) {
            map.set(seat, record.state());
        }
        let orphans = plan.blocks.orphans(&map, &mine);
        Ok(orphans.into_iter().map(|seat| plan.layout.seat(seat).seat.clone()).collect())
    }
}

impl Cart {
    /// Refuses a cart that cannot be ordered as it is, or is not what the client believes it to be.
    pub(super) fn check(&self, event: &Event, belief: &Belief<'_>) -> Answer<()> {
        let has = |name: &String| self.seats.iter().any(|seat| seat.seat.seat == *name);
        let lost: Vec<_> = belief.seats.unwrap_or_default().iter().filter(|name| !has(name)).cloned().collect();
        if !lost.is_empty() {
            return Err(seats_lost(lost));
        }
        if !self.lapsed.is_empty() {
            return Err(seats_lost(self.lapsed.clone()));
        }
        if self.seats.is_empty() {
            return Err(Problem::new(ErrorCode::EmptyCart, "you hold no seats of this event"));
        }
        if belief.total.is_some_and(|total| total != self.total.amount) {
            let detail = "the total of the cart is another one";
            return Err(Problem::new(ErrorCode::PriceChanged, detail).with("total", self.total));
        }
        if event.orphan_rule == OrphanRule::Strict && !self.orphans.is_empty() {
            let detail = format!("{} would be left alone", self.orphans.join(", "));
            return Err(Problem::new(ErrorCode::OrphanSeats, detail).with("seats", &self.orphans));
        }
        Ok(())
    }

    pub(super) fn view(&self, event: &Event) -> CartView {
        let money = |amount| Money { amount, currency: event.currency };
        let seat = |seat: &CartSeat| CartSeatView {
            seat: seat.seat.seat.clone(),
            category: seat.seat.category.clone(),
            price: money(seat.seat.price),
            current_price: money(seat.current_price),
            expires_in_ms: seat.expires_in_ms,
        };
        CartView {
            event_id: event.id,
            seats: self.seats.iter().map(seat).collect(),
            total: self.total,
            orphans: self.orphans.clone(),
        }
    }
}

/// `GET cart`
#[derive(Serialize, ToSchema)]
#[schema(as = Cart)]
pub(crate) struct CartView {
    event_id: EventId,
    seats: Vec<CartSeatView>,
    total: Money,
    /// Seats that the order would leave alone between others, where the event has a rule against it.
    orphans: Vec<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = CartSeat)]
struct CartSeatView {
    seat: String,
    category: String,
    /// What it cost when it was taken: what is charged.
    price: Money,
    /// What it would cost now.
    current_price: Money,
    expires_in_ms: u64,
}

/// `POST cart/validate`: a cart that can be ordered.
#[derive(Serialize, ToSchema)]
#[schema(as = ValidCart)]
pub(crate) struct ValidCartView {
    #[serde(flatten)]
    pub(super) cart: CartView,
    /// Always true; a cart that is not valid is refused.
    pub(super) valid: bool,
}

pub(super) fn seats_lost(seats: Vec<String>) -> Problem {
    Problem::new(ErrorCode::SeatsLost, format!("{} is not yours any more", seats.join(", "))).with("seats", seats)
}

fn cart_seat(event: &Event, plan: &CompiledPlan, ordinal: Ordinal, lease: &Lease, at_ms: u64) -> Answer<CartSeat> {
    let seat = plan.layout.seat(ordinal);
    let category = &plan.layout.category_of(seat).id;
    let taken_at = UnixMs(i64::try_from(lease.first_held_ms).unwrap_or(i64::MAX));
    let price = event.price_at(category, taken_at).ok_or_else(|| Problem::internal(&"a category has no price"))?;
    Ok(CartSeat {
        seat: OrderSeat { ordinal, seat: seat.seat.clone(), category: category.clone(), price, fence: lease.fence },
        expires_in_ms: lease.deadline_ms.saturating_sub(at_ms),
        current_price: event.prices.get(category).copied().unwrap_or(price),
    })
}
