//! Access tokens: signed with `EdDSA`, strict to verify, short to live.

use frontrow_domain::account::Role;
use frontrow_domain::clock::UnixMs;
use frontrow_domain::ids::UserId;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::signing_key::SigningKey;
use crate::chance;

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
    pub(crate) expires_at: UnixMs,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    role: Role,
    jti: String,
    iat: i64,
    exp: i64,
}

/// Signs and verifies.
pub(super) struct AccessTokens {
    header: Header,
    signing: EncodingKey,
    verifying: DecodingKey,
    validation: Validation,
    pub(super) ttl_s: u32,
}

impl AccessTokens {
    pub(super) fn new(key: &SigningKey, ttl_s: u32) -> anyhow::Result<Self> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(TYPE.into());
        header.kid = Some(key.key_id.clone());
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Times are checked here against the injected clock, not by the library against the machine's.
        validation.validate_exp = false;
        Ok(Self {
            header,
            signing: EncodingKey::from_ed_der(&key.private_der),
            verifying: DecodingKey::from_ed_components(&key.public_x)?,
            validation,
            ttl_s,
        })
    }

    pub(super) fn sign(&self, id: UserId, role: Role, now: UnixMs) -> Result<String, jsonwebtoken::errors::Error> {
        let iat = now.0.div_euclid(1000);
        let claims = Claims {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            sub: id,
            role,
            jti: chance::id().to_string(),
            iat,
            exp: iat + i64::from(self.ttl_s),
        };
        jsonwebtoken::encode(&self.header, &claims, &self.signing)
    }

    /// `None` for every token that is not exactly one of ours and valid now.
    pub(super) fn verify(&self, token: &str, now: UnixMs) -> Option<SignedIn> {
        if token.len() > MAX_TOKEN_BYTES {
            return None;
        }
        let data = jsonwebtoken::decode::<Claims>(token, &self.verifying, &self.validation).ok()?;
        let same_kind = data.header.typ.as_deref() == Some(TYPE) && data.header.kid == self.header.kid;
        let expires_at = UnixMs(data.claims.exp.checked_mul(1000)?);
        // A token from the future was not signed by a clock like ours; five seconds are two servers' skew.
        let in_time = now < expires_at && data.claims.iat.checked_mul(1000)? <= now.0 + 5_000;
        (same_kind && in_time).then_some(SignedIn { id: data.claims.sub, role: data.claims.role, expires_at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::signing_key;

    const NOW: UnixMs = UnixMs(1_800_000_000_000);

    fn tokens(name: &str) -> AccessTokens {
        let path = std::env::temp_dir().join(format!("frontrow-token-{}-{name}.pem", std::process::id()));
        let key = signing_key::load_or_create(&path).unwrap();
        std::fs::remove_file(path).unwrap();
        AccessTokens::new(&key, 900).unwrap()
    }

    fn ada() -> UserId {
        UserId(uuid::Uuid::from_u128(0xada))
    }

    #[test]
    fn a_token_says_who_until_it_expires() {
        let tokens = tokens("times");
        let token = tokens.sign(ada(), Role::Organizer, NOW).unwrap();
        let signed_in = tokens.verify(&token, NOW).unwrap();
        assert_eq!(
            (signed_in.id, signed_in.role, signed_in.expires_at),
            (ada(), Role::Organizer, NOW.plus_ms(900_000))
        );
        assert!(tokens.verify(&token, NOW.plus_ms(899_999)).is_some());
        assert!(tokens.verify(&token, NOW.plus_ms(900_000)).is_none(), "expired");
        assert!(tokens.verify(&token, NOW.plus_ms(-6_000)).is_none(), "from the future");
    }

    #[test]
    fn forged_foreign_and_malformed_tokens_are_refused() {
        let (ours, theirs) = (tokens("ours"), tokens("theirs"));
        let token = ours.sign(ada(), Role::Customer, NOW).unwrap();
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
        let mut tokens = tokens("kind");
        tokens.header.typ = Some("JWT".into());
        let token = tokens.sign(ada(), Role::Admin, NOW).unwrap();
        assert!(tokens.verify(&token, NOW).is_none());
    }
}
