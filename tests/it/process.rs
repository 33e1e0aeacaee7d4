//! The real program in a process of its own, which can be killed.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;

use crate::harness::PATIENCE;
use crate::services;

/// The program, to be run with other arguments; it sees no setting of the tests' environment.
pub fn switchboard() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("SWITCHBOARD_") {
            command.env_remove(name);
        }
    }
    command
}

/// Both streams of a program that has ended, for a failed test to show.
pub fn shown(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// A running `switchboard serve`. Dropped, it is killed.
pub struct Process {
    child: Child,
    pub base: String,
    /// What it printed until it was ready.
    pub welcome: String,
}

impl Process {
    /// Starts it with these settings, each a variable's name without its prefix.
    pub fn start(folder: &Path, settings: &[(&str, String)]) -> Self {
        Self::start_with(folder, settings, Stdio::inherit())
    }

    /// Starts one whose log goes into a pipe that nobody reads any more.
    pub fn unread(folder: &Path, settings: &[(&str, String)]) -> Self {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        Self::start_with(folder, settings, writer.into())
    }

    /// Starts one whose log goes into a file.
    pub fn logged(folder: &Path, settings: &[(&str, String)], log: File) -> Self {
        Self::start_with(folder, settings, log.into())
    }

    fn start_with(folder: &Path, settings: &[(&str, String)], log: Stdio) -> Self {
        let mut command = switchboard();
        command
            .env("SWITCHBOARD_LISTEN", "127.0.0.1:0")
            .env("SWITCHBOARD_DATA_DIR", folder);
        command.env("SWITCHBOARD_LOG", "warn");
        // Tests write faster than people.
        command.env("SWITCHBOARD_MESSAGES_BURST", "1000000");
        for (name, value) in settings {
            command.env(format!("SWITCHBOARD_{name}"), value);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            while let Some(Ok(line)) = lines.next() {
                let _ = tell.send(line);
            }
        });
        let mut welcome = String::new();
        let base = loop {
            let line = told
                .recv_timeout(PATIENCE)
                .expect("the program says where it serves");
            welcome.push_str(&line);
            welcome.push('\n');
            if let Some((_, base)) = line.split_once("serving at ") {
                break base.trim().to_owned();
            }
        };
        // The rest of the welcome follows at once; the last line names the start page.
        while let Ok(line) = told.recv_timeout(PATIENCE) {
            welcome.push_str(&line);
            welcome.push('\n');
            if line.contains(&format!("{base}/")) && !line.contains("/docs") {
                break;
            }
        }
        Self {
            child,
            base,
            welcome,
        }
    }

    /// kill -9, and waits until it is gone.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end, as an operator would; answers the code with which it did.
    pub fn stop(&mut self) -> Option<i32> {
        let pid = self.id().to_string();
        let sent = Command::new("kill").args(["-s", "TERM", &pid]).status();
        assert!(sent.unwrap().success());
        let ended = services::eventually(PATIENCE, || self.child.try_wait().unwrap());
        ended.expect("it ends in time").code()
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
