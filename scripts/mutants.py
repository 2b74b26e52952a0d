"""How many small faults in the algebra, the suppression and the verification of badges the tests notice.

mutmut makes each fault, a mutant: `<` for `<=`, a text changed, a call without one of its arguments. Those of a sample
meet the tests that run their function; a mutant of which no test speaks has survived. The score is the share that was
noticed. [tool.mutmut] in pyproject.toml names the files and, to be quick, a part of their tests: with all of them the
score could only be higher. Nothing else needs mutmut, so that it is not among the locked packages:

    .venv/bin/pip install 'mutmut>=3.8,<4'
    python scripts/mutants.py                              250 mutants of each part; more than an hour
    python scripts/mutants.py suppression --sample 40      of one part
    mutmut show NAME                                       the fault of one that survived
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_MADE = _ROOT / "mutants"
PARTS = {"algebra": "credentials", "suppression": "records/privacy", "verification": "badges"}
#: What mutmut writes down: pytest's exit code where tests failed, and its own for those that never came to an end.
_KILLED, _TIMEOUT = (1, 3), (24, 36, 152, 255, -24)


def mutants(part: str) -> dict[str, int | None]:
    """The exit code of the tests for each mutant of a part; None where they have not run."""
    found: dict[str, int | None] = {}
    for path in sorted((_MADE / "ipe_workbench" / PARTS[part]).glob("*.meta")):
        found.update(json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"])
    return found


def run(names: list[str], jobs: int) -> None:
    """Have mutmut run the tests on mutants; it makes all of them when there are none yet."""
    # What stands in PYTHONPATH would be found before the mutants.
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    program = shutil.which("mutmut", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    if program is None:
        raise SystemExit("There is no mutmut here: .venv/bin/pip install 'mutmut>=3.8,<4'")
    command = [program, "run", "--max-children", str(jobs), *names]
    if subprocess.run(command, cwd=_ROOT, env={**kept, "OMP_NUM_THREADS": "1"}, check=False).returncode:  # noqa: S603
        raise SystemExit("mutmut did not come to its end.")


def main() -> None:
    """Draw, run and tell."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--sample", type=int, default=250, help="mutants of each part (default: 250)")
    parser.add_argument("--seed", type=int, default=1, help="of the draw (default: 1)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="at once (default: as many as processors)"
    )
    asked = parser.parse_args()
    parts = asked.parts or list(PARTS)
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no part is called {', '.join(sorted(unknown))}: {', '.join(PARTS)}")
    run(["ipe_workbench.badges.times.*"], asked.jobs)  # the names of all are known when the first have run
    drawn = {}
    for part in parts:
        names = sorted(mutants(part))
        drawn[part] = random.Random(asked.seed).sample(names, min(asked.sample, len(names)))  # noqa: S311 - no secret
    run([name for names in drawn.values() for name in names], asked.jobs)
    print("\n| part | mutants | drawn | killed | never ended | survived | score |\n|---|---|---|---|---|---|---|")
    for part, names in drawn.items():
        codes = mutants(part)
        killed = sum(codes[name] in _KILLED for name in names)
        endless = sum(codes[name] in _TIMEOUT for name in names)
        left = len(names) - killed - endless
        score = (killed + endless) / len(names)
        print(f"| {part} | {len(codes):,} | {len(names)} | {killed} | {endless} | {left} | {score:.0%} |")


if __name__ == "__main__":
    main()
