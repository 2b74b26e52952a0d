from __future__ import annotations

import pytest

from ipe_workbench.figures import team_composition
from ipe_workbench.pathways.teams import FormingRules, Learner, Roster, TeamPlan, form_teams
from tests.figures.conftest import HOSTILE

KINDS = ("nursing", "medicine", "pharmacy", "public-health")


def formed(learners: int, scores: bool) -> tuple[TeamPlan, Roster]:
    people = [
        Learner(f"L{n}", KINDS[n % 4], float(n % 7) if scores else None, frozenset({"ab"[n // 4 % 2]}))
        for n in range(learners)
    ]
    roster = Roster(tuple(people))
    plan = form_teams(roster, FormingRules(), time_limit=2)
    assert isinstance(plan, TeamPlan)
    return plan, roster


@pytest.mark.parametrize(("learners", "scores"), [(24, True), (24, False), (288, True)])
def test_the_composition_says_in_words_what_it_draws(learners: int, scores: bool) -> None:
    plan, roster = formed(learners, scores)
    shown = team_composition(plan, roster, {"nursing": HOSTILE})
    shown.figure.draw_without_rendering()
    assert f"{learners // 6} teams of 6 learners" in shown.title
    assert f"Sizes: {learners // 6} of 6." in shown.alt
    assert ("Team means" in shown.alt) is scores
    assert len(shown.figure.axes) == 1 + scores
    assert shown.figure.axes[-1].get_xlabel() == ("Team" if learners == 24 else "Slot")
    assert "<script>" not in shown.to_svg()
