//! What every operation does, a file per subject. `app.rs` names these beside the handlers; a handler's name and its
//! description's are the same where there is no reason for another one.

mod accounts;
mod catalogue;
mod checkout;
mod holds;
mod organizer;
mod outside;
mod tickets;

pub(crate) use accounts::*;
pub(crate) use catalogue::*;
pub(crate) use checkout::*;
pub(crate) use holds::*;
pub(crate) use organizer::*;
pub(crate) use outside::*;
pub(crate) use tickets::*;

const ACCOUNTS: &str = "accounts";
const EVENTS: &str = "events";
const HOLDS: &str = "holds";
const CHECKOUT: &str = "checkout";
const TICKETS: &str = "tickets";
const ORGANIZING: &str = "organizing";
const USERS: &str = "users";
const OUTSIDE: &str = "outside";

/// The subjects, in the order of the page.
pub(super) const TAGS: [(&str, &str); 8] = [
    (ACCOUNTS, "Signing in and out, mails, tickets for sockets"),
    (EVENTS, "Events, their plans and what is free"),
    (HOLDS, "Taking seats and giving them back"),
    (CHECKOUT, "Carts, orders, payments"),
    (TICKETS, "Tickets and the door"),
    (ORGANIZING, "What those who run an event see and do"),
    (USERS, "Accounts of others"),
    (OUTSIDE, "Keys, health, live maps"),
];
