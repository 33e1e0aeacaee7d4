//! One value of a layer: what it must be, and how the environment spells it.

use anyhow::{Context, bail};
use toml::{Table, Value};

/// Puts a value of a file or the environment over the default of its name.
pub fn set(table: &mut Table, name: &str, value: Value, place: &str) -> anyhow::Result<()> {
    let Some(slot) = table.get_mut(name) else {
        bail!("there is no setting `{name}` ({place}); `switchboard settings` lists them all");
    };
    if slot.type_str() != value.type_str() {
        let kind = match slot {
            Value::Integer(_) => "a whole number",
            Value::Boolean(_) => "true or false",
            Value::Array(_) => "a list",
            _ => "a text",
        };
        bail!("the setting `{name}` ({place}) must be {kind}");
    }
    *slot = value;
    Ok(())
}

/// Text of the environment as the type that the default has.
pub fn parse(table: &Table, name: &str, text: &str, variable: &str) -> anyhow::Result<Value> {
    let wrong = |what| format!("the environment variable {variable} must be {what}");
    Ok(match table.get(name) {
        Some(Value::Integer(_)) => Value::Integer(
            text.trim()
                .parse()
                .with_context(|| wrong("a whole number"))?,
        ),
        Some(Value::Boolean(_)) => Value::Boolean(
            text.trim()
                .parse()
                .with_context(|| wrong("true or false"))?,
        ),
        Some(Value::Array(_)) => {
            let parts = text
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty());
            Value::Array(parts.map(|part| Value::String(part.into())).collect())
        }
        _ => Value::String(text.into()),
    })
}

/// Every number fits into the type of its setting, and no sum of moments overflows. Only a head
/// start may be negative.
pub fn check_numbers(table: &Table) -> anyhow::Result<()> {
    for (name, value) in table {
        let Value::Integer(number) = value else {
            continue;
        };
        let (least, most) = match name.as_str() {
            "workers" => (0, 512),
            "database_connections" => (0, 1_000),
            "text_chars_max" | "subject_chars_max" => (0, super::TEXT_CHARS_MAX),
            name if name.starts_with("head_start_") => (-i64::from(i32::MAX), i32::MAX.into()),
            _ => (0, i32::MAX.into()),
        };
        if !(least..=most).contains(number) {
            bail!("the setting `{name}` must be a whole number from {least} to {most}");
        }
    }
    Ok(())
}
