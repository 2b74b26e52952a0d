"""Runs the races and makes one table of what they found: `make bench`.

A race tells its figures by `score`, which prints them; here they are gathered, with the machine, and written to
build/benchmarks.md. Whoever wants a table of record copies it into docs/benchmarks.md on a quiet machine.

    python benchmarks/board.py [RACE ...]     RACE is the name of a file beside this one, without .py
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_ROWS = "IPE_BENCHMARK_ROWS"


def score(
    what: str, figure: float, unit: str = "times", *, least: float | None = None, most: float | None = None
) -> None:
    """Tell a figure of a race, and the bar that it has to meet: at least or at most so much.

    Examples
    --------
    >>> score("cohorts simulated, against Mesa", 103.2, least=80)
    => cohorts simulated, against Mesa: 103 times; bar: at least 80: met
    """
    bar = f"at least {least:g}" if least is not None else f"at most {most:g}" if most is not None else ""
    good = (least is None or figure >= least) and (most is None or figure <= most)
    words = f"{_short(figure)} {unit}".strip()
    print(f"=> {what}: {words}" + (f"; bar: {bar}: {'met' if good else 'MISSED'}" if bar else ""), flush=True)
    if place := os.environ.get(_ROWS):
        row = {"what": what, "found": words, "bar": bar, "met": ("yes" if good else "**no**") if bar else ""}
        with Path(place).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row) + "\n")


def _short(figure: float) -> str:
    """Three figures that count, and no power of ten."""
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:.3g}"


def machine() -> str:
    """What the figures were measured on, in a sentence."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    busy = os.getloadavg()[0]
    day = datetime.datetime.now(datetime.UTC).date()
    return (
        f"{day}: {_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB; {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}; load {busy:.1f} at the start."
    )


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"


def run(race: Path) -> tuple[list[dict[str, str]], float, bool]:
    """What a race found, its seconds, and whether it came to its end."""
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows"
        start = time.perf_counter()
        ended = subprocess.run([sys.executable, str(race)], env={**os.environ, _ROWS: str(rows)}, check=False)  # noqa: S603
        lines = rows.read_text(encoding="utf-8").splitlines() if rows.is_file() else []
        return [json.loads(line) for line in lines], time.perf_counter() - start, ended.returncode == 0


def main() -> int:
    """Run the races that are asked for, all by default; one that fails does not stop the others."""
    every = {one.stem: one for one in sorted(_HERE.glob("*.py")) if one.stem != Path(__file__).stem}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("races", nargs="*", choices=[*every, []], metavar="RACE")
    asked = parser.parse_args().races or list(every)
    text = [machine(), "", "| race | what | found | bar | met |", "|---|---|---|---|---|"]
    failed = []
    for name in asked:
        print(f"== {name}", flush=True)
        rows, seconds, ended = run(every[name])
        text += [f"| {name} | {one['what']} | {one['found']} | {one['bar']} | {one['met']} |" for one in rows]
        if not ended:
            failed.append(name)
            text.append(f"| {name} | **did not come to its end** | | | **no** |")
        print(f"== {name}: {seconds:.0f} s", flush=True)
    target = _HERE.parent / "build" / "benchmarks.md"
    target.parent.mkdir(exist_ok=True)
    target.write_text("\n".join(text) + "\n", encoding="utf-8")
    print("\n".join(["", *text, "", f"Written to {target.relative_to(_HERE.parent)}"]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
