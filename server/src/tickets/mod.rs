//! Tickets: signed codes, their pictures, and the door.

pub(crate) mod routes;
mod view;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::Context as _;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use frontrow_domain::clock::{Clock, UnixMs};
use frontrow_domain::ids::TicketId;
use frontrow_domain::order::Order;
use frontrow_domain::ticket::{Ticket, TicketClaims, TicketCode, TicketState};
use frontrow_settings::{Auth, Profile};
use tracing::warn;

use crate::json_web_keys::{JsonWebKey, JsonWebKeys};
use crate::signing_keys::{KeyKind, SigningKeys};

pub(crate) use view::TicketView;

/// Signs codes and verifies them.
pub(crate) struct TicketOffice {
    folder: PathBuf,
    activation_ms: i64,
    clock: Arc<dyn Clock>,
    keys: RwLock<Arc<Keys>>,
}

/// The keys as they were read last, the oldest first.
struct Keys(Vec<TicketKey>);

struct TicketKey {
    /// As it stands in codes.
    id: [u8; 4],
    pair: Ed25519KeyPair,
    public: Vec<u8>,
    /// The same as base64url.
    public_x: String,
    written_at: UnixMs,
}

impl Keys {
    fn new(keys: &SigningKeys) -> anyhow::Result<Self> {
        let key = |key: &crate::signing_keys::SigningKey| {
            let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&key.private_der)
                .map_err(|error| anyhow::anyhow!("a ticket key cannot be used: {error}"))?;
            let public = URL_SAFE_NO_PAD.decode(&key.public_x).context("a public key")?;
            let id = u32::from_str_radix(key.key_id.get(..8).unwrap_or_default(), 16).context("a key's id")?;
            Ok(TicketKey {
                id: id.to_be_bytes(),
                pair,
                public,
                public_x: key.public_x.clone(),
                written_at: key.written_at,
            })
        };
        let keys: Vec<_> = keys.all().iter().map(key).collect::<anyhow::Result<_>>()?;
        anyhow::ensure!(!keys.is_empty(), "there is no ticket key");
        Ok(Self(keys))
    }
}

impl TicketOffice {
    /// In production a missing key is an error: it would be another one on every server.
    pub(crate) fn new(settings: &Auth, profile: Profile, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let keys = match profile {
            Profile::Development => SigningKeys::read_or_create(&settings.keys_dir, KeyKind::Ticket)?,
            Profile::Production => SigningKeys::read(&settings.keys_dir, KeyKind::Ticket)?,
        };
        Ok(Self {
            folder: settings.keys_dir.clone(),
            activation_ms: i64::from(settings.key_activation_s) * 1000,
            clock,
            keys: RwLock::new(Arc::new(Keys::new(&keys)?)),
        })
    }

    /// Reads the folder again; what cannot be read changes nothing.
    pub(crate) fn reload(&self) {
        match SigningKeys::read(&self.folder, KeyKind::Ticket).and_then(|keys| Keys::new(&keys)) {
            Ok(keys) => *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys),
            Err(error) => warn!(%error, "the ticket keys stay as they were"),
        }
    }

    fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The tickets of an order: the same ones however often they are made with the same key. The newest key signs that
    /// every server had time to read.
    pub(crate) fn issue(&self, order: &Order) -> Vec<Ticket> {
        let (keys, now) = (self.keys(), self.clock.now());
        let is_known = |key: &&TicketKey| key.written_at.plus_ms(self.activation_ms) <= now;
        let Some(key) = keys.0.iter().rfind(is_known).or(keys.0.first()) else { return Vec::new() };
        let ticket = |seat: &frontrow_domain::order::OrderSeat| {
            let id = TicketId::of(order.id, seat.ordinal);
            let claims = TicketClaims { key: key.id, ticket: id, event: order.event_id, seat: seat.ordinal };
            let mut signature = [0; 64];
            signature.copy_from_slice(key.pair.sign(&claims.to_bytes()).as_ref());
            Ticket {
                id,
                order_id: order.id,
                event_id: order.event_id,
                buyer_id: order.buyer_id,
                ordinal: seat.ordinal,
                seat: seat.seat.clone(),
                code: TicketCode { claims, signature }.to_text(),
                state: TicketState::Valid,
            }
        };
        order.seats.iter().map(ticket).collect()
    }

    /// What a code says, if one of our keys has signed it.
    pub(crate) fn verify(&self, code: &str) -> Option<TicketClaims> {
        let TicketCode { claims, signature } = TicketCode::parse(code)?;
        let is_signed_by = |key: &TicketKey| {
            key.id == claims.key
                && UnparsedPublicKey::new(&ED25519, &key.public).verify(&claims.to_bytes(), &signature).is_ok()
        };
        self.keys().0.iter().any(is_signed_by).then_some(claims)
    }

    /// The public keys, for those who verify codes by themselves (RFC 7517).
    pub(crate) fn json_web_keys(&self) -> JsonWebKeys {
        let key = |key: &TicketKey| JsonWebKey::ed25519(frontrow_domain::hex::lower(&key.id), key.public_x.clone());
        JsonWebKeys { keys: self.keys().0.iter().map(key).collect() }
    }
}
