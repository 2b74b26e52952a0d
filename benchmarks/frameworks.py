"""Frameworks of growing size through every format: CPU seconds, and the exponent by which they grow.

    python benchmarks/frameworks.py [--items 10000]

The bar: at the full size under 2 s of CPU for each import, query and export, and an exponent near 1 (2 is quadratic).
The peer in the same run: pandas reading the same workbook with openpyxl, into a plain table and no further.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import math
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from board import score

from ipe_workbench.credentials import example_programme
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.frameworks import (
    EXPORT_FORMATS,
    Association,
    Competency,
    Framework,
    export_framework,
    import_framework,
)
from ipe_workbench.pathways import coverage

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
SIZES = (0.1, 0.2, 0.5, 1.0)


def made(items: int) -> Framework:
    """A tree with eight parts to a whole, five levels deep, and an association for every second item."""
    competencies = tuple(
        Competency(
            id=f"c{at}",
            code=f"X.{at}",
            title=f"Title {at}",
            statement=f"Work with others in case {at}: listen, speak plainly, and say what is not known.",
            parent=f"c{(at - 1) // 8}" if at else None,
        )
        for at in range(items)
    )
    links = tuple(
        Association(source=f"c{at}", relation="isRelatedTo", target=f"c{at * 7 % items}") for at in range(0, items, 2)
    )
    return Framework(id="made", title="Made", competencies=competencies, associations=links)


def aligned(framework: Framework) -> Programme:
    """The example programme with this framework, one of whose credentials is aligned to every twentieth item."""
    example = example_programme()
    programme = dataclasses.replace(example, frameworks={**example.frameworks, framework.id: framework})
    first = next(iter(programme.credentials.values()))
    alignment = first.alignments[0].model_copy(update={"framework": framework.id})
    many = tuple(alignment.model_copy(update={"competency": one.id}) for one in framework.competencies[::20])
    return programme.with_credential(first.model_copy(update={"alignments": many}))


def seconds(work: Callable[[], Any]) -> float:
    """CPU seconds, the better of two runs."""
    found = math.inf
    for _ in range(2):
        start = time.process_time()
        work()
        found = min(found, time.process_time() - start)
    return found


def measured(items: int, folder: Path) -> dict[str, float]:
    """CPU seconds of each job on a framework of so many items."""
    framework = made(items)
    programme = aligned(framework)
    times: dict[str, float] = {}
    for to in EXPORT_FORMATS:
        path = folder / f"{items}-{to}"
        times[f"export {to}"] = seconds(lambda to=to: export_framework(framework, to, NOW))
        exported = export_framework(framework, to, NOW)
        path = folder / f"{items}-{exported.name}"
        path.write_bytes(exported.content)
        if to not in ("graphml", "node-link"):
            times[f"import {to}"] = seconds(lambda path=path: import_framework(path))
        if to == "xlsx":
            times["peer: pandas reads the xlsx"] = seconds(
                lambda path=path: pd.read_excel(path, sheet_name=None, engine="openpyxl")
            )
    times["ancestors of every item"] = seconds(lambda: [framework.ancestors(one.id) for one in framework.competencies])
    times["coverage"] = seconds(lambda: coverage(programme, framework.id))
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=10_000, help="items of the largest framework")
    full = parser.parse_args().items
    sizes = [max(100, round(full * share)) for share in SIZES]
    with tempfile.TemporaryDirectory() as folder:
        measured(100, Path(folder))  # what is imported lazily is imported now
        runs = [measured(size, Path(folder)) for size in sizes]
    print(f"{'CPU s':30}" + "".join(f"{size:>9,}" for size in sizes) + f"{'exponent':>10}")
    for job in runs[-1]:
        row = [run[job] for run in runs]
        exponent = np.polyfit(np.log(sizes), np.log(np.maximum(row, 1e-6)), 1)[0]
        print(f"{job:30}" + "".join(f"{one:9.3f}" for one in row) + f"{exponent:10.2f}")
    last = runs[-1]
    slowest = max((time, job) for job, time in last.items() if not job.startswith("peer"))
    score(f"a framework of {full:,} items, slowest job ({slowest[1]})", slowest[0], "s of CPU", most=2)
    score("its workbook read, against pandas with openpyxl", last["peer: pandas reads the xlsx"] / last["import xlsx"])


if __name__ == "__main__":
    main()
