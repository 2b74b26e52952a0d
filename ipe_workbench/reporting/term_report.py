"""Everything that the report of a term is about, gathered once: design, coverage, simulation, plan and provenance."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import pandas as pd

from ipe_workbench.credentials import Programme, ProgrammeReading, check_programme, load_programme, read_programme
from ipe_workbench.credentials.programme import Term
from ipe_workbench.errors import UnusableInputError, WorkbenchError
from ipe_workbench.evaluation import EvaluationPlan, read_plan
from ipe_workbench.findings import Finding, sort_findings
from ipe_workbench.pathways.coverage import HOW, Coverage, coverage
from ipe_workbench.reporting.provenance import Provenance, collect_provenance
from ipe_workbench.reporting.released import Released, read_released
from ipe_workbench.reporting.term import TERM_TEMPLATE, template_path
from ipe_workbench.resources import data_folder
from ipe_workbench.simulation import (
    Scenario,
    SimulationResult,
    check_scenario,
    find_scenario,
    read_result,
    simulate,
)
from ipe_workbench.simulation.tabulate import programme_digest

__all__ = ["Share", "TermReport", "example_folder", "open_term_report", "usable_run"]


@dataclass(frozen=True)
class Share:
    """A simulated share of learners with its 95 % interval for one cohort (missing after a single replicate)."""

    item: str
    title: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class TermReport:
    """What the sections of a term's report are written from.

    Parameters
    ----------
    programme : Programme
        The design.
    term : Term
        The term; shares are by its end, unless they say otherwise.
    coverage : Coverage
        Of the programme's first framework.
    findings : tuple of Finding
        Of the design and its files, gravest first.
    result : SimulationResult
        Of the scenario.
    scenario_description : str
        What the scenario assumes, in its own words.
    plan : EvaluationPlan
        The claims; empty when the programme has no plan.
    provenance : Provenance
        How the report was made.
    released : Released or None
        The counts of learners on record that may be shown; None without records.
    """

    programme: Programme
    term: Term
    coverage: Coverage
    findings: tuple[Finding, ...]
    result: SimulationResult
    scenario_description: str
    plan: EvaluationPlan
    provenance: Provenance
    released: Released | None = None

    @cached_property
    def _earned(self) -> dict[tuple[str, str, str], tuple[float, float, float]]:
        """Mean, low and high by item, profession and term, at each term's end."""
        frame = self.result.attainment_by_week(measure="earned")
        ends = frame[frame["week"] == frame.groupby("term")["week"].transform("max")]
        columns = (ends[name].tolist() for name in ("item", "profession", "term", "mean", "low", "high"))
        return {(item, who, term): (mean, low, high) for item, who, term, mean, low, high in zip(*columns, strict=True)}

    @property
    def names(self) -> dict[str, str]:
        """Titles of terms and professions, by id."""
        info = self.programme.info
        return {one.id: one.title for one in info.terms} | {one.id: one.title for one in info.professions}

    @property
    def titles(self) -> dict[str, str]:
        """Titles of credentials and stacks, by id."""
        credentials = {one.id: one.title for one in self.programme.credentials.values()}
        return credentials | {one.id: one.title for one in self.programme.stacks.values()}

    @property
    def term_badges(self) -> tuple[str, ...]:
        """Ids of the credentials with an activity in the term."""
        return tuple(
            one.id
            for one in self.programme.credentials.values()
            if any(activity.term == self.term.id for activity in one.activities)
        )

    @property
    def last_term(self) -> bool:
        """Whether the term's end is the programme's end."""
        return self.term.id == self.programme.info.terms[-1].id

    def earned(self, item: str, *, at_end: bool = False, profession: str = "all") -> Share | None:
        """The share who earned a credential or stack by the end of the term, or of the programme; None: nobody may."""
        term = self.programme.info.terms[-1].id if at_end else self.term.id
        found = self._earned.get((item, profession, term))
        return Share(item, self.titles.get(item, item), *found) if found else None

    def key_numbers(self) -> dict[str, Any]:
        """The numbers that the summary stands on, as plain values.

        Returns
        -------
        dict
            ``learners, professions, badges, competencies, assessed, replicates, seed, findings``.
        """
        return {
            "learners": self.result.learners,
            "professions": len(self.programme.info.professions),
            "badges": len(self.programme.credentials),
            "competencies": len(self.coverage.rows),
            "assessed": len(self.coverage.rows) - len(self.coverage.gaps["assessed"]),
            "replicates": self.result.replicates,
            "seed": self.result.seed,
            "findings": len(self.findings),
        }

    def tables(self) -> dict[str, pd.DataFrame]:
        """The report's numbers as tidy frames, by name; `source` says whether a row is design or simulation.

        Returns
        -------
        dict of str to pandas.DataFrame
            ``coverage``, ``competencies``, ``attainment`` (earned by the end of the term and of the programme, by
            profession), ``bottlenecks``, ``assessor-hours`` and ``findings``. Shares lie in [0, 1].
        """
        week = self.result.attainment_by_week(measure="earned")
        ends = week[week["week"].isin(week.groupby("term", sort=False)["week"].max())]
        wanted = ends[(ends["term"] == self.term.id) | (ends["week"] == week["week"].max())].copy()
        wanted.insert(1, "title", [self.titles.get(one, one) for one in wanted["item"]])
        wanted["date"] = wanted["date"].astype(str).str.slice(0, 10)
        rows = [
            [
                row.code,
                row.statement,
                *("; ".join(getattr(row, how)) for how in HOW),
                row.level or "",
                "; ".join(row.gaps),
            ]
            for row in self.coverage.rows
        ]
        found = [{**one.to_dict(), "file": self.relative(one.place.file)} for one in self.findings]
        columns = ["id", "severity", "file", "line", "field", "subject", "message", "mend"]
        return {
            "coverage": self.coverage.to_frame().assign(source="design"),
            "competencies": pd.DataFrame(rows, columns=["code", "statement", *HOW, "level", "gaps"]).assign(
                source="design"
            ),
            "attainment": wanted.assign(source="simulated"),
            "bottlenecks": self.result.bottlenecks().assign(source="simulated"),
            "assessor-hours": self.result.assessor_hours().assign(source="simulated"),
            "findings": pd.DataFrame(found, columns=columns).assign(source="design"),
        }

    def relative(self, file: str | None) -> str:
        """A file of the programme as seen from its folder: reports name no path of the machine that made them."""
        if file is None:
            return ""
        folder = self.programme.folder
        path = Path(file)
        if folder is not None and path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
        return path.name if path.is_absolute() else path.as_posix()


def open_term_report(
    programme: str | Path = "",
    term: str = "",
    *,
    scenario: str = "today",
    replicates: int = 0,
    seed: int = -1,
    run: str = "",
    released: str = "",
    rendered_at: str = "",
    command: str = "",
) -> TermReport:
    """Gather what the report of a term is written from; simulates unless a run is named.

    Parameters
    ----------
    programme : str or Path
        Folder of the programme; the shipped example when empty.
    term : str
        Id of the term; the first one when empty.
    scenario : str
        Id or file of the scenario.
    replicates, seed : int
        Of the simulation; the scenario's own where 0 and -1.
    run : str
        Folder of a result to use instead of simulating.
    released : str
        File of the counts of learners that may be shown.
    rendered_at : str
        When the report is made, in ISO 8601; empty: not said.
    command : str
        The command that makes the report again.

    Raises
    ------
    UnknownNameError
        When the programme has no such term or scenario.
    UnusableInputError
        When files cannot be used, or the run is of another programme.

    Examples
    --------
    >>> report = open_term_report(term="2026-fall", replicates=4)
    >>> report.programme.info.id
    'cu-ipe'
    """
    folder = Path(programme) if programme else example_folder()
    reading = read_programme(folder)
    if reading.programme is None or any(one.severity == "error" for one in reading.findings):
        load_programme(folder)  # raises what is wrong
    loaded = cast("Programme", reading.programme)
    chosen = loaded.term(term) if term else loaded.info.terms[0]
    assumed: Scenario | None = None
    if run:
        result = usable_run(loaded, run)
        assumed = _scenario_of(result, folder)
    else:
        assumed = find_scenario(folder, scenario)
        result = simulate(loaded, assumed, replicates=replicates or None, seed=None if seed < 0 else seed)
    plan, plan_findings = read_plan(folder)
    at = datetime.datetime.fromisoformat(rendered_at) if rendered_at else None
    return TermReport(
        programme=loaded,
        term=chosen,
        coverage=coverage(loaded, next(iter(loaded.frameworks))),
        findings=_findings(reading, loaded, assumed, plan_findings),
        result=result,
        scenario_description=assumed.description if assumed else "",
        plan=plan or EvaluationPlan(),
        provenance=_provenance(loaded, folder, chosen.id, result, scenario, run, at, command),
        released=read_released(released) if released else None,
    )


def _scenario_of(result: SimulationResult, folder: Path) -> Scenario | None:
    """The scenario that a result was simulated for, when the programme still has it."""
    try:
        return find_scenario(folder, str(result.about["scenario"]))
    except WorkbenchError:
        return None


def usable_run(programme: Programme, run: str | Path) -> SimulationResult:
    """The result in a run's folder, when it was simulated from this very programme.

    Raises
    ------
    UnreadableFileError
        When there is no result, or it was changed.
    UnusableInputError
        When it is of another programme, or of another version of its files.
    """
    result = read_result(run)
    if result.about["programme"] != programme.id:
        raise UnusableInputError(
            f"The run is of the programme `{result.about['programme']}`, not of `{programme.id}`.",
            place=str(run),
            mend="Name a run of this programme, or leave `--run` out.",
        )
    if result.about["programme_digest"] != programme_digest(programme):
        raise UnusableInputError(
            "The programme has changed since the run was simulated.",
            place=str(run),
            mend="Simulate again with `ipe simulate`, or leave `--run` out.",
        )
    return result


def example_folder() -> Path:
    """The folder of the shipped example programme."""
    return data_folder() / "programmes" / "cu-ipe"


def _findings(
    reading: ProgrammeReading, programme: Programme, scenario: Scenario | None, of_plan: tuple[Finding, ...]
) -> tuple[Finding, ...]:
    """Of the files, of the design, of the scenario that was simulated and of the plan."""
    of_scenario = check_scenario(scenario, programme) if scenario else ()
    of_design = check_programme(programme, damaged=reading.damaged)
    return sort_findings((*reading.findings, *of_design, *of_scenario, *of_plan))


def _provenance(
    programme: Programme,
    folder: Path,
    term: str,
    result: SimulationResult,
    scenario: str,
    run: str,
    at: datetime.datetime | None,
    command: str,
) -> Provenance:
    inputs: dict[str, str | Path] = {f"programme {programme.id}": folder, f"template {TERM_TEMPLATE}": template_path()}
    for reference in programme.info.frameworks:
        built_in = data_folder() / "frameworks" / f"{reference}.yaml"
        if built_in.is_file():
            inputs[f"framework {reference}.yaml"] = built_in
    given = Path(scenario)
    if run:
        inputs["run"] = Path(run)
    elif given.suffix in (".yaml", ".yml") and given.is_file() and not given.resolve().is_relative_to(folder.resolve()):
        inputs[f"scenario {given.name}"] = given
    parameters: Mapping[str, Any] = {
        "programme": programme.id,
        "term": term,
        "scenario": result.about["scenario"],
        "replicates": result.replicates,
        "seed": result.seed,
        "simulation digest": result.digest,
    }
    return collect_provenance(inputs, parameters=parameters, seed=result.seed, command=command, at=at)
