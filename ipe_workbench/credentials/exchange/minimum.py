"""The least number of badges that completes a pathway, and each of its elements: proven with CP-SAT."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ipe_workbench.credentials.exchange.design import PathwayDesign, Wanted, Wish
from ipe_workbench.errors import UnusableInputError

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

__all__ = ["least_badges"]

_SECONDS = 60.0


def least_badges(design: PathwayDesign) -> dict[str, int | None]:
    """For each element the least number of ordinary badges that completes it; ``None`` where nothing does.

    Notes
    -----
    Completion badges are earned by completing their elements and are not counted; shortcuts are left aside. A badge
    that several elements ask for counts once. Elements that ask for each other in a circle cannot complete each other:
    each is given a place, and one that helps to complete another has an earlier one.

    Raises
    ------
    UnusableInputError
        When the least number of some element could not be proven in time.
    """
    return {element: _least(design, element) for element in design.elements}


def _least(design: PathwayDesign, goal: str) -> int | None:
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    needed = _below(design, goal)
    done = {one: model.new_bool_var("") for one in needed}
    place = {one: model.new_int_var(0, len(needed), "") for one in needed}
    awarded: dict[str, list[str]] = {}
    for one in design.elements.values():
        if one.badge is not None:
            awarded.setdefault(one.badge, []).append(one.id)
    held: dict[str, cp_model.IntVar] = {}

    def helps(other: str, here: str) -> cp_model.IntVar:
        if other not in done:
            return model.new_constant(0)
        helped = model.new_bool_var("")
        model.add_implication(helped, done[other])
        model.add(place[other] < place[here]).only_enforce_if(helped)
        return helped

    def literal(wish: Wish, here: str) -> cp_model.IntVar:
        if wish.kind == "element":
            return helps(wish.id, here)
        if wish.id in awarded:
            ways = [helps(other, here) for other in awarded[wish.id]]
            found = model.new_bool_var("")
            model.add_bool_or([*ways, ~found])
            return found
        return held.setdefault(wish.id, model.new_bool_var(""))

    def met(wanted: Wanted, here: str) -> cp_model.IntVar:
        parts = [literal(one, here) if isinstance(one, Wish) else met(one, here) for one in wanted.of]
        found = model.new_bool_var("")
        model.add(sum(parts) >= wanted.count).only_enforce_if(found)
        return found

    for here in needed:
        for wanted in design.elements[here].wanted:
            model.add_implication(done[here], met(wanted, here))
    model.add_bool_or([done[goal]])
    model.minimize(sum(held.values()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_time_in_seconds = _SECONDS
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None
    if status != cp_model.OPTIMAL:
        raise UnusableInputError(f"The least number of badges for {goal} could not be proven within {_SECONDS:g} s.")
    return sum(solver.boolean_value(one) for one in held.values())


def _below(design: PathwayDesign, goal: str) -> list[str]:
    awarded = {one.badge: one.id for one in design.elements.values() if one.badge is not None}
    found: dict[str, None] = {}
    left = [goal]
    while left:
        here = left.pop()
        if here in found or here not in design.elements:
            continue
        found[here] = None
        for wish in design.elements[here].wishes():
            left += [wish.id] if wish.kind == "element" else []
            left += [one.id for one in design.elements.values() if one.badge == wish.id] if wish.id in awarded else []
    return list(found)
