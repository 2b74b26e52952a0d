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
step 4 "Make the reports of the term: evaluation, and accreditation for each profession and body"
"$ipe" report "$term" --programme "$programme" --scenario today --run runs/cu-ipe-today --jobs 2

cat <<TEXT

Done. Open the index of the term in any browser; nothing in it needs a network:
  $PWD/reports/$term/index.html
The simulated frames are in runs/cu-ipe-today/. Go on with: make lab
TEXT
