#!/usr/bin/env bash
# Runs every test, the ones with real PostgreSQL and Redis included: the one test
# command. Arguments go to `cargo test`. On Debian it installs what is missing, as
# root or through sudo; elsewhere it says what to install and ends with an error.
#
# The tests start private servers on free ports in temporary folders. Instances
# that Debian's packages start are neither used nor touched.
set -euo pipefail
cd "$(dirname "$0")/.."

WEBSOCKETS=15.0.1

say() { printf '%s\n' "tests/run.sh: $*" >&2; }
fail() {
    say "$*"
    exit 1
}

has_postgres() {
    local initdb
    for initdb in "$(command -v initdb || true)" /usr/lib/postgresql/*/bin/initdb; do
        # Both programs, as the tests will look for both.
        [ -x "$initdb" ] && [ -x "${initdb%/*}/postgres" ] && return
    done
    return 1
}
has_redis() { command -v redis-server >/dev/null; }
has_curl() { command -v curl >/dev/null; }
has_node() { [[ "$(node --version 2>/dev/null)" =~ ^v([0-9]+) ]] && ((BASH_REMATCH[1] >= 20)); }
# Debian packs npm apart from Node; other packagers, who forbid Debian's, put it into theirs.
has_npm() { command -v npm >/dev/null; }
has_chromium() { [ -x "${CHROMIUM:-/usr/bin/chromium}" ]; }
has_compiler() { command -v cc >/dev/null; }
# A Debian python3 without its venv package cannot make one: ensurepip is cut off.
has_python() { python3 -c 'import ensurepip, venv' 2>/dev/null; }

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

# install PACKAGE...: the packages by apt-get, or a sentence that says to do it.
install() {
    command -v apt-get >/dev/null ||
        fail "missing: $*. There is no apt-get here; install them and start again."
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
        fail "missing: $*. Neither root nor sudo here; have them installed and start again."
    say "installing $*"
    as_root apt-get update -q ||
        fail "missing: $*. apt-get update failed (its reasons are above)."
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "$@" </dev/null ||
        fail "missing: $*. apt-get could not install them (its reasons are above)."
}

# The venv lives with the build, so `cargo clean` takes it along.
make_venv() {
    local venv="${CARGO_TARGET_DIR:-target}/test-python"
    local wanted="import sys, websockets; sys.exit(websockets.__version__ != '$WEBSOCKETS')"
    if ! "$venv/bin/python" -c "$wanted" 2>/dev/null; then
        say "making $venv with websockets $WEBSOCKETS"
        python3 -m venv --clear "$venv" || fail "python3 could not make a venv in $venv."
        "$venv/bin/python" -m pip install -q --disable-pip-version-check \
            "websockets==$WEBSOCKETS" ||
            fail "pip could not install websockets $WEBSOCKETS into $venv (network?)."
    fi
    SWITCHBOARD_TEST_PYTHON=$(cd "$venv" && pwd)/bin/python
    export SWITCHBOARD_TEST_PYTHON
}

# Where rustup puts it, for shells that have not read their profile.
PATH=$PATH:${HOME:-/root}/.cargo/bin
command -v cargo >/dev/null || fail "no cargo in PATH; install Rust (rustup) and start again."

missing=()
has_compiler || missing+=(gcc libc6-dev)
has_curl || missing+=(curl)
has_redis || missing+=(redis-server)
has_postgres || missing+=(postgresql)
has_python || missing+=(python3 python3-venv)
has_node || missing+=(nodejs)
has_npm || missing+=(npm)
has_chromium || missing+=(chromium)
if [ ${#missing[@]} -gt 0 ]; then
    install "${missing[@]}"
    # What an installer calls a success is not yet a program that is found.
    has_compiler || fail "still no C compiler (cc) after installing gcc."
    has_curl || fail "still no curl in PATH after installing it."
    has_redis || fail "still no redis-server in PATH after installing it."
    has_postgres || fail "still no initdb and postgres after installing postgresql."
    has_python || fail "still no python3 that makes a venv after installing python3-venv."
    has_node || fail "still no Node 20 or later after installing nodejs; install it by hand."
    has_npm || fail "still no npm in PATH after installing it."
    has_chromium || fail "still no Chromium after installing it; set CHROMIUM to its path."
fi
# One that is set is used as it is: for machines without a package index.
[ -n "${SWITCHBOARD_TEST_PYTHON:-}" ] || make_venv
"$SWITCHBOARD_TEST_PYTHON" -c 'import websockets' ||
    fail "SWITCHBOARD_TEST_PYTHON=$SWITCHBOARD_TEST_PYTHON has no websockets package."

REQUIRE_SERVICES=1 cargo test --locked "$@"

# The pages in a browser come last and alone: they look at times. Whoever names tests of cargo's
# wants those only.
[ $# -eq 0 ] || exit 0
npm ci --prefix tests/browser --no-fund --no-audit --loglevel error ||
    fail "npm could not install what tests/browser needs (network?)."
TEST_BINARY=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)/debug/switchboard
export TEST_BINARY
exec node tests/browser/run.js
