//! What buyers and organizer were told: the promises that the books must keep. Must never hold anything but answers.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::books::{Order, Ticket};

/// The last thing that somebody was told about an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Word {
    Placed,
    Cancelled,
    Confirmed,
    Refunded,
}

/// Everything that was told about one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Promise {
    pub(crate) word: Word,
    pub(crate) seats: Vec<String>,
    pub(crate) tickets: Vec<Ticket>,
    /// It is being given back, and the answer is not there yet, or never came.
    pub(crate) refund_asked: bool,
}

/// Promises by order.
#[derive(Default)]
pub(crate) struct Told(Mutex<BTreeMap<String, Promise>>);

impl Told {
    /// Somebody got an order as an answer. What was told before and is stronger stays.
    pub(crate) fn hear(&self, order: &Order) {
        let word = match order.status.as_str() {
            "awaiting_payment" => Word::Placed,
            "cancelled" => Word::Cancelled,
            "confirmed" => Word::Confirmed,
            "refunded" => Word::Refunded,
            // Failed and expired are no promises: money that comes late may still win the seats.
            _ => return,
        };
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let promise = told.entry(order.id.clone()).or_insert_with(|| Promise {
            word,
            seats: order.seat_names(),
            tickets: Vec::new(),
            refund_asked: false,
        });
        promise.word = promise.word.max(word);
        if let (Word::Confirmed, Some(tickets)) = (word, &order.tickets) {
            promise.tickets.clone_from(tickets);
        }
    }

    /// The organizer is going to ask for a refund.
    pub(crate) fn refund_asked(&self, order: &str) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(promise) = told.get_mut(order) {
            promise.refund_asked = true;
        }
    }

    /// All of them.
    pub(crate) fn all(&self) -> BTreeMap<String, Promise> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
