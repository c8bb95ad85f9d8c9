//! An echo server on the sockets of the fan-out, under the conformance cases of RFC 6455. Messages come back as finished
//! frames, as rooms publish them; control frames are the library's, through the same peer.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use frontrow_domain::protocol::Subprotocol;
use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::{WebSocketStream, accept_async};

use super::{Frame, Peer, PeerIo};
use crate::sockets::websocket_config;

/// The largest message of the cases that are run; what clients may send to a real socket is far less.
const MAX_MESSAGE_BYTES: usize = 1 << 20;

/// Sections 9, 12 and 13 measure speed and try compression, which there is none of.
const LEFT_OUT: [&str; 6] = ["-x", "9.*", "-x", "12.*", "-x", "13.*"];
const CASES: usize = 247;

#[tokio::test(flavor = "multi_thread")]
async fn every_case_of_the_autobahn_suite_passes() {
    let cases = std::env::var("FRONTROW_TEST_KOSOKU").expect("FRONTROW_TEST_KOSOKU: `cargo xtask test` sets it");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let echo = tokio::spawn(echo(listener));
    let reports = std::env::temp_dir().join(format!("frontrow-conformance-{}", std::process::id()));
    let runner = Path::new(&cases).join("bin").join("kosoku");
    let mut command = Command::new("python3");
    command.arg(runner).env("PYTHONPATH", &cases).arg(address).args(LEFT_OUT).arg("-o").arg(&reports);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    echo.abort();
    let said = String::from_utf8_lossy(&output.stdout);
    let index = std::fs::read(reports.join("index.json")).unwrap_or_else(|_| panic!("no report: {said}"));
    std::fs::remove_dir_all(&reports).unwrap();
    let index: BTreeMap<String, BTreeMap<String, Value>> = serde_json::from_slice(&index).unwrap();
    let results: Vec<_> = index.into_values().flatten().collect();
    assert_eq!(results.len(), CASES);
    // A text that is broken may be refused at its first bad byte or at its end: the latter is called not strict.
    let fine = |verdict: &Value| ["OK", "NON-STRICT", "INFORMATIONAL"].iter().any(|fine| verdict == fine);
    let failed: Vec<_> =
        results.iter().filter(|(_, it)| !fine(&it["behavior"]) || !fine(&it["behaviorClose"])).collect();
    assert!(failed.is_empty(), "{failed:?}");
}

async fn echo(listener: TcpListener) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        tokio::spawn(serve(stream));
    }
}

/// Ends with the connection; how is for the cases to judge.
async fn serve(stream: TcpStream) {
    stream.set_nodelay(true).unwrap();
    let Ok(upgraded) = accept_async(stream).await else { return };
    let peer = Peer::new(upgraded.into_inner(), Subprotocol::Binary);
    let config = websocket_config().max_message_size(Some(MAX_MESSAGE_BYTES)).max_frame_size(Some(MAX_MESSAGE_BYTES));
    let io = PeerIo::new(Arc::clone(&peer));
    let mut socket = WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await;
    while let Some(Ok(message)) = socket.next().await {
        socket.get_mut().heard();
        let echoed = match message {
            Message::Text(text) => Frame::text(text.to_string()),
            Message::Binary(bytes) => Frame::new(String::new(), bytes.to_vec()),
            Message::Close(_) => {
                peer.begin_to_close();
                continue;
            }
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => continue,
        };
        if peer.send(&[echoed]).is_err() || peer.drained().await.is_err() {
            break;
        }
    }
    peer.begin_to_close();
    socket.close(None).await.ok();
    peer.hang_up();
}
