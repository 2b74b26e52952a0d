"""Plans for the example's 700 learners in progress, each proven, and one plan for all where seats are scarce.

    python benchmarks/planning.py [each | jointly]

The learners hold badges of the first terms at random, and some have few hours. Prints seconds on all cores, states,
proofs, and the gap of the joint plan. The bars on 2 cores: 20 s for a plan each, a gap of 1 % in 60 s.
"""

from __future__ import annotations

import datetime
import random
import sys
import time
from dataclasses import replace

from board import score

from ipe_workbench.credentials import Facts, Programme, example_programme
from ipe_workbench.pathways.planning import PlanFor, cohort_of, limit_seats, offerings_of, plan_cohort, plan_jointly

GOAL = "ipe-micro-credential"


def in_progress(programme: Programme, seed: int = 1) -> dict[str, PlanFor]:
    """The cohort in the spring of its first year, each learner with badges of the fall and hours to spend."""
    chance = random.Random(seed)  # noqa: S311 - learners, no secret
    terms = [one.id for one in programme.info.terms]
    start = programme.info.terms[1].start
    early = [one for one in offerings_of(programme) if one.ends < start]
    found = {}
    for learner, one in cohort_of(programme).items():
        held = [each for each in early if chance.random() < 0.9]
        awards = [programme.award(each.credential, each.ends) for each in held]
        limits = {term: float(chance.choice([12, 20, 30])) for term in terms}
        facts = Facts(profession=one.facts.profession, awards=tuple(awards))
        day = start - datetime.timedelta(days=chance.choice([0, 7]))
        found[learner] = replace(one, facts=facts, hours_per_term=limits, from_day=day)
    return found


def main(what: str = "") -> None:
    """Print what is asked for; both by default."""
    programme = example_programme()
    learners = in_progress(programme)
    if what in ("", "each"):
        start = time.perf_counter()
        plans = plan_cohort(programme, GOAL, learners)
        taken = time.perf_counter() - start
        possible = sum(one.impossible is None for one in plans.plans.values())
        print(
            f"{len(plans.plans)} learners in {plans.states} states: {possible} can finish;"
            f" {'each plan proven' if plans.proven else 'not every plan proven'}"
        )
        score(f"{len(plans.plans)} plans proven best", taken, "s", most=20)
    if what in ("", "jointly"):
        offered = limit_seats(
            offerings_of(programme), {"team-clinical-experience": 380, "interprofessional-rounds": 300}
        )
        free = {one: replace(each, hours_per_term={}) for one, each in learners.items()}
        start = time.perf_counter()
        shared = plan_jointly(programme, GOAL, free, offered)
        taken = time.perf_counter() - start
        print(
            f"jointly in {shared.plans.states} states with scarce seats: {len(shared.unserved)} without a seat;"
            f" {shared.rounds} rounds"
        )
        score("one plan for all with scarce seats", taken, "s", most=60)
        score("its gap to the best that can be proven", 100 * shared.gap, "%", most=1)


if __name__ == "__main__":
    main(*sys.argv[1:2])
