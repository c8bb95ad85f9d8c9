//! Reads what a script answered: its kind, the store's time, then numbers.

use frontrow_domain::holds::{HeldSeat, Outcome, PastChange, Refusal};
use frontrow_domain::ids::Ordinal;
use frontrow_domain::seat::Fence;

use crate::holds::{Answer, HoldStoreError};

/// `seats`, `verb`, `by`, each with its value.
const FIELDS_PER_CHANGE: usize = 6;

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

/// The changes of an entry of the stream, in their order; its id begins with the time.
pub(super) fn past_changes(id: &str, fields: &[String]) -> Option<Vec<PastChange>> {
    let at_ms = id.split_once('-')?.0.parse().ok()?;
    let change = |fields: &[String]| match fields {
        [_, seats, _, verb, _, by] => {
            Some(PastChange { at_ms, verb: verb.clone(), by: by.parse().ok(), seats: changed_seats(seats)? })
        }
        _ => None,
    };
    fields.chunks(FIELDS_PER_CHANGE).map(change).collect()
}

/// All seats of an entry.
pub(super) fn seats_of_entry(fields: &[String]) -> Option<Vec<Ordinal>> {
    let lists = fields.chunks(FIELDS_PER_CHANGE).map(|change| changed_seats(change.get(1)?));
    Some(lists.collect::<Option<Vec<_>>>()?.concat())
}

fn changed_seats(list: &str) -> Option<Vec<Ordinal>> {
    list.split(',').map(|seat| seat.parse().ok().map(Ordinal)).collect()
}

fn ordinals(numbers: &[u64]) -> Option<Vec<Ordinal>> {
    numbers.iter().map(|&number| ordinal(number)).collect()
}

fn ordinal(number: u64) -> Option<Ordinal> {
    u32::try_from(number).ok().map(Ordinal)
}
