//! Accepts connections: HTTP/1.1 with upgrades, a time limit on request heads, a limit on connections.
//!
//! The loop is our own because hyper's ready-made ones neither close a silent client nor give back the raw stream of
//! an upgraded connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use frontrow_settings::Server as Settings;
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

use crate::http::remote::Peer;
use crate::metrics;

/// The pause after a failed accept: usually no file descriptors are left, and asking again at once helps nobody.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Connections that wait to be accepted, as far as the kernel allows it: when all clients of a large event come back at once,
/// those beyond it wait a second and more before they try again.
const BACKLOG: u32 = 16_384;

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
pub(crate) struct Place(#[expect(dead_code, reason = "dropping it is its use")] OwnedSemaphorePermit);

impl Place {
    fn take(permit: OwnedSemaphorePermit) -> Arc<Self> {
        metrics::connection_opened();
        Arc::new(Self(permit))
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
    settings: Settings,
    tasks: TaskTracker,
    stop: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(settings.max_connections));
    let header_timeout = Duration::from_millis(settings.header_timeout_ms);
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = accept(&listener, &places) => accepted,
        };
        match accepted {
            Ok((stream, place)) => {
                tasks.spawn(serve(stream, Place::take(place), router.clone(), header_timeout, stop.clone()));
            }
            Err(error) => {
                warn!(%error, "a connection could not be accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// A place first, a connection second: above the limit clients wait in the kernel's queue.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> std::io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, place))
}

async fn serve(
    stream: TcpStream,
    place: Arc<Place>,
    router: Router,
    header_timeout: Duration,
    stop: CancellationToken,
) {
    let Ok(remote) = stream.peer_addr() else { return };
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Peer(remote.ip()));
        request.extensions_mut().insert(Arc::clone(&place));
        let request: Request = request.map(Body::new);
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .serve_connection(TokioIo::new(stream), service)
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
        debug!(%error, "a connection broke");
    }
}
