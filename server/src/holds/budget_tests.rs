//! What honest people may do, what hoarders get, and how much of a hall a swarm of them can keep empty.

use std::net::Ipv6Addr;

use frontrow_settings::Settings;
use uuid::Uuid;

use super::*;

const TTL_MS: u64 = 600_000;
const SEATS: u32 = 8;
const CART_MS: u64 = SEATS as u64 * TTL_MS;
const DAY_MS: u64 = 86_400_000;
const EVENT: EventId = EventId(Uuid::from_u128(1));

fn budgets() -> Budgets {
    Budgets::new(&Settings::defaults().limits)
}

fn buyer(number: u128, network: u16) -> Buyer {
    let address = Ipv6Addr::new(0x2001, 0xdb8, 0, network, 0, 0, 0, 1);
    Buyer { user: UserId(Uuid::from_u128(number)), address: Some(address.into()) }
}

fn seats() -> Vec<Ordinal> {
    (0..SEATS).map(Ordinal).collect()
}

fn charge(budgets: &Budgets, lapsed: &[Open], now_ms: u64) {
    for open in lapsed {
        budgets.charge(open, now_ms);
    }
}

/// A whole cart from `from_ms` on, kept for so long and then not bought.
fn keep(budgets: &Budgets, buyer: Buyer, from_ms: u64, for_ms: u64) {
    budgets.granted(buyer, EVENT, seats().into_iter().map(|seat| (seat, for_ms)), CART_MS, from_ms);
    let lapsed = budgets.take_lapsed(buyer.user, from_ms + for_ms);
    assert_eq!(lapsed.len(), SEATS as usize);
    charge(budgets, &lapsed, from_ms + for_ms);
}

#[test]
fn changing_ones_mind_is_free() {
    let (budgets, ada) = (budgets(), buyer(1, 1));
    let mut now_ms = DAY_MS;
    for _ in 0..200 {
        budgets.granted(ada, EVENT, seats().into_iter().map(|seat| (seat, TTL_MS)), CART_MS, now_ms);
        now_ms += 15_000;
        budgets.released(ada.user, EVENT, &seats(), now_ms);
        assert_eq!(budgets.pause(ada, now_ms), None, "two hundred times eight seats, a quarter of a minute each");
    }
    // And three carts that were forgotten on the same evening.
    let (budgets, ben) = (self::budgets(), buyer(2, 1));
    for cart in 0..3 {
        keep(&budgets, ben, DAY_MS + cart * TTL_MS, TTL_MS);
    }
    assert_eq!(budgets.pause(ben, DAY_MS + 3 * TTL_MS), None);
}

#[test]
fn pauses_grow_and_end() {
    let (budgets, eve) = (budgets(), buyer(1, 1));
    let (mut now_ms, mut pauses) = (DAY_MS, Vec::new());
    for _ in 0..14 {
        keep(&budgets, eve, now_ms, TTL_MS);
        now_ms += TTL_MS;
        if let Some(pause) = budgets.pause(eve, now_ms) {
            pauses.push(pause.as_secs() / 60);
            assert_eq!(budgets.pause(buyer(2, 2), now_ms), None, "nobody else pauses");
            now_ms += u64::try_from(pause.as_millis()).unwrap();
            assert_eq!(budgets.pause(eve, now_ms), None, "it is over");
        }
    }
    assert_eq!(pauses, [10, 20, 40, 80, 160, 240, 240, 240], "in minutes; before, six carts were free");
    keep(&budgets, eve, now_ms + 3 * DAY_MS, TTL_MS);
    assert_eq!(budgets.pause(eve, now_ms + 3 * DAY_MS + TTL_MS), None, "after quiet days everything is forgiven");
}

#[test]
fn an_events_own_carts_fit_into_its_budget() {
    let (budgets, ada) = (budgets(), buyer(1, 1));
    let two_hours_ms = 7_200_000;
    let cart_ms = 50 * two_hours_ms;
    for cart in 0..3 {
        let from_ms = DAY_MS + cart * two_hours_ms;
        let fifty = (0..50).map(|seat| (Ordinal(seat), two_hours_ms));
        budgets.granted(ada, EVENT, fifty, cart_ms, from_ms);
        let lapsed = budgets.take_lapsed(ada.user, from_ms + two_hours_ms);
        charge(&budgets, &lapsed, from_ms + two_hours_ms);
        assert_eq!(budgets.pause(ada, from_ms + two_hours_ms), None);
    }
}

#[test]
fn a_prolonged_hold_is_one_and_nobody_has_more_than_can_be_remembered() {
    let (budgets, ada) = (budgets(), buyer(1, 1));
    budgets.granted(ada, EVENT, [(Ordinal(1), 1_000)].into_iter(), CART_MS, 0);
    budgets.granted(ada, EVENT, [(Ordinal(1), 1_000)].into_iter(), CART_MS, 500);
    assert_eq!(budgets.take_lapsed(ada.user, 1_499), []);
    let lapsed = budgets.take_lapsed(ada.user, 1_500);
    assert_eq!(lapsed.iter().map(|open| (open.since_ms, open.until_ms)).collect::<Vec<_>>(), [(0, 1_500)]);
    let seats = |from: u32, to: u32, for_ms: u64| (from..to).map(move |seat| (Ordinal(seat), for_ms));
    budgets.granted(ada, EVENT, seats(0, 8, 9_000), CART_MS, 0);
    budgets.granted(ada, EVENT, seats(8, 255, 2_000), CART_MS, 0);
    assert_eq!((budgets.pause(ada, 0), budgets.take_lapsed(ada.user, 0)), (None, vec![]));
    budgets.granted(ada, EVENT, seats(255, 256, 2_000), CART_MS, 0);
    assert_eq!(budgets.pause(ada, 500), Some(Duration::from_millis(1_500)), "until the first of them has ended");
    let all = budgets.take_lapsed(ada.user, 500);
    assert_eq!((all.len(), all[0].seat), (256, Ordinal(0)), "some may have been bought, and none is forgotten");
    for open in all.into_iter().take(8) {
        budgets.goes_on(open, 9_000);
    }
    assert_eq!(budgets.pause(ada, 500), None);
    budgets.forget_idle(3 * DAY_MS);
    assert!(budgets.accounts.is_empty() && budgets.addresses.is_empty());
}

/// Bots that each take a whole cart whenever they may, keep it for as long as extending allows, and never buy.
#[derive(Clone, Copy)]
struct Swarm {
    bots: u64,
    networks: u64,
    /// Every cart is another account's, which is not seen again.
    is_fresh: bool,
}

impl Swarm {
    /// The part of a day's seat-time that it keeps from everybody else. `None`: nobody counts.
    #[expect(clippy::cast_precision_loss, reason = "shares to two digits")]
    fn share_blocked(self, budgets: Option<&Budgets>, day: u64) -> f64 {
        const STEP_MS: u64 = 60_000;
        const KEEP_MS: u64 = 3 * TTL_MS;
        let mut busy_until = vec![0; usize::try_from(self.bots).unwrap()];
        let mut kept_ms = 0;
        for now_ms in (day * DAY_MS..(day + 1) * DAY_MS).step_by(usize::try_from(STEP_MS).unwrap()) {
            // As the server does it every few seconds.
            if let Some(budgets) = budgets {
                charge(budgets, &budgets.take_all_lapsed(now_ms), now_ms);
                budgets.forget_idle(now_ms);
            }
            for (bot, busy) in (0..).zip(&mut busy_until) {
                let user = u128::from(bot) + if self.is_fresh { u128::from(now_ms) << 32 } else { 0 };
                let who = buyer(user, u16::try_from(bot % self.networks).unwrap());
                if *busy <= now_ms && budgets.is_none_or(|budgets| budgets.pause(who, now_ms).is_none()) {
                    *busy = now_ms + KEEP_MS;
                    if let Some(budgets) = budgets {
                        budgets.granted(who, EVENT, seats().into_iter().map(|seat| (seat, KEEP_MS)), CART_MS, now_ms);
                    }
                }
                if *busy > now_ms {
                    kept_ms += STEP_MS;
                }
            }
        }
        kept_ms as f64 / (DAY_MS as f64 * self.bots as f64)
    }
}

#[test]
fn a_swarm_blocks_a_small_part_of_the_hall() {
    // A hundred and twenty-five bots with eight seats each: a hall of a thousand.
    let swarm = Swarm { bots: 125, networks: 125, is_fresh: false };
    let of_three_days = |swarm: Swarm| {
        let budgets = budgets();
        [1, 2, 3].map(|day| swarm.share_blocked(Some(&budgets), day))
    };
    let before = swarm.share_blocked(None, 1);
    let everywhere = of_three_days(swarm);
    let at_home = of_three_days(Swarm { networks: 1, ..swarm });
    let fresh = of_three_days(Swarm { networks: 1, is_fresh: true, ..swarm });
    println!(
        "blocked without buying: {before:.2} before; after, days 1 to 3: {everywhere:.2?} from 125 networks, {at_home:.2?} from \
         one, {fresh:.2?} with new accounts every time"
    );
    assert!(before > 0.99);
    assert!(everywhere[0] < 0.25 && everywhere[1] < 0.15 && everywhere[2] < 0.15, "{everywhere:?}");
    assert!(at_home[0] <= everywhere[0] && at_home[1] < 0.15, "{at_home:?}");
    assert!(fresh.iter().all(|share| *share < 0.4), "{fresh:?}");
}
