//! `GET /ws/v1/events/{id}` and `GET /ws/v1/admin/events/{id}`: decides who may connect, answers 101, and hands the raw
//! stream to the connection loop.
//!
//! The handshake is answered here and not by axum's extractor, because the stream itself is wanted: the fan-out writes
//! finished frames straight to it.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use frontrow_domain::codes::ErrorCode;
use frontrow_domain::protocol::{MAX_CLIENT_FRAME_BYTES, Subprotocol};
use frontrow_settings::Server;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::server::create_response;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tracing::debug;

use super::connection;
use crate::app::App;
use crate::door::Impatient;
use crate::fanout::{Peer, PeerIo};
use crate::http::addresses::Present;
use crate::http::origin::Origin;
use crate::http::problem::{Answer, Problem};
use crate::http::remote::Remote;
use crate::listener::Place;
use crate::rooms::Room;

/// Most commands are shorter; it is kept for as long as the socket lives.
const READ_BUFFER_BYTES: usize = 1024;

/// Where a client left off.
#[derive(Deserialize)]
pub(crate) struct Resume {
    epoch: Option<String>,
    seq: Option<String>,
}

/// A socket that is about to live: what was agreed on in the handshake.
pub(super) struct Agreed {
    pub(super) room: Arc<Room>,
    pub(super) subprotocol: Subprotocol,
    pub(super) resume: Option<(String, u64)>,
    pub(super) audience: Audience,
    pub(super) places: Places,
    /// Where the client is, unless limits by address do not count it.
    pub(super) address: Option<IpAddr>,
}

/// What a socket takes up until it is closed: a connection, and a socket of its address.
pub(super) type Places = (Option<Arc<Place>>, Present);

/// For whom a socket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// Anybody: the map at once.
    Everybody,
    /// Those who run the event: nothing but a hello before they have said who they are.
    Organizers,
}

/// The socket as the connection loop gets it.
pub(super) type Socket = WebSocketStream<PeerIo>;

/// `GET /ws/v1/events/{id}`
pub(crate) async fn upgrade(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(resume): Query<Resume>,
    Remote(address): Remote,
    request: Request,
) -> Answer<Response> {
    accept(app, &id, resume, (Audience::Everybody, address), request).await
}

/// `GET /ws/v1/admin/events/{id}`
pub(crate) async fn upgrade_admin(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    Query(resume): Query<Resume>,
    Remote(address): Remote,
    request: Request,
) -> Answer<Response> {
    accept(app, &id, resume, (Audience::Organizers, address), request).await
}

async fn accept(
    app: Arc<App>,
    id: &str,
    resume: Resume,
    (audience, address): (Audience, IpAddr),
    mut request: Request,
) -> Answer<Response> {
    check_origin(request.headers(), &app.settings.server)?;
    let place = request.extensions().get().cloned();
    let on_upgrade = hyper::upgrade::on(&mut request);
    let subprotocol = subprotocol(request.headers())?;
    let mut response = handshake(&request)?;
    let present = app.limits.opening(address)?;
    let address = app.limits.counted(address);
    let event = match audience {
        Audience::Everybody => app.catalogue.visible(id, None).await?,
        // Who asks is not known yet; all that a stranger learns here is that there is such an event.
        Audience::Organizers => app.catalogue.event(id.parse().map_err(|_| Problem::not_found("event"))?).await?,
    };
    let room = app.rooms.open(event.id).await?;
    if let Some(chosen) = subprotocol {
        response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(chosen.name()));
    }
    let resume = resume.epoch.zip(resume.seq.and_then(|seq| seq.parse().ok()));
    let places = (place, present);
    let agreed = Agreed { room, subprotocol: subprotocol.unwrap_or_default(), resume, audience, places, address };
    let sockets = app.sockets.clone();
    sockets.spawn(serve(app, on_upgrade, agreed));
    Ok(response)
}

/// A page of another origin must not open sockets with its visitor's network; programs send no Origin at all.
fn check_origin(headers: &HeaderMap, server: &Server) -> Answer<()> {
    match Origin::of(headers, server) {
        Origin::Unsaid | Origin::Own | Origin::Listed | Origin::Anybody => Ok(()),
        Origin::Foreign => Err(Problem::new(ErrorCode::Forbidden, "sockets of this origin are not allowed")),
    }
}

/// The first of the client's subprotocols that we speak; none is fine, only foreign ones are not.
fn subprotocol(headers: &HeaderMap) -> Answer<Option<Subprotocol>> {
    let lines = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL);
    let wishes: Vec<_> = lines.iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',')).collect();
    if wishes.is_empty() {
        return Ok(None);
    }
    let chosen = Subprotocol::choose(wishes);
    chosen.map(Some).ok_or_else(|| Problem::new(ErrorCode::BadRequest, "speak frontrow.v1.json or frontrow.v1.bin"))
}

/// The 101 of RFC 6455, or why not.
fn handshake(request: &Request) -> Answer<Response> {
    let mut plain =
        axum::http::Request::builder().method(request.method()).uri(request.uri()).version(request.version());
    if let Some(headers) = plain.headers_mut() {
        headers.clone_from(request.headers());
    }
    let bad = |error: &dyn std::fmt::Display| {
        Problem::new(ErrorCode::BadRequest, format!("not a WebSocket request: {error}"))
    };
    let plain = plain.body(()).map_err(|error| bad(&error))?;
    Ok(create_response(&plain).map_err(|error| bad(&error))?.map(|()| Body::empty()))
}

async fn serve(app: Arc<App>, on_upgrade: OnUpgrade, agreed: Agreed) {
    let upgraded = match on_upgrade.await {
        Ok(upgraded) => upgraded,
        Err(error) => return debug!(%error, "a client left during the handshake"),
    };
    if let Some(socket) = into_socket(upgraded, agreed.subprotocol).await {
        connection::open(app, socket, agreed).await;
    } else {
        tracing::error!("the connection is not the listener's TCP stream");
    }
}

/// Small buffers: a socket that only listens should cost a few KiB.
pub(crate) fn websocket_config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        // The library hands over whole frames, one at a time: those of the fan-out go in between.
        .write_buffer_size(0)
        .max_write_buffer_size(256 * 1024)
        .max_message_size(Some(MAX_CLIENT_FRAME_BYTES))
        .max_frame_size(Some(MAX_CLIENT_FRAME_BYTES))
}

/// The raw stream, shared with the fan-out and wrapped again for the WebSocket protocol.
async fn into_socket(upgraded: Upgraded, subprotocol: Subprotocol) -> Option<Socket> {
    let parts = upgraded.downcast::<TokioIo<Impatient>>().ok()?;
    // A copy, for the buffer itself is a large one of the HTTP connection's.
    let early = parts.read_buf.to_vec();
    let io = PeerIo::new(Peer::new(parts.io.into_inner().into_inner(), subprotocol));
    Some(WebSocketStream::from_partially_read(io, early, Role::Server, Some(websocket_config())).await)
}
