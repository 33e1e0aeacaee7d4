//! The settings as the parts of a server are told them.

use std::time::Duration;

use crate::attachments;
use crate::desk;
use crate::people;
use crate::settings::Settings;
use crate::words::{HeadStarts, Priority};

/// What people may send.
pub fn desk(settings: &Settings) -> desk::Limits {
    desk::Limits {
        text_chars_max: settings.text_chars_max,
        subject_chars_max: settings.subject_chars_max,
        attachments_max: settings.attachments_per_message_max,
        open_per_customer_max: settings.open_per_customer_max,
        messages_burst: settings.messages_burst,
        messages_per_s: settings.messages_per_s,
        customer_priority_max: priority(&settings.customer_priority_max),
        edit_ms: settings.edit_window_s * 1_000,
        reps_may_join: settings.reps_may_join,
    }
}

/// The settings have checked the word.
fn priority(word: &str) -> Priority {
    let known = Priority::ALL.iter().find(|one| one.as_str() == word);
    known.copied().unwrap_or(Priority::Normal)
}

/// By which rules conversations are given to reps.
pub fn rules(settings: &Settings) -> desk::Rules {
    const MINUTE: i64 = 60_000;
    desk::Rules {
        head_starts: HeadStarts {
            low: settings.head_start_low_min * MINUTE,
            high: settings.head_start_high_min * MINUTE,
            urgent: settings.head_start_urgent_min * MINUTE,
        },
        rep_suspect_ms: settings.rep_suspect_ms,
        rep_grace_ms: settings.rep_grace_ms,
        customer_grace_ms: settings.customer_grace_ms,
        personal_reps: settings.personal_reps,
    }
}

/// By which rules people register and sign in. `served_at` is what links begin with where no
/// setting says how people come.
pub fn people(settings: &Settings, served_at: &str) -> anyhow::Result<people::Rules> {
    let pattern = settings.phone_pattern.as_str();
    let shown = (pattern != Settings::default().phone_pattern).then_some(pattern);
    let url = match settings.public_url.as_str() {
        "" => served_at,
        url => url,
    };
    Ok(people::Rules {
        access_s: settings.access_token_s,
        refresh_s: settings.refresh_token_s,
        login_s: settings.login_s,
        personal_reps: settings.personal_reps,
        limits: tries(settings),
        strangers: strangers(settings),
        phones: people::PhoneRule::new(settings.phone_rule()?, shown),
        url: url.to_owned(),
    })
}

/// How often somebody may try to sign in, register, and ask for links.
pub fn tries(settings: &Settings) -> people::Limits {
    people::Limits {
        window_ms: settings.login_window_s * 1_000,
        tries: settings.login_tries_max,
        tries_per_address: settings.login_tries_per_address_max,
        tries_per_name: settings.login_tries_per_name_max,
        registrations: settings.registrations_per_address_max,
        tokens: settings.tokens_per_address_max,
        links_per_address: settings.links_per_address_max,
        links_per_name: settings.links_per_name_max,
    }
}

/// What uploads may not exceed.
pub fn attachments(settings: &Settings) -> attachments::Limits {
    attachments::Limits {
        bytes_max: settings.attachment_bytes_max,
        inline_bytes_max: inline_bytes(settings),
        per_day_max: settings.attachments_per_day_max,
        total_bytes_max: settings.attachments_total_mib_max << 20,
        types: settings.attachment_types.clone(),
        pixels_max: settings.image_pixels_max,
        stall: Duration::from_millis(settings.body_timeout_ms),
        whole: Duration::from_millis(settings.upload_timeout_ms),
        kept_ms: settings.upload_kept_ms,
    }
}

/// What a file in base64 may take of a frame or a body, beside the rest of it.
fn inline_bytes(settings: &Settings) -> usize {
    const REST: usize = 1_024;
    let frame = settings.frame_bytes_max.min(settings.body_bytes_max);
    let fits = frame.saturating_sub(REST) / 4 * 3;
    settings.attachment_inline_bytes_max.min(fits)
}

/// Who is let in without an account here.
fn strangers(settings: &Settings) -> people::Strangers {
    people::Strangers {
        visitors: settings.visitors,
        visitor_ms: settings.visitor_token_s * 1_000,
        per_address: settings.visitors_per_address_max,
        per_widget: settings.visitors_per_widget_max,
        telegram: people::Bot::new(&settings.telegram_bot_token),
    }
}
