//! Every fault against an echo on loopback: what is asserted is that it is really there.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::{Direction, Faults, Proxy, Trap, Way};

const WHILE: Duration = Duration::from_millis(300);

/// A proxy before a server that sends back what it gets.
async fn echo() -> Proxy {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = server.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = server.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.into_split();
                tokio::io::copy(&mut from, &mut to).await.ok();
            });
        }
    });
    Proxy::start("test".into(), TcpListener::bind("127.0.0.1:0").await.unwrap(), upstream).unwrap()
}

async fn connect(proxy: &Proxy) -> TcpStream {
    TcpStream::connect(proxy.address).await.unwrap()
}

/// Sends, reads as much back, and says what came and how long it took.
async fn round_trip(stream: &mut TcpStream, bytes: &[u8]) -> std::io::Result<(Vec<u8>, Duration)> {
    let sent = Instant::now();
    stream.write_all(bytes).await?;
    let mut back = vec![0; bytes.len()];
    stream.read_exact(&mut back).await?;
    Ok((back, sent.elapsed()))
}

/// What arrives until the connection ends, and how it ends.
async fn read_to_the_end(stream: &mut TcpStream) -> (Vec<u8>, Option<ErrorKind>) {
    let (mut all, mut buffer) = (Vec::new(), [0; 1024]);
    loop {
        match timeout(Duration::from_secs(5), stream.read(&mut buffer)).await.expect("it ends") {
            Ok(0) => return (all, None),
            Ok(read) => all.extend(&buffer[..read]),
            Err(error) => return (all, Some(error.kind())),
        }
    }
}

#[tokio::test]
async fn a_clean_link_carries_everything_and_passes_the_end_on() {
    let proxy = echo().await;
    let mut stream = connect(&proxy).await;
    let bytes: Vec<u8> = (0..200_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let (mut from, mut to) = stream.split();
    let mut back = Vec::new();
    let (sent, read) = tokio::join!(
        async {
            to.write_all(&bytes).await?;
            to.shutdown().await
        },
        from.read_to_end(&mut back)
    );
    sent.unwrap();
    read.unwrap();
    assert_eq!(back, bytes);
}

#[tokio::test]
async fn latency_and_jitter_are_felt_in_each_direction() {
    let proxy = echo().await;
    let mut stream = connect(&proxy).await;
    let (_, clean) = round_trip(&mut stream, b"seat").await.unwrap();
    assert!(clean < Duration::from_millis(80), "{clean:?}");
    let way = Way { latency_ms: 100, jitter_ms: 20, ..Way::default() };
    proxy.set(Faults::both(way));
    let (back, took) = round_trip(&mut stream, b"seat").await.unwrap();
    assert_eq!(back, b"seat");
    assert!((200..400).contains(&took.as_millis()), "{took:?}");
    proxy.set(Faults::only(Direction::Down, way));
    let (_, took) = round_trip(&mut stream, b"seat").await.unwrap();
    assert!((100..200).contains(&took.as_millis()), "{took:?}");
}

#[tokio::test]
async fn a_bandwidth_is_a_bandwidth_until_it_is_healed() {
    let proxy = echo().await;
    let mut stream = connect(&proxy).await;
    proxy.set(Faults::only(Direction::Up, Way { bytes_per_s: Some(10_000), ..Way::default() }));
    let (_, took) = round_trip(&mut stream, &[7; 5_000]).await.unwrap();
    assert!((400..1_000).contains(&took.as_millis()), "{took:?}");
    stream.write_all(&vec![7; 100_000]).await.unwrap();
    proxy.heal();
    let mut back = vec![0; 100_000];
    timeout(Duration::from_secs(2), stream.read_exact(&mut back)).await.expect("fast again").unwrap();
}

#[tokio::test]
async fn a_half_open_link_swallows_one_direction_and_gives_it_back_when_it_heals() {
    let proxy = echo().await;
    let mut stream = connect(&proxy).await;
    round_trip(&mut stream, b"before").await.unwrap();
    proxy.set(Faults::only(Direction::Down, Way { stalled: true, ..Way::default() }));
    stream.write_all(b"seat").await.unwrap();
    let mut back = [0; 4];
    assert!(timeout(WHILE, stream.read_exact(&mut back)).await.is_err(), "nothing comes back");
    // A black hole takes connections as well, and says nothing.
    proxy.set(Faults::both(Way { stalled: true, ..Way::default() }));
    let mut second = connect(&proxy).await;
    second.write_all(b"hall").await.unwrap();
    assert!(timeout(WHILE, second.read_exact(&mut [0; 4])).await.is_err());
    proxy.heal();
    stream.read_exact(&mut back).await.unwrap();
    assert_eq!(&back, b"seat");
    second.read_exact(&mut back).await.unwrap();
    assert_eq!(&back, b"hall");
}

#[tokio::test]
async fn a_stalled_link_does_not_tell_that_somebody_has_hung_up() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = Proxy::start("test".into(), listener, server.local_addr().unwrap()).unwrap();
    let client = connect(&proxy).await;
    let (mut served, _) = server.accept().await.unwrap();
    proxy.set(Faults::only(Direction::Up, Way { stalled: true, ..Way::default() }));
    client.set_zero_linger().unwrap();
    drop(client);
    assert!(timeout(WHILE, served.read(&mut [0])).await.is_err(), "the server believes that it is connected");
    proxy.heal();
    assert_eq!(read_to_the_end(&mut served).await.1, Some(ErrorKind::ConnectionReset));
}

#[tokio::test]
async fn a_cut_resets_what_is_open_and_nothing_else() {
    let proxy = echo().await;
    let mut stream = connect(&proxy).await;
    round_trip(&mut stream, b"before").await.unwrap();
    proxy.cut();
    assert_eq!(read_to_the_end(&mut stream).await, (Vec::new(), Some(ErrorKind::ConnectionReset)));
    let (back, _) = round_trip(&mut connect(&proxy).await, b"after").await.unwrap();
    assert_eq!(back, b"after");
}

#[tokio::test]
async fn a_link_that_refuses_resets_whoever_connects() {
    let proxy = echo().await;
    proxy.set(Faults { refuse: true, ..Faults::default() });
    assert!(read_to_the_end(&mut connect(&proxy).await).await.1.is_some());
    proxy.heal();
    round_trip(&mut connect(&proxy).await, b"after").await.unwrap();
}

#[tokio::test]
async fn a_dead_upstream_is_a_reset() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let proxy = Proxy::start("test".into(), TcpListener::bind("127.0.0.1:0").await.unwrap(), gone).unwrap();
    assert!(read_to_the_end(&mut connect(&proxy).await).await.1.is_some());
}

#[tokio::test]
async fn a_reset_comes_exactly_at_its_byte_and_once() {
    let proxy = echo().await;
    let mut stream = connect(&proxy).await;
    proxy.lay(Trap::ResetAt { direction: Direction::Down, byte: 1_007 });
    round_trip(&mut stream, &[1; 1_000]).await.unwrap();
    stream.write_all(b"position").await.unwrap();
    assert_eq!(read_to_the_end(&mut stream).await, (b"positio".to_vec(), Some(ErrorKind::ConnectionReset)));
    assert!(proxy.disarm(), "it struck");
    round_trip(&mut connect(&proxy).await, &[1; 5_000]).await.unwrap();
    assert!(!proxy.disarm(), "once");
}

#[tokio::test]
async fn a_lost_reply_is_to_a_request_that_arrived() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = Proxy::start("test".into(), listener, server.local_addr().unwrap()).unwrap();
    proxy.lay(Trap::LoseReplyTo { words: "commitTransaction" });
    let mut client = connect(&proxy).await;
    let (mut served, _) = server.accept().await.unwrap();
    let request = b"\x01commitTransaction\x00\x01";
    client.write_all(request).await.unwrap();
    let mut got = vec![0; request.len()];
    served.read_exact(&mut got).await.unwrap();
    assert_eq!(got, request);
    assert!(timeout(WHILE, client.read(&mut [0])).await.is_err(), "as long as there is no answer it is open");
    served.write_all(b"committed").await.unwrap();
    assert_eq!(read_to_the_end(&mut client).await, (Vec::new(), Some(ErrorKind::ConnectionReset)));
    assert!(proxy.disarm());
}

#[tokio::test]
async fn slices_are_of_one_byte() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = Proxy::start("test".into(), listener, server.local_addr().unwrap()).unwrap();
    proxy.set(Faults::both(Way { sliced: true, bytes_per_s: Some(100), ..Way::default() }));
    let mut client = connect(&proxy).await;
    let (mut served, _) = server.accept().await.unwrap();
    client.write_all(b"seats").await.unwrap();
    let mut buffer = [0; 16];
    for expected in b"seats" {
        assert_eq!(served.read(&mut buffer).await.unwrap(), 1);
        assert_eq!(buffer[0], *expected);
    }
}

#[tokio::test]
async fn one_byte_is_corrupt_and_only_one() {
    let proxy = echo().await;
    let mut stream = connect(&proxy).await;
    proxy.lay(Trap::CorruptAt { direction: Direction::Up, byte: 5 });
    let (back, _) = round_trip(&mut stream, b"0123456789").await.unwrap();
    assert_eq!(back, b"01234\xff6789");
    let (back, _) = round_trip(&mut stream, b"0123456789").await.unwrap();
    assert_eq!(back, b"0123456789");
    assert!(proxy.disarm());
}

#[tokio::test]
async fn what_a_person_sends_in_masked_frames_is_never_corrupted() {
    let proxy = echo().await;
    let mut stream = connect(&proxy).await;
    round_trip(&mut stream, b"GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n").await.unwrap();
    proxy.lay(Trap::CorruptAt { direction: Direction::Up, byte: 0 });
    let (back, _) = round_trip(&mut stream, b"masked").await.unwrap();
    assert_eq!(back, b"masked");
    assert!(!proxy.disarm());
}
