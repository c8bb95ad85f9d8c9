//! What is not under `/api/v1`: keys, health, and where sockets are opened.

use frontrow_domain::codes::ErrorCode as Code;

use super::OUTSIDE;
use crate::api::access::Whose;
use crate::api::operation::Operation;
use crate::api::parameters::{number, word};
use crate::health::{AliveView, ReadinessView};
use crate::json_web_keys::JsonWebKeys;

fn operation(id: &'static str, summary: &'static str) -> Operation {
    Operation::new(OUTSIDE, id, summary)
}

pub(crate) fn access_token_keys() -> Operation {
    operation("access_token_keys", "Get the public keys of access tokens")
        .says("A token's `kid` names its own. Ask again after five minutes.")
        .answers::<JsonWebKeys>(200, "Keys (RFC 7517)")
}

pub(crate) fn ticket_keys() -> Operation {
    operation("ticket_keys", "Get the public keys of tickets")
        .says("To verify codes without asking the server.")
        .answers::<JsonWebKeys>(200, "Keys (RFC 7517)")
}

pub(crate) fn alive() -> Operation {
    operation("alive", "Is the process alive?").answers::<AliveView>(200, "It answers")
}

pub(crate) fn ready() -> Operation {
    operation("ready", "Shall the server get requests?")
        .answers::<ReadinessView>(200, "Yes; `degraded` if the log is away")
        .answers::<ReadinessView>(503, "No, and why not")
}

pub(crate) fn metrics() -> Operation {
    operation("metrics", "Get numbers for Prometheus").answers_text(200, "Prometheus text", "text/plain").answers_text(
        404,
        "Another server of the process collects them",
        "text/plain",
    )
}

pub(crate) fn watch_admin() -> Operation {
    operation("watch_admin", "Open a socket that follows an event with its numbers")
        .about(Whose::Dashboards)
        .says("For those who run the event, whatever its status: as the other socket, after `auth` with a ticket of theirs, and with numbers once a second and a row for whatever happens to a seat: `AdminFrame`.")
        .with(word("epoch", "Of the room that the client was in"))
        .with(number("seq", 0..=9_007_199_254_740_991, 0, "How far the client came in it"))
        .answers_nothing(101, "A WebSocket")
        .refuses(&[Code::Forbidden, Code::RateLimited, Code::Recovering, Code::Unavailable, Code::Internal])
}

pub(crate) fn watch() -> Operation {
    operation("watch", "Open a socket that follows the live map")
        .about(Whose::PublicEvents)
        .says("Subprotocols `frontrow.v1.json` and `frontrow.v1.bin`. The frames are among the schemas: `ServerFrame` and `ClientFrame`; the rules are in PROTOCOL.md.")
        .with(word("epoch", "Of the room that the client was in"))
        .with(number("seq", 0..=9_007_199_254_740_991, 0, "How far the client came in it"))
        .answers_nothing(101, "A WebSocket")
        .refuses(&[Code::Forbidden, Code::RateLimited, Code::Recovering, Code::Unavailable, Code::Internal])
}
