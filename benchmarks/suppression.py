"""Random releases, what they hide, and a reader who tries to work that out.

Run: python benchmarks/suppression.py [releases]. Three ways to hide are compared on the same tables:

- ours: small cells and the cheapest others that protect them (`suppress`);
- rows: small cells with their whole row, as offices do by hand (every cell with the same value of the first dimension);
- alone: the small cells and nothing else.

Prints, by kind of release, how many cells an attack by integer programming recovers under each (the attack on `rows`
and `alone` runs for each tenth release), what share of the cells each hides, and the seconds of both programs. Ends
with 1 when the attack recovers a cell of ours.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from board import score

from ipe_workbench.records.privacy import Release, attack
from tests.records.privacy.releases import KINDS, case, released


def main(releases: int = 1000) -> None:
    """Release, attack, count."""
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for seed in range(releases):
        one = case(seed)
        told = found[one.kind]
        start = time.perf_counter()
        release, before = released(one)
        middle = time.perf_counter()
        told["recovered"] += int(attack(release, before)["recovered"].sum())
        told["attack"] += time.perf_counter() - middle
        told["suppress"] += middle - start
        told["slowest"] = max(told["slowest"], middle - start)
        told["releases"] += 1
        alone, rows = by_hand(release)
        told["cells"] += len(set().union(*(table.rows(name) for name, table in release.tables.items())))
        told["small"] += len(alone.hidden)
        told["ours"] += len(release.hidden)
        told["rows"] += len(rows.hidden)
        if seed // len(KINDS) % 10 == 0:
            told["recovered alone"] += int(attack(alone, before)["recovered"].sum())
            told["recovered rows"] += int(attack(rows, before)["recovered"].sum())
    report(found)
    recovered = sum(one["recovered"] for one in found.values())
    score(f"cells recovered by attacks on {releases} releases", recovered, "", most=0)
    hidden = sum(one["ours"] for one in found.values()) / max(1, sum(one["rows"] for one in found.values()))
    score("cells hidden, against hiding whole rows", hidden, "times as many")
    if recovered:
        raise SystemExit(1)


def by_hand(release: Release) -> tuple[Release, Release]:
    """The same tables with the small cells alone hidden, and with their whole rows."""
    small = {cell for cell, reason in release.hidden.items() if reason == "primary"}
    rows = set(small)
    for name, table in release.tables.items():
        first = table.dimensions[0]
        theirs = {item for cell in small for item in cell if item[0] == first}
        rows |= {cell for cell in table.rows(name) if theirs & cell}
    hidden = (dict.fromkeys(some, "primary") for some in (small, rows))
    alone, whole = (Release(release.tables, one, (), release.threshold, release.show_zeros) for one in hidden)
    return alone, whole


def report(found: dict[str, dict[str, float]]) -> None:
    """A line for each kind of release, and one for all."""
    print(f"{'':34}{'':5}{'recovered':^21}{'% of cells hidden':^27}{'seconds each':^27}")
    heads = ("n", "ours", "rows", "alone", "small", "ours", "rows", "suppress", "slowest", "attack")
    print(f"{'kind':34}" + "".join(f"{one:>{width}}" for one, width in zip(heads, _WIDTHS, strict=True)))
    total: dict[str, float] = defaultdict(float)
    for told in found.values():
        for key, value in told.items():
            total[key] = max(total[key], value) if key == "slowest" else total[key] + value
    for kind, told in (*((one, found[one]) for one in KINDS), ("all", total)):
        n, cells = max(1, told["releases"]), max(1, told["cells"])
        numbers = (
            f"{n:.0f}",
            *(f"{told[one]:.0f}" for one in ("recovered", "recovered rows", "recovered alone")),
            *(f"{100 * told[one] / cells:.0f}" for one in ("small", "ours", "rows")),
            *(f"{told['suppress'] / n:.3f}", f"{told['slowest']:.2f}", f"{told['attack'] / n:.3f}"),
        )
        print(f"{kind:34}" + "".join(f"{one:>{width}}" for one, width in zip(numbers, _WIDTHS, strict=True)))


_WIDTHS = (5, 7, 7, 7, 9, 9, 9, 9, 9, 9)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
