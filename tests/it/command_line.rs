//! The command line, as operators use it.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use crate::harness::PATIENCE;
use crate::process::{Process, shown, switchboard};
use crate::services;

/// Waits until a terminal shows nothing of what is typed.
fn unseen(terminal: &str) {
    let hidden = services::eventually(PATIENCE, || {
        let stty = Command::new("stty").args(["-F", terminal, "-a"]).output();
        let state = String::from_utf8(stty.unwrap().stdout).unwrap();
        state
            .split([' ', ';'])
            .any(|word| word == "-echo")
            .then_some(())
    });
    hidden.expect("the echo goes off");
}

#[test]
fn a_password_that_is_typed_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    // `script` gives it a terminal of its own.
    let line = "tty; exec \"$PROGRAM\" admin create ann";
    let mut script = Command::new("script")
        .args(["-qec", line, "/dev/null"])
        .env("PROGRAM", env!("CARGO_BIN_EXE_switchboard"))
        .env("SWITCHBOARD_DATA_DIR", folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut keys, mut screen) = (script.stdin.take().unwrap(), script.stdout.take().unwrap());
    let seen = Arc::new(Mutex::new(String::new()));
    let filled = seen.clone();
    std::thread::spawn(move || {
        let mut bytes = [0; 1_024];
        while let Ok(count @ 1..) = screen.read(&mut bytes) {
            *filled.lock().unwrap() += &String::from_utf8_lossy(&bytes[..count]);
        }
    });
    let shown = |word: &str| {
        let found = services::eventually(PATIENCE, || {
            let text = seen.lock().unwrap().clone();
            text.contains(word).then_some(text)
        });
        found.unwrap_or_else(|| panic!("no {word:?}: {:?}", seen.lock().unwrap()))
    };
    let terminal = shown("Password for ann").lines().next().unwrap().to_owned();
    unseen(terminal.trim());
    keys.write_all(b"correct horse\n").unwrap();
    shown("once more");
    unseen(terminal.trim());
    keys.write_all(b"correct horse\n").unwrap();
    let all = shown("made the admin ann");
    assert!(!all.contains("correct horse"), "{all:?}");
    assert!(script.wait().unwrap().success());
}

fn piped(folder: &Path, name: &str, password: &str) -> std::process::Output {
    let mut create = switchboard()
        .args(["admin", "create", name])
        .env("SWITCHBOARD_DATA_DIR", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = create.stdin.take().unwrap();
    pipe.write_all(password.as_bytes()).unwrap();
    drop(pipe);
    create.wait_with_output().unwrap()
}

#[test]
fn a_password_comes_from_a_pipe_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let made = piped(folder.path(), "ann", "correct horse\n");
    assert!(made.status.success(), "{}", shown(&made));
    let refused = piped(folder.path(), "ben", "short\n");
    assert!(!refused.status.success(), "{}", shown(&refused));
}

#[test]
fn health_asks_the_address_of_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    let address = |port: u16| format!("127.0.0.1:{port}");
    let (port, other) = (services::free_port(), services::free_port());
    let mut server = Process::start(folder.path(), &[("LISTEN", address(port))]);
    let ask = |port: u16| {
        let mut health = switchboard();
        health
            .arg("health")
            .env("SWITCHBOARD_LISTEN", address(port));
        health.output().unwrap()
    };
    assert!(ask(port).status.success(), "{}", shown(&ask(port)));
    let nobody = ask(other);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(
        shown(&nobody).contains(&address(other)),
        "{}",
        shown(&nobody)
    );
    server.kill();
}

#[test]
fn what_lies_in_the_data_folder_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let _process = Process::start(&data, &[]);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&data).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        let right = if name == "attachments" { 0o700 } else { 0o600 };
        assert_eq!(mode, right, "{name} has {mode:o}");
        names.push(name);
    }
    names.sort();
    let database = ["", ".lock", "-shm", "-wal"].map(|end| format!("switchboard.db{end}"));
    let mut expected = database.to_vec();
    expected.extend(["secret", "attachments"].map(String::from));
    expected.sort();
    assert_eq!(names, expected);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes");
    std::fs::write(&file, "not to be touched").unwrap();
    for path in [file.as_path(), folder.path()] {
        let output = switchboard()
            .env("SWITCHBOARD_LISTEN", "127.0.0.1:0")
            .env("SWITCHBOARD_DATA_DIR", folder.path().join("data"))
            .env(
                "SWITCHBOARD_DATABASE_URL",
                format!("sqlite:{}", path.display()),
            )
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", shown(&output));
        assert!(
            shown(&output).contains(path.to_str().unwrap()),
            "{}",
            shown(&output)
        );
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "not to be touched");
    let beside = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(beside, 2, "the file and the data folder");
    assert!(!folder.path().with_extension("lock").exists());
}

/// The program as a user to whom the modes of files apply, even if the tests are run by root: as
/// a copy where everybody may come.
fn by_nobody(folder: &Path) -> Command {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65_534;
    let root = std::fs::metadata(folder).unwrap().uid() == 0;
    if !root {
        return switchboard();
    }
    let copy = folder.join("switchboard");
    std::fs::copy(env!("CARGO_BIN_EXE_switchboard"), &copy).unwrap();
    let open = PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder, open).unwrap();
    for entry in std::fs::read_dir(folder.join("data")).unwrap() {
        chown(entry.unwrap().path(), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    chown(folder.join("data"), Some(NOBODY), Some(NOBODY)).unwrap();
    let mut command = Command::new(copy);
    command.env_clear().uid(NOBODY).gid(NOBODY);
    command
}

#[test]
fn what_may_not_be_read_or_written_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    Process::start(&data, &[]).stop();
    let cases = [
        ("switchboard.db", 0o444, "switchboard.db cannot be written"),
        ("secret", 0o000, "secret cannot be read"),
    ];
    for (name, mode, says) in cases {
        let path = data.join(name);
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        let output = by_nobody(folder.path())
            .env("SWITCHBOARD_LISTEN", "127.0.0.1:0")
            .env("SWITCHBOARD_DATA_DIR", &data)
            .output()
            .unwrap();
        let told = shown(&output);
        assert_eq!(output.status.code(), Some(1), "{told}");
        assert!(told.contains(says), "{told}");
        assert!(!told.contains("internal"), "{told}");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    }
}

#[test]
fn a_secret_that_everybody_may_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (data, log) = (folder.path().join("data"), folder.path().join("log"));
    let told = |mode: u32| {
        let secret = data.join("secret");
        if secret.exists() {
            std::fs::set_permissions(&secret, PermissionsExt::from_mode(mode)).unwrap();
        }
        let file = std::fs::File::create(&log).unwrap();
        Process::logged(&data, &[], file).stop();
        let text = std::fs::read_to_string(&log).unwrap();
        text.contains("everybody on this machine may read the secret")
    };
    assert!(!told(0o600));
    assert!(told(0o644));
    assert!(!told(0o600));
}

#[test]
fn a_start_that_cannot_be_right_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).display().to_string();
    let (used, fresh, short) = (place("used"), place("fresh"), place("short"));
    let running = Process::start(Path::new(&used), &[]);
    let taken = running.base.trim_start_matches("http://");
    std::fs::create_dir(&short).unwrap();
    std::fs::write(folder.path().join("short/secret"), "short").unwrap();
    std::fs::write(folder.path().join("file"), "in the way").unwrap();
    let below = place("file/data");
    let here = "127.0.0.1:0";
    let cases = [
        (&used, here, "", "is in use by another process"),
        (&fresh, taken, "", "cannot be served"),
        (
            &fresh,
            here,
            "mysql://x",
            "must begin with sqlite: or postgres://",
        ),
        (&short, here, "", "holds fewer than 32 characters"),
        (&below, here, "", "cannot be made"),
    ];
    for (data, listen, database, says) in cases {
        let output = switchboard()
            .env("SWITCHBOARD_DATA_DIR", data)
            .env("SWITCHBOARD_LISTEN", listen)
            .env("SWITCHBOARD_DATABASE_URL", database)
            .output()
            .unwrap();
        let told = shown(&output);
        assert_eq!(output.status.code(), Some(1), "{told}");
        let last = told.lines().last().unwrap_or_default();
        assert!(last.starts_with("switchboard: "), "{told}");
        assert!(last.contains(says), "{told}");
    }
}
