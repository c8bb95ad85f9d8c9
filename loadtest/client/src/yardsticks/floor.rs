//! The floor: one thread, one finished frame, one send(2) per socket. Nothing that speaks TCP one socket at a time is cheaper.
//! Must never wait for a socket: one that takes nothing is dropped.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpListener;

use anyhow::Result;
use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::{READ_BYTES, frame, payload, snapshot, wanted};
use crate::wire::frames::{CLOSE, Frames};
use crate::wire::handshake::{answer, head_length};

const LISTENER: Token = Token(usize::MAX);

struct Peer {
    stream: TcpStream,
    /// What has come of the request; `None` once it is answered.
    request: Option<Vec<u8>>,
    frames: Frames,
}

struct Floor {
    peers: Vec<Option<Peer>>,
    snapshot: Option<Vec<u8>>,
    broadcasts: u64,
}

pub(super) fn run(listener: TcpListener, snapshot_bytes: usize) -> Result<()> {
    let (mut poll, mut events) = (Poll::new()?, Events::with_capacity(1024));
    let mut listener = mio::net::TcpListener::from_std(listener);
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let snapshot = snapshot(snapshot_bytes).map(|payload| frame(&payload));
    let mut floor = Floor { peers: Vec::new(), snapshot, broadcasts: 0 };
    loop {
        match poll.poll(&mut events, None) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            polled => polled?,
        }
        for event in &events {
            if event.token() == LISTENER {
                floor.accept(&listener, &poll)?;
            } else {
                floor.read(event.token().0);
            }
        }
    }
}

impl Floor {
    fn accept(&mut self, listener: &mio::net::TcpListener, poll: &Poll) -> Result<()> {
        loop {
            let mut stream = match listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            stream.set_nodelay(true)?;
            poll.registry().register(&mut stream, Token(self.peers.len()), Interest::READABLE)?;
            // A place is not used twice: thousands of empty ones cost nothing in one measurement.
            self.peers.push(Some(Peer { stream, request: Some(Vec::new()), frames: Frames::default() }));
        }
    }

    fn read(&mut self, number: usize) {
        let mut buffer = [0; READ_BYTES];
        loop {
            let Some(peer) = self.peers.get_mut(number).and_then(Option::as_mut) else { return };
            match peer.stream.read(&mut buffer) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) | Ok(0) => self.peers[number] = None,
                Ok(length) => match peer.take(&buffer[..length], self.snapshot.as_deref()) {
                    None => self.peers[number] = None,
                    Some(wishes) => wishes.into_iter().for_each(|bytes| self.broadcast(bytes)),
                },
            }
        }
    }

    fn broadcast(&mut self, bytes: usize) {
        self.broadcasts += 1;
        let frame = frame(&payload(self.broadcasts, bytes));
        for place in &mut self.peers {
            if let Some(peer) = place
                && peer.request.is_none()
                && !peer.write(&frame)
            {
                *place = None;
            }
        }
    }
}

impl Peer {
    /// What was read, as sizes of broadcasts that are wished for; `None` if the peer is not to be kept.
    fn take(&mut self, bytes: &[u8], snapshot: Option<&[u8]>) -> Option<Vec<usize>> {
        if let Some(request) = &mut self.request {
            request.extend_from_slice(bytes);
            if let Some(length) = head_length(request) {
                let answer = answer(&request[..length])?;
                self.request = None;
                return (self.write(&answer) && snapshot.is_none_or(|frame| self.write(frame))).then(Vec::new);
            }
            return Some(Vec::new());
        }
        let (mut wishes, mut is_over) = (Vec::new(), false);
        self.frames.feed(bytes, |frame| {
            is_over |= frame.opcode == CLOSE;
            wishes.extend(wanted(&frame.plain()));
        });
        (!is_over).then_some(wishes)
    }

    fn write(&mut self, bytes: &[u8]) -> bool {
        self.stream.write(bytes).is_ok_and(|written| written == bytes.len())
    }
}
