//! A browser: keeps a map as the protocol says, comes back when it is cut off, checks contiguity and hashes all the time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::support::{Frame, TestSocket};

/// What a browser shows.
#[derive(Clone, Default)]
pub(crate) struct Shown(Arc<Mutex<Vec<u8>>>);

impl Shown {
    pub(crate) fn states(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

/// Watches until it is aborted. A broken rule of the protocol panics, which the bench looks for.
pub(crate) fn watch(address: String, event: String) -> (Shown, JoinHandle<()>) {
    let shown = Shown::default();
    let screen = shown.clone();
    let watching = tokio::spawn(async move {
        let url = format!("ws://{address}/ws/v1/events/{event}");
        loop {
            let Ok(mut socket) = TestSocket::connect(&url, &[]).await else {
                sleep(Duration::from_millis(100)).await;
                continue;
            };
            while !matches!(socket.next().await, Frame::Closed(_)) {
                screen.0.lock().unwrap().clone_from(&socket.states);
            }
        }
    });
    (shown, watching)
}
