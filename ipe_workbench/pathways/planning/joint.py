"""One plan for a whole cohort where seats and assessors' hours are limited.

Learners in the same state may follow different plans. The plans are generated as they are needed (column generation:
Gilmore and Gomory 1961, doi 10.1287/opre.9.6.849): a linear program shares the seats among the plans known so far, its
prices for seats and assessors' hours go into the search for a better plan of each state, and when no state has one left
its value is a bound that no joint plan can beat.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.pathways.planning.cohort import CohortPlans, states_of
from ipe_workbench.pathways.planning.learner import PlanFor
from ipe_workbench.pathways.planning.model import PlanModel, build_model, ran_out
from ipe_workbench.pathways.planning.offerings import Offering, offerings_of
from ipe_workbench.pathways.planning.plan import Plan, plan, planned, usable_by
from ipe_workbench.pathways.planning.reasons import Impossible

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["JointPlans", "Use", "plan_jointly"]

#: Reduced costs smaller than this are the rounding of the solver.
_TOLERANCE = 1e-3
_MILLIONTHS = 1_000_000
_ROUNDS = 200
_FULL = Impossible(("No seat or no assessor's hour is left for this learner.",))


@dataclass(frozen=True)
class Use:
    """How much of a limit is used: seats or assessors' hours of an offering, or a role's assessors' hours in a term."""

    name: str
    used: float
    limit: float


@dataclass(frozen=True)
class JointPlans:
    """The plans of a cohort that share its seats and assessors.

    Parameters
    ----------
    plans : CohortPlans
        By learner; one who could not be served has a plan with a reason.
    unserved : tuple of str
        Learners for whom nothing is left, though each of them could complete the goal alone.
    hours : float
        All learners' hours.
    bound : float
        No joint plan that serves as many learners has fewer hours; `gap` is the share by which it may be bettered.
    uses : tuple of Use
        What is used of each limit.
    rounds : int
        Rounds of generating plans.
    """

    plans: CohortPlans
    unserved: tuple[str, ...]
    hours: float
    bound: float
    gap: float
    uses: tuple[Use, ...]
    rounds: int

    def to_dict(self) -> dict[str, Any]:
        """The joint plan as plain JSON."""
        uses = [{"limit": one.name, "used": round(one.used, 3), "of": one.limit} for one in self.uses]
        about = {"hours": self.hours, "bound": self.bound, "gap": self.gap, "unserved": list(self.unserved)}
        return about | {"limits": uses} | self.plans.to_dict()


@dataclass
class _State:
    """Learners in one state, the model of their plans, and the plans known so far; `alone` says why there is none."""

    members: list[str]
    learner: PlanFor
    made: PlanModel | None
    columns: list[tuple[Offering, ...]]
    alone: Plan | None


def plan_jointly(
    programme: Programme,
    goal: str,
    learners: Mapping[str, PlanFor],
    offerings: tuple[Offering, ...] | None = None,
    *,
    assessor_hours: Mapping[str, float] | None = None,
    progress: Callable[[int, float], None] | None = None,
) -> JointPlans:
    """Plans for a cohort within its seats and assessors' hours: as many learners as can be, then the fewest hours.

    Parameters
    ----------
    programme, goal, learners
        As for `plan_cohort`; learners' aims are those of the whole here, so that `aim` must be ``hours``.
    offerings : tuple of Offering, optional
        With their `seats` and `assessor_hours`.
    assessor_hours : mapping of str to float, optional
        Hours in a term by the assessors' role; by default those of the programme's `capacity`.
    progress : callable, optional
        Called with the round and the hours of the linear program.

    Returns
    -------
    JointPlans

    Raises
    ------
    UnusableInputError
        When a learner has another aim than the hours.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.pathways.planning.cohort import cohort_of
    >>> programme = example_programme()
    >>> found = plan_jointly(programme, "communication-certificate", cohort_of(programme))
    >>> found.gap < 0.01, found.unserved
    (True, ())
    """
    if any(one.aim != "hours" for one in learners.values()):
        raise UnusableInputError("A joint plan makes the hours of all least.", mend="Use the aim `hours`.")
    offered = offerings_of(programme) if offerings is None else offerings
    roles: dict[str, float] = {str(role): hours for role, hours in programme.info.capacity.assessor_hours.items()}
    if assessor_hours is not None:
        roles = dict(assessor_hours)
    limits = _limits(offered, roles)
    states = _begin(programme, goal, learners, offered)
    master = _Master(programme, states, limits)
    value = 0.0
    for rounds in range(1, _ROUNDS + 1):
        value, prices, worth = master.share()
        if progress is not None:
            progress(rounds, value)
        if not _generate(states, master, prices, worth):
            break
    chosen = master.whole()
    return _read(programme, goal, learners, states, master, chosen, value, rounds)


def _limits(offered: tuple[Offering, ...], roles: Mapping[str, float]) -> dict[str, float]:
    found = {one.id: float(one.seats) for one in offered if one.seats is not None}
    found |= {_assessing(one): one.assessor_hours for one in offered if one.assessor_hours is not None}
    terms = dict.fromkeys(one.term for one in offered)
    return found | {f"{role} {term}": hours for term in terms for role, hours in roles.items()}


def _holds(learner: PlanFor, goal: str) -> bool:
    return any(one.badge == goal and not ran_out(one, learner.from_day) for one in learner.facts.awards)


def _assessing(one: Offering) -> str:
    return f"assessors of {one.id}"


def _begin(
    programme: Programme, goal: str, learners: Mapping[str, PlanFor], offered: tuple[Offering, ...]
) -> list[_State]:
    found = []
    for members in states_of(learners).values():
        learner = learners[members[0]]
        usable = usable_by(learner, offered)
        made = build_model(programme, goal, learner, usable)
        state = _State(members, learner, made, [], None)
        costs = {one: sum(one.hours.values()) for one in made.taken}
        best = None
        if made.goal is not False and not _holds(learner, goal):
            made.model.add_bool_or([made.goal])
            best = _best_at(state, costs)
        if best is None:
            state.alone = plan(programme, goal, learner, usable)
            # One who holds the goal already takes nothing.
            best = None if state.alone.impossible else ()
            state.made = None
        state.columns = [] if best is None else [best]
        found.append(state)
    return found


def _best_at(state: _State, costs: Mapping[Offering, float]) -> tuple[Offering, ...] | None:
    """The cheapest plan at these costs."""
    from ortools.sat.python import cp_model

    made = state.made
    if made is None:
        return None
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    made.model.minimize(sum(round(costs[one] * _MILLIONTHS) * literal for one, literal in made.taken.items()))
    if solver.solve(made.model) != cp_model.OPTIMAL:
        return None
    return tuple(one for one, literal in made.taken.items() if solver.boolean_value(literal))


class _Master:
    """The program that shares limits among plans: how many learners of each state follow each plan."""

    def __init__(self, programme: Programme, states: list[_State], limits: dict[str, float]) -> None:
        self.programme = programme
        self.states = states
        self.limits = limits
        self.rows = {name: at for at, name in enumerate(limits)}
        #: Nobody is left out to save hours: being left out costs more than all that could be saved.
        self.left_out = 1 + 4 * sum(one.hours for one in programme.credentials.values())

    def uses(self, column: tuple[Offering, ...]) -> dict[str, float]:
        """What one learner's plan takes of each limit."""
        found: dict[str, float] = {}
        for one in column:
            if one.id in self.rows:
                found[one.id] = 1.0
            assessment = self.programme.credentials[one.credential].assessment
            if assessment is not None:
                hours = assessment.assessor_minutes * (1 + assessment.double_rated) / 60
                for name in {f"{assessment.assessor} {one.term}", _assessing(one)} & self.rows.keys():
                    found[name] = found.get(name, 0.0) + hours
        return found

    def share(self) -> tuple[float, dict[str, float], list[float]]:
        """The value of the linear program, the price of each limit, and what a learner of each state costs."""
        from scipy.optimize import linprog

        cost, usage, ranks, counts = self._tables()
        answer = linprog(cost, A_ub=usage, b_ub=list(self.limits.values()), A_eq=ranks, b_eq=counts, method="highs")
        prices = dict(zip(self.limits, answer.ineqlin.marginals if self.limits else [], strict=True))
        return float(answer.fun), prices, [float(one) for one in answer.eqlin.marginals]

    def whole(self) -> list[list[int]]:
        """For each state how many learners follow each plan; the last number is of those left out."""
        import numpy as np
        from scipy.optimize import Bounds, LinearConstraint, milp

        cost, usage, ranks, counts = self._tables()
        rules = [LinearConstraint(ranks, counts, counts)]
        if self.limits:
            rules.append(LinearConstraint(usage, -np.inf, list(self.limits.values())))
        options = {"mip_rel_gap": 1e-6, "time_limit": 30.0}
        answer = milp(
            cost, constraints=rules, integrality=np.ones(len(cost)), bounds=Bounds(0, np.inf), options=options
        )
        found, at = [], 0
        for state in self.states:
            found.append([round(one) for one in answer.x[at : at + len(state.columns) + 1]])
            at += len(state.columns) + 1
        return found

    def _tables(self) -> tuple[npt.NDArray[np.float64], Any, Any, list[int]]:
        import numpy as np
        from scipy.sparse import csr_array

        cost: list[float] = []
        used: list[tuple[int, int, float]] = []
        rank: list[tuple[int, int, float]] = []
        for place, state in enumerate(self.states):
            for column in (*state.columns, None):
                rank.append((place, len(cost), 1.0))
                if column is not None:
                    used += [(self.rows[name], len(cost), share) for name, share in self.uses(column).items()]
                cost.append(self.left_out if column is None else sum(sum(one.hours.values()) for one in column))

        def table(entries: list[tuple[int, int, float]], height: int) -> Any:
            rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
            return csr_array((values, (rows, columns)), shape=(height, len(cost)), dtype=float)

        counts = [len(state.members) for state in self.states]
        return np.array(cost), table(used, len(self.limits)), table(rank, len(self.states)), counts


def _generate(states: list[_State], master: _Master, prices: Mapping[str, float], worth: list[float]) -> bool:
    """Add to each state the plan that is best at these prices; whether any of them is better than what there is."""
    found = False
    for state, least in zip(states, worth, strict=True):
        if state.made is None:
            continue
        costs = {
            one: sum(one.hours.values()) - sum(prices[name] * use for name, use in master.uses((one,)).items())
            for one in state.made.taken
        }
        column = _best_at(state, costs)
        if column is not None and sum(costs[one] for one in column) < least - _TOLERANCE:
            state.columns.append(column)
            found = True
    return found


def _read(
    programme: Programme,
    goal: str,
    learners: Mapping[str, PlanFor],
    states: list[_State],
    master: _Master,
    chosen: list[list[int]],
    value: float,
    rounds: int,
) -> JointPlans:
    plans: dict[str, Plan] = {}
    unserved: list[str] = []
    used = dict.fromkeys(master.limits, 0.0)
    hours = 0.0
    for state, counts in zip(states, chosen, strict=True):
        members = iter(state.members)
        for column, count in zip(state.columns, counts, strict=False):
            if not count:
                continue
            made = state.alone or planned(programme, goal, state.learner, column)
            hours += count * made.hours
            for name, share in master.uses(column).items():
                used[name] += count * share
            plans.update(dict.fromkeys(islice(members, count), made))
        for left in members:
            plans[left] = state.alone or Plan(goal, programme.title(goal), impossible=_FULL)
            if state.alone is None:
                unserved.append(left)
    total = hours + master.left_out * sum(counts[-1] for counts in chosen)
    gap = max(0.0, (total - value) / max(1.0, total))
    left_out = master.left_out * sum(counts[-1] for counts in chosen)
    uses = tuple(Use(name, used[name], limit) for name, limit in master.limits.items())
    ordered = CohortPlans({learner: plans[learner] for learner in learners}, len(states))
    return JointPlans(ordered, tuple(unserved), round(hours, 3), round(value - left_out, 3), gap, uses, rounds)
