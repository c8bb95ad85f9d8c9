//! Accounts: who somebody is. Passwords, logins and their tokens, roles, letters.

pub(crate) mod access_token;
pub(crate) mod admin;
pub(crate) mod bans;
pub(crate) mod by_mail;
mod caller;
mod letters;
mod logins;
mod passwords;
pub(crate) mod routes;

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use frontrow_domain::account::{Role, User, normal_email};
use frontrow_domain::clock::Clock;
use frontrow_domain::ids::UserId;
use frontrow_engines::ledger::{Ledger, LedgerError};
use frontrow_engines::mail::Mail;
use frontrow_settings::Settings;
use sha2::{Digest as _, Sha256};
use tracing::info;

use access_token::AccessTokens;
pub(crate) use access_token::SignedIn;
pub(crate) use caller::{Admin, Caller, CallerNow, MaybeCaller, Organizer};
use letters::Letters;
use logins::EndedLogins;
pub(crate) use logins::SignedInSocket;
use passwords::Passwords;

use crate::chance;
use crate::http::problem::{Answer, Problem};

/// Everything that accounts need.
pub(crate) struct Accounts {
    ledger: Arc<dyn Ledger>,
    clock: Arc<dyn Clock>,
    passwords: Passwords,
    access: AccessTokens,
    ended: EndedLogins,
    letters: Letters,
    refresh_ttl_ms: i64,
    ticket_ttl_ms: i64,
    secure_cookies: bool,
}

impl Accounts {
    pub(crate) fn new(
        settings: &Settings,
        ledger: Arc<dyn Ledger>,
        mail: Arc<dyn Mail>,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            ledger,
            clock,
            passwords: Passwords::new(settings.auth.max_hashing)?,
            access: AccessTokens::new(&settings.auth, settings.profile)?,
            ended: EndedLogins::new(),
            letters: Letters::new(mail, settings),
            refresh_ttl_ms: i64::from(settings.auth.refresh_ttl_s) * 1000,
            ticket_ttl_ms: i64::from(settings.auth.socket_ticket_ttl_s) * 1000,
            secure_cookies: settings.cookies_are_secure(),
        })
    }

    /// Who the `Authorization` header says is asking. The token's signature and times are looked at, and whether its
    /// login has ended as far as this server has heard.
    pub(crate) fn signed_in(&self, headers: &HeaderMap) -> Answer<SignedIn> {
        let Some(value) = headers.get(header::AUTHORIZATION) else {
            return Err(Problem::unauthorized("send Authorization: Bearer with an access token"));
        };
        let text = value.to_str().unwrap_or_default();
        let token = match text.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
            _ => return Err(Problem::unauthorized("the Authorization header is not a bearer token")),
        };
        self.access
            .verify(token, self.clock.now())
            .filter(|signed_in| !self.has_ended(signed_in.login))
            .ok_or_else(|| Problem::unauthorized("the access token is not valid"))
    }

    /// Reads the signing keys again, and forgets who has been quiet.
    pub(crate) fn upkeep(&self) {
        self.access.reload();
        self.letters.forget_idle();
    }

    /// Makes the first administrator, or does nothing if the address is registered.
    pub(crate) async fn create_admin(&self, email: &str, password: &str) -> anyhow::Result<()> {
        let email = normal_email(email).ok_or_else(|| anyhow::anyhow!("this is no e-mail address"))?;
        if self.ledger.user_by_email(&email).await?.is_some() {
            return Ok(());
        }
        let hash = self.passwords.hash(password.to_owned()).await.map_err(|problem| anyhow::anyhow!(problem.detail))?;
        let created = self.store(email, "Administrator".into(), hash, Role::Admin).await?;
        if created.is_some() {
            info!("created the first administrator");
        }
        Ok(())
    }

    async fn store(&self, email: String, name: String, hash: String, role: Role) -> Result<Option<User>, LedgerError> {
        let user = User {
            id: UserId(chance::id()),
            email,
            name,
            role,
            password_hash: hash,
            email_verified: false,
            created_at: self.clock.now(),
            ban: None,
        };
        Ok(self.ledger.create_user(&user).await?.then_some(user))
    }
}

/// Of a secret that is to be recognised, not kept.
fn hash(secret: &str) -> String {
    frontrow_domain::hex::lower(&Sha256::digest(secret.as_bytes()))
}
