"""The least that completes each stack from nothing under two designs, proven by a constraint solver."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from ipe_workbench.credentials.cheapest import cheapest
from ipe_workbench.credentials.checks.requirements import singled_out
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import Badge
from ipe_workbench.pathways.comparison.designs import Designs
from ipe_workbench.pathways.comparison.values import MinimumChange

__all__ = ["Least", "least_to_complete", "minimum_changes"]

Cost = Literal["badges", "hours"]
COSTS: tuple[Cost, ...] = ("badges", "hours")
#: Seconds for one stack; a stack of a hundred badges takes hundredths of one.
_SECONDS = 10.0


class Least(NamedTuple):
    """The least cost; ``None`` when the stack cannot be completed. `proven` is whether nothing costs less."""

    value: float | None
    proven: bool


def minimum_changes(designs: Designs) -> tuple[MinimumChange, ...]:
    """The least badges and the least hours to each stack, where they differ; professions of one answer together."""
    old, new = designs.old, designs.new
    if _what_counts(old) == _what_counts(new):
        return ()
    pairs: list[tuple[str | None, str | None]] = [(a.id, b.id) for a, b in designs.both("stack")]
    pairs += [(one, None) for one in old.stacks if one not in {a for a, _ in pairs}]
    pairs += [(None, one) for one in new.stacks if one not in {b for _, b in pairs}]
    shared = [one.id for one in new.info.professions if one.id in {other.id for other in old.info.professions}]
    apart = singled_out(old) | singled_out(new)
    groups = [[one] for one in shared if one in apart]
    groups += [rest] if (rest := [one for one in shared if one not in apart]) else []
    rows = []
    for before, after in pairs:
        for cost in COSTS:
            found: dict[tuple[Least | None, Least | None], list[str]] = {}
            for group in groups:
                was = None if before is None else least_to_complete(old, before, group[0], cost)
                now = None if after is None else least_to_complete(new, after, group[0], cost)
                found.setdefault((was, now), []).extend(group)
            rows += [_row(after or before or "", cost, *key, professions) for key, professions in found.items()]
    return tuple(row for row in rows if row.before != row.after)


def least_to_complete(programme: Programme, stack: str, profession: str, cost: Cost) -> Least:
    """The least number of badges, or of hours, with which a learner of a profession completes a stack; see `cheapest`.

    Every badge that has to be earned on the way counts, prerequisites too; scores are reached, approvals given, and
    everything happens on one day, so that orders and time windows are kept.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> least_to_complete(example_programme(), "communication-certificate", "nursing", "badges")
    Least(value=7, proven=True)
    """
    programme.profession(profession)
    way = cheapest(
        Badge(badge=stack),
        on=programme.info.terms[0].start,
        cost=cost,
        programme=programme,
        profession=profession,
        seconds=_SECONDS,
    )
    return Least(None, proven=True) if way is None else Least(way.cost, way.proven)


def _row(stack: str, cost: Cost, was: Least | None, now: Least | None, professions: Iterable[str]) -> MinimumChange:
    known = [one for one in (was, now) if one is not None]
    return MinimumChange(
        stack,
        cost,
        tuple(professions),
        was.value if was is not None else None,
        now.value if now is not None else None,
        proven=all(one.proven for one in known),
    )


def _what_counts(programme: Programme) -> object:
    """All that the least depends on: where it is equal, nothing has to be solved."""
    credentials = {
        one.id: (one.status == "retired", one.professions, one.requires, one.hours, one.activities, one.assessment)
        for one in programme.credentials.values()
    }
    stacks = {one.id: one.rule for one in programme.stacks.values()}
    return credentials, stacks, [one.id for one in programme.info.professions]
