"""Mutate framework files of every format: the readers must answer with a framework or an error of ours.

    python -m tests.fuzz.frameworks --inputs 100000 --seed 1

Each input is a seed file with one to four mutations, of its bytes or of what its format is made of. An input that
raises anything else, or that takes longer than a second, is written to the folder of failures, and the run ends with
exit code 1.
"""

from __future__ import annotations

import argparse
import copy
import importlib
import io
import json
import random
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ipe_workbench.errors import WorkbenchError
from ipe_workbench.frameworks import export_framework, import_framework
from tests.fuzz.seeds import NOW, seeds

__all__ = ["fuzz", "mutated"]

_SECONDS = 1.0
#: One in so many of the frameworks that are read is written again in two formats.
_WRITTEN_AGAIN = 20
_ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 3.5, 1e308, 10**30, "", " ", "x", "\0", "\ud800", "=1+1", "1.1.1", "ce-", "null"),
    *([], {}, [[]], [None], {"": ""}, {"@id": 7}, {"identifier": {}}, "a" * 5000, "\u202e", "2026-13-45T99:99:99"),
)


def mutated(name: str, content: bytes, rng: random.Random) -> bytes:
    """The content with one to four mutations."""
    for _ in range(rng.randint(1, 4)):
        ways: list[Callable[[bytes, random.Random], bytes]] = [_bytes_mutated]
        if name.endswith(".json"):
            ways += [_json_mutated] * 4
        elif name.endswith(".csv"):
            ways += [_cells_mutated] * 3
        elif name.endswith(".xlsx"):
            ways += [_members_mutated] * 3
        else:
            ways += [_lines_mutated] * 3
        content = rng.choice(ways)(content, rng)
    return content


def fuzz(inputs: int, seed: int, failures: Path) -> Counter[str]:
    """How many inputs ended how; those that ended badly are written to `failures`."""
    originals = seeds()
    names = list(originals)
    ends: Counter[str] = Counter()
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        importlib.import_module("openpyxl")  # what is imported lazily is imported now
        for name, content in originals.items():
            path = Path(folder) / f"seed{''.join(Path(name).suffixes[-1:])}"
            path.write_bytes(content)
            import_framework(path)
        for number in range(inputs):
            rng = random.Random(seed * 1_000_003 + number)  # noqa: S311 - mutations, no secret
            name = names[number % len(names)]
            path = Path(folder) / f"input{''.join(Path(name).suffixes[-1:])}"
            path.write_bytes(mutated(name, originals[name], rng))
            start = time.perf_counter()
            end = _tried(path, write_again=number % _WRITTEN_AGAIN == 0)
            took = time.perf_counter() - start
            slowest = max(slowest, took)
            if took > _SECONDS:
                end = "slow"
            ends[end] += 1
            if end not in ("read", "refused"):
                failures.mkdir(parents=True, exist_ok=True)
                (failures / f"{seed}-{number}{path.suffix}").write_bytes(path.read_bytes())
    ends["slowest, ms"] = round(slowest * 1000)
    return ends


def _tried(path: Path, *, write_again: bool) -> str:
    try:
        framework = import_framework(path).framework
        if write_again:
            export_framework(framework, "case-1.1", NOW)
            export_framework(framework, "csv", NOW)
    except WorkbenchError:
        return "refused"
    except BaseException as error:  # a panic of a compiled reader is no Exception
        if isinstance(error, KeyboardInterrupt):
            raise
        last = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"
    return "read"


def _bytes_mutated(content: bytes, rng: random.Random) -> bytes:
    if not content:
        return bytes([rng.randrange(256)])
    at, length = rng.randrange(len(content)), rng.choice((1, 1, 2, 8, 64))
    way = rng.randrange(5)
    if way == 0:
        return content[:at]
    if way == 1:
        return content[:at] + content[at + length :]
    if way == 2:
        return content[:at] + content[at : at + length] * 3 + content[at + length :]
    if way == 3:
        return content[:at] + bytes(rng.randrange(256) for _ in range(length)) + content[at + length :]
    return content[:at] + bytes([content[at] ^ (1 << rng.randrange(8))]) + content[at + 1 :]


def _json_mutated(content: bytes, rng: random.Random) -> bytes:
    try:
        encoding = json.detect_encoding(content)
        data = json.loads(content.decode(encoding, "surrogatepass"))
    except ValueError:
        return _bytes_mutated(content, rng)
    places = list(_places(data))
    if not places:
        return content
    holder, key = rng.choice(places)
    other, its = rng.choice(places)
    way = rng.randrange(6)
    if way == 0:
        del holder[key]
    elif way == 1:
        holder[key] = copy.deepcopy(rng.choice(_ODD))
    elif way == 2:
        # A value of another place: circles of parents, ids that stand twice, texts where lists belong.
        holder[key] = copy.deepcopy(other[its])
    elif way == 3:
        holder[key] = [holder[key]]
    elif way == 4 and isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))
    elif isinstance(holder, dict):
        holder[rng.choice([str(key).upper(), f"x{key}", ""])] = holder.pop(key)
    return json.dumps(data).encode(encoding, "surrogatepass")


def _places(data: Any) -> Iterator[tuple[Any, Any]]:
    waiting = [data]
    while waiting:
        one = waiting.pop()
        inner = list(one.items()) if isinstance(one, dict) else list(enumerate(one)) if isinstance(one, list) else []
        for key, value in inner:
            yield one, key
            waiting.append(value)


def _cells_mutated(content: bytes, rng: random.Random) -> bytes:
    text = content.decode("utf-8", "replace")
    separator = next((sign for sign in "\t;," if sign in text), ",")
    rows = text.split("\n")
    at = rng.randrange(len(rows))
    cells = rows[at].split(separator)
    odd = rng.choice(
        [
            "",
            '"',
            "=1+1",
            "i0",
            "i1",
            "A1",
            "\0",
            "x" * 3000,
            ";" * 50,
            "1e999",
            "A1;A2;A3",
            "level",
            "code",
            "    x",
            "Domain",
        ]
    )
    way = rng.randrange(4)
    if way == 0:
        cells[rng.randrange(len(cells))] = odd
    elif way == 1:
        cells.insert(rng.randrange(len(cells) + 1), odd)
    elif way == 2:
        del cells[rng.randrange(len(cells))]
    else:
        rows.insert(at, rng.choice(rows))
    rows[at] = separator.join(cells)
    encoding = rng.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"])
    return "\n".join(rows).encode(encoding, "replace")


def _members_mutated(content: bytes, rng: random.Random) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            members = {one: packed.read(one) for one in packed.namelist()}
    except Exception:  # earlier mutations leave anything
        return _bytes_mutated(content, rng)
    if not members:
        return _bytes_mutated(content, rng)
    name = rng.choice(list(members))
    way = rng.randrange(5)
    if way == 0:
        del members[name]
    elif way == 1:
        members[name] = _bytes_mutated(members[name], rng)
    elif way == 2:
        members[f"../{name}"] = members[name]
    elif way == 3:
        odd = rng.choice([b"<f>1+1</f>", b'r="XFD1048576"', b"<v>99999999999</v>", b't="s"', b't="e"', b"<c/>", b"&x;"])
        at = rng.randrange(len(members[name]) + 1)
        members[name] = members[name][:at] + odd + members[name][at:]
    else:
        members["xl/vbaProject.bin"] = b"macro"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as packed:
        for one, value in members.items():
            packed.writestr(one, value)
    return stream.getvalue()


def _lines_mutated(content: bytes, rng: random.Random) -> bytes:
    lines = content.decode("utf-8", "replace").split("\n")
    at = rng.randrange(len(lines))
    odd = rng.choice(
        ["- ", "  ", "&a ", "*a", "!!python/object:x {}", ": :", "{", "[", "'", "\t", "? ", "<<: *a", "%YAML", "---"]
    )
    way = rng.randrange(4)
    if way == 0:
        del lines[at]
    elif way == 1:
        lines.insert(at, rng.choice(lines))
    elif way == 2:
        lines[at] = odd + lines[at]
    else:
        lines[at] = lines[at].split(":")[0] + ": " + odd
    return "\n".join(lines).encode("utf-8")


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--failures", type=Path, default=Path("runs/fuzz-failures"))
    options = parser.parse_args()
    ends = fuzz(options.inputs, options.seed, options.failures)
    for end, count in ends.most_common():
        print(f"{count:9,}  {end}")
    sys.exit(0 if set(ends) <= {"read", "refused", "slowest, ms"} else 1)


if __name__ == "__main__":
    main()
