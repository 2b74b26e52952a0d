"""Random releases of tables, and a reader who tries to work out what they hide.

Run: python benchmarks/suppression.py [releases]. Prints, by kind of release, how many cells are small and how many were
hidden besides, how many the attack recovers with and without complementary suppression, and the seconds of both.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ipe_workbench.records.privacy import Release, attack, suppress
from tests.records.privacy.releases import KINDS, case


def main(releases: int = 1000) -> None:
    """Release, attack, count."""
    found: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for seed in range(releases):
        one = case(seed)
        told = found[one.kind]
        start = time.perf_counter()
        before = [suppress(tables, show_zeros=one.show_zeros) for tables in one.before]
        release = suppress(one.tables, earlier=before, show_zeros=one.show_zeros)
        middle = time.perf_counter()
        told["recovered"] += int(attack(release, before)["recovered"].sum())
        told["attack"] += time.perf_counter() - middle
        told["suppress"] += middle - start
        told["slowest"] = max(told["slowest"], middle - start)
        told["releases"] += 1
        told["primary"] += sum(reason == "primary" for reason in release.hidden.values())
        told["hidden"] += len(release.hidden)
        if seed % 10 == 0:
            naive = {cell: reason for cell, reason in release.hidden.items() if reason == "primary"}
            small_only = Release(release.tables, naive, (), release.threshold, release.show_zeros)
            told["naive"] += int(attack(small_only, before)["recovered"].sum())
    print(f"{'kind':34}{'n':>5}{'small':>8}{'besides':>9}{'recovered':>11}{'naive':>7}{'s each':>9}{'slowest':>9}")
    for kind in KINDS:
        told = found[kind]
        n = max(1, told["releases"])
        print(
            f"{kind:34}{n:5.0f}{told['primary']:8.0f}{told['hidden'] - told['primary']:9.0f}{told['recovered']:11.0f}"
            f"{told['naive']:7.0f}{told['suppress'] / n:9.2f}{told['slowest']:9.2f}"
        )
    recovered = sum(one["recovered"] for one in found.values())
    print(f"{releases} releases: {recovered:.0f} cells recovered (naive: small cells alone hidden, in a tenth)")
    if recovered:
        raise SystemExit(1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
