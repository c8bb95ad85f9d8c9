//! Logins: what signing in gives out, how it is continued, and how it ends.
//!
//! A login is a family of refresh tokens. Its end reaches the access tokens and sockets that it led to: every server
//! asks the ledger every 400 ms which logins have ended, and remembers them as long as an access token may live.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_lc_rs::hmac;
use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use frontrow_domain::account::User;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::codes::ErrorCode;
use frontrow_domain::ids::{LoginId, UserId};
use frontrow_engines::ledger::{LedgerError, OneTimeToken, RefreshToken, Rotation, SocketLogin, TokenKind};
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval};
use tracing::warn;

use super::{Accounts, SignedIn, hash};
use crate::chance;
use crate::http::problem::{Answer, Problem};

const COOKIE: &str = "frontrow_refresh";
/// The cookie goes to the routes that need it, and nowhere else.
const COOKIE_PATH: &str = "/api/v1/auth";
/// Parallel tabs use the same token at almost the same moment; within this time both get the same successor.
const GRACE_MS: i64 = 10_000;
/// How often ends of logins at other servers are looked for: sockets shall be closed within a second of them, with time to
/// spare for a ledger that answers slowly.
const LOOK_EVERY: Duration = Duration::from_millis(400);
/// Ends are looked for this far back again: servers' clocks differ, and a commit takes its time.
const OVERLAP_MS: i64 = 30_000;

/// A login within a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SignedInSocket {
    pub(crate) user: UserId,
    pub(crate) login: SocketLogin,
}

/// What a login gives out.
pub(super) struct Grant {
    pub(super) access_token: String,
    pub(super) expires_in: u32,
    pub(super) cookie: HeaderValue,
}

/// The logins that ended a short while ago: tokens that were signed for them do not count any more.
pub(super) struct EndedLogins {
    known: Mutex<HashMap<LoginId, UnixMs>>,
    /// Wakes its waiters in the order in which they came, so that a simulation can be repeated.
    changed: Arc<Notify>,
}

impl EndedLogins {
    pub(super) fn new() -> Self {
        Self { known: Mutex::default(), changed: Arc::default() }
    }

    fn contains(&self, login: LoginId) -> bool {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&login)
    }

    fn add(&self, logins: impl IntoIterator<Item = LoginId>, now: UnixMs, forget_before: UnixMs) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known.len();
        for login in logins {
            known.entry(login).or_insert(now);
        }
        let news = known.len() > before;
        known.retain(|_, heard_at| *heard_at >= forget_before);
        drop(known);
        if news {
            self.changed.notify_waiters();
        }
    }
}

impl Accounts {
    /// Starts a login: a new access token and a first refresh token.
    pub(super) async fn sign_in(&self, user: &User) -> Answer<Grant> {
        let (now, secret) = (self.clock.now(), chance::secret());
        let token = RefreshToken {
            hash: hash(&secret),
            login_id: LoginId(chance::random_id()),
            user_id: user.id,
            salt: chance::secret(),
            expires_at: now.plus_ms(self.refresh_ttl_ms),
        };
        self.ledger.start_login(&token, now).await?;
        // Somebody may have banned the account since it was read, before there was this login to end.
        if let Err(banned) = self.refuse_banned(user.id).await {
            self.ledger.end_login(token.login_id, now).await?;
            return Err(banned);
        }
        self.grant(user, token.login_id, &secret)
    }

    /// The account as it is now, unless it is banned.
    async fn refuse_banned(&self, id: UserId) -> Answer<Option<User>> {
        let user = self.ledger.user(id).await?;
        if user.as_ref().is_some_and(|user| user.ban.is_some()) { Err(Problem::banned()) } else { Ok(user) }
    }

    /// Exchanges the refresh token of the cookie. `None`: it is missing, unknown, or its login has ended.
    pub(super) async fn refresh(&self, headers: &HeaderMap) -> Answer<Option<(User, Grant)>> {
        let now = self.clock.now();
        let Some(secret) = cookie_value(headers) else { return Ok(None) };
        let Some(token) = self.ledger.refresh_token(&hash(&secret), now).await? else { return Ok(None) };
        let next = successor(&secret, &token.salt);
        let successor = RefreshToken {
            hash: hash(&next),
            salt: chance::secret(),
            expires_at: now.plus_ms(self.refresh_ttl_ms),
            ..token.clone()
        };
        match self.ledger.rotate(&token.hash, &successor, now, GRACE_MS).await? {
            Rotation::Rotated | Rotation::Repeated => {}
            // Whoever has the token may know why it does not work any more.
            Rotation::Ended => return self.refuse_banned(token.user_id).await.map(|_| None),
            Rotation::Reused => {
                warn!(user.id = %token.user_id, login.id = %token.login_id, "an old refresh token was used: the login has ended");
                self.heard_of([token.login_id]);
                return Ok(None);
            }
        }
        let Some(user) = self.refuse_banned(token.user_id).await? else { return Ok(None) };
        let grant = self.grant(&user, token.login_id, &next)?;
        Ok(Some((user, grant)))
    }

    /// Ends the login of the cookie, else the one of the access token; or all of that account's.
    pub(super) async fn log_out(&self, headers: &HeaderMap, everywhere: bool) -> Answer<()> {
        let now = self.clock.now();
        let token = match cookie_value(headers) {
            Some(secret) => self.ledger.refresh_token(&hash(&secret), now).await?,
            None => None,
        };
        let login = token.map(|token| (token.user_id, token.login_id)).filter(|&(_, login)| !self.has_ended(login));
        let login = login.or_else(|| self.signed_in(headers).ok().map(|signed_in| (signed_in.id, signed_in.login)));
        let Some((user, login)) = login else {
            // What has ended already has ended; but whose logins "everywhere" means, nobody knows.
            return if everywhere { Err(Problem::unauthorized("sign in first")) } else { Ok(()) };
        };
        if everywhere {
            return self.end_logins(user).await;
        }
        self.ledger.end_login(login, now).await?;
        self.heard_of([login]);
        Ok(())
    }

    /// Ends every login of an account, here at once and at the other servers within a second.
    pub(super) async fn end_logins(&self, user: UserId) -> Answer<()> {
        let now = self.clock.now();
        self.ledger.end_logins(user, now).await?;
        self.heard_of(self.ledger.logins_ended(now).await?);
        Ok(())
    }

    /// Whether a login has ended, as far as this server has heard.
    pub(crate) fn has_ended(&self, login: LoginId) -> bool {
        self.ended.contains(login)
    }

    /// Tells those who wait whenever this server hears that a login has ended. Wait first, then look at [`Self::has_ended`].
    pub(crate) fn ended_logins(&self) -> Arc<Notify> {
        Arc::clone(&self.ended.changed)
    }

    /// Asks the ledger for the logins that ended at other servers. Runs until it is dropped.
    pub(crate) async fn follow_endings(&self) {
        let mut ticks = interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut since = self.clock.now().plus_ms(-self.access_ttl_ms() - OVERLAP_MS);
        loop {
            ticks.tick().await;
            let now = self.clock.now();
            match self.ledger.logins_ended(since).await {
                Ok(ended) => {
                    self.heard_of(ended);
                    since = now.plus_ms(-OVERLAP_MS);
                }
                // The readiness check tells that the ledger is away; what ended meanwhile is found afterwards.
                Err(LedgerError::Unavailable(_)) => {}
                Err(error) => warn!(%error, "logins that ended cannot be read"),
            }
        }
    }

    fn heard_of(&self, logins: impl IntoIterator<Item = LoginId>) {
        let now = self.clock.now();
        self.ended.add(logins, now, now.plus_ms(-self.access_ttl_ms() - 2 * OVERLAP_MS));
    }

    fn access_ttl_ms(&self) -> i64 {
        i64::from(self.access.ttl_s) * 1000
    }

    fn grant(&self, user: &User, login: LoginId, secret: &str) -> Answer<Grant> {
        let token = self.access.sign(user, login, self.clock.now()).map_err(|error| Problem::internal(&error))?;
        let cookie = self.cookie(secret, self.refresh_ttl_ms / 1000)?;
        Ok(Grant { access_token: token, expires_in: self.access.ttl_s, cookie })
    }

    /// A cookie that removes the refresh token from the browser.
    pub(super) fn no_cookie(&self) -> Answer<HeaderValue> {
        self.cookie("", 0)
    }

    fn cookie(&self, value: &str, max_age_s: i64) -> Answer<HeaderValue> {
        let secure = if self.secure_cookies { "; Secure" } else { "" };
        let text =
            format!("{COOKIE}={value}; Path={COOKIE_PATH}; Max-Age={max_age_s}; HttpOnly; SameSite=Strict{secure}");
        HeaderValue::from_str(&text).map_err(|error| Problem::internal(&error))
    }

    /// A one-time ticket that signs a socket in. It never appears in a URL, so it never appears in a log.
    pub(super) async fn socket_ticket(&self, caller: SignedIn) -> Answer<String> {
        let secret = chance::secret();
        let token = OneTimeToken {
            kind: TokenKind::Socket,
            hash: hash(&secret),
            user_id: caller.id,
            expires_at: self.clock.now().plus_ms(self.ticket_ttl_ms),
            login: Some(SocketLogin { id: caller.login, expires_at: caller.expires_at }),
        };
        self.ledger.save_token(&token).await?;
        Ok(secret)
    }

    /// How long a ticket works, in seconds.
    pub(super) const fn ticket_ttl_s(&self) -> i64 {
        self.ticket_ttl_ms / 1000
    }

    /// Exchanges a ticket for a login.
    pub(crate) async fn take_ticket(&self, ticket: &str) -> Answer<SignedInSocket> {
        let taken = self.ledger.take_token(TokenKind::Socket, &hash(ticket), self.clock.now()).await?;
        let login = taken.and_then(|token| Some(SignedInSocket { user: token.user_id, login: token.login? }));
        login
            .filter(|signed_in| !self.has_ended(signed_in.login.id))
            .ok_or_else(|| Problem::new(ErrorCode::BadTicket, "ask for a new ticket at auth/ws-ticket"))
    }

    /// How long a socket's login still lasts.
    pub(crate) fn remaining(&self, login: SocketLogin) -> Duration {
        Duration::from_millis(u64::try_from(login.expires_at.0 - self.clock.now().0).unwrap_or(0))
    }
}

/// The token after `secret`. It takes the token itself and the ledger's salt: whoever has only one of them learns nothing.
fn successor(secret: &str, salt: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, salt.as_bytes());
    URL_SAFE_NO_PAD.encode(hmac::sign(&key, secret.as_bytes()))
}

fn cookie_value(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.into_iter().find(|&(name, value)| name == COOKIE && !value.is_empty()).map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[test]
    fn a_successor_is_the_same_again_and_needs_token_and_salt() {
        let next = successor("token", "salt");
        assert_eq!(next, successor("token", "salt"));
        assert_ne!(next, successor("other", "salt"));
        assert_ne!(next, successor("token", "other"));
        assert!(next.len() >= 43, "256 bits: {next}");
    }

    #[test]
    fn ended_logins_are_remembered_for_a_while_and_told_once() {
        let ended = EndedLogins::new();
        let login = LoginId(uuid::Uuid::from_u128(1));
        let news = ended.changed.notified();
        ended.add([login], UnixMs(1_000), UnixMs(0));
        assert!(ended.contains(login) && news.now_or_never().is_some());
        let news = ended.changed.notified();
        ended.add([login], UnixMs(2_000), UnixMs(500));
        assert!(news.now_or_never().is_none());
        ended.add([], UnixMs(3_000), UnixMs(1_001));
        assert!(!ended.contains(login));
    }
}
