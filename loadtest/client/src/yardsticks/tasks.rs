//! tokio-tungstenite with a task per socket, as most Rust servers are built. Must never get tuning beyond a small read buffer.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use anyhow::Result;
use bytes::Bytes;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::sync::broadcast::Sender;
use tokio_tungstenite::accept_async_with_config;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

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
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(stream, Arc::clone(&hub)));
    }
}

async fn serve(stream: TcpStream, hub: Arc<Hub>) {
    let config = WebSocketConfig::default().read_buffer_size(READ_BYTES);
    let Ok(mut socket) = accept_async_with_config(stream, Some(config)).await else { return };
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
            message = socket.next() => {
                let Some(Ok(message)) = message else { return };
                if let Some(bytes) = wanted(&message.into_data()) {
                    let number = hub.broadcasts.fetch_add(1, Relaxed) + 1;
                    let _ = hub.sender.send(payload(number, bytes).into());
                }
            }
        }
    }
}
