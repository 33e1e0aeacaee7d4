//! `switchboard bench relay`, `bench connect` and `stress relay`, short: they end, say what they
//! were made to say, and find nothing wrong.

use std::process::Command;

use serde_json::Value;

use crate::bench::with_services;
use crate::process::{shown, switchboard};

/// Runs it with PostgreSQL and Redis, or without; answers what it printed.
fn run(arguments: &[&str], shared: bool) -> Option<String> {
    let mut command: Command = switchboard();
    command.args(arguments);
    if shared {
        with_services(&mut command)?;
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", shown(&output));
    Some(shown(&output))
}

#[test]
fn what_a_message_costs_stands_beside_the_floor() {
    for shared in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("figures.json");
        let file = file.to_str().unwrap();
        let mut arguments = vec!["bench", "relay", "--conversations", "4", "--seconds", "2"];
        arguments.extend(["--floor", "--senders", "20", "--json", file]);
        if shared {
            arguments.extend(["--nodes", "2"]);
        }
        let Some(text) = run(&arguments, shared) else {
            continue;
        };
        for part in [
            "each exactly once and in order at both ends",
            "ratio",
            "a bare relay",
            "a bare insert",
            "senders at the store, in groups",
            "invariants hold",
            "raised for this: frames_burst",
        ] {
            assert!(text.contains(part), "{part:?} is missing in\n{text}");
        }
        let figures: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        let seen = &figures["seen"];
        assert!(seen["delivered"].as_u64() > Some(0), "{seen}");
        assert_eq!(seen["end_to_end"]["n"], seen["delivered"], "{seen}");
        assert!(figures["cpu"]["server"].as_f64() > Some(0.0), "{figures}");
        let there = |name: &str| figures["cpu"][name].is_number();
        assert_eq!(
            [there("postgres"), there("redis")],
            [shared; 2],
            "{figures}"
        );
        assert!(figures["memory"][0].as_u64() > Some(1_000), "{figures}");
        let checked = figures["checked"]["messages"].as_u64().unwrap();
        assert!(Some(checked) >= seen["stored"].as_u64(), "{figures}");
        for way in ["in_groups", "one_by_one"] {
            let rate = &figures["senders"][way]["per_second"];
            assert!(rate.as_f64() > Some(0.0), "{figures}");
        }
    }
}

#[test]
fn a_steady_rate_is_not_exceeded() {
    let mut command: Command = switchboard();
    command.args(["bench", "relay", "--conversations", "4", "--seconds", "2"]);
    command.args(["--rate", "100", "--json", "-"]);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", shown(&output));
    let figures: Value = serde_json::from_slice(&output.stdout).unwrap();
    let seen = &figures["seen"];
    let delivered = seen["delivered"].as_f64().unwrap();
    // What was late at first may be sent at once: the second of warming up, and one to spare.
    let most = 100.0 * (1.0 + seen["seconds"].as_f64().unwrap() + 1.0);
    assert!(delivered > 0.0 && delivered <= most, "{seen}");
}

#[test]
fn what_a_socket_costs_and_whether_readers_who_stall_matter() {
    let mut arguments = vec![
        "bench",
        "connect",
        "--sockets",
        "50",
        "--conversations",
        "4",
    ];
    arguments.extend(["--rounds", "1", "--seconds", "1", "--rate", "40"]);
    for shared in [false, true] {
        let Some(text) = run(&arguments, shared) else {
            continue;
        };
        for part in [
            "50 sockets opened, 0 refused",
            "KiB",
            "ms in the server",
            "8 sockets that talk, of 2 of which the readers may stall",
            "when they stall; the goal of 1.2",
            "invariants hold",
        ] {
            assert!(text.contains(part), "{part:?} is missing in\n{text}");
        }
    }
}

#[test]
fn a_stop_with_many_sockets_is_quick_and_all_come_back() {
    for shared in [false, true] {
        let arguments = ["bench", "connect", "--stop", "--sockets", "300"];
        if let Some(text) = run(&arguments, shared) {
            assert!(text.contains("told to go with 300 sockets open"), "{text}");
            assert!(text.contains("\n300 of them were back"), "{text}");
        }
    }
}

/// Runs the stress; nothing may be wrong, and enough must have gone wrong around it.
fn stress(nodes: &str, shared: bool) {
    let mut arguments = vec!["stress", "relay", "--messages", "10000", "--seed", "7"];
    arguments.extend(["--nodes", nodes, "--seconds-max", "1200"]);
    let Some(text) = run(&arguments, shared) else {
        return;
    };
    let figure = |name: &str| -> u64 {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let figure = line.and_then(|rest| rest.trim().parse().ok());
        figure.unwrap_or_else(|| panic!("no figure {name:?} in\n{text}"))
    };
    for wrong in [
        "lost",
        "doubled",
        "out of order",
        "gaps",
        "history",
        "wrong answers",
    ] {
        assert_eq!(figure(wrong), 0, "{wrong} in\n{text}");
    }
    assert!(text.contains("invariants hold"), "{text}");
    assert!(figure("nodes killed") > 2, "{text}");
    for often in [
        "connections lost",
        "connections left",
        "repeated",
        "sent on two ways",
    ] {
        assert!(figure(often) > 10, "{often} in\n{text}");
    }
    let acknowledged = text
        .lines()
        .find_map(|line| line.strip_prefix("seed 7: ")?.split(' ').next());
    let acknowledged: u64 = acknowledged.unwrap().parse().unwrap();
    assert!(acknowledged >= 10_000, "cut off before its end:\n{text}");
}

#[test]
fn ten_thousand_messages_survive_what_breaks_on_one_node() {
    stress("1", false);
}

#[test]
fn ten_thousand_messages_survive_what_breaks_on_two_nodes() {
    stress("2", true);
}
