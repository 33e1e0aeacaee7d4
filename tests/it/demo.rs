//! `switchboard demo`, run as people run it: the real program, told by its lines and exit code.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::process::Process;
use crate::wire::Request;

const PASSWORD: &str = "a password for tests";
/// No demo of these tests may take longer.
const BOUND: Duration = Duration::from_secs(120);

/// The program, in an environment without settings.
fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    let ours = std::env::vars().filter(|(name, _)| name.starts_with("SWITCHBOARD_"));
    for (name, _) in ours {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What it said and how it ended; it is killed when it does not end.
fn ended(mut child: Child) -> Output {
    let since = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if since.elapsed() > BOUND {
            child.kill().unwrap();
            panic!("it did not end: {:?}", child.wait_with_output());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.wait_with_output().unwrap()
}

fn told(command: &mut Command) -> (Option<i32>, String) {
    let output = ended(command.spawn().unwrap());
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

/// Plays one whose verdict is to be good. In so few seconds that is asked of a machine that has
/// time for it: the best of three.
fn good(mut play: impl FnMut() -> (Option<i32>, String)) -> String {
    let (mut code, mut text) = play();
    for _ in 0..2 {
        if code != Some(0) {
            println!("once more, after:\n{text}");
            (code, text) = play();
        }
    }
    contains(&text, &["verdict: good"]);
    assert_eq!(code, Some(0), "{text}");
    text
}

fn contains(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }
}

/// A server of its own process, with an admin.
fn serving(folder: &Path) -> Process {
    let mut admin = program(&["admin", "create", "boss"]);
    admin.env("SWITCHBOARD_DATA_DIR", folder);
    let mut making = admin.stdin(Stdio::piped()).spawn().unwrap();
    let mut input = making.stdin.take().unwrap();
    input.write_all(PASSWORD.as_bytes()).unwrap();
    drop(input);
    assert!(ended(making).status.success());
    // As on a machine where the demo's password is set for good.
    Process::start(folder, &[("DEMO_PASSWORD", PASSWORD.into())])
}

#[test]
fn the_demo_serves_everybody_and_ends_well() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = "demo --plain --seconds 6 --customers 12 --reps 3 --seed 7";
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let text = good(|| told(program(&arguments).env("TMPDIR", folder.path())));
    let lines = [
        "--seed 7",
        "9 customers come at once",
        "is given to",
        "p50",
        "rep 2 closes his socket",
        "rep 2 is back",
        "the admin raises the capacity of rep 3: 1 to 3",
        "rep 1 sets himself away",
        "12 of 12, 0 abandoned",
        "invariants hold",
    ];
    contains(&text, &lines);
    assert!(
        !text.contains('\x1b'),
        "no escape codes in plain lines:\n{text}"
    );
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 0, "the temporary folder is gone");
}

#[test]
fn the_demo_plays_against_a_running_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = serving(folder.path());
    let demo = |password: &str| {
        let arguments = "demo --plain --seconds 5 --customers 6 --reps 2 --seed 7 --admin boss";
        let mut arguments: Vec<&str> = arguments.split(' ').collect();
        arguments.extend(["--url", &server.base]);
        told(program(&arguments).env("SWITCHBOARD_DEMO_PASSWORD", password))
    };
    let text = good(|| demo(PASSWORD));
    contains(&text, &["6 of 6, 0 abandoned", "doctor        not asked"]);

    let (code, text) = demo("not his password");
    contains(&text, &["does not let boss in"]);
    assert_eq!(code, Some(1), "{text}");

    let (code, text) = demo("");
    contains(&text, &["SWITCHBOARD_DEMO_PASSWORD"]);
    assert_eq!(code, Some(1), "{text}");
}

/// Starts a demo and answers once its first customers come, with what it says from then on.
fn begun(command: &mut Command) -> (Child, impl BufRead + use<>) {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains("come at once") {
        line.clear();
        assert!(
            lines.read_line(&mut line).unwrap() > 0,
            "it ended before it began"
        );
    }
    (child, lines)
}

#[test]
fn the_demo_says_what_is_wrong_when_its_server_dies() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = serving(folder.path());
    let arguments = "demo --plain --seconds 6 --customers 6 --reps 2 --seed 7 --admin boss";
    let mut arguments: Vec<&str> = arguments.split(' ').collect();
    let url = server.base.clone();
    arguments.extend(["--url", &url]);
    let mut demo = program(&arguments);
    let (child, mut lines) = begun(demo.env("SWITCHBOARD_DEMO_PASSWORD", PASSWORD));
    // Not before there is something that cannot be read back.
    let mut line = String::new();
    while !line.contains("served ") || line.contains("served 0/") {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "it has ended");
    }
    server.kill();
    let output = ended(child);
    let mut text = String::new();
    lines.read_to_string(&mut text).unwrap();
    contains(
        &text,
        &[
            "verdict: not good",
            "connects again",
            "could not be read back",
        ],
    );
    assert_eq!(output.status.code(), Some(1), "{text}");
}

#[actix_web::test]
async fn the_demo_can_be_looked_at_while_it_runs_and_after() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = "demo --plain --stay --seconds 5 --customers 6 --reps 3 --seed 7";
    let arguments: Vec<&str> = arguments.split(' ').collect();
    let mut demo = program(&arguments);
    demo.env("TMPDIR", folder.path());
    demo.env("SWITCHBOARD_LISTEN", "127.0.0.2:0");
    let mut child = demo.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut line_with = |part: &str| {
        let found = lines.find(|line| line.as_ref().unwrap().contains(part));
        found.expect("it ended before it said so").unwrap()
    };
    // Nothing else of the line matters: the address, whose it is, and how he signs in.
    let place = line_with("/console");
    let words: Vec<&str> = place
        .split([' ', ','])
        .filter(|word| !word.is_empty())
        .collect();
    let [.., url, login, _, password] = words[..] else {
        panic!("{place}");
    };
    assert_eq!(login, "demo-rep");
    assert!(url.starts_with("http://127.0.0.2:"), "{url}");
    let base = url.strip_suffix("/console").unwrap().to_owned();
    let login = serde_json::json!({ "login": login, "password": password });
    let signing_in = Request::new("POST", "/api/v1/sessions").json(&login);
    line_with("come at once");
    line_with("verdict");
    line_with("it stays");
    assert_eq!(signing_in.ask(&base).await.status, 200);
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    ended(child);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn the_demo_ends_well_when_it_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = program(&["demo", "--plain"]);
    let (child, mut lines) = begun(demo.env("TMPDIR", folder.path()));
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    let output = ended(child);
    let mut text = String::new();
    lines.read_to_string(&mut text).unwrap();
    contains(&text, &["stopped before its end"]);
    assert_eq!(output.status.code(), Some(130), "{text}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn wrong_options_of_the_demo_are_explained() {
    let nobody = "http://127.0.0.1:9";
    let cases: &[(&[&str], &str)] = &[
        (&["--customers", "0"], "0 is not in 1..=1000"),
        (&["--customers", "99999999999"], "is not in 1..=1000"),
        (&["--reps", "51"], "51 is not in 1..=50"),
        (&["--seconds", "1"], "1 is not in 5..=300"),
        (&["--seed", "many"], "--seed"),
        (&["--customers", "1000", "--reps", "1"], "more --seconds"),
        (&["--url", nobody], "--admin"),
        (&["--admin", "boss"], "--url"),
        (&["--stay", "--admin", "boss", "--url", nobody], "--url"),
        (&["--admin", "boss", "--url", nobody], "does not answer"),
        (
            &["--admin", "boss", "--url", "localhost:80"],
            "no address of a server",
        ),
        (
            &["--admin", "boss", "--url", "https://a.example"],
            "plain HTTP only",
        ),
    ];
    for (options, says) in cases {
        let mut arguments = vec!["demo", "--plain"];
        arguments.extend(*options);
        let (code, text) = told(program(&arguments).env("SWITCHBOARD_DEMO_PASSWORD", PASSWORD));
        contains(&text, &[says]);
        assert!(
            code.is_some_and(|code| code > 0),
            "{options:?}: {code:?}\n{text}"
        );
    }
}
