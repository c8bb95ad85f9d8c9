//! Accepts connections: HTTP/1.1 with upgrades, limits on request heads in time and size, on connections altogether and of one
//! address. Must never wait for anybody who was accepted, nor log a line for whoever floods us.
//!
//! The loop is our own because hyper's ready-made ones neither close a silent client nor give back the raw stream of
//! an upgraded connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;
use tracing::{debug, warn};

use crate::app::App;
use crate::door::Impatient;
use crate::http::addresses::Present;
use crate::http::remote::Peer;
use crate::metrics;

/// The pause after a failed accept: usually no file descriptors are left, and asking again at once helps nobody.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Connections that wait to be accepted, as far as the kernel allows it: when all clients of a large event come back at once,
/// those beyond it wait a second and more before they try again.
const BACKLOG: u32 = 16_384;

/// Of a request, its URI included; beyond it the library answers 431. Tokens and cookies of ours are a tenth of it.
const MAX_HEAD_BYTES: usize = 16 * 1024;
const MAX_HEADERS: usize = 64;
/// Kept of one connection's requests and answers at a time.
const MAX_BUFFER_BYTES: usize = 64 * 1024;

/// Listens for connections.
pub fn listen(addr: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A server that is started again must not wait for connections that the last one has closed.
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    socket.listen(BACKLOG)
}

/// A connection's place among the allowed ones, kept as long as anybody uses the connection: an upgraded socket takes
/// it along.
#[expect(dead_code, reason = "dropping them is their use")]
pub(crate) struct Place(OwnedSemaphorePermit, Present);

impl Place {
    fn take(permit: OwnedSemaphorePermit, present: Present) -> Arc<Self> {
        metrics::connection_opened();
        Arc::new(Self(permit, present))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        metrics::connection_closed();
    }
}

/// Accepts until `stop`; connections that are open then finish their request.
pub(crate) async fn run(
    listener: TcpListener,
    router: Router,
    app: Arc<App>,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    let settings = &app.settings.server;
    let places = Arc::new(Semaphore::new(settings.max_connections));
    let manners = Manners {
        header_timeout: Duration::from_millis(settings.header_timeout_ms),
        write_timeout: Duration::from_millis(settings.write_timeout_ms),
    };
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = accept(&listener, &places) => accepted,
        };
        match accepted {
            Ok((stream, peer, permit)) => match app.limits.connections.enter(peer.ip()) {
                Some(present) => {
                    let place = Place::take(permit, present);
                    tasks.spawn(serve(stream, peer, place, router.clone(), manners, stop.clone()));
                }
                // Dropped, and so closed: an answer would cost more than the connection did.
                None => metrics::connection_refused(),
            },
            Err(error) => {
                warn!(%error, "a connection could not be accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// A place first, a connection second: above the limit clients wait in the kernel's queue.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(places).acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, permit))
}

/// What a client may take time for.
#[derive(Clone, Copy)]
struct Manners {
    header_timeout: Duration,
    write_timeout: Duration,
}

async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    place: Arc<Place>,
    router: Router,
    manners: Manners,
    stop: CancellationToken,
) {
    // A client that is gone already is found out by the first read.
    stream.set_nodelay(true).ok();
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer.ip().to_canonical()));
        request.extensions_mut().insert(Arc::clone(&place));
        let request: Request = request.map(Body::new);
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(manners.header_timeout)
        .max_header_size(MAX_HEAD_BYTES)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_BUFFER_BYTES)
        .serve_connection(TokioIo::new(Impatient::new(stream, manners.write_timeout)), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        metrics::connection_broke(reason(&error));
        debug!(%error, "a connection broke");
    }
}

fn reason(error: &hyper::Error) -> &'static str {
    let io = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<std::io::Error>());
    match io.map(std::io::Error::kind) {
        Some(std::io::ErrorKind::TimedOut) => "stalled",
        _ if error.is_timeout() => "silent",
        _ if error.is_parse() => "malformed",
        _ => "gone",
    }
}
