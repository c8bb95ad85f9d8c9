//! What every ledger must do.

use frontrow_domain::event::EventStatus;
use frontrow_domain::holds::Settled;
use frontrow_domain::ids::{EventId, OrderId, Ordinal, UserId};
use frontrow_domain::inventory::{InventoryFact, Seats};
use frontrow_domain::seat::Fence;
use frontrow_engines::ledger::{
    AnswerKey, Begin, Claim, ClaimRefusal, ClaimedSeat, EventOrder, EventQuery, InventoryCategory, InventorySeat,
    InventorySection, Ledger, StoredAnswer,
};

use crate::support::{event, mongo, new_event_id, new_order_id, new_outbox_id, new_user_id, now, plan, sqlite};

crate::contract!(
    [on_mongo: super::mongo, on_sqlite: super::sqlite],
    [
        an_event_comes_with_its_plan_and_its_outbox_row,
        events_are_listed_filtered_and_paged,
        every_order_of_events_is_paged_without_gaps,
        events_are_found_in_any_case_and_by_time,
        a_late_change_of_an_event_is_refused,
        a_change_of_an_event_leaves_what_is_not_its_own,
        i6_inventory_written_twice_is_there_once,
        categories_and_sections_keep_their_order,
        generation_ends_once,
        generation_that_failed_is_tried_again,
        a_fence_epoch_is_given_out_once,
        i1_of_many_orders_exactly_one_claims_the_seat,
        i2_the_seat_limit_holds_in_the_ledger,
        a_stale_fence_claims_nothing,
        a_claim_ends_as_sale_or_as_release,
        a_newer_epoch_beats_a_higher_counter,
        blocking_is_all_or_nothing,
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
    let ids = |events: &[frontrow_domain::event::Event]| events.iter().map(|event| event.id).collect::<Vec<_>>();
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
    assert!(ledger.save_event(&changed, new_outbox_id(), now()).await.expect("answers"));
    assert!(!ledger.save_event(&changed, new_outbox_id(), now()).await.expect("answers"), "the version has moved on");
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
    assert!(ledger.save_event(&changed, new_outbox_id(), now()).await.expect("answers"));
    changed.fence_epoch = 1;
    changed.generation.done = 2;
    assert_eq!(ledger.event(original.id).await.expect("answers"), Some(changed));
}

async fn on_sale(ledger: &impl Ledger, seats: u32) -> EventId {
    let plan = plan();
    let event = event(&plan, seats);
    ledger.create_event(&event, &plan, new_outbox_id(), None).await.expect("answers");
    ledger.write_inventory_seats(event.id, 0, &inventory(seats)).await.expect("answers");
    assert!(ledger.finish_generation(event.id, new_outbox_id(), now()).await.expect("answers"));
    event.id
}

fn inventory(seats: u32) -> Vec<InventorySeat> {
    let seat = |n: u32| InventorySeat {
        seat: format!("A-{n}"),
        section: "A".into(),
        row: "1".into(),
        number: n.to_string(),
        category: "Stalls".into(),
    };
    (0..seats).map(seat).collect()
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

fn claim(event_id: EventId, order_id: OrderId, buyer_id: UserId, seats: &[u32], counter: u64) -> Claim {
    let fence = Fence { epoch: 1, counter };
    let seats = seats.iter().map(|&seat| ClaimedSeat { ordinal: Ordinal(seat), fence }).collect();
    Claim { event_id, order_id, buyer_id, seats, deadline: now().plus_ms(60_000), limit: 3 }
}

async fn i1_of_many_orders_exactly_one_claims_the_seat(ledger: &(impl Ledger + Clone + 'static)) {
    let event = on_sale(ledger, 4).await;
    let mut orders = tokio::task::JoinSet::new();
    for counter in 0..24_u64 {
        let ledger = ledger.clone();
        // Every order also wants a seat of its neighbours: none may end up with half of what it asked for.
        let seats = [(counter % 3) as u32, 3];
        orders.spawn(async move {
            let claim = claim(event, new_order_id(), new_user_id(), &seats, counter + 1);
            ledger.claim(&claim, new_outbox_id(), now()).await.expect("answers")
        });
    }
    let granted = orders.join_all().await.into_iter().flatten().count();
    assert_eq!(granted, 1);
    let settled = ledger.settled(event, None).await.expect("answers");
    assert_eq!(settled.len(), 2, "exactly the winner's two seats changed: {settled:?}");
}

async fn i2_the_seat_limit_holds_in_the_ledger(ledger: &impl Ledger) {
    let (event, buyer) = (on_sale(ledger, 6).await, new_user_id());
    let first = claim(event, new_order_id(), buyer, &[0, 1], 1);
    assert_eq!(ledger.claim(&first, new_outbox_id(), now()).await.expect("answers"), Ok(()));
    assert_eq!(ledger.claim(&first, new_outbox_id(), now()).await.expect("answers"), Ok(()), "the same order again");
    let over = claim(event, new_order_id(), buyer, &[2, 3], 2);
    assert_eq!(ledger.claim(&over, new_outbox_id(), now()).await.expect("answers"), Err(ClaimRefusal::Limit));
    let released = ledger.release_claim(event, first.order_id, new_outbox_id(), now()).await.expect("answers");
    assert_eq!(released, [Ordinal(0), Ordinal(1)]);
    assert_eq!(
        ledger.claim(&over, new_outbox_id(), now()).await.expect("answers"),
        Ok(()),
        "two places are free again"
    );
}

async fn a_stale_fence_claims_nothing(ledger: &impl Ledger) {
    let event = on_sale(ledger, 2).await;
    let newer = claim(event, new_order_id(), new_user_id(), &[0], 9);
    assert_eq!(ledger.claim(&newer, new_outbox_id(), now()).await.expect("answers"), Ok(()));
    ledger.release_claim(event, newer.order_id, new_outbox_id(), now()).await.expect("answers");
    let stale = claim(event, new_order_id(), new_user_id(), &[1, 0], 8);
    let refused = ledger.claim(&stale, new_outbox_id(), now()).await.expect("answers");
    assert_eq!(refused, Err(ClaimRefusal::Lost(vec![Ordinal(0)])));
}

async fn a_newer_epoch_beats_a_higher_counter(ledger: &impl Ledger) {
    let event = on_sale(ledger, 1).await;
    let mut older = claim(event, new_order_id(), new_user_id(), &[0], 9);
    assert_eq!(ledger.claim(&older, new_outbox_id(), now()).await.expect("answers"), Ok(()));
    ledger.release_claim(event, older.order_id, new_outbox_id(), now()).await.expect("answers");
    // The hold store lost its memory: a new epoch, whose counter starts again.
    let mut newer = claim(event, new_order_id(), new_user_id(), &[0], 1);
    newer.seats[0].fence.epoch = 2;
    assert_eq!(ledger.claim(&newer, new_outbox_id(), now()).await.expect("answers"), Ok(()));
    ledger.release_claim(event, newer.order_id, new_outbox_id(), now()).await.expect("answers");
    older.seats[0].fence.counter = 99;
    let refused = ledger.claim(&older, new_outbox_id(), now()).await.expect("answers");
    assert_eq!(refused, Err(ClaimRefusal::Lost(vec![Ordinal(0)])));
}

async fn a_claim_ends_as_sale_or_as_release(ledger: &impl Ledger) {
    let (event, buyer) = (on_sale(ledger, 3).await, new_user_id());
    let order = claim(event, new_order_id(), buyer, &[2, 1], 1);
    assert_eq!(ledger.claim(&order, new_outbox_id(), now()).await.expect("answers"), Ok(()));
    assert_eq!(
        ledger.sell(event, order.order_id, new_outbox_id(), now()).await.expect("answers"),
        [Ordinal(1), Ordinal(2)]
    );
    assert_eq!(ledger.sell(event, order.order_id, new_outbox_id(), now()).await.expect("answers"), [], "sold once");
    assert_eq!(
        ledger.release_claim(event, order.order_id, new_outbox_id(), now()).await.expect("answers"),
        [],
        "sold for good"
    );
    let settled = ledger.settled(event, Some(&[Ordinal(1)])).await.expect("answers");
    assert_eq!((settled[0].version, settled[0].state), (2, Settled::Sold { owner: buyer }));
    let facts: Vec<_> = ledger.lease(10, 0, 1000).await.expect("answers").into_iter().map(|row| row.fact).collect();
    let seats = Seats { seats: vec![Ordinal(1), Ordinal(2)] };
    assert_eq!(facts[2..], [InventoryFact::SeatsClaimed(seats.clone()), InventoryFact::SeatsSold(seats)]);
}

async fn blocking_is_all_or_nothing(ledger: &impl Ledger) {
    let event = on_sale(ledger, 3).await;
    let order = claim(event, new_order_id(), new_user_id(), &[2], 1);
    assert_eq!(ledger.claim(&order, new_outbox_id(), now()).await.expect("answers"), Ok(()));
    let all = [Ordinal(0), Ordinal(1), Ordinal(2)];
    assert_eq!(ledger.block(event, &all, new_outbox_id(), now()).await.expect("answers"), Err(vec![Ordinal(2)]));
    assert_eq!(ledger.block(event, &all[..2], new_outbox_id(), now()).await.expect("answers"), Ok(()));
    assert_eq!(ledger.unblock(event, &all[1..], new_outbox_id(), now()).await.expect("answers"), Err(vec![Ordinal(2)]));
    assert_eq!(ledger.unblock(event, &all[..1], new_outbox_id(), now()).await.expect("answers"), Ok(()));
    let settled = ledger.settled(event, Some(&all)).await.expect("answers");
    let blocked: Vec<_> =
        settled.iter().filter(|seat| seat.state == Settled::Blocked).map(|seat| seat.ordinal).collect();
    assert_eq!(blocked, [Ordinal(1)]);
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
