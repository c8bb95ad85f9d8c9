//! `events/...`: browsing, creating and changing.

use frontrow_domain::codes::ErrorCode as Code;
use frontrow_domain::plan::Layout;

use super::EVENTS;
use crate::api::access::Whose;
use crate::api::operation::{Operation, Who};
use crate::api::parameters::{cursor, number, of, one_of, search, time, word};
use crate::catalogue::browse::{CategoryView, MapStateView, SectionSeatView, SectionView};
use crate::catalogue::create::NewEvent;
use crate::catalogue::patch::Changes;
use crate::catalogue::view::EventView;

fn operation(id: &'static str, summary: &'static str) -> Operation {
    Operation::new(EVENTS, id, summary)
}

fn browsing(id: &'static str, summary: &'static str) -> Operation {
    operation(id, summary).may(Who::AnyoneOrUser).about(Whose::Events)
}

pub(crate) fn events() -> Operation {
    operation("events", "List events")
        .may(Who::AnyoneOrUser)
        .says("All filters together are a logical and.")
        .with(of("status", "EventStatus", "Only these; without it, all that are public"))
        .with(search("q", 100, "Name, venue or description contain it, in any case"))
        .with(search("genre", 100, "Exactly this"))
        .with(time("from", "`starts_at` is then or later"))
        .with(time("to", "`starts_at` is before then"))
        .with(word("mine", "`true`, `1` or empty: only my events, whatever their status. `false` or `0`: off"))
        .with(one_of("sort", &["starts_at", "-starts_at", "name"], "`starts_at` if there is none"))
        .with(number("limit", 1..=100, 20, "Items of a page"))
        .with(cursor())
        .lists::<EventView<'_>>("Events")
}

pub(crate) fn create_event() -> Operation {
    operation("create_event", "Make an event of a seating plan")
        .says("The ticket generator writes its seats in the background. The body may have 40 MiB.")
        .may(Who::Organizer)
        .needs_key()
        .takes::<NewEvent>()
        .answers::<EventView<'_>>(202, "The event, `generating`")
        .header("Location", "The event")
        .refuses(&[Code::InvalidPlan])
}

pub(crate) fn event() -> Operation {
    browsing("event", "Show an event").answers::<EventView<'_>>(200, "The event")
}

pub(crate) fn change_event() -> Operation {
    operation("change_event", "Change an event")
        .about(Whose::Organizers)
        .says("Fields that are missing or null stay as they are.")
        .may(Who::Organizer)
        .takes::<Changes>()
        .answers::<EventView<'_>>(200, "The event as it is now")
        .refuses(&[Code::IllegalStatus, Code::InvalidPlan])
}

pub(crate) fn plan() -> Operation {
    browsing("plan", "Show the compiled plan")
        .says("Never changes under its `ETag`.")
        .answers::<Layout>(200, "The plan")
}

pub(crate) fn state() -> Operation {
    browsing("state", "Show the live map")
        .says("The snapshot frame, over HTTP.")
        .answers::<MapStateView>(200, "The map at its position")
        .refuses(&[Code::Recovering])
}

pub(crate) fn categories() -> Operation {
    browsing("categories", "List price categories").lists::<CategoryView>("All categories").refuses(&[Code::Recovering])
}

pub(crate) fn sections() -> Operation {
    browsing("sections", "List sections").lists::<SectionView>("All sections").refuses(&[Code::Recovering])
}

pub(crate) fn seats() -> Operation {
    browsing("seats", "List the seats of a section")
        .lists::<SectionSeatView>("All its seats")
        .refuses(&[Code::Recovering])
}
