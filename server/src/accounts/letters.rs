//! Letters to people: a new password, a proof of their address. Written and sent in the background, so that nobody can
//! learn from an answer, or from its time, who has an account.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use frontrow_domain::account::User;
use frontrow_domain::ids::UserId;
use frontrow_engines::ledger::{LedgerError, OneTimeToken, TokenKind};
use frontrow_engines::mail::{Letter, Mail, MailError};
use futures_util::{StreamExt as _, stream};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio::sync::{Mutex, mpsc};
use tokio::time::sleep;
use tracing::{info, warn};

use super::{Accounts, hash};
use crate::chance;

/// Letters that wait to be written: minutes of a mail server that is away. Beyond that people have to ask again.
const WAITING: usize = 1_000;
const ATTEMPTS: u32 = 5;
/// Letters that are being sent at one time.
const AT_ONCE: usize = 8;
/// Doubled after every attempt that failed.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// What is to be written.
#[derive(Debug)]
pub(super) enum Errand {
    /// To whoever has this address, if anybody.
    PasswordReset { email: String },
    /// To this account.
    EmailVerification { user: UserId },
}

/// Takes errands and does one after the other.
pub(super) struct Letters {
    pub(super) mail: Arc<dyn Mail>,
    pub(super) public_url: String,
    pub(super) password_reset_ttl_ms: i64,
    pub(super) email_verification_ttl_ms: i64,
    per_account: DefaultKeyedRateLimiter<UserId>,
    errands: mpsc::Sender<Errand>,
    /// Taken by the one worker.
    inbox: Mutex<mpsc::Receiver<Errand>>,
}

impl Letters {
    pub(super) fn new(mail: Arc<dyn Mail>, settings: &frontrow_settings::Settings) -> Self {
        let (errands, inbox) = mpsc::channel(WAITING);
        let an_hour = Quota::per_hour(NonZeroU32::new(settings.limits.mails_per_hour).unwrap_or(NonZeroU32::MIN));
        Self {
            mail,
            public_url: settings.public_url(),
            password_reset_ttl_ms: i64::from(settings.auth.password_reset_ttl_s) * 1000,
            email_verification_ttl_ms: i64::from(settings.auth.email_verification_ttl_s) * 1000,
            per_account: RateLimiter::keyed(an_hour),
            errands,
            inbox: Mutex::new(inbox),
        }
    }

    /// Never waits.
    pub(super) fn ask(&self, errand: Errand) {
        if self.errands.try_send(errand).is_err() {
            warn!("too many letters wait to be written: one was dropped");
        }
    }

    pub(super) fn forget_idle(&self) {
        self.per_account.retain_recent();
    }
}

impl Accounts {
    /// Writes and sends what was asked for. Runs until it is dropped.
    pub(crate) async fn write_letters(&self) {
        let mut inbox = self.letters.inbox.lock().await;
        let errands = stream::unfold(&mut *inbox, async |inbox| inbox.recv().await.map(|errand| (errand, inbox)));
        // One that a mail server does not take now must not hold up the others.
        errands.for_each_concurrent(AT_ONCE, |errand| self.run(errand)).await;
    }

    async fn run(&self, errand: Errand) {
        let (mut pause, mut counted) = (FIRST_PAUSE, false);
        for attempt in 1..=ATTEMPTS {
            match self.try_to_run(&errand, &mut counted).await {
                Ok(()) => return,
                Err(NotSent::Mail(MailError::Never(why))) => return warn!(why, "a letter cannot be sent"),
                Err(why) => warn!(%why, attempt, "a letter waits"),
            }
            sleep(pause).await;
            pause *= 2;
        }
        warn!("a letter was given up");
    }

    /// `counted`: the letter was counted in an earlier attempt.
    async fn try_to_run(&self, errand: &Errand, counted: &mut bool) -> Result<(), NotSent> {
        let user = match errand {
            Errand::PasswordReset { email } => self.ledger.user_by_email(email).await?,
            Errand::EmailVerification { user } => self.ledger.user(*user).await?,
        };
        let Some(user) = user else { return Ok(()) };
        if !*counted && self.letters.per_account.check_key(&user.id).is_err() {
            info!(user.id = %user.id, "an account gets no more mails for a while");
            return Ok(());
        }
        *counted = true;
        let secret = chance::secret();
        let letter = match errand {
            Errand::PasswordReset { .. } => {
                self.save(TokenKind::PasswordReset, &user, &secret, self.letters.password_reset_ttl_ms).await?;
                password_reset(&self.letters.public_url, &user, &secret)
            }
            Errand::EmailVerification { .. } => {
                self.save(TokenKind::EmailVerification, &user, &secret, self.letters.email_verification_ttl_ms).await?;
                email_verification(&self.letters.public_url, &user, &secret)
            }
        };
        Ok(self.letters.mail.send(&letter).await?)
    }

    async fn save(&self, kind: TokenKind, user: &User, secret: &str, ttl_ms: i64) -> Result<(), LedgerError> {
        let expires_at = self.clock.now().plus_ms(ttl_ms);
        let token = OneTimeToken { kind, hash: hash(secret), user_id: user.id, expires_at, login: None };
        self.ledger.save_token(&token).await
    }
}

/// Why a letter is not on its way yet.
#[derive(Debug, thiserror::Error)]
enum NotSent {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Mail(#[from] MailError),
}

fn password_reset(url: &str, user: &User, secret: &str) -> Letter {
    let text = format!(
        "Hello {},\n\nsomebody asked for a new password for this address. To choose one, open\n\n  \
         {url}/reset-password#token={secret}\n\nThe link works once. If it was not you, do nothing: your password stays as it is.\n",
        user.name
    );
    Letter { to: user.email.clone(), subject: "Choose a new password".into(), text }
}

fn email_verification(url: &str, user: &User, secret: &str) -> Letter {
    let text = format!(
        "Hello {},\n\nto confirm that this is your address, open\n\n  {url}/verify-email#token={secret}\n\n\
         The link works once. If you did not register, do nothing.\n",
        user.name
    );
    Letter { to: user.email.clone(), subject: "Confirm your address".into(), text }
}
