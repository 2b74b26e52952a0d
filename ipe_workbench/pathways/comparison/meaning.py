"""Whether two rules mean the same although they are written differently."""

from __future__ import annotations

import datetime
from itertools import combinations

from ipe_workbench.credentials.evaluate import completed_on
from ipe_workbench.credentials.facts import Facts
from ipe_workbench.credentials.rules import (
    AllOf,
    AnyOf,
    AtLeast,
    Badge,
    PerProfession,
    Points,
    Rule,
    Shortcut,
    badges_in,
    walk,
)
from ipe_workbench.pathways.comparison.written import canonical

__all__ = ["same_meaning"]

#: Rules that only look at which badges are held, so that trying every set of badges decides.
_OF_SETS = (Badge, AllOf, AnyOf, AtLeast, Points, PerProfession, Shortcut)
#: So many badges are tried in every combination (4,096 of them).
_MOST = 12
_DAY = datetime.date(2000, 1, 1)


def same_meaning(before: Rule, after: Rule) -> bool:
    """Whether exactly the same learners satisfy both rules.

    Rules of one canonical text do. Of others every set of up to 12 badges is tried, where the rules look at nothing
    but the badges that are held; with more badges, or with hours, scores, approvals, orders or time windows, rules of
    different texts are taken to differ.

    Examples
    --------
    >>> from ipe_workbench.credentials import parse_rule
    >>> one = parse_rule({"any": [{"all": ["a", "b"]}, {"all": ["a", "c"]}]})
    >>> same_meaning(one, parse_rule({"all": ["a", {"any": ["b", "c"]}]}))
    True
    >>> same_meaning(one, parse_rule({"any": ["a", "b", "c"]}))
    False
    """
    if canonical(before) == canonical(after):
        return True
    parts = (*walk(before), *walk(after))
    badges = sorted({*badges_in(before), *badges_in(after)})
    if len(badges) > _MOST or not all(isinstance(part, _OF_SETS) for part in parts):
        return False
    professions = {name for part in parts if isinstance(part, PerProfession) for name in part.per_profession}
    for profession in sorted(professions | {"default"}):
        for size in range(len(badges) + 1):
            for held in combinations(badges, size):
                facts = Facts.holding(held, on=_DAY, profession=profession)
                one, other = (completed_on(rule, facts, on=_DAY) is not None for rule in (before, after))
                if one != other:
                    return False
    return True
