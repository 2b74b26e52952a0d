"""What a cohort would make of the draft, beside what it makes of the saved programme: simulated, with the same luck."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import traitlets

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import WorkbenchError
from ipe_workbench.pathways.comparison.minimum import least_to_complete
from ipe_workbench.simulation import Scenario, SimulationResult, read_scenarios, simulate
from ipe_workbench.studio.design_draft import DesignDraft
from ipe_workbench.studio.latest import Latest

__all__ = ["DesignForecast", "Outlook", "Outlooks", "scenarios_of"]

#: Simulated cohorts: enough for a band that does not jump, few enough for an answer at once.
_REPLICATES = 20


@dataclass(frozen=True)
class Outlook:
    """One credential or stack: share of learners who earn it, with the 95 % band of one cohort, and before the edits.

    `hours` is the least effort that completes a stack, for the largest profession that can, and `hours_before` the
    same of the saved programme; ``None`` where it cannot be completed or is no stack.
    """

    id: str
    title: str
    kind: str
    mean: float
    low: float
    high: float
    before: float | None
    hours: float | None = None
    hours_before: float | None = None


@dataclass(frozen=True)
class Outlooks:
    """All outlooks of a draft, stacks first; and the terms and roles whose assessors have more than they can do."""

    items: tuple[Outlook, ...]
    over: tuple[str, ...]
    learners: int
    replicates: int


class DesignForecast(traitlets.HasTraits):
    """Follows a draft and simulates it, in a thread, as soon as nobody edits for a moment.

    Parameters
    ----------
    draft : DesignDraft
    scenario : Scenario, optional
        By default the first of the programme's folder, else one with the model's own numbers.

    Attributes
    ----------
    on : bool
        Whether it follows the draft.
    busy : bool
    outlooks : Outlooks or None
        Of the draft as it was when the simulation began.
    error : str
        Why there is none.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> forecast = DesignForecast(DesignDraft(example_programme()))
    >>> forecast.settle()
    >>> forecast.outlooks.learners, len(forecast.outlooks.items)
    (700, 21)
    """

    on = traitlets.Bool(True)
    busy = traitlets.Bool(False)
    outlooks: traitlets.Instance[Outlooks | None] = traitlets.Instance(Outlooks, allow_none=True)
    error = traitlets.Unicode()
    #: Grows by one with each answer.
    updated = traitlets.Int()

    def __init__(self, draft: DesignDraft, scenario: Scenario | None = None) -> None:
        super().__init__()
        self.draft = draft
        self.scenario = scenario or next(iter(scenarios_of(draft.programme)))
        self._latest = Latest(self._worked_out, self._arrived)
        self._asked: Programme | None = None
        self._base: tuple[Programme, SimulationResult, dict[str, float | None]] | None = None
        draft.observe(lambda _: self.ask(), "revision")
        self.observe(self._switched, "on")
        self.ask()

    def ask(self) -> None:
        """Simulate the draft anew if it is another one."""
        if self.on and self.draft.programme != self._asked:
            self._asked = self.draft.programme
            self.busy = True
            self._latest.ask((self.draft.saved, self.draft.programme))

    def settle(self) -> None:
        """Wait for the answer; for code that runs without an event loop."""
        self._latest.settle()

    def _switched(self, _: object) -> None:
        if self.on:
            self.ask()
        else:
            self._latest.cancel()
            self._asked, self.busy = None, False

    def _worked_out(self, programmes: tuple[Programme, Programme], check: Callable[[], None]) -> Outlooks:
        saved, draft = programmes
        if self._base is None or self._base[0] != saved:
            self._base = (saved, self._simulated(saved, check), _least_hours(saved, check))
        before, hours_before = self._base[1:]
        if draft == saved:
            now, hours = before, hours_before
        else:
            now, hours = self._simulated(draft, check), _least_hours(draft, check)
        return _outlooks(draft, before, now, hours_before, hours)

    def _simulated(self, programme: Programme, check: Callable[[], None]) -> SimulationResult:
        return simulate(
            programme, self.scenario, replicates=_REPLICATES, threads=1, progress=lambda _done, _all: check()
        )

    def _arrived(self, answer: Outlooks | Exception) -> None:
        self.busy = False
        if isinstance(answer, Outlooks):
            self.outlooks, self.error = answer, ""
        elif isinstance(answer, WorkbenchError):
            self.outlooks, self.error = None, str(answer)
        else:
            self.outlooks, self.error = None, f"The forecast failed: {type(answer).__name__}: {answer}."
        self.updated += 1


def scenarios_of(programme: Programme) -> tuple[Scenario, ...]:
    """The scenarios of a programme's folder, never none: without any, one with the model's own numbers.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> "today" in [one.id for one in scenarios_of(example_programme())]
    True
    """
    folder: Path | None = programme.folder
    found = read_scenarios(folder)[0] if folder is not None and (folder / "scenarios").is_dir() else ()
    ordered = sorted(found, key=lambda one: one.id != "today")
    return tuple(ordered) or (Scenario(id="plain", title="The model's own numbers"),)


def _least_hours(programme: Programme, check: Callable[[], None]) -> dict[str, float | None]:
    """The least effort to each stack, for the largest profession that can complete it."""
    found: dict[str, float | None] = {}
    professions = sorted(programme.info.professions, key=lambda one: -one.learners)
    for stack in programme.stacks:
        found[stack] = None
        for profession in professions:
            check()
            least = least_to_complete(programme, stack, profession.id, "hours").value
            if least is not None:
                found[stack] = least
                break
    return found


def _outlooks(
    draft: Programme,
    before: SimulationResult,
    now: SimulationResult,
    hours_before: dict[str, float | None],
    hours: dict[str, float | None],
) -> Outlooks:
    old = {**_shares(before, "stacks", "stack"), **_shares(before, "badges", "credential")}
    items = []
    for frame, kind in (("stacks", "stack"), ("badges", "credential")):
        for one, (mean, low, high) in _shares(now, frame, kind).items():
            was = old.get(one)
            items.append(
                Outlook(
                    one, draft.title(one), kind, mean, low, high, was[0] if was else None,
                    hours.get(one), hours_before.get(one),
                )
            )  # fmt: skip
    load = now.assessor_hours()
    over = load[load["mean"] > load["capacity"]]
    titles = {one.id: one.title for one in draft.info.terms}
    words = tuple(
        f"{titles.get(row['term'], row['term'])}: {row['role']} {row['mean']:.0f} of {row['capacity']:.0f} hours"
        for row in over.to_dict("records")
    )
    return Outlooks(tuple(items), words, now.learners, now.replicates)


def _shares(result: SimulationResult, frame: str, name: str) -> dict[str, tuple[float, float, float]]:
    rows = (result.stacks if frame == "stacks" else result.badges)("all", "earned")
    return {
        str(row[name]): (float(row["mean"]), float(row["low"]), float(row["high"])) for row in rows.to_dict("records")
    }
