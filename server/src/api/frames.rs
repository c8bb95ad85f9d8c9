//! The frames of the sockets, as JSON text. They are encoded in `frontrow_domain::protocol` and described here; a test
//! compares every kind of them, and every socket of the journeys every frame that it gets.

use frontrow_domain::codes::CloseReason;
use frontrow_domain::event::EventStatus;
use frontrow_domain::ids::UserId;
use frontrow_domain::protocol::dashboard::DashboardFrame;
use frontrow_domain::protocol::{ActivityRow, HeldFor, MAX_SEATS_PER_COMMAND, PROTOCOL_VERSION};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Array, ArrayBuilder, ArrayItems, ObjectBuilder, OneOfBuilder, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr, Schema};

use super::operation::{Schemas, also};

const FROM_SERVER: [&str; 8] =
    ["HelloFrame", "SnapshotFrame", "DeltaFrame", "BeaconFrame", "ReplyFrame", "CartFrame", "EventFrame", "ByeFrame"];
const ONLY_FOR_ORGANIZERS: [&str; 2] = ["DashboardFrame", "ActivityRow"];
const FROM_CLIENT: [&str; 5] = ["AuthCommand", "HoldCommand", "ReleaseCommand", "PingCommand", "SyncCommand"];

/// All frames, and the two kinds of them.
pub(super) fn schemas(schemas: &mut Schemas) {
    also::<HeldFor>(schemas);
    also::<UserId>(schemas);
    also::<EventStatus>(schemas);
    also::<DashboardFrame<'_>>(schemas);
    also::<ActivityRow<'_>>(schemas);
    let reasons = CloseReason::ALL.map(|reason| reason.row().0);
    schemas.push(("CloseReason".into(), text("Why the server closes a socket").enum_values(Some(reasons)).into()));
    let reference = SchemaType::from_iter([Type::String, Type::Integer, Type::Null]);
    let reference = ObjectBuilder::new().schema_type(reference).max_length(Some(64));
    let reference = reference.description(Some("What the client calls the command by; null where it has not said"));
    schemas.push(("CommandRef".into(), reference.into()));
    let frames = of_the_map().into_iter().chain(to_one_person()).chain(from_the_client());
    schemas.extend(frames.map(|(name, frame)| (name.to_owned(), Schema::from(frame.0).into())));
    schemas.push(("ServerFrame".into(), one_of("A frame from the server.", &FROM_SERVER)));
    schemas.push(("AdminFrame".into(), one_of("A frame that only the admin socket sends.", &ONLY_FOR_ORGANIZERS)));
    schemas.push(("ClientFrame".into(), one_of("A frame from the client.", &FROM_CLIENT)));
}

fn of_the_map() -> [(&'static str, Frame); 4] {
    let states = "Base64, two bits a seat, seat 0 in the low bits of byte 0: 0 available, 1 held, 2 sold, 3 blocked";
    let stale =
        ObjectBuilder::new().schema_type(Type::Boolean).description(Some("Whether the store cannot be reached"));
    let hello = Frame::new("hello", "The first frame.")
        .with("protocol", number("The protocol's version").enum_values(Some([PROTOCOL_VERSION])))
        .placed()
        .with("heartbeat_ms", number("How often the server pings"));
    let snapshot = Frame::new("snapshot", "The whole map.")
        .placed()
        .with("seats", number("How many"))
        .with("states", text(states))
        .with("hash", hash());
    let delta =
        Frame::new("delta", "What changed. `seq` is the one before, plus one; every seat is there at most once.")
            .placed()
            .with("ts_ms", number("Server time of sending, Unix milliseconds"))
            .with("changes", ArrayBuilder::new().items(RefOr::T(change())));
    let beacon = Frame::new("beacon", "Every two seconds: what the map should hash to.")
        .placed()
        .with("hash", hash())
        .with("stale", stale);
    [("HelloFrame", hello), ("SnapshotFrame", snapshot), ("DeltaFrame", delta), ("BeaconFrame", beacon)]
}

fn to_one_person() -> [(&'static str, Frame); 4] {
    let held = Ref::from_schema_name(HeldFor::name());
    let held_or_name = OneOfBuilder::new().item(held.clone()).item(text("A seat's name"));
    let ok = ObjectBuilder::new().schema_type(Type::Boolean).description(Some("Whether it was done"));
    let reply =
        Frame::new("reply", "The answer to one command: `ok` with its result, or `code` and what belongs to it.")
            .with("ref", Ref::from_schema_name("CommandRef"))
            .with("ok", ok)
            .maybe("code", Ref::from_schema_name("ErrorCode"))
            .maybe("detail", text("A sentence for this occasion"))
            .maybe("seats", Array::new(held_or_name))
            .maybe("user_id", Ref::from_schema_name(UserId::name()))
            .maybe("limit", number("`seat_limit`: how many seats one buyer may have"))
            .maybe("retry_after_ms", number("`hold_budget`: how long the pause still takes"))
            .maybe("field", text("`invalid_field`: the field to blame"));
    let cart = Frame::new("cart", "My holds in this event, all of them, whenever they changed.")
        .with("seats", Array::new(held))
        .maybe("lost", Array::new(text("A seat that a recovery of the store took from me")));
    let event = Frame::new("event", "The event changed.").with("status", Ref::from_schema_name(EventStatus::name()));
    let bye = Frame::new("bye", "The server is about to close this socket.")
        .with("code", Ref::from_schema_name("CloseReason"))
        .with("retry_after_ms", number("When to come back"));
    [("ReplyFrame", reply), ("CartFrame", cart), ("EventFrame", event), ("ByeFrame", bye)]
}

fn from_the_client() -> [(&'static str, Frame); 5] {
    let command = |word, meaning| Frame::new(word, meaning).maybe("ref", Ref::from_schema_name("CommandRef"));
    let seats = || {
        let names = ArrayBuilder::new().items(text("A seat's name"));
        names.min_items(Some(1)).max_items(Some(MAX_SEATS_PER_COMMAND))
    };
    let auth = command("auth", "Signs this socket in.").with("ticket", text("From `auth/ws-ticket`"));
    [
        ("AuthCommand", auth),
        ("HoldCommand", command("hold", "Takes all the seats, or none.").with("seats", seats())),
        ("ReleaseCommand", command("release", "Gives all the seats back, or none.").with("seats", seats())),
        ("PingCommand", command("ping", "Are you there?")),
        ("SyncCommand", command("sync", "Send me a snapshot.")),
    ]
}

/// A frame of one type.
struct Frame(ObjectBuilder);

impl Frame {
    fn new(word: &str, meaning: &str) -> Self {
        let frame = ObjectBuilder::new().schema_type(Type::Object).description(Some(meaning));
        Self(frame).with("type", ObjectBuilder::new().schema_type(Type::String).enum_values(Some([word])))
    }

    fn with(self, name: &str, schema: impl Into<RefOr<Schema>>) -> Self {
        Self(self.0.property(name, schema).required(name))
    }

    /// A member that may be missing.
    fn maybe(self, name: &str, schema: impl Into<RefOr<Schema>>) -> Self {
        Self(self.0.property(name, schema))
    }

    /// Where the room is.
    fn placed(self) -> Self {
        self.with("epoch", text("Opaque; belongs to one room on one server")).with("seq", number("The room's position"))
    }
}

fn one_of(meaning: &str, names: &[&str]) -> RefOr<Schema> {
    let frames = names.iter().fold(OneOfBuilder::new(), |frames, name| frames.item(Ref::from_schema_name(*name)));
    Schema::OneOf(frames.description(Some(meaning)).build()).into()
}

/// A pair of ordinal and state.
fn change() -> Schema {
    let state = number("0 available, 1 held, 2 sold, 3 blocked").enum_values(Some([0, 1, 2, 3]));
    let pair = [Schema::from(number("The seat's ordinal")), Schema::from(state)];
    Schema::Array(ArrayBuilder::new().prefix_items(pair).items(ArrayItems::False).min_items(Some(2)).build())
}

fn text(meaning: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).description(Some(meaning))
}

fn hash() -> ObjectBuilder {
    text("CRC-32 (IEEE) of the packed states").pattern(Some("^[0-9a-f]{8}$"))
}

fn number(meaning: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).description(Some(meaning))
}
