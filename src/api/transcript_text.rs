//! How a transcript is written as text and as a page: nothing that somebody wrote can pass for
//! anything else.

use jiff::Timestamp;
use jiff::tz;

use crate::store::attachments::AttachmentView;
use crate::store::conversations::ConversationView;
use crate::words::{EventKind, Moment};

/// How far the clock of times is ahead of UTC.
#[derive(Debug, Clone, Copy)]
pub struct Offset(tz::Offset);

impl Offset {
    /// So many minutes; the caller has checked that it is less than a day.
    pub fn of(minutes: i32) -> Self {
        Offset(tz::Offset::from_seconds(minutes * 60).unwrap_or(tz::Offset::UTC))
    }

    /// A moment by that clock, as in `2026-11-26 04:25:00 +03:30`.
    pub fn moment(self, at: Moment) -> String {
        let Ok(at) = Timestamp::from_millisecond(at) else {
            return String::new();
        };
        let at = at.to_zoned(self.0.to_time_zone());
        at.strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
    }
}

/// What is written of an entry.
pub struct Line<'a> {
    pub at: String,
    /// None: the server.
    pub sender: Option<&'a str>,
    pub kind: EventKind,
    pub text: Option<&'a str>,
    /// What a message carries.
    pub files: &'a [AttachmentView],
    pub by_customer: bool,
}

/// What became of it, where nothing was said.
fn said(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Opened => "opened the conversation",
        EventKind::Assigned => "assigned it",
        EventKind::Requeued => "put it back in line",
        EventKind::Transferred => "transferred it",
        EventKind::Moved => "moved it to another queue",
        EventKind::Message => "wrote what was deleted",
        EventKind::Edited => "edited a message",
        EventKind::Deleted => "deleted a message",
        EventKind::Joined => "joined it",
        EventKind::Left => "left it",
        EventKind::Closed => "closed it",
        EventKind::Reopened => "opened it again",
        EventKind::Rated => "rated it",
        other => other.as_str(),
    }
}

fn about(view: &ConversationView, offset: Offset) -> [(&'static str, String); 7] {
    let rep = view.last_rep.as_ref();
    let status = match view.resolution {
        Some(how) => format!("{} ({how})", view.status),
        None => view.status.to_string(),
    };
    let rating = view.rating.as_ref().map(|rating| match &rating.text {
        Some(text) => format!("{} of 5: {text}", rating.score),
        None => format!("{} of 5", rating.score),
    });
    [
        ("Subject", view.subject.clone()),
        ("Queue", view.queue.name.clone()),
        ("Customer", view.customer.name.clone()),
        ("Rep", rep.map_or(String::new(), |rep| rep.name.clone())),
        ("Status", status),
        ("Opened", offset.moment(view.created_at)),
        ("Rating", rating.unwrap_or_default()),
    ]
}

/// A name that turns nothing of what stands behind it. New ones have none of these marks.
fn steady(name: &str) -> String {
    let turns = |c: &char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    name.chars().filter(|c| !turns(c)).collect()
}

/// Text of people in one line of its own, or in several that cannot be taken for ours.
fn indented(part: &mut String, text: &str) {
    // Whatever a reader may take for the end of a line.
    let breaks = [
        '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}',
    ];
    for (at, line) in text.replace("\r\n", "\n").split(breaks).enumerate() {
        if at > 0 {
            part.push_str("\n    ");
        }
        part.push_str(line);
    }
    part.push('\n');
}

pub fn begin_text(part: &mut String, view: &ConversationView, offset: Offset) {
    part.push_str(&format!("Conversation {}\n", view.number));
    for (name, value) in about(view, offset) {
        if !value.is_empty() {
            part.push_str(&format!("{name}: "));
            indented(part, &value);
        }
    }
    part.push('\n');
}

pub fn text(part: &mut String, line: &Line<'_>) {
    let sender = steady(line.sender.unwrap_or("(the server)"));
    // Each file in a line of its own, which no text of somebody can look like.
    for file in line.files {
        part.push_str(&format!("[{}] ", line.at));
        indented(part, &format!("* {sender} attached {}", file.name));
    }
    if line.text == Some("") {
        return;
    }
    part.push_str(&format!("[{}] ", line.at));
    match line.text {
        Some(text) => {
            let note = if line.kind == EventKind::Note {
                " (note)"
            } else {
                ""
            };
            indented(part, &format!("{sender}{note}: {text}"));
        }
        None => indented(part, &format!("* {sender} {}", said(line.kind))),
    }
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;\
padding:0 1rem;color:#1c1c1c;background:#fff}h1{font-size:1.3rem}dl{display:grid;\
grid-template-columns:max-content 1fr;gap:.1rem 1rem}dt,time{color:#666}dd{margin:0}\
ol{list-style:none;padding:0}li{margin:.6rem 0;break-inside:avoid}\
p{margin:0;white-space:pre-wrap;overflow-wrap:anywhere;padding:.4rem .7rem;border-radius:.4rem;\
background:#f1f1f1}li.customer p{background:#e6f0fb}li.note p{background:#fdf3cf}\
.file{color:#666;padding:.1rem .7rem}\
li.event{color:#666;font-style:italic}@media print{body{margin:0;max-width:none}}";

pub fn begin_html(part: &mut String, view: &ConversationView, offset: Offset) {
    let number = view.number;
    part.push_str(&format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Conversation {number}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>Conversation {number}</h1>\n<dl>\n"
    ));
    for (name, value) in about(view, offset) {
        if !value.is_empty() {
            let value = escaped(&value);
            part.push_str(&format!("<dt>{name}</dt><dd dir=\"auto\">{value}</dd>\n"));
        }
    }
    part.push_str("</dl>\n<ol>\n");
}

pub fn html(part: &mut String, line: &Line<'_>) {
    let sender = escaped(line.sender.unwrap_or("The server"));
    let at = &line.at;
    let class = match (line.kind, line.by_customer) {
        (EventKind::Note, _) => "note",
        (_, _) if line.text.is_none() => "event",
        (_, true) => "customer",
        _ => "staff",
    };
    let head = format!("<li class=\"{class}\"><b><bdi>{sender}</bdi></b>");
    match line.text {
        Some(text) => {
            let note = if class == "note" { " (note)" } else { "" };
            part.push_str(&format!("{head}{note} <time>{at}</time>\n"));
            if !text.is_empty() {
                let text = escaped(text);
                part.push_str(&format!("<p dir=\"auto\">{text}</p>"));
            }
            for file in line.files {
                let name = escaped(&file.name);
                part.push_str(&format!(
                    "<div class=\"file\">attached <bdi>{name}</bdi></div>"
                ));
            }
            part.push_str("</li>\n");
        }
        None => {
            let said = said(line.kind);
            part.push_str(&format!("{head} {said} <time>{at}</time></li>\n"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line<'a>(sender: &'a str, text: &'a str) -> Line<'a> {
        Line {
            at: Offset::of(210).moment(0),
            sender: Some(sender),
            kind: EventKind::Message,
            text: Some(text),
            files: &[],
            by_customer: true,
        }
    }

    #[test]
    fn times_are_told_by_the_clock_that_was_asked_for() {
        assert_eq!(Offset::of(0).moment(0), "1970-01-01 00:00:00 +00:00");
        assert_eq!(Offset::of(210).moment(0), "1970-01-01 03:30:00 +03:30");
        assert_eq!(Offset::of(-840).moment(0), "1969-12-31 10:00:00 -14:00");
    }

    #[test]
    fn what_somebody_wrote_cannot_pass_for_a_line_of_the_transcript() {
        for end in ["\n", "\r\n", "\r", "\u{2028}", "\u{85}"] {
            let forged = format!("hi{end}[1970-01-01 03:30:00 +03:30] rep1: I agree");
            let mut part = String::new();
            text(&mut part, &line("customer1", &forged));
            let told = "[1970-01-01 03:30:00 +03:30] customer1: hi\n    \
                        [1970-01-01 03:30:00 +03:30] rep1: I agree\n";
            assert_eq!(part, told, "{end:?}");
        }
    }

    #[test]
    fn a_name_does_not_turn_what_stands_behind_it() {
        let mut part = String::new();
        text(&mut part, &line("eve\u{202E}\u{2067}", "I agree"));
        assert_eq!(part, "[1970-01-01 03:30:00 +03:30] eve: I agree\n");
    }

    #[test]
    fn what_somebody_wrote_is_text_on_the_page() {
        let mut part = String::new();
        html(&mut part, &line("<b>\"'&", "</p><script>alert(1)</script>"));
        assert!(!part.contains("<script"), "{part}");
        assert_eq!(part.matches("</p>").count(), 1, "{part}");
        assert!(
            part.contains("<bdi>&lt;b&gt;&quot;&#39;&amp;</bdi>"),
            "{part}"
        );
        assert!(part.contains("<p dir=\"auto\">&lt;/p&gt;"), "{part}");
    }
}
