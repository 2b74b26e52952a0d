"""Race: curricular analytics against the PyPI package `curricularanalytics`, in the same run.

    python benchmarks/structure.py

Prints the ratio on a random curriculum of 200 courses and 244 requisites (paths explode; the bar is 500 times), on a
sparse one of 1,000 courses and 600 requisites (5 times), and our time on 10,000 courses and 30,000 requisites (1 s).
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import curricularanalytics as peer
from board import score

from ipe_workbench.pathways.curriculum_csv import write_curriculum
from ipe_workbench.pathways.structure import Course, Curriculum, structure


def made(courses: int, requisites: int, seed: int, near: int | None = None) -> Curriculum:
    """A random curriculum whose requisites lie among the `near` courses before, or anywhere before."""
    rng = random.Random(seed)  # noqa: S311 - a graph, no secret
    edges: set[tuple[int, int]] = set()
    while len(edges) < requisites:
        after = rng.randrange(2, courses + 1)
        before = rng.randrange(max(1, after - (near or courses)), after)
        edges.add((before, after))
    listed: dict[int, dict[str, str]] = {at: {} for at in range(1, courses + 1)}
    for before, after in sorted(edges):
        listed[after][str(before)] = "pre"
    return Curriculum("Made", tuple(Course(str(at), f"C{at}", dict(its), 3.0) for at, its in listed.items()))  # type: ignore[arg-type]


def seconds(work: Callable[[], object], repeats: int) -> float:
    """The shortest of several wall times."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def by_the_peer(path: Path) -> tuple[list[tuple[float, ...]], float]:
    """The peer's figures, and the seconds that they take when the file is read."""
    theirs = peer.read_csv(str(path))
    start = time.perf_counter()
    figures = [
        (theirs.delay_factor(one), theirs.blocking_factor(one), theirs.centrality(one), theirs.complexity(one))
        for one in theirs.courses
    ]
    return figures, time.perf_counter() - start


def race(title: str, curriculum: Curriculum, repeats: int, least: float | None = None) -> None:
    """Print both times and their ratio, once their figures are the same."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "curriculum.csv"
        path.write_text(write_curriculum(curriculum), encoding="utf-8")
        figures, theirs = by_the_peer(path)
        for _ in range(repeats - 1):
            theirs = min(theirs, by_the_peer(path)[1])
    found = [(one.delay, one.blocking, one.centrality, one.complexity) for one in structure(curriculum).nodes]
    if found != figures:
        raise SystemExit(f"{title}: the figures differ from the peer's.")
    ours = seconds(lambda: structure(curriculum), 5)
    print(f"{title:45} ours {ours * 1000:8.2f} ms   peer {theirs * 1000:10.1f} ms")
    score(f"structure of {title}, against curricularanalytics", theirs / ours, least=least)


def main() -> None:
    race("200 courses, 244 requisites close together", made(200, 244, seed=7, near=4), repeats=1, least=500)
    race("200 courses, 244 requisites anywhere", made(200, 244, seed=1), repeats=2)
    race("1,000 courses, 600 requisites", made(1_000, 600, seed=1), repeats=2, least=5)
    large = made(10_000, 30_000, seed=1)
    score("structure of 10,000 courses, 30,000 requisites", seconds(lambda: structure(large), 3), "s")


if __name__ == "__main__":
    main()
