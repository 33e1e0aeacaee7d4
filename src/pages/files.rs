//! Every file of the faces, with its address, and as it is sent.

use std::sync::{LazyLock, OnceLock};

use brotli::enc::BrotliEncoderParams;
use sha2::{Digest, Sha256};

use super::pack;

/// How hard a file is packed, once, when it is first asked for: as hard as can be.
const QUALITY: i32 = 11;
/// Where what pages load stands, and how it is named in them.
const ASSETS: &str = "/assets/";

/// A page is asked for each time, so that it names the newest files.
const ASKED_FOR: &str = "no-cache";
/// What stands under its version is never another.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// The loader stands in pages of others under one name for ever.
const A_WHILE: &str = "public, max-age=300, stale-while-revalidate=86400";

/// A file as it is sent.
pub struct File {
    pub address: String,
    pub kind: &'static str,
    pub text: String,
    brotli: OnceLock<Vec<u8>>,
    pub tag: String,
    /// How long a browser may keep it.
    pub kept: &'static str,
    /// Whether pages of other origins may load it.
    pub is_for_others: bool,
}

impl File {
    /// The same text, packed.
    pub fn brotli(&self) -> &[u8] {
        self.brotli.get_or_init(|| brotli(&self.text))
    }
}

/// What stands under names of its own.
const NAMED: &[(&str, &str, &str)] = &[
    ("/", "index.html", include_str!("index.html")),
    ("/admin", "admin.html", include_str!("admin.html")),
    ("/chat", "chat.html", include_str!("chat.html")),
    ("/console", "console.html", include_str!("console.html")),
    ("/link", "link.html", include_str!("link.html")),
    ("/icon.svg", "icon.svg", include_str!("icon.svg")),
    (LOADER, "widget.js", include_str!("widget/widget.js")),
];

/// The script that pages of others load.
const LOADER: &str = "/widget.js";

macro_rules! assets {
    ($($path:literal),* $(,)?) => { &[$(($path, include_str!($path))),*] };
}

/// What is sent with all that it imports, so that it takes one request.
const WHOLE: &[&str] = &[
    "account/own.js",
    "admin/board.js",
    "admin/chat.js",
    "admin/conversations.js",
    "admin/health.js",
    "admin/main.js",
    "admin/reports.js",
    "chat/copy.js",
    "chat/host.js",
    "chat/left.js",
    "chat/main.js",
    "chat/more.js",
    "chat/own.js",
    "chat/rating.js",
    "chat/thread.js",
    "chat/tray.js",
    "chat/underway.js",
    "console/main.js",
    "console/park.js",
    "console/reasons.js",
    "console/replies.js",
    "link/main.js",
    "manage/screens.js",
    "start/main.js",
];

/// What is only sent as a part of one of those.
const PARTS: &[(&str, &str)] = assets![
    "account/again.js",
    "account/door.js",
    "account/face.js",
    "account/field.js",
    "account/look.js",
    "account/menu.js",
    "account/password.js",
    "account/profile.js",
    "account/sessions.js",
    "account/sheet.js",
    "account/texts.js",
    "admin/capacity.js",
    "admin/days.js",
    "admin/filters.js",
    "admin/heading.js",
    "admin/icons.js",
    "admin/link.js",
    "admin/minutes.js",
    "admin/moves.js",
    "admin/router.js",
    "admin/screens.js",
    "admin/table.js",
    "admin/takeout.js",
    "admin/telling.js",
    "admin/tiles.js",
    "admin/trends.js",
    "admin/waiting.js",
    "admin/writes.js",
    "chat/banner.js",
    "chat/brief.js",
    "chat/card.js",
    "chat/composer.js",
    "chat/entries.js",
    "chat/files.js",
    "chat/head.js",
    "chat/joined.js",
    "chat/late.js",
    "chat/lent.js",
    "chat/opener.js",
    "chat/refusal.js",
    "chat/resumed.js",
    "chat/signs.js",
    "chat/standing.js",
    "chat/texts.js",
    "chat/told.js",
    "chat/unsent.js",
    "chat/visit.js",
    "console/acts.js",
    "console/alerts.js",
    "console/bar.js",
    "console/changes.js",
    "console/composer.js",
    "console/contact.js",
    "console/customer.js",
    "console/desk.js",
    "console/drafts.js",
    "console/drops.js",
    "console/entries.js",
    "console/held.js",
    "console/help.js",
    "console/icons.js",
    "console/keys.js",
    "console/late.js",
    "console/left.js",
    "console/lines.js",
    "console/link.js",
    "console/list.js",
    "console/log.js",
    "console/mine.js",
    "console/moves.js",
    "console/names.js",
    "console/offered.js",
    "console/offers.js",
    "console/reading.js",
    "console/rights.js",
    "console/rows.js",
    "console/search.js",
    "console/shown.js",
    "console/slash.js",
    "console/spans.js",
    "console/standing.js",
    "console/talk.js",
    "console/trays.js",
    "console/why.js",
    "console/wishes.js",
    "i18n/digits.js",
    "i18n/locale.js",
    "i18n/size.js",
    "i18n/solar.js",
    "manage/access.js",
    "manage/ask.js",
    "manage/audit.js",
    "manage/changes.js",
    "manage/clash.js",
    "manage/duties.js",
    "manage/editor.js",
    "manage/fields.js",
    "manage/hours.js",
    "manage/invite.js",
    "manage/keeping.js",
    "manage/keys.js",
    "manage/names.js",
    "manage/newrep.js",
    "manage/pages.js",
    "manage/people.js",
    "manage/person.js",
    "manage/picture.js",
    "manage/queue.js",
    "manage/queues.js",
    "manage/ranges.js",
    "manage/refusals.js",
    "manage/replies.js",
    "manage/schedule.js",
    "manage/screen.js",
    "manage/settings.js",
    "manage/snippet.js",
    "manage/spans.js",
    "manage/widgets.js",
    "net/api.js",
    "net/drafts.js",
    "net/keep.js",
    "net/left.js",
    "net/login.js",
    "net/outbox.js",
    "net/problem.js",
    "net/request.js",
    "net/socket.js",
    "net/staff_login.js",
    "net/upload.js",
    "plot/bars.js",
    "plot/heat.js",
    "plot/plot.js",
    "plot/scale.js",
    "plot/svg.js",
    "plot/table.js",
    "plot/time.js",
    "start/first.js",
    "start/page.js",
    "ui/copy.js",
    "ui/day.js",
    "ui/dialog.js",
    "ui/dom.js",
    "ui/drawings.js",
    "ui/forms.js",
    "ui/links.js",
    "ui/menu.js",
    "ui/paper.js",
    "ui/pasted.js",
    "ui/save.js",
    "ui/toast.js",
];

/// What pages load.
const LOADED: &[(&str, &str)] = assets![
    "account/own.js",
    "admin/board.js",
    "admin/chat.js",
    "admin/conversations.js",
    "admin/health.js",
    "admin/main.js",
    "admin/reports.js",
    "chat/copy.js",
    "chat/host.js",
    "chat/left.js",
    "chat/main.js",
    "chat/more.js",
    "chat/own.js",
    "chat/rating.js",
    "chat/thread.js",
    "chat/tray.js",
    "chat/underway.js",
    "console/main.js",
    "console/park.js",
    "console/reasons.js",
    "console/replies.js",
    "i18n/account.en.js",
    "i18n/account.fa.js",
    "i18n/account.ru.js",
    "i18n/admin.en.js",
    "i18n/admin.fa.js",
    "i18n/admin.ru.js",
    "i18n/audit.en.js",
    "i18n/audit.fa.js",
    "i18n/audit.ru.js",
    "i18n/board.en.js",
    "i18n/board.fa.js",
    "i18n/board.ru.js",
    "i18n/chat.en.js",
    "i18n/chat.fa.js",
    "i18n/chat.ru.js",
    "i18n/chat_more.en.js",
    "i18n/chat_more.fa.js",
    "i18n/chat_more.ru.js",
    "i18n/console.en.js",
    "i18n/console.fa.js",
    "i18n/console.ru.js",
    "i18n/link.en.js",
    "i18n/link.fa.js",
    "i18n/link.ru.js",
    "i18n/log.en.js",
    "i18n/log.fa.js",
    "i18n/log.ru.js",
    "i18n/manage.en.js",
    "i18n/manage.fa.js",
    "i18n/manage.ru.js",
    "i18n/own.en.js",
    "i18n/own.fa.js",
    "i18n/own.ru.js",
    "i18n/start.en.js",
    "i18n/start.fa.js",
    "i18n/start.ru.js",
    "i18n/why.en.js",
    "i18n/why.fa.js",
    "i18n/why.ru.js",
    "link/main.js",
    "manage/screens.js",
    "start/main.js",
    "style/account.css",
    "style/admin.css",
    "style/base.css",
    "style/board.css",
    "style/chat.css",
    "style/chat_more.css",
    "style/console.css",
    "style/log.css",
    "style/manage.css",
    "style/plot.css",
    "style/sheets.css",
    "style/start.css",
    "ui/sound.js",
];

/// All of them. The same for as long as this program runs, so they are packed once.
pub fn all() -> &'static [File] {
    static ALL: LazyLock<Vec<File>> = LazyLock::new(packed);
    &ALL
}

fn packed() -> Vec<File> {
    let mut digest = Sha256::new();
    for (path, text) in LOADED.iter().chain(PARTS) {
        digest.update(path.as_bytes());
        digest.update(text.as_bytes());
    }
    let version = hex(&digest.finalize()[..8]);
    let assets = format!("{ASSETS}{version}/");
    let loaded = LOADED.iter().map(|(path, text)| {
        let address = format!("{assets}{path}");
        let whole = WHOLE.contains(path).then(|| pack::bundle(path, &module));
        let text = whole.flatten().unwrap_or_else(|| pack::slim(text));
        file(address, path, text, FOR_EVER)
    });
    let named = NAMED.iter().map(|(address, path, text)| {
        let kept = match *address {
            LOADER => A_WHILE,
            _ => ASKED_FOR,
        };
        let text = match path.ends_with(".html") {
            true => text.replace(ASSETS, &assets),
            false if path.ends_with(".js") => pack::slim(text),
            false => (*text).to_owned(),
        };
        file((*address).to_owned(), path, text, kept)
    });
    named.chain(loaded).collect()
}

fn file(address: String, path: &str, text: String, kept: &'static str) -> File {
    File {
        kind: kind(path),
        brotli: OnceLock::new(),
        tag: hex(&Sha256::digest(text.as_bytes())[..12]),
        kept,
        is_for_others: address == LOADER,
        address,
        text,
    }
}

/// A module as it is written.
fn module(path: &str) -> Option<&'static str> {
    let mut modules = LOADED.iter().chain(PARTS);
    let found = modules.find(|(name, _)| *name == path);
    found.map(|(_, text)| *text)
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, end)| end) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/html; charset=utf-8",
    }
}

fn brotli(text: &str) -> Vec<u8> {
    let params = BrotliEncoderParams {
        quality: QUALITY,
        ..BrotliEncoderParams::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut text.as_bytes(), &mut packed, &params)
        .expect("memory takes what is written to it");
    packed
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
