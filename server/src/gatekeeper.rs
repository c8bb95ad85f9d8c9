//! The gatekeeper: makes the hold store know an event, and keeps its gate as the event's status says.
//!
//! A store without a gate has lost its memory, or never had one of this event. Exactly one server gets a new fence
//! epoch from the ledger and rebuilds what must not be lost; the others wait for its gate.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use frontrow_domain::codes::ErrorCode;
use frontrow_domain::event::{Event, EventStatus};
use frontrow_domain::holds::{Command, Gate, Outcome, Refusal};
use frontrow_domain::ids::{EventId, Ordinal};
use frontrow_engines::holds::Holds;
use frontrow_engines::ledger::Ledger;
use frontrow_engines::mutant::{self, Mutant};
use tokio::time::Instant;
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
        // One that was started and does not end has died with its server: after the wait it is superseded.
        if self.holds.rebuilding(id).await?.is_some()
            && let Some(gate) = self.wait(id).await?
        {
            return Ok(gate);
        }
        let epoch = self.ledger.advance_fence_epoch(id, event.fence_epoch).await?;
        if let Some(epoch) = epoch.map(|epoch| if mutant::is(Mutant::NoNewEpoch) { 1 } else { epoch })
            && let Some(gate) = self.rebuild(id, epoch).await?
        {
            return Ok(gate);
        }
        self.wait(id).await?.ok_or_else(recovering)
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

    /// `None` if a rebuild with a higher epoch got in between.
    async fn rebuild(&self, id: EventId, epoch: u64) -> Answer<Option<Gate>> {
        if !self.done(id, &Command::Rebuild { epoch }).await? {
            return Ok(None);
        }
        let mut versions = HashMap::new();
        if !self.settle_newer(id, Some(epoch), &mut versions).await? {
            return Ok(None);
        }
        // The status as late as possible: an event that was closed meanwhile must not open.
        let gate = gate_of(&self.event(id).await?, epoch);
        if !self.done(id, &Command::SetGate(gate)).await? {
            return Ok(None);
        }
        // What was committed since the reading: its own settling may have come while there was no gate.
        self.settle_newer(id, None, &mut versions).await?;
        info!(event.id = %id, fence.epoch = epoch, seats.settled = versions.len(), "the hold store knows the event");
        Ok(Some(gate))
    }

    /// Settles the durable seats whose version is newer than the one in `versions`; `false` if another rebuild has
    /// taken over.
    async fn settle_newer(
        &self,
        id: EventId,
        rebuild_epoch: Option<u64>,
        versions: &mut HashMap<Ordinal, u64>,
    ) -> Answer<bool> {
        let mut settled = self.ledger.settled(id, None).await?;
        if mutant::is(Mutant::RebuiltEmpty) || mutant::is(Mutant::NoGuardLeft) {
            settled.clear();
        }
        settled.retain(|seat| versions.insert(seat.ordinal, seat.version).is_none_or(|known| known < seat.version));
        for seats in settled.chunks(SEATS_PER_CALL) {
            if !self.done(id, &Command::Settle { rebuild_epoch, seats: seats.to_vec() }).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether a step of a rebuild was done; not, if a newer one has taken over.
    async fn done(&self, id: EventId, command: &Command) -> Answer<bool> {
        let outcome = self.holds.apply(id, command).await?.outcome;
        Ok(!matches!(outcome, Outcome::Refused(Refusal::Superseded | Refusal::Recovering)))
    }

    /// The gate that somebody else is about to set; `None` if it does not come.
    async fn wait(&self, id: EventId) -> Answer<Option<Gate>> {
        let deadline = Instant::now() + WAIT;
        while Instant::now() < deadline {
            if let Some(gate) = self.holds.gate(id).await? {
                return Ok(Some(gate));
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(None)
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
