//! The way into the connection loop for the simulation: what `upgrade` does once the handshake is through, on a line that is no
//! TCP connection. Must do nothing that `upgrade` does not.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use frontrow_domain::protocol::Subprotocol;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::connection;
use super::upgrade::{Agreed, Audience, Socket, websocket_config};
use crate::app::App;
use crate::fanout::{Line, Peer, PeerIo};
use crate::rooms::Room;

/// All come from one address, which may have as many sockets as it likes.
const NOWHERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// Lets a client in, into a room that was opened for it.
pub(crate) async fn connect_simulated(
    app: Arc<App>,
    room: Arc<Room>,
    line: Line,
    subprotocol: Subprotocol,
    resume: Option<(String, u64)>,
) {
    let io = PeerIo::new(Peer::new(line, subprotocol));
    let socket = Socket::from_partially_read(io, Vec::new(), Role::Server, Some(websocket_config())).await;
    let Ok(present) = app.limits.opening(NOWHERE) else { return };
    let places = (None, present);
    let agreed = Agreed { room, subprotocol, resume, audience: Audience::Everybody, places, address: None };
    connection::open(app, socket, agreed).await;
}
