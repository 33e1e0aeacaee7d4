//! Settings: where they come from, and what is said of wrong ones.

use switchboard::settings::{Settings, mask};

fn with(vars: &[(&str, &str)]) -> anyhow::Result<Settings> {
    Settings::read(
        None,
        vars.iter()
            .map(|(name, text)| ((*name).into(), (*text).into())),
    )
}

#[test]
fn the_environment_overrides_the_defaults() {
    let settings = with(&[
        ("SWITCHBOARD_LISTEN", "0.0.0.0:1"),
        ("SWITCHBOARD_WORKERS", "3"),
        ("SWITCHBOARD_PAGES", "false"),
        (
            "SWITCHBOARD_ALLOWED_ORIGINS",
            "https://a.example, https://b.example",
        ),
        ("PATH", "/bin"),
    ])
    .unwrap();
    assert_eq!(
        (settings.listen.as_str(), settings.workers),
        ("0.0.0.0:1", 3)
    );
    assert!(!settings.pages);
    assert_eq!(settings.allowed_origins.len(), 2);
}

#[test]
fn a_wrong_setting_is_named_with_its_place() {
    let cases = [
        (("SWITCHBOARD_LISTNE", "x"), "no setting `listne`"),
        (
            ("SWITCHBOARD_WORKERS", "many"),
            "SWITCHBOARD_WORKERS must be a whole number",
        ),
        (("SWITCHBOARD_SECRET", "short"), "`secret` is too short"),
        (
            ("SWITCHBOARD_TEXT_CHARS_MAX", "32001"),
            "`text_chars_max` must be a whole number from 0 to 32000",
        ),
        (
            ("SWITCHBOARD_SUBJECT_CHARS_MAX", "32001"),
            "`subject_chars_max` must be a whole number from 0 to 32000",
        ),
        (
            ("SWITCHBOARD_ATTACHMENT_TYPES", "image/png, foo"),
            "`attachment_types` holds \"foo\"",
        ),
        (("SWITCHBOARD_REDIS_CA", "/nope"), "`redis_ca` is only for"),
        (
            (
                "SWITCHBOARD_SECRET",
                "                                        ",
            ),
            "`secret` is too short",
        ),
        (
            ("SWITCHBOARD_WORKERS", "-1"),
            "`workers` must be a whole number from 0",
        ),
        (
            ("SWITCHBOARD_FRAMES_BURST", "99999999999"),
            "`frames_burst` must be a whole number from 0 to 2147483647",
        ),
        (
            ("SWITCHBOARD_ACCESS_TOKEN_S", "9223372036854775807"),
            "`access_token_s` must be a whole number from 0 to 2147483647",
        ),
        (
            ("SWITCHBOARD_REDIS_URL", "redis://127.0.0.1"),
            "database is SQLite",
        ),
        (
            ("SWITCHBOARD_ACCESS_TOKEN_S", "0"),
            "`access_token_s` must be at least 1",
        ),
        (("SWITCHBOARD_LOG_FORMAT", "xml"), "`log_format`"),
        (
            ("SWITCHBOARD_LOGIN_TRIES_PER_NAME_MAX", "0"),
            "`login_tries_per_name_max` must be at least 1",
        ),
        (
            ("SWITCHBOARD_WORKERS", "100000"),
            "`workers` must be a whole number from 0 to 512",
        ),
        (
            ("SWITCHBOARD_UPLOAD_TIMEOUT_MS", "1800001"),
            "`upload_timeout_ms` must be at most 1800000",
        ),
        (
            ("SWITCHBOARD_SOCKETS_MAX", "0"),
            "`sockets_max` must be at least 1",
        ),
        (
            ("SWITCHBOARD_PUBLIC_URL", "https://chat.example/"),
            "`public_url` is \"https://chat.example/\"",
        ),
        (
            ("SWITCHBOARD_PHONE_PATTERN", "09[0-9{9}"),
            "`phone_pattern` is \"09[0-9{9}\", which is no pattern",
        ),
        (
            ("SWITCHBOARD_PHONE_PATTERN", "[0-9]{1000000}"),
            "`phone_pattern` is",
        ),
        (("SWITCHBOARD_LOGIN_S", "0"), "`login_s` must be at least 1"),
        (
            ("SWITCHBOARD_LINKS_PER_NAME_MAX", "0"),
            "`links_per_name_max` must be at least 1",
        ),
        (
            ("SWITCHBOARD_ALLOWED_ORIGINS", "shop.example"),
            "`allowed_origins` holds",
        ),
    ];
    for (var, says) in cases {
        let error = format!("{:#}", with(&[var]).unwrap_err());
        assert!(error.contains(says), "{var:?}: {error}");
    }
}

#[test]
fn a_wrong_type_in_a_file_is_named_in_words() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for (text, says) in [
        ("workers = \"two\"", "must be a whole number"),
        ("pages = 1", "must be true or false"),
        ("allowed_origins = \"x\"", "must be a list"),
        ("listen = 8080", "must be a text"),
    ] {
        std::fs::write(file.path(), text).unwrap();
        let read = Settings::read(Some(file.path()), std::iter::empty());
        let error = format!("{:#}", read.unwrap_err());
        assert!(error.contains(says), "{text}: {error}");
    }
}

#[test]
fn passwords_are_masked() {
    assert_eq!(mask("postgres://me:pw@db/x"), "postgres://me:***@db/x");
    assert_eq!(mask("redis://127.0.0.1"), "redis://127.0.0.1");
    let settings = Settings {
        secret: "canary".into(),
        telegram_bot_token: "canary".into(),
        ..Settings::default()
    };
    assert!(!settings.masked().contains("canary"));
}
