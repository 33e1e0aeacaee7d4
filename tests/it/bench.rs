//! `switchboard bench dispatch`, short: it ends, and says what it was made to say.

use std::process::Command;

use serde_json::Value;

use crate::process::{shown, switchboard};
use crate::services;

/// Runs it with PostgreSQL and Redis, or without; answers what it printed.
fn bench(arguments: &[&str], shared: bool) -> Option<String> {
    let mut command = switchboard();
    command.args(["bench", "dispatch"]).args(arguments);
    if shared {
        with_services(&mut command)?;
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", shown(&output));
    Some(shown(&output))
}

pub fn with_services(command: &mut Command) -> Option<()> {
    let (postgres, redis) = services::both()?;
    let prefix = format!("test-{}", uuid::Uuid::now_v7().simple());
    command
        .env("SWITCHBOARD_DATABASE_URL", postgres.database())
        .env("SWITCHBOARD_REDIS_URL", redis.url())
        .env("SWITCHBOARD_REDIS_PREFIX", prefix)
        .env(
            "SWITCHBOARD_SECRET",
            "a secret for tests, of more than 32 characters",
        );
    Some(())
}

const SHORT: [&str; 8] = [
    "--seconds",
    "1",
    "--customers",
    "20",
    "--reps",
    "2",
    "--chat-ms",
    "100",
];

#[test]
fn what_an_assignment_costs_stands_beside_the_wait() {
    for shared in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("figures.json");
        let mut arguments = SHORT.to_vec();
        arguments.extend(["--json", file.to_str().unwrap()]);
        let Some(text) = bench(&arguments, shared) else {
            continue;
        };
        for part in ["p99.9", "the goal of", "ms of processor", "invariants hold"] {
            assert!(text.contains(part), "{part:?} is missing in\n{text}");
        }
        let figures = std::fs::read_to_string(file).unwrap();
        let figures: Value = serde_json::from_str(&figures).unwrap();
        for times in ["bare_claim", "engine_alone"] {
            assert!(figures[times]["p999_ms"].as_f64() > Some(0.0), "{figures}");
        }
        for part in ["busiest", "calmer", "quiet"] {
            let part = &figures[part];
            for times in ["close_to_told", "close"] {
                assert!(part[times]["p999_ms"].as_f64() > Some(0.0), "{figures}");
            }
        }
        // Half of what was reached is asked for: 8 slots, and chats as long as that takes.
        let rate = figures["busiest"]["assignments_per_second"]
            .as_f64()
            .unwrap();
        let chat = |part: &str| figures[part]["chat_ms"].as_f64().unwrap();
        let half = 1_000.0 * 2.0 * 8.0 / rate.max(1.0);
        assert!((chat("calmer") - half).abs() <= 1.0, "{figures}");
        assert_eq!((chat("busiest"), chat("quiet")), (0.0, 100.0), "{figures}");
        let each = &figures["each_assignment"];
        assert!(each["cpu_ms"].as_f64() > Some(0.0), "{each}");
        // An opening, an assignment and a close are three transactions at least, and three steps.
        let least = shared.then_some(3.0);
        assert!(each["sql_round_trips"].as_f64() >= least, "{each}");
        assert!(each["redis_steps"].as_f64() >= least, "{each}");
    }
}

#[test]
fn figures_go_to_the_output_if_they_are_asked_for_there() {
    let mut arguments = SHORT.to_vec();
    arguments.extend(["--json", "-"]);
    let mut command = switchboard();
    command.args(["bench", "dispatch"]).args(&arguments);
    let output = command.output().unwrap();
    // Nothing else stands there, so that a program can read it; people read beside it.
    let figures: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(
        figures["busiest"]["assignments"].as_u64() > Some(0),
        "{figures}"
    );
    let beside = String::from_utf8_lossy(&output.stderr);
    assert!(beside.contains("bare claim transaction"), "{beside}");
    for (what, more) in [
        ("relay", ["--conversations", "2", "--seconds", "1"]),
        ("connect", ["--sockets", "20", "--conversations", "4"]),
    ] {
        let mut command = switchboard();
        command.args(["bench", what, "--json", "-"]).args(more);
        let output = command.output().unwrap();
        let figures: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{what}: {error}: {}", shown(&output)));
        assert!(figures["place"].is_string(), "{figures}");
        assert!(!output.stderr.is_empty(), "{what}");
    }
}

#[test]
fn growth_ends_with_a_verdict_and_leaves_nobody_behind() {
    let arguments = ["--growth", "--growth-max", "10", "--growth-seconds", "1"];
    for shared in [false, true] {
        let Some(text) = bench(&arguments, shared) else {
            continue;
        };
        assert!(
            text.contains("from 10 to 10 waiting: p50 x 1.00, p99 x 1.00"),
            "{text}"
        );
        assert!(
            text.contains("the goal that p99 grows at most x 2 is met"),
            "{text}"
        );
    }
}

#[test]
fn growth_removes_nobody_it_has_not_brought() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let database = format!("sqlite:{data}/switchboard.db");
    let mut admin = switchboard();
    admin.args(["admin", "create", "boss"]);
    admin.env("SWITCHBOARD_DATABASE_URL", &database);
    admin.env("SWITCHBOARD_DATA_DIR", data);
    admin
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped());
    let mut admin = admin.spawn().unwrap();
    std::io::Write::write_all(&mut admin.stdin.take().unwrap(), b"correct horse\n").unwrap();
    assert!(admin.wait().unwrap().success());
    let mut growth = switchboard();
    growth.args(["bench", "dispatch", "--growth", "--growth-max", "10"]);
    let refused = growth
        .env("SWITCHBOARD_DATABASE_URL", &database)
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(1), "{}", shown(&refused));
    assert!(
        shown(&refused).contains("there are people"),
        "{}",
        shown(&refused)
    );
}
