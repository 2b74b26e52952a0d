"""What a simulation gives: tidy frames, a summary and a digest, all marked as simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "SimulationResult"]

_INTERVAL = {
    "mean": "mean over replicates",
    "low": "lower end of the 95 % interval for one cohort",
    "high": "upper end of the 95 % interval for one cohort",
    "se": "Monte Carlo standard error of the mean",
}
_SHARE = {"profession": "profession id, or `all`", **_INTERVAL, "n": "learners who may earn it, in one cohort"}

#: Every frame with its columns. Shares lie in [0, 1]; `low` and `high` are missing with a single replicate.
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "badges": {
        "credential": "credential id",
        "title": "its title",
        "level": "foundation, intermediate or advanced",
        "profession": "profession id, or `all`",
        "measure": "earned; held (earned and not expired); claimed; retained (earned and still able to), at the end",
        **_INTERVAL,
        "n": "learners who may earn it, in one cohort",
    },
    "stacks": {
        "stack": "stack id",
        "title": "its title",
        "kind": "certificate, micro-credential or badge",
        "profession": "profession id, or `all`",
        "measure": "earned; held (earned and not expired), at the end",
        **_INTERVAL,
        "n": "learners, in one cohort",
    },
    "attainment_by_week": {
        "item": "credential or stack id",
        "kind": "credential or stack",
        "profession": "profession id, or `all`",
        "term": "term id",
        "week": "week of the programme, from 1",
        "date": "first day of the week",
        "measure": "earned by the end of the week; retained at the end of the week (credentials only)",
        **_INTERVAL,
    },
    "bottlenecks": {
        "credential": "credential id",
        "outcome": "earned, or what kept the learner from it: not started, attempts used up, dropped out, "
        "prerequisite open, no capacity, time ran out",
        **_SHARE,
    },
    "assessor_hours": {
        "term": "term id",
        "role": "assessor role",
        "mean": "hours, mean over replicates",
        "low": "lower end of the 95 % interval for one cohort, hours",
        "high": "upper end of the 95 % interval for one cohort, hours",
        "se": "Monte Carlo standard error of the mean, hours",
        "capacity": "hours that the programme has in a term; missing where it names none",
        "share_over": "share of replicates that need more than the capacity",
    },
    "load_by_week": {
        "credential": "credential id",
        "role": "assessor role",
        "term": "term id",
        "week": "week of the programme, from 1",
        "date": "first day of the week",
        "assessed_mean": "attempts assessed in the week, of one cohort",
        "assessed_low": "lower end of the 95 % interval for one cohort",
        "assessed_high": "upper end of it",
        "hours": "assessors' hours for them, mean",
        "waiting_mean": "attempts that wait for an assessor after the week",
        "waiting_low": "lower end of the 95 % interval for one cohort",
        "waiting_high": "upper end of it",
        "weeks_waited": "weeks that those assessed in the week had waited, mean; missing where none was",
    },
    "costs": {
        "part": "assessors by role, facilitators, badges, fixed, or `all`",
        "mean": "cost of one cohort at the scenario's prices, mean over replicates",
        "low": "lower end of the 95 % interval for one cohort",
        "high": "upper end of it",
        "se": "Monte Carlo standard error of the mean",
        "mean_per_learner": "the mean, for each learner who starts",
    },
    "time_to_award": {
        "item": "credential or stack id",
        "kind": "credential or stack",
        "profession": "profession id, or `all`",
        "quarter_by": "week by which a quarter of those who earn it have it, all replicates together",
        "half_by": "week by which half of them have it",
        "three_quarters_by": "week by which three quarters of them have it",
        "half_by_date": "first day of the week by which half of them have it",
    },
    "equity": {
        "item": "credential or stack id",
        "kind": "credential or stack",
        "profession": "profession id",
        "share": "share of the profession's learners who have earned it at the end, mean",
        "others": "the same of all other professions together",
        "gap": "difference of the two; below 0 the profession is behind",
        "low": "lower end of the 95 % interval for the gap in one cohort: both groups vary",
        "high": "upper end of it",
        "se": "Monte Carlo standard error of the mean gap",
        "n": "learners of the profession who may earn it",
    },
    "self_ratings": {
        "time": "start or end of the programme",
        "quarter": "quarter of the learners by what they can do: lowest, second, third, highest",
        "true": "their mean percentile",
        "rated": "the mean percentile that they give themselves",
        "error": "the difference",
        "n": "learners in the quarter, of one cohort",
    },
    "attempts": {
        "credential": "credential id",
        "attempt": "number of the attempt, from 1",
        "tries": "attempts per cohort, mean over replicates",
        "pass_rate": "share of them that passed, all replicates together",
        "se": "standard error of the pass rate",
    },
    "replicates": {
        "replicate": "number of the replicate, from 0",
        "item": "credential or stack id",
        "earned": "learners of the cohort who earned it",
        "retained": "learners who earned it and can still do it at the end; missing for stacks",
    },
}


@dataclass(frozen=True, eq=False)
class SimulationResult:
    """The result of `simulate`. Frames are copies; `COLUMNS` describes their columns.

    Parameters
    ----------
    about : mapping
        What was simulated: ids, digests of programme and scenario, seed, replicates, learners, versions, digest.
    frames : mapping of str to DataFrame
        The frames by name.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.simulation import Scenario, simulate
    >>> result = simulate(example_programme(), Scenario(id="quick", title="Quick look"), replicates=2, seed=7)
    >>> result.seed, result.replicates, len(result.digest)
    (7, 2, 64)
    """

    about: Mapping[str, Any]
    frames: Mapping[str, pd.DataFrame]

    @property
    def learners(self) -> int:
        """Learners of one cohort."""
        return int(self.about["learners"])

    @property
    def replicates(self) -> int:
        """How many cohorts were simulated."""
        return int(self.about["replicates"])

    @property
    def seed(self) -> int:
        """The seed."""
        return int(self.about["seed"])

    @property
    def digest(self) -> str:
        """SHA-256 over all counts of the simulation."""
        return str(self.about["digest"])

    def badges(self, profession: str | None = None, measure: str | None = None) -> pd.DataFrame:
        """Attainment of credentials at the end, by profession and measure, or only one of them."""
        return self._frame("badges", profession=profession, measure=measure)

    def stacks(self, profession: str | None = None, measure: str | None = None) -> pd.DataFrame:
        """Attainment of stacks at the end, by profession and measure, or only one of them."""
        return self._frame("stacks", profession=profession, measure=measure)

    def attainment_by_week(self, profession: str | None = None, measure: str | None = None) -> pd.DataFrame:
        """Attainment curves: shares by the end of each week."""
        return self._frame("attainment_by_week", profession=profession, measure=measure)

    def retention(self, profession: str | None = None) -> pd.DataFrame:
        """Shares who hold the award and can still do what it says, by week."""
        return self._frame("attainment_by_week", profession=profession, measure="retained")

    def bottlenecks(self, profession: str | None = None) -> pd.DataFrame:
        """What kept learners from each credential; the shares of one credential sum to 1."""
        return self._frame("bottlenecks", profession=profession)

    def assessor_hours(self) -> pd.DataFrame:
        """Hours of assessors by term and role, against the capacity."""
        return self._frame("assessor_hours")

    def load_by_week(self) -> pd.DataFrame:
        """Attempts assessed and waiting in each week, by credential, with the assessors' hours."""
        return self._frame("load_by_week")

    def costs(self) -> pd.DataFrame:
        """What one cohort costs at the scenario's prices, by what it is for."""
        return self._frame("costs")

    def time_to_award(self, profession: str | None = None) -> pd.DataFrame:
        """Weeks until a quarter, half and three quarters of those who earn an item have it."""
        return self._frame("time_to_award", profession=profession)

    def equity(self, profession: str | None = None) -> pd.DataFrame:
        """How far each profession is behind or ahead of the others at the end."""
        return self._frame("equity", profession=profession)

    def self_ratings(self) -> pd.DataFrame:
        """Self-rated against true percentiles by quarters; empty without confidence in the scenario."""
        return self._frame("self_ratings")

    def attempts(self) -> pd.DataFrame:
        """Attempts and pass rates by the number of the attempt."""
        return self._frame("attempts")

    def by_replicate(self) -> pd.DataFrame:
        """Counts of each replicate, for paired comparisons of scenarios that share a seed."""
        return self._frame("replicates")

    def summary(self) -> dict[str, Any]:
        """The result in short, as plain JSON values: what was simulated, badges, stacks, bottlenecks, hours."""
        return {
            **self.about,
            "badges": _entries(self.badges("all"), "credential", ("earned", "held", "retained")),
            "stacks": _entries(self.stacks("all"), "stack", ("earned", "held")),
            "bottlenecks": _worst(self.bottlenecks("all")),
            "assessor_hours": [_plain(row) for row in self.assessor_hours().to_dict("records")],
        }

    def write(self, folder: str | Path) -> Path:
        """Write Parquet files and ``summary.json``; see `ipe_workbench.simulation.runs.write_result`."""
        from ipe_workbench.simulation.runs import write_result

        return write_result(self, folder)

    def _frame(self, frame: str, **only: str | None) -> pd.DataFrame:
        data = self.frames[frame]
        for column, value in only.items():
            if value is not None:
                data = data[data[column] == value]
        return data.reset_index(drop=True).copy()


def _entries(frame: pd.DataFrame, name: str, measures: tuple[str, ...]) -> list[dict[str, Any]]:
    entries: dict[str, dict[str, Any]] = {}
    for row in frame.to_dict("records"):
        entry = entries.setdefault(str(row[name]), {"id": row[name], "title": row["title"]})
        if row["measure"] in measures:
            entry[str(row["measure"])] = _plain({key: row[key] for key in ("mean", "se", "low", "high")})
    return list(entries.values())


def _worst(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """For each credential the shares of all outcomes, and the gravest obstacle."""
    entries = []
    for credential, rows in frame.groupby("credential", sort=False):
        shares = dict(zip(rows["outcome"], rows["mean"], strict=True))
        obstacles = {name: share for name, share in shares.items() if name != "earned"}
        worst = max(obstacles, key=lambda name: obstacles[name])
        entries.append({"id": credential, "shares": _plain(shares), "main": worst if obstacles[worst] > 0 else None})
    return entries


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    """JSON has no missing number but null."""
    return {str(k): None if isinstance(v, float) and v != v else v for k, v in row.items()}
