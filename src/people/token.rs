//! The tokens people carry: short access tokens and rotating refresh tokens, HS256 only.
//!
//! Both are bound to a session row. What the library would let through is refused: a token
//! without issuer, audience, subject or expiry; of the other kind; with another algorithm; more
//! than 5 s past its time.

use std::sync::Once;

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error as JwtError, ErrorKind};
use jsonwebtoken::signature::{Error as SignatureError, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use sha2::Sha256;

use crate::error::{Code, Error, Result};
use crate::store::sessions::Session;
use crate::words::{Moment, Role, SessionId, UserId, now};

const ISSUER: &str = "switchboard";
/// How far clocks may differ, in seconds.
pub const LEEWAY_S: u64 = 5;

/// The two kinds, told apart by header type and audience.
#[derive(Clone, Copy)]
enum Kind {
    Access,
    Refresh,
}

impl Kind {
    fn header_type(self) -> &'static str {
        match self {
            Kind::Access => "at+jwt",
            Kind::Refresh => "rt+jwt",
        }
    }

    fn audience(self) -> &'static str {
        match self {
            Kind::Access => "switchboard:access",
            Kind::Refresh => "switchboard:refresh",
        }
    }
}

/// What a client gets when it signs in.
#[derive(Debug, Clone)]
pub struct Pair {
    /// Goes into `Authorization: Bearer ...`.
    pub access_token: String,
    /// Gets the next pair; good once.
    pub refresh_token: String,
    /// How long the access token is good, in seconds.
    pub expires_in: i64,
}

/// What a token says.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    iat: i64,
    nbf: i64,
    exp: i64,
    /// The session it belongs to.
    sid: SessionId,
    /// The user's token version when it was made.
    ver: i32,
    /// For the client to show; the server asks its own record.
    role: Role,
    /// The generation of a refresh token; 0 in an access token.
    #[serde(rename = "gen")]
    generation: i32,
}

/// What the server believes of a token it has made itself.
#[derive(Debug, Clone, Copy)]
pub struct Proof {
    pub user: UserId,
    pub session: SessionId,
    pub token_version: i32,
    pub generation: i32,
}

pub struct Tokens {
    sign: EncodingKey,
    check: DecodingKey,
    access_s: i64,
    refresh_s: i64,
}

impl Tokens {
    pub fn new(secret: &[u8], access_s: i64, refresh_s: i64) -> Self {
        install_provider();
        let (sign, check) = (
            EncodingKey::from_secret(secret),
            DecodingKey::from_secret(secret),
        );
        Self {
            sign,
            check,
            access_s,
            refresh_s,
        }
    }

    /// How long a login lasts without being used.
    pub fn refresh_ms(&self) -> Moment {
        self.refresh_s * 1_000
    }

    /// The pair of a session's current generation.
    pub fn pair(&self, session: &Session, role: Role, token_version: i32) -> Result<Pair> {
        let make = |kind: Kind, lifetime, generation| {
            let at = now() / 1_000;
            let claims = Claims {
                iss: ISSUER.into(),
                aud: kind.audience().into(),
                sub: session.user_id,
                iat: at,
                nbf: at,
                exp: at + lifetime,
                sid: session.id,
                ver: token_version,
                role,
                generation,
            };
            let mut header = Header::new(Algorithm::HS256);
            header.typ = Some(kind.header_type().into());
            encode(&header, &claims, &self.sign).map_err(Error::internal)
        };
        Ok(Pair {
            access_token: make(Kind::Access, self.access_s, 0)?,
            refresh_token: make(Kind::Refresh, self.refresh_s, session.generation)?,
            expires_in: self.access_s,
        })
    }

    pub fn read_access(&self, token: &str) -> Result<Proof> {
        self.read(token, Kind::Access)
    }

    pub fn read_refresh(&self, token: &str) -> Result<Proof> {
        self.read(token, Kind::Refresh)
    }

    /// One text for every forgery, so that nobody learns how close he was.
    fn read(&self, token: &str, kind: Kind) -> Result<Proof> {
        let invalid = || {
            Error::new(
                Code::TokenInvalid,
                "This token is not valid. Sign in again.",
            )
        };
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_audience(&[kind.audience()]);
        rules.set_issuer(&[ISSUER]);
        rules.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        rules.validate_nbf = true;
        rules.leeway = LEEWAY_S;
        let read =
            decode::<Claims>(token, &self.check, &rules).map_err(|error| match error.kind() {
                ErrorKind::ExpiredSignature => {
                    Error::new(Code::TokenExpired, "This token has expired. Refresh it.")
                }
                _ => invalid(),
            })?;
        if read.header.typ.as_deref() != Some(kind.header_type()) {
            return Err(invalid());
        }
        let Claims {
            sub,
            sid,
            ver,
            generation,
            ..
        } = read.claims;
        Ok(Proof {
            user: sub,
            session: sid,
            token_version: ver,
            generation,
        })
    }
}

/// HS256 and nothing else, over the `hmac` crate: all that this server signs and accepts.
struct Hs256(Hmac<Sha256>);

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        Ok(self
            .0
            .clone()
            .chain_update(message)
            .finalize()
            .into_bytes()
            .to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        let mac = self.0.clone().chain_update(message);
        mac.verify_slice(signature)
            .map_err(SignatureError::from_source)
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

fn hs256(algorithm: &Algorithm, key: &[u8]) -> Result<Hs256, JwtError> {
    if *algorithm != Algorithm::HS256 {
        return Err(ErrorKind::InvalidAlgorithm.into());
    }
    Ok(Hs256(
        Hmac::new_from_slice(key).map_err(|_| ErrorKind::InvalidKeyFormat)?,
    ))
}

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| Ok(Box::new(hs256(algorithm, key.as_bytes())?)),
    verifier_factory: |algorithm, key| Ok(Box::new(hs256(algorithm, key.try_get_as_bytes()?)?)),
    key_utils: KeyUtils::new_unimplemented(),
};

/// The library wants its provider once per process.
pub fn install_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Somebody else's provider would do as well: only HS256 is ever asked of it.
        let _ = PROVIDER.install_default();
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
    use serde_json::{Value, json};

    const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

    fn session() -> Session {
        Session {
            id: SessionId::new(),
            user_id: UserId::new(),
            rotates: true,
            generation: 3,
            rotated_at: 0,
            created_at: 0,
            expires_at: i64::MAX,
            revoked_at: None,
            agent: String::new(),
            address: String::new(),
        }
    }

    fn claims(session: &Session) -> Value {
        let at = now() / 1_000;
        json!({
            "iss": "switchboard", "aud": "switchboard:access", "sub": session.user_id, "iat": at,
            "nbf": at, "exp": at + 60, "sid": session.id, "ver": 0, "role": "admin", "gen": 0,
        })
    }

    fn signed(header: Value, claims: &Value, secret: &[u8]) -> String {
        let part = |value: &Value| BASE64.encode(value.to_string());
        let text = format!("{}.{}", part(&header), part(claims));
        let mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        let signature = mac.chain_update(text.as_bytes()).finalize().into_bytes();
        format!("{text}.{}", BASE64.encode(signature))
    }

    fn code(tokens: &Tokens, token: &str) -> &'static str {
        tokens
            .read_access(token)
            .err()
            .map_or("ok", |error| error.code.as_str())
    }

    #[test]
    fn each_kind_is_good_for_its_own_purpose_only() {
        let tokens = Tokens::new(SECRET, 600, 3_600);
        let session = session();
        let pair = tokens.pair(&session, Role::Rep, 7).unwrap();
        let proof = tokens.read_refresh(&pair.refresh_token).unwrap();
        assert_eq!((proof.user, proof.generation), (session.user_id, 3));
        assert_eq!(
            tokens
                .read_access(&pair.access_token)
                .unwrap()
                .token_version,
            7
        );
        assert_eq!(code(&tokens, &pair.refresh_token), "token_invalid");
        assert!(tokens.read_refresh(&pair.access_token).is_err());
    }

    #[test]
    fn forgeries_are_refused() {
        let tokens = Tokens::new(SECRET, 600, 3_600);
        let session = session();
        let good = claims(&session);
        let head = json!({"typ": "at+jwt", "alg": "HS256"});
        assert_eq!(code(&tokens, &signed(head.clone(), &good, SECRET)), "ok");

        let other = b"another secret of more than thirty-two bytes";
        assert_eq!(
            code(&tokens, &signed(head.clone(), &good, other)),
            "token_invalid"
        );
        for alg in ["none", "HS384", "HS512", "RS256"] {
            let head = json!({"typ": "at+jwt", "alg": alg});
            assert_eq!(
                code(&tokens, &signed(head, &good, SECRET)),
                "token_invalid",
                "{alg}"
            );
        }
        for typ in ["JWT", "rt+jwt"] {
            let head = json!({"typ": typ, "alg": "HS256"});
            assert_eq!(
                code(&tokens, &signed(head, &good, SECRET)),
                "token_invalid",
                "{typ}"
            );
        }
        for missing in ["iss", "aud", "sub", "exp", "nbf", "sid"] {
            let mut claims = good.clone();
            claims.as_object_mut().unwrap().remove(missing);
            let token = signed(head.clone(), &claims, SECRET);
            assert_eq!(code(&tokens, &token), "token_invalid", "without {missing}");
        }
        let at = now() / 1_000;
        let changed = [
            ("iss", json!("elsewhere"), "token_invalid"),
            ("aud", json!("switchboard:refresh"), "token_invalid"),
            ("nbf", json!(at + 60), "token_invalid"),
            ("exp", json!(at - 6), "token_expired"),
            ("exp", json!(at - 3), "ok"),
        ];
        for (name, value, expected) in changed {
            let mut claims = good.clone();
            claims[name] = value.clone();
            let token = signed(head.clone(), &claims, SECRET);
            assert_eq!(code(&tokens, &token), expected, "{name} = {value}");
        }
        for text in ["", "a.b.c", "ey", "....."] {
            assert_eq!(code(&tokens, text), "token_invalid", "{text:?}");
        }
    }
}
