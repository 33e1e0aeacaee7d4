//! Phone numbers: what may be one, how one is kept, and what one must be like here.

use regex::Regex;

/// Digits only, with the plus before them if it was there.
pub fn plain_phone(phone: &str) -> String {
    phone
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '+')
        .collect()
}

/// What may be meant as a phone number.
pub fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let body = text.strip_prefix('+').unwrap_or(text);
    (5..=15).contains(&digits)
        && body
            .chars()
            .all(|c| c.is_ascii_digit() || " ()-".contains(c))
}

/// What phone numbers must be like.
#[derive(Debug, Clone)]
pub struct PhoneRule {
    /// Matches a whole one without spaces, brackets and dashes.
    pattern: Regex,
    /// What whoever gives another is told.
    pub detail: String,
}

impl PhoneRule {
    /// `shown` is the pattern as people read it; none if it is that of every country.
    pub fn new(pattern: Regex, shown: Option<&str>) -> Self {
        let detail = match shown {
            None => {
                "Give the number with + and the code of its country, like +49 30 123456.".into()
            }
            Some(shown) => {
                format!("Give 5 to 15 digits that fit to {shown} without spaces and dashes.")
            }
        };
        Self { pattern, detail }
    }

    /// Whether this is a phone number here, however it is written.
    pub fn takes(&self, phone: &str) -> bool {
        is_phone(phone) && self.pattern.is_match(&plain_phone(phone))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_what_the_pattern_says_and_no_part_of_it() {
        let pattern = regex::Regex::new(r"\A(?:^09\d{9}$)\z").unwrap();
        let rule = PhoneRule::new(pattern, Some("09..."));
        for right in ["09123456789", "0912 345 6789", "(0912) 345-6789"] {
            assert!(rule.takes(right), "{right}");
        }
        for wrong in [
            "+989123456789",
            "9123456789",
            "091234567890",
            "0912345678",
            "0912345678x",
            "۰۹۱۲۳۴۵۶۷۸۹",
            "09123456789\n",
        ] {
            assert!(!rule.takes(wrong), "{wrong}");
        }
    }
}
