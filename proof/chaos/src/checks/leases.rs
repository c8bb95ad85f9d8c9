//! The seat as the hold store has it: free, held by a person until a time, taken by an order, blocked, or anybody's guess
//! after the store lost its memory. What is promised of it is said in `register.rs`.

use super::linear::{Acknowledged, Possible, Register};
use super::register::{OrderTimes, place};
use crate::history::{Operation, Outcome, Verb};

/// Faults that may take holds away, or bring back ones that were over.
pub(super) const LOSSY: &[&str] = &["kill_redis", "empty_redis", "restart_redis_empty", "hold_thief", "corrupt"];
/// A rebuild, and what was on its way, may come some seconds after the fault.
pub(super) const AFTERMATH_US: u64 = 5_000_000;
/// After a request to order that came to nothing its seats may be given up for this long.
const REFUSED_US: u64 = 10_000_000;
/// A request that got no answer may still be on its way somewhere. No link and no process stands still for so long: what has
/// had no effect by then never will.
pub(super) const LOST_US: u64 = 60_000_000;
/// Answers say how long a hold lasts in whole milliseconds.
const ROUNDING_US: u64 = 5_000;

/// Who has the seat; persons and orders by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Leases {
    Free,
    /// By whom, and until when at least.
    Held(usize, u64),
    Taken(usize),
    Blocked,
    /// The store has forgotten.
    Guess,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A hold or an extension: by whom, and until when at least.
    Hold(usize, u64),
    Extend(usize, u64),
    Release(usize),
    /// By whom, for which order.
    Claim(usize, usize),
    Block,
    Unblock,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Move {
    /// Every hold ends at its time.
    Lapse,
    Hold(usize, u64),
    Release(usize),
    /// An order of this person was tried and came to nothing; their holds may be gone.
    Try(usize),
    Claim(usize, usize),
    /// An order ended, or was given back.
    End(usize),
    /// Money that came too late bought the seat over a hold.
    LateSale(usize),
    Block,
    Unblock,
    Lose,
}

/// The rules.
pub(super) struct Rules;
pub(super) const LEASES: Rules = Rules;

impl Register for Rules {
    type State = Leases;
    type Step = Step;
    type Move = Move;

    fn step(&self, state: &Leases, step: &Step) -> Option<Leases> {
        use Leases::{Blocked, Free, Guess, Held, Taken};
        Some(match (*step, *state) {
            (Step::Hold(who, until), Free | Guess) | (Step::Extend(who, until), Guess) => Held(who, until),
            // A seat that is mine already stays mine; what was granted before is not shortened.
            (Step::Hold(who, until) | Step::Extend(who, until), Held(by, before)) if by == who => {
                Held(who, until.max(before))
            }
            // A release that got no answer is looked up: it is done when the seat is not theirs any more.
            (Step::Release(who), Held(by, _)) if by == who => Free,
            (Step::Release(_), other) if other != Guess => other,
            // What a lost request has claimed already still counts as the cart, after the hold itself is over.
            (Step::Claim(_, order), Free | Guess) => Taken(order),
            (Step::Claim(who, order), Held(by, _)) if by == who => Taken(order),
            (Step::Block, Free | Held(..) | Guess) => Blocked,
            (Step::Unblock, Blocked | Guess) | (Step::Release(_), Guess) => Free,
            _ => return None,
        })
    }

    fn happen(&self, state: &Leases, what: &Move, now_us: u64) -> Option<Leases> {
        use Leases::{Blocked, Free, Guess, Held, Taken};
        Some(match (*what, *state) {
            (Move::Lapse, Held(_, until)) if until <= now_us => Free,
            (Move::Hold(who, until), Free | Guess) => Held(who, until),
            (Move::Release(who) | Move::Try(who), Held(by, _)) if by == who => Free,
            (Move::Claim(who, order), Held(by, _)) if by == who => Taken(order),
            (Move::Claim(_, order), Free | Guess) | (Move::LateSale(order), Free | Guess | Held(..)) => Taken(order),
            (Move::End(order), Taken(by)) if by == order => Free,
            (Move::Block, Free | Held(..) | Guess) => Blocked,
            (Move::Unblock, Blocked | Guess) => Free,
            (Move::Lose, state) if state != Guess => Guess,
            _ => return None,
        })
    }
}

/// What a hold, a release or a block means for one of its seats. `is_found`: an extension may show for the first time that the
/// seat is theirs.
pub(super) fn of_operation(
    operation: &Operation,
    seat: usize,
    ttl_us: u64,
    is_found: bool,
    steps: &mut Vec<Acknowledged<Step>>,
    moves: &mut Vec<Possible<Move>>,
) {
    let who = operation.person;
    let left_us = operation.leases.iter().find(|(ordinal, _)| *ordinal == seat).map(|(_, left_ms)| left_ms * 1000);
    // The server read the store's clock after the request had left: the hold lasts at least so long from then.
    let until_us = (operation.start_us + left_us.unwrap_or(ttl_us)).saturating_sub(ROUNDING_US);
    match operation.verb {
        Verb::Hold | Verb::BestAvailable => {
            place(operation, Step::Hold(who, until_us), Move::Hold(who, until_us), steps, moves);
        }
        Verb::Extend if operation.outcome == Outcome::Ok => {
            let (start_us, end_us) = (operation.start_us, operation.end_us);
            let step = if is_found { Step::Hold(who, until_us) } else { Step::Extend(who, until_us) };
            steps.push(Acknowledged { start_us, end_us, step });
        }
        Verb::Release => place(operation, Step::Release(who), Move::Release(who), steps, moves),
        Verb::Block => place(operation, Step::Block, Move::Block, steps, moves),
        Verb::Unblock => place(operation, Step::Unblock, Move::Unblock, steps, moves),
        _ => {}
    }
}

/// What an order means for one of its seats.
pub(super) fn of_order(
    number: usize,
    times: &OrderTimes,
    steps: &mut Vec<Acknowledged<Step>>,
    moves: &mut Vec<Possible<Move>>,
) {
    // Somebody who is not of the cast holds nothing that could be compared.
    let who = times.buyer.unwrap_or(usize::MAX);
    match times.placed_us {
        Some(end_us) => {
            steps.push(Acknowledged { start_us: times.asked_us, end_us, step: Step::Claim(who, number) });
        }
        None => moves.push(Possible { window_us: times.asked_us..=u64::MAX, what: Move::Claim(who, number) }),
    }
    let sold = times.was_sold || times.confirmed_us.is_some();
    // What somebody was told in time was sold in time: after that only a refund takes the seat away.
    let late = sold && times.confirmed_us.is_none_or(|told_us| told_us > times.late_us);
    if late {
        // It ended, and was sold again then. The store may hear of both after the buyer, but not for ever after.
        let until_us = times.confirmed_us.map_or(u64::MAX, |told_us| told_us.saturating_add(LOST_US));
        moves.push(Possible { window_us: times.late_us..=until_us, what: Move::LateSale(number) });
        moves.push(Possible { window_us: times.late_us..=until_us, what: Move::End(number) });
    }
    let end_us = if sold { times.refund_asked_us } else { Some(times.may_end_us) };
    if let Some(end_us) = end_us {
        moves.push(Possible { window_us: end_us..=u64::MAX, what: Move::End(number) });
    }
}

/// A request to order that came to nothing may have ended the holds of its person.
pub(super) fn of_try(operation: &Operation) -> Option<Possible<Move>> {
    let later_us = match operation.outcome {
        Outcome::Ok => return None,
        Outcome::Fail => REFUSED_US,
        Outcome::Unknown => LOST_US,
    };
    let until_us = operation.end_us.saturating_add(later_us);
    Some(Possible { window_us: operation.start_us..=until_us, what: Move::Try(operation.person) })
}
