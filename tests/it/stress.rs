//! `switchboard stress dispatch`, small: thousands of random commands at once, and nothing breaks.

use std::process::Command;

use crate::bench::with_services;
use crate::process::{shown, switchboard};
use crate::services;

/// Runs it to its end; answers what it printed.
fn stress(claims: u32, nodes: u32, change: impl FnOnce(&mut Command)) -> String {
    let mut command = switchboard();
    let (claims, nodes) = (claims.to_string(), nodes.to_string());
    command.args(["stress", "dispatch", "--seconds-max", "240", "--seed", "7"]);
    command.args(["--claims", &claims, "--nodes", &nodes]);
    change(&mut command);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", shown(&output));
    shown(&output)
}

/// The number that stands behind a name at the beginning of a line.
fn figure(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let figure = line.and_then(|rest| rest.trim().parse().ok());
    figure.unwrap_or_else(|| panic!("no figure {name:?} in\n{text}"))
}

fn is_sound(text: &str, claims: u32) {
    for wrong in [
        "over capacity",
        "served twice",
        "lost",
        "left waiting",
        "line astray",
        "out of turn",
        "wrong answers",
    ] {
        assert_eq!(figure(text, wrong), 0, "{wrong} in\n{text}");
    }
    assert!(text.contains("invariants hold"), "{text}");
    assert!(text.contains(" 0 left open"), "{text}");
    let before = |end: &str| text.split_once(end).unwrap().0.rsplit(' ').next().unwrap();
    let all: u32 = before(" claims, ").parse().unwrap();
    let won: u32 = before(" of them won").parse().unwrap();
    let assigned: u32 = before(" assignments").parse().unwrap();
    // What is left waiting is given out in the end, when claims are counted no more.
    assert!(
        all >= claims && won > claims / 25 && won <= assigned && won < all,
        "{text}"
    );
    let foretold: u32 = before(" turns foretold").parse().unwrap();
    assert!(foretold > 0, "{text}");
}

#[test]
fn thousands_of_random_commands_break_nothing_on_one_node() {
    is_sound(&stress(6_000, 1, |_| {}), 6_000);
}

#[test]
fn thousands_of_random_commands_break_nothing_on_three_nodes() {
    if services::both().is_none() {
        return;
    }
    let text = stress(4_000, 3, |command| {
        with_services(command).expect("both are there");
    });
    is_sound(&text, 4_000);
}

#[test]
fn a_database_in_use_is_not_stressed() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("used.db").display());
    let run = || {
        let mut command = switchboard();
        command.args(["stress", "dispatch", "--claims", "1", "--seed", "1"]);
        command.env("SWITCHBOARD_DATABASE_URL", &database);
        command.output().unwrap()
    };
    let first = run();
    assert!(first.status.success(), "{}", shown(&first));
    let second = run();
    assert_eq!(second.status.code(), Some(1), "{}", shown(&second));
    assert!(shown(&second).contains("is in use"), "{}", shown(&second));
}
