"""Counts the machine instructions of some jobs under Valgrind, and compares them with those on record.

Unlike seconds they hardly depend on how busy a machine is, so that a job that became a fifth dearer shows on any CI
machine. The record, benchmarks/instructions.json, holds for one Python and one set of locked packages; elsewhere the
counts are only printed.

    python scripts/count_instructions.py            compare; ends with 1 if a job takes 20 % more than on record
    python scripts/count_instructions.py --record   write the record anew
    python scripts/count_instructions.py --job J    only do the job, as Valgrind has it done
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import platform
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[1]
_RECORD = _ROOT / "benchmarks" / "instructions.json"
_MOST = 1.2
_DAY = datetime.date(2027, 6, 1)


def start() -> None:
    """The package imported and the example read; what this takes is subtracted from the others."""
    import ipe_workbench as ipe

    ipe.example_programme()


def check() -> None:
    """Every lint on the example, ten times."""
    import ipe_workbench as ipe
    from ipe_workbench.credentials import check_programme

    for _ in range(10):
        check_programme(ipe.example_programme())


def rules() -> None:
    """Each rule of the example for learners with some badges: met or not, and what is missing."""
    import ipe_workbench as ipe
    from ipe_workbench.credentials import Facts, evaluate, missing

    programme, chance = ipe.example_programme(), random.Random(1)  # noqa: S311 - learners, no secret
    for _ in range(100):
        held = [one for one in programme.credentials if chance.random() < 0.5]
        facts = Facts(profession="nursing", awards=tuple(programme.award(one, _DAY) for one in held))
        for stack in programme.stacks.values():
            evaluate(stack.rule, facts, on=_DAY)
            missing(stack.rule, facts, on=_DAY)


def structure() -> None:
    """Delay, blocking and centrality of 8,000 courses."""
    from ipe_workbench.pathways.structure import Course, Curriculum
    from ipe_workbench.pathways.structure import structure as structure_of

    start()
    chance = random.Random(1)  # noqa: S311 - a graph, no secret
    courses = tuple(
        Course(str(at), f"C{at}", {str(chance.randrange(at)): "pre" for _ in range(3) if at}, 3.0) for at in range(8000)
    )
    structure_of(Curriculum("Made", courses))


def records() -> None:
    """A roster and 3,000 results into a new store."""
    from ipe_workbench.records import make_store
    from ipe_workbench.records.importing import import_file

    start()
    with tempfile.TemporaryDirectory() as name:
        folder, at = Path(name), datetime.datetime(2027, 6, 1)  # noqa: DTZ001 - the store's times are plain
        os.environ["IPE_RECORDS_KEY"] = str(folder / "records.key")
        roster, results = folder / "roster.csv", folder / "results.csv"
        roster.write_text("learner,profession\n" + "".join(f"s{one},nursing\n" for one in range(300)), encoding="utf-8")
        rows = "".join(f"s{one % 300},t{one // 300},1,0.{one % 10},2026-10-01\n" for one in range(3000))
        results.write_text(f"learner,assessment,attempt,score,on\n{rows}", encoding="utf-8")
        with make_store(folder / "records.sqlite") as store:
            import_file(store, roster, at=at)
            import_file(store, results, at=at)


JOBS: dict[str, Callable[[], None]] = {one.__name__: one for one in (start, check, rules, structure, records)}


def count(job: str) -> int:
    """Instructions of a job in a process of its own."""
    command = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    command += [sys.executable, str(Path(__file__)), "--job", job]
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r"I\s+refs:\s+([\d,]+)", done.stderr)
    if done.returncode or found is None:
        raise SystemExit(f"The job {job} failed:\n{done.stderr[-2000:]}")
    return int(found[1].replace(",", ""))


def _compiled(job: str) -> None:
    """Have Python compile what the job imports, which it does only once."""
    command = [sys.executable, str(Path(__file__)), "--job", job]
    subprocess.run(command, env=_environment(), check=True)  # noqa: S603


def _environment() -> dict[str, str]:
    """The same for everybody: nothing that a person set for Python, such as that it may not keep what it compiled."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "COV"))}
    return {**kept, "PYTHONHASHSEED": "0", "PYTHONPATH": str(_ROOT), "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}


def surroundings() -> str:
    """What the counts depend on, apart from our own code."""
    locked = hashlib.sha256((_ROOT / "requirements.lock").read_bytes()).hexdigest()[:12]
    return f"Python {platform.python_version()}, {platform.machine()}, packages {locked}"


def main() -> int:
    """Count, and compare or record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--job", choices=JOBS)
    asked = parser.parse_args()
    if asked.job:
        JOBS[asked.job]()
        return 0
    if shutil.which("valgrind") is None:
        print("Instructions are not counted: there is no valgrind here (scripts/setup.sh valgrind).")
        return 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(_compiled, JOBS))
        counts = dict(zip(JOBS, pool.map(count, JOBS), strict=True))
    counts = {job: found - (counts["start"] if job != "start" else 0) for job, found in counts.items()}
    if asked.record:
        text = json.dumps({"surroundings": surroundings(), "instructions": counts}, indent=2)
        _RECORD.write_text(text + "\n", encoding="utf-8")
    record = json.loads(_RECORD.read_text(encoding="utf-8"))
    comparable = record["surroundings"] == surroundings()
    if not comparable:
        print(f"The record was made with {record['surroundings']}; here it is {surroundings()}: nothing is compared.")
    dearer = []
    for job, found in counts.items():
        ratio = found / record["instructions"][job]
        print(f"{job:12} {found / 1e6:9,.0f} million instructions, {ratio:.3f} times the record")
        if comparable and ratio > _MOST:
            dearer.append(job)
    if dearer:
        print(f"DEARER by more than {_MOST - 1:.0%}: {', '.join(dearer)}.")
        print("Mend it, or write the record anew with --record and say why.")
    return 1 if dearer else 0


if __name__ == "__main__":
    sys.exit(main())
