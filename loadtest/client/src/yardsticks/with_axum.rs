//! axum's WebSocket as its examples use it, but with the small read buffer that thousands of sockets need. Must never get
//! tuning beyond that.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use anyhow::Result;
use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::any;
use axum::serve::ListenerExt as _;
use bytes::Bytes;
use tokio::sync::broadcast::Sender;

use super::{CHANNEL, READ_BYTES, payload, snapshot, wanted};

struct Hub {
    broadcasts: AtomicU64,
    sender: Sender<Bytes>,
    snapshot: Option<Bytes>,
}

pub(super) async fn run(listener: TcpListener, snapshot_bytes: usize) -> Result<()> {
    let hub = Arc::new(Hub {
        broadcasts: AtomicU64::new(0),
        sender: Sender::new(CHANNEL),
        snapshot: snapshot(snapshot_bytes).map(Bytes::from),
    });
    let listener = tokio::net::TcpListener::from_std(listener)?.tap_io(|stream| {
        // Without it a broadcast would wait for the acknowledgement of the last one.
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, Router::new().fallback(any(upgrade)).with_state(hub)).await?)
}

async fn upgrade(State(hub): State<Arc<Hub>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.read_buffer_size(READ_BYTES).on_upgrade(move |socket| serve(socket, hub))
}

async fn serve(mut socket: WebSocket, hub: Arc<Hub>) {
    let mut broadcasts = hub.sender.subscribe();
    if let Some(snapshot) = &hub.snapshot
        && socket.send(Message::Binary(snapshot.clone())).await.is_err()
    {
        return;
    }
    loop {
        tokio::select! {
            frame = broadcasts.recv() => {
                let Ok(frame) = frame else { return };
                if socket.send(Message::Binary(frame)).await.is_err() {
                    return;
                }
            }
            message = socket.recv() => {
                let Some(Ok(message)) = message else { return };
                if let Some(bytes) = wanted(&message.into_data()) {
                    let number = hub.broadcasts.fetch_add(1, Relaxed) + 1;
                    let _ = hub.sender.send(payload(number, bytes).into());
                }
            }
        }
    }
}
