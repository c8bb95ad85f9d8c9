//! A peer's stream as the WebSocket library sees it: it reads, and writes its own frames between those of the hub.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Peer;

/// Unsent bytes beyond which the library has to wait: it answers pings of clients that read nothing.
const MAX_TAIL_BYTES: usize = 4 * 1024;

/// Bytes that a client may send without any message coming of them: eight times the largest message. Empty fragments cost nothing
/// of a message's size, and the library takes any number of them for one.
const MAX_UNHEARD_BYTES: usize = 128 * 1024;

/// See the module. Every write takes whole frames, because the library is told to collect nothing.
pub(crate) struct PeerIo {
    peer: Arc<Peer>,
    unheard: usize,
}

impl PeerIo {
    pub(crate) fn new(peer: Arc<Peer>) -> Self {
        Self { peer, unheard: 0 }
    }

    pub(crate) fn peer(&self) -> &Arc<Peer> {
        &self.peer
    }

    /// A message has come of what was read.
    pub(crate) fn heard(&mut self) {
        self.unheard = 0;
    }
}

impl AsyncRead for PeerIo {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Self { peer, unheard } = self.get_mut();
        if *unheard > MAX_UNHEARD_BYTES {
            return Poll::Ready(Err(io::ErrorKind::QuotaExceeded.into()));
        }
        let line = &peer.line;
        loop {
            ready!(line.poll_read_ready(cx))?;
            match line.try_read(buffer.initialize_unfilled()) {
                Ok(count) => {
                    buffer.advance(count);
                    *unheard += count;
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
    }
}

impl AsyncWrite for PeerIo {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.peer.poll_write(cx, bytes, MAX_TAIL_BYTES)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.peer.poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.peer.hang_up();
        Poll::Ready(Ok(()))
    }
}
