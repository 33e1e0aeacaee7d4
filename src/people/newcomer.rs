//! Somebody new, and what must be right about him.

use super::phones::{PhoneRule, is_phone, plain_phone};
use crate::error::{Error, FieldError, Result};
use crate::store::users;

/// Characters of a name or a place.
const LINE_CHARS_MAX: usize = 150;

/// Somebody new. Empty names are filled from the username.
#[derive(Debug, Clone, Default)]
pub struct NewPerson {
    pub username: String,
    pub password: String,
    pub display_name: Option<String>,
    pub first_name: String,
    pub last_name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
}

/// Guesses that no password is found with.
const GUESSES_MIN: u64 = 1_000_000;

/// What can be shown of a name that others have let somebody give himself: empty, if that is
/// nothing.
pub(super) fn plain_line(name: &str) -> String {
    let shown = name.chars().filter(|c| !c.is_control() && !turns_text(*c));
    let shown: String = shown.take(LINE_CHARS_MAX).collect();
    match shown.chars().all(is_blank) {
        true => String::new(),
        false => shown.trim().to_owned(),
    }
}

/// Every field that is wrong, at once.
pub fn check(person: &NewPerson, phones: &PhoneRule) -> Result<()> {
    let mut wrong = Wrong::default();
    let (name, email) = (&person.username, person.email.as_deref());
    let allowed = |c: char| c.is_alphanumeric() || "_.+-@".contains(c);
    wrong.unless(
        "username",
        (1..=150).contains(&name.chars().count()) && name.chars().all(allowed),
        "Give 1 to 150 letters, digits or . _ + - without spaces.",
    );
    wrong.unless_his_own(name, email, person.phone.as_deref(), "username");
    wrong.unless_password("password", &person.password, Some(name), email);
    wrong.unless_email(email);
    wrong.unless_phone(person.phone.as_deref(), phones);
    wrong.unless_lines(&[
        (
            "display_name",
            person.display_name.as_deref().unwrap_or_default(),
        ),
        ("first_name", &person.first_name),
        ("last_name", &person.last_name),
    ]);
    wrong.result()
}

/// What is wrong with what somebody has said of himself.
#[derive(Default)]
pub(super) struct Wrong(Vec<FieldError>);

impl Wrong {
    pub fn unless(&mut self, field: &'static str, right: bool, detail: &str) {
        if !right {
            self.0.push(FieldError {
                field: field.into(),
                detail: detail.to_owned(),
            });
        }
    }

    /// A username that is an address or a number is nobody else's. `field` is what has changed.
    pub fn unless_his_own(
        &mut self,
        username: &str,
        email: Option<&str>,
        phone: Option<&str>,
        field: &'static str,
    ) {
        let own = |email: &str| users::fold(email) == users::fold(username);
        self.unless(
            field,
            !username.contains('@') || email.is_some_and(own),
            "A username with @ must be your own e-mail address.",
        );
        let own = |phone: &str| plain_phone(phone) == plain_phone(username);
        self.unless(
            field,
            !is_phone(username) || phone.is_some_and(own),
            "A username that is a phone number must be your own.",
        );
    }

    /// An e-mail address, where one is given.
    pub fn unless_email(&mut self, email: Option<&str>) {
        self.unless(
            "email",
            email.is_none_or(is_email),
            "Give an address like a@b.example.",
        );
    }

    /// A phone number, where one is given.
    pub fn unless_phone(&mut self, phone: Option<&str>, rule: &PhoneRule) {
        let right = phone.is_none_or(|phone| rule.takes(phone));
        self.unless("phone", right, &rule.detail);
    }

    /// Names and places: short, on one line, and to be seen.
    pub fn unless_lines(&mut self, lines: &[(&'static str, &str)]) {
        let odd = |c: char| c.is_control() || turns_text(c);
        for (field, text) in lines {
            self.unless(
                field,
                text.chars().count() <= LINE_CHARS_MAX && !text.chars().any(odd),
                "Give at most 150 characters on one line, and none that turns the text around.",
            );
            self.unless(
                field,
                text.is_empty() || !text.chars().all(is_blank),
                "Give a name that can be seen, or leave it out.",
            );
        }
    }

    /// Whatever is tried first is no password, and neither is one's name.
    pub fn unless_password(
        &mut self,
        field: &'static str,
        password: &str,
        username: Option<&str>,
        email: Option<&str>,
    ) {
        let own = |name: &str| users::fold(name) == users::fold(password);
        let guessed = username.is_some_and(own) || email.is_some_and(own);
        let rules = [
            (password.chars().count() >= 8, "Give at least 8 characters."),
            (password.len() <= 1_024, "Give at most 1024 bytes."),
            (
                !guessed,
                "Choose something other than your name or e-mail address.",
            ),
        ];
        for (right, detail) in rules {
            self.unless(field, right, detail);
        }
        let right = self.0.iter().all(|wrong| wrong.field != field);
        let own = [username, email].map(Option::unwrap_or_default);
        self.unless(
            field,
            !right || !is_tried_first(password, &own),
            "This is among the passwords that are tried first. Three words that do not belong \
             together are better, or what a password manager makes.",
        );
    }

    pub fn result(self) -> Result<()> {
        match self.0.is_empty() {
            true => Ok(()),
            false => Err(Error::invalid_fields(self.0)),
        }
    }
}

/// Whether few guesses find a password, by lists of what people take, their names, keys that lie
/// side by side and all that can be made of them. A throttle bounds the guesses, but not what many
/// addresses try in a year.
fn is_tried_first(password: &str, own: &[&str]) -> bool {
    zxcvbn::zxcvbn(password, own).guesses() < GUESSES_MIN
}

/// Marks that turn what stands behind them, also when that is not of the name any more.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// Characters that show nothing.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c,
            '\u{AD}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
            | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}')
}

fn is_email(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c);
    let sides = text.split_once('@');
    let sided = |(name, host): (&str, &str)| {
        !name.is_empty() && host.contains('.') && !host.contains('@') && !host.starts_with('.')
    };
    text.len() <= 254 && !text.chars().any(odd) && sides.is_some_and(sided)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong_fields(change: impl Fn(&mut NewPerson)) -> Vec<String> {
        let mut person = NewPerson {
            username: "ada".into(),
            password: "correct horse".into(),
            ..NewPerson::default()
        };
        change(&mut person);
        let pattern = regex::Regex::new(r"\A\+[1-9][0-9]{4,14}\z").unwrap();
        let fields = check(&person, &PhoneRule::new(pattern, None))
            .err()
            .map(|error| error.fields)
            .unwrap_or_default();
        fields
            .into_iter()
            .map(|one| one.field.into_owned())
            .collect()
    }

    #[test]
    fn what_is_wrong_is_named_and_what_is_right_passes() {
        let none: Vec<String> = Vec::new();
        assert_eq!(wrong_fields(|_| {}), none);
        assert_eq!(
            wrong_fields(|one| one.username = "a b".into()),
            ["username"]
        );
        assert_eq!(
            wrong_fields(|one| one.username = String::new()),
            ["username"]
        );
        assert_eq!(
            wrong_fields(|one| one.username = "x@y.example".into()),
            ["username"]
        );
        assert_eq!(
            wrong_fields(|one| one.password = "short".into()),
            ["password"]
        );
        assert_eq!(
            wrong_fields(|one| one.username = "CORRECTHORSE".into()),
            none
        );
        assert_eq!(
            wrong_fields(|one| {
                one.username = "correcthorse".into();
                one.password = "CorrectHorse".into();
            }),
            ["password"]
        );
        assert_eq!(
            wrong_fields(|one| one.email = Some("a@b\r\nBcc: c@d.e".into())),
            ["email"]
        );
        assert_eq!(
            wrong_fields(|one| one.phone = Some("+49 (30) 123-456".into())),
            none
        );
        assert_eq!(
            wrong_fields(|one| one.phone = Some("911x".into())),
            ["phone"]
        );
        for name in [
            "a\nb",
            "a\u{202E}b",
            "\u{2067}a",
            " ",
            "\u{200B}",
            "\u{3164} ",
        ] {
            assert_eq!(
                wrong_fields(|one| one.display_name = Some(name.into())),
                ["display_name"],
                "{name:?}"
            );
        }
        for name in ["نی\u{200C}لوفر", "ב\u{200F}!", "O'Brien", ""] {
            assert_eq!(
                wrong_fields(|one| one.display_name = Some(name.into())),
                none
            );
        }
    }
}
