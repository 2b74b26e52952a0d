"""What-if on a programme of 100 nodes: processor time from a change to all of its effects.

    python benchmarks/what_if.py

The programme is made of four copies of the example, whose stacks count toward one. Each change is tried for the first
time: only what the design was before is known. The bar is 100 ms.
"""

from __future__ import annotations

import time

from ipe_workbench.credentials import MicroCredential, Programme, Stack, example_programme
from ipe_workbench.pathways.design_edits import parse_edit
from ipe_workbench.pathways.what_if import what_if

CHANGES = (
    "set {n}team-simulation to 9 hours",
    "set {n}communication-foundations to 4 hours",
    "drop {n}team-simulation from {n}quality-improvement-team",
    "add {n}conflict-in-teams to {n}team-clinical-experience",
    "move {n}speaking-up from {n}values-and-ethics-certificate to {n}communication-certificate",
    "close {n}structured-handover for nursing",
    "drop {n}communication-certificate from {n}ipe-micro-credential",
)


def made(copies: int = 5) -> Programme:
    """The example several times over, with the ids of each copy apart, less what is more than 100 nodes."""
    base = example_programme()
    credentials: dict[str, MicroCredential] = {}
    stacks: dict[str, Stack] = {}
    for copy in range(copies):
        names = {one: f"c{copy}-{one}" for one in (*base.credentials, *base.stacks)}
        names |= {one.id: f"c{copy}-{one.id}" for one in base.activities()}
        for one in base.credentials.values():
            data = _renamed(one.model_dump(mode="json", by_alias=True, exclude_unset=True), names)
            credentials[data["id"]] = MicroCredential.model_validate(data)
        for stack in list(base.stacks.values())[: None if copy else 4]:
            data = _renamed(stack.model_dump(mode="json", by_alias=True, exclude_unset=True), names)
            stacks[data["id"]] = Stack.model_validate(data)
    return Programme(base.info, credentials, stacks, base.frameworks)


def _renamed(data: object, names: dict[str, str]) -> object:
    if isinstance(data, dict):
        return {key: _renamed(value, names) for key, value in data.items()}
    if isinstance(data, list):
        return [_renamed(value, names) for value in data]
    return names.get(data, data) if isinstance(data, str) else data


def main() -> None:
    """Print the processor time of each change."""
    programme = made()
    print(f"{len(programme.credentials)} credentials and {len(programme.stacks)} stacks")
    what_if(programme, ())
    slowest = 0.0
    for change in CHANGES:
        edit = parse_edit(change.format(n="c1-"))
        start = time.process_time()
        what_if(programme, edit)
        taken = (time.process_time() - start) * 1000
        slowest = max(slowest, taken)
        print(f"{change.format(n='c1-'):95} {taken:7.1f} ms")
    print(f"slowest: {slowest:.1f} ms of processor time (bar: 100 ms)")


if __name__ == "__main__":
    main()
