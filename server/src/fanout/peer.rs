//! The writing side of one socket, shared by the hub that writes the room's frames and the connection that writes
//! everything else. Whole frames only, one after the other: what the kernel did not take is sent before anything new.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Bytes;
use frontrow_domain::protocol::Subprotocol;
use tokio::sync::Notify;
use tokio::time::timeout;

use super::{Frame, Line, Number, Publication};

/// A client that takes nothing for this long does not want anything.
const STALL_LIMIT: Duration = Duration::from_secs(10);
/// A client that has not taken a snapshot, or what it missed, in this time will never catch up.
const DRAIN_LIMIT: Duration = Duration::from_secs(20);
/// Pings in a row without a pong before a client counts as gone.
const MAX_UNANSWERED_PINGS: u8 = 2;

/// See the module.
pub(crate) struct Peer {
    pub(super) line: Line,
    subprotocol: Subprotocol,
    outgoing: Mutex<Outgoing>,
    /// Its connection has to look at it: it has fallen behind, or has gone silent.
    call: Notify,
    unanswered_pings: AtomicU8,
    /// Where its hub keeps it; the hub's own.
    pub(super) place: AtomicUsize,
}

#[derive(Default)]
pub(super) struct Outgoing {
    /// What the kernel has not taken yet; nearly always nothing.
    tail: VecDeque<Bytes>,
    /// The room's newest frame that the client knows of, by itself or through a snapshot.
    known: Number,
    /// The hub writes to it: it knows everything and takes everything.
    follows: bool,
    /// Our close frame is next, or sent.
    closing: bool,
}

/// What became of a frame that was offered.
pub(super) enum Offered {
    /// The kernel has all of its bytes.
    Taken(usize),
    /// It has some, and the rest of so many is sent as soon as it can be.
    Begun(usize),
    /// The peer did not want it, or cannot take it now.
    Refused,
}

/// Why nothing can be written any more.
#[derive(Debug)]
pub(crate) enum PeerError {
    /// It has taken nothing for a long time.
    Stalled,
    /// The connection is broken.
    Gone,
}

impl Peer {
    pub(crate) fn new(line: impl Into<Line>, subprotocol: Subprotocol) -> Arc<Self> {
        Arc::new(Self {
            line: line.into(),
            subprotocol,
            outgoing: Mutex::default(),
            call: Notify::new(),
            unanswered_pings: AtomicU8::new(0),
            place: AtomicUsize::new(0),
        })
    }

    /// Offers what the room publishes. Never waits, keeps no more than the rest of one frame.
    pub(super) fn offer(&self, publication: &Publication) -> Offered {
        let mut out = self.lock();
        let (wanted, number, frame) = match publication {
            Publication::Kept(number, frame) => (*number > out.known, *number, frame),
            Publication::Passing(number, frame) => (*number == out.known, *number, frame),
        };
        if !out.follows || out.closing || !wanted {
            return Offered::Refused;
        }
        let bytes = frame.bytes(self.subprotocol);
        let mut offered = Offered::Refused;
        let taken = if out.tail.is_empty() { self.send_at_once(bytes) } else { Ok(0) };
        match taken {
            Ok(all) if all == bytes.len() => {
                out.known = number;
                return Offered::Taken(all);
            }
            // Not begun: what is newer by then will do instead. What an error means, the connection finds out when it goes on.
            Ok(0) | Err(_) => {}
            Ok(some) => {
                out.tail.push_back(bytes.slice(some..));
                out.known = number;
                offered = Offered::Begun(bytes.len());
            }
        }
        out.follows = false;
        self.call();
        offered
    }

    pub(crate) const fn subprotocol(&self) -> Subprotocol {
        self.subprotocol
    }

    /// Sends frames that are this client's alone. What the kernel does not take waits for [`Self::drained`].
    pub(crate) fn send(&self, frames: &[Frame]) -> Result<usize, PeerError> {
        let mut out = self.lock();
        let mut bytes = 0;
        for frame in frames.iter().map(|frame| frame.bytes(self.subprotocol)) {
            bytes += frame.len();
            out.tail.push_back(frame.clone());
        }
        self.drain(&mut out).map_err(|_| PeerError::Gone)?;
        Ok(bytes)
    }

    /// Waits until the kernel has taken everything, but not for ever: meanwhile its connection does nothing else.
    pub(crate) async fn drained(&self) -> Result<(), PeerError> {
        timeout(DRAIN_LIMIT, self.drain_slowly()).await.map_err(|_| PeerError::Stalled)?
    }

    async fn drain_slowly(&self) -> Result<(), PeerError> {
        loop {
            if self.drain(&mut self.lock()).map_err(|_| PeerError::Gone)? {
                return Ok(());
            }
            let writable = timeout(STALL_LIMIT, self.line.writable()).await;
            writable.map_err(|_| PeerError::Stalled)?.map_err(|_| PeerError::Gone)?;
            // Whoever takes something is alive, however slowly.
            self.answered();
        }
    }

    /// From now on the client knows everything up to `known`, and gets nothing from the hub before it follows again.
    pub(crate) fn knows(&self, known: Number) {
        let mut out = self.lock();
        out.known = known;
        out.follows = false;
    }

    /// The hub writes to it from now on, if its client knows everything up to `newest`. Otherwise gives back what it does know,
    /// and counts on the caller to send the rest. Only to be called while nothing can be published; it is one step because the
    /// hub may be writing to the peer meanwhile.
    pub(crate) fn follow(&self, newest: Number) -> Result<(), Number> {
        let mut out = self.lock();
        let known = std::mem::replace(&mut out.known, newest);
        out.follows = known == newest && !out.closing;
        if known == newest { Ok(()) } else { Err(known) }
    }

    /// The last frames are on their way: nobody else writes any more.
    pub(crate) fn begin_to_close(&self) {
        self.lock().closing = true;
    }

    /// Ends the connection for both sides, whoever else still has it.
    pub(crate) fn hang_up(&self) {
        self.line.hang_up();
    }

    /// Its connection has to look at it.
    pub(crate) fn call(&self) {
        self.call.notify_one();
    }

    /// Waits until the connection has to look at this peer.
    pub(crate) async fn called(&self) {
        self.call.notified().await;
    }

    /// Whether it has not answered for so long that it is gone.
    pub(crate) fn is_silent(&self) -> bool {
        self.unanswered_pings.load(Relaxed) > MAX_UNANSWERED_PINGS
    }

    /// It gave a sign of life; whether one was waited for.
    pub(crate) fn answered(&self) -> bool {
        self.unanswered_pings.swap(0, Relaxed) > 0
    }

    /// We have said everything. Reads what the client still sends and forgets it, until it has closed, too: with unread bytes the
    /// kernel would reset the connection, and the client might never see why it was closed.
    pub(crate) async fn hear_out(&self) {
        self.line.say_no_more();
        let mut forgotten = [0; 1024];
        while std::future::poll_fn(|cx| self.line.poll_read_ready(cx)).await.is_ok() {
            match self.line.try_read(&mut forgotten) {
                Ok(0) => return,
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return,
                _ => {}
            }
        }
    }

    /// Pings it, or gives it up.
    pub(super) fn ping(&self, ping: &Bytes) {
        let mut out = self.lock();
        // Behind a tail a ping would tell nothing that the tail does not, and whoever takes the tail is alive.
        if out.closing || !out.tail.is_empty() {
            return;
        }
        let unanswered = self.unanswered_pings.load(Relaxed).saturating_add(1);
        self.unanswered_pings.store(unanswered, Relaxed);
        if unanswered > MAX_UNANSWERED_PINGS {
            self.call();
            return;
        }
        if let Ok(taken) = self.try_write(ping)
            && (1..ping.len()).contains(&taken)
        {
            out.tail.push_back(ping.slice(taken..));
            out.follows = false;
            self.call();
        }
    }

    /// All of the bytes or none are taken from the protocol's point of view: what the kernel does not take becomes the tail.
    pub(super) fn poll_write(&self, cx: &mut Context<'_>, bytes: &[u8], max_tail: usize) -> Poll<io::Result<usize>> {
        let mut out = self.lock();
        if out.unsent() > max_tail {
            ready!(self.poll_drain(&mut out, cx))?;
        }
        let taken = if out.tail.is_empty() { self.try_write(bytes)? } else { 0 };
        if taken < bytes.len() {
            out.tail.push_back(Bytes::copy_from_slice(&bytes[taken..]));
        }
        Poll::Ready(Ok(bytes.len()))
    }

    pub(super) fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_drain(&mut self.lock(), cx)
    }

    fn poll_drain(&self, out: &mut Outgoing, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.drain(out)? {
            ready!(self.line.poll_write_ready(cx))?;
        }
        Poll::Ready(Ok(()))
    }

    /// Sends of the tail what the kernel takes; whether that was everything.
    fn drain(&self, out: &mut Outgoing) -> io::Result<bool> {
        while !out.tail.is_empty() {
            let taken = self.try_write_tail(&out.tail)?;
            if taken == 0 {
                return Ok(false);
            }
            out.forget(taken);
        }
        Ok(true)
    }

    fn try_write_tail(&self, tail: &VecDeque<Bytes>) -> io::Result<usize> {
        let mut slices = [io::IoSlice::new(&[]); 16];
        let count = tail.len().min(slices.len());
        for (slice, bytes) in slices.iter_mut().zip(tail) {
            *slice = io::IoSlice::new(bytes);
        }
        blocked_is_zero(self.line.try_write_vectored(&slices[..count]))
    }

    fn send_at_once(&self, bytes: &[u8]) -> io::Result<usize> {
        blocked_is_zero(self.line.send_at_once(bytes))
    }

    fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        blocked_is_zero(self.line.try_write(bytes))
    }

    #[cfg(test)]
    pub(crate) fn known(&self) -> Number {
        self.lock().known
    }

    /// Bytes that the kernel has not taken yet.
    #[cfg(test)]
    pub(crate) fn unsent(&self) -> usize {
        self.lock().unsent()
    }

    fn lock(&self) -> MutexGuard<'_, Outgoing> {
        self.outgoing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outgoing {
    fn unsent(&self) -> usize {
        self.tail.iter().map(Bytes::len).sum()
    }

    /// The first bytes of the tail are sent.
    fn forget(&mut self, mut sent: usize) {
        while let Some(first) = self.tail.front_mut() {
            if first.len() > sent {
                drop(first.split_to(sent));
                return;
            }
            sent -= first.len();
            self.tail.pop_front();
        }
        // A queue that was used once would keep its memory for as long as the connection lives.
        self.tail = VecDeque::new();
    }
}

fn blocked_is_zero(result: io::Result<usize>) -> io::Result<usize> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
        result => result,
    }
}
