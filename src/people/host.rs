//! What the host of a widget says of its own user: a short token, signed with the widget's secret.
//!
//! HS256 only, type `identity+jwt`, audience `switchboard:identify`, good for ten minutes at most.
//! As in `token.rs`, what the library would let through is refused: a token without an end, with
//! one that is far away, from the future, for somebody else as well, or with marks in its header
//! that one must understand.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};

use super::newcomer::Wrong;
use super::token::{LEEWAY_S, install_provider};
use crate::error::{Code, Error, Result};
use crate::words::Moment;

const HEADER_TYPE: &str = "identity+jwt";
const AUDIENCE: &str = "switchboard:identify";
/// How long after it is read, and after it was made, a token may end, in seconds.
const LIFE_S_MAX: i64 = 600;
/// Bytes of a token.
const TOKEN_BYTES_MAX: usize = 4_096;
/// Characters of what the host calls somebody.
const SUBJECT_CHARS_MAX: usize = 255;

/// What a token says.
#[derive(serde::Deserialize)]
struct Claims {
    /// Of us alone: a list of audiences is no text.
    #[serde(rename = "aud")]
    _audience: String,
    sub: String,
    iat: i64,
    exp: i64,
    name: Option<String>,
    email: Option<String>,
}

/// What is believed of it.
#[derive(Debug, PartialEq)]
pub struct Said {
    pub subject: String,
    pub name: Option<String>,
    pub email: Option<String>,
    /// Until when it would be good, if it were not used up.
    pub expires_at: Moment,
}

/// Reads a token that was signed with one of these secrets.
pub fn read(token: &str, secrets: &[String], at: Moment) -> Result<Said> {
    install_provider();
    if token.len() > TOKEN_BYTES_MAX || has_demands(token) {
        return Err(invalid());
    }
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_audience(&[AUDIENCE]);
    rules.set_required_spec_claims(&["exp", "aud", "sub"]);
    rules.validate_nbf = true;
    rules.leeway = LEEWAY_S;
    let mut refused = invalid();
    for secret in secrets {
        let key = DecodingKey::from_secret(secret.as_bytes());
        match decode::<Claims>(token, &key, &rules) {
            Ok(read) if read.header.typ.as_deref() == Some(HEADER_TYPE) => {
                return believed(read.claims, at);
            }
            Err(error) if *error.kind() == ErrorKind::ExpiredSignature => {
                let detail = "This token has expired. Have the page sign a new one.";
                refused = Error::new(Code::TokenExpired, detail);
            }
            _ => {}
        }
    }
    Err(refused)
}

/// Whether the header names what one must understand to go on (`crit`). There is nothing of that
/// that is understood here, and the library would not look.
fn has_demands(token: &str) -> bool {
    let header = token.split('.').next().unwrap_or_default();
    let header = BASE64_URL_SAFE_NO_PAD.decode(header).unwrap_or_default();
    let header = serde_json::from_slice::<serde_json::Value>(&header).unwrap_or_default();
    header.get("crit").is_some()
}

fn believed(claims: Claims, at: Moment) -> Result<Said> {
    let (now, leeway) = (at / 1_000, LEEWAY_S as i64);
    let Claims { iat, exp, .. } = claims;
    // No sum of these: they are anybody's numbers.
    let from_now = iat <= now + leeway;
    let short =
        exp <= now + LIFE_S_MAX + leeway && (exp.saturating_sub(LIFE_S_MAX)..=exp).contains(&iat);
    if !from_now || !short {
        let detail = format!(
            "A token of a host says when it was made (iat), and ends (exp) within {LIFE_S_MAX} s \
             of that."
        );
        return Err(Error::new(Code::TokenInvalid, detail));
    }
    let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let (name, email) = (given(claims.name), given(claims.email));
    let mut wrong = Wrong::default();
    let (chars, odd) = (
        claims.sub.chars().count(),
        claims.sub.contains(char::is_control),
    );
    let detail = format!("Give 1 to {SUBJECT_CHARS_MAX} characters, and no control characters.");
    let fits = (1..=SUBJECT_CHARS_MAX).contains(&chars) && !odd;
    wrong.unless("sub", fits, &detail);
    wrong.unless_lines(&[("name", name.as_deref().unwrap_or_default())]);
    wrong.unless_email(email.as_deref());
    wrong.result()?;
    Ok(Said {
        subject: claims.sub,
        name,
        email,
        expires_at: exp * 1_000 + 1_000 * (leeway + 1),
    })
}

/// One text for every forgery, so that nobody learns how close he was.
pub fn invalid() -> Error {
    let detail = "This token is not one of the widget's host. It must be signed with the widget's \
                  secret: see docs/visitors.md.";
    Error::new(Code::TokenInvalid, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hmac::{Hmac, KeyInit, Mac};
    use serde_json::{Value, json};
    use sha2::Sha256;

    use crate::words::now;

    fn signed(header: &Value, claims: &Value, secret: &str) -> String {
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        let signature = mac.chain_update(text.as_bytes()).finalize().into_bytes();
        format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }

    fn head() -> Value {
        json!({ "typ": "identity+jwt", "alg": "HS256" })
    }

    fn claims(at: i64) -> Value {
        json!({ "aud": "switchboard:identify", "sub": "7", "iat": at, "exp": at + 600 })
    }

    fn told(token: &str) -> String {
        let secrets = ["sbw_now".to_owned(), "sbw_before".to_owned()];
        match read(token, &secrets, now()) {
            Ok(said) => said.subject,
            Err(error) if error.fields.is_empty() => error.code.as_str().into(),
            Err(error) => error.fields[0].field.clone().into_owned(),
        }
    }

    #[test]
    fn only_what_the_host_has_signed_for_now_is_believed() {
        let at = now() / 1_000;
        let good = claims(at);
        for secret in ["sbw_now", "sbw_before"] {
            assert_eq!(told(&signed(&head(), &good, secret)), "7", "{secret}");
        }
        assert_eq!(
            told(&signed(&head(), &good, "sbw_long_ago")),
            "token_invalid"
        );
        let heads = [
            json!({ "typ": "identity+jwt", "alg": "none" }),
            json!({ "typ": "identity+jwt", "alg": "HS512" }),
            json!({ "typ": "identity+jwt", "alg": "RS256" }),
            json!({ "typ": "JWT", "alg": "HS256" }),
            json!({ "typ": "at+jwt", "alg": "HS256" }),
            json!({ "alg": "HS256" }),
            json!({ "typ": "identity+jwt", "alg": "HS256", "crit": ["b64"], "b64": false }),
        ];
        for head in heads {
            assert_eq!(
                told(&signed(&head, &good, "sbw_now")),
                "token_invalid",
                "{head}"
            );
        }
    }

    #[test]
    fn what_a_host_says_is_whole_and_of_now() {
        let at = now() / 1_000;
        let good = claims(at);
        for missing in ["aud", "sub", "iat", "exp"] {
            let mut claims = good.clone();
            claims.as_object_mut().unwrap().remove(missing);
            let token = signed(&head(), &claims, "sbw_now");
            assert_eq!(told(&token), "token_invalid", "without {missing}");
        }
        let changed = [
            ("aud", json!("switchboard:access"), "token_invalid"),
            (
                "aud",
                json!(["switchboard:identify", "elsewhere"]),
                "token_invalid",
            ),
            ("exp", json!(at - 6), "token_expired"),
            ("exp", json!(at + 700), "token_invalid"),
            ("exp", json!(i64::MAX), "token_invalid"),
            ("iat", json!(at + 60), "token_invalid"),
            ("iat", json!(at - 3_600), "token_invalid"),
            ("iat", json!(i64::MIN), "token_invalid"),
            ("nbf", json!(at + 60), "token_invalid"),
            ("sub", json!(7), "token_invalid"),
            ("sub", json!(""), "sub"),
            ("sub", json!("a\u{0}"), "sub"),
            ("sub", json!("x".repeat(256)), "sub"),
            ("name", json!("a\nb"), "name"),
            ("name", json!(""), "7"),
            ("email", json!("nowhere"), "email"),
            ("email", json!("a@b.example"), "7"),
            ("more", json!(true), "7"),
        ];
        for (name, value, expected) in changed {
            let mut claims = good.clone();
            claims[name] = value.clone();
            assert_eq!(
                told(&signed(&head(), &claims, "sbw_now")),
                expected,
                "{name} = {value}"
            );
        }
        let mut long = good.clone();
        long["more"] = json!("x".repeat(TOKEN_BYTES_MAX));
        assert_eq!(told(&signed(&head(), &long, "sbw_now")), "token_invalid");
        let unsigned = signed(&head(), &good, "sbw_now");
        let (unsigned, _) = unsigned.rsplit_once('.').unwrap();
        for text in ["", "a.b.c", "....", unsigned, &format!("{unsigned}.")] {
            assert_eq!(told(text), "token_invalid", "{text:?}");
        }
    }
}
