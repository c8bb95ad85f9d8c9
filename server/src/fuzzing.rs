//! What fuzzers throw bytes at: one function for each target, which panics where the code breaks its word. Never in an
//! ordinary build.

use std::sync::{Arc, OnceLock};

use axum::extract::Query;
use axum::http::{HeaderMap, HeaderValue, Uri};
use frontrow_domain::account::{Role, User};
use frontrow_domain::clock::{Clock, UnixMs};
use frontrow_domain::ids::{EventId, LoginId, OrderId, Ordinal, UserId};
use frontrow_domain::order::{FIRST_VERSION, MoneyState, Order, OrderSeat, OrderStatus};
use frontrow_domain::seat::Fence;
use frontrow_domain::ticket::TicketCode;
use frontrow_settings::{Auth, Profile, Settings};
use uuid::Uuid;

use crate::accounts::access_token::AccessTokens;
use crate::catalogue::list::{Filters, query};
use crate::http::idempotency;
use crate::tickets::TicketOffice;

const NOW: UnixMs = UnixMs(1_800_000_000_000);

/// An access token. Whatever the bytes say it is refused, and so is a right one of which they change anything.
pub fn access_token(data: &[u8]) {
    static TOKENS: OnceLock<(AccessTokens, String)> = OnceLock::new();
    let (tokens, right) = TOKENS.get_or_init(|| {
        let tokens = with_keys("tokens", |auth| AccessTokens::new(auth, Profile::Development));
        let right = tokens.sign(&admin(), LoginId(Uuid::from_u128(1)), NOW).expect("a token is signed");
        (tokens, right)
    });
    assert!(tokens.verify(right, NOW).is_some());
    for forged in [text(data), changed(right, data)].into_iter().flatten() {
        assert!(forged == *right || tokens.verify(&forged, NOW).is_none(), "a forged token was believed: {forged}");
    }
}

/// A ticket's code. What is read as one is written as the same text, and only what this office has signed is believed.
pub fn ticket_code(data: &[u8]) {
    static OFFICE: OnceLock<(TicketOffice, String)> = OnceLock::new();
    let (office, right) = OFFICE.get_or_init(|| {
        let office = with_keys("tickets", |auth| TicketOffice::new(auth, Profile::Development, Arc::new(Stopped)));
        let right = office.issue(&order()).remove(0).code;
        (office, right)
    });
    assert!(office.verify(right).is_some());
    for forged in [text(data), changed(right, data)].into_iter().flatten() {
        if let Some(code) = TicketCode::parse(&forged) {
            assert_eq!(code.to_text(), forged, "a code is written in one way only");
        }
        assert!(forged == *right || office.verify(&forged).is_none(), "a forged code was believed: {forged}");
    }
}

/// The header `Idempotency-Key`: a key is visible text of a bounded length, and the same bare or quoted.
pub fn idempotency_key(data: &[u8]) {
    let read = |bytes: &[u8]| {
        let value = HeaderValue::from_bytes(bytes).ok()?;
        idempotency::read_key(&HeaderMap::from_iter([(idempotency::HEADER.parse().ok()?, value)]))
    };
    let Some(key) = read(data) else { return };
    assert!((1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"'));
    assert_eq!(read(key.as_bytes()), Some(key.clone()), "bare");
    assert_eq!(read(format!("\"{key}\"").as_bytes()), Some(key), "quoted");
}

/// The query of the list of events, its cursor among it.
pub fn list_query(data: &[u8]) {
    let Some(uri) = text(data).and_then(|text| format!("/?{text}").parse::<Uri>().ok()) else { return };
    let Ok(Query(filters)) = Query::<Filters>::try_from_uri(&uri) else { return };
    let Ok(asked) = query(&filters, None) else { return };
    assert!((1..=100).contains(&asked.limit), "a page of {}", asked.limit);
    assert_eq!((asked.organizer_id, asked.with_private), (None, false), "a stranger sees what is public");
    if let Some(after) = asked.after {
        let again = format!("/?cursor={after}").parse::<Uri>().expect("a cursor fits into a query");
        let Query(filters) = Query::<Filters>::try_from_uri(&again).expect("a query");
        assert_eq!(query(&filters, None).ok().and_then(|asked| asked.after), Some(after));
    }
}

fn text(data: &[u8]) -> Option<String> {
    String::from_utf8(data.to_vec()).ok()
}

/// A text with one byte changed, by what the data begin with.
fn changed(right: &str, data: &[u8]) -> Option<String> {
    let &[high, low, bits, ..] = data else { return None };
    let mut bytes = right.as_bytes().to_vec();
    let at = usize::from(u16::from_be_bytes([high, low])) % bytes.len();
    bytes[at] ^= bits;
    String::from_utf8(bytes).ok()
}

/// What is made of settings that name a folder of keys; the folder is gone afterwards.
fn with_keys<T>(name: &str, make: impl FnOnce(&Auth) -> anyhow::Result<T>) -> T {
    let mut auth = Settings::defaults().auth;
    auth.keys_dir = std::env::temp_dir().join(format!("frontrow-fuzzing-{}-{name}", std::process::id()));
    let made = make(&auth).expect("keys are made");
    std::fs::remove_dir_all(auth.keys_dir).expect("keys are removed");
    made
}

/// A clock that stands still.
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> UnixMs {
        NOW
    }
}

fn admin() -> User {
    User {
        id: UserId(Uuid::from_u128(2)),
        email: "ada@example.org".into(),
        name: "Ada".into(),
        role: Role::Admin,
        password_hash: String::new(),
        email_verified: true,
        created_at: NOW,
        ban: None,
    }
}

fn order() -> Order {
    let fence = Fence { epoch: 1, counter: 1 };
    let seat = OrderSeat { ordinal: Ordinal(7), seat: "A-7".into(), category: "I".into(), price: 100, fence };
    Order {
        id: OrderId(Uuid::from_u128(3)),
        event_id: EventId(Uuid::from_u128(4)),
        buyer_id: admin().id,
        status: OrderStatus::Confirmed,
        money: MoneyState::Captured,
        total: frontrow_domain::money::Money { amount: 100, currency: "EUR".parse().expect("a currency") },
        seats: vec![seat],
        client_secret: String::new(),
        declines: 0,
        letter_due: false,
        placed_at: NOW,
        deadline: NOW,
        version: FIRST_VERSION,
    }
}

#[cfg(test)]
mod tests {
    use frontrow_domain::fuzzing::rehearse;

    use super::*;

    #[test]
    fn forged_access_tokens_are_refused() {
        rehearse("access_token", access_token, 2_000);
    }

    #[test]
    fn forged_ticket_codes_are_refused() {
        rehearse("ticket_code", ticket_code, 2_000);
    }

    #[test]
    fn idempotency_keys_are_the_same_bare_or_quoted() {
        rehearse("idempotency_key", idempotency_key, 5_000);
    }

    #[test]
    fn queries_of_lists_are_read_or_refused() {
        rehearse("list_query", list_query, 5_000);
    }
}
