//! What the people who run an event do and see: blocking seats, ending and extending holds, orders, the journal, numbers.
//!
//! Every route is for the event's organizer and for administrators; for everybody else there is no such event.

pub(crate) mod extend;
pub(crate) mod holds;
pub(crate) mod numbers;
pub(crate) mod sales;
pub(crate) mod seats;
