//! What a file is called, made harmless: text for people, in one line, that tells no lies about
//! its ending. Nothing on our disk is ever called so.

/// Characters that are kept of a name.
const CHARS_MAX: usize = 120;

/// What a file is called that has no name.
const NONE: &str = "file";

/// The last part of a path, without what is invisible, turns text around, or means something to
/// a file system.
pub fn clean(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown = last
        .chars()
        .filter(|c| !c.is_control() && !is_deceptive(*c));
    let tame = shown.map(|c| match c {
        '<' | '>' | ':' | '"' | '|' | '?' | '*' => '_',
        c if c.is_whitespace() => ' ',
        c => c,
    });
    let tame: String = tame.collect();
    // A leading dot hides a file; one at the end is dropped by some systems, and with it an ending.
    let name = tame.trim_matches(|c: char| c == '.' || c == ' ').to_owned();
    match name.is_empty() {
        true => NONE.into(),
        false => shorten(name),
    }
}

/// Marks that turn the direction of text, and such that show nothing. Joiners stay: some scripts
/// need them.
fn is_deceptive(c: char) -> bool {
    matches!(c,
        '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{FEFF}' | '\u{00AD}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{2028}' | '\u{2029}' | '\u{E0000}'..='\u{E007F}')
}

/// Cuts from the middle, so that the ending stays.
fn shorten(name: String) -> String {
    let count = name.chars().count();
    if count <= CHARS_MAX {
        return name;
    }
    let ending: String = match name.rsplit_once('.') {
        Some((_, ending)) if ending.chars().count() <= 10 => format!(".{ending}"),
        _ => String::new(),
    };
    let kept = CHARS_MAX - ending.chars().count() - 1;
    let start: String = name.chars().take(kept).collect();
    format!("{start}…{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_harmless() {
        let cases = [
            ("photo.png", "photo.png"),
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\x.txt", "x.txt"),
            ("/", "file"),
            ("..", "file"),
            ("", "file"),
            (" \u{0}\r\n ", "file"),
            (".htaccess", "htaccess"),
            ("a\r\nSet-Cookie: x=1.png", "aSet-Cookie_ x=1.png"),
            ("cv\u{202E}gnp.exe", "cvgnp.exe"),
            ("evil.html. . ", "evil.html"),
            ("\"quoted\".png", "_quoted_.png"),
            ("عکس\u{200C}من.jpg", "عکس\u{200C}من.jpg"),
            ("a\u{2028}b.png", "ab.png"),
            ("😀.gif", "😀.gif"),
        ];
        for (given, expected) in cases {
            assert_eq!(clean(given), expected, "{given:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = clean(&format!("{}.jpeg", "ä".repeat(300)));
        assert_eq!(name.chars().count(), CHARS_MAX);
        assert!(name.ends_with("….jpeg"), "{name}");
        assert_eq!(clean(&"x".repeat(300)).chars().count(), CHARS_MAX);
    }
}
