#!/usr/bin/env bash
# Resolve pyproject.toml into the lock files: every platform, hashes, no registry address, no path of this machine.
# Versions that still fit are kept; with --upgrade all are the newest.
#   scripts/lock.sh PYTHON [--upgrade]
set -euo pipefail
cd "$(dirname "$0")/.."
python=$1
shift
"$python" -m pip install --quiet --disable-pip-version-check uv

resolve() {  # LOCK OPTION...
    "$python" -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links --output-file "$@" pyproject.toml >/dev/null
}

resolve requirements.lock --group build "$@"
# The larger lock keeps to the versions of the smaller one, so that it can stand in for it.
resolve requirements-dev.lock --group build --group dev --constraint requirements.lock "$@"
