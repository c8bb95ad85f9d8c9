//! A server process dies with open sockets: its clients go elsewhere and are right.

use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::support::{Engine, PATIENCE, TestSocket, TestStack};

/// A server in a process of its own, so that it can be killed.
struct ServerProcess {
    child: Child,
    address: String,
}

impl ServerProcess {
    async fn start(cluster: &TestStack) -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let child = cluster
            .program()
            .env("FRONTROW__SERVER__ADDR", &address)
            .env("FRONTROW__SERVER__NAME", "killed")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let process = Self { child, address };
        let ready = async {
            while !reqwest::get(format!("http://{}/readyz", process.address))
                .await
                .is_ok_and(|reply| reply.status() == 200)
            {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ready).await.expect("it gets ready");
        process
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[tokio::test]
async fn i4_clients_of_a_killed_server_go_elsewhere_and_are_right() {
    let cluster = TestStack::start(Engine::Cluster, 1).await;
    let id = cluster.event(20, |_| {}).await;
    let mut doomed = ServerProcess::start(&cluster).await;
    let ada = cluster.buyer(0).await;
    let mut sockets = Vec::new();
    for _ in 0..5 {
        sockets.push(TestSocket::open(&doomed.address, &id, "frontrow.v1.json").await);
    }
    assert_eq!(ada.at(&doomed.address).hold(&id, &["A-1"]).await.status, 201);
    sockets[0].wait_for_seat(0, 1).await;

    doomed.child.kill().unwrap();
    for socket in &mut sockets {
        assert_eq!(socket.wait_for_close().await, (None, 1006), "no goodbye from the dead");
    }
    assert_eq!(ada.hold(&id, &["A-2"]).await.status, 201, "what was held is still held, and life goes on");
    for old in &sockets {
        let address = cluster.address(0);
        let resume = format!("ws://{address}/ws/v1/events/{id}?epoch={}&seq={}", old.epoch, old.seq);
        let mut back = TestSocket::connect(&resume, &[]).await.unwrap();
        back.wait_for("hello").await;
        assert_ne!(back.epoch, old.epoch, "another server has another epoch");
        back.wait_for("snapshot").await;
        back.wait_for_seat(1, 1).await;
        assert_eq!(back.states[..3], [1, 1, 0]);
        back.wait_for("beacon").await;
    }
}

#[tokio::test]
async fn d13_a_hold_store_that_lost_an_event_is_rebuilt_from_the_ledger() {
    use frontrow_domain::ids::{EventId, Ordinal};
    use frontrow_domain::journal::Action;

    use crate::support::entry;

    let cluster = TestStack::start(Engine::Cluster, 2).await;
    let id = cluster.event(6, |_| {}).await;
    let mut socket = cluster.socket(1, &id).await;
    let (ada, event): (_, EventId) = (cluster.buyer(0).await, id.parse().unwrap());
    cluster.engines.ledger.block(event, &entry(Action::SeatsBlocked, Ordinal(5))).await.unwrap().unwrap();
    socket.wait_for_seat(5, 3).await;
    assert_eq!(ada.hold(&id, &["A-1"]).await.status, 201);
    socket.wait_for_seat(0, 1).await;

    let mut mine = cluster.socket_of(0, &id, &ada).await;
    assert_eq!(mine.wait_for("cart").await["seats"][0]["seat"], "A-1");
    forget(&id).await;
    // The next hold finds no gate; one of the servers rebuilds. What is durable is back, the lease is gone.
    let ben = cluster.buyer(1).await;
    let held = async {
        while ben.hold(&id, &["A-2"]).await.status != 201 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, held).await.expect("holds work again");
    assert_eq!(ben.hold(&id, &["A-6"]).await.code(), "seat_taken", "still blocked");
    socket.wait_for_seat(0, 0).await;
    socket.wait_for_seat(1, 1).await;
    assert_eq!(socket.states, [0, 1, 0, 0, 0, 3]);
    let cart = mine.wait_for("cart").await;
    assert_eq!((&cart["seats"], &cart["lost"]), (&json!([]), &json!(["A-1"])), "whoever lost a hold is told");
    assert_eq!(ada.hold(&id, &["A-3"]).await.status, 201);
    let cart = mine.wait_for("cart").await;
    assert_eq!((&cart["seats"][0]["seat"], &cart["lost"]), (&json!("A-3"), &json!(null)), "once");
    let gate = cluster.engines.holds.gate(event).await.unwrap().unwrap();
    assert!(gate.epoch > 1 && gate.open, "a newer fence epoch: {gate:?}");
}

#[tokio::test]
async fn d13_a_seat_that_is_read_before_the_store_is_rebuilt_is_not_shown_as_free() {
    use frontrow_domain::ids::{EventId, Ordinal};
    use frontrow_domain::journal::Action;

    use crate::support::{Frame, entry};

    let cluster = TestStack::start(Engine::Cluster, 1).await;
    let id = cluster.event(6, |_| {}).await;
    let mut socket = cluster.socket(0, &id).await;
    let event: EventId = id.parse().unwrap();
    cluster.engines.ledger.block(event, &entry(Action::SeatsBlocked, Ordinal(5))).await.unwrap().unwrap();
    socket.wait_for_seat(5, 3).await;
    forget(&id).await;
    // A hint about one seat reaches the room before anybody has noticed that everything is gone.
    let redis = redis::Client::open(crate::support::engine("FRONTROW_TEST_REDIS")).unwrap();
    let mut connection = redis.get_multiplexed_async_connection().await.unwrap();
    let hint = ("__keyevent@0__:del", format!("seat:{{{id}}}:5"));
    redis::cmd("PUBLISH").arg(hint).query_async::<()>(&mut connection).await.unwrap();
    let rebuilt = async {
        while cluster.engines.holds.gate(event).await.unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, rebuilt).await.expect("the hint alone leads to a rebuild");
    // The beacon behind the rebuild: whatever was sent before it has arrived.
    loop {
        let Frame::Json(frame) = socket.next().await else { panic!("the socket lives on") };
        assert_eq!(socket.states[5], 3, "never free: {frame}");
        if frame["type"] == "beacon" {
            break;
        }
    }
}

/// As if Redis had been emptied, for this event only: other tests use the same Redis. Like an emptied Redis it is silent:
/// nobody subscribes to renaming.
async fn forget(id: &str) {
    let redis = redis::Client::open(crate::support::engine("FRONTROW_TEST_REDIS")).unwrap();
    let mut connection = redis.get_multiplexed_async_connection().await.unwrap();
    let keys: Vec<String> = redis::cmd("KEYS").arg(format!("*:{{{id}}}*")).query_async(&mut connection).await.unwrap();
    let mut at_once = redis::pipe();
    at_once.atomic();
    for key in &keys {
        at_once.cmd("RENAME").arg(key).arg(format!("forgotten:{key}")).ignore();
    }
    at_once.query_async::<()>(&mut connection).await.unwrap();
    let forgotten: Vec<_> = keys.iter().map(|key| format!("forgotten:{key}")).collect();
    redis::cmd("DEL").arg(forgotten).query_async::<()>(&mut connection).await.unwrap();
}
