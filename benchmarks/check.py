"""`ipe check` on a large programme: seconds in all, by part, and alignments a second.

    python benchmarks/check.py [--credentials 500] [--alignments 10]

The bar: 500 credentials with 10 alignments each, checked in under 2 s, the start of the command included. The
credentials are those of the example programme over and over, each with all its texts, a rubric and a prerequisite;
25 stacks and an overall one lie above them. The peer in the same run: PyYAML's C loader reading the same files into
plain dictionaries, without lines, models or checks.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml
from board import score

from ipe_workbench.credentials import check_programme, example_programme, read_programme
from ipe_workbench.folder_check import check_folder

STACKS = 25


def write_programme(folder: Path, credentials: int, alignments: int) -> None:
    """A programme of that size, made of the example's."""
    example = example_programme()
    codes = [one.code or one.id for one in example.frameworks["ipec-2023"].competencies if one.parent]
    info = dict(example.documents["programme", example.id].data) | {"id": "large", "title": "Large"}
    write(folder / "programme.yaml", info)
    models = [example.documents["credential", name].data for name in example.credentials]
    names = [f"credential-{at:04d}" for at in range(credentials)]
    for at, name in enumerate(names):
        data = dict(models[at % len(models)]) | {"id": name, "title": f"Credential {at}"}
        data["activities"] = [{**one, "id": f"{one['id']}-{at}"} for one in data["activities"]]
        data["alignments"] = [aligned(codes[(at + 3 * step) % len(codes)], data["stage"]) for step in range(alignments)]
        data.pop("requires", None)
        if at >= len(models):
            data["requires"] = {"any": [names[at - len(models)], names[at - len(models) + 1]]}
        write(folder / "credentials" / f"{name}.yaml", data)
    for at in range(STACKS):
        rule = {"at_least": {"count": 3, "of": names[at::STACKS]}}
        write(folder / "pathways" / f"stack-{at:02d}.yaml", stack(f"stack-{at:02d}", rule))
    write(folder / "pathways" / "whole.yaml", stack("whole", {"all": [f"stack-{at:02d}" for at in range(STACKS)]}))


def aligned(code: str, level: str) -> dict[str, Any]:
    """An alignment in plain data."""
    return {"framework": "ipec-2023", "competency": code, "how": ["practised", "assessed"], "level": level}


def stack(name: str, rule: dict[str, Any]) -> dict[str, Any]:
    """A stack in plain data."""
    return {"id": name, "title": name, "kind": "certificate", "stage": "competence", "rule": rule}


def write(path: Path, data: dict[str, Any]) -> None:
    """One file, as a person would lay it out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120), encoding="utf-8")


def seconds(work: Any, repeats: int) -> float:
    """The least wall time of some runs, which other work on the machine disturbs least."""
    least = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        least = min(least, time.perf_counter() - start)
    return least


def peer(files: list[Path]) -> None:
    """The same bytes into plain dictionaries."""
    for file in files:
        yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader)


def command(folder: Path) -> None:
    """The command as a person runs it, in a process of its own."""
    start = "from ipe_workbench.cli import main; main()"
    run = subprocess.run([sys.executable, "-c", start, "check", str(folder)], capture_output=True, check=False)  # noqa: S603
    if run.returncode not in (0, 1):
        sys.exit(run.stderr.decode())


def main() -> None:
    """Make the programme, time each part, print."""
    parser = argparse.ArgumentParser(description="Time `ipe check` on a large programme.")
    parser.add_argument("--credentials", type=int, default=500)
    parser.add_argument("--alignments", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=3)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "large"
        write_programme(folder, wanted.credentials, wanted.alignments)
        files = sorted(folder.rglob("*.yaml"))
        programme = read_programme(folder).programme
        if programme is None:
            sys.exit("The programme that was written cannot be read.")
        rows = sum(len(one.alignments) for one in programme.credentials.values())
        times = {
            "peer: PyYAML into dictionaries": seconds(lambda: peer(files), wanted.repeats),
            "reading the programme": seconds(lambda: read_programme(folder), wanted.repeats),
            "running the lints": seconds(lambda: check_programme(programme), wanted.repeats),
            "checking the folder": seconds(lambda: check_folder(folder), wanted.repeats),
            "`ipe check`, start included": seconds(lambda: command(folder), wanted.repeats),
        }
        size = sum(file.stat().st_size for file in files) / 1e6
        print(f"{len(files)} files, {size:.1f} MB, {len(programme.credentials)} credentials, {rows} alignments")
        for name, took in times.items():
            print(f"{name:32s} {took:7.3f} s   {rows / took:9,.0f} alignments/s")
        whole, read = times["`ipe check`, start included"], times["peer: PyYAML into dictionaries"]
        score(f"`ipe check` on {len(programme.credentials)} credentials, {rows:,} alignments", whole, "s")
        score("the same, against PyYAML reading the files into dictionaries", whole / read, "times its time")


if __name__ == "__main__":
    main()
