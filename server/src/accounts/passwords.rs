//! Passwords: argon2id, off the async threads, few at a time.

use std::sync::{Arc, OnceLock};

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash};
use frontrow_domain::codes::ErrorCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;

use crate::http::problem::{Answer, Problem};

/// Requests that may wait for their turn; more than that and waiting would take seconds.
const MAX_WAITING: usize = 64;

/// Hashes and verifies.
pub(super) struct Passwords {
    turns: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// Verified when there is no account, so that both cases take the same time.
    dummy: Arc<str>,
}

/// A place in the queue for a turn.
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Passwords {
    pub(super) fn new(at_once: usize) -> anyhow::Result<Self> {
        // It takes as long as a login: once in a process is enough.
        static DUMMY: OnceLock<Arc<str>> = OnceLock::new();
        let dummy = if let Some(dummy) = DUMMY.get() {
            dummy
        } else {
            let hash = hash_now("no account has this password");
            let hash = hash.map_err(|error| anyhow::anyhow!("argon2: {error}"))?;
            DUMMY.get_or_init(|| hash.into())
        };
        Ok(Self {
            turns: Arc::new(Semaphore::new(at_once)),
            waiting: Arc::new(Semaphore::new(at_once + MAX_WAITING)),
            dummy: Arc::clone(dummy),
        })
    }

    /// A place, or the refusal of one too many. Whoever asks the ledger before a password is looked at takes one first:
    /// a flood of logins must not be one of questions.
    pub(super) fn place(&self) -> Answer<Place> {
        let place = Arc::clone(&self.waiting).try_acquire_owned();
        place
            .map(|permit| Place { _permit: permit })
            .map_err(|_| Problem::new(ErrorCode::RateLimited, "too many people sign in right now").retry_after(2))
    }

    /// The password's hash in PHC form.
    pub(super) async fn hash(&self, password: String) -> Answer<String> {
        let place = self.place()?;
        self.in_turn(place, move || hash_now(&password)).await?.map_err(|error| Problem::internal(&error))
    }

    /// Whether the password belongs to the hash. Without a hash it never does, and takes as long.
    pub(super) async fn verify(&self, place: Place, password: String, hash: Option<String>) -> Answer<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.dummy.to_string());
        let matches = self.in_turn(place, move || {
            PasswordHash::new(&hash)
                .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
        });
        Ok(matches.await? && known)
    }

    async fn in_turn<T: Send + 'static>(&self, _place: Place, work: impl FnOnce() -> T + Send + 'static) -> Answer<T> {
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|error| Problem::internal(&error))?;
        let done = spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(|error| Problem::internal(&error))
    }
}

fn hash_now(password: &str) -> Result<String, argon2::password_hash::Error> {
    Ok(Argon2::default().hash_password(password.as_bytes())?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let passwords = Passwords::new(1).unwrap();
        let hash = passwords.hash("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(
            passwords.verify(passwords.place().unwrap(), "correct horse".into(), Some(hash.clone())).await.unwrap()
        );
        assert!(!passwords.verify(passwords.place().unwrap(), "wrong horse".into(), Some(hash)).await.unwrap());
        assert!(
            !passwords.verify(passwords.place().unwrap(), "no account has this password".into(), None).await.unwrap()
        );
    }

    #[test]
    fn only_so_many_wait_for_a_turn() {
        let passwords = Passwords::new(2).unwrap();
        let places: Vec<_> = (0..100).map_while(|_| passwords.place().ok()).collect();
        assert_eq!(places.len(), 2 + MAX_WAITING);
        drop(places);
        assert!(passwords.place().is_ok(), "and who has gone makes room");
    }
}
