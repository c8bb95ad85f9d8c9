//! A bare tokio hub: one loop writes one finished frame to every socket, and a small task per socket reads. What an
//! asynchronous server can do at best without a protocol library. Must never wait for a socket: one that takes nothing is
//! dropped.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::sync::Arc;

use anyhow::Result;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::{READ_BYTES, frame, payload, snapshot, wanted};
use crate::wire::frames::{CLOSE, Frames};
use crate::wire::handshake::{answer, head_length};

/// What readers may have told before the hub has heard it.
const NEWS: usize = 1024;

enum News {
    Came(Arc<TcpStream>),
    Left(Arc<TcpStream>),
    Wished(usize),
}

pub(super) async fn run(listener: TcpListener, snapshot_bytes: usize) -> Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let (news, heard) = mpsc::channel(NEWS);
    tokio::spawn(serve(heard));
    let snapshot: Option<Arc<[u8]>> = snapshot(snapshot_bytes).map(|payload| frame(&payload).into());
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(read(Arc::new(stream), news.clone(), snapshot.clone()));
    }
}

/// The hub itself.
async fn serve(mut heard: Receiver<News>) {
    let (mut sockets, mut broadcasts): (Vec<Arc<TcpStream>>, u64) = (Vec::new(), 0);
    while let Some(news) = heard.recv().await {
        match news {
            News::Came(socket) => sockets.push(socket),
            News::Left(socket) => sockets.retain(|other| !Arc::ptr_eq(other, &socket)),
            News::Wished(bytes) => {
                broadcasts += 1;
                let frame = frame(&payload(broadcasts, bytes));
                sockets.retain(|socket| socket.try_write(&frame).is_ok_and(|written| written == frame.len()));
            }
        }
    }
}

/// A socket's task, from the upgrade to its end.
async fn read(socket: Arc<TcpStream>, news: Sender<News>, snapshot: Option<Arc<[u8]>>) {
    if !upgraded(&socket).await || snapshot.as_ref().is_some_and(|frame| !wrote(&socket, frame)) {
        return;
    }
    let _ = news.send(News::Came(Arc::clone(&socket))).await;
    drop(snapshot);
    let mut frames = Frames::default();
    while socket.readable().await.is_ok() {
        let Some(wishes) = wishes(&socket, &mut frames) else { break };
        for bytes in wishes {
            let _ = news.send(News::Wished(bytes)).await;
        }
    }
    let _ = news.send(News::Left(socket)).await;
}

async fn upgraded(socket: &TcpStream) -> bool {
    let mut request = Vec::new();
    while socket.readable().await.is_ok() {
        let mut buffer = Vec::with_capacity(READ_BYTES);
        match socket.try_read_buf(&mut buffer) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) | Ok(0) => return false,
            Ok(_) => request.append(&mut buffer),
        }
        if let Some(length) = head_length(&request) {
            return answer(&request[..length]).is_some_and(|answer| wrote(socket, &answer));
        }
    }
    false
}

/// What there is to read. The buffer is on the stack, so that a socket that says nothing has none.
fn wishes(socket: &TcpStream, frames: &mut Frames) -> Option<Vec<usize>> {
    let mut buffer = [0; READ_BYTES];
    let length = match socket.try_read(&mut buffer) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => return Some(Vec::new()),
        Err(_) | Ok(0) => return None,
        Ok(length) => length,
    };
    let (mut wishes, mut is_over) = (Vec::new(), false);
    frames.feed(&buffer[..length], |frame| {
        is_over |= frame.opcode == CLOSE;
        wishes.extend(wanted(&frame.plain()));
    });
    (!is_over).then_some(wishes)
}

fn wrote(socket: &TcpStream, bytes: &[u8]) -> bool {
    socket.try_write(bytes).is_ok_and(|written| written == bytes.len())
}
