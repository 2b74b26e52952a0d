"""Rosters to form teams from: the example's cohort with availability, last term's teams and scores."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Mapping, Sequence

from ipe_workbench.credentials import Programme
from ipe_workbench.pathways.teams import Learner, Roster

SLOTS = tuple(f"{day}-{time}" for day in ("mon", "tue", "wed", "thu", "fri") for time in ("am", "pm"))


def cohort(
    programme: Programme,
    *,
    learners: int | None = None,
    seed: int = 1,
    slots: Sequence[str] = SLOTS,
    team: int = 6,
    together: int = 0,
    apart: int = 0,
) -> Roster:
    """A roster in the programme's proportions.

    Each profession has its own timetable: a learner can come in three to six slots, most of them those of the
    profession. Scores are whole numbers around 75 with a mean that differs by profession. Last term's teams were put
    together at random. `together` and `apart` are numbers of pairs.
    """
    chance = random.Random(seed)  # noqa: S311 - a roster, no secret
    kinds = [one.id for one in programme.info.professions for _ in range(one.learners)]
    if learners is not None:
        kinds = sorted(chance.sample(kinds, learners))
    usual = {kind: chance.sample(list(slots), k=min(len(slots), 5)) for kind in sorted(set(kinds))}
    level = {kind: chance.uniform(70, 80) for kind in usual}
    chance.shuffle(kinds)
    labels: list[dict[str, list[str]]] = [{"together": [], "apart": []} for _ in kinds]
    for what, pairs in (("together", together), ("apart", apart)):
        for number in range(pairs):
            for one in chance.sample(range(len(kinds)), 2):
                labels[one][what].append(f"{what[0]}{number}")
    people = [
        Learner(
            f"L{number:05d}",
            kind,
            float(min(100, max(30, round(chance.gauss(level[kind], 9))))),
            frozenset(_available(chance, slots, usual[kind])) if len(slots) > 1 else None,
            tuple(labels[number]["together"]),
            tuple(labels[number]["apart"]),
        )
        for number, kind in enumerate(kinds)
    ]
    order = [one.id for one in people]
    chance.shuffle(order)
    count = max(1, len(order) // team)
    return Roster(tuple(people), {one: f"T{at % count:03d}" for at, one in enumerate(order)})


def as_csv(roster: Roster, delimiter: str = ",") -> str:
    """The roster as a file that `read_roster` reads."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
    writer.writerow(["learner", "profession", "score", "available", "together", "apart", "previous team"])
    for one in roster.learners:
        writer.writerow(
            [
                one.id,
                one.profession,
                "" if one.score is None else f"{one.score:g}",
                "|".join(sorted(one.slots or ())),
                "|".join(one.together),
                "|".join(one.apart),
                roster.previous.get(one.id, ""),
            ]
        )
    return stream.getvalue()


def small(professions: Mapping[str, int], scores: Sequence[float] = (), **fields: Sequence[tuple[str, ...]]) -> Roster:
    """A few learners: so many of each profession, named by it and a number."""
    names = [(kind, number) for kind, count in professions.items() for number in range(count)]
    people = []
    for at, (kind, number) in enumerate(names):
        score = scores[at] if at < len(scores) else None
        labels = {name: values[at] for name, values in fields.items() if at < len(values)}
        people.append(Learner(f"{kind}-{number}", kind, score, **labels))  # type: ignore[arg-type]
    return Roster(tuple(people))


def _available(chance: random.Random, slots: Sequence[str], usual: Sequence[str]) -> list[str]:
    own = [slot for slot in usual if chance.random() < 0.8]
    other = [slot for slot in slots if slot not in usual and chance.random() < 0.15]
    return own + other or [usual[0]]
