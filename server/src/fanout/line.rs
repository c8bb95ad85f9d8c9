//! The line under a peer: its TCP connection. The simulation has one in memory, which can be slow, silent or cut; nothing else
//! may differ between the two.

use std::io;
use std::task::{Context, Poll};

use socket2::SockRef;
use tokio::net::TcpStream;

#[cfg(test)]
use crate::simulation::ServerEnd;

/// What the kernel keeps of unsent bytes for one socket, before its own bookkeeping: enough for a snapshot of a large hall,
/// and so little that a client that does not read is noticed.
const SEND_BUFFER_BYTES: usize = 32 * 1024;

/// See the module. Whatever cannot be done at once fails with `WouldBlock`.
pub(crate) enum Line {
    Tcp(TcpStream),
    #[cfg(test)]
    Simulated(ServerEnd),
}

impl Line {
    /// Past the runtime, which looks up and keeps whether a socket can be written to: for thousands of them in a row that is
    /// felt. Where the kernel takes less than everything, whoever goes on does so through the runtime.
    pub(super) fn send_at_once(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => SockRef::from(stream).send(bytes),
            #[cfg(test)]
            Self::Simulated(end) => end.write(&[io::IoSlice::new(bytes)]),
        }
    }

    pub(super) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.try_write(bytes),
            #[cfg(test)]
            Self::Simulated(end) => end.write(&[io::IoSlice::new(bytes)]),
        }
    }

    pub(super) fn try_write_vectored(&self, slices: &[io::IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.try_write_vectored(slices),
            #[cfg(test)]
            Self::Simulated(end) => end.write(slices),
        }
    }

    pub(super) async fn writable(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.writable().await,
            #[cfg(test)]
            Self::Simulated(end) => std::future::poll_fn(|cx| end.poll_write_ready(cx)).await,
        }
    }

    pub(super) fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(stream) => stream.poll_write_ready(cx),
            #[cfg(test)]
            Self::Simulated(end) => end.poll_write_ready(cx),
        }
    }

    pub(super) fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(stream) => stream.poll_read_ready(cx),
            #[cfg(test)]
            Self::Simulated(end) => end.poll_read_ready(cx),
        }
    }

    pub(super) fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.try_read(buffer),
            #[cfg(test)]
            Self::Simulated(end) => end.read(buffer),
        }
    }

    /// Nothing more is written; what the other side still says can be read.
    pub(super) fn say_no_more(&self) {
        match self {
            Self::Tcp(stream) => {
                SockRef::from(stream).shutdown(std::net::Shutdown::Write).ok();
            }
            // Its clients are gone as soon as they read a close.
            #[cfg(test)]
            Self::Simulated(end) => end.hang_up(),
        }
    }

    /// Ends the connection for both sides.
    pub(super) fn hang_up(&self) {
        match self {
            Self::Tcp(stream) => {
                SockRef::from(stream).shutdown(std::net::Shutdown::Both).ok();
            }
            #[cfg(test)]
            Self::Simulated(end) => end.hang_up(),
        }
    }
}

impl From<TcpStream> for Line {
    fn from(stream: TcpStream) -> Self {
        // Without it the kernel keeps minutes of frames for a client that does not read; nothing else would be worse.
        SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER_BYTES).ok();
        Self::Tcp(stream)
    }
}
