//! Peers that follow a room, over real sockets: whole frames, no gap, the right map in the end, whoever reads how slowly.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use frontrow_domain::ids::Ordinal;
use frontrow_domain::protocol::Subprotocol;
use frontrow_domain::seat::{SeatMap, SeatRecord, SeatState};
use frontrow_engines::holds::SeatsRead;
use futures_util::StreamExt as _;
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::Room;
use super::room::tests::hall;
use crate::fanout::{Peer, PeerError, PeerIo};

const PATIENCE: Duration = Duration::from_secs(20);

fn room(heartbeat_ms: u64) -> Arc<Room> {
    Arc::new(hall(64, heartbeat_ms))
}

/// A socket's two ends.
async fn ends() -> (Arc<Peer>, TcpStream) {
    ends_with(64 * 1024).await
}

/// The same; the client's kernel keeps so much for it.
async fn ends_with(receive_buffer_bytes: u32) -> (Arc<Peer>, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpSocket::new_v4().unwrap();
    client.set_recv_buffer_size(receive_buffer_bytes).unwrap();
    let (client, accepted) = tokio::join!(client.connect(listener.local_addr().unwrap()), listener.accept());
    (Peer::new(accepted.unwrap().0, Subprotocol::Json), client.unwrap())
}

/// What a connection does for its peer, besides writing frames of its own now and then.
fn connect(room: &Arc<Room>, peer: Arc<Peer>, is_eager: bool) -> JoinHandle<Result<(), PeerError>> {
    let room = Arc::clone(room);
    tokio::spawn(async move {
        let joined = room.join(&peer, None).unwrap();
        peer.send(&joined.frames)?;
        let mut own = PeerIo::new(Arc::clone(&peer));
        loop {
            peer.drained().await?;
            while let Some(missed) = room.missed_by(&peer) {
                peer.send(&missed)?;
                peer.drained().await?;
            }
            if is_eager {
                // Looking without being called is allowed, also while the hub writes.
                tokio::task::yield_now().await;
                continue;
            }
            // A pong of 100 bytes, as the library would write it.
            let pong = [&[0x8a, 100][..], &[b'.'; 100]].concat();
            if own.write_all(&pong).await.is_err() || peer.is_silent() {
                return Ok(());
            }
            timeout(Duration::from_millis(2), peer.called()).await.ok();
        }
    })
}

/// What a client has read, when its map is that of `last_seq`.
struct Seen {
    map: SeatMap,
    snapshots: usize,
}

/// Reads, with a pause after each frame; every delta has to follow the one before.
async fn watch(client: TcpStream, pause: Duration, last_seq: u64) -> Seen {
    watch_on(reading(client).await, pause, last_seq).await
}

async fn reading(client: TcpStream) -> WebSocketStream<TcpStream> {
    WebSocketStream::from_raw_socket(client, Role::Client, None).await
}

async fn watch_on(mut socket: WebSocketStream<TcpStream>, pause: Duration, last_seq: u64) -> Seen {
    let (mut seq, mut seen) = (0, Seen { map: SeatMap::new(0), snapshots: 0 });
    while seen.snapshots == 0 || seq < last_seq {
        let message = timeout(PATIENCE, socket.next()).await.expect("in time").expect("open").expect("whole frames");
        let Message::Text(text) = message else { continue };
        let frame: Value = serde_json::from_str(&text).unwrap();
        match frame["type"].as_str().unwrap() {
            "snapshot" => {
                seen.snapshots += 1;
                seq = frame["seq"].as_u64().unwrap();
                seen.map = unpack(&frame);
            }
            "delta" => {
                assert_eq!(frame["seq"].as_u64().unwrap(), seq + 1, "no gap, nothing twice");
                seq += 1;
                for change in frame["changes"].as_array().unwrap() {
                    let seat = Ordinal(u32::try_from(change[0].as_u64().unwrap()).unwrap());
                    seen.map.set(seat, state(change[1].as_u64().unwrap()));
                }
            }
            "beacon" => assert_eq!(frame["hash"], format!("{:08x}", seen.map.hash()), "exactly at this state"),
            other => panic!("{other}"),
        }
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }
    seen
}

fn unpack(snapshot: &Value) -> SeatMap {
    let packed = base64::engine::general_purpose::STANDARD.decode(snapshot["states"].as_str().unwrap()).unwrap();
    let seats = u32::try_from(snapshot["seats"].as_u64().unwrap()).unwrap();
    let mut map = SeatMap::new(seats);
    for seat in 0..seats {
        map.set(Ordinal(seat), state(u64::from(packed[seat as usize / 4] >> (seat % 4 * 2) & 3)));
    }
    map
}

fn state(number: u64) -> SeatState {
    [SeatState::Available, SeatState::Held, SeatState::Sold, SeatState::Blocked][usize::try_from(number).unwrap()]
}

/// Blocks 150 seats, or gives them back: about two kilobytes of JSON.
fn change(room: &Room, round: u32) {
    let first = round / 2 * 37 % 1000;
    let seats: Vec<_> = (first..first + 150).map(Ordinal).collect();
    let record = if round.is_multiple_of(2) { SeatRecord::Blocked } else { SeatRecord::Available };
    room.take_over(&seats, &SeatsRead { at_ms: 0, records: vec![record; seats.len()] }, None, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_reads_slowly_gets_whole_frames_and_is_right_in_the_end() {
    const ROUNDS: u32 = 1_001;
    let room = room(60_000);
    let (mut readers, mut connections) = (Vec::new(), Vec::new());
    for (pause_us, buffer) in [(0, 64 * 1024), (0, 4_096), (1_000, 4_096), (30_000, 4_096)] {
        let (peer, client) = ends_with(buffer).await;
        connections.push(connect(&room, peer, connections.is_empty()));
        readers.push(tokio::spawn(watch(client, Duration::from_micros(pause_us), ROUNDS.into())));
    }
    for round in 0..ROUNDS {
        change(&room, round);
        room.publish_beacon();
        tokio::time::sleep(Duration::from_micros(500)).await;
        room.fanout.idle().await;
    }
    let (_, seq, map) = room.position();
    assert_eq!(seq, u64::from(ROUNDS));
    let mut snapshots = Vec::new();
    for reader in readers {
        let seen = reader.await.unwrap();
        assert_eq!(seen.map.hash(), map.hash());
        snapshots.push(seen.snapshots);
    }
    assert!(snapshots[3] > 1, "a slow one was behind: {snapshots:?}");
    connections.iter().for_each(JoinHandle::abort);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_reads_nothing_keeps_the_rest_of_one_frame_and_nobody_waits_for_it() {
    let room = room(60_000);
    let (stalled, _client) = ends().await;
    let _stalled = room.join(&stalled, None).unwrap();
    assert!(room.missed_by(&stalled).is_none(), "it follows");
    let (peer, client) = ends().await;
    let connection = connect(&room, peer, false);
    let reader = tokio::spawn(watch(client, Duration::ZERO, 400));
    for round in 0..400 {
        change(&room, round);
        room.fanout.idle().await;
    }
    assert_eq!(timeout(PATIENCE, reader).await.unwrap().unwrap().map.hash(), room.position().2.hash());
    timeout(PATIENCE, stalled.called()).await.expect("its connection is called");
    assert!(stalled.unsent() < 4_096, "{} bytes", stalled.unsent());
    assert!(stalled.known() < 400);
    connection.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frame_of_the_room_waits_behind_what_the_connection_has_begun() {
    let room = room(60_000);
    let (peer, client) = ends_with(4_096).await;
    let _joined = room.join(&peer, None).unwrap();
    assert!(room.missed_by(&peer).is_none(), "it follows");
    let mut own = PeerIo::new(Arc::clone(&peer));
    while peer.unsent() == 0 {
        // A message of 1,000 bytes that only this client gets.
        own.write_all(&[&[0x82, 126, 0x03, 0xe8][..], &[b'.'; 1_000]].concat()).await.unwrap();
    }
    // Some of it is read: there is room again in front of what waits.
    let mut socket = reading(client).await;
    for _ in 0..40 {
        assert!(socket.next().await.unwrap().is_ok());
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    change(&room, 0);
    room.fanout.idle().await;
    timeout(PATIENCE, peer.called()).await.expect("it is behind");
    let reader = tokio::spawn(watch_on(socket, Duration::ZERO, 1));
    peer.drained().await.unwrap();
    assert_eq!(room.missed_by(&peer).expect("the frame").len(), 2, "and a beacon");
    // This client knows no snapshot yet.
    peer.send(&room.resume(&peer, None)).unwrap();
    peer.drained().await.unwrap();
    assert_eq!(timeout(PATIENCE, reader).await.unwrap().unwrap().snapshots, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_answers_no_ping_is_found_silent_and_whoever_does_is_not() {
    let room = room(200);
    let (mute, _mute_client) = ends().await;
    let (alive, client) = ends().await;
    let _members = [room.join(&mute, None).unwrap(), room.join(&alive, None).unwrap()];
    let answers = Arc::clone(&alive);
    let mut socket = reading(client).await;
    let reader = tokio::spawn(async move {
        let mut pings = 0;
        while let Some(Ok(message)) = socket.next().await {
            assert_eq!(message, Message::Ping(Vec::new().into()));
            answers.answered();
            pings += 1;
            if pings == 5 {
                break;
            }
        }
        pings
    });
    timeout(PATIENCE, mute.called()).await.expect("it is given up");
    assert!(mute.is_silent());
    assert_eq!(timeout(PATIENCE, reader).await.unwrap().unwrap(), 5, "pinged again and again");
    assert!(!alive.is_silent());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_follows_a_close_and_whoever_left_is_let_go() {
    let room = room(60_000);
    let (peer, client) = ends().await;
    let joined = room.join(&peer, None).unwrap();
    assert!(room.missed_by(&peer).is_none());
    peer.begin_to_close();
    change(&room, 0);
    room.fanout.idle().await;
    assert_eq!(room.fanout.members(), 1);
    drop(joined);
    assert_eq!(room.fanout.members(), 0);
    room.fanout.idle().await;
    let left = Arc::downgrade(&peer);
    drop(peer);
    assert!(left.upgrade().is_none(), "the hub keeps no socket open");
    let mut socket = reading(client).await;
    assert!(!matches!(socket.next().await, Some(Ok(_))), "not one frame");
}
