//! Access tokens: signed with `EdDSA`, strict to verify, short to live.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use frontrow_domain::account::{Role, User};
use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::{LoginId, UserId};
use frontrow_settings::{Auth, Profile};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::chance;
use crate::json_web_keys::{JsonWebKey, JsonWebKeys};
use crate::signing_keys::{KeyKind, SigningKey, SigningKeys};

const ISSUER: &str = "frontrow";
const AUDIENCE: &str = "frontrow";
/// Keeps an access token from being taken for any other signed thing.
const TYPE: &str = "at+jwt";
/// Far above any token of ours; a longer one is not even parsed.
const MAX_TOKEN_BYTES: usize = 4096;

/// Who is asking, as their token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SignedIn {
    pub(crate) id: UserId,
    pub(crate) role: Role,
    /// The login that the token belongs to; it may have ended since.
    pub(crate) login: LoginId,
    pub(crate) expires_at: UnixMs,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    sid: LoginId,
    role: Role,
    jti: String,
    iat: i64,
    exp: i64,
    /// Ours begin at once; one that says otherwise is taken at its word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
}

/// Signs and verifies.
pub(crate) struct AccessTokens {
    folder: PathBuf,
    keys: RwLock<Arc<Keys>>,
    validation: Validation,
    activation: Duration,
    pub(super) ttl_s: u32,
}

/// The keys as they were read last.
struct Keys {
    keys: SigningKeys,
    verifying: HashMap<String, DecodingKey>,
}

impl Keys {
    fn new(keys: SigningKeys) -> anyhow::Result<Self> {
        let verifying = |key: &SigningKey| Ok((key.key_id.clone(), DecodingKey::from_ed_components(&key.public_x)?));
        let verifying = keys.all().iter().map(verifying).collect::<anyhow::Result<_>>()?;
        Ok(Self { keys, verifying })
    }
}

impl AccessTokens {
    /// In production a missing key is an error: it would be another one on every server.
    pub(crate) fn new(settings: &Auth, profile: Profile) -> anyhow::Result<Self> {
        let keys = match profile {
            Profile::Development => SigningKeys::read_or_create(&settings.keys_dir, KeyKind::AccessToken)?,
            Profile::Production => SigningKeys::read(&settings.keys_dir, KeyKind::AccessToken)?,
        };
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Times are checked here against the injected clock, not by the library against the machine's.
        validation.validate_exp = false;
        Ok(Self {
            folder: settings.keys_dir.clone(),
            keys: RwLock::new(Arc::new(Keys::new(keys)?)),
            validation,
            activation: Duration::from_secs(settings.key_activation_s.into()),
            ttl_s: settings.access_ttl_s,
        })
    }

    /// Reads the folder again; what cannot be read changes nothing.
    pub(super) fn reload(&self) {
        match SigningKeys::read(&self.folder, KeyKind::AccessToken).and_then(Keys::new) {
            Ok(keys) => *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(keys),
            Err(error) => warn!(%error, "the signing keys stay as they were"),
        }
    }

    fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The public keys, as others need them to verify our tokens (RFC 7517).
    pub(super) fn json_web_keys(&self) -> JsonWebKeys {
        let key = |key: &SigningKey| JsonWebKey::ed25519(key.key_id.clone(), key.public_x.clone());
        JsonWebKeys { keys: self.keys().keys.all().iter().map(key).collect() }
    }

    pub(crate) fn sign(&self, user: &User, login: LoginId, now: UnixMs) -> Result<String, jsonwebtoken::errors::Error> {
        let keys = self.keys();
        let key = keys.keys.signing(now, self.activation);
        let iat = now.0.div_euclid(1000);
        let claims = Claims {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            sub: user.id,
            sid: login,
            role: user.role,
            jti: chance::id().to_string(),
            iat,
            exp: iat + i64::from(self.ttl_s),
            nbf: None,
        };
        jsonwebtoken::encode(&header_for(&key.key_id), &claims, &EncodingKey::from_ed_der(&key.private_der))
    }

    /// `None` for every token that is not exactly one of ours and valid now.
    pub(crate) fn verify(&self, token: &str, now: UnixMs) -> Option<SignedIn> {
        if token.len() > MAX_TOKEN_BYTES {
            return None;
        }
        let header = jsonwebtoken::decode_header(token).ok()?;
        let keys = self.keys();
        let key = keys.verifying.get(header.kid.as_deref()?)?;
        // A header of ours has nothing else in it: no key, no address of one, nothing critical that we do not know.
        if header != header_for(header.kid.as_deref()?) {
            return None;
        }
        let claims = jsonwebtoken::decode::<Claims>(token, key, &self.validation).ok()?.claims;
        let expires_at = UnixMs(claims.exp.checked_mul(1000)?);
        // A token from the future was not signed by a clock like ours; five seconds are two servers' skew.
        let begins_at = claims.iat.max(claims.nbf.unwrap_or(claims.iat)).checked_mul(1000)?;
        let in_time = now < expires_at && begins_at <= now.0 + 5_000;
        in_time.then_some(SignedIn { id: claims.sub, role: claims.role, login: claims.sid, expires_at })
    }
}

fn header_for(key_id: &str) -> Header {
    let mut header = Header::new(Algorithm::EdDSA);
    header.typ = Some(TYPE.into());
    header.kid = Some(key_id.into());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = UnixMs(1_800_000_000_000);
    const LOGIN: LoginId = LoginId(uuid::Uuid::from_u128(0x1091));

    fn tokens(name: &str) -> AccessTokens {
        let mut settings = frontrow_settings::Settings::defaults().auth;
        settings.keys_dir = std::env::temp_dir().join(format!("frontrow-tokens-{}-{name}", std::process::id()));
        let tokens = AccessTokens::new(&settings, Profile::Development).unwrap();
        std::fs::remove_dir_all(settings.keys_dir).unwrap();
        tokens
    }

    fn ada(role: Role) -> User {
        User {
            id: UserId(uuid::Uuid::from_u128(0xada)),
            email: "ada@example.org".into(),
            name: "Ada".into(),
            role,
            password_hash: String::new(),
            email_verified: false,
            created_at: NOW,
            ban: None,
        }
    }

    #[test]
    fn a_token_says_who_until_it_expires() {
        let tokens = tokens("times");
        let token = tokens.sign(&ada(Role::Organizer), LOGIN, NOW).unwrap();
        let expected = SignedIn {
            id: ada(Role::Organizer).id,
            role: Role::Organizer,
            login: LOGIN,
            expires_at: NOW.plus_ms(900_000),
        };
        assert_eq!(tokens.verify(&token, NOW), Some(expected));
        assert!(tokens.verify(&token, NOW.plus_ms(899_999)).is_some());
        assert!(tokens.verify(&token, NOW.plus_ms(900_000)).is_none(), "expired");
        assert!(tokens.verify(&token, NOW.plus_ms(-6_000)).is_none(), "from the future");
    }

    #[test]
    fn forged_foreign_and_malformed_tokens_are_refused() {
        let (ours, theirs) = (tokens("ours"), tokens("theirs"));
        let token = ours.sign(&ada(Role::Customer), LOGIN, NOW).unwrap();
        let [head, body, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
        assert!(theirs.verify(&token, NOW).is_none(), "signed by another key");
        assert!(ours.verify(&format!("{head}.{body}."), NOW).is_none(), "no signature");
        assert!(ours.verify(&format!("{head}.{}x.{signature}", &body[..body.len() - 1]), NOW).is_none(), "changed");
        let none = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0";
        assert!(ours.verify(&format!("{none}.{body}."), NOW).is_none(), "alg none");
        assert!(ours.verify("", NOW).is_none());
        assert!(ours.verify(&"a".repeat(1_000_000), NOW).is_none());
    }

    #[test]
    fn a_token_of_another_kind_is_refused() {
        let tokens = tokens("kind");
        let token = tokens.sign(&ada(Role::Admin), LOGIN, NOW).unwrap();
        let claims = jsonwebtoken::dangerous::insecure_decode::<Claims>(&token).unwrap().claims;
        let mut header = jsonwebtoken::decode_header(&token).unwrap();
        header.typ = Some("JWT".into());
        let key = EncodingKey::from_ed_der(&tokens.keys().keys.all()[0].private_der);
        let other = jsonwebtoken::encode(&header, &claims, &key).unwrap();
        assert!(tokens.verify(&other, NOW).is_none());
        assert!(tokens.verify(&token, NOW).is_some());
    }
}
