//! The frames of the document are those that are encoded and read. What sockets really get is compared as well, wherever a
//! journey has one: see `support/socket.rs`.

use frontrow_domain::codes::CloseReason;
use frontrow_domain::event::EventStatus;
use frontrow_domain::ids::Ordinal;
use frontrow_domain::protocol::{ClientFrame, Delta, HeldFor, Ref, ServerFrame};
use frontrow_domain::seat::{SeatMap, SeatState};
use serde_json::{Map, Value, json};

use crate::support::document::DOCUMENT;

/// The component that a frame is described by. A new kind of frame does not compile until it has one.
fn component(frame: &ServerFrame<'_>) -> &'static str {
    match frame {
        ServerFrame::Hello { .. } => "HelloFrame",
        ServerFrame::Snapshot { .. } => "SnapshotFrame",
        ServerFrame::Delta { .. } => "DeltaFrame",
        ServerFrame::Beacon { .. } => "BeaconFrame",
        ServerFrame::Ok { .. } | ServerFrame::Refused { .. } => "ReplyFrame",
        ServerFrame::Cart { .. } => "CartFrame",
        ServerFrame::Event { .. } => "EventFrame",
        ServerFrame::Bye { .. } => "ByeFrame",
    }
}

/// Fits its own component and no other one.
fn assert_fits(frame: &ServerFrame<'_>) {
    let value: Value = serde_json::from_str(&frame.to_json()).unwrap();
    assert_eq!(DOCUMENT.component_misfit(component(frame), &value), None, "{value}");
    assert_eq!(DOCUMENT.component_misfit("ServerFrame", &value), None, "{value}");
    let mut more = value.clone();
    more["more"] = json!(1);
    assert!(
        DOCUMENT.component_misfit(component(frame), &more).is_some(),
        "what is not in the document is noticed: {more}"
    );
    for name in ["type", "epoch", "seq", "hash", "status", "ok"].iter().filter(|name| value.get(**name).is_some()) {
        let mut less = value.clone();
        less.as_object_mut().unwrap().remove(*name);
        assert!(DOCUMENT.component_misfit(component(frame), &less).is_some(), "what is missing is noticed: {less}");
    }
}

#[test]
fn frames_of_the_server_are_as_the_document_says() {
    let mut map = SeatMap::new(5);
    map.set(Ordinal(1), SeatState::Sold);
    let delta =
        Delta { seq: 2, ts_ms: 3, changes: vec![(Ordinal(1), SeatState::Held), (Ordinal(4), SeatState::Blocked)] };
    let (epoch, seq) = ("e", 7);
    assert_fits(&ServerFrame::Hello { epoch, seq, heartbeat_ms: 20_000 });
    assert_fits(&ServerFrame::Snapshot { epoch, seq, map: &map });
    assert_fits(&ServerFrame::Delta { epoch, delta: &delta });
    assert_fits(&ServerFrame::Delta { epoch, delta: &Delta { changes: Vec::new(), ..delta } });
    for stale in [true, false] {
        assert_fits(&ServerFrame::Beacon { epoch, seq, hash: map.hash(), stale });
    }
    let seats = [HeldFor { seat: "A-1".into(), expires_in_ms: 9 }];
    assert_fits(&ServerFrame::Cart { seats: &seats, lost: &[] });
    assert_fits(&ServerFrame::Cart { seats: &[], lost: &["A-2".into()] });
    for status in EventStatus::ALL {
        assert_fits(&ServerFrame::Event { status });
    }
    for reason in CloseReason::ALL {
        assert_fits(&ServerFrame::Bye { code: reason.row().0, retry_after_ms: 1 });
    }
}

#[test]
fn replies_are_as_the_document_says() {
    for reference in [Ref::None, Ref::Int(-7), Ref::Text("a".into())] {
        let held = json!({"seats": [{"seat": "A-1", "expires_in_ms": 9}]});
        for result in [json!({}), held, json!({"user_id": uuid::Uuid::now_v7()})] {
            let result: Map<_, _> = result.as_object().unwrap().clone();
            assert_fits(&ServerFrame::Ok { reference: &reference, result });
        }
        for code in frontrow_domain::codes::ErrorCode::ALL {
            let fields = Map::from_iter([("seats".to_owned(), json!(["A-1"]))]);
            let detail = "why".to_owned();
            assert_fits(&ServerFrame::Refused { reference: &reference, code: code.as_str(), detail, fields });
        }
    }
}

/// What fits is read and what is read fits, except that the server also takes members that it does not know.
#[test]
fn commands_are_as_the_document_says() {
    let seats: Vec<_> = (0..=100).map(|seat| format!("A-{seat}")).collect();
    let commands = [
        json!({"type": "auth", "ticket": "t"}),
        json!({"type": "auth", "ref": 1}),
        json!({"type": "auth", "ref": 1, "ticket": 1}),
        json!({"type": "hold", "ref": "a", "seats": ["A-1"]}),
        json!({"type": "hold", "ref": "a", "seats": &seats[..100]}),
        json!({"type": "hold", "ref": "a", "seats": seats}),
        json!({"type": "hold", "seats": []}),
        json!({"type": "release", "ref": null, "seats": ["A-1", "A-2"]}),
        json!({"type": "release", "seats": [1]}),
        json!({"type": "release"}),
        json!({"type": "ping"}),
        json!({"type": "sync", "ref": 7}),
        json!({"type": "sync", "ref": 7.5}),
        json!({"type": "ping", "ref": "x".repeat(64)}),
        json!({"type": "ping", "ref": "x".repeat(65)}),
        json!({"type": "fly"}),
        json!({"ref": 1}),
        json!([]),
    ];
    let mut taken = 0;
    for command in commands {
        let is_read = ClientFrame::parse(&command.to_string()).is_ok();
        assert_eq!(is_read, DOCUMENT.component_misfit("ClientFrame", &command).is_none(), "{command}");
        taken += u32::from(is_read);
    }
    assert_eq!(taken, 7);
}
