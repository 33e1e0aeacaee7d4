//! The pages in a real browser: the tests under `tests/browser`, which need Node and Chromium and
//! what `npm ci` brings there. `tests/run.sh` installs all that and runs them; without it they are
//! left out, and the line of this test says so.

use std::process::Command;

#[test]
#[ignore = "pages NOT tested in a browser: run tests/run.sh, or have Node and Chromium"]
fn the_pages_in_a_browser() {
    let run = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser/run.js");
    let mut node = Command::new("node");
    node.arg(run)
        .env("TEST_BINARY", env!("CARGO_BIN_EXE_switchboard"));
    let status = node
        .status()
        .expect("Node 20 or later is installed: tests/run.sh does it");
    assert!(status.success(), "{status}: see what it printed");
}
