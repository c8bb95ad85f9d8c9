//! What every ledger must do.

use std::slice;

use frontrow_domain::event::{Event, EventStatus, OrphanRule};
use frontrow_domain::inventory::InventoryFact;
use frontrow_domain::journal::{Action, Entry};
use frontrow_engines::ledger::{
    AnswerKey, Begin, EventOrder, EventQuery, InventoryCategory, InventorySection, Ledger, StoredAnswer,
};

use crate::selling::{entry, inventory, on_sale};
use crate::support::{event, mongo, new_event_id, new_outbox_id, new_user_id, now, plan, sqlite};

crate::contract!(
    [on_mongo: super::mongo, on_sqlite: super::sqlite],
    [
        an_event_comes_with_its_plan_and_its_outbox_row,
        events_are_listed_filtered_and_paged,
        every_order_of_events_is_paged_without_gaps,
        events_are_found_in_any_case_and_by_time,
        a_late_change_of_an_event_is_refused,
        a_change_of_an_event_leaves_what_is_not_its_own,
        a_change_of_an_event_is_in_its_journal,
        an_event_keeps_its_earlier_prices_and_its_rule_for_single_seats,
        i6_inventory_written_twice_is_there_once,
        categories_and_sections_keep_their_order,
        generation_ends_once,
        generation_that_failed_is_tried_again,
        a_fence_epoch_is_given_out_once,
        an_idempotency_key_gives_one_answer,
    ]
);

async fn an_event_comes_with_its_plan_and_its_outbox_row(ledger: &impl Ledger) {
    let plan = plan();
    let event = event(&plan, 3);
    ledger.create_event(&event, &plan, new_outbox_id(), None).await.expect("answers");
    assert_eq!(ledger.event(event.id).await.expect("answers"), Some(event.clone()));
    assert_eq!(ledger.plan(plan.hash()).await.expect("answers"), Some(plan.clone()));
    let rows = ledger.lease(10, 0, 1000).await.expect("answers");
    let facts: Vec<_> = rows.into_iter().map(|row| (row.event_id, row.fact)).collect();
    assert_eq!(facts, [(event.id, InventoryFact::EventCreated { plan_hash: plan.hash().to_owned() })]);
    // The same id again: neither a second event nor a second row.
    assert!(ledger.create_event(&event, &plan, new_outbox_id(), None).await.is_err());
    assert_eq!(ledger.lag().await.expect("answers").rows, 1);
}

async fn events_are_listed_filtered_and_paged(ledger: &impl Ledger) {
    let plan = plan();
    let mut ids = Vec::new();
    for n in 0..5 {
        let mut event = event(&plan, 3);
        event.name = format!("Night {n}");
        event.starts_at = now().plus_ms(i64::from(n / 2) * 1_000_000);
        event.status = if n == 4 { EventStatus::Draft } else { EventStatus::OnSale };
        ledger.create_event(&event, &plan, new_outbox_id(), None).await.expect("answers");
        ids.push(event.id);
    }
    let names = async |query: EventQuery| {
        let events = ledger.events(&query).await.expect("answers");
        events.into_iter().map(|event| (event.name, event.id)).unzip::<_, _, Vec<_>, Vec<_>>()
    };
    let page = EventQuery { limit: 3, ..EventQuery::default() };
    let (_, first) = names(page.clone()).await;
    let (_, second) = names(EventQuery { after: first.last().copied(), ..page.clone() }).await;
    assert_eq!([first, second].concat(), ids[..4], "drafts are private, equal times are ordered by id");
    let (found, _) = names(EventQuery { text: Some("night 2".into()), ..page.clone() }).await;
    assert_eq!(found, ["Night 2"]);
    let (found, _) = names(EventQuery { with_private: true, status: Some(EventStatus::Draft), ..page.clone() }).await;
    assert_eq!(found, ["Night 4"]);
    let (found, _) = names(EventQuery { genre: Some("opera".into()), ..page }).await;
    assert!(found.is_empty());
}

async fn every_order_of_events_is_paged_without_gaps(ledger: &impl Ledger) {
    let plan = plan();
    let start = now();
    let mut events = Vec::new();
    for n in 0..6 {
        let mut event = event(&plan, 3);
        // Two of each name and three of each time.
        event.name = ["Carmen", "Aida", "Boheme"][n % 3].into();
        event.starts_at = start.plus_ms(if n % 2 == 0 { 1_000 } else { 2_000 });
        event.status = EventStatus::Closed;
        ledger.create_event(&event, &plan, new_outbox_id(), None).await.expect("answers");
        events.push(event);
    }
    let pages = async |order| {
        let (mut ids, mut after) = (Vec::new(), None);
        loop {
            let query = EventQuery { order, after, limit: 2, ..EventQuery::default() };
            let page = ledger.events(&query).await.expect("answers");
            ids.extend(page.iter().map(|event| event.id));
            match page.last() {
                Some(last) => after = Some(last.id),
                None => return ids,
            }
        }
    };
    let ids = |events: &[Event]| events.iter().map(|event| event.id).collect::<Vec<_>>();
    events.sort_by_key(|event| (event.starts_at, event.id));
    assert_eq!(pages(EventOrder::StartsAt).await, ids(&events));
    events.reverse();
    assert_eq!(pages(EventOrder::StartsAtDescending).await, ids(&events));
    events.sort_by_key(|event| (event.name.clone(), event.id));
    assert_eq!(pages(EventOrder::Name).await, ids(&events));
}

async fn events_are_found_in_any_case_and_by_time(ledger: &impl Ledger) {
    let plan = plan();
    let mut event = event(&plan, 3);
    event.status = EventStatus::OnSale;
    (event.name, event.venue, event.description) = ("FAUST".into(), "Große BÜHNE".into(), "100 % Жизнь".into());
    ledger.create_event(&event, &plan, new_outbox_id(), None).await.expect("answers");
    let all = EventQuery { limit: 9, ..EventQuery::default() };
    let count = async |query| ledger.events(&query).await.expect("answers").len();
    for (text, found) in [("große bühne", 1), ("ЖИЗНЬ", 1), ("faust", 1), ("% ж", 1), ("_aust", 0), ("f.ust", 0)]
    {
        assert_eq!(count(EventQuery { text: Some(text.into()), ..all.clone() }).await, found, "{text}");
    }
    let at = event.starts_at;
    for (from, to, found) in [(at, at.plus_ms(1), 1), (at.plus_ms(1), at.plus_ms(2), 0), (at.plus_ms(-1), at, 0)] {
        assert_eq!(count(EventQuery { from: Some(from), to: Some(to), ..all.clone() }).await, found);
    }
    for (organizer, found) in [(event.organizer_id, 1), (new_user_id(), 0)] {
        assert_eq!(count(EventQuery { organizer_id: Some(organizer), ..all.clone() }).await, found);
    }
}

async fn a_late_change_of_an_event_is_refused(ledger: &impl Ledger) {
    let plan = plan();
    let original = event(&plan, 3);
    ledger.create_event(&original, &plan, new_outbox_id(), None).await.expect("answers");
    let mut changed = original.clone();
    changed.version += 1;
    changed.name = "Semi-final".into();
    assert!(ledger.save_event(&changed, &entry(Action::EventChanged, &[])).await.expect("answers"));
    assert!(
        !ledger.save_event(&changed, &entry(Action::EventChanged, &[])).await.expect("answers"),
        "the version has moved on"
    );
    assert_eq!(ledger.event(original.id).await.expect("answers").expect("the event").name, "Semi-final");
    assert_eq!(ledger.lag().await.expect("answers").rows, 2, "created, changed once");
}

async fn a_change_of_an_event_leaves_what_is_not_its_own(ledger: &impl Ledger) {
    let plan = plan();
    let original = event(&plan, 3);
    ledger.create_event(&original, &plan, new_outbox_id(), None).await.expect("answers");
    // The record was read before these two happened.
    ledger.write_inventory_seats(original.id, 0, &inventory(2)).await.expect("answers");
    assert_eq!(ledger.advance_fence_epoch(original.id, 0).await.expect("answers"), Some(1));
    let mut changed = original.clone();
    changed.version += 1;
    changed.prices.insert("Balcony".into(), 4_500);
    (changed.ends_at, changed.genre) = (Some(changed.starts_at.plus_ms(1)), None);
    assert!(ledger.save_event(&changed, &entry(Action::EventChanged, &[])).await.expect("answers"));
    changed.fence_epoch = 1;
    changed.generation.done = 2;
    assert_eq!(ledger.event(original.id).await.expect("answers"), Some(changed));
}

async fn a_change_of_an_event_is_in_its_journal(ledger: &impl Ledger) {
    let plan = plan();
    let original = event(&plan, 3);
    ledger.create_event(&original, &plan, new_outbox_id(), None).await.expect("answers");
    let changed = Event { version: 2, status: EventStatus::Cancelled, ..original.clone() };
    let entry = Entry { reason: Some("flooded".into()), ..entry(Action::EventChanged, &[]) };
    assert!(ledger.save_event(&changed, &entry).await.expect("answers"));
    let late = Entry { id: new_outbox_id(), ..entry.clone() };
    assert!(!ledger.save_event(&changed, &late).await.expect("answers"));
    assert_eq!(ledger.journal(original.id, None, 10).await.expect("answers"), slice::from_ref(&entry));
    let row = ledger.lease(10, 0, 1000).await.expect("answers").pop().expect("a row");
    let fact = InventoryFact::EventChanged { status: EventStatus::Cancelled };
    assert_eq!((row.id, row.at, row.fact), (entry.id, entry.at, fact));
}

async fn an_event_keeps_its_earlier_prices_and_its_rule_for_single_seats(ledger: &impl Ledger) {
    let plan = plan();
    let mut event = event(&plan, 3);
    event.orphan_rule = OrphanRule::Strict;
    let at = now();
    event.change_prices([("Stalls".to_owned(), 8000)].into(), at.plus_ms(-1000));
    ledger.create_event(&event, &plan, new_outbox_id(), None).await.expect("answers");
    assert_eq!(ledger.event(event.id).await.expect("answers"), Some(event.clone()));

    event.version += 1;
    event.orphan_rule = OrphanRule::Warn;
    event.change_prices([("Stalls".to_owned(), 9000)].into(), at);
    assert!(ledger.save_event(&event, &entry(Action::EventChanged, &[])).await.expect("answers"));
    let read = ledger.event(event.id).await.expect("answers").expect("the event");
    assert_eq!(read, event);
    let prices = [-2000, -1000, 0].map(|ms| read.price_at("Stalls", at.plus_ms(ms)));
    assert_eq!(prices, [Some(7500), Some(8000), Some(9000)]);
}

async fn i6_inventory_written_twice_is_there_once(ledger: &impl Ledger) {
    let plan = plan();
    let event = event(&plan, 10);
    ledger.create_event(&event, &plan, new_outbox_id(), None).await.expect("answers");
    let seats = inventory(10);
    ledger.write_inventory_seats(event.id, 0, &seats[..6]).await.expect("answers");
    // A generator that died after the seats and before the progress starts the same batch again.
    ledger.write_inventory_seats(event.id, 0, &seats[..6]).await.expect("answers");
    ledger.write_inventory_seats(event.id, 4, &seats[4..]).await.expect("answers");
    assert_eq!(ledger.count_seats(event.id).await.expect("answers"), 10);
    assert_eq!(ledger.event(event.id).await.expect("answers").expect("the event").generation.done, 10);
}

async fn categories_and_sections_keep_their_order(ledger: &impl Ledger) {
    let plan = plan();
    let event = event(&plan, 12);
    ledger.create_event(&event, &plan, new_outbox_id(), None).await.expect("answers");
    // Twelve, so that an order by digits would show.
    let name = |n: u32| format!("N{n}");
    let category = |n| InventoryCategory { id: name(12 - n), name: name(n), color: "#fff".into(), total: n };
    let section = |n| InventorySection { id: name(12 - n), name: name(n), total: n };
    let categories: Vec<_> = (0..12).map(category).collect();
    let sections: Vec<_> = (0..12).map(section).collect();
    for _ in 0..2 {
        ledger.write_inventory_heads(event.id, &categories, &sections).await.expect("answers");
    }
    assert_eq!(ledger.categories(event.id).await.expect("answers"), categories);
    assert_eq!(ledger.sections(event.id).await.expect("answers"), sections);
}

async fn generation_ends_once(ledger: &impl Ledger) {
    let id = on_sale(ledger, 2).await;
    assert!(!ledger.finish_generation(id, new_outbox_id(), now()).await.expect("answers"));
    assert!(!ledger.fail_generation(id, "too late", new_outbox_id(), now()).await.expect("answers"));
    let event = ledger.event(id).await.expect("answers").expect("the event");
    assert_eq!((event.status, event.version, event.generation.done), (EventStatus::OnSale, 2, 2));
}

async fn generation_that_failed_is_tried_again(ledger: &impl Ledger) {
    let plan = plan();
    let original = event(&plan, 2);
    ledger.create_event(&original, &plan, new_outbox_id(), None).await.expect("answers");
    assert!(!ledger.retry_generation(original.id, new_outbox_id(), now()).await.expect("answers"), "not failed");
    assert!(ledger.fail_generation(original.id, "no plan", new_outbox_id(), now()).await.expect("answers"));
    let failed = ledger.event(original.id).await.expect("answers").expect("the event");
    assert_eq!((failed.status, failed.generation.error.as_deref()), (EventStatus::Failed, Some("no plan")));

    assert!(ledger.retry_generation(original.id, new_outbox_id(), now()).await.expect("answers"));
    assert!(!ledger.retry_generation(original.id, new_outbox_id(), now()).await.expect("answers"), "once");
    let again = ledger.event(original.id).await.expect("answers").expect("the event");
    assert_eq!((again.status, again.generation.error, again.version), (EventStatus::Generating, None, 3));
    let facts: Vec<_> = ledger.lease(10, 0, 1000).await.expect("answers").into_iter().map(|row| row.fact).collect();
    let created = InventoryFact::EventCreated { plan_hash: plan.hash().to_owned() };
    assert_eq!(facts, [created.clone(), InventoryFact::InventoryFailed { error: "no plan".into() }, created]);
    assert!(ledger.finish_generation(original.id, new_outbox_id(), now()).await.expect("answers"));
    assert!(!ledger.retry_generation(new_event_id(), new_outbox_id(), now()).await.expect("answers"), "no such event");
}

async fn a_fence_epoch_is_given_out_once(ledger: &impl Ledger) {
    let id = on_sale(ledger, 2).await;
    let (one, two) = tokio::join!(ledger.advance_fence_epoch(id, 0), ledger.advance_fence_epoch(id, 0));
    let given: Vec<_> = [one, two].into_iter().filter_map(|given| given.expect("answers")).collect();
    assert_eq!(given, [1]);
}

async fn an_idempotency_key_gives_one_answer(ledger: &impl Ledger) {
    let key = AnswerKey {
        user_id: new_user_id(),
        route: "POST /api/v1/events".into(),
        key: "k1".into(),
        fingerprint: "f1".into(),
    };
    let begin = |at, key: AnswerKey| async move { ledger.begin(&key, at, 30_000).await.expect("answers") };
    let (one, two) = tokio::join!(begin(now(), key.clone()), begin(now(), key.clone()));
    assert!(
        matches!((&one, &two), (Begin::Fresh, Begin::InFlight) | (Begin::InFlight, Begin::Fresh)),
        "{one:?} {two:?}"
    );
    assert_eq!(begin(now().plus_ms(30_001), key.clone()).await, Begin::Fresh, "the mark lapsed");
    let other = AnswerKey { fingerprint: "f2".into(), ..key.clone() };
    assert_eq!(begin(now(), other).await, Begin::Mismatch);

    let answer = StoredAnswer {
        status: 202,
        location: Some("/api/v1/events/1".into()),
        content_type: "application/json".into(),
        body: b"{\"a\": 1}".to_vec(),
    };
    let plan = plan();
    ledger.create_event(&event(&plan, 1), &plan, new_outbox_id(), Some((&key, &answer))).await.expect("answers");
    assert_eq!(begin(now(), key.clone()).await, Begin::Replay(answer));

    let given_up = AnswerKey { key: "k2".into(), ..key };
    assert_eq!(begin(now(), given_up.clone()).await, Begin::Fresh);
    ledger.forget(&given_up).await.expect("answers");
    assert_eq!(begin(now(), given_up).await, Begin::Fresh);
}
