//! README.md, replayed word for word against the real binary: what it says is what happens.
//!
//! The shell blocks under "A walk through it" run in order in one shell. Only the address, and
//! the token that a reader is asked to paste, are put in. Where a block of output follows, the
//! output must be that; `…` stands for anything within a line.

use std::collections::VecDeque;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::process::{Process, shown, switchboard};
use crate::services;

/// The address and the token as README.md writes them.
const ADDRESS: &str = "http://127.0.0.1:8080";
const TOKEN: &str = "PASTE-THE-TOKEN";

/// What the shell prints after each block, so that its output can be told from the next one's.
const MARK: &str = "--- end of block ---";

/// A fenced block: its language, its text, and the heading it stands under.
#[derive(Debug)]
struct Block {
    language: String,
    text: String,
    heading: String,
}

fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut inside, mut heading) = (false, String::new());
    for line in markdown.lines() {
        if let Some(language) = line.strip_prefix("```") {
            inside = !inside;
            if inside {
                blocks.push(Block {
                    language: language.into(),
                    text: String::new(),
                    heading: heading.clone(),
                });
            }
        } else if let (true, Some(block)) = (inside, blocks.last_mut()) {
            block.text.push_str(line);
            block.text.push('\n');
        } else if let Some(title) = line.strip_prefix("## ") {
            heading = title.into();
        }
    }
    assert!(!inside, "a block of README.md does not end");
    blocks
}

/// Whether a line is what is shown; `…` matches anything.
fn matches(shown: &str, line: &str) -> bool {
    let mut parts = shown.split('…');
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

#[track_caller]
fn compare(what: &str, shown: &str, real: &str) {
    let (shown, real): (Vec<_>, Vec<_>) = (shown.lines().collect(), real.lines().collect());
    let same = shown.len() == real.len()
        && shown
            .iter()
            .zip(&real)
            .all(|(shown, line)| matches(shown, line));
    assert!(
        same,
        "README.md shows after\n{what}\n{shown:#?}\nbut this came:\n{real:#?}"
    );
}

/// A folder with a `python3` in it that is the interpreter of the tests.
fn with_python(folder: &Path, python: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let wrapper = folder.join("python3");
    fs::write(
        &wrapper,
        format!("#!/bin/sh\nexec '{}' \"$@\"\n", python.display()),
    )
    .unwrap();
    fs::set_permissions(&wrapper, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Runs a script in one shell, and answers what each of its blocks printed.
fn run(folder: &Path, script: &str) -> VecDeque<String> {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut shell = Command::new("sh")
        .args(["-eu", "-s"])
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", folder.display()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = shell.stdin.take().unwrap();
    stdin.write_all(script.as_bytes()).unwrap();
    drop(stdin);
    let output = shell.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", shown(&output));
    assert!(output.stderr.is_empty(), "{}", shown(&output));
    let text = String::from_utf8(output.stdout).unwrap();
    text.split(MARK)
        .map(|part| part.trim_matches('\n').to_owned())
        .collect()
}

#[test]
fn the_walk_happens_as_it_is_told() {
    let python = services::python();
    let folder = tempfile::tempdir().unwrap();
    if let Some(python) = python {
        with_python(folder.path(), python);
    }
    let process = Process::start(&folder.path().join("data"), &[]);
    let token = process
        .welcome
        .trim()
        .split_once("?setup=")
        .expect("a token is printed")
        .1;

    let readme = fs::read_to_string("README.md").unwrap();
    let all = blocks(&readme);
    let greeting = all
        .iter()
        .find(|block| block.text.contains("is serving at"));
    let greeting = greeting.expect("README.md shows what a start prints");
    let greeting = greeting.text.replace(ADDRESS, &process.base);
    compare("a start", &greeting, &process.welcome);

    let mut walk: Vec<&Block> = all
        .iter()
        .filter(|block| block.heading == "A walk through it")
        .collect();
    if python.is_none() {
        let end = walk
            .iter()
            .position(|block| block.text.contains("python3 "));
        walk.truncate(end.expect("README.md has a part in Python"));
    }
    let mut script = String::new();
    for block in walk.iter().filter(|block| block.language == "sh") {
        script.push_str(
            &block
                .text
                .replace(ADDRESS, &process.base)
                .replace(TOKEN, token),
        );
        script.push_str(&format!("echo; echo '{MARK}'\n"));
    }
    let mut printed = run(folder.path(), &script);
    let mut compared = 0;
    let mut walk = walk.into_iter().peekable();
    while let Some(block) = walk.next() {
        assert_eq!(block.language, "sh", "output without a command before it");
        let real = printed.pop_front().expect("every block ends with the mark");
        let next = walk.next_if(|next| next.language != "sh");
        compared += usize::from(next.is_some());
        // What is shown in no block prints nothing.
        compare(&block.text, next.map_or("", |next| &next.text), &real);
    }
    assert!(compared > 0, "README.md shows no output");
}

#[test]
fn the_variables_of_growth_are_settings() {
    let readme = fs::read_to_string("README.md").unwrap();
    let grow = blocks(&readme)
        .into_iter()
        .find(|block| block.text.contains("export "));
    let text = grow.expect("README.md says how to grow").text;
    let variables = text.lines().map(|line| {
        let assignment = line.strip_prefix("export ").expect("one export per line");
        assignment.split_once('=').expect("NAME=VALUE")
    });
    let output = switchboard()
        .arg("settings")
        .envs(variables)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", shown(&output));
}

#[test]
fn the_options_of_the_demo_are_options() {
    let readme = fs::read_to_string("README.md").unwrap();
    let told = readme
        .split("-- demo`")
        .nth(1)
        .expect("README.md names the demo");
    let told = told.split("\n\n").next().unwrap();
    let help = switchboard().args(["demo", "--help"]).output().unwrap();
    let help = shown(&help);
    let options: Vec<&str> = told
        .split('`')
        .filter(|word| word.starts_with("--"))
        .collect();
    assert_eq!(options.len(), 8, "{options:?}");
    for option in options {
        assert!(
            help.contains(option),
            "{option} is no option of the demo:\n{help}"
        );
    }
}

#[test]
fn it_is_short_and_what_it_points_to_is_there() {
    let readme = fs::read_to_string("README.md").unwrap();
    assert!(readme.lines().count() <= 150, "README.md is too long");
    for link in readme.split("](").skip(1) {
        let target = link.split(')').next().unwrap();
        assert!(
            Path::new(target).exists(),
            "README.md points to {target}, which is not there"
        );
    }
}

#[test]
fn dots_stand_for_anything_and_nothing_else_does() {
    assert!(matches("a…c…", "abbbcd"));
    assert!(matches("…", ""));
    assert!(matches("…b", "abab"));
    assert!(!matches("a…c", "abcd"));
    assert!(!matches("ab", "abc"));
    assert!(!matches("…x…", "abc"));
}
