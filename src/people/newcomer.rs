//! Somebody new, and what must be right about him.

use crate::error::{Error, FieldError, Result};
use crate::store::users;

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

/// Digits only, with the plus before them if it was there.
pub fn plain_phone(phone: &str) -> String {
    phone
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '+')
        .collect()
}

/// Every field that is wrong, at once.
pub fn check(person: &NewPerson) -> Result<()> {
    let mut wrong = Vec::new();
    let mut must = |field: &'static str, right: bool, detail: &str| {
        if !right {
            wrong.push(FieldError {
                field: field.into(),
                detail: detail.into(),
            });
        }
    };
    let name = &person.username;
    let allowed = |c: char| c.is_alphanumeric() || "_.+-@".contains(c);
    must(
        "username",
        (1..=150).contains(&name.chars().count()) && name.chars().all(allowed),
        "Give 1 to 150 letters, digits or . _ + - without spaces.",
    );
    let own = |email: &String| users::fold(email) == users::fold(name);
    must(
        "username",
        !name.contains('@') || person.email.as_ref().is_some_and(own),
        "A username with @ must be your own e-mail address.",
    );
    let own = |phone: &String| plain_phone(phone) == plain_phone(name);
    must(
        "username",
        !is_phone(name) || person.phone.as_ref().is_some_and(own),
        "A username that is a phone number must be your own.",
    );
    for (right, detail) in password_rules(person) {
        must("password", right, detail);
    }
    must(
        "email",
        person.email.as_deref().is_none_or(is_email),
        "Give an address like a@b.example.",
    );
    must(
        "phone",
        person.phone.as_deref().is_none_or(is_phone),
        "Give 5 to 15 digits, with a + before them if it is international.",
    );
    let odd = |c: char| c.is_control() || turns_text(c);
    let short = |text: &str| text.chars().count() <= 150 && !text.chars().any(odd);
    let names = [
        (
            "display_name",
            person.display_name.as_deref().unwrap_or_default(),
        ),
        ("first_name", &person.first_name),
        ("last_name", &person.last_name),
    ];
    for (field, name) in names {
        must(
            field,
            short(name),
            "Give at most 150 characters on one line, and none that turns the text around.",
        );
        must(
            field,
            name.is_empty() || !name.chars().all(is_blank),
            "Give a name that can be seen, or leave it out.",
        );
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::invalid_fields(wrong))
    }
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

fn password_rules(person: &NewPerson) -> [(bool, &'static str); 3] {
    let password = &person.password;
    let own = |name: &String| users::fold(name) == users::fold(password);
    let guessed = own(&person.username) || person.email.as_ref().is_some_and(own);
    [
        (password.chars().count() >= 8, "Give at least 8 characters."),
        (password.len() <= 1_024, "Give at most 1024 bytes."),
        (
            !guessed,
            "Choose something other than your name or e-mail address.",
        ),
    ]
}

fn is_email(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c);
    let sides = text.split_once('@');
    let sided = |(name, host): (&str, &str)| {
        !name.is_empty() && host.contains('.') && !host.contains('@') && !host.starts_with('.')
    };
    text.len() <= 254 && !text.chars().any(odd) && sides.is_some_and(sided)
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let body = text.strip_prefix('+').unwrap_or(text);
    (5..=15).contains(&digits)
        && body
            .chars()
            .all(|c| c.is_ascii_digit() || " ()-".contains(c))
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
        let fields = check(&person)
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
