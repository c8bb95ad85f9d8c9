//! The socket protocol, rule by rule. The test client checks contiguity, epochs and hashes in every one of them.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::{self, Message};

use crate::support::{Engine, Frame, TestSocket, TestStack};

crate::journeys!([
    s1_whoever_joins_while_seats_change_gets_a_map_and_every_delta,
    c1_hello_comes_first_then_the_snapshot_then_beacons,
    b_the_binary_subprotocol_says_the_same,
    c_a_client_that_comes_back_gets_what_it_missed,
    a_holding_needs_a_ticket_and_a_ticket_works_once,
    a_the_cart_follows_my_holds_wherever_they_change,
    a_a_socket_ends_with_its_login,
    k_every_command_has_one_reply_with_its_reference,
    k_bad_frames_are_answered_and_change_nothing,
    l_a_frame_above_16_kib_closes_with_1009,
    l_commands_beyond_the_limit_are_refused_and_too_many_close_with_4429,
    l_a_client_that_does_not_answer_pings_is_closed,
    c_foreign_origins_and_invisible_events_are_refused_before_the_upgrade,
    a_stopping_server_says_goodbye_with_spread_delays,
]);

fn url(cluster: &TestStack, event: &str) -> String {
    format!("ws://{}/ws/v1/events/{event}", cluster.address(0))
}

async fn c1_hello_comes_first_then_the_snapshot_then_beacons(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let id = cluster.event(5, |_| {}).await;
    let mut socket = TestSocket::connect(&url(&cluster, &id), &[]).await.unwrap();
    let Frame::Json(hello) = socket.next().await else { panic!("hello is JSON") };
    assert_eq!((&hello["type"], &hello["protocol"], &hello["seq"]), (&json!("hello"), &json!(1), &json!(0)));
    let Frame::Json(snapshot) = socket.next().await else { panic!("without a subprotocol everything is JSON") };
    assert_eq!((&snapshot["type"], &snapshot["seats"]), (&json!("snapshot"), &json!(5)));
    let beacon = socket.wait_for("beacon").await;
    assert_eq!(beacon["stale"], false);
    let state = cluster.anonymous(0).get(&format!("events/{id}/state")).await.body;
    assert_eq!((&state["epoch"], &state["hash"]), (&snapshot["epoch"], &beacon["hash"]));
}

async fn b_the_binary_subprotocol_says_the_same(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let id = cluster.event(9, |_| {}).await;
    let mut text = cluster.socket(0, &id).await;
    let mut binary = TestSocket::open(&cluster.address(0), &id, "frontrow.v1.bin").await;
    let Frame::Binary(snapshot) = binary.next().await else { panic!("the snapshot is binary") };
    let epoch = binary.epoch.as_bytes();
    let mut expected = vec![1, u8::try_from(epoch.len()).unwrap()];
    expected.extend_from_slice(epoch);
    expected.extend([0, 9]);
    assert_eq!(snapshot[..expected.len()], expected);
    assert_eq!(snapshot.len(), expected.len() + 4 + 3, "hash and nine seats in three bytes");

    cluster.buyer(0).await.hold(&id, &["A-2", "A-9"]).await;
    text.wait_for_seat(8, 1).await;
    let delta = loop {
        match binary.next().await {
            Frame::Binary(bytes) if bytes[0] == 2 => break bytes,
            _ => {}
        }
    };
    let gaps = &delta[delta.len() - 3..];
    assert_eq!(gaps, [2, 1 << 2 | 1, 6 << 2 | 1], "two changes: ordinals 1 and 8, held");
    let foreign = TestSocket::connect(&url(&cluster, &id), &[("Sec-WebSocket-Protocol", "chat")]).await;
    assert!(matches!(foreign, Err(tungstenite::Error::Http(answer)) if answer.status() == 400));
}

async fn c_a_client_that_comes_back_gets_what_it_missed(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let id = cluster.event(9, |_| {}).await;
    let ada = cluster.buyer(0).await;
    let mut watcher = cluster.socket(0, &id).await;
    let (epoch, seq) = (watcher.epoch.clone(), watcher.seq);
    for (n, seat) in ["A-1", "A-2", "A-3"].into_iter().enumerate() {
        ada.hold(&id, &[seat]).await;
        watcher.wait_for_seat(n, 1).await;
    }
    let mut back = TestSocket::connect(&format!("{}?epoch={epoch}&seq={seq}", url(&cluster, &id)), &[]).await.unwrap();
    back.states = vec![0; 9];
    assert_eq!(back.wait_for("hello").await["seq"], watcher.seq);
    while back.seq < watcher.seq {
        let Frame::Json(frame) = back.next().await else { panic!("JSON") };
        assert_eq!(frame["type"], "delta", "no snapshot is needed");
    }
    assert_eq!(back.states, watcher.states);

    for resume in
        [format!("epoch=0000000000000000&seq={seq}"), format!("epoch={epoch}&seq=999"), "epoch=x&seq=x".into()]
    {
        let mut foreign = TestSocket::connect(&format!("{}?{resume}", url(&cluster, &id)), &[]).await.unwrap();
        foreign.wait_for("hello").await;
        let Frame::Json(frame) = foreign.next().await else { panic!("JSON") };
        assert_eq!(frame["type"], "snapshot", "{resume}");
    }
}

async fn a_holding_needs_a_ticket_and_a_ticket_works_once(engine: Engine) {
    let cluster = TestStack::start(engine, 2).await;
    let id = cluster.event(3, |_| {}).await;
    let ada = cluster.buyer(0).await;
    let mut socket = cluster.socket(0, &id).await;
    let refused = socket.command(json!({"type": "hold", "ref": 1, "seats": ["A-1"]})).await;
    assert_eq!((&refused["ok"], &refused["code"]), (&json!(false), &json!("unauthorized")));
    let ticket = ada.post("auth/ws-ticket", json!({})).await;
    assert_eq!((ticket.status, &ticket.body["expires_in"]), (201, &json!(30)));
    let auth = json!({"type": "auth", "ref": "a", "ticket": ticket.body["ticket"]});
    assert_eq!(socket.command(auth.clone()).await["ok"], true);
    assert_eq!(socket.wait_for("cart").await["seats"], json!([]));
    let mut thief = cluster.socket(1, &id).await;
    assert_eq!(thief.command(auth).await["code"], "bad_ticket");
    let held = socket.command(json!({"type": "hold", "ref": 2, "seats": ["A-1"]})).await;
    assert_eq!((&held["ok"], &held["seats"][0]["seat"]), (&json!(true), &json!("A-1")));
    assert_eq!(thief.command(json!({"type": "hold", "ref": 3, "seats": ["A-1"]})).await["code"], "unauthorized");
}

async fn a_the_cart_follows_my_holds_wherever_they_change(engine: Engine) {
    let cluster = TestStack::start(engine, 2).await;
    let id = cluster.event(3, |wish| wish["hold_ttl_s"] = json!(2)).await;
    let ada = cluster.buyer(0).await;
    let mut socket = cluster.socket_of(1, &id, &ada).await;
    assert_eq!(socket.wait_for("cart").await["seats"], json!([]));
    assert_eq!(ada.hold(&id, &["A-2"]).await.status, 201, "over HTTP, at the other server");
    let cart = socket.wait_for("cart").await;
    assert_eq!(cart["seats"][0]["seat"], "A-2");
    assert!(cart["seats"][0]["expires_in_ms"].as_u64().unwrap() <= 2000);
    assert_eq!(socket.wait_for("cart").await["seats"], json!([]), "and it expires");
    let mut stranger = cluster.socket(1, &id).await;
    ada.hold(&id, &["A-1"]).await;
    stranger.wait_for_seat(0, 1).await;
    assert!(!matches!(stranger.next().await, Frame::Json(frame) if frame["type"] == "cart"), "carts are private");
}

async fn a_a_socket_ends_with_its_login(engine: Engine) {
    let cluster = TestStack::with(engine, 1, |settings| settings.auth.access_ttl_s = 2).await;
    let id = cluster.event(3, |_| {}).await;
    let ada = cluster.buyer(0).await;
    let mut socket = cluster.socket_of(0, &id, &ada).await;
    assert_eq!(socket.wait_for_close().await, (Some("login_expired".into()), 4401));
}

async fn k_every_command_has_one_reply_with_its_reference(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let id = cluster.event(3, |_| {}).await;
    let mut socket = cluster.socket(0, &id).await;
    for reference in [json!(7), json!("seven"), Value::Null] {
        let reply = socket.command(json!({"type": "ping", "ref": reference})).await;
        assert_eq!((&reply["ok"], &reply["ref"]), (&json!(true), &reference));
    }
    assert_eq!(socket.command(json!({"type": "sync", "ref": 1})).await["ok"], true);
    assert_eq!(socket.wait_for("snapshot").await["seq"], 0);
}

async fn k_bad_frames_are_answered_and_change_nothing(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let id = cluster.event(3, |_| {}).await;
    let mut socket = cluster.socket_of(0, &id, &cluster.buyer(0).await).await;
    for text in [
        "",
        "nonsense",
        "[]",
        "{}",
        r#"{"type":"fly"}"#,
        r#"{"type":"hold"}"#,
        r#"{"type":"hold","seats":["A-1",2]}"#,
        "\u{0}",
    ] {
        socket.send_raw(Message::text(text)).await;
        assert_eq!(socket.wait_for("reply").await["code"], "bad_message", "{text:?}");
    }
    socket.send_raw(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(socket.wait_for("reply").await["code"], "bad_message");
    let unknown = socket.command(json!({"type": "hold", "ref": 1, "seats": ["Z-1"]})).await;
    assert_eq!((&unknown["code"], &unknown["seats"]), (&json!("unknown_seat"), &json!(["Z-1"])));
    assert_eq!(socket.command(json!({"type": "release", "ref": 2, "seats": ["A-1"]})).await["code"], "not_held");
    assert_eq!(socket.states, [0, 0, 0]);
}

async fn l_a_frame_above_16_kib_closes_with_1009(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let id = cluster.event(3, |_| {}).await;
    let mut socket = cluster.socket(0, &id).await;
    let fits = json!({"type": "ping", "ref": 1, "padding": "x".repeat(16_000)});
    assert_eq!(socket.command(fits).await["ok"], true);
    socket.send_raw(Message::text("x".repeat(16 * 1024 + 1))).await;
    assert_eq!(socket.wait_for_close().await, (Some("too_big".into()), 1009));
}

async fn l_commands_beyond_the_limit_are_refused_and_too_many_close_with_4429(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let id = cluster.event(3, |_| {}).await;
    let mut socket = cluster.socket(0, &id).await;
    for n in 0..160 {
        socket.send(json!({"type": "ping", "ref": n})).await;
    }
    let (mut fine, mut limited) = (0, 0);
    let code = loop {
        match socket.next().await {
            Frame::Json(frame) if frame["type"] == "reply" && frame["ok"] == true => fine += 1,
            Frame::Json(frame) if frame["code"] == "rate_limited" && frame["type"] == "reply" => limited += 1,
            Frame::Closed(code) => break code,
            _ => {}
        }
    };
    assert_eq!((limited, code), (100, 4429));
    assert!((40..60).contains(&fine), "{fine}");
}

async fn l_a_client_that_does_not_answer_pings_is_closed(engine: Engine) {
    let cluster = TestStack::with(engine, 1, |settings| settings.rooms.heartbeat_ms = 100).await;
    let id = cluster.event(3, |_| {}).await;
    let mut answering = cluster.socket(0, &id).await;
    let mut silent = TestSocket::connect(&url(&cluster, &id), &[]).await.unwrap();
    // The library answers pings only while it is read: this one is left alone for three heartbeats.
    let busy = async {
        loop {
            answering.next().await;
        }
    };
    tokio::time::timeout(Duration::from_millis(600), busy).await.expect_err("it stays open");
    assert_eq!(silent.wait_for_close().await, (Some("silent".into()), 4408));
}

async fn c_foreign_origins_and_invisible_events_are_refused_before_the_upgrade(engine: Engine) {
    let cluster = TestStack::start(engine, 1).await;
    let id = cluster.event(3, |_| {}).await;
    let own = format!("http://{}", cluster.address(0));
    assert!(TestSocket::connect(&url(&cluster, &id), &[("Origin", &own)]).await.is_ok());
    let refused = async |url: String, headers: &[(&'static str, &str)]| match TestSocket::connect(&url, headers).await {
        Err(tungstenite::Error::Http(answer)) => answer.status().as_u16(),
        _ => 0,
    };
    let looks_like_it = format!("http://evil-{}", cluster.address(0));
    for foreign in ["https://evil.example.org", &looks_like_it, &format!("{own}.example.org"), "null"] {
        assert_eq!(refused(url(&cluster, &id), &[("Origin", foreign)]).await, 403, "{foreign}");
    }
    assert_eq!(refused(url(&cluster, "00000000-0000-0000-0000-000000000000"), &[]).await, 404);
    assert_eq!(refused(url(&cluster, "x"), &[]).await, 404);
    let draft = cluster.event(3, |wish| wish["on_sale"] = json!(false)).await;
    assert_eq!(refused(url(&cluster, &draft), &[]).await, 404);
    let plain = reqwest::get(format!("http://{}/ws/v1/events/{id}", cluster.address(0))).await.unwrap();
    assert_eq!(plain.status(), 400);
}

async fn a_stopping_server_says_goodbye_with_spread_delays(engine: Engine) {
    let mut cluster = TestStack::start(engine, 1).await;
    let id = cluster.event(3, |_| {}).await;
    let mut sockets = Vec::new();
    for _ in 0..10 {
        sockets.push(cluster.socket(0, &id).await);
    }
    let started = std::time::Instant::now();
    let server = cluster.servers.remove(0);
    let stopping = tokio::spawn(server.stop());
    let mut delays = Vec::new();
    for socket in &mut sockets {
        let bye = socket.wait_for("bye").await;
        assert_eq!(bye["code"], "shutting_down");
        delays.push(bye["retry_after_ms"].as_u64().unwrap());
        assert_eq!(socket.wait_for_close().await.1, 1001);
    }
    delays.dedup();
    assert!(delays.len() > 1, "not everybody comes back at the same moment: {delays:?}");
    stopping.await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(5));
}

/// Sockets come and go in waves while a buyer's seats change all the time: the moment of joining is where a frame could be
/// lost between the snapshot and the fan-out.
async fn s1_whoever_joins_while_seats_change_gets_a_map_and_every_delta(engine: Engine) {
    const WAVES: usize = 12;
    const SOCKETS: usize = 25;
    let stack = TestStack::with(engine, 1, |settings| {
        settings.limits.account_requests_per_s = 10_000;
        settings.limits.account_requests_burst = 10_000;
    })
    .await;
    let id = stack.event(8, |_| {}).await;
    let ada = stack.buyer(0).await;
    let _first = stack.socket(0, &id).await;
    let changing = {
        let id = id.clone();
        tokio::spawn(async move {
            loop {
                assert_eq!(ada.hold(&id, &["A-1", "A-3"]).await.status, 201);
                assert_eq!(ada.release(&id, &["A-1", "A-3"]).await.status, 204);
            }
        })
    };
    for _ in 0..WAVES {
        let mut joining = JoinSet::new();
        for _ in 0..SOCKETS {
            let (address, id) = (stack.address(0), id.clone());
            joining.spawn(async move {
                // Opening waits for the map; a gap between deltas fails in the socket itself.
                let mut socket = TestSocket::open(&address, &id, "frontrow.v1.json").await;
                for _ in 0..3 {
                    socket.wait_for("delta").await;
                }
            });
        }
        joining.join_all().await;
    }
    assert!(!changing.is_finished(), "the buyer got on");
    changing.abort();
}
