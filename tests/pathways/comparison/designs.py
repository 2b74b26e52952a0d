"""Small designs to compare."""

from __future__ import annotations

import datetime

from ipe_workbench.pathways.comparison import compare_designs
from tests.programmes import credential, programme, stack

DAY = datetime.date(2027, 6, 1)


def small(**changes):
    """Four badges and a certificate for two of three of them after the first."""
    badges = {one: credential(one, hours=3) for one in "abcd"} | changes.pop("badges", {})
    rule = {"all": ["a", {"at_least": {"count": 2, "of": ["b", "c", "d"]}}]}
    stacks = changes.pop("stacks", [stack("certificate", rule)])
    return programme([one for one in badges.values() if one is not None], stacks, **changes)


def messages(old, new, area=None):
    return [one.message for one in compare_designs(old, new).changes if area in (None, one.area)]


STRICTER = small(stacks=[stack("certificate", {"all": ["a", "b", "c", "d"]})])
