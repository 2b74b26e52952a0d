"""Each question of the plan, put to the function that answers it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy import stats

from ipe_workbench.evaluation.change import estimate_change
from ipe_workbench.evaluation.comparison import compare_changes, compare_groups
from ipe_workbench.evaluation.estimates import Analysis, Estimate, not_estimable, remark
from ipe_workbench.evaluation.growth import fit_growth
from ipe_workbench.evaluation.planned.analyses import PlannedAnalysis
from ipe_workbench.evaluation.planned.asking import Asked, answered, grouped, lacks_waves, no_data, scored
from ipe_workbench.evaluation.planned.data import PlanData
from ipe_workbench.evaluation.planned.judgement_questions import JUDGEMENT_QUESTIONS
from ipe_workbench.evaluation.planned.outcome_questions import OUTCOME_QUESTIONS
from ipe_workbench.evaluation.planned.selection import lowered_for_selection
from ipe_workbench.evaluation.reliability import estimate_reliability
from ipe_workbench.evaluation.time_to_badge import estimate_time_to_badge
from ipe_workbench.findings import Finding

__all__ = ["ask"]

_YEAR = 365.25
RESAMPLES = 1000


def ask(planned: PlannedAnalysis, data: PlanData, level: float) -> Asked:
    """Answer one planned analysis from the records."""
    return _ANSWERS[planned.question](planned, data, level)


def _change(planned: PlannedAnalysis, data: PlanData, level: float) -> Asked:
    scores, table = scored(planned, data)
    lacking = lacks_waves(planned, scores)
    if lacking:
        return lacking
    before, after = (one.words for one in planned.waves)
    table, moved, findings = lowered_for_selection(planned, table, data)
    found = estimate_change(
        table, value="value", before=before, after=after, cluster=planned.clusters[-1] if planned.clusters else None,
        scale=scores.scale, level=level, resamples=RESAMPLES,
    )  # fmt: skip
    passed = _shares_at_pass(planned, data, scores.table, set(table["learner"]), level)
    if found.status != "not-estimable":
        found = _replaced(found, (*found.estimates, *passed, *moved), (*found.findings, *findings))
    both = table.groupby("learner")["wave"].nunique()
    return Asked(found, table, int((both == 2).sum()), "mean_change", "g_av_mean_sd", scores, scores.waves)


def _shares_at_pass(
    planned: PlannedAnalysis, data: PlanData, table: pd.DataFrame, learners: set[str], level: float
) -> list[Estimate]:
    """Of those with both scores, the share at or above the pass mark at each point in time, as it was rated."""
    mark = data.pass_mark(planned.measured) if planned.measured.criterion is None else None
    if mark is None or planned.measured.kind == "instrument":
        return []
    mine = table[table["learner"].isin(learners)]
    both = mine[mine.groupby("learner")["wave"].transform("nunique") == 2]
    made = []
    for point in planned.waves:
        values = both.loc[both["wave"] == point.words, "value"]
        if len(values):
            count = int((values >= mark - 1e-9).sum())
            ends = stats.binomtest(count, len(values)).proportion_ci(level, method="wilson")
            name, how = f"share_at_pass[{point.words}]", f"{mark:g} points or more; Wilson, {level:.0%}"
            made.append(Estimate(name, count / len(values), ends.low, ends.high, len(values), how))
    return made


def _comparison(planned: PlannedAnalysis, data: PlanData, level: float) -> Asked:
    scores, table = scored(planned, data)
    lacking = lacks_waves(planned, scores)
    if lacking:
        return lacking
    table, refused = grouped(planned, data, table)
    if refused is not None:
        return Asked(not_estimable("compare", [refused]), table, 0, scores=scores, waves=scores.waves)
    method, reference = planned.compared.method, planned.compared.reference
    cluster = planned.clusters[-1] if planned.clusters else None
    last = planned.waves[-1].words
    if method == "difference-in-differences":
        found = compare_changes(
            table, group="group", time="wave", reference=reference, before=planned.waves[0].words, cluster=cluster,
            level=level,
        )  # fmt: skip
        n = int((table.groupby("learner")["wave"].nunique() == 2).sum())
        return Asked(found, table, n, "difference_in_differences", "", scores, scores.waves)
    end = table[table["wave"] == last]
    baseline = None
    if method == "ancova":
        start = table[table["wave"] == planned.waves[0].words].set_index("learner")["value"]
        end, baseline = end.assign(baseline=end["learner"].map(start)).dropna(subset=["baseline"]), "baseline"
    covariates = list(planned.covariates) if method == "weighted" else []
    found = compare_groups(
        end, group="group", value="value", baseline=baseline, covariates=covariates, cluster=cluster,
        reference=reference, level=level,
    )  # fmt: skip
    headline = {"ancova": "difference_ancova", "weighted": "difference_weighted"}.get(method, "difference_welch")
    if cluster and method == "difference":
        headline = "difference_clustered"
    found, standardised = _standardised_like(found, headline)
    return Asked(found, table, end["learner"].nunique(), headline, standardised, scores, scores.waves)


def _standardised_like(found: Analysis, headline: str) -> tuple[Analysis, str]:
    """An adjusted difference in the standard deviations of the plain one."""
    by_name = {one.name: one for one in found.estimates}
    plain, g, main = (by_name.get(name) for name in ("difference_welch", "g_pooled_sd", headline))
    if headline == "difference_welch" or main is None or plain is None or g is None or not plain.estimate:
        return found, "g_pooled_sd"
    scale = (g.estimate or 0.0) / plain.estimate
    if main.estimate is None or main.low is None or main.high is None or not scale > 0:
        return found, ""
    name = f"standardised_{headline}"
    how = f"{headline} / pooled SD x J, the SD taken as known; {main.method}"
    made = Estimate(name, main.estimate * scale, main.low * scale, main.high * scale, main.n, how)
    return _replaced(found, (*found.estimates, made), found.findings), name


def _growth(planned: PlannedAnalysis, data: PlanData, level: float) -> Asked:
    scores, table = scored(planned, data)
    lacking = lacks_waves(planned, scores, at_least=2)
    if lacking:
        return lacking
    middle = table.groupby("wave")["on"].mean().reindex(list(scores.waves))
    dated = middle.notna().all() and middle.is_monotonic_increasing
    years = (middle - middle.iloc[0]).dt.days / _YEAR if dated else pd.Series(range(len(middle)), index=middle.index)
    unit = "year" if dated else "wave_number"
    table = table.assign(**{unit: table["wave"].map(years).astype(float)})
    found = _grown(planned, table, unit, level, own_slopes=len(scores.waves) > 2)
    found = _with_standardised(found, unit, table, float(years.iloc[-1]))
    n = table["learner"].nunique()
    return Asked(found, table, n, unit, "standardised_growth", scores, scores.waves)


def _grown(planned: PlannedAnalysis, table: pd.DataFrame, unit: str, level: float, *, own_slopes: bool) -> Analysis:
    """The richest of four models that can be fitted: with and without clusters, with and without slopes of learners."""
    clusters = list(planned.clusters)
    # Learners grow at their own pace; a model that gives all one slope claims to know it too well, so slopes go last.
    models = [(groups, slope) for slope in ([True, False] if own_slopes else [False])
              for groups in ([clusters, []] if clusters else [[]])]  # fmt: skip
    first: Analysis | None = None
    for groups, slope in models:
        found = fit_growth(
            table, outcome="value", nested=[*groups, "learner"], time=unit, covariates=planned.covariates,
            random_slope="learner" if slope else None, level=level,
        )  # fmt: skip
        first = first or found
        if found.status not in ("singular", "not-converged"):
            lost = [*([] if groups else clusters), *(["the slopes of learners"] if own_slopes and not slope else [])]
            message = f"The data are too few to see the variance of {' and '.join(lost)}; it is not in the model."
            return _with(found, remark("simpler-model", message, "", "info")) if lost else found
    return not_estimable("growth", []) if first is None else first


def _time_to_badge(planned: PlannedAnalysis, data: PlanData, level: float) -> Asked:
    everybody = data.learners.reset_index()
    people = data.among(everybody, planned.among).set_index("learner")
    empty = people.iloc[:0]
    last = data.last_day
    if people.empty or last is None:
        return Asked(not_estimable("time-to-badge", [no_data("Nobody is enrolled in the records.")]), empty, 0)
    begins = people["starts"].fillna(pd.Timestamp(min(one.start for one in data.programme.info.terms)))
    earned = data.earned([planned.measured.id]).set_index("learner")["on"].reindex(people.index)
    withdrawn = (people["status"] == "withdrawn") & people["ends"].notna()
    ends = people["ends"].where(withdrawn, pd.Timestamp(last))
    table = pd.DataFrame({
        "learner": people.index,
        "days": (earned.fillna(ends) - begins).dt.days.to_numpy(),
        "status": np.select([earned.notna(), withdrawn], ["badge", "withdrawn"], "under way"),
        **{one: people[one].to_numpy() for one in planned.covariates if one in people.columns},
    })  # fmt: skip
    table = table[table["days"] >= 0].reset_index(drop=True)
    competing = ["withdrawn"] if withdrawn.any() else []
    found = estimate_time_to_badge(
        table, competing=competing, at=planned.at, level=level,
        covariates=[one for one in planned.covariates if one in table.columns],
    )  # fmt: skip
    shown = [one.name for one in found.estimates if one.name.startswith("incidence[")]
    return Asked(found, table, len(table), shown[-1] if shown else "")


def _reliability(planned: PlannedAnalysis, data: PlanData, level: float) -> Asked:
    answers, lacking = answered(planned, data)
    if lacking:
        return lacking
    form = data.instrument(planned.measured.id)
    wide = answers.pivot(index="learner", columns="item", values="value")
    items = form.scales().get(planned.measured.scale, [])
    known = [one.number for one in items if one.number in wide.columns]
    found = estimate_reliability(
        wide, known, reverse=[one.number for one in items if one.reverse and one.number in known],
        scale=(form.minimum, form.maximum), level=level,
    )  # fmt: skip
    return Asked(found, wide, len(wide), "alpha_listwise", waves=(planned.waves[0].words,))


def _with_standardised(found: Analysis, unit: str, table: pd.DataFrame, span: float) -> Analysis:
    """Growth over the whole span in standard deviations of the first point in time."""
    try:
        slope = found[unit]
    except KeyError:
        return found
    first = table.loc[table[unit] == 0, "value"]
    sd = float(first.std(ddof=1)) if len(first) > 1 else float("nan")
    if not sd > 0 or slope.estimate is None or slope.low is None or slope.high is None:
        return found
    low, high = slope.low * span / sd, slope.high * span / sd
    how = f"{unit} x {span:.2f} / SD of the first wave, which is taken as known; {slope.method}"
    made = Estimate("standardised_growth", slope.estimate * span / sd, low, high, table["learner"].nunique(), how)
    return _replaced(found, (*found.estimates, made), found.findings)


def _with(found: Analysis, finding: Finding) -> Analysis:
    return _replaced(found, found.estimates, (*found.findings, finding))


def _replaced(found: Analysis, estimates: Sequence[Estimate], findings: Sequence[Finding]) -> Analysis:
    return Analysis(
        found.question, estimates, found.status, findings, found.sentence, found.model, found.tests, found.missing
    )


_ANSWERS: dict[str, Callable[[PlannedAnalysis, PlanData, float], Asked]] = {
    "change": _change,
    "comparison": _comparison,
    "growth": _growth,
    "time-to-badge": _time_to_badge,
    "reliability": _reliability,
    **JUDGEMENT_QUESTIONS,
    **OUTCOME_QUESTIONS,
}
