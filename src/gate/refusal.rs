//! Why a JSON value is refused, in words for whoever sent it. What serde says is for programmers:
//! it names types of ours.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value};

use crate::error::{Code, Error, FieldError};

/// The refusal of JSON text that could not be read as a `T`; `path` is where reading ended.
pub fn of<T: DeserializeOwned>(bytes: &[u8], error: &serde_json::Error, path: &str) -> Error {
    let text = error.to_string();
    let is_json = || serde_json::from_slice::<IgnoredAny>(bytes).is_ok();
    if !error.is_data() {
        // Some of what serde calls a syntax error is none: a word where another type stands, and
        // half a character.
        if !error.is_syntax() || text.contains("recursion limit") || !is_json() {
            return not_json(&text);
        }
        if text.contains("hex escape") {
            let detail = format!("The JSON contains half a character, a lone surrogate: {text}.");
            return Error::new(Code::InvalidCharacter, detail);
        }
        return wrong(
            path.to_owned(),
            "This is not one of the words that are allowed here.",
        );
    }
    let what = text.split(" at line ").next().unwrap_or_default();
    let named = ["missing field `", "unknown field `", "duplicate field `"]
        .iter()
        .find_map(|start| what.strip_prefix(start)?.split('`').next());
    let whole = path.is_empty() || path == ".";
    let field = match named {
        Some(name) if whole || path.ends_with(name) => Some(name.to_owned()),
        Some(name) => Some(format!("{path}.{name}")),
        // Of a value that names its own kind serde does not say where in it.
        None if whole => culprit::<T>(bytes, what),
        None => Some(path.to_owned()),
    };
    match field {
        Some(field) => wrong(field, plainly(what)),
        None => Error::new(Code::ValidationFailed, plainly(what)),
    }
}

/// The refusal of text that is no JSON.
pub fn not_json(text: &str) -> Error {
    Error::new(
        Code::InvalidJson,
        format!("This is not valid JSON: {text}."),
    )
}

fn wrong(field: String, detail: impl Into<String>) -> Error {
    Error::invalid_fields(vec![FieldError {
        field: field.into(),
        detail: detail.into(),
    }])
}

/// The field without which something else is wrong, or nothing.
fn culprit<T: DeserializeOwned>(bytes: &[u8], what: &str) -> Option<String> {
    let whole: Map<String, Value> = serde_json::from_slice(bytes).ok()?;
    let guilty = |name: &&String| {
        let mut rest = whole.clone();
        rest.remove(*name);
        let read = serde_json::from_value::<T>(Value::Object(rest));
        read.map_or_else(|error| error.to_string() != what, |_| true)
    };
    // Without the kind all else is wrong, too.
    let of_kind = |name: &&String| *name != "type" || what.contains("variant");
    whole.keys().filter(of_kind).find(guilty).cloned()
}

/// What serde says, as a sentence without our types.
pub fn plainly(what: &str) -> String {
    if what.starts_with("missing field") {
        return "This field is missing.".into();
    }
    if what.starts_with("duplicate field") {
        return "This field is there twice.".into();
    }
    if let Some(rest) = what.strip_prefix("unknown field ") {
        let known = words(rest).split_off(1).join(", ");
        return match known.as_str() {
            "" => "There is no such field.".into(),
            known => format!("There is no such field; there are {known}."),
        };
    }
    if let Some(rest) = what.strip_prefix("unknown variant ") {
        let known = words(rest).split_off(1).join(", ");
        return format!("This is not one of the words that are allowed here: {known}.");
    }
    if let Some(number) = beyond(what) {
        return format!("{number} is beyond every number that is allowed here.");
    }
    let typed = what
        .strip_prefix("invalid type: ")
        .or_else(|| what.strip_prefix("invalid value: "));
    if let Some((found, expected)) = typed.and_then(|rest| rest.rsplit_once(", expected ")) {
        return format!("Give {}, not {}.", wanted(expected), got(found));
    }
    // A list where fields belong is counted, and found too short or too long.
    let counted = what.strip_prefix("invalid length ");
    if let Some((_, expected)) = counted.and_then(|rest| rest.split_once(", expected ")) {
        return format!("Give {}, not a list.", wanted(expected));
    }
    if what.contains("invalid digit found") || what.contains("cannot parse integer") {
        return "Give a whole number.".into();
    }
    if what.starts_with("UUID parsing failed") {
        return "Give a UUID.".into();
    }
    format!("This is not understood: {}.", what.replace('`', "\u{22}"))
}

/// A whole number that its type cannot hold. How far the field itself goes, this one is not near.
fn beyond(what: &str) -> Option<&str> {
    let rest = what.strip_prefix("invalid value: integer `")?;
    let (number, rest) = rest.split_once("`, expected ")?;
    let signed = ["i8", "i16", "i32", "i64", "isize"].contains(&rest);
    let unsigned = ["u8", "u16", "u32", "u64", "usize"].contains(&rest);
    (signed || unsigned && !number.starts_with('-')).then_some(number)
}

/// What stands between backticks; at least one, if only an empty one.
fn words(text: &str) -> Vec<&str> {
    let words: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
    if words.is_empty() { vec![""] } else { words }
}

fn wanted(expected: &str) -> String {
    match expected {
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number".into(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number that is not negative".into(),
        "f32" | "f64" => "a number".into(),
        "a string" | "str" | "string" => "a text".into(),
        "a boolean" => "true or false".into(),
        "a sequence" => "a list".into(),
        "string or map" | "variant identifier" => "one of the words that are allowed here".into(),
        other if other.contains("UUID") => "a UUID".into(),
        other if other.contains("struct ") || other.contains("tagged enum ") => "an object".into(),
        "a map" => "an object".into(),
        other if other.contains("enum ") => "one of the words that are allowed here".into(),
        other => other.replace('`', "\u{22}"),
    }
}

fn got(found: &str) -> String {
    match found.split(' ').next().unwrap_or_default() {
        "string" => "this text".into(),
        "map" => "an object".into(),
        "sequence" => "a list".into(),
        "unit" | "null" | "Option" => "null".into(),
        // A number, true or false: as it is.
        _ => words(found)[0].to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_ours_is_named() {
        for (serde, plain) in [
            ("missing field `a`", "This field is missing."),
            (
                "unknown field `x`, expected one of `a`, `b`",
                "There is no such field; there are a, b.",
            ),
            (
                "unknown field `x`, there are no fields",
                "There is no such field.",
            ),
            (
                "unknown variant `x`, expected `a` or `b`",
                "This is not one of the words that are allowed here: a, b.",
            ),
            (
                "invalid type: floating point `1.5`, expected i32",
                "Give a whole number, not 1.5.",
            ),
            (
                "invalid value: integer `99999999999`, expected i32",
                "99999999999 is beyond every number that is allowed here.",
            ),
            (
                "invalid length 0, expected struct NewUser with 4 elements",
                "Give an object, not a list.",
            ),
            (
                "invalid value: integer `-1`, expected usize",
                "Give a whole number that is not negative, not -1.",
            ),
            (
                "invalid type: string \"a, expected b\", expected a boolean",
                "Give true or false, not this text.",
            ),
            (
                "invalid type: null, expected struct SignIn",
                "Give an object, not null.",
            ),
            (
                "invalid type: map, expected a formatted UUID string",
                "Give a UUID, not an object.",
            ),
        ] {
            assert_eq!(plainly(serde), plain);
        }
    }
}
