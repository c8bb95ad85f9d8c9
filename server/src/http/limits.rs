//! Limits: per account for requests and wrong passwords, per address for logins, registrations, connections and sockets.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Instant;

use dashmap::DashMap;
use frontrow_domain::codes::ErrorCode;
use frontrow_domain::ids::UserId;
use frontrow_settings::Limits as Settings;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};
use ipnet::IpNet;

use super::addresses::{Crowds, Present, subnet};
use super::problem::{Answer, Problem};
use crate::metrics;

/// When an address that has all of its sockets may try another one.
const CROWDED_S: u64 = 10;

/// The buckets of this server. Each server counts for itself.
pub(crate) struct Limits {
    accounts: DefaultKeyedRateLimiter<UserId>,
    logins: DefaultKeyedRateLimiter<IpAddr>,
    /// Wrong passwords, by e-mail; and whose next attempt has to wait until when.
    failures: DefaultKeyedRateLimiter<String>,
    waiting: DashMap<String, Instant>,
    trusted: Vec<IpAddr>,
    commands: Quota,
    /// Connections and sockets that are open.
    pub(crate) connections: Arc<Crowds>,
    sockets: Arc<Crowds>,
    openings: DefaultKeyedRateLimiter<IpAddr>,
}

impl Limits {
    /// The connections of `proxies` are those of many people; the proxy has to count them.
    pub(crate) fn new(settings: &Settings, proxies: &[IpNet]) -> Self {
        let trusted: Vec<_> = settings.trusted_addresses.iter().map(|&address| IpNet::from(address)).collect();
        let uncounted = trusted.iter().chain(proxies).copied().collect();
        let quota = |rate, burst| Quota::per_second(positive(rate)).allow_burst(positive(burst));
        let accounts = quota(settings.account_requests_per_s, settings.account_requests_burst);
        Self {
            accounts: RateLimiter::keyed(accounts),
            logins: RateLimiter::keyed(Quota::per_minute(positive(settings.logins_per_minute))),
            failures: RateLimiter::keyed(Quota::per_minute(positive(settings.failed_logins_per_minute))),
            waiting: DashMap::new(),
            trusted: settings.trusted_addresses.clone(),
            commands: quota(settings.socket_commands_per_s, settings.socket_commands_burst),
            connections: Crowds::new(settings.connections_per_address, uncounted),
            sockets: Crowds::new(settings.sockets_per_address, trusted),
            openings: RateLimiter::keyed(quota(settings.socket_openings_per_s, settings.socket_openings_burst)),
        }
    }

    /// Counts a request of an account.
    pub(crate) fn account(&self, user: UserId) -> Answer<()> {
        self.accounts.check_key(&user).map_err(|until| limited(until.wait_time_from(DefaultClock::default().now())))
    }

    /// The address, unless limits by address do not count it.
    pub(crate) fn counted(&self, address: IpAddr) -> Option<IpAddr> {
        Some(address).filter(|address| !self.trusted.contains(&address.to_canonical()))
    }

    /// Counts a login or a registration from an address.
    pub(crate) fn login(&self, address: IpAddr) -> Answer<()> {
        let Some(address) = self.counted(address) else { return Ok(()) };
        let within = self.logins.check_key(&subnet(address));
        within.map_err(|until| limited(until.wait_time_from(DefaultClock::default().now())))
    }

    /// Counts a socket that an address opens; it is one of its sockets until what is given back is dropped.
    pub(crate) fn opening(&self, address: IpAddr) -> Answer<Present> {
        let within = self.counted(address).map_or(Ok(()), |address| self.openings.check_key(&subnet(address)));
        within.map_err(|until| {
            metrics::socket_refused("openings");
            limited(until.wait_time_from(DefaultClock::default().now()))
        })?;
        self.sockets.enter(address).ok_or_else(|| {
            metrics::socket_refused("address");
            Problem::new(ErrorCode::RateLimited, "too many sockets from one address").retry_after(CROWDED_S)
        })
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
        self.openings.retain_recent();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_counted_by_network() {
        let mut settings = frontrow_settings::Settings::defaults().limits;
        settings.logins_per_minute = 2;
        settings.trusted_addresses = vec!["2001:db8:9::1".parse().unwrap()];
        let limits = Limits::new(&settings, &[]);
        let login = |text: &str| limits.login(text.parse().unwrap());
        assert!(login("2001:db8:1:2::1").is_ok() && login("2001:db8:1:2::2").is_ok());
        assert_eq!(login("2001:db8:1:2::3").unwrap_err().code, ErrorCode::RateLimited);
        assert!(login("2001:db8:1:3::3").is_ok(), "the neighbours");
        assert!((0..9).all(|_| login("2001:db8:9::1").is_ok()), "trusted");
    }
}
