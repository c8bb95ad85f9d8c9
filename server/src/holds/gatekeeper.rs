//! The gatekeeper: makes the hold store know an event, and keeps its gate as the event's status says.
//!
//! A store without a gate has lost its memory, or never had one of this event. Exactly one server gets a new fence
//! epoch from the ledger and rebuilds what must not be lost; the others wait for its gate.

use std::sync::Arc;
use std::time::Duration;

use frontrow_domain::codes::ErrorCode;
use frontrow_domain::event::{Event, EventStatus};
use frontrow_domain::holds::{Command, Gate, Outcome, Refusal};
use frontrow_domain::ids::{EventId, Ordinal};
use frontrow_engines::holds::Holds;
use frontrow_engines::ledger::Ledger;
use tracing::info;

use crate::http::problem::{Answer, Problem};

/// How long to wait for another server's rebuild, and how often to look.
const WAIT: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(20);
/// Seats settled by one script call: short enough to let holds of other events pass in between.
const SEATS_PER_CALL: usize = 500;

/// See the module.
pub(crate) struct Gatekeeper {
    pub(crate) holds: Arc<dyn Holds>,
    pub(crate) ledger: Arc<dyn Ledger>,
}

impl Gatekeeper {
    /// The event's gate; rebuilt first if there is none.
    pub(crate) async fn ensure(&self, id: EventId) -> Answer<Gate> {
        if let Some(gate) = self.holds.gate(id).await? {
            return Ok(gate);
        }
        let event = self.event(id).await?;
        match self.ledger.advance_fence_epoch(id, event.fence_epoch).await? {
            Some(epoch) => self.rebuild(id, epoch).await,
            None => self.wait(id).await,
        }
    }

    /// Opens or closes the gate as the ledger's record says now.
    pub(crate) async fn follow(&self, id: EventId) -> Answer<()> {
        let gate = self.ensure(id).await?;
        let event = self.event(id).await?;
        if gate.version < event.version {
            let gate = gate_of(&event, gate.epoch);
            self.holds.apply(id, &Command::SetGate(gate)).await?;
        }
        Ok(())
    }

    /// Brings seats in the store to the ledger's state.
    pub(crate) async fn settle(&self, id: EventId, seats: &[Ordinal]) -> Answer<()> {
        self.ensure(id).await?;
        let settled = self.ledger.settled(id, Some(seats)).await?;
        self.holds.apply(id, &Command::Settle { rebuild_epoch: None, seats: settled }).await?;
        Ok(())
    }

    async fn rebuild(&self, id: EventId, epoch: u64) -> Answer<Gate> {
        self.must(id, &Command::Rebuild { epoch }).await?;
        let settled = self.ledger.settled(id, None).await?;
        for seats in settled.chunks(SEATS_PER_CALL) {
            self.must(id, &Command::Settle { rebuild_epoch: Some(epoch), seats: seats.to_vec() }).await?;
        }
        // The status as late as possible: an event that was closed meanwhile must not open.
        let gate = gate_of(&self.event(id).await?, epoch);
        self.must(id, &Command::SetGate(gate)).await?;
        info!(event.id = %id, fence.epoch = epoch, seats.settled = settled.len(), "the hold store knows the event");
        Ok(gate)
    }

    async fn must(&self, id: EventId, command: &Command) -> Answer<()> {
        match self.holds.apply(id, command).await?.outcome {
            Outcome::Refused(Refusal::Superseded | Refusal::Recovering) => Err(recovering()),
            _ => Ok(()),
        }
    }

    async fn wait(&self, id: EventId) -> Answer<Gate> {
        let gate = async {
            loop {
                if let Some(gate) = self.holds.gate(id).await? {
                    return Ok(gate);
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(WAIT, gate).await.unwrap_or_else(|_elapsed| Err(recovering()))
    }

    async fn event(&self, id: EventId) -> Answer<Event> {
        let event = self.ledger.event(id).await?.ok_or_else(|| Problem::not_found("event"))?;
        if matches!(event.status, EventStatus::Generating | EventStatus::Failed) {
            return Err(Problem::new(ErrorCode::NotOnSale, "the event has no seats yet"));
        }
        Ok(event)
    }
}

fn gate_of(event: &Event, epoch: u64) -> Gate {
    Gate { epoch, version: event.version, open: event.status == EventStatus::OnSale }
}

fn recovering() -> Problem {
    Problem::new(ErrorCode::Recovering, "the seats are being restored")
}
