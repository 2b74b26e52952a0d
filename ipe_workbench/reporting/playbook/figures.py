"""What a programme says about itself in the sentences of a playbook."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ipe_workbench.credentials import MicroCredential, Programme, check_programme
from ipe_workbench.evaluation import solve_power
from ipe_workbench.pathways import coverage
from ipe_workbench.phrases import counted, listed

if TYPE_CHECKING:
    from ipe_workbench.simulation import SimulationResult

__all__ = ["playbook_figures"]

#: Share of a cohort that answers a questionnaire twice; what published programmes reach lies between a half and 0.9.
ANSWERED_TWICE = 0.7
#: Half the width of the interval that a pilot should give the share who pass.
PILOT_PRECISION = 0.10


def playbook_figures(programme: Programme, result: SimulationResult) -> Mapping[str, str]:
    """The figures that the tasks of a playbook name, in words.

    Parameters
    ----------
    programme : Programme
        The design.
    result : SimulationResult
        Of this programme.

    Returns
    -------
    mapping of str to str
        By the names of `FIGURES`. A simulated number says that it is one.

    Notes
    -----
    Size of the pilot: n = z² p (1 - p) / d² with the simulated share p who pass and d = 0.10 (Cochran WG. Sampling
    Techniques, 3rd ed. 1977, section 4.4), in whole teams, without the correction for a finite population.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import Scenario, simulate
    >>> programme = example_programme()
    >>> result = simulate(programme, Scenario(id="quick", title="Quick look"), replicates=4, seed=7)
    >>> playbook_figures(programme, result)["learners"]
    '700'
    """
    learners = sum(one.learners for one in programme.info.professions)
    found = {
        "learners": str(learners),
        "professions": counted(len(programme.info.professions), "profession"),
        "credentials": " and ".join(
            [counted(len(programme.credentials), "credential"), counted(len(programme.stacks), "stack")]
        ),
        "findings": _findings(programme),
        "load": _load(result),
        "bottleneck": _bottleneck(programme, result),
        "detectable": _detectable(learners),
    }
    return found | _gaps(programme) | _pilot(programme, result, learners)


def _findings(programme: Programme) -> str:
    found = [one.severity for one in check_programme(programme)]
    if not found:
        return "nothing"
    return f"{counted(found.count('error'), 'error')} and {counted(found.count('warning'), 'warning')}"


def _gaps(programme: Programme) -> dict[str, str]:
    if not programme.frameworks:
        return dict.fromkeys(("not_taught", "not_assessed"), "no framework is named")
    gaps = coverage(programme, next(iter(programme.frameworks))).gaps
    return {f"not_{how}": listed(gaps[how], 12) if gaps[how] else "nothing" for how in ("taught", "assessed")}


def _load(result: SimulationResult) -> str:
    hours = result.assessor_hours()
    hours = hours[hours["mean"] > 0]
    if hours.empty:
        return "nobody has to rate, simulated"
    # The fullest is the one with least room; where no capacity is stated, the one with most hours.
    row = hours.assign(full=(hours["mean"] / hours["capacity"]).fillna(0)).sort_values(["full", "mean"]).iloc[-1]
    hours_needed = f"{row['mean']:.0f} hours in {row['term']} ({row['low']:.0f} to {row['high']:.0f}, simulated)"
    need = f"{row['role']} need {hours_needed}"
    if math.isnan(row["capacity"]):
        return f"{need}; programme.yaml does not say how many there are"
    over = f", exceeded in {100 * row['share_over']:.0f} % of the simulated cohorts" if row["share_over"] else ""
    return f"{need} and have {row['capacity']:.0f}{over}"


def _bottleneck(programme: Programme, result: SimulationResult) -> str:
    table = result.bottlenecks()
    table = table[table["profession"] == "all"]
    earned = table[table["outcome"] == "earned"].sort_values("mean")
    if earned.empty:
        return "there is no credential yet"
    hardest = earned.iloc[0]
    others = table[(table["credential"] == hardest["credential"]) & (table["outcome"] != "earned")].sort_values("mean")
    title = programme.credentials[hardest["credential"]].title
    said = f"{title} is earned by {100 * hardest['mean']:.0f} % (simulated)"
    return said if others.empty else f"{said}, and most of the others are stopped by: {others.iloc[-1]['outcome']}"


def _detectable(learners: int) -> str:
    pairs = math.floor(ANSWERED_TWICE * learners)
    if pairs < 4:
        return "no size (too few learners)"
    return f"{solve_power(n=pairs, aim=0.8)['effect'].estimate:.2f} SD or more"


def _pilot(programme: Programme, result: SimulationResult, learners: int) -> dict[str, str]:
    chosen = _first_observed(programme)
    if chosen is None:
        return {"pilot": "one credential", "pilot_learners": "some", "pilot_teams": "teams as they will be"}
    table = result.bottlenecks()
    mine = table[(table["credential"] == chosen.id) & (table["profession"] == "all") & (table["outcome"] == "earned")]
    share = min(max(float(mine["mean"].iloc[0]), 0.5), 0.95) if len(mine) else 0.5
    needed = math.ceil(1.96**2 * share * (1 - share) / PILOT_PRECISION**2)
    size = programme.info.teams.size if programme.info.teams else 1
    teams = math.ceil(min(needed, learners) / size)
    return {
        "pilot": f"“{chosen.title}”",
        "pilot_learners": str(min(teams * size, learners)),
        "pilot_teams": counted(teams, "team"),
    }


def _first_observed(programme: Programme) -> MicroCredential | None:
    """The first credential, by its first session, that somebody rates by a rubric."""
    order = {term.id: at for at, term in enumerate(programme.info.terms)}
    observed = [
        one
        for one in programme.credentials.values()
        if one.rubric and one.assessment and one.assessment.assessor != "automatic"
    ]
    return min(
        observed,
        key=lambda one: min(
            (order.get(activity.term, 99), min(activity.weeks, default=99)) for activity in one.activities
        ),
        default=None,
    )
