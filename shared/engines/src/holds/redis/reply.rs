//! Reads what a script answered: its kind, the store's time, then numbers.

use std::collections::HashMap;

use frontrow_domain::holds::{HeldSeat, Outcome, PastChange, Refusal};
use frontrow_domain::ids::Ordinal;
use frontrow_domain::seat::Fence;

use crate::holds::{Answer, HoldStoreError};

/// `(kind, now_ms, numbers)`; which numbers a kind has is said where it is read.
pub(super) type Reply = (String, u64, Vec<u64>);

pub(super) fn read((kind, at_ms, numbers): Reply) -> Result<Answer, HoldStoreError> {
    let outcome = outcome(&kind, &numbers)
        .ok_or_else(|| HoldStoreError(format!("a script answered {kind} with {} numbers", numbers.len())))?;
    Ok(Answer { at_ms, outcome })
}

fn outcome(kind: &str, numbers: &[u64]) -> Option<Outcome> {
    let refused = |refusal| Some(Outcome::Refused(refusal));
    match kind {
        "yours" => {
            // Four numbers a seat: ordinal, fence epoch, fence counter, deadline.
            let seats = numbers.chunks(4).map(|chunk| match *chunk {
                [seat, epoch, counter, deadline_ms] => {
                    Some(HeldSeat { ordinal: ordinal(seat)?, fence: Fence { epoch, counter }, deadline_ms })
                }
                _ => None,
            });
            seats.collect::<Option<_>>().map(Outcome::Yours)
        }
        "freed" => {
            // How many are free, those, then pairs of ordinal and deadline for those that go on.
            let (&count, rest) = numbers.split_first()?;
            let (freed, waiting) = rest.split_at_checked(usize::try_from(count).ok()?)?;
            let waiting = waiting.chunks(2).map(|pair| match *pair {
                [seat, deadline_ms] => Some((ordinal(seat)?, deadline_ms)),
                _ => None,
            });
            Some(Outcome::Freed { seats: ordinals(freed)?, waiting: waiting.collect::<Option<_>>()? })
        }
        "applied" => ordinals(numbers).map(Outcome::Applied),
        "done" => Some(Outcome::Done),
        "recovering" => refused(Refusal::Recovering),
        "not_on_sale" => refused(Refusal::NotOnSale),
        "superseded" => refused(Refusal::Superseded),
        "taken" => refused(Refusal::Taken(ordinals(numbers)?)),
        "not_held" => refused(Refusal::NotHeld(ordinals(numbers)?)),
        "limit" => refused(Refusal::Limit { has: u32::try_from(*numbers.first()?).ok()? }),
        _ => None,
    }
}

/// An entry of the stream of changes; its id begins with the time.
pub(super) fn past_change(id: &str, fields: &HashMap<String, String>) -> Option<PastChange> {
    let seats = fields.get("seats")?.split(',').map(|seat| seat.parse().ok().map(Ordinal));
    Some(PastChange {
        at_ms: id.split_once('-')?.0.parse().ok()?,
        verb: fields.get("verb").cloned().unwrap_or_default(),
        by: fields.get("by").and_then(|by| by.parse().ok()),
        seats: seats.collect::<Option<_>>()?,
    })
}

fn ordinals(numbers: &[u64]) -> Option<Vec<Ordinal>> {
    numbers.iter().map(|&number| ordinal(number)).collect()
}

fn ordinal(number: u64) -> Option<Ordinal> {
    u32::try_from(number).ok().map(Ordinal)
}
