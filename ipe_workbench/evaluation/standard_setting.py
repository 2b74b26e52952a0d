"""Standard setting: where the line between passing and failing lies, how sure that is, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation.estimates import Analysis, Estimate, interval_words, not_estimable, remark, status_of
from ipe_workbench.evaluation.intervals import t_interval
from ipe_workbench.evaluation.tidy_files import numbers, require_columns
from ipe_workbench.findings import Finding

__all__ = ["consequences", "set_standard_borderline"]

Numbers = NDArray[np.float64]
BorderlineMethod = Literal["borderline-regression", "borderline-group"]
FEWEST_LEARNERS, FEWEST_BORDERLINE = 20, 5


def set_standard_borderline(
    frame: pd.DataFrame,
    *,
    borderline: float,
    learner: str = "learner",
    score: str = "score",
    grade: str = "grade",
    station: str | None = None,
    method: BorderlineMethod = "borderline-regression",
    level: float = 0.95,
    resamples: int = 1000,
    seed: int = 1,
) -> Analysis:
    """The cut score from the examiners' overall grades: where the score of a borderline performance lies.

    Parameters
    ----------
    frame : DataFrame
        One row a performance: its score, and the overall grade that the examiner gave apart from the score.
    borderline : float
        The grade that means borderline.
    learner, score, grade : str
        Columns; grades are numbers, larger for better.
    station : str, optional
        Column with the station; each gets its cut, and the examination the mean of them.
    method : {"borderline-regression", "borderline-group"}
        From the line of scores on grades at the borderline grade, or the mean score of those graded borderline.
    level : float
        Of the intervals.
    resamples, seed : int
        Of the bootstrap over learners, who keep their stations.

    Returns
    -------
    Analysis
        ``cut`` with its bootstrap interval, ``cut_se``; ``cut[STATION]`` with the interval of the line (or mean),
        ``points_per_grade[STATION]`` and ``r2[STATION]`` of the line; ``pass_rate`` at the cut, and one standard error
        to each side; ``near_cut``: the share of learners within one standard error of it.

    Raises
    ------
    UnusableInputError
        When a column is missing or a score or grade is no number.

    References
    ----------
    Kramer A and others. Med Educ 2003;37:132, doi 10.1046/j.1365-2923.2003.01429.x; Wood TJ, Humphrey-Murto SM, Norman
    GR. Adv Health Sci Educ 2006;11:115, doi 10.1007/s10459-005-7853-1; quality measures: Pell G and others. Med Teach
    2010;32:802, doi 10.3109/0142159X.2010.507716.

    Examples
    --------
    >>> rng = np.random.default_rng(2)
    >>> grade = rng.integers(1, 6, 60)
    >>> frame = pd.DataFrame({"learner": range(60), "grade": grade, "score": 10 + 4 * grade + rng.normal(0, 2, 60)})
    >>> result = set_standard_borderline(frame, borderline=2)
    >>> result["cut"].low < 18 < result["cut"].high
    True
    """
    columns = [learner, score, grade, *([station] if station else [])]
    require_columns(frame, columns)
    data = pd.DataFrame({"learner": frame[learner], "score": numbers(frame, score), "grade": numbers(frame, grade)})
    data["station"] = frame[station] if station else "all"
    data = data.dropna().astype({"learner": str, "station": str})
    missing = {"not_complete": len(frame) - len(data)}
    if data.duplicated(["learner", "station"]).any():
        message = "A learner has two performances at one station."
        twice = remark("duplicate-performance", message, "Name the station's column.", "error")
        return not_estimable("standard", [twice], missing)
    if data["learner"].nunique() < FEWEST_LEARNERS:
        message = f"Only {data['learner'].nunique()} learners; {FEWEST_LEARNERS} are the least."
        return not_estimable("standard", [remark("too-few", message, "", "error")], missing)
    stations = [_Station.of(name, part, borderline, method) for name, part in data.groupby("station", sort=True)]
    refused = [one for station in stations for one in station.refused()]
    if refused:
        return not_estimable("standard", refused, missing)
    found = [one for station in stations for one in station.findings()]
    cut, se, low, high = _overall(data, borderline, method, level, resamples, seed)
    people = data["learner"].nunique()
    how = f"mean of {len(stations)} stations; bootstrap of learners, percentile {level:.0%}" if station else (
        f"{method.replace('-', ' ')}; bootstrap of learners, percentile {level:.0%}")  # fmt: skip
    estimates = [
        Estimate("cut", cut, low, high, people, how),
        Estimate("cut_se", se, None, None, people, f"bootstrap, {resamples} resamples"),
        *(one for station in stations for one in station.estimates(level)),
    ]
    totals = data.groupby("learner")["score"].agg(["mean", "size"])
    whole = totals.loc[totals["size"] == len(stations), "mean"].to_numpy(dtype=float)
    missing["learners_without_all_stations"] = people - len(whole)
    estimates += consequences(whole, cut, se, level)
    model = "score ~ grade, at the borderline grade" if method == "borderline-regression" else "mean of the borderline"
    return Analysis(
        "standard", estimates, status_of(found), found, standard_sentence(estimates, level), model, (), missing
    )


def consequences(scores: Numbers, cut: float, se: float, level: float) -> list[Estimate]:
    """What follows from a cut: shares of learners who pass, at the cut and one standard error to each side.

    A score that equals the cut passes.

    Examples
    --------
    >>> rows = consequences(np.array([4, 5, 6, 7.0]), 5.0, 1.5, 0.95)
    >>> [row.estimate for row in rows]
    [0.75, 1.0, 0.25, 0.75]
    """
    n = len(scores)
    if not n:
        return []
    rows = []
    for name, at in (("pass_rate", cut), ("pass_rate[cut-se]", cut - se), ("pass_rate[cut+se]", cut + se)):
        passed = int((scores >= at - 1e-9).sum())
        ends = stats.binomtest(passed, n).proportion_ci(level, method="wilson")
        rows.append(Estimate(name, passed / n, ends.low, ends.high, n, f"score {at:.2f} or more; Wilson, {level:.0%}"))
    near = float((np.abs(scores - cut) <= se).mean())
    rows.append(Estimate("near_cut", near, None, None, n, "within one standard error of the cut"))
    return rows


def standard_sentence(estimates: Sequence[Estimate], level: float) -> str:
    """The cut and its consequence in plain words."""
    known = {one.name: one for one in estimates}
    cut = known["cut"]
    said = f"The cut score is {cut.estimate:.2f} ({interval_words(cut, level)})"
    if "pass_rate" not in known:
        return said + "."
    names = ("pass_rate", "pass_rate[cut+se]", "pass_rate[cut-se]")
    at, low, high = (100 * (known[name].estimate or 0) for name in names)
    who = f"{at:.0f} % of {known['pass_rate'].n} learners pass"
    return f"{said}: {who}, {low:.0f} to {high:.0f} % within one standard error."


@dataclass(frozen=True)
class _Station:
    name: str
    scores: Numbers
    grades: Numbers
    borderline: float
    method: BorderlineMethod

    @classmethod
    def of(cls, name: object, part: pd.DataFrame, borderline: float, method: BorderlineMethod) -> _Station:
        scores, grades = (part[one].to_numpy(dtype=float) for one in ("score", "grade"))
        return cls(str(name), scores, grades, borderline, method)

    @property
    def at_borderline(self) -> Numbers:
        return np.asarray(self.scores[self.grades == self.borderline])

    def refused(self) -> list[Finding]:
        where = "" if self.name == "all" else f"Station {self.name}: "
        if len(self.scores) < FEWEST_LEARNERS:
            message = f"{where}only {len(self.scores)} performances; {FEWEST_LEARNERS} are the least."
            return [remark("too-few", message[0].upper() + message[1:], "", "error")]
        if np.ptp(self.scores) == 0 or (self.method == "borderline-regression" and np.ptp(self.grades) == 0):
            return [remark("constant", f"{where}All scores or all grades are the same.", "Check the columns.", "error")]
        if self.method == "borderline-group":
            if len(self.at_borderline) < FEWEST_BORDERLINE:
                message = f"{where}Only {len(self.at_borderline)} performances were graded borderline."
                return [remark("few-borderline", message, "Use borderline-regression.", "error")]
            return []
        if not self.grades.min() <= self.borderline <= self.grades.max():
            message = f"{where}The borderline grade {self.borderline:g} lies outside of the grades given."
            return [remark("extrapolated", message, "Check --borderline and the column of grades.", "error")]
        slope, _, p = self.line()
        if slope <= 0 or p > 0.05:
            message = (
                f"{where}Scores do not rise with grades (slope {slope:.2f}, p = {p:.2f}): no line to read a cut from."
            )
            return [remark("no-line", message, "Do grades run the other way?", "error")]
        return []

    def line(self) -> tuple[float, float, float]:
        """Slope, squared correlation, p of the slope."""
        fit = stats.linregress(self.grades, self.scores)
        return float(fit.slope), float(fit.rvalue**2), float(fit.pvalue)

    def cut(self, level: float) -> tuple[float, float, float]:
        n = len(self.scores)
        if self.method == "borderline-group":
            few = self.at_borderline
            ends = t_interval(float(few.mean()), float(few.std(ddof=1) / np.sqrt(len(few))), len(few) - 1, level)
            return float(few.mean()), *ends
        fit = stats.linregress(self.grades, self.scores)
        value = float(fit.intercept + fit.slope * self.borderline)
        residual = self.scores - fit.intercept - fit.slope * self.grades
        spread = ((self.grades - self.grades.mean()) ** 2).sum()
        variance = (residual**2).sum() / (n - 2)
        se = float(np.sqrt(variance * (1 / n + (self.borderline - self.grades.mean()) ** 2 / spread)))
        return value, *t_interval(value, se, n - 2, level)

    def estimates(self, level: float) -> list[Estimate]:
        if self.name == "all" and self.method == "borderline-group":
            return []
        of = "" if self.name == "all" else f"[{self.name}]"
        value, low, high = self.cut(level)
        group = self.method == "borderline-group"
        n = len(self.at_borderline) if group else len(self.scores)
        rows = []
        if of:
            how = "mean of the borderline group, t" if group else "line at the borderline grade, t"
            rows.append(Estimate(f"cut{of}", value, low, high, n, f"{how}, {level:.0%}"))
        if not group:
            slope, r2, _ = self.line()
            rows.append(Estimate(f"points_per_grade{of}", slope, None, None, n, "slope of the line"))
            rows.append(Estimate(f"r2{of}", r2, None, None, n, "squared correlation of score and grade"))
        return rows

    def findings(self) -> list[Finding]:
        where = "" if self.name == "all" else f"Station {self.name}: "
        found = []
        near = len(self.at_borderline)
        if self.method == "borderline-group":
            if near < 10:
                message = f"{where}Only {near} performances were graded borderline: the cut hangs on them."
                found.append(remark("few-borderline", message, "Use borderline-regression, which uses all."))
            return found
        _, r2, _ = self.line()
        if r2 < 0.5:
            message = f"{where}Grades explain {100 * r2:.0f} % of the scores; half is usual."
            found.append(remark("weak-line", message, "Do checklist and overall grade look at the same thing?"))
        if len(np.unique(self.grades)) >= 3 and self._bent() < 0.01:
            message = f"{where}Scores do not rise evenly with grades (curvature p = {self._bent():.3f})."
            found.append(remark("not-linear", message, "Compare the cut with that of the borderline group."))
        if not near:
            found.append(remark("few-borderline", f"{where}Nobody was graded borderline.", "", "info"))
        return found

    def _bent(self) -> float:
        """P of a squared term beside the line."""
        x = np.column_stack([np.ones_like(self.grades), self.grades, self.grades**2])
        found, rest, rank, _ = np.linalg.lstsq(x, self.scores, rcond=None)
        df = len(x) - 3
        if rank < 3 or df < 1 or not rest.size or rest[0] <= 0:
            return 1.0
        se = np.sqrt(rest[0] / df * np.linalg.inv(x.T @ x)[2, 2])
        return float(2 * stats.t.sf(abs(found[2] / se), df))


def _overall(
    data: pd.DataFrame, borderline: float, method: BorderlineMethod, level: float, resamples: int, seed: int
) -> tuple[float, float, float, float]:
    """The mean of the stations' cuts with bootstrap standard error and interval; learners are drawn whole."""
    codes, people = pd.factorize(data["learner"])
    station, places = pd.factorize(data["station"])
    x, y = data["grade"].to_numpy(dtype=float), data["score"].to_numpy(dtype=float)
    times = np.random.default_rng(seed).multinomial(len(people), np.full(len(people), 1 / len(people)), resamples)
    cuts = np.empty((resamples + 1, len(places)))
    weights = np.vstack([np.ones((1, len(people))), times])
    for at in range(len(places)):
        rows = station == at
        if method == "borderline-group":
            rows &= x == borderline
        w, xs, ys = weights[:, codes[rows]], x[rows], y[rows]
        with np.errstate(divide="ignore", invalid="ignore"):
            total = w.sum(axis=1)
            middle_x, middle_y = w @ xs / total, w @ ys / total
            cuts[:, at] = middle_y
            if method == "borderline-regression":
                slope = (w @ (xs * ys) / total - middle_x * middle_y) / (w @ xs**2 / total - middle_x**2)
                cuts[:, at] += slope * (borderline - middle_x)
    means = cuts.mean(axis=1)
    drawn = means[1:][np.isfinite(means[1:])]
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return float(means[0]), float(drawn.std(ddof=1)), float(low), float(high)


def read_scores(frame: pd.DataFrame, column: str, most: float) -> Numbers:
    """Scores of learners in points, none above `most`.

    Raises
    ------
    UnusableInputError
        When one is above.
    """
    scores: Numbers = np.asarray(numbers(frame, column).dropna(), dtype=float)
    if scores.size and scores.max() > most:
        raise UnusableInputError(
            f"A score of {scores.max():g} exceeds the {most:g} points of the test.",
            place=str(frame.attrs.get("file", "the scores")), mend="Give points: one an item.",
        )  # fmt: skip
    return scores
