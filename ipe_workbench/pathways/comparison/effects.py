"""What follows from the changes of a design: hours, coverage, who is shut out, and the least that completes a stack."""

from __future__ import annotations

import datetime

from ipe_workbench.credentials.checks import assessor_demand
from ipe_workbench.credentials.checks.requirements import attainable
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.pathways.comparison.designs import Designs
from ipe_workbench.pathways.comparison.values import Access, AccessChange, CoverageChange, HoursChange
from ipe_workbench.pathways.coverage import Coverage, coverage, coverage_change
from ipe_workbench.pathways.reach import Reaches

__all__ = ["access_changes", "coverage_changes", "hours_changes"]

_SMALL = 0.05  # hours: less is rounding


def hours_changes(designs: Designs) -> tuple[HoursChange, ...]:
    """Hours of a learner of each profession who earns every credential, and assessors' hours in each term.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> old = example_programme()
    >>> rows = hours_changes(Designs.of(old, old.without_credential("team-clinical-experience")))
    >>> [row.after - row.before for row in rows if row.of == "nursing"]
    [-10.0]
    """
    learner = [_effort(one) for one in (designs.old, designs.new)]
    assessor = [
        {(role, term): hours for (term, role), hours in assessor_demand(one).items()}
        for one in (designs.old, designs.new)
    ]
    rows = [
        HoursChange("learner", name, None, learner[0].get(name), learner[1].get(name))
        for name in dict.fromkeys((*learner[0], *learner[1]))
    ]
    rows += [
        HoursChange("assessor", role, term, assessor[0].get((role, term)), assessor[1].get((role, term)))
        for role, term in dict.fromkeys((*assessor[0], *assessor[1]))
    ]
    return tuple(row for row in rows if _differ(row.before, row.after))


def _differ(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is not after
    return abs(before - after) >= _SMALL


def _effort(programme: Programme) -> dict[str, float]:
    return {
        profession.id: sum(
            one.hours
            for one in programme.credentials.values()
            if one.status != "retired" and programme.may_earn(one.id, profession.id)
        )
        for profession in programme.info.professions
    }


def coverage_changes(designs: Designs, framework: str | None = None) -> tuple[CoverageChange, ...]:
    """Codes that gained or lost their only coverage, in each framework that both designs name.

    Raises
    ------
    UnknownNameError
        When `framework` is named and is not in both designs.
    """
    old, new = designs.old, designs.new
    shared = [one for one in new.frameworks if one in old.frameworks]
    if framework is not None:
        if framework not in shared:
            message = f"`{framework}` is not a framework of both designs."
            raise UnknownNameError(message, mend=near_names(framework, shared))
        shared = [framework]
    both = [one.id for one in new.info.professions if one.id in {other.id for other in old.info.professions}]
    # Who counts the same credentials as before has gained and lost nothing.
    touched = [one for one in (None, *both) if _counted(old, one) != _counted(new, one)]
    rows = []
    for name in shared:
        alike = old.frameworks[name] == new.frameworks[name]
        everyone: dict[str, tuple[str, ...]] = {}
        for profession in touched if alike else (None, *both):
            theirs = _gained_and_lost(coverage(old, name, profession), coverage(new, name, profession))
            if profession is None:
                everyone = theirs
            elif theirs == everyone:
                continue
            rows.append(CoverageChange(name, profession, theirs))
    return tuple(row for row in rows if any(row.changes.values()))


def _counted(programme: Programme, profession: str | None) -> list[object]:
    """What coverage looks at: the credentials that count for learners of a profession, with their alignments."""
    return [
        (one.id, one.alignments)
        for one in programme.credentials.values()
        if one.status != "retired" and (profession is None or programme.may_earn(one.id, profession))
    ]


def _gained_and_lost(before: Coverage, after: Coverage) -> dict[str, tuple[str, ...]]:
    """As `coverage_change`, for the competencies that both versions of the framework have."""
    shared = {row.code for row in before.rows} & {row.code for row in after.rows}
    change = coverage_change(before, after)
    return {key: tuple(code for code in codes if code in shared) for key, codes in change.items()}


def access_changes(designs: Designs) -> tuple[AccessChange, ...]:
    """Who can no longer complete what they could, or now can, or later; professions of one answer together.

    Only professions of both designs and credentials and stacks of both, those under a new id included. What can be
    completed at all does not look at the calendar (`Reaches`); the days do (`attainable`).
    """
    old, new = designs.old, designs.new
    items = [(before.id, after.id) for kind in ("stack", "credential") for before, after in designs.both(kind)]
    shared = [one.id for one in new.info.professions if one.id in {other.id for other in old.info.professions}]
    reach = (Reaches(old), Reaches(new))
    found: dict[tuple[str, Access, str | None, str | None], list[str]] = {}
    for profession in shared:
        could, can = (one.earnable(profession) for one in reach)
        was, now = (attainable(one, profession) for one in (old, new))
        for before, after in items:
            first, then = was.get(before), now.get(after)
            kind = _access(before in could, after in can, first, then)
            if kind is not None:
                found.setdefault((after, kind, _day(first), _day(then)), []).append(profession)
    return tuple(
        AccessChange(item, kind, tuple(professions), before, after)
        for (item, kind, before, after), professions in found.items()
    )


def _access(could: bool, can: bool, was: datetime.date | None, now: datetime.date | None) -> Access | None:
    if could != can:
        return "shut out" if could else "admitted"
    if was is None or now is None:
        return None if was is now else "in time" if was is None else "out of time"
    return None if was == now else "later" if now > was else "earlier"


def _day(day: datetime.date | None) -> str | None:
    return None if day is None else day.isoformat()
