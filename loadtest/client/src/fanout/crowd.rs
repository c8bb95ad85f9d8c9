//! Many sockets on one thread. Must never keep anything per socket that every socket has: the client's memory traffic would
//! slow down what shares the machine with it.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use mio::event::Event;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, Socket as Raw, Type};

use crate::wire::frames::{self, BINARY, CLOSE, Frames, PING, PONG, TEXT};
use crate::wire::handshake;

/// More than any socket has to say at one time, so that one read empties it.
const BUFFER_BYTES: usize = 256 * 1024;
const EVENTS: usize = 1024;
/// The kernel's "in progress": what connecting without waiting answers.
const IN_PROGRESS: i32 = 115;

/// What a socket tells.
#[derive(Debug)]
pub(crate) enum Heard<'a> {
    /// The server has agreed to speak.
    Upgraded,
    Binary(&'a [u8]),
    Text(&'a [u8]),
    /// The connection is over.
    Gone(String),
}

/// How to come in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entrance {
    pub(crate) server: SocketAddr,
    pub(crate) subprotocol: Option<&'static str>,
}

pub(crate) struct Crowd {
    poll: Poll,
    events: Events,
    buffer: Vec<u8>,
    sockets: Vec<Socket>,
}

struct Socket {
    stream: TcpStream,
    phase: Phase,
    frames: Frames,
}

enum Phase {
    /// With the request that is sent as soon as there is a connection.
    Connecting(Vec<u8>),
    /// With what has come of the answer.
    Asking(Vec<u8>),
    Open,
    Gone,
}

impl Crowd {
    pub(crate) fn new() -> Result<Self> {
        let (poll, events) = (Poll::new()?, Events::with_capacity(EVENTS));
        Ok(Self { poll, events, buffer: vec![0; BUFFER_BYTES], sockets: Vec::new() })
    }

    pub(crate) fn len(&self) -> usize {
        self.sockets.len()
    }

    /// Begins to connect one more socket; its number. `receive_bytes` is for sockets that are going to stop reading.
    pub(crate) fn connect(&mut self, to: Entrance, path: &str, receive_bytes: Option<usize>) -> Result<usize> {
        let raw = Raw::new(Domain::for_address(to.server), Type::STREAM, None).context("another socket")?;
        raw.set_nonblocking(true)?;
        raw.set_tcp_nodelay(true)?;
        // Nothing of a connection stays behind: thousands of them are going to follow.
        raw.set_linger(Some(Duration::ZERO))?;
        if let Some(bytes) = receive_bytes {
            raw.set_recv_buffer_size(bytes)?;
        }
        match raw.connect(&to.server.into()) {
            Err(error) if error.raw_os_error() == Some(IN_PROGRESS) => {}
            connected => connected?,
        }
        let (mut stream, number) = (TcpStream::from_std(raw.into()), self.sockets.len());
        self.poll.registry().register(&mut stream, Token(number), Interest::READABLE | Interest::WRITABLE)?;
        let request = handshake::request(to.server, path, to.subprotocol);
        self.sockets.push(Socket { stream, phase: Phase::Connecting(request), frames: Frames::default() });
        Ok(number)
    }

    /// Sends one text frame, all of it at once: what is sent here always fits.
    pub(crate) fn send(&mut self, socket: usize, text: &str) -> Result<()> {
        let frame = frames::from_client(TEXT, text.as_bytes());
        write_all(&mut self.sockets[socket].stream, &frame).context("sending a command")
    }

    /// From now on nobody reads what the socket is sent.
    pub(crate) fn stop_reading(&mut self, socket: usize) -> Result<()> {
        Ok(self.poll.registry().deregister(&mut self.sockets[socket].stream)?)
    }

    /// Waits for something to happen, at most until then, and tells of it.
    pub(crate) fn turn(&mut self, until: Instant, mut hear: impl FnMut(usize, Instant, Heard<'_>)) -> Result<()> {
        match self.poll.poll(&mut self.events, Some(until.saturating_duration_since(Instant::now()))) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return Ok(()),
            polled => polled?,
        }
        for event in &self.events {
            let number = event.token().0;
            let socket = &mut self.sockets[number];
            let happened = socket.happened(event, &mut self.buffer, |at, heard| hear(number, at, heard));
            if let Err(error) = happened {
                socket.phase = Phase::Gone;
                hear(number, Instant::now(), Heard::Gone(format!("{error:#}")));
            } else if event.is_writable() && matches!(socket.phase, Phase::Open) {
                // There is always room for what is sent from here on.
                self.poll.registry().reregister(&mut socket.stream, event.token(), Interest::READABLE)?;
            }
        }
        Ok(())
    }
}

impl Socket {
    fn happened(&mut self, event: &Event, buffer: &mut [u8], mut hear: impl FnMut(Instant, Heard<'_>)) -> Result<()> {
        if let Phase::Connecting(request) = &self.phase {
            if let Some(error) = self.stream.take_error()? {
                bail!(error);
            }
            if !event.is_writable() {
                return Ok(());
            }
            write_all(&mut self.stream, request)?;
            self.phase = Phase::Asking(Vec::new());
        }
        if matches!(self.phase, Phase::Gone) {
            return Ok(());
        }
        loop {
            let length = match self.stream.read(buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Ok(0) => bail!("the server has closed the connection"),
                read => read?,
            };
            let at = Instant::now();
            self.take(&buffer[..length], at, &mut hear)?;
            // A read that does not fill the buffer has emptied the socket, unless its end is to be read as well.
            if length < buffer.len() && !event.is_read_closed() {
                return Ok(());
            }
        }
    }

    fn take(&mut self, bytes: &[u8], at: Instant, hear: &mut impl FnMut(Instant, Heard<'_>)) -> Result<()> {
        let Phase::Asking(head) = &mut self.phase else { return self.take_frames(bytes, at, hear) };
        head.extend_from_slice(bytes);
        let Some(length) = handshake::head_length(head) else { return Ok(()) };
        ensure!(handshake::is_agreed(&head[..length]), "refused: {}", String::from_utf8_lossy(head));
        let early = head.split_off(length);
        self.phase = Phase::Open;
        hear(at, Heard::Upgraded);
        self.take_frames(&early, at, hear)
    }

    fn take_frames(&mut self, bytes: &[u8], at: Instant, hear: &mut impl FnMut(Instant, Heard<'_>)) -> Result<()> {
        let (mut pings, mut is_over) = (Vec::new(), None);
        self.frames.feed(bytes, |frame| match frame.opcode {
            BINARY => hear(at, Heard::Binary(frame.payload)),
            TEXT => hear(at, Heard::Text(frame.payload)),
            PING => pings.push(frames::from_client(PONG, frame.payload)),
            CLOSE => is_over = Some(frame.payload.to_vec()),
            _ => {}
        });
        for pong in pings {
            write_all(&mut self.stream, &pong)?;
        }
        match is_over {
            Some(reason) => {
                bail!("the server closes: {}", String::from_utf8_lossy(reason.get(2..).unwrap_or_default()))
            }
            None => Ok(()),
        }
    }
}

fn write_all(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    match stream.write(bytes)? {
        written if written == bytes.len() => Ok(()),
        _ => Err(io::Error::other("the server takes nothing")),
    }
}
