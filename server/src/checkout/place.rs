//! Placing an order: held seats are claimed in the hold store by owner and fence, then in the ledger, all in one
//! transaction, before any money moves.

use frontrow_domain::codes::ErrorCode;
use frontrow_domain::event::{Event, EventStatus};
use frontrow_domain::holds::{CLAIM_GRACE_MS, Command, Outcome, Refusal, Settled};
use frontrow_domain::ids::{OrderId, Ordinal, UserId};
use frontrow_domain::journal::Action;
use frontrow_domain::order::{FIRST_VERSION, MoneyState, Order, OrderStatus};
use frontrow_domain::seat::Fence;
use frontrow_engines::failpoint::{self, Place};
use frontrow_engines::ledger::{Placing, PlacingRefusal, StoredAnswer};
use tracing::{debug, info};
use uuid::Uuid;

use super::cart::{Belief, seats_lost};
use super::{Checkout, Found};
use crate::catalogue::CompiledPlan;
use crate::http::idempotency::KeyInUse;
use crate::http::problem::{Answer, Problem};
use crate::{chance, metrics};

/// An order that was placed.
pub(super) struct Placed {
    pub(super) found: Found,
    /// The answer that was stored with it; none if it was there already.
    pub(super) stored: Option<StoredAnswer>,
}

impl Checkout {
    /// Orders what the buyer has in the cart.
    pub(super) async fn place(
        &self,
        buyer: UserId,
        event: &Event,
        belief: &Belief<'_>,
        key: &KeyInUse,
    ) -> Answer<Placed> {
        // The request again, after its server has died: the order may be there.
        let id = order_id(buyer, key);
        match self.find(id).await {
            Ok(found) => return Ok(Placed { found, stored: None }),
            Err(problem) if problem.code == ErrorCode::NotFound => {}
            Err(problem) => return Err(problem),
        }
        if event.status != EventStatus::OnSale {
            return Err(not_on_sale());
        }
        let plan = self.catalogue.plan(event).await?;
        let cart = self.cart(buyer, event, &plan, belief.seats).await?;
        cart.check(event, belief)?;
        let order = Order {
            id,
            event_id: event.id,
            buyer_id: buyer,
            status: OrderStatus::AwaitingPayment,
            money: MoneyState::Open,
            total: cart.total,
            seats: cart.seats.into_iter().map(|seat| seat.seat).collect(),
            client_secret: format!("{}_secret_{}", frontrow_domain::ids::PaymentId::of(id), chance::secret()),
            declines: 0,
            letter_due: false,
            placed_at: self.clock.now(),
            deadline: self.clock.now(),
            version: FIRST_VERSION,
        };
        failpoint::reached(Place::Held).await;
        let window_ms = u64::from(event.payment_window_s) * 1000;
        self.claim(event, &plan, &order, window_ms + CLAIM_GRACE_MS).await?;
        failpoint::reached(Place::ClaimedInStore).await;
        self.write_down(event, &plan, order, window_ms, key).await
    }

    /// The claim in the hold store. Claiming again under the same fences succeeds.
    async fn claim(&self, event: &Event, plan: &CompiledPlan, order: &Order, ttl_ms: u64) -> Answer<()> {
        let command = Command::Claim { user: order.buyer_id, seats: order.fences(), ttl_ms };
        let answer = self.holds.apply(event.id, &command).await?;
        metrics::hold_command(&command, &answer.outcome);
        match answer.outcome {
            Outcome::Yours(_) => Ok(()),
            Outcome::Refused(Refusal::NotHeld(seats)) => Err(seats_lost(names(plan, &seats))),
            Outcome::Refused(Refusal::NotOnSale) => Err(not_on_sale()),
            Outcome::Refused(_) => Err(Problem::new(ErrorCode::Recovering, "the seats are being restored")),
            other => Err(Problem::internal(&format!("a claim answered {other:?}"))),
        }
    }

    async fn write_down(
        &self,
        event: &Event,
        plan: &CompiledPlan,
        order: Order,
        window_ms: u64,
        key: &KeyInUse,
    ) -> Answer<Placed> {
        let fences = order.fences();
        let now = order.placed_at;
        let deadline = now.plus_ms(i64::try_from(window_ms).unwrap_or(i64::MAX));
        let answer = self.placed_answer(&Found { order: Order { deadline, ..order.clone() }, at: now })?;
        let entry = self.entry(&order, Action::SeatsClaimed, Some(order.buyer_id), None);
        let placing = Placing { order, window_ms, limit: event.max_seats_per_user };
        let placed = self.ledger.place_order(&placing, Some((&key.0, &answer)), &entry).await?;
        failpoint::reached(Place::ClaimedInLedger).await;
        let refusal = match placed {
            Ok(order) => {
                metrics::order_changed(order.status);
                info!(order.id = %order.id, event.id = %event.id, order.seats = order.seats.len(), "an order was placed");
                self.show(event.id, &order.ordinals()).await;
                // The same request was placed by another server, after its mark had lapsed: then that one's answer is stored.
                let is_ours = order.client_secret == placing.order.client_secret;
                let at = order.deadline.plus_ms(-i64::try_from(window_ms).unwrap_or(0));
                return Ok(Placed { found: Found { order, at }, stored: is_ours.then_some(answer) });
            }
            Err(refusal) => refusal,
        };
        self.give_up(event, placing.order.buyer_id, &fences).await;
        Err(match refusal {
            PlacingRefusal::Lost(seats) => seats_lost(names(plan, &seats)),
            PlacingRefusal::NotOnSale => not_on_sale(),
            PlacingRefusal::Limit => {
                let detail = format!("one buyer may have {} seats of this event", event.max_seats_per_user);
                Problem::new(ErrorCode::SeatLimit, detail).with("limit", event.max_seats_per_user)
            }
        })
    }

    /// The ledger has refused: the claims in the store end. Seats that another order has follow the ledger, the others go
    /// back into the cart, at the price and with the fence that they had.
    async fn give_up(&self, event: &Event, buyer: UserId, fences: &[(Ordinal, Fence)]) {
        let seats: Vec<_> = fences.iter().map(|(seat, _)| *seat).collect();
        let repaired = async {
            // A seat that the ledger knows to be taken may be in another order of the same buyer, under the same fence.
            let taken: Vec<_> = self
                .ledger
                .settled(event.id, Some(&seats))
                .await?
                .iter()
                .filter(|seat| !matches!(seat.state, Settled::Available { .. }))
                .map(|seat| seat.ordinal)
                .collect();
            let free = fences.iter().copied().filter(|(seat, _)| !taken.contains(seat)).collect();
            let hold_ttl_ms = Some(u64::from(event.hold_ttl_s) * 1000);
            self.holds.apply(event.id, &Command::Unclaim { user: buyer, seats: free, hold_ttl_ms }).await?;
            self.gatekeeper.settle(event.id, &taken).await?;
            Ok::<_, Problem>(())
        };
        if let Err(problem) = repaired.await {
            debug!(event.id = %event.id, detail = problem.detail, "the hold store follows later");
        }
        if let Some(room) = self.rooms.live(event.id) {
            room.suspect(&seats);
        }
    }
}

/// Made from who asked and what: the same request is the same order, at whichever server it arrives.
fn order_id(buyer: UserId, KeyInUse(key): &KeyInUse) -> OrderId {
    OrderId(Uuid::new_v5(&buyer.0, format!("order {} {}", key.fingerprint, key.key).as_bytes()))
}

fn not_on_sale() -> Problem {
    Problem::new(ErrorCode::NotOnSale, "seats of this event cannot be bought now")
}

fn names(plan: &CompiledPlan, seats: &[Ordinal]) -> Vec<String> {
    seats.iter().map(|&seat| plan.layout.seat(seat).seat.clone()).collect()
}
