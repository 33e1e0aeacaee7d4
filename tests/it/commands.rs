//! The program's commands, on the databases they are for.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use crate::services;

fn run(arguments: &[&str], variables: &[(&str, &str)], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for (name, value) in variables {
        command.env(format!("SWITCHBOARD_{name}"), value);
    }
    let mut child = command.spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

fn admin_and_doctor(variables: &[(&str, &str)]) {
    let made = run(&["admin", "create", "boss"], variables, "correct horse\n");
    let said = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "{said}");
    assert_eq!(
        String::from_utf8_lossy(&made.stdout),
        "made the admin boss\n"
    );
    let again = run(&["admin", "create", "Boss"], variables, "correct horse\n");
    assert!(String::from_utf8_lossy(&again.stderr).contains("This username is taken"));
    assert_eq!(again.status.code(), Some(1));
    let doctor = run(&["doctor"], variables, "");
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("invariants hold"));
    assert!(doctor.status.success());
}

#[test]
fn an_admin_is_made_and_the_doctor_asked_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let none = run(&["doctor"], &[("DATA_DIR", &data)], "");
    assert!(String::from_utf8_lossy(&none.stderr).contains("there is no database at"));
    assert_eq!(none.status.code(), Some(1));
    admin_and_doctor(&[("DATA_DIR", &data)]);
}

#[test]
fn an_admin_is_made_and_the_doctor_asked_on_postgresql() {
    let Some(postgres) = services::postgres() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().display().to_string();
    let database = postgres.database();
    let variables = [("DATA_DIR", data.as_str()), ("DATABASE_URL", &database)];
    // Somebody else's, or of no one yet.
    let none = run(&["doctor"], &variables, "");
    let said = String::from_utf8_lossy(&none.stderr);
    assert!(said.contains("holds no table of Switchboard"), "{said}");
    assert_eq!(none.status.code(), Some(1));
    admin_and_doctor(&variables);
}

#[test]
fn a_start_that_cannot_be_right_says_why() {
    let cases = [
        (("REDIS_URL", "redis://127.0.0.1"), "the database is SQLite"),
        (
            ("WORKERS", "100000"),
            "`workers` must be a whole number from 0 to 512",
        ),
        (("LISTEN", "256.0.0.1:1"), "256.0.0.1:1 cannot be served"),
    ];
    for ((name, value), says) in cases {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().display().to_string();
        let refused = run(&["serve"], &[("DATA_DIR", &data), (name, value)], "");
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(said.contains(says), "{name}: {said}");
        assert_eq!(refused.status.code(), Some(1), "{name}");
    }
}
