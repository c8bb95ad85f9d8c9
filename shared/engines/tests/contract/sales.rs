//! What every ledger must do when seats are claimed, sold, given back and blocked.

use std::slice;

use frontrow_domain::holds::{CLAIM_GRACE_MS, Settled};
use frontrow_domain::ids::Ordinal;
use frontrow_domain::inventory::{InventoryFact, Seats};
use frontrow_domain::journal::{Action, Entry};
use frontrow_domain::order::{Order, OrderStatus};
use frontrow_domain::ticket::Ticket;
use frontrow_engines::ledger::{
    AnswerKey, Begin, ChangeRefusal, Ledger, OrderQuery, Placing, PlacingRefusal, SeatsChange,
};
use tokio::task::JoinSet;

use crate::selling::{
    WINDOW_MS, apply, change, close, entry, entry_of, everything, give_back, listed, on_sale, order, place, place_with,
    placed, placing, release, request, sell, settled, tickets_of,
};
use crate::support::{mongo, new_user_id, now, sqlite};

crate::contract!(
    [on_mongo: super::mongo, on_sqlite: super::sqlite],
    [
        i1_of_many_orders_exactly_one_claims_the_seat,
        i2_the_seat_limit_holds_in_the_ledger,
        i2_orders_of_one_buyer_at_once_stay_within_the_limit,
        a_stale_fence_claims_nothing,
        a_newer_epoch_beats_a_higher_counter,
        seats_of_several_holds_are_claimed_under_their_own_fences,
        a_claim_ends_as_sale_or_as_release,
        an_order_placed_twice_is_one_order,
        an_order_placed_by_many_at_once_is_one_order,
        the_answer_is_stored_exactly_with_its_effect,
        the_deadline_is_by_the_ledgers_clock,
        a_change_of_an_old_version_changes_nothing,
        of_two_changes_at_once_one_wins,
        a_sale_writes_everything_that_belongs_to_it,
        nobody_sells_the_seats_of_another_order,
        nothing_is_sold_when_the_event_is_closed,
        a_seat_has_one_ticket,
        blocking_is_all_or_nothing,
    ]
);

async fn i1_of_many_orders_exactly_one_claims_the_seat(ledger: &(impl Ledger + Clone + 'static)) {
    let event = on_sale(ledger, 4).await;
    let mut orders = JoinSet::new();
    for counter in 0..24_u64 {
        let ledger = ledger.clone();
        // Every order also wants a seat of its neighbours: none may end up with half of what it asked for.
        let seats = [(counter % 3) as u32, 3];
        orders.spawn(async move { place(&ledger, &order(event, new_user_id(), &seats, counter + 1)).await });
    }
    let placed: Vec<_> = orders.join_all().await.into_iter().flatten().collect();
    let after = everything(ledger, event).await;
    assert_eq!(after.orders, placed, "one of them");
    assert_eq!((after.orders.len(), after.seats.len()), (1, 2), "exactly the winner's two seats changed: {after:?}");
    assert_eq!((after.journal.len(), after.outbox_rows), (1, 3), "created, generated, claimed");
}

async fn i2_the_seat_limit_holds_in_the_ledger(ledger: &impl Ledger) {
    let (event, buyer) = (on_sale(ledger, 6).await, new_user_id());
    let first = place(ledger, &order(event, buyer, &[0, 1], 1)).await.expect("placed");
    assert_eq!(place(ledger, &first).await, Ok(first.clone()), "the same order again counts once");
    let over = order(event, buyer, &[2, 3], 2);
    assert_eq!(place(ledger, &over).await, Err(PlacingRefusal::Limit));
    let four = order(event, new_user_id(), &[2, 3, 4, 5], 2);
    assert_eq!(place(ledger, &four).await, Err(PlacingRefusal::Limit), "more than anybody may have");
    assert_eq!(settled(ledger, event).await.len(), 2, "nothing else was claimed");
    let sold = sell(ledger, &first).await;
    assert_eq!(place(ledger, &over).await, Err(PlacingRefusal::Limit), "what was sold counts");
    give_back(ledger, &sold).await;
    release(ledger, &place(ledger, &over).await.expect("two places are free again")).await;
    place(ledger, &order(event, buyer, &[0, 1, 2], 3)).await.expect("all of them are free again");
}

async fn i2_orders_of_one_buyer_at_once_stay_within_the_limit(ledger: &(impl Ledger + Clone + 'static)) {
    let (event, buyer) = (on_sale(ledger, 8).await, new_user_id());
    let mut orders = JoinSet::new();
    for seat in 0..8 {
        let ledger = ledger.clone();
        orders.spawn(async move { place(&ledger, &order(event, buyer, &[seat], 1)).await });
    }
    let (placed, refused): (Vec<_>, Vec<_>) = orders.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!(placed.len(), 3);
    assert!(refused.iter().all(|refusal| *refusal == Err(PlacingRefusal::Limit)), "{refused:?}");
}

async fn a_stale_fence_claims_nothing(ledger: &impl Ledger) {
    let event = on_sale(ledger, 2).await;
    let newer = order(event, new_user_id(), &[0], 9);
    release(ledger, &place(ledger, &newer).await.expect("placed")).await;
    let stale = order(event, new_user_id(), &[0, 1], 8);
    assert_eq!(place(ledger, &stale).await, Err(PlacingRefusal::Lost(vec![Ordinal(0)])));
    assert_eq!(settled(ledger, event).await.len(), 1, "not even the other seat");
    let same = order(event, new_user_id(), &[0, 1], 9);
    place(ledger, &same).await.expect("the newest fence is not stale");
}

async fn a_newer_epoch_beats_a_higher_counter(ledger: &impl Ledger) {
    let event = on_sale(ledger, 1).await;
    let older = order(event, new_user_id(), &[0], 9);
    release(ledger, &place(ledger, &older).await.expect("placed")).await;
    // The hold store lost its memory: a new epoch, whose counter starts again.
    let mut newer = order(event, new_user_id(), &[0], 1);
    newer.seats[0].fence.epoch = 2;
    release(ledger, &place(ledger, &newer).await.expect("placed")).await;
    let late = order(event, new_user_id(), &[0], 99);
    assert_eq!(place(ledger, &late).await, Err(PlacingRefusal::Lost(vec![Ordinal(0)])));
}

async fn seats_of_several_holds_are_claimed_under_their_own_fences(ledger: &impl Ledger) {
    let event = on_sale(ledger, 3).await;
    let mut several = order(event, new_user_id(), &[0, 1, 2], 5);
    several.seats[0].fence.counter = 9;
    let fences: Vec<_> = several.seats.iter().map(|seat| seat.fence).collect();
    let first = place(ledger, &several).await.expect("placed");
    let claimed = settled(ledger, event).await;
    let under = |seat: Settled| match seat {
        Settled::Claimed(lease) => lease.fence,
        other => panic!("{other:?}"),
    };
    assert_eq!(claimed.iter().map(|seat| under(seat.state)).collect::<Vec<_>>(), fences);
    release(ledger, &first).await;
    let between = order(event, new_user_id(), &[0, 1, 2], 7);
    assert_eq!(place(ledger, &between).await, Err(PlacingRefusal::Lost(vec![Ordinal(0)])));
}

async fn a_claim_ends_as_sale_or_as_release(ledger: &impl Ledger) {
    let event = on_sale(ledger, 3).await;
    let (bought, given_up) = (placed(ledger, event, &[1, 2]).await, placed(ledger, event, &[0]).await);
    let bought = sell(ledger, &bought).await;
    let given_up = release(ledger, &given_up).await;
    let before = everything(ledger, event).await;
    let states: Vec<_> = before.seats.iter().map(|seat| (seat.version, seat.state)).collect();
    let sold = Settled::Sold { owner: bought.buyer_id };
    let last_fence = Some(given_up.seats[0].fence);
    assert_eq!(states, [(2, Settled::Available { last_fence }), (2, sold), (2, sold)]);
    // Ended is ended, whatever somebody believes.
    for (late, seats) in [
        (bought.confirmed(), SeatsChange::Sell),
        (bought.ended(OrderStatus::Expired), SeatsChange::Release),
        (given_up.confirmed(), SeatsChange::Sell),
        (given_up.ended(OrderStatus::Cancelled), SeatsChange::Release),
        (given_up.refunded(), SeatsChange::GiveBack),
    ] {
        assert_eq!(apply(ledger, &change(late, seats)).await, Err(ChangeRefusal::SeatsGone), "{seats:?}");
    }
    assert_eq!(everything(ledger, event).await, before);
}

async fn an_order_placed_twice_is_one_order(ledger: &impl Ledger) {
    let event = on_sale(ledger, 3).await;
    let wanted = order(event, new_user_id(), &[1, 2], 1);
    let first = place(ledger, &wanted).await.expect("placed");
    assert_eq!(Order { deadline: first.deadline, ..wanted.clone() }, first, "as it was wanted");
    let before = everything(ledger, event).await;
    let changed = Placing { window_ms: 1, ..placing(&order(event, new_user_id(), &[0], 1)) };
    let again = Placing { order: Order { id: first.id, ..changed.order }, ..changed };
    assert_eq!(place_with(ledger, &again).await, Ok(first.clone()), "whatever it says now");
    assert_eq!(everything(ledger, event).await, before);
    let sold = sell(ledger, &first).await;
    close(ledger, event).await;
    assert_eq!(place(ledger, &wanted).await, Ok(sold), "as it is by then");
}

async fn an_order_placed_by_many_at_once_is_one_order(ledger: &(impl Ledger + Clone + 'static)) {
    let event = on_sale(ledger, 3).await;
    let wanted = order(event, new_user_id(), &[0, 1, 2], 1);
    let mut requests = JoinSet::new();
    for _ in 0..20 {
        let (ledger, wanted) = (ledger.clone(), wanted.clone());
        requests.spawn(async move { place(&ledger, &wanted).await.expect("placed") });
    }
    let given = requests.join_all().await;
    let after = everything(ledger, event).await;
    assert_eq!((after.orders.len(), after.journal.len(), after.outbox_rows), (1, 1, 3));
    assert!(given.iter().all(|order| *order == after.orders[0]), "{given:?}");
    assert!(after.seats.iter().all(|seat| seat.version == 1));
}

async fn the_answer_is_stored_exactly_with_its_effect(ledger: &impl Ledger) {
    let event = on_sale(ledger, 3).await;
    let began = async |key: &AnswerKey| ledger.begin(key, now(), 30_000).await.expect("answers");
    let wanted = order(event, new_user_id(), &[0, 1], 1);
    let claimed = entry_of(Action::SeatsClaimed, &wanted);
    let (key, answer) = request(ledger).await;
    let first = ledger.place_order(&placing(&wanted), Some((&key, &answer)), &claimed).await.expect("answers");
    assert_eq!(began(&key).await, Begin::Replay(answer));

    let other = order(event, new_user_id(), &[1, 2], 2);
    let claimed = entry_of(Action::SeatsClaimed, &other);
    let (key, answer) = request(ledger).await;
    let lost = ledger.place_order(&placing(&other), Some((&key, &answer)), &claimed).await.expect("answers");
    assert_eq!(lost, Err(PlacingRefusal::Lost(vec![Ordinal(1)])));
    assert_eq!(began(&key).await, Begin::InFlight, "nothing happened, so nothing is answered yet");

    let sale = change(first.expect("placed").confirmed(), SeatsChange::Sell);
    for (result, refused) in [(Ok(()), false), (Err(ChangeRefusal::Changed), true)] {
        let (key, answer) = request(ledger).await;
        assert_eq!(ledger.change_order(&sale, Some((&key, &answer))).await.expect("answers"), result);
        assert_eq!(began(&key).await, if refused { Begin::InFlight } else { Begin::Replay(answer) });
    }
}

async fn the_deadline_is_by_the_ledgers_clock(ledger: &impl Ledger) {
    let event = on_sale(ledger, 3).await;
    let at = async || ledger.orders(&OrderQuery::default()).await.expect("answers").at;
    let mut wanted = order(event, new_user_id(), &[0, 2], 1);
    // The server that takes the order is an hour late, and says nothing of use about the deadline.
    wanted.placed_at = now().plus_ms(-3_600_000);
    wanted.deadline = now().plus_ms(-7_200_000);
    let before = at().await;
    let placed = place(ledger, &wanted).await.expect("placed");
    let after = at().await;
    assert!((before.plus_ms(60_000)..=after.plus_ms(60_000)).contains(&placed.deadline), "{before:?} {placed:?}");
    assert_eq!((placed.placed_at, WINDOW_MS), (wanted.placed_at, 60_000));
    let found = listed(ledger, OrderQuery { id: Some(placed.id), limit: 1, ..OrderQuery::default() }).await;
    assert_eq!(found[0].deadline, placed.deadline);
    for seat in settled(ledger, event).await {
        let Settled::Claimed(lease) = seat.state else { panic!("{seat:?}") };
        let deadline = u64::try_from(placed.deadline.0).expect("after 1970") + CLAIM_GRACE_MS;
        assert_eq!((lease.deadline_ms, lease.owner), (deadline, wanted.buyer_id));
    }
}

async fn a_change_of_an_old_version_changes_nothing(ledger: &impl Ledger) {
    let event = on_sale(ledger, 2).await;
    let first = placed(ledger, event, &[0, 1]).await;
    let second = apply(ledger, &change(first.declined(), SeatsChange::Keep)).await.expect("changed");
    let before = everything(ledger, event).await;
    assert_eq!(before.orders, slice::from_ref(&second));
    let too_new = second.touched().confirmed();
    for late in [first.confirmed(), too_new] {
        assert_eq!(apply(ledger, &change(late, SeatsChange::Sell)).await, Err(ChangeRefusal::Changed));
    }
    let unknown = order(event, new_user_id(), &[0], 1).confirmed();
    assert_eq!(apply(ledger, &change(unknown, SeatsChange::Sell)).await, Err(ChangeRefusal::Changed));
    assert_eq!(everything(ledger, event).await, before);
    sell(ledger, &second).await;
}

async fn of_two_changes_at_once_one_wins(ledger: &impl Ledger) {
    let event = on_sale(ledger, 4).await;
    for seat in 0..4 {
        let order = placed(ledger, event, &[seat]).await;
        let sale = change(order.confirmed(), SeatsChange::Sell);
        let end = change(order.ended(OrderStatus::Expired), SeatsChange::Release);
        let (sold, ended) = tokio::join!(apply(ledger, &sale), apply(ledger, &end));
        let (won, lost) = if sold.is_ok() { (sold, ended) } else { (ended, sold) };
        assert_eq!(lost, Err(ChangeRefusal::Changed));
        let query = OrderQuery { id: Some(order.id), limit: 2, ..OrderQuery::default() };
        assert_eq!(listed(ledger, query).await, [won.expect("one of them")]);
    }
}

async fn a_sale_writes_everything_that_belongs_to_it(ledger: &impl Ledger) {
    let event = on_sale(ledger, 3).await;
    let first = placed(ledger, event, &[1, 2]).await;
    let sale = change(first.confirmed(), SeatsChange::Sell);
    apply(ledger, &sale).await.expect("sold");
    let after = everything(ledger, event).await;
    assert_eq!(after.orders, slice::from_ref(&sale.order));
    let mut tickets = sale.tickets.clone();
    tickets.sort_by_key(|ticket| ticket.id);
    assert_eq!(after.tickets, tickets);
    let sold = Settled::Sold { owner: first.buyer_id };
    assert!(after.seats.len() == 2 && after.seats.iter().all(|seat| seat.state == sold), "{after:?}");
    let entry = sale.entry.expect("an entry");
    assert_eq!((after.journal.len(), after.journal.first()), (2, Some(&entry)));
    let rows = ledger.lease(10, 0, 1000).await.expect("answers");
    let facts: Vec<_> = rows.iter().map(|row| row.fact.clone()).collect();
    let seats = Seats { seats: vec![Ordinal(1), Ordinal(2)] };
    assert_eq!(facts[2..], [InventoryFact::SeatsClaimed(seats.clone()), InventoryFact::SeatsSold(seats)]);
    assert_eq!((rows[2].id, rows[3].id, rows[3].at), (after.journal[1].id, entry.id, entry.at));
}

async fn nobody_sells_the_seats_of_another_order(ledger: &impl Ledger) {
    let event = on_sale(ledger, 2).await;
    let (mine, theirs) = (placed(ledger, event, &[0]).await, placed(ledger, event, &[1]).await);
    let before = everything(ledger, event).await;
    // A record that was mixed up: none of these may touch a seat.
    let mixed = Order { seats: theirs.seats.clone(), ..mine.clone() };
    let both = Order { seats: [mine.seats.clone(), theirs.seats.clone()].concat(), ..mine.clone() };
    for order in [mixed, both] {
        for seats in [SeatsChange::Sell, SeatsChange::Release] {
            assert_eq!(apply(ledger, &change(order.confirmed(), seats)).await, Err(ChangeRefusal::SeatsGone));
        }
    }
    assert_eq!(everything(ledger, event).await, before);
    let sold = sell(ledger, &theirs).await;
    let foreign = Order { seats: sold.seats.clone(), ..mine };
    let refused = apply(ledger, &change(foreign.refunded(), SeatsChange::GiveBack)).await;
    assert_eq!(refused, Err(ChangeRefusal::SeatsGone));
}

async fn nothing_is_sold_when_the_event_is_closed(ledger: &impl Ledger) {
    let event = on_sale(ledger, 4).await;
    let (open, late) = (placed(ledger, event, &[0]).await, placed(ledger, event, &[1]).await);
    let (late, sold) = (release(ledger, &late).await, placed(ledger, event, &[2]).await);
    let sold = sell(ledger, &sold).await;
    close(ledger, event).await;
    let before = everything(ledger, event).await;
    let sale = change(open.confirmed(), SeatsChange::Sell);
    assert_eq!(apply(ledger, &sale).await, Err(ChangeRefusal::NotOnSale));
    let again = change(late.confirmed(), SeatsChange::SellAgain);
    assert_eq!(apply(ledger, &again).await, Err(ChangeRefusal::NotOnSale));
    let new = order(event, new_user_id(), &[3], 1);
    assert_eq!(place(ledger, &new).await, Err(PlacingRefusal::NotOnSale));
    assert_eq!(everything(ledger, event).await, before);
    // What was begun can still be ended.
    release(ledger, &open).await;
    give_back(ledger, &sold).await;
}

async fn a_seat_has_one_ticket(ledger: &impl Ledger) {
    let event = on_sale(ledger, 2).await;
    let open = placed(ledger, event, &[0]).await;
    let before = everything(ledger, event).await;
    let mut sale = change(open.confirmed(), SeatsChange::Sell);
    let stranger = order(event, new_user_id(), &[0], 1);
    sale.tickets.extend(tickets_of(&stranger).into_iter().map(|ticket| Ticket { order_id: open.id, ..ticket }));
    assert!(ledger.change_order(&sale, None).await.is_err(), "the last line against selling twice");
    assert_eq!(everything(ledger, event).await, before);
}

async fn blocking_is_all_or_nothing(ledger: &impl Ledger) {
    let event = on_sale(ledger, 4).await;
    let order = placed(ledger, event, &[2]).await;
    let block = async |seats: &[u32]| ledger.block(event, &entry(Action::SeatsBlocked, seats)).await.expect("answers");
    let unblock =
        async |seats: &[u32]| ledger.unblock(event, &entry(Action::SeatsUnblocked, seats)).await.expect("answers");
    let before = everything(ledger, event).await;
    assert_eq!(block(&[0, 1, 2]).await, Err(vec![Ordinal(2)]), "claimed");
    assert_eq!(block(&[0, 9]).await, Err(vec![Ordinal(9)]), "no such seat");
    sell(ledger, &order).await;
    assert_eq!(block(&[2]).await, Err(vec![Ordinal(2)]), "sold");
    assert_eq!(everything(ledger, event).await.seats.len(), before.seats.len());
    assert_eq!(block(&[0, 1]).await, Ok(()));
    assert_eq!(block(&[1, 3]).await, Err(vec![Ordinal(1)]), "blocked already");
    assert_eq!(unblock(&[1, 2]).await, Err(vec![Ordinal(2)]));
    let reason = Entry { reason: Some("cameras".into()), ..entry(Action::SeatsUnblocked, &[0]) };
    assert_eq!(ledger.unblock(event, &reason).await.expect("answers"), Ok(()));
    let settled = settled(ledger, event).await;
    let blocked = settled.iter().filter(|seat| seat.state == Settled::Blocked).map(|seat| seat.ordinal);
    assert_eq!(blocked.collect::<Vec<_>>(), [Ordinal(1)]);
    let lost = place(ledger, &crate::selling::order(event, new_user_id(), &[0, 1], 1)).await;
    assert_eq!(lost, Err(PlacingRefusal::Lost(vec![Ordinal(1)])));
    let journal = ledger.journal(event, None, 2).await.expect("answers");
    assert_eq!((journal[0].clone(), journal[1].action), (reason.clone(), Action::SeatsBlocked));
    let row = ledger.lease(10, 0, 1000).await.expect("answers").pop().expect("a row");
    assert_eq!((row.id, row.fact), (reason.id, InventoryFact::SeatsUnblocked(Seats { seats: vec![Ordinal(0)] })));
}
