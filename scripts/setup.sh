#!/usr/bin/env bash
# Set-up on a fresh machine.
#   scripts/setup.sh VENV LOCK   make the virtual environment and install the locked dependencies and this project
#   scripts/setup.sh browser     make sure that there is a Chromium for the browser tests
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

apt_get() {  # install Debian packages when we may; say how when we may not
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "Installing $* ..."
        { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } >/dev/null
    else
        say "Missing: $*. Install it, for example with: sudo apt-get install $*   (macOS: brew install, or the vendor's installer)"
        exit 3
    fi
}

find_python() {
    local name
    for name in "${PYTHON:-python3}" python3.13 python3.12 python3.11 python3.14; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$name"
            return
        fi
    done
    say "Python 3.11 or newer is needed; set PYTHON=/path/to/python3 if it has another name."
    exit 3
}

make_venv() {
    local venv=$1 python
    [ -x "$venv/bin/python" ] && "$venv/bin/python" -m pip --version >/dev/null 2>&1 && return
    python=$(find_python)
    say "Making $venv with $("$python" --version)"
    if ! "$python" -m venv "$venv" 2>/dev/null; then
        # Debian ships venv apart from Python.
        apt_get "python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
        "$python" -m venv --clear "$venv"
    fi
}

if [ "${1:-}" = browser ]; then
    command -v chromium chromium-browser google-chrome >/dev/null || apt_get chromium
    exit 0
fi

venv=$1 lock=$2
make_venv "$venv"
say "Installing the locked dependencies from $lock (some minutes the first time) ..."
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
