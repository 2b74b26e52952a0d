#!/usr/bin/env bash
# Resolve pyproject.toml into the lock files: every platform, hashes, no registry address.
#   scripts/lock.sh PYTHON
set -euo pipefail
cd "$(dirname "$0")/.."
"$1" -m pip install --quiet uv
resolve() {
    "$1" -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
        --no-emit-index-url --no-emit-find-links --no-annotate "${@:3}" pyproject.toml --output-file "$2"
}
resolve "$1" requirements.lock --group build
resolve "$1" requirements-dev.lock --group build --group dev
