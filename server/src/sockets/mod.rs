//! Sockets: from the upgrade to the close.
//!
//! * `upgrade` checks who may connect and takes the raw TCP stream out of the HTTP connection
//! * `session` is what a connection is allowed to do: its phase is its type; it never touches the socket
//! * `waiting` is what a connection waits for besides its socket and its room
//! * `connection` is the one loop that reads the socket and answers it; what rooms publish is written by the fan-out

mod connection;
mod session;
#[cfg(test)]
mod simulated;
pub(crate) mod upgrade;
mod waiting;

#[cfg(test)]
pub(crate) use simulated::connect_simulated;
#[cfg(test)]
pub(crate) use upgrade::websocket_config;
