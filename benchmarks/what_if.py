"""What-if on programmes of 100 nodes: processor time from a change to all of its effects.

    python benchmarks/what_if.py

One programme is made of five copies of the example, whose last stacks count toward one; in the others everything hangs
together, drawn at random. Changes of every kind are drawn; each is made three times, and the quickest counts, since the
machine does other things, too. Only what the design was before is known. The bar is 100 ms.
"""

from __future__ import annotations

import random
import statistics
import time

from board import score

from ipe_workbench.credentials import MicroCredential, Programme, Stack, example_programme
from ipe_workbench.credentials.rules import badges_in
from ipe_workbench.errors import WorkbenchError
from ipe_workbench.pathways.design_edits import (
    AddRequirement,
    ChangeHours,
    CloseFor,
    DropRequirement,
    Edit,
    MoveRequirement,
    edited,
)
from ipe_workbench.pathways.what_if import what_if

KINDS = ("move", "add", "drop", "hours", "close for one", "close for all")


def copies(count: int = 5) -> Programme:
    """The example several times over, with the ids of each copy apart, and a stack that counts the last of each."""
    base = example_programme()
    credentials: dict[str, MicroCredential] = {}
    stacks: dict[str, Stack] = {}
    for copy in range(count):
        names = {one: f"c{copy}-{one}" for one in (*base.credentials, *base.stacks)}
        names |= {one.id: f"c{copy}-{one.id}" for one in base.activities()}
        for one in base.credentials.values():
            data = _renamed(one.model_dump(mode="json", by_alias=True, exclude_unset=True), names)
            credentials[data["id"]] = MicroCredential.model_validate(data)
        for stack in base.stacks.values():
            data = _renamed(stack.model_dump(mode="json", by_alias=True, exclude_unset=True), names)
            stacks[data["id"]] = Stack.model_validate(data)
    stacks["all"] = _stack("all", {"all": [f"c{copy}-{list(base.stacks)[-1]}" for copy in range(count)]})
    return Programme(base.info, credentials, stacks, base.frameworks)


def drawn(seed: int, credentials: int = 80, stacks: int = 20) -> Programme:
    """Credentials and stacks with every sort of requisite among them, in the example's calendar."""
    base, dice = example_programme(), random.Random(seed)  # noqa: S311
    models = list(base.credentials.values())
    made: dict[str, MicroCredential] = {}
    for at in range(credentials):
        like = models[at % len(models)].model_dump(mode="json", by_alias=True, exclude_unset=True)
        like |= {"id": f"b{at}", "title": f"B{at}", "hours": dice.choice([2, 3, 4, 6, 8, 10, 12])}
        for activity in like["activities"]:
            activity["id"] = f"b{at}-{activity['id']}"
        like.pop("requires", None)
        if at > 15:
            some = dice.sample(list(made)[max(0, at - 30) :], dice.randint(1, 3))
            like["requires"] = dice.choice(
                [{"all": some}, {"any": some}, {"at_least": {"count": max(1, len(some) - 1), "of": some}}]
            )
        made[f"b{at}"] = MicroCredential.model_validate(like)
    rules: dict[str, object] = {}
    for at in range(stacks - 1):
        of = dice.sample(list(made), 8)
        rules[f"s{at}"] = dice.choice(
            [
                {"all": [*of[:3], {"at_least": {"count": 2, "of": of[3:]}}]},
                {"at_least": {"count": 3, "of": of}},
                {"points": {"min": 6, "from": [{"badge": one, "points": dice.choice([1, 2, 3])} for one in of]}},
                {"all": [{"any": of[:2]}, {"any": of[2:4]}, *list(rules)[-1:]]},
            ]
        )
    names = list(rules)
    rules["final"] = {"all": [*names[-6:], {"at_least": {"count": 4, "of": names[:-6]}}]}
    return Programme(base.info, made, {one: _stack(one, rule) for one, rule in rules.items()}, base.frameworks)


def _stack(reference: str, rule: object) -> Stack:
    data = {"id": reference, "title": reference, "kind": "certificate", "stage": "competence", "rule": rule}
    return Stack.model_validate(data)


def _renamed(data: object, names: dict[str, str]) -> object:
    if isinstance(data, dict):
        return {key: _renamed(value, names) for key, value in data.items()}
    if isinstance(data, list):
        return [_renamed(value, names) for value in data]
    return names.get(data, data) if isinstance(data, str) else data


def change(programme: Programme, kind: str, dice: random.Random) -> Edit:
    """A change of that kind that can be made."""
    credentials, every = list(programme.credentials), [*programme.credentials, *programme.stacks]
    professions = [one.id for one in programme.info.professions]
    while True:
        asker = dice.choice(every)
        rule = programme.stacks[asker].rule if asker in programme.stacks else programme.credentials[asker].requires
        named = badges_in(rule) if rule is not None else ()
        made: Edit
        if kind == "hours":
            made = ChangeHours(dice.choice(credentials), dice.choice([1, 5, 20]))
        elif kind == "add":
            made = AddRequirement(dice.choice(credentials), asker)
        elif kind.startswith("close"):
            closed = professions if kind == "close for all" else [dice.choice(professions)]
            made = CloseFor(dice.choice(credentials), tuple(closed))
        elif not named:
            continue
        elif kind == "drop":
            made = DropRequirement(dice.choice(named), asker)
        else:
            made = MoveRequirement(dice.choice(named), asker, dice.choice(list(programme.stacks)))
        try:
            what_if(programme, edited(programme, [made]))
        except WorkbenchError:
            continue
        return made


def main(each: int = 8) -> None:
    """Print the processor time of each kind of change."""
    slowest = 0.0
    for name, programme in {"copies of the example": copies(), "random 1": drawn(1), "random 2": drawn(2)}.items():
        what_if(programme, ())
        print(f"{name}: {len(programme.credentials)} credentials and {len(programme.stacks)} stacks")
        dice = random.Random(7)  # noqa: S311
        for kind in KINDS:
            taken = []
            for _ in range(each):
                edit = change(programme, kind, dice)
                taken.append(min(_milliseconds(programme, edit) for _ in range(3)))
            slowest = max(slowest, *taken)
            print(f"  {kind:14} median {statistics.median(taken):6.1f} ms, slowest {max(taken):6.1f} ms")
    score("the slowest change of a what-if", slowest, "ms of CPU", most=100)


def _milliseconds(programme: Programme, edit: Edit) -> float:
    start = time.process_time()
    what_if(programme, edit)
    return (time.process_time() - start) * 1000


if __name__ == "__main__":
    main()
