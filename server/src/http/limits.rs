//! Rate limits: per account for requests and wrong passwords, per address for logins and registrations.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Instant;

use dashmap::DashMap;
use frontrow_domain::codes::ErrorCode;
use frontrow_domain::ids::UserId;
use frontrow_settings::Limits as Settings;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::problem::{Answer, Problem};

/// The buckets of this server. Each server counts for itself.
pub(crate) struct Limits {
    accounts: DefaultKeyedRateLimiter<UserId>,
    logins: DefaultKeyedRateLimiter<IpAddr>,
    /// Wrong passwords, by e-mail; and whose next attempt has to wait until when.
    failures: DefaultKeyedRateLimiter<String>,
    waiting: DashMap<String, Instant>,
    trusted: Vec<IpAddr>,
    commands: Quota,
}

impl Limits {
    pub(crate) fn new(settings: &Settings) -> Self {
        let quota = |rate, burst| Quota::per_second(positive(rate)).allow_burst(positive(burst));
        let accounts = quota(settings.account_requests_per_s, settings.account_requests_burst);
        Self {
            accounts: RateLimiter::keyed(accounts),
            logins: RateLimiter::keyed(Quota::per_minute(positive(settings.logins_per_minute))),
            failures: RateLimiter::keyed(Quota::per_minute(positive(settings.failed_logins_per_minute))),
            waiting: DashMap::new(),
            trusted: settings.trusted_addresses.clone(),
            commands: quota(settings.socket_commands_per_s, settings.socket_commands_burst),
        }
    }

    /// Counts a request of an account.
    pub(crate) fn account(&self, user: UserId) -> Answer<()> {
        self.accounts.check_key(&user).map_err(|until| limited(until.wait_time_from(DefaultClock::default().now())))
    }

    /// Counts a login or a registration from an address.
    pub(crate) fn login(&self, address: IpAddr) -> Answer<()> {
        if self.trusted.contains(&address) {
            return Ok(());
        }
        self.logins.check_key(&address).map_err(|until| limited(until.wait_time_from(DefaultClock::default().now())))
    }

    /// Whether an account's password may be tried now. It does not matter from where, nor whether there is such an account.
    pub(crate) fn attempt(&self, email: &str) -> Answer<()> {
        let until = self.waiting.get(email).map(|until| *until);
        match until.and_then(|until| until.checked_duration_since(Instant::now())) {
            Some(wait) => Err(limited(wait)),
            None => Ok(()),
        }
    }

    /// Counts a wrong password. Of many that were tried at once, those beyond the limit learn nothing.
    pub(crate) fn attempt_failed(&self, email: &str) -> Answer<()> {
        let Err(until) = self.failures.check_key(&email.to_owned()) else { return Ok(()) };
        let wait = until.wait_time_from(DefaultClock::default().now());
        self.waiting.insert(email.to_owned(), Instant::now() + wait);
        Err(limited(wait))
    }

    /// A bucket for the commands of one socket.
    pub(crate) fn socket(&self) -> DefaultDirectRateLimiter {
        RateLimiter::direct(self.commands)
    }

    /// Forgets those who have been quiet for a while, so that the maps do not grow for ever.
    pub(crate) fn forget_idle(&self) {
        self.accounts.retain_recent();
        self.logins.retain_recent();
        self.failures.retain_recent();
        let now = Instant::now();
        self.waiting.retain(|_, until| *until > now);
    }
}

fn limited(wait: std::time::Duration) -> Problem {
    Problem::new(ErrorCode::RateLimited, "too many requests").retry_after(wait.as_secs() + 1)
}

/// The settings are checked to be positive before anything starts.
fn positive(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}
