//! Dead letters: messages that could not be dealt with, looked at and tried again on an operator's word.

use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::OutboxId;
use frontrow_domain::inventory::{InventoryFact, InventoryMessage};
use frontrow_engines::ledger::{Ledger, LedgerError};
use frontrow_engines::log::{DeadLetter, Log, LogError};
use uuid::Uuid;

/// Why a letter was not replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// It cannot be read, and never will be.
    #[error("letter {0} is no message: there is nothing to replay")]
    Unreadable(i64),
    /// The ledger did not do it.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The log did not do it.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// The message in a letter, if it is one.
pub fn message(letter: &DeadLetter) -> Option<InventoryMessage> {
    serde_json::from_slice(&letter.payload).ok()
}

/// Gives the message to its readers again. An event whose generation failed starts over; whatever was done already is
/// recognised by its effect, so that replaying twice does no harm. The letter itself stays.
pub async fn replay(ledger: &dyn Ledger, log: &dyn Log, letter: &DeadLetter, now: UnixMs) -> Result<(), ReplayError> {
    let message = message(letter).ok_or(ReplayError::Unreadable(letter.offset))?;
    let id = OutboxId(Uuid::now_v7());
    let starts_over = matches!(message.fact, InventoryFact::EventCreated { .. })
        && ledger.retry_generation(message.event_id, id, now).await?;
    if !starts_over {
        log.publish(&[InventoryMessage { id, at: now, ..message }]).await?;
    }
    Ok(())
}
