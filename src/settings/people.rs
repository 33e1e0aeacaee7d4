//! What must be right about the settings of people: how they sign in, and what is told of them.

use anyhow::{Context, bail};
use regex::{Regex, RegexBuilder};

use super::{Settings, at_least_one, is_origin};

/// Bytes that a pattern may take once it is read.
const PATTERN_BYTES_MAX: usize = 100_000;

impl Settings {
    pub(super) fn check_logins(&self) -> anyhow::Result<()> {
        let per_address = self.login_tries_per_address_max.into();
        let registrations = self.registrations_per_address_max.into();
        at_least_one(&[
            ("login_s", self.login_s),
            ("login_window_s", self.login_window_s),
            ("login_tries_max", self.login_tries_max.into()),
            ("login_tries_per_address_max", per_address),
            (
                "login_tries_per_name_max",
                self.login_tries_per_name_max.into(),
            ),
            ("registrations_per_address_max", registrations),
            ("tokens_per_address_max", self.tokens_per_address_max.into()),
            ("links_per_address_max", self.links_per_address_max.into()),
            ("links_per_name_max", self.links_per_name_max.into()),
            ("visitor_token_s", self.visitor_token_s),
            (
                "visitors_per_address_max",
                self.visitors_per_address_max.into(),
            ),
            (
                "visitors_per_widget_max",
                self.visitors_per_widget_max.into(),
            ),
        ])?;
        if !self.public_url.is_empty() && !is_origin(&self.public_url) {
            let wrong = &self.public_url;
            bail!("the setting `public_url` is {wrong:?}; write https://HOST, no more");
        }
        self.phone_rule().map(drop)
    }

    /// What a whole phone number must be like, without spaces, brackets and dashes.
    pub fn phone_rule(&self) -> anyhow::Result<Regex> {
        let whole = format!(r"\A(?:{})\z", self.phone_pattern);
        let rule = RegexBuilder::new(&whole)
            .size_limit(PATTERN_BYTES_MAX)
            .build();
        rule.with_context(|| {
            let wrong = &self.phone_pattern;
            format!("the setting `phone_pattern` is {wrong:?}, which is no pattern")
        })
    }

    /// Whether a login may be kept in cookies by plain HTTP, on this machine itself: not where
    /// everybody comes by HTTPS.
    pub fn plain_cookies(&self) -> bool {
        !self.public_url.starts_with("https://")
    }
}
