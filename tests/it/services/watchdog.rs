//! Ends what the tests start, even when the test process is killed with -9.
//!
//! Statics are never dropped and a killed process cleans up nothing, so the
//! cleaning is another process's work: one `sh` holds the read end of a pipe
//! whose only writer is this process. End of file means this process is gone,
//! however it went; the shell then ends the servers and removes the folder.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock};

/// Lines in: `watch SIGNAL PID` and `forget SIGNAL PID`. Each server leads its own
/// process group: only the leader gets the signal, since the children of initdb
/// free their shared memory only if they end by themselves. What is left of the
/// group after ten seconds is killed.
const SCRIPT: &str = r#"
trap '' HUP INT TERM
folder=$(mktemp -d "$1/switchboard-test-XXXXXXXX") && chmod 711 "$folder" || exit 1
echo "$folder"
exec >/dev/null
watched=
while read -r verb signal pid; do
    rest=
    for entry in $watched; do
        [ "$entry" = "$signal:$pid" ] || rest="$rest $entry"
    done
    watched=$rest
    [ "$verb" = forget ] || watched="$watched $signal:$pid"
done
# Any of the group; but a dead one that nobody collects does not count.
running() {
    if [ -e /proc/self/stat ]; then grep -q ") [^Z] [0-9]* $1 " /proc/[0-9]*/stat
    else kill -s 0 -- "-$1"; fi
}
for entry in $watched; do kill -s "${entry%:*}" "${entry#*:}"; done
for entry in $watched; do
    turns=0
    while running "${entry#*:}" && [ $turns -lt 200 ]; do
        sleep 0.05
        turns=$((turns + 1))
    done
    kill -s KILL -- "-${entry#*:}"
done
turns=0
until rm -rf "$folder" || [ $turns -ge 100 ]; do
    sleep 0.05
    turns=$((turns + 1))
done
"#;

/// Waits for leave before it becomes the server: should this process die
/// between starting a server and telling the watchdog, no leave ever comes.
const GATE: &str = r#"read -r leave && exec "$@" </dev/null"#;

struct Watchdog {
    shell: Mutex<Child>,
    folder: PathBuf,
}

/// How the watchdog asks a process to end.
#[derive(Clone, Copy)]
pub enum Ending {
    /// At once: it has no children of its own and nothing worth keeping.
    Kill,
    /// PostgreSQL's immediate shutdown, which takes its backends and its
    /// shared memory along; KILL would leave both behind.
    Quit,
}

impl Ending {
    fn signal(self) -> &'static str {
        match self {
            Ending::Kill => "KILL",
            Ending::Quit => "QUIT",
        }
    }
}

/// The one temporary folder of this test process; it goes when the process does.
pub fn folder() -> &'static Path {
    &watchdog().folder
}

/// Starts `program` as a watched process: with `user` (uid and gid) if given, in
/// `home`, its output appended to `log`.
pub fn start(
    program: &Path,
    arguments: &[impl AsRef<OsStr>],
    home: &Path,
    user: Option<(u32, u32)>,
    ending: Ending,
) -> Child {
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(log_of(home));
    let log = log.expect("the log of a test server opens");
    let mut command = Command::new("sh");
    command
        .args(["-c", GATE, "sh"])
        .arg(program)
        .args(arguments);
    command
        .current_dir(home)
        .process_group(0)
        .stdin(Stdio::piped());
    command
        .stdout(log.try_clone().expect("a file handle is copied"))
        .stderr(log);
    if let Some((uid, gid)) = user {
        command.uid(uid).gid(gid);
    }
    let mut child = command.spawn().expect("sh starts");
    tell("watch", ending, child.id());
    let mut gate = child.stdin.take().expect("the gate is a pipe");
    gate.write_all(b"go\n").expect("the gate takes its leave");
    child
}

/// Kills a process that [`start`] made and waits until it is gone. The watchdog
/// forgets it first, so its number, once free, is nobody's target.
pub fn kill(child: &mut Child, ending: Ending) {
    child.kill().ok();
    forget(child, ending);
    child.wait().expect("a killed process ends");
}

/// Tells the watchdog that this process needs no ending any more.
pub fn forget(child: &Child, ending: Ending) {
    tell("forget", ending, child.id());
}

/// Where the output of a server in `home` goes.
pub fn log_of(home: &Path) -> PathBuf {
    home.join("server.log")
}

/// The end of that output, for the text of a panic.
pub fn log_tail(home: &Path) -> String {
    let log = std::fs::read(log_of(home)).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

fn tell(verb: &str, ending: Ending, pid: u32) {
    let mut shell = watchdog().shell.lock().expect("no panic holds the shell");
    let line = shell.stdin.as_mut().expect("stdin is a pipe");
    writeln!(line, "{verb} {} {pid}", ending.signal()).expect("the watchdog listens");
}

fn watchdog() -> &'static Watchdog {
    static WATCHDOG: OnceLock<Watchdog> = OnceLock::new();
    WATCHDOG.get_or_init(|| {
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT, "sh"]).arg(parent_folder());
        // Its own group, so Ctrl-C ends the tests and not the cleaning; no
        // stderr, so `cargo test | tee` does not wait for it.
        command.process_group(0).stderr(Stdio::null());
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.expect("sh starts");
        let mut folder = String::new();
        let answer = child.stdout.take().expect("stdout is a pipe");
        BufReader::new(answer)
            .read_line(&mut folder)
            .expect("the watchdog answers");
        let folder = PathBuf::from(folder.trim_end());
        assert!(
            folder.is_dir(),
            "no temporary folder in {}",
            parent_folder().display()
        );
        Watchdog {
            shell: Mutex::new(child),
            folder,
        }
    })
}

/// Root's own temporary folder may be closed to the user PostgreSQL runs as.
fn parent_folder() -> PathBuf {
    if super::is_root() {
        PathBuf::from("/tmp")
    } else {
        std::env::temp_dir()
    }
}
