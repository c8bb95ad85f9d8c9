//! Accepts connections and closes those whose reply is to be lost.
//!
//! The loop is our own because no ready-made one closes a connection instead of answering. Connections end with it.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use tracing::{debug, warn};

use super::reply::Unanswered;

/// Clients above it wait in the kernel's queue. A few servers with a pool each need far fewer.
const MAX_CONNECTIONS: usize = 1_000;
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// The pause after a failed accept: usually no file descriptors are left, and asking again at once helps nobody.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long requests may take to finish after the stop.
const STOP_TIME: Duration = Duration::from_secs(1);

/// Accepts until `stop`, and returns when all connections are closed.
pub(super) async fn run(listener: TcpListener, router: Router, stop: CancellationToken) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        match accepted {
            Ok((stream, place)) => drop(connections.spawn(serve(stream, place, router.clone(), stop.clone()))),
            Err(error) => {
                warn!(%error, "a connection could not be accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
        // A connection that panicked has said so; it was one client's.
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    if timeout(STOP_TIME, finished).await.is_err() {
        debug!("some connections did not end in time and are dropped");
    }
    connections.shutdown().await;
}

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, place))
}

async fn serve(stream: TcpStream, _place: OwnedSemaphorePermit, router: Router, stop: CancellationToken) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let request: Request = request.map(Body::new);
        answer(router.clone(), request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
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

/// An error here makes hyper close the connection without a word.
async fn answer(router: Router, request: Request) -> io::Result<Response> {
    let response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
    if response.extensions().get::<Unanswered>().is_some() {
        return Err(io::Error::other("this reply is to be lost"));
    }
    Ok(response)
}
