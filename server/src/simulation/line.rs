//! A line in memory between a client and the server: of small capacity, cut after any byte, or silent for good.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What the server's peer writes to and reads from. Dropping it closes the line.
pub(crate) struct ServerEnd(Arc<Wire>);

/// What the client has of it. Dropping it closes the line, unless the line is silent: then nobody hears of that.
pub(super) struct ClientEnd(Arc<Wire>);

/// What both ends share.
pub(super) struct Wire(Mutex<State>);

struct State {
    to_client: Pipe,
    to_server: Pipe,
    health: Health,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Health {
    Well,
    /// Nothing arrives any more, and nobody is told.
    Silent,
    /// The server has closed it: what it wrote before still arrives.
    HungUp,
    /// Cut, or left by the client; the other side may hear of it by an error, or as of a close.
    Cut {
        by_reset: bool,
    },
}

/// One direction.
struct Pipe {
    bytes: VecDeque<u8>,
    capacity: usize,
    /// After so many more bytes the line is cut.
    cut_after: Option<usize>,
    readers: Vec<Waker>,
    writers: Vec<Waker>,
}

/// Which way the bytes go that a cut counts.
#[derive(Debug, Clone, Copy)]
pub(super) enum Direction {
    ToClient,
    ToServer,
}

/// A new line; `capacity` is what the server can write before the client reads, as of a socket's buffers.
pub(super) fn line(capacity: usize) -> (ServerEnd, ClientEnd) {
    let pipe =
        |capacity| Pipe { bytes: VecDeque::new(), capacity, cut_after: None, readers: Vec::new(), writers: Vec::new() };
    let state = State { to_client: pipe(capacity), to_server: pipe(usize::MAX), health: Health::Well };
    let wire = Arc::new(Wire(Mutex::new(state)));
    (ServerEnd(Arc::clone(&wire)), ClientEnd(wire))
}

impl Wire {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn become_(&mut self, health: Health) {
        if matches!(self.health, Health::Well) || matches!(health, Health::Cut { .. }) {
            self.health = health;
        }
        self.wake();
    }

    fn wake(&mut self) {
        for pipe in [&mut self.to_client, &mut self.to_server] {
            pipe.readers.drain(..).chain(pipe.writers.drain(..)).for_each(Waker::wake);
        }
    }

    /// Takes bytes out of a pipe; the line is cut with the last one that may pass.
    fn read(&mut self, direction: Direction, buffer: &mut [u8]) -> io::Result<usize> {
        let is_over = match (self.health, direction) {
            (Health::Cut { by_reset: true }, _) => return Err(ErrorKind::ConnectionReset.into()),
            (Health::Silent, _) => return Err(ErrorKind::WouldBlock.into()),
            (Health::Cut { .. }, _) | (Health::HungUp, Direction::ToServer) => return Ok(0),
            (Health::HungUp, Direction::ToClient) => true,
            (Health::Well, _) => false,
        };
        let pipe = self.pipe(direction);
        let count = pipe.bytes.len().min(buffer.len()).min(pipe.cut_after.unwrap_or(usize::MAX));
        if count == 0 {
            return if is_over { Ok(0) } else { Err(ErrorKind::WouldBlock.into()) };
        }
        for (place, byte) in buffer.iter_mut().zip(pipe.bytes.drain(..count)) {
            *place = byte;
        }
        pipe.writers.drain(..).for_each(Waker::wake);
        if let Some(left) = &mut pipe.cut_after {
            *left -= count;
            if *left == 0 {
                self.become_(Health::Cut { by_reset: count.is_multiple_of(2) });
            }
        }
        Ok(count)
    }

    fn write(&mut self, direction: Direction, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        if matches!(self.health, Health::Cut { .. } | Health::HungUp) {
            return Err(ErrorKind::BrokenPipe.into());
        }
        let pipe = self.pipe(direction);
        let free = pipe.capacity - pipe.bytes.len();
        let wanted: usize = slices.iter().map(|slice| slice.len()).sum();
        if free == 0 && wanted > 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        pipe.bytes.extend(slices.iter().flat_map(|slice| slice.iter().copied()).take(free));
        pipe.readers.drain(..).for_each(Waker::wake);
        Ok(wanted.min(free))
    }

    const fn pipe(&mut self, direction: Direction) -> &mut Pipe {
        match direction {
            Direction::ToClient => &mut self.to_client,
            Direction::ToServer => &mut self.to_server,
        }
    }

    fn poll_read_ready(&mut self, direction: Direction, cx: &Context<'_>) -> Poll<io::Result<()>> {
        let health = self.health;
        let pipe = self.pipe(direction);
        let is_ready = !pipe.bytes.is_empty() || !matches!(health, Health::Well);
        if is_ready && health != Health::Silent {
            return Poll::Ready(Ok(()));
        }
        remember(&mut pipe.readers, cx);
        Poll::Pending
    }

    fn poll_write_ready(&mut self, cx: &Context<'_>) -> Poll<io::Result<()>> {
        let pipe = &mut self.to_client;
        if pipe.bytes.len() < pipe.capacity || matches!(self.health, Health::Cut { .. } | Health::HungUp) {
            return Poll::Ready(Ok(()));
        }
        remember(&mut pipe.writers, cx);
        Poll::Pending
    }
}

fn remember(wakers: &mut Vec<Waker>, cx: &Context<'_>) {
    if !wakers.iter().any(|waker| waker.will_wake(cx.waker())) {
        wakers.push(cx.waker().clone());
    }
}

impl ServerEnd {
    pub(crate) fn write(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.0.lock().write(Direction::ToClient, slices)
    }

    pub(crate) fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.lock().read(Direction::ToServer, buffer)
    }

    pub(crate) fn poll_write_ready(&self, cx: &Context<'_>) -> Poll<io::Result<()>> {
        self.0.lock().poll_write_ready(cx)
    }

    pub(crate) fn poll_read_ready(&self, cx: &Context<'_>) -> Poll<io::Result<()>> {
        self.0.lock().poll_read_ready(Direction::ToServer, cx)
    }

    pub(crate) fn hang_up(&self) {
        self.0.lock().become_(Health::HungUp);
    }
}

impl Drop for ServerEnd {
    fn drop(&mut self) {
        self.hang_up();
    }
}

impl ClientEnd {
    /// The line is cut when so many more bytes have gone that way.
    pub(super) fn cut_after(&self, direction: Direction, bytes: usize) {
        let mut state = self.0.lock();
        if bytes == 0 {
            return state.become_(Health::Cut { by_reset: true });
        }
        state.pipe(direction).cut_after = Some(bytes);
    }

    /// From now on nothing arrives, in either direction.
    pub(super) fn fall_silent(&self) {
        self.0.lock().become_(Health::Silent);
    }

    pub(super) fn is_silent(&self) -> bool {
        self.0.lock().health == Health::Silent
    }

    /// To see whether the server has let go of it in the end.
    pub(super) fn watch(&self) -> Weak<Wire> {
        Arc::downgrade(&self.0)
    }
}

impl Drop for ClientEnd {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        if state.health != Health::Silent {
            state.become_(Health::Cut { by_reset: false });
        }
    }
}

impl AsyncRead for ClientEnd {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut state = self.0.lock();
        match state.read(Direction::ToClient, buffer.initialize_unfilled()) {
            Ok(count) => {
                buffer.advance(count);
                Poll::Ready(Ok(()))
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                remember(&mut state.to_client.readers, cx);
                Poll::Pending
            }
            Err(error) => Poll::Ready(Err(error)),
        }
    }
}

impl AsyncWrite for ClientEnd {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(self.0.lock().write(Direction::ToServer, &[IoSlice::new(bytes)]))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
