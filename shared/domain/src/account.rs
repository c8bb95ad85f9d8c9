//! Accounts: who somebody is and what they may do.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::clock::UnixMs;
use crate::ids::UserId;
use crate::text;

/// As long as an address can be (RFC 5321).
const MAX_EMAIL_BYTES: usize = 254;

/// What an account may do, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Role {
    /// Watches, holds, buys.
    Customer,
    /// Checks tickets in at the events they are assigned to.
    Scanner,
    /// Everything for the events they own.
    Organizer,
    /// Everything.
    Admin,
}

impl Role {
    /// The role's name on the wire and in the ledger.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Scanner => "scanner",
            Self::Organizer => "organizer",
            Self::Admin => "admin",
        }
    }

    /// Whether the role may create events.
    pub const fn may_organize(self) -> bool {
        matches!(self, Self::Organizer | Self::Admin)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Customer, Self::Scanner, Self::Organizer, Self::Admin]
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(())
    }
}

/// An account as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Never reused.
    pub id: UserId,
    /// Lower case, unique.
    pub email: String,
    /// What the person wants to be called.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// argon2id in PHC form; never leaves the server.
    pub password_hash: String,
    /// Whether mail that was sent to the address has been read there.
    pub email_verified: bool,
    /// When the account was made.
    pub created_at: UnixMs,
    /// Set while the account may not be used.
    pub ban: Option<Ban>,
}

/// Why an account may not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    /// Since when.
    pub at: UnixMs,
    /// The administrator who said so.
    pub by: UserId,
    /// In their words; for administrators only.
    pub reason: String,
}

/// The one spelling under which an address is stored and looked up, or `None` if it cannot be an address.
///
/// Only the shape is checked: one `@`, something on both sides, no blanks, at most 254 characters. Whether mail
/// arrives is proved by sending some.
pub fn normal_email(text: &str) -> Option<String> {
    let email = text.trim().to_lowercase();
    let (local, host) = email.split_once('@')?;
    let plain = text::line(&email, MAX_EMAIL_BYTES).is_ok() && !email.chars().any(char::is_whitespace);
    let whole = !local.is_empty() && !host.is_empty() && !host.contains('@') && email.len() <= MAX_EMAIL_BYTES;
    (plain && whole).then_some(email)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_has_one_spelling() {
        assert_eq!(normal_email("  Ada@Example.ORG "), Some("ada@example.org".into()));
        for bad in ["", "ada", "@example.org", "ada@", "a@b@c", "a b@c.d", "a\0@b", "a\u{202e}@b"] {
            assert_eq!(normal_email(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn roles_survive_their_names() {
        for role in [Role::Customer, Role::Scanner, Role::Organizer, Role::Admin] {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert_eq!("root".parse::<Role>(), Err(()));
    }
}
