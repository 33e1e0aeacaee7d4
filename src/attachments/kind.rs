//! What a file is, by its content: neither its name nor its header is believed. And whether the
//! name says the same, so that nobody opens a page that was taken for a picture.

use std::borrow::Cow;

use imagesize::ImageSize;

/// How the names of files of a type may end, without the dot. The first is the usual one.
const ENDINGS: &[(&str, &[&str])] = &[
    ("image/png", &["png"]),
    ("image/jpeg", &["jpg", "jpeg", "jpe", "jfif"]),
    ("image/gif", &["gif"]),
    ("image/webp", &["webp"]),
    ("application/pdf", &["pdf"]),
    ("application/zip", &["zip"]),
    (
        PLAIN,
        &[
            "txt", "text", "log", "md", "csv", "tsv", "json", "yaml", "yml", "ini", "conf",
        ],
    ),
    (DOCX, &["docx"]),
    (XLSX, &["xlsx"]),
    (PPTX, &["pptx"]),
    ("application/vnd.oasis.opendocument.text", &["odt"]),
    ("application/vnd.oasis.opendocument.spreadsheet", &["ods"]),
    ("application/vnd.oasis.opendocument.presentation", &["odp"]),
];

/// What nothing is known of.
pub const UNKNOWN: &str = "application/octet-stream";
const PLAIN: &str = "text/plain";
const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const PPTX: &str = "application/vnd.openxmlformats-officedocument.presentationml.presentation";

/// Whether it is one of the images whose size is known. A browser may show them in their place; all
/// else is only ever saved.
pub fn is_image(kind: &str) -> bool {
    ["image/png", "image/jpeg", "image/gif", "image/webp"].contains(&kind)
}

/// The media type of what begins like this. `whole`: there is no more.
pub fn of(head: &[u8], whole: bool) -> Cow<'static, str> {
    let found = infer::get(head).map(|kind| kind.mime_type());
    if is_text(head, whole) {
        let found = found.filter(|found| found.starts_with("text/") || TEXTUAL.contains(found));
        return found
            .unwrap_or_else(|| markup(head).unwrap_or(PLAIN))
            .into();
    }
    match found {
        None => UNKNOWN.into(),
        Some(found) if found == "application/zip" || found.contains("openxmlformats") => {
            office(head).unwrap_or(found).into()
        }
        Some(found) => found.into(),
    }
}

/// Types that may begin like a text.
const TEXTUAL: &[&str] = &[
    "application/pdf",
    "application/rtf",
    "application/postscript",
];

/// UTF-8 without any control character but those that texts have.
fn is_text(head: &[u8], whole: bool) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // Cut in the middle of a character.
        Err(error) if !whole && error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let allowed = |c: char| matches!(c, '\n' | '\r' | '\t' | '\u{C}' | '\u{1B}');
    !text.chars().any(|c| c.is_control() && !allowed(c))
}

/// Whether it is a text of another encoding than UTF-8, as far as bytes tell.
pub fn is_foreign_text(head: &[u8]) -> bool {
    let marked = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
    let control = |byte: &u8| *byte < b' ' && !b"\n\r\t\x0C\x1B".contains(byte);
    marked || !head.is_empty() && !head.iter().any(control)
}

/// How the names of files of a type usually end; of an unknown one, what it is.
pub fn usual_ending(kind: &str) -> &str {
    let known = ENDINGS.iter().find(|(known, _)| *known == kind);
    known.map_or(kind, |(_, endings)| endings[0])
}

/// Text that a browser would take for more than text.
fn markup(head: &[u8]) -> Option<&'static str> {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let tag = head.trim_ascii_start().strip_prefix(b"<")?;
    let begins =
        |word: &[u8]| tag.len() >= word.len() && tag[..word.len()].eq_ignore_ascii_case(word);
    match tag.first()? {
        _ if begins(b"svg") => Some("image/svg+xml"),
        b'?' => Some("text/xml"),
        b'!' | b'/' => Some("text/html"),
        letter if letter.is_ascii_alphabetic() => Some("text/html"),
        _ => None,
    }
}

/// A zip that is an office document, by the names of the files in its head. Nothing is unpacked.
fn office(head: &[u8]) -> Option<&'static str> {
    const NAME_AT: usize = 30;
    let names = head
        .windows(4)
        .enumerate()
        .filter(|(_, four)| four == b"PK\x03\x04")
        .filter_map(|(at, _)| head.get(at + NAME_AT..));
    let folder = |name: &[u8]| match name {
        _ if name.starts_with(b"word/") => Some(DOCX),
        _ if name.starts_with(b"xl/") => Some(XLSX),
        _ if name.starts_with(b"ppt/") => Some(PPTX),
        _ => None,
    };
    let mut names = names.peekable();
    names.peek()?;
    names.filter_map(folder).next()
}

/// Whether a name may belong to a file of this type. One without an ending may belong to any;
/// otherwise the answer says how it should end.
pub fn check_ending(name: &str, kind: &str, head: &[u8]) -> Result<(), Cow<'static, str>> {
    let Some((_, ending)) = name.rsplit_once('.') else {
        return Ok(());
    };
    let ending = ending.to_lowercase();
    match ENDINGS.iter().find(|(known, _)| *known == kind) {
        Some((_, endings)) if endings.contains(&ending.as_str()) => Ok(()),
        Some((_, endings)) => Err(endings[0].into()),
        None => match infer::get(head).map(|kind| kind.extension()) {
            Some(usual) if usual != ending => Err(usual.into()),
            _ => Ok(()),
        },
    }
}

/// The size of an image by its header; nothing is decoded. None if the head does not tell.
pub fn size(head: &[u8]) -> Option<ImageSize> {
    imagesize::blob_size(head).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        let zip = |name: &str| [b"PK\x03\x04".as_slice(), &[0; 26], name.as_bytes()].concat();
        let docx = [
            zip("[Content_Types].xml"),
            zip("_rels/.rels"),
            zip("word/document.xml"),
        ];
        let elf = [b"\x7FELF\x02\x01\x01".as_slice(), &[0; 60]].concat();
        let cases: &[(&[u8], &str)] = &[
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
            (b"\x89PNG\r\n\x1a\n<html><script>", "image/png"),
            (b"\xFF\xD8\xFF\xE0\0\x10JFIF", "image/jpeg"),
            (b"%PDF-1.7\n", "application/pdf"),
            (b"hello", "text/plain"),
            (b"BM is a shop", "text/plain"),
            (b"MZ is a text", "text/plain"),
            (
                b"MZ\x90\0\x03\0\0\0",
                "application/vnd.microsoft.portable-executable",
            ),
            (&elf, "application/x-executable"),
            (b"<13>Nov 26 host: up", "text/plain"),
            (b" \n<!DOCTYPE html><p>", "text/html"),
            (b"<x onload=1>", "text/html"),
            (b"\xEF\xBB\xBF<svg xmlns=", "image/svg+xml"),
            (b"<?xml version='1.0'?><svg/>", "text/xml"),
            (b"#!/bin/sh\n", "text/x-shellscript"),
            (b"a\0b", "application/octet-stream"),
            (b"caf\xC3", "application/octet-stream"),
            (&zip("readme.txt"), "application/zip"),
            (&docx.concat(), DOCX),
        ];
        for (head, kind) in cases {
            assert_eq!(
                of(head, true),
                *kind,
                "{:?}",
                head.escape_ascii().to_string()
            );
        }
        // Where more follows, the last character may be cut.
        assert_eq!(of(b"caf\xC3", false), "text/plain");
    }

    #[test]
    fn a_text_of_another_encoding_is_told_from_what_is_no_text() {
        let cases: &[(&[u8], bool)] = &[
            (b"\xCF\xF0\xE8\xE2\xE5\xF2, \xEC\xE8\xF0\r\n", true),
            (b"caf\xE9", true),
            (b"\xFF\xFEh\0i\0", true),
            (b"\xFE\xFF\0h\0i", true),
            (b"a\0b", false),
            (b"\x01\x02\x03\xFF", false),
            (b"", false),
        ];
        for (head, foreign) in cases {
            let shown = head.escape_ascii().to_string();
            assert_eq!(is_foreign_text(head), *foreign, "{shown}");
        }
    }

    #[test]
    fn a_name_says_what_the_content_is() {
        let cases = [
            ("a.png", "image/png", Ok(())),
            ("a.PNG", "image/png", Ok(())),
            ("a", "image/png", Ok(())),
            ("a.html.png", "image/png", Ok(())),
            ("a.png.html", "image/png", Err("png")),
            ("a.svg", "text/plain", Err("txt")),
            ("a.exe", "application/zip", Err("zip")),
            ("a.docm", DOCX, Err("docx")),
        ];
        for (name, kind, expected) in cases {
            let answer = check_ending(name, kind, b"");
            assert_eq!(answer, expected.map_err(Cow::from), "{name} as {kind}");
        }
    }
}
