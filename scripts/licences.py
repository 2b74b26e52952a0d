"""The licence of every package that an installation brings, as a table in Markdown.

Run: python scripts/licences.py LOCK
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

__all__ = ["licences", "table"]


def licences(lock: Path) -> dict[str, tuple[str, str]]:
    """Version and licence of each package of a lock file that is installed here, by name."""
    found = {}
    for name in re.findall(r"^([A-Za-z0-9_.-]+)==", lock.read_text(encoding="utf-8"), flags=re.M):
        try:
            said = metadata(name)
        except PackageNotFoundError:  # for another system or another Python
            continue
        found[name] = (said["Version"], _licence(said))
    return found


def _licence(said) -> str:  # noqa: ANN001 - importlib's message has no public type
    """What a package says: its SPDX expression, else its classifiers, else the first line of its field."""
    if said.get("License-Expression"):
        return said.get("License-Expression")
    classifiers = [one.rsplit(" :: ", 1)[1] for one in said.get_all("Classifier", []) if one.startswith("License ::")]
    exact = [one for one in classifiers if one != "OSI Approved"]
    return "; ".join(exact) or (said.get("License") or "not said").splitlines()[0][:60]


def table(lock: Path) -> str:
    """The licences as a table."""
    rows = [f"| {name} | {version} | {licence} |" for name, (version, licence) in sorted(licences(lock).items())]
    return "\n".join(["| package | version | licence |", "| --- | --- | --- |", *rows]) + "\n"


if __name__ == "__main__":
    sys.stdout.write(table(Path(sys.argv[1])))
