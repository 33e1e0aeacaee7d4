//! Words as they are compared in a search: cut out of a text, and folded the same way on both
//! databases, so that neither needs to know any language.
//!
//! Folded are case, accents and vowel signs of every script (`ё` is `е`, `é` is `e`, `آ` is `ا`),
//! the Arabic forms of letters that Persian writes otherwise, and digits. Characters that write no
//! spaces between words (Chinese, Japanese) are words of their own. There are no stems: a word is
//! found by its beginning instead.

use crate::error::{Error, Result};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters and words of a query.
pub const QUERY_CHARS_MAX: usize = 200;
pub const TERMS_MAX: usize = 16;

/// Characters of a word that are compared; the rest is cut off.
const WORD_MAX: usize = 40;
/// Words of one text that can be found, and their bytes as they are compared: PostgreSQL takes
/// 1 MiB of one text, with 5 bytes around each word.
const WORDS_MAX: usize = 16_000;
const BYTES_MAX: usize = 950_000;
/// Characters around the first match that a snippet shows, before it and in all.
const BEFORE: usize = 40;
const SNIPPET: usize = 200;

/// A word of a text: where it stands, in bytes, and what it is compared as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    start: usize,
    end: usize,
    pub folded: String,
}

/// A part of a snippet.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Part {
    pub text: String,
    /// Whether it is what was searched for.
    #[serde(rename = "match")]
    pub matches: bool,
}

/// Written inside words, and not compared: the joiners and the stretch of Arabic script, and the
/// soft hyphen.
fn is_silent(c: char) -> bool {
    is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}' | '\u{640}' | '\u{ad}')
}

/// Whether a character is a word by itself.
fn stands_alone(c: char) -> bool {
    matches!(u32::from(c), 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff
        | 0x2_0000..=0x2_ffff)
}

/// What is written for a letter that no decomposition brings to its plain one.
fn plain(c: char) -> &'static str {
    match c {
        'ي' | 'ى' => "ی",
        'ك' => "ک",
        'ة' => "ه",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' => "d",
        'ı' => "i",
        // A sigma is the same letter at the end of a word.
        'ς' => "σ",
        '٠' | '۰' => "0",
        '١' | '۱' => "1",
        '٢' | '۲' => "2",
        '٣' | '۳' => "3",
        '٤' | '۴' => "4",
        '٥' | '۵' => "5",
        '٦' | '۶' => "6",
        '٧' | '۷' => "7",
        '٨' | '۸' => "8",
        '٩' | '۹' => "9",
        _ => "",
    }
}

fn fold_into(folded: &mut String, c: char) {
    for c in c.to_lowercase().nfkd().filter(|c| !is_silent(*c)) {
        match plain(c) {
            "" => folded.push(c),
            plain => folded.push_str(plain),
        }
    }
}

/// The words of a text, in their order.
pub fn words(text: &str) -> Vec<Word> {
    let mut found: Vec<Word> = Vec::new();
    let (mut open, mut bytes) = (false, 0);
    for (at, c) in text.char_indices() {
        let alone = stands_alone(c);
        let part = c.is_alphanumeric() || is_silent(c) && open;
        if !part || alone || !open {
            if found.len() == WORDS_MAX || bytes > BYTES_MAX {
                break;
            }
            open = part && !alone;
            if !part {
                continue;
            }
            let folded = String::new();
            found.push(Word {
                start: at,
                end: at,
                folded,
            });
        }
        let word = found.last_mut().expect("a word was begun");
        word.end = at + c.len_utf8();
        if word.folded.chars().count() < WORD_MAX {
            let before = word.folded.len();
            fold_into(&mut word.folded, c);
            bytes += word.folded.len() - before;
        }
    }
    found.retain(|word| !word.folded.is_empty());
    found
}

/// What is searched for: a word, or the beginning of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    pub folded: String,
    /// Whether longer words are meant, too. One character alone would mean too many.
    pub begins: bool,
}

impl Term {
    fn matches(&self, word: &Word) -> bool {
        word.folded == self.folded || self.begins && word.folded.starts_with(&self.folded)
    }
}

/// The terms of a query, each once. Any text has some, or none.
pub fn terms(query: &str) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    for Word { folded, .. } in words(query) {
        let begins = folded.chars().nth(1).is_some();
        if !terms.iter().any(|term| term.folded == folded) {
            terms.push(Term { folded, begins });
        }
    }
    terms
}

/// The part of a text around the first match, with all matches in it marked; none if nothing of
/// what was searched for stands in it.
pub fn snippet(text: &str, terms: &[Term]) -> Option<Vec<Part>> {
    let words = words(text);
    let hit = |word: &&Word| terms.iter().any(|term| term.matches(word));
    let first = words.iter().find(hit)?;
    let before = text[..first.start].char_indices().rev().take(BEFORE).last();
    let mut start = before.map_or(first.start, |(at, _)| at);
    // Not in the middle of a word, if there is a better place.
    if start > 0 {
        let whole = words.iter().find(|word| word.start >= start);
        start = whole.map_or(start, |word| word.start.min(first.start));
    }
    let mut end = text[start..]
        .char_indices()
        .nth(SNIPPET)
        .map_or(text.len(), |(at, _)| start + at);
    end = end.max(first.end);

    let mut parts = Vec::new();
    let mut at = start;
    let mut say = |text: &str, matches: bool| {
        if !text.is_empty() {
            let text = text.to_owned();
            parts.push(Part { text, matches });
        }
    };
    if start > 0 {
        say("…", false);
    }
    for word in words.iter().filter(hit) {
        if word.start < start || word.end > end {
            continue;
        }
        say(&text[at..word.start], false);
        say(&text[word.start..word.end], true);
        at = word.end;
    }
    say(&text[at..end], false);
    if end < text.len() {
        say("…", false);
    }
    Some(parts)
}

/// The terms of a query, if it is short enough. Any text is one; it may have no terms.
pub fn terms_of(query: &str) -> Result<Vec<Term>> {
    if query.chars().count() > QUERY_CHARS_MAX {
        let detail = format!("Search for less: at most {QUERY_CHARS_MAX} characters.");
        return Err(Error::invalid("q", detail));
    }
    let terms = terms(query);
    match terms.len() > TERMS_MAX {
        true => {
            let detail = format!("Search for fewer words: at most {TERMS_MAX}.");
            Err(Error::invalid("q", detail))
        }
        false => Ok(terms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.folded).collect()
    }

    #[test]
    fn case_accents_and_forms_of_letters_are_folded() {
        assert_eq!(
            folded("Où est ma Été-Straße?"),
            ["ou", "est", "ma", "ete", "strasse"]
        );
        assert_eq!(folded("Где МОЙ ёжик"), ["где", "мои", "ежик"]);
        assert_eq!(folded("كِتاب‌ها ي ۱۲"), ["کتابها", "ی", "12"]);
        assert_eq!(folded("آب"), folded("اب"));
        assert_eq!(folded("ＡＢＣ１２３"), ["abc123"]);
        assert_eq!(folded("小包in東京"), ["小", "包", "in", "東", "京"]);
        assert_eq!(folded("!!! \u{301} — 🙂"), Vec::<String>::new());
    }

    #[test]
    fn a_word_is_compared_by_its_first_characters_and_a_text_by_its_first_words() {
        assert_eq!(folded(&"a".repeat(100))[0].len(), WORD_MAX);
        assert_eq!(folded(&"a ".repeat(20_000)).len(), WORDS_MAX);
    }

    #[test]
    fn a_term_is_the_beginning_of_a_word_unless_it_is_one_character() {
        let shown = |query: &str| -> Vec<(String, bool)> {
            let terms = terms(query).into_iter();
            terms.map(|term| (term.folded, term.begins)).collect()
        };
        assert_eq!(
            shown("a AB ab*"),
            [("a".into(), false), ("ab".into(), true)]
        );
    }

    #[test]
    fn a_snippet_marks_what_was_searched_for() {
        let told = |text: &str, query: &str| -> Option<String> {
            let parts = snippet(text, &terms(query))?;
            let part = |part: Part| match part.matches {
                true => format!("[{}]", part.text),
                false => part.text,
            };
            Some(parts.into_iter().map(part).collect())
        };
        assert_eq!(
            told("Où est l'Été?", "ETE ou").unwrap(),
            "[Où] est l'[Été]?"
        );
        assert_eq!(told("parcels", "parc").unwrap(), "[parcels]");
        assert_eq!(told("a parcel", "p"), None);
        let long = format!("{}the parcel {}", "before ".repeat(50), "after ".repeat(50));
        let shown = told(&long, "parcel").unwrap();
        assert!(shown.starts_with("…before "), "{shown}");
        assert!(shown.contains(" the [parcel] after "), "{shown}");
        assert!(
            shown.ends_with('…') && shown.chars().count() < 220,
            "{shown}"
        );
        let word = format!("x {}", "y".repeat(500));
        assert!(told(&word, "yyy").unwrap().ends_with("]"));
        assert_eq!(told(&"é".repeat(300), "é").unwrap_or_default().len(), 0);
    }
}
