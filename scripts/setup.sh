#!/usr/bin/env bash
# Set-up on a fresh machine with Python and nothing else.
#   scripts/setup.sh VENV LOCK   make the virtual environment, install the locked dependencies and this project
#   scripts/setup.sh browser     make sure that there is a Chromium for the browser tests
#   scripts/setup.sh interop     install other people's badge verifiers for the interoperability tests
#   scripts/setup.sh hsm         install SoftHSM and OpenSC for the tests of keys in a security module
#   scripts/setup.sh valgrind    install Valgrind, which counts instructions (make instructions)
#   scripts/setup.sh postgresql  make sure that there is a PostgreSQL server for the tests of the records
# What was installed is written to VENV/.installed, so a second run does nothing until a lock or pyproject.toml changes.
# PYTHON=/path/to/python3 chooses the interpreter.
set -euo pipefail
here=${0%/*}
[ "$here" = "$0" ] || cd -P "$here/.."

say() { printf '%s\n' "$*" >&2; }

main() {
    if [ "${1:-}" = browser ]; then
        command -v chromium chromium-browser google-chrome >/dev/null || apt_get chromium " (or any Chrome or Chromium on the PATH)"
        return
    fi
    if [ "${1:-}" = postgresql ]; then
        # Debian keeps the server's programs off the PATH.
        command -v initdb /usr/lib/postgresql/*/bin/initdb >/dev/null || apt_get postgresql " (the server)"
        return
    fi
    if [ "${1:-}" = valgrind ]; then
        command -v valgrind >/dev/null || apt_get valgrind " (it counts instructions)"
        return
    fi
    if [ "${1:-}" = hsm ]; then
        command -v softhsm2-util >/dev/null || apt_get softhsm2
        command -v pkcs11-tool >/dev/null || apt_get opensc
        return
    fi
    if [ "${1:-}" = interop ]; then
        install_interop
        return
    fi
    if [ $# != 2 ] || [ ! -f "$2" ]; then
        say "Usage: scripts/setup.sh VENV LOCK, for example: scripts/setup.sh .venv requirements.lock"
        exit 2
    fi
    local venv=$1 lock=$2
    make_venv "$venv"
    if ! is_installed "$venv" "$lock"; then
        install "$venv" "$lock"
    fi
}

make_venv() {
    local venv=$1 python
    # An environment that was moved, or whose Python has gone, cannot be mended: its commands name the old place.
    if grep -qsF "$PWD/$venv" "$venv/bin/activate" && "$venv/bin/python" -c 'import pip' 2>/dev/null; then
        return
    fi
    python=$(find_python)
    say "Making $venv with $("$python" --version)."
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        # Debian packages venv apart from Python.
        apt_get "python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
    fi
    "$python" -m venv --clear "$venv"
}

find_python() {
    local name
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3 python3.13 python3.12 python3.11 python3.14
    fi
    for name in "$@"; do
        # 3.14 is the newest that the locked packages have wheels for.
        if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; then
            printf '%s' "$name"
            return
        fi
    done
    say "Python 3.11 to 3.14 is needed; ${PYTHON:-python3} is missing or another version. Install one, or name it: make demo PYTHON=/path/to/python3"
    exit 3
}

install_interop() {
    local folder=tests/interop
    # npm keeps its own copy of the lock beside what it installed.
    if ! [ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ]; then
        command -v npm >/dev/null || apt_get npm " (Node.js with npm)"
        say "Installing the verifiers of $folder/package-lock.json ..."
        npm ci --prefix "$folder" --silent
    fi
    if ! cmp -s "$folder/openbadgeslib.lock" "$folder/.venv/.installed"; then
        say "Installing the verifier of $folder/openbadgeslib.lock ..."
        "$(find_python)" -m venv --clear "$folder/.venv"
        "$folder/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
            -r "$folder/openbadgeslib.lock"
        cp "$folder/openbadgeslib.lock" "$folder/.venv/.installed"
    fi
}

apt_get() {  # PACKAGE [NOTE]: install a Debian package when we may; say how when we may not
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "Installing $1 ..."
        { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$1"; } >/dev/null
    else
        say "$1 is missing${2:-}. Install it, for example with: sudo apt-get install $1"
        exit 3
    fi
}

# The lines of VENV/.installed: a lock's name and the hash of all that decides what its installation gives.
stamp() {
    "$1/bin/python" - "$2" pyproject.toml scripts/setup.sh <<'PY'
import hashlib, sys
from pathlib import Path
print(sys.argv[1], hashlib.sha256(b"\0".join(Path(name).read_bytes() for name in sys.argv[1:])).hexdigest())
PY
}

is_installed() {
    grep -qsxF "$(stamp "$1" "$2")" "$1/.installed"
}

install() {
    local venv=$1 lock=$2
    say "Installing $(grep -c == "$lock") locked packages of $lock (a minute or two the first time) ..."
    rm -f "$venv/.installed"
    "$venv/bin/python" -m pip install --disable-pip-version-check --require-hashes -r "$lock" | count
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
    # Kept on disk beside the code, so that the first notebook does not wait for it.
    say "Compiling the simulation (a minute, once) ..."
    "$venv/bin/python" -m ipe_workbench.simulation.warm 2>/dev/null || say "It did not compile; the first simulation will."
    stamp "$venv" "$lock" >"$venv/.installed"
    if [ "$lock" = requirements-dev.lock ]; then
        # It holds all of the other lock, with the same versions (tests/project/test_environment.py).
        stamp "$venv" requirements.lock >>"$venv/.installed"
    fi
}

count() {  # show pip's progress in one line on a terminal, and nothing on a pipe
    if [ -t 2 ]; then
        awk '/^Collecting/ { printf "\r%d ...", ++n > "/dev/stderr" } END { printf "\r        \r" > "/dev/stderr" }'
    else
        cat >/dev/null
    fi
}

main "$@"
