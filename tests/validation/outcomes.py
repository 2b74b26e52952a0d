"""Whether the default analyses keep their word: type I error and coverage over simulated tables.

Each case makes many tables whose truth is known (`outcome_tables`), with teams and missing answers, and counts how
often the 95 % interval holds the truth and how often a test of a true null is significant at 5 %. Rates outside three
Monte-Carlo standard errors are marked.

    python -m tests.validation.outcomes [--tables 2000] [--only WORD] [--part 1/2]     (also: make validate)
"""

from __future__ import annotations

import argparse
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ipe_workbench.evaluation import Analysis, solve_power
from tests.validation import judged_tables as judged
from tests.validation import outcome_tables as make

# Closed forms: rates 1/60 and 1/150 compete; with a gamma frailty of shape 4 the badge's is averaged over it.
_RATE = 1 / 60 + 1 / 150
_INCIDENCE = (1 / 60) / _RATE * (1 - np.exp(-45 * _RATE))
_DAYS = (np.arange(45_000) + 0.5) / 1000
_FRAIL = float((1 / 60 * (1 + _DAYS / 240) ** -5 * np.exp(-_DAYS / 150)).sum() / 1000)
_RETAINED = 55 + 30 * 0.5 ** (120 / 50)
_RETAINED_POWER = 40 + 45 * 121 ** (-np.log(2) / np.log(51))


@dataclass(frozen=True)
class Case:
    """One kind of table: `make(rng)` gives the analysis; `truths` names what its intervals must hold, `nulls` the
    tests whose null is true, `families` those of which not even one may be significant in more than 5 %, and `powers`
    how often tests of a false null should be.
    """

    name: str
    make: Callable[[np.random.Generator], Analysis]
    truths: Mapping[str, float]
    nulls: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    powers: Mapping[str, float] = field(default_factory=dict)
    broken: bool = field(default=False)  # shown as a warning: this is what ignoring the teams costs


CASES = (
    Case("change, no effect", make.change(0.0), {"mean_change": 0.0, "d_z": 0.0, "d_av_rms_sd": 0.0},
         ("paired t", "Wilcoxon signed rank")),
    Case("change of 0.5", make.change(0.5), {"mean_change": 0.5, "d_z": 0.5 / np.sqrt(0.72),
                                             "d_av_rms_sd": 0.5 / np.sqrt(1.36), "median_change_hodges_lehmann": 0.5}),
    Case("change, Likert with a ceiling", make.likert_change, {"mean_change": 0.0, "superiority_paired": 0.5},
         ("Wilcoxon signed rank",)),
    Case("change in teams, clustered", make.change(0.3, 40), {"mean_change": 0.3}),
    Case("change in teams, clustering ignored", make.change(0.3, 40, name_them=False), {"mean_change": 0.3},
         broken=True),
    Case("change, who began low left, imputed", make.imputed(), {"mean_change_imputed": 0.3}),
    Case("change in teams, who began low left, imputed", make.imputed(40), {"mean_change_imputed": 0.3}),
    Case("two groups, unequal spread", make.groups, {"difference_welch": 0.0, "difference_ancova_hc3": 0.0},
         ("Welch",)),
    Case("two groups of 18 teams, clustered", make.groups_of_teams,
         {"difference_clustered": 0.0, "difference_ancova": 0.0}, ("difference_clustered", "difference_ancova")),
    Case("two groups, propensity weights", make.weighted_groups, {"difference_weighted": 0.0}),
    Case("difference in differences", make.changes, {"difference_in_differences": 0.0}, ("clustered t",)),
    Case("difference in differences, teams, clustered", make.changes_of_teams, {"difference_in_differences": 0.0},
         ("clustered t",)),
    Case("growth, learner in team", make.growth, {"week": 0.2}),
    Case("growth, learner crossed with rater", make.crossed_growth, {"week": 0.2}),
    Case("cumulative incidence, Cox", make.ends, {"incidence[45]": _INCIDENCE, "hazard_ratio[site[south]]": 1.0},
         ("Wald of site[south]", "same hazard ratio all along, site[south]")),
    Case("cumulative incidence in teams, Cox", make.ends_of_teams,
         {"incidence[45]": _FRAIL, "hazard_ratio[site[south]]": 1.0}, ("Wald of site[south]",)),
    Case("alpha and omega", make.reliability,
         {"alpha_listwise": 6 / 7, "alpha_pairwise": 6 / 7, "omega_total_one_factor": 6 / 7}),
    Case("intraclass correlation", make.agreement, {"ICC(A,1)": 1 / 2.1, "ICC(C,1)": 0.5, "ICC(C,k)": 0.75}),
    Case("agreement, nominal", judged.codes("nominal"),
         {"krippendorff_alpha_nominal": 0.49, "cohen_kappa_unweighted": 0.49}),
    Case("agreement, ordinal", judged.codes("ordinal"),
         {"krippendorff_alpha_ordinal": 0.49, "cohen_kappa_quadratic": 0.49}),
    Case("raters, points", judged.severity, {"severity[R0]": 0.0, "sd[rater]": 0.5, "sd[residual]": 0.7}),
    Case("raters, many-facet", judged.many_facet(judged.SEVERITY),
         {"severity[4]": 0.8, "severity[2]": 0.0, "difficulty[2]": 0.5, "sd_ability": 1.2}),
    Case("raters, many-facet, all alike, learners in teams", judged.many_facet(0 * judged.SEVERITY, teams=25),
         {"severity[0]": 0.0}, ("all raters equally severe, Wald chi-squared",)),
    Case("items, Rasch, schools unlike, none favoured", judged.readiness("rasch"),
         {"rasch_difficulty[a]": -1.5, "rasch_difficulty[e]": judged.DIFFICULTY[4], "dif_log_odds_mh[a]": 0.0,
          "dif_log_odds_mh[e]": 0.0}),
    Case("items, 2PL", judged.readiness("2pl"),
         {"slope_2pl[d]": 0.8 + 3 / 7, "difficulty_2pl[d]": judged.DIFFICULTY[3], "difficulty_2pl[h]": 1.5}),
    Case("items, graded, professions unlike, none favoured", judged.graded_items, {"dif_log_odds_logistic[a]": 0.0},
         ("uniform[a], likelihood ratio", "non-uniform[a], likelihood ratio", "uniform[d], likelihood ratio")),
    Case("standard, borderline regression", judged.stations, {"cut": 18.0}),
    Case("standard, Angoff", judged.panel, {"cut": 0.0}),
    Case("comments", judged.comments, {"share[trust]": 1 / 3}),
    Case("power, pairs as planned", make.planned_pairs, {"mean_change": 0.5},
         powers={"paired t": solve_power(effect=0.5, n=34)["power"].estimate}),
    Case("power, teams as planned", make.planned_groups, {"difference_clustered": 0.5},
         powers={"difference_clustered": 0.8}),
    Case("retention, exponential, who scored low left", make.decay("exponential"),
         {"half_life[exponential_to_estimated_floor]": 50.0, "half_life": 50.0, "retained[120]": _RETAINED}),
    Case("retention, power law, who scored low left", make.decay("power"),
         {"half_life[power_law_to_stated_floor]": 50.0, "retained[120]": _RETAINED_POWER}),
    Case("retention in teams", make.decay("exponential", 40), {"half_life": 50.0, "retained[120]": _RETAINED}),
    Case("equity, four groups", make.gaps, {f"gap[{one} vs others]": 0.0 for one in "ad"}, ("gap d vs others",),
         ("Holm",)),
    Case("equity, rates", make.rate_gaps, {"gap[nursing vs medicine]": -0.15, "ratio[nursing vs medicine]": 0.8}),
    Case("equity in teams", make.gaps_in_teams, {"gap[nursing vs medicine]": 0.0}, ("gap nursing vs medicine",)),
    Case("confidence", make.confidence, {"bias": 10.0, "calibration_slope_corrected": 0.5,
                                         "correlation_pearson": 50 / np.sqrt(89 * 149)},
         ("one slope all along (quadratic term)", "one scatter all along (Glejser)")),
    Case("confidence in teams", make.confidence_in_teams, {"bias": 10.0, "calibration_slope_corrected": 0.5,
                                                           "correlation_pearson": 50 / np.sqrt(114 * 149)}),
)  # fmt: skip


@dataclass
class Counts:
    """What came of the tables of a case."""

    tables: int = 0
    cut: bool = False
    refused: int = 0
    held: Counter[str] = field(default_factory=Counter)
    without: Counter[str] = field(default_factory=Counter)  # no interval, or an open one
    significant: Counter[str] = field(default_factory=Counter)

    def coverage(self, name: str) -> float:
        """Of the tables with an interval, the share whose interval holds the truth."""
        return self.held[name] / max(self.tables - self.refused - self.without[name], 1)

    def error(self, name: str) -> float:
        """The share of tables with a significant test of a true null."""
        return self.significant[name] / max(self.tables - self.refused, 1)


def count(case: Case, tables: int, seed: int = 1) -> Counts:
    """Analyse that many tables of a case."""
    told = Counts(tables)
    for table in range(tables):
        try:
            found = case.make(np.random.default_rng([seed, table]))
        except KeyboardInterrupt:  # what has been counted is worth telling
            told.tables, told.cut = table, True
            return told
        if found.status in ("not-estimable", "not-converged"):
            told.refused += 1
            continue
        known = {one.name: one for one in found.estimates}
        for name, truth in case.truths.items():
            one = known.get(name)
            ends = (one.low, one.high) if one is not None else (None, None)
            if any(end is None or not np.isfinite(end) for end in ends):
                told.without[name] += 1
            else:
                told.held[name] += ends[0] <= truth <= ends[1]
        for name in (*case.nulls, *case.powers):
            told.significant[name] += any(test.name == name and test.p < 0.05 for test in found.tests)
        for family in case.families:
            told.significant[family] += any(family in test.name and test.p < 0.05 for test in found.tests)
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=int, default=2000)
    parser.add_argument("--only", default="", help="cases whose name holds this regular expression")
    parser.add_argument("--part", default="1/1", help="such as 1/2: every second case")
    asked = parser.parse_args()
    mine, parts = map(int, asked.part.split("/"))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print("| tables | case | what | 95 % interval holds the truth | significant at 5 % under a true null | not fit |")
    print("|---|---|---|---|---|---|", flush=True)
    for number, case in enumerate(CASES):
        if not re.search(asked.only, case.name) or number % parts != mine - 1:
            continue
        started = time.perf_counter()
        told = count(case, asked.tables)
        if told.tables:
            print("\n".join(_rows(case, told)))
        print(f"<!-- {case.name}: {time.perf_counter() - started:.0f} s -->", flush=True)
        if told.cut:
            break


def _rows(case: Case, told: Counts) -> list[str]:
    error = (0.95 * 0.05 / told.tables) ** 0.5
    rows = []
    for name in case.truths:
        rate, lost = told.coverage(name), told.refused + told.without[name]
        rows.append(f"`{name}` | {100 * rate:.1f} %{_mark(rate, 0.95, error)} | | {lost}")
    for name in (*case.nulls, *case.families):
        rate = told.error(name)
        what = f"any test, {name}" if name in case.families else name
        rows.append(f"{what} | | {100 * rate:.1f} %{_mark(rate, 0.05, error)} | {told.refused}")
    for name, power in case.powers.items():
        rate = told.error(name)
        mark = _mark(rate, power, (power * (1 - power) / told.tables) ** 0.5)
        rows.append(
            f"{name}, false null: power planned {100 * power:.1f} % | | {100 * rate:.1f} %{mark} | {told.refused}"
        )
    return [f"| {told.tables} | {case.name} | {row} |" for row in rows]


def _mark(rate: float, nominal: float, error: float) -> str:
    return "" if abs(rate - nominal) <= 3 * error else " (!)"


if __name__ == "__main__":
    main()
