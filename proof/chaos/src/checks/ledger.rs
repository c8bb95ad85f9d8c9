//! The seat as the ledger has it: free, claimed by an order, sold to it, or blocked. No fault may ever shake it.

use super::linear::{Acknowledged, Possible, Register};
use super::register::OrderTimes;

/// Who has the seat; numbers are those of orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Owner {
    Nobody,
    Claimed(usize),
    Sold(usize),
    Blocked,
}

/// What was acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Claim(usize),
    Sell(usize),
    Cancel(usize),
    GiveBack(usize),
    Block,
    Unblock,
}

/// What may have happened without anybody being told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Move {
    /// Of an order whose answer was lost.
    Claim(usize),
    /// Of an order that the books show as paid: the notice came, or the answer was lost.
    Sell(usize),
    /// Cancelled, declined three times, or too late.
    End(usize),
    GiveBack(usize),
    Block,
    Unblock,
}

/// The rules.
pub(super) struct Ledger;

impl Register for Ledger {
    type State = Owner;
    type Step = Step;
    type Move = Move;

    fn step(&self, state: &Owner, step: &Step) -> Option<Owner> {
        Some(match (step, state) {
            (Step::Claim(order), Owner::Nobody) => Owner::Claimed(*order),
            // Money that came too late buys seats that are free again.
            (Step::Sell(order), Owner::Nobody) => Owner::Sold(*order),
            (Step::Sell(order), Owner::Claimed(by)) if by == order => Owner::Sold(*order),
            (Step::Cancel(order), Owner::Claimed(by)) if by == order => Owner::Nobody,
            (Step::GiveBack(order), Owner::Sold(to)) if to == order => Owner::Nobody,
            (Step::Block, Owner::Nobody) => Owner::Blocked,
            (Step::Unblock, Owner::Blocked) => Owner::Nobody,
            _ => return None,
        })
    }

    fn happen(&self, state: &Owner, what: &Move, _now_us: u64) -> Option<Owner> {
        let step = match *what {
            Move::Claim(order) => Step::Claim(order),
            Move::Sell(order) => Step::Sell(order),
            Move::End(order) => Step::Cancel(order),
            Move::GiveBack(order) => Step::GiveBack(order),
            Move::Block => Step::Block,
            Move::Unblock => Step::Unblock,
        };
        self.step(state, &step)
    }
}

/// What is known of one order, as steps and moves of each of its seats.
pub(super) fn of_order(
    number: usize,
    times: &OrderTimes,
    steps: &mut Vec<Acknowledged<Step>>,
    moves: &mut Vec<Possible<Move>>,
) {
    let mut acknowledged = |start_us, end_us, step| steps.push(Acknowledged { start_us, end_us, step });
    match times.placed_us {
        Some(placed_us) => acknowledged(times.asked_us, placed_us, Step::Claim(number)),
        None => moves.push(Possible { window_us: times.asked_us..=u64::MAX, what: Move::Claim(number) }),
    }
    // What was told as confirmed was sold by then, and not before it was ordered.
    if let Some(told_us) = times.confirmed_us {
        acknowledged(times.asked_us, told_us, Step::Sell(number));
    } else if times.was_sold {
        moves.push(Possible { window_us: times.asked_us..=u64::MAX, what: Move::Sell(number) });
    }
    if let Some(told_us) = times.cancelled_us {
        acknowledged(times.asked_us, told_us, Step::Cancel(number));
    } else {
        moves.push(Possible { window_us: times.may_end_us..=u64::MAX, what: Move::End(number) });
    }
    match (times.refund_asked_us, times.refunded_us) {
        (Some(asked_us), Some(told_us)) => acknowledged(asked_us, told_us, Step::GiveBack(number)),
        (Some(asked_us), None) => {
            moves.push(Possible { window_us: asked_us..=u64::MAX, what: Move::GiveBack(number) });
        }
        (None, _) => {}
    }
}
