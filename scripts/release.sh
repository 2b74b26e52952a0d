#!/usr/bin/env bash
# Build what a release publishes into dist/: wheel, source archive, licences, bill of materials, checksums.
#   scripts/release.sh PYTHON
set -euo pipefail
cd "$(dirname "$0")/.."
python=$1
rm -rf dist && mkdir dist
"$python" -m hatchling build --directory dist
"$python" scripts/licences.py requirements.lock > dist/licences.md
# CycloneDX is a tool of the release alone, so it lives in a place of its own and no lock holds it.
"$python" -m venv --clear build/cyclonedx
build/cyclonedx/bin/python -m pip install --quiet --disable-pip-version-check "cyclonedx-bom>=7"
build/cyclonedx/bin/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --mc-type application \
    --output-reproducible --of JSON --output-file dist/ipe-workbench.cdx.json
(cd dist && sha256sum -- * > SHA256SUMS)
printf 'dist/%s\n' $(ls dist)
