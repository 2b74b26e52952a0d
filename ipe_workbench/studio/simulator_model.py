"""What the simulator knows and can do, without any widget: scenarios, two designs, goal seek, saving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import traitlets
from pydantic import ValidationError

from ipe_workbench.credentials import Programme
from ipe_workbench.credentials.saving import document_for
from ipe_workbench.documents import id_from, write_atomically
from ipe_workbench.errors import WorkbenchError
from ipe_workbench.findings import Severity
from ipe_workbench.simulation import Scenario
from ipe_workbench.simulation.experiments import GoalSought, Outcome, compare_results, what_it_takes
from ipe_workbench.studio.cohort_explorer_model import LEVERS, CohortExplorerModel, changed_scenario
from ipe_workbench.studio.design_draft import Message
from ipe_workbench.studio.design_forecast import scenarios_of
from ipe_workbench.studio.latest import Latest

__all__ = ["Goal", "SimulatorModel"]

_GOAL_REPLICATES = 30


@dataclass(frozen=True)
class Goal:
    """What is sought: the lever to move, the outcome that is to reach a target."""

    lever: str
    outcome: Outcome
    target: float


class SimulatorModel(traitlets.HasTraits):
    """Two designs of a cohort, side by side with the same luck.

    The first is a scenario as it stands. The second begins as a scenario, the same by default, and the levers move it.

    Parameters
    ----------
    programme : Programme
        The first design.
    other : Programme, optional
        The second design, another version of the programme; the same by default.
    replicates : int
        Simulated cohorts.
    **values
        Further traits of `CohortExplorerModel`, such as its levers.

    Attributes
    ----------
    scenarios : tuple of Scenario
        The cards, those of the programme's folder first.
    first, second : str
        Ids of the scenarios that the designs begin with.
    explorer : CohortExplorerModel
        Simulates both designs and holds the levers.
    goal : GoalSought or None
        The last answer of `seek`.
    seeking : bool
    message : Message
        What came of the last action.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> model = SimulatorModel(example_programme(), replicates=2)
    >>> model.first, model.explorer.base.digest == model.explorer.changed.digest
    ('today', True)
    >>> model.choose_second("redesign")
    True
    >>> model.explorer.base.digest == model.explorer.changed.digest
    False
    """

    scenarios = traitlets.Tuple()
    first = traitlets.Unicode()
    second = traitlets.Unicode()
    explorer = traitlets.Instance(CohortExplorerModel)
    goal: traitlets.Instance[GoalSought | None] = traitlets.Instance(GoalSought, allow_none=True)
    seeking = traitlets.Bool(False)
    message = traitlets.Instance(Message, args=())
    #: Grows by one whenever something but the levers and their results changed.
    revision = traitlets.Int()

    def __init__(self, programme: Programme, other: Programme | None = None, **values: Any) -> None:
        self.programme, self.other = programme, other or programme
        known = scenarios_of(programme)
        self._values = values
        super().__init__(
            scenarios=known, first=known[0].id, second=known[0].id, explorer=self._explorer(known[0], known[0])
        )
        self._latest: Latest[Goal, GoalSought] = Latest(self._sought, self._found, wait=0)
        self._asked: Goal | None = None

    def scenario(self, reference: str) -> Scenario:
        """The scenario of a card."""
        found: Scenario = next(one for one in self.scenarios if one.id == reference)
        return found

    def choose_first(self, reference: str) -> bool:
        """Let the first design be this scenario as it stands."""
        return self._choose(reference, self.second)

    def choose_second(self, reference: str) -> bool:
        """Let the second design begin as this scenario; the levers go to where it stands."""
        return self._choose(self.first, reference)

    def differences(self) -> list[dict[str, Any]]:
        """What the second design changes, by credential and stack, paired by luck: the largest first."""
        frame = compare_results(self.explorer.base, self.explorer.changed).frame
        rows = frame[frame["measure"] == "earned"]
        order = rows["difference"].abs().sort_values(ascending=False, kind="stable").index
        return [{str(key): value for key, value in row.items()} for row in rows.loc[order].to_dict("records")]

    def outcomes(self) -> list[tuple[str, Outcome]]:
        """The outcomes that one can seek, with words for them."""
        found = [("Badges a learner", Outcome("badges"))]
        found += [(f"Share who earn {one.title}", Outcome("earned", one.id)) for one in self.other.stacks.values()]
        active = [one for one in self.other.credentials.values() if one.status != "retired"]
        found += [(f"Share who earn {one.title}", Outcome("earned", one.id)) for one in active]
        roles = sorted(
            {one.assessment.assessor for one in active if one.assessment and one.assessment.assessor_minutes}
        )
        return [*found, *((f"Hours of {role} assessors", Outcome("hours", role)) for role in roles)]

    def seek(self, lever: str, outcome: Outcome, target: float) -> bool:
        """Ask beside the page what value of a lever would take the second design to a target; `goal` is the answer."""
        if lever not in LEVERS:
            return self._say(f"There is no lever `{lever}`.", "error")
        if outcome.measure in ("earned", "retained") and not 0 < target <= 1:
            return self._say("A share lies between 0 and 100 %; give a target in that range.", "error")
        if target <= 0:
            return self._say("Give a target above 0.", "error")
        self.goal, self._asked, self.seeking = None, Goal(lever, outcome, target), True
        self.message = Message()
        self.revision += 1
        self._latest.ask(self._asked)
        return True

    def stop(self) -> None:
        """Give the search up."""
        self._latest.cancel()
        if self.seeking:
            self.seeking = False
            self._say("The search was stopped.", "info")

    def settle(self) -> None:
        """Wait for the answer of `seek`; for code that runs without an event loop."""
        self._latest.settle()

    @property
    def sought(self) -> Goal | None:
        """What was sought last."""
        return self._asked

    def move_to_goal(self) -> bool:
        """Move the lever to where the goal is reached."""
        if self.goal is None or self.goal.value is None or self._asked is None:
            return self._say("There is no value to move to.", "error")
        setattr(self.explorer, self._asked.lever, self.goal.value)
        return self._say("The slider stands where the target is reached.", "info")

    def save_scenario(self, title: str) -> bool:
        """Write the second design as a new scenario of the programme's folder, and add its card."""
        reference = id_from(title, longest=60)
        folder: Path | None = self.programme.folder
        try:
            data = self.explorer.changed_scenario().model_dump(mode="json", by_alias=True, exclude_unset=True)
            made = Scenario.model_validate({**data, "id": reference, "title": title})
        except (ValidationError, WorkbenchError):
            return self._say("Give the scenario a title with letters or digits.", "error")
        if reference in [one.id for one in self.scenarios]:
            return self._say(f"There is a scenario `{reference}` already; choose another title.", "error")
        where = ""
        if folder is not None:
            path = folder / "scenarios" / f"{reference}.yaml"
            if path.exists():
                return self._say(f"{path.name} is there already; nothing was written.", "error")
            try:
                write_atomically(path, document_for(made, None, str(path), header=_header(path.parent)).text)
            except OSError as error:
                return self._say(f"{path.name} cannot be written: {error.strerror}.", "error")
            where = f" in scenarios/{path.name}"
        self.scenarios = (*self.scenarios, made)
        return self._say(f"Saved {made.title}{where}.", "info")

    def _choose(self, first: str, second: str) -> bool:
        known = [one.id for one in self.scenarios]
        if first not in known or second not in known:
            return self._say("There is no such scenario.", "error")
        replicates = self.explorer.replicates
        made = self._explorer(self.scenario(first), self.scenario(second), replicates=replicates)
        if made.error:
            return self._say(made.error, "error")
        self.stop()
        self.first, self.second, self.explorer, self.goal = first, second, made, None
        return self._say("", "info")

    def _explorer(self, first: Scenario, second: Scenario, **values: Any) -> CohortExplorerModel:
        # One seed: what differs is the design, not the luck.
        begins = second.model_copy(update={"seed": first.seed})
        return CohortExplorerModel(self.other, begins, base=(self.programme, first), **{**self._values, **values})

    def _sought(self, goal: Goal, check: Callable[[], None]) -> GoalSought:
        lever, explorer = LEVERS[goal.lever], self.explorer
        levers = {name: getattr(explorer, name) for name in LEVERS}
        # From the least that the scenario allows: nobody waits, or as designed, is another thing than little of it.
        low = {"attempts": 1, "assessor_factor": 0.05, "opportunities": 0.5}.get(goal.lever, lever.low)

        def make(value: float) -> Scenario:
            return changed_scenario(explorer.programme, explorer.scenario, {**levers, goal.lever: value})

        return what_it_takes(
            explorer.programme, make, now=float(levers[goal.lever]), low=low, high=lever.high, outcome=goal.outcome,
            target=goal.target, whole=lever.whole, replicates=_GOAL_REPLICATES, check=check,
        )  # fmt: skip

    def _found(self, answer: GoalSought | Exception) -> None:
        self.seeking = False
        if isinstance(answer, GoalSought):
            self.goal = answer
            self._say("", "info")
        elif isinstance(answer, WorkbenchError):
            self._say(str(answer), "error")
        else:
            self._say(f"The search failed: {type(answer).__name__}: {answer}.", "error")

    def _say(self, text: str, severity: Severity) -> bool:
        self.message = Message(text, severity)
        self.revision += 1
        return severity != "error"


def _header(folder: Path) -> str:
    """The line that names the schema to an editor, as the neighbouring files have it."""
    for neighbour in sorted(folder.glob("*.yaml")):
        first = neighbour.read_text(encoding="utf-8").partition("\n")[0]
        if first.startswith("# yaml-language-server:"):
            return f"{first}\n"
    return "# yaml-language-server: $schema=../schemas/scenario.schema.json\n"
