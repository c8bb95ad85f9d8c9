//! What every ledger must do.

use frontrow_domain::account::{Role, User};
use frontrow_domain::event::EventStatus;
use frontrow_domain::holds::Settled;
use frontrow_domain::ids::{EventId, OrderId, Ordinal, UserId};
use frontrow_domain::inventory::{InventoryFact, Seats};
use frontrow_domain::seat::Fence;
use frontrow_engines::ledger::{
    AnswerKey, Begin, Claim, ClaimRefusal, ClaimedSeat, EventQuery, InventorySeat, Ledger, OneTimeToken, StoredAnswer,
    TokenKind,
};

use crate::support::{PATIENCE, event, mongo, new_order_id, new_outbox_id, new_user_id, now, plan};

crate::contract!(
    on_mongo,
    super::mongo,
    [
        an_email_belongs_to_one_account,
        a_one_time_token_works_once,
        an_event_comes_with_its_plan_and_its_outbox_row,
        events_are_listed_filtered_and_paged,
        a_late_change_of_an_event_is_refused,
        i6_inventory_written_twice_is_there_once,
        generation_ends_once,
        a_fence_epoch_is_given_out_once,
        i1_of_many_orders_exactly_one_claims_the_seat,
        i2_the_seat_limit_holds_in_the_ledger,
        a_stale_fence_claims_nothing,
        a_claim_ends_as_sale_or_as_release,
        blocking_is_all_or_nothing,
        the_outbox_gives_every_row_to_one_relay_at_a_time,
        the_feed_brings_new_rows,
        positions_in_the_log_are_kept,
        an_idempotency_key_gives_one_answer,
    ]
);

fn user(email: &str) -> User {
    User {
        id: new_user_id(),
        email: email.into(),
        name: "Ada (admin)".into(),
        role: Role::Customer,
        password_hash: "$argon2id$".into(),
        created_at: now(),
    }
}

async fn an_email_belongs_to_one_account(ledger: &impl Ledger) {
    let ada = user("ada@example.org");
    assert!(ledger.create_user(&ada).await.expect("answers"));
    assert!(!ledger.create_user(&user("ada@example.org")).await.expect("answers"));
    assert_eq!(ledger.user_by_email("ada@example.org").await.expect("answers"), Some(ada.clone()));
    let promoted = ledger.set_role(ada.id, Role::Organizer).await.expect("answers").expect("the account");
    assert_eq!(promoted.role, Role::Organizer);
    assert_eq!(ledger.find_users("(ADMIN)", "", 10).await.expect("answers"), [promoted], "the text is no pattern");
    assert_eq!(ledger.find_users(".*", "", 10).await.expect("answers"), []);
    let ben = user("ben@example.org");
    assert!(ledger.create_user(&ben).await.expect("answers"));
    assert_eq!(ledger.find_users("", "ada@example.org", 10).await.expect("answers"), [ben], "after Ada comes Ben");
}

async fn a_one_time_token_works_once(ledger: &impl Ledger) {
    let expires_at = now().plus_ms(60_000);
    let token = OneTimeToken {
        kind: TokenKind::Socket,
        hash: "abc".into(),
        user_id: new_user_id(),
        expires_at,
        login_expires_at: expires_at,
    };
    ledger.save_token(&token).await.expect("answers");
    let take = |kind, at| ledger.take_token(kind, "abc", at);
    assert_eq!(take(TokenKind::Refresh, now()).await.expect("answers"), None, "another kind is another token");
    assert_eq!(take(TokenKind::Socket, expires_at).await.expect("answers"), None, "too late");
    let (one, two) = tokio::join!(take(TokenKind::Socket, now()), take(TokenKind::Socket, now()));
    let taken = [one.expect("answers"), two.expect("answers")];
    assert_eq!(taken.iter().flatten().collect::<Vec<_>>(), [&token]);
}

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

async fn generation_ends_once(ledger: &impl Ledger) {
    let id = on_sale(ledger, 2).await;
    assert!(!ledger.finish_generation(id, new_outbox_id(), now()).await.expect("answers"));
    assert!(!ledger.fail_generation(id, "too late", new_outbox_id(), now()).await.expect("answers"));
    let event = ledger.event(id).await.expect("answers").expect("the event");
    assert_eq!((event.status, event.version, event.generation.done), (EventStatus::OnSale, 2, 2));
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

async fn the_outbox_gives_every_row_to_one_relay_at_a_time(ledger: &impl Ledger) {
    for _ in 0..6 {
        let plan = plan();
        ledger.create_event(&event(&plan, 1), &plan, new_outbox_id(), None).await.expect("answers");
    }
    assert_eq!(ledger.lease(10, 60_000, 1000).await.expect("answers"), [], "they are too young for polling");
    let (one, two) = tokio::join!(ledger.lease(10, 0, 60_000), ledger.lease(10, 0, 60_000));
    let (one, two) = (one.expect("answers"), two.expect("answers"));
    assert_eq!(one.len() + two.len(), 6);
    let given: Vec<_> = one.iter().chain(&two).map(|row| row.id).collect();
    ledger.mark_published(&given[..4]).await.expect("answers");
    assert_eq!(ledger.lag().await.expect("answers").rows, 2);
    assert_eq!(ledger.lease(10, 0, 1000).await.expect("answers"), [], "the other two are still leased");
}

async fn the_feed_brings_new_rows(ledger: &impl Ledger) {
    let mut feed = ledger.follow("relay").await.expect("a feed");
    let create = async || {
        let (plan, id) = (plan(), new_outbox_id());
        ledger.create_event(&event(&plan, 1), &plan, id, None).await.expect("answers");
        id
    };
    let first = create().await;
    let rows = tokio::time::timeout(PATIENCE, feed.next(60_000)).await.expect("in time").expect("rows");
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [first]);
    feed.save_position().await.expect("answers");
    drop(feed);
    // Committed while nobody followed: the saved position leads there.
    let second = create().await;
    let mut feed = ledger.follow("relay").await.expect("a feed");
    let rows = tokio::time::timeout(PATIENCE, feed.next(60_000)).await.expect("in time").expect("rows");
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [second]);
}

async fn positions_in_the_log_are_kept(ledger: &impl Ledger) {
    assert!(ledger.log_position("server-1").await.expect("answers").is_empty());
    for offset in [7, 9] {
        ledger.save_log_position("server-1", &[(0, offset), (3, 2)].into()).await.expect("answers");
    }
    assert_eq!(ledger.log_position("server-1").await.expect("answers"), [(0, 9), (3, 2)].into());
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
