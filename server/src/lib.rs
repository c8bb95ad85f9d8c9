//! The Frontrow server: HTTP API, live seat maps over `WebSocket`s, the web client.
//!
//! | module | what |
//! |---|---|
//! | [`app`] | all routes on one screen |
//! | `accounts` | who somebody is: passwords, tokens, roles |
//! | `catalogue` | events: create, browse, change |
//! | `checkout` | carts, orders, payments, and what becomes of them |
//! | `dashboard` | the live numbers of an event for those who run it |
//! | `door` | what happens to every request before a route sees it: heads, bodies, turns |
//! | `engines` | opens holds, ledger, log and mail as the settings say |
//! | `gatekeeper` | makes the hold store know an event, keeps its gate as the ledger says |
//! | `holds` | taking seats and giving them back |
//! | `health` | which engines answer |
//! | `reconciler` | compares ledger, hold store and rooms, repairs what differs |
//! | `rooms` | one per event that somebody looks at: the live map and its fan-out |
//! | `sockets` | one loop per connection, from upgrade to close |
//! | `organizer` | what the people who run an event do and see |
//! | `tickets` | signed codes, QR pictures, check-in |
//! | `signing_keys` | the keys of access tokens and of tickets |
//! | `api` | the description of all routes, and the page that shows it |
//! | `json_web_keys` | public keys as others read them |
//! | `http` | what routes share: errors, bodies, idempotency, limits |
//! | `listener` | accepting connections, and ending them |
//! | [`mockpay`] | the mock payment provider, a process of its own |
//!
//! One server is stateful but not special: any server can serve any room, and everything that must survive is in the
//! hold store, the ledger and the log.

pub mod app;
pub mod lifecycle;
pub mod metrics;
pub mod mockpay;

#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;

mod accounts;
mod alarm;
mod api;
mod catalogue;
mod chance;
mod checkout;
mod dashboard;
mod door;
mod engines;
mod fanout;
mod gatekeeper;
mod health;
mod holds;
mod http;
mod json_web_keys;
mod listener;
mod organizer;
mod reconciler;
mod rooms;
mod signing_keys;
#[cfg(test)]
mod simulation;
mod sockets;
mod tickets;

pub use engines::Engines;
pub use lifecycle::{FirstAdmin, Server};
pub use listener::listen;
pub use signing_keys::{add_ticket_key, check as check_keys, ensure_ticket_key, rotate as rotate_keys};
