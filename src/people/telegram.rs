//! Who somebody is at Telegram: by what its Login Widget hands to a page, and by the `initData` of
//! a Mini App. Both are fields with an HMAC made with the bot's token, which only Telegram and the
//! owner of the bot know. A number without that is anybody's claim.

use std::collections::BTreeMap;
use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::newcomer::plain_line;
use super::token::LEEWAY_S;
use crate::error::{Code, Error, Result};
use crate::words::Moment;

/// How long after Telegram has said it something is believed, in ms.
const FRESH_MS: Moment = 60 * 60 * 1_000;
/// Fields that Telegram may send; more are no longer its.
const FIELDS_MAX: usize = 32;
/// The key with which the bot's token becomes the secret of its Mini Apps.
const OF_APPS: &[u8] = b"WebAppData";

/// The token of the bot by which people sign in. Shown nowhere.
#[derive(Clone)]
pub struct Bot(String);

impl Bot {
    /// None if there is none.
    pub fn new(token: &str) -> Option<Self> {
        let token = token.trim();
        (!token.is_empty()).then(|| Self(token.to_owned()))
    }
}

impl fmt::Debug for Bot {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Bot")
    }
}

/// Somebody, as Telegram has just said.
#[derive(Debug, PartialEq)]
pub struct Said {
    pub id: i64,
    /// Empty if there is none that could be shown.
    pub name: String,
    /// What proves it.
    pub hash: String,
    /// Until when that is believed.
    pub expires_at: Moment,
}

/// Of `user` in `initData`, what is looked at.
#[derive(serde::Deserialize)]
struct AppUser {
    id: i64,
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
}

/// Who it is by the fields of the Login Widget.
pub fn of_login(bot: &Bot, fields: &[(String, String)], at: Moment) -> Result<Said> {
    let (fields, hash, expires_at) = proved(&Sha256::digest(bot.0.as_bytes()), fields, at)?;
    let field = |name: &str| fields.get(name).copied().unwrap_or_default();
    Ok(Said {
        id: id(field("id")).ok_or_else(invalid)?,
        name: shown(&format!("{} {}", field("first_name"), field("last_name"))),
        hash,
        expires_at,
    })
}

/// Who it is by the fields of `initData`.
pub fn of_app(bot: &Bot, fields: &[(String, String)], at: Moment) -> Result<Said> {
    let secret = mac(OF_APPS).chain_update(bot.0.as_bytes()).finalize();
    let (fields, hash, expires_at) = proved(&secret.into_bytes(), fields, at)?;
    let user = fields.get("user").ok_or_else(invalid)?;
    let user: AppUser = serde_json::from_str(user).map_err(|_| invalid())?;
    Ok(Said {
        id: Some(user.id).filter(|id| *id > 0).ok_or_else(invalid)?,
        name: shown(&format!("{} {}", user.first_name, user.last_name)),
        hash,
        expires_at,
    })
}

/// A number of Telegram, spelt in the one way in which it is stored.
pub fn id(text: &str) -> Option<i64> {
    let id = text.parse().ok().filter(|id: &i64| *id > 0)?;
    (id.to_string() == text).then_some(id)
}

/// A name as it may be shown here: people call themselves as they like there.
pub fn shown(name: &str) -> String {
    plain_line(name)
}

type Proved<'a> = (BTreeMap<&'a str, &'a str>, String, Moment);

/// The fields, if their HMAC is of this secret and they were said just now; the HMAC; until when
/// that will be just now.
fn proved<'a>(secret: &[u8], given: &'a [(String, String)], at: Moment) -> Result<Proved<'a>> {
    let mut fields = BTreeMap::new();
    for (name, value) in given.iter().take(FIELDS_MAX + 1) {
        // The HMAC is of lines `name=value`. Whoever calls himself `a` and on the next line `id=1`
        // must not become another by how his lines are cut into fields.
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let is_name = !name.is_empty() && name.chars().all(plain);
        if !is_name || value.contains('\n') || fields.insert(&**name, &**value).is_some() {
            return Err(invalid());
        }
    }
    let hash = fields.remove("hash").and_then(unhex).ok_or_else(invalid)?;
    if fields.len() >= FIELDS_MAX {
        return Err(invalid());
    }
    let lines: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let right = mac(secret).chain_update(lines.join("\n").as_bytes());
    right.verify_slice(&hash).map_err(|_| invalid())?;
    let said_at = fields
        .get("auth_date")
        .and_then(|text| text.parse::<Moment>().ok());
    let said_at = said_at
        .and_then(|seconds| seconds.checked_mul(1_000))
        .ok_or_else(invalid)?;
    if said_at > at + LEEWAY_S as Moment * 1_000 {
        return Err(invalid());
    }
    let expires_at = said_at.checked_add(FRESH_MS).ok_or_else(invalid)?;
    if expires_at < at {
        let detail = "Telegram has said this more than an hour ago. Sign in there again.";
        return Err(Error::new(Code::TokenExpired, detail));
    }
    Ok((fields, super::hex(&hash), expires_at + 1))
}

fn mac(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.chars().map(|c| Some(c.to_digit(16)? as u8)).collect();
    let bytes = digits.filter(|digits| digits.len() == 64)?;
    Some(bytes.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// One text for every forgery.
fn invalid() -> Error {
    let detail = "This is not what Telegram has signed for the bot of this server. Sign in there \
                  again.";
    Error::new(Code::TokenInvalid, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "1234567890:TEST-TOKEN-OF-NO-BOT";
    /// When what is below was said, in ms.
    const SAID: Moment = 1_700_000_000_000;

    type Fields = Vec<(String, String)>;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        let text = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(text).collect()
    }

    fn bot() -> Bot {
        Bot::new(TOKEN).unwrap()
    }

    fn login() -> Fields {
        fields(&[
            ("id", "7000000001"),
            ("first_name", "Niloofar"),
            ("last_name", "R"),
            ("username", "nobody"),
            ("auth_date", "1700000000"),
        ])
    }

    fn app() -> Fields {
        fields(&[
            ("query_id", "AAF"),
            (
                "user",
                r#"{"id":7000000001,"first_name":"Niloofar","last_name":"","language_code":"fa"}"#,
            ),
            ("auth_date", "1700000000"),
            ("signature", "c2ln"),
        ])
    }

    fn with(mut fields: Fields, name: &str, value: &str) -> Fields {
        fields.retain(|(known, _)| known != name);
        fields.push((name.into(), value.into()));
        fields
    }

    /// Signed by ourselves, as the documents of Telegram say.
    fn signed(mut fields: Fields, secret: &[u8]) -> Fields {
        fields.sort();
        let lines: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let hash = mac(secret)
            .chain_update(lines.join("\n"))
            .finalize()
            .into_bytes();
        fields.push(("hash".into(), super::super::hex(&hash)));
        fields
    }

    fn of_bot() -> Vec<u8> {
        Sha256::digest(TOKEN).to_vec()
    }

    fn code<T>(said: Result<T>) -> &'static str {
        said.err().map_or("ok", |error| error.code.as_str())
    }

    /// Both hashes were computed elsewhere, with another program.
    #[test]
    fn what_telegram_signs_is_believed() {
        let hash = "f52a5f8fd9b4550851b391a69e5fe9c4fe126982aa1f4cb1f230c21c249b7449";
        let said = of_login(&bot(), &with(login(), "hash", hash), SAID).unwrap();
        assert_eq!((said.id, said.name.as_str()), (7_000_000_001, "Niloofar R"));
        let hash = "706225e0e209f9a617a9f03735791f49fa6b80414d6df8f0f057788bde37542b";
        let shown = with(app(), "hash", hash);
        let said = of_app(&bot(), &shown, SAID).unwrap();
        assert_eq!((said.id, said.name.as_str()), (7_000_000_001, "Niloofar"));
        // Each is good for its own way in only.
        assert_eq!(code(of_login(&bot(), &shown, SAID)), "token_invalid");
        let other = Bot::new("1234567890:ANOTHER").unwrap();
        assert_eq!(code(of_app(&other, &shown, SAID)), "token_invalid");
    }

    #[test]
    fn it_is_believed_for_an_hour_and_not_before() {
        let shown = signed(login(), &of_bot());
        let told = |at| code(of_login(&bot(), &shown, at));
        assert_eq!(told(SAID + FRESH_MS), "ok");
        assert_eq!(told(SAID + FRESH_MS + 1), "token_expired");
        assert_eq!(told(SAID - 5_000), "ok", "clocks differ");
        assert_eq!(told(SAID - 5_001), "token_invalid");
        for said in ["", "soon", "9223372036854775807", "-1", "1700000000.5"] {
            let shown = signed(with(login(), "auth_date", said), &of_bot());
            assert_ne!(code(of_login(&bot(), &shown, SAID)), "ok", "{said:?}");
        }
    }

    #[test]
    fn forgeries_are_refused() {
        let good = signed(login(), &of_bot());
        assert_eq!(code(of_login(&bot(), &good, SAID)), "ok");
        let told = |fields: Fields| code(of_login(&bot(), &fields, SAID));
        let mut twice = good.clone();
        twice.push(("id".into(), "7000000001".into()));
        let without: Fields = good[..good.len() - 1].to_vec();
        let forged = [
            with(good.clone(), "id", "7000000002"),
            with(good.clone(), "hash", ""),
            with(good.clone(), "hash", "zz"),
            with(good.clone(), "hash", &"0".repeat(64)),
            with(good.clone(), "photo_url", "https://elsewhere.example"),
            twice,
            without,
        ];
        for forged in forged {
            assert_eq!(told(forged.clone()), "token_invalid", "{forged:?}");
        }
        for id in ["0", "-5", "+7", "07", "7.0", "x", ""] {
            let shown = signed(with(login(), "id", id), &of_bot());
            assert_eq!(told(shown), "token_invalid", "{id:?}");
        }
    }

    /// The same lines, cut into fields in another way, make somebody else.
    #[test]
    fn lines_cannot_be_cut_in_another_way() {
        let name = "A\nid=1\nlast_name=B";
        let real = signed(with(login(), "first_name", name), &of_bot());
        let hash = real.last().unwrap().1.clone();
        let cut = fields(&[
            ("auth_date", "1700000000"),
            ("first_name", "A"),
            ("id", "1"),
            ("last_name", "B\nid=7000000001\nlast_name=R"),
            ("username", "nobody"),
            ("hash", &hash),
        ]);
        let lines = |fields: &Fields| {
            let mut fields: Vec<_> = fields.iter().filter(|(name, _)| name != "hash").collect();
            fields.sort();
            let line = |(name, value): &&(String, String)| format!("{name}={value}");
            fields.iter().map(line).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(lines(&real), lines(&cut), "the HMAC is the same");
        assert_eq!(code(of_login(&bot(), &cut, SAID)), "token_invalid");
        let named = fields(&[("a=b\nid", "1"), ("auth_date", "1700000000")]);
        let named = signed(named, &of_bot());
        assert_eq!(code(of_login(&bot(), &named, SAID)), "token_invalid");
    }

    #[test]
    fn a_bot_tells_nobody_its_token() {
        assert!(!format!("{:?}", bot()).contains("TEST"));
        assert!(Bot::new("  ").is_none());
    }
}
