#!/usr/bin/env bash
# The main job on the example programme: check it, map it, simulate a cohort, render the term report.
#   scripts/demo.sh IPE      IPE is the command to run, such as .venv/bin/ipe
set -euo pipefail
cd "$(dirname "$0")/.."
ipe=$1
programme=data/programmes/cu-ipe
term=2026-fall

step() { printf '\n[%s/4] %s\n' "$1" "$2"; }

step 1 "Check the design of $programme"
"$ipe" check "$programme"
step 2 "Draw its coverage of the IPEC Core Competencies 2023"
"$ipe" coverage "$programme" --framework ipec-2023 --figure "reports/$term/coverage.svg" | tail -n 3
step 3 "Simulate a cohort of 700 learners, 100 times"
"$ipe" simulate "$programme" --scenario today --replicates 100 --seed 7 --out runs/cu-ipe-today
step 4 "Render the report of the term"
"$ipe" report "$term" --programme "$programme" --scenario today --run runs/cu-ipe-today

cat <<TEXT

Done. Open the report in any browser; it needs no network:
$(printf '  %s\n' "$PWD/reports/$term"/*.html)
The simulated frames are in runs/cu-ipe-today/. Go on with: make lab
TEXT
