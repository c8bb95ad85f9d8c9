//! Against hoarding: how much seat-time somebody may keep from others without buying, by account and by address.
//!
//! What counts is the time that seats were held and not bought, whether they were given back, lapsed, or were ordered and
//! never paid: 480 seat-minutes are eight seats for an hour. Clicking around costs next to nothing, keeping half a row for an
//! evening does. Beyond the budget come pauses: an account's are each twice as long as the one before, an address' are as long as
//! what it is beyond. See `docs/decisions/0020-*.md`.
//! It must never charge for a seat that was bought: whoever counts a lapsed hold asks the store first.

use std::net::IpAddr;
use std::time::Duration;

use dashmap::DashMap;
use frontrow_domain::ids::{EventId, Ordinal, UserId};
use frontrow_settings::Limits as Settings;

use crate::http::addresses::subnet;

/// An event's own budget is never below so many of its carts, kept for their full time.
const CARTS: u64 = 3;
/// The same for all accounts behind an address.
const CARTS_OF_ADDRESS: u64 = 30;
/// Holds that one account may have at a time: whoever has as many, and has not bought them, waits until the first has ended.
const MAX_OPEN: usize = 256;
/// The part of an address' budget that is free after a pause.
const GIVEN_BACK: u64 = 10;
const MINUTE_MS: u64 = 60_000;

/// Who holds, and from where; no address where limits by address do not count.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Buyer {
    pub(crate) user: UserId,
    pub(crate) address: Option<IpAddr>,
}

/// A seat that was granted here and has not been counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Open {
    pub(super) user: UserId,
    pub(super) event: EventId,
    pub(super) seat: Ordinal,
    since_ms: u64,
    pub(super) until_ms: u64,
    /// What one whole cart of the event costs, in seat-milliseconds.
    cart_ms: u64,
    address: Option<IpAddr>,
}

/// What somebody has used up, as time of the window in which it comes back, and until when they have to pause.
#[derive(Debug, Default)]
struct Tally {
    spent_ms: u64,
    counted_at_ms: u64,
    paused_from_ms: u64,
    /// Zero if nothing has to be forgiven when it is over.
    paused_until_ms: u64,
    pauses: u32,
}

#[derive(Debug, Default)]
struct Account {
    open: Vec<Open>,
    tally: Tally,
}

/// The budgets as this server counts them.
pub(crate) struct Budgets {
    accounts: DashMap<UserId, Account>,
    addresses: DashMap<IpAddr, Tally>,
    rules: Rules,
}

#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_field_names, reason = "units are part of names")]
struct Rules {
    account_ms: u64,
    address_ms: u64,
    window_ms: u64,
    pause_ms: u64,
    longest_pause_ms: u64,
}

impl Budgets {
    pub(crate) fn new(settings: &Settings) -> Self {
        let rules = Rules {
            account_ms: u64::from(settings.hold_seat_minutes) * MINUTE_MS,
            address_ms: u64::from(settings.hold_seat_minutes_per_address) * MINUTE_MS,
            window_ms: u64::from(settings.hold_budget_window_s) * 1000,
            pause_ms: u64::from(settings.hold_pause_s) * 1000,
            longest_pause_ms: u64::from(settings.hold_pause_max_s) * 1000,
        };
        Self { accounts: DashMap::new(), addresses: DashMap::new(), rules }
    }

    /// How long a buyer still has to pause, if they have to.
    pub(super) fn pause(&self, buyer: Buyer, now_ms: u64) -> Option<Duration> {
        let of_account = self.accounts.get(&buyer.user).map_or(0, |account| account.paused_until_ms());
        let network = buyer.address.map(subnet);
        let of_address = network.and_then(|network| self.addresses.get(&network)).map_or(0, |it| it.paused_until_ms);
        let left_ms = of_account.max(of_address).saturating_sub(now_ms);
        (left_ms > 0).then(|| Duration::from_millis(left_ms))
    }

    /// Seats were granted, or are held for longer. One that is known keeps the time it began.
    pub(super) fn granted(
        &self,
        buyer: Buyer,
        event: EventId,
        seats: impl Iterator<Item = (Ordinal, u64)>,
        cart_ms: u64,
        now_ms: u64,
    ) {
        let address = buyer.address.map(subnet);
        let mut account = self.accounts.entry(buyer.user).or_default();
        for (seat, left_ms) in seats {
            let until_ms = now_ms + left_ms;
            if let Some(known) = account.open.iter_mut().find(|open| open.event == event && open.seat == seat) {
                known.until_ms = until_ms;
                continue;
            }
            let user = buyer.user;
            account.open.push(Open { user, event, seat, since_ms: now_ms, until_ms, cart_ms, address });
        }
    }

    /// Seats were given back.
    pub(super) fn released(&self, user: UserId, event: EventId, seats: &[Ordinal], now_ms: u64) {
        let is_theirs = |open: &Open| open.event == event && seats.contains(&open.seat);
        self.take(user, is_theirs).iter().for_each(|open| self.charge(open, now_ms));
    }

    /// Takes out the holds whose time is over; all of them, if they are too many, for some may have been bought. What became
    /// of them, the store knows.
    pub(super) fn take_lapsed(&self, user: UserId, now_ms: u64) -> Vec<Open> {
        let is_full = self.accounts.get(&user).is_some_and(|account| account.open.len() >= MAX_OPEN);
        self.take(user, |open| is_full || open.until_ms <= now_ms)
    }

    /// The same of everybody.
    pub(super) fn take_all_lapsed(&self, now_ms: u64) -> Vec<Open> {
        let users: Vec<_> = self.accounts.iter().map(|account| *account.key()).collect();
        users.into_iter().flat_map(|user| self.take_lapsed(user, now_ms)).collect()
    }

    /// A hold that was thought to be over and is not: it was extended elsewhere, or is being paid.
    pub(super) fn goes_on(&self, open: Open, until_ms: u64) {
        let mut account = self.accounts.entry(open.user).or_default();
        match account.open.iter_mut().find(|other| other.event == open.event && other.seat == open.seat) {
            // It was extended meanwhile.
            Some(newer) => newer.since_ms = open.since_ms,
            None => account.open.push(Open { until_ms, ..open }),
        }
    }

    fn take(&self, user: UserId, wanted: impl Fn(&Open) -> bool) -> Vec<Open> {
        let Some(mut account) = self.accounts.get_mut(&user) else { return Vec::new() };
        let (taken, left) = account.open.iter().copied().partition(wanted);
        account.open = left;
        taken
    }

    /// Counts a hold that ended without a purchase.
    pub(super) fn charge(&self, open: &Open, now_ms: u64) {
        let held_ms = open.until_ms.min(now_ms).saturating_sub(open.since_ms);
        let budget_ms = self.rules.account_ms.max(CARTS * open.cart_ms);
        let share_ms = self.rules.share(held_ms, budget_ms);
        self.accounts.entry(open.user).or_default().tally.spend(share_ms, Pauses::Double, self.rules, now_ms);
        if let Some(address) = open.address {
            let budget_ms = self.rules.address_ms.max(CARTS_OF_ADDRESS * open.cart_ms);
            let share_ms = self.rules.share(held_ms, budget_ms);
            self.addresses.entry(address).or_default().spend(share_ms, Pauses::Measured, self.rules, now_ms);
        }
    }

    /// Forgets those who have nothing to remember, so that the maps do not grow for ever.
    pub(crate) fn forget_idle(&self, now_ms: u64) {
        let Rules { window_ms, .. } = self.rules;
        self.accounts.retain(|_, account| {
            account.open.retain(|open| open.until_ms + window_ms > now_ms);
            !account.open.is_empty() || !account.tally.is_over(window_ms, now_ms)
        });
        self.addresses.retain(|_, tally| !tally.is_over(window_ms, now_ms));
    }
}

impl Account {
    /// Until when it may not hold anything else.
    fn paused_until_ms(&self) -> u64 {
        let is_full = self.open.len() >= MAX_OPEN;
        let first_ends_ms = self.open.iter().filter(|_| is_full).map(|open| open.until_ms).min();
        self.tally.paused_until_ms.max(first_ends_ms.unwrap_or_default())
    }
}

impl Rules {
    /// What was held, as the part of the window in which it comes back. Budgets of events differ, and are told in one measure here.
    fn share(self, held_ms: u64, budget_ms: u64) -> u64 {
        let share_ms = u128::from(held_ms) * u128::from(self.window_ms) / u128::from(budget_ms.max(1));
        u64::try_from(share_ms).unwrap_or(u64::MAX)
    }
}

/// How long pauses are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pauses {
    /// Each twice as long as the one before: an account has one owner, who can wait.
    Double,
    /// As many times the shortest as the budget was spent, and then a part of it is free again. Behind an address there may be a
    /// whole town: a few must not lock it out for hours, and many must not get in again at once.
    Measured,
}

impl Tally {
    fn spend(&mut self, share_ms: u64, pauses: Pauses, rules: Rules, now_ms: u64) {
        self.spent_ms = self.spent_ms.saturating_sub(now_ms.saturating_sub(self.counted_at_ms));
        self.counted_at_ms = now_ms;
        let is_paused = self.paused_until_ms > now_ms;
        if pauses == Pauses::Measured && self.paused_until_ms > 0 && !is_paused {
            self.spent_ms = self.spent_ms.min(rules.window_ms - rules.window_ms / GIVEN_BACK);
            self.paused_until_ms = 0;
        }
        if self.spent_ms == 0 {
            self.pauses = 0;
        }
        self.spent_ms = self.spent_ms.saturating_add(share_ms);
        if self.spent_ms <= rules.window_ms {
            return;
        }
        match pauses {
            // The seats of one cart end together, and are one reason to pause.
            Pauses::Double if is_paused => {}
            Pauses::Double => {
                let pause_ms = rules.pause_ms.saturating_mul(1 << self.pauses.min(20));
                self.paused_until_ms = now_ms + pause_ms.min(rules.longest_pause_ms);
                self.pauses += 1;
            }
            Pauses::Measured => {
                if !is_paused {
                    self.paused_from_ms = now_ms;
                }
                let pause_ms = rules.pause_ms.saturating_mul(self.spent_ms / rules.window_ms.max(1));
                self.paused_until_ms = self.paused_from_ms + pause_ms.min(rules.longest_pause_ms);
            }
        }
    }

    const fn is_over(&self, window_ms: u64, now_ms: u64) -> bool {
        self.counted_at_ms + 2 * window_ms < now_ms
    }
}

#[cfg(test)]
#[path = "budget_tests.rs"]
mod tests;
