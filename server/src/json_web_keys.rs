//! Public keys as others read them (RFC 7517), of access tokens and of tickets. Never anything private.

use serde::Serialize;
use utoipa::ToSchema;

/// What verifies.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JsonWebKeys {
    pub(crate) keys: Vec<JsonWebKey>,
}

/// An Ed25519 key (RFC 8037).
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JsonWebKey {
    /// `OKP`
    kty: &'static str,
    /// `Ed25519`
    crv: &'static str,
    /// `EdDSA`
    alg: &'static str,
    /// `sig`
    r#use: &'static str,
    /// What tokens and codes name it by.
    kid: String,
    /// The key itself, base64url.
    x: String,
}

impl JsonWebKey {
    pub(crate) const fn ed25519(kid: String, x: String) -> Self {
        Self { kty: "OKP", crv: "Ed25519", alg: "EdDSA", r#use: "sig", kid, x }
    }
}
