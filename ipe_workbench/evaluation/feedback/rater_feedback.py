"""What a rater is told: how severe, how far in agreement with colleagues, in plain words and with what is not known."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from ipe_workbench.errors import UnknownNameError
from ipe_workbench.evaluation.estimates import remark
from ipe_workbench.evaluation.growth import design_of
from ipe_workbench.evaluation.mixed_models import RandomTerm, fit_mixed_model
from ipe_workbench.findings import Finding

__all__ = ["RaterFeedback", "RaterStudy", "feed_back_raters"]

#: Performances and raters below which nothing is said of anybody.
FEWEST_PERFORMANCES, FEWEST_RATERS = 30, 3
#: Performances of a rater below which the own severity is not given.
FEWEST_OWN = 10
#: Performances rated by two people below which agreement is not given.
FEWEST_DOUBLE = 10
#: A quarter of a level, on average over all rows, is worth a word.
WORTH = 0.25


@dataclass(frozen=True)
class RaterFeedback:
    """What one rater is told.

    Parameters
    ----------
    rater : str
        Pseudonym.
    performances : int
        How many the rater has rated; with fewer than ten there is no severity.
    severity, low, high : float or None
        Levels that the rater gives less than colleagues would for the same performances, on average over the rows of
        the rubric (positive: severe), with its interval.
    double : int
        Performances that a colleague rated, too.
    same, higher, lower : float or None
        Shares of the rows of these in which both gave the same level, and in which this rater gave the higher or the
        lower one; ``None`` where they are too few.
    same_low, same_high : float or None
        Interval of `same`, by performances.
    sentences : tuple of str
        The same in plain words.
    """

    rater: str
    performances: int
    severity: float | None
    low: float | None
    high: float | None
    double: int
    same: float | None
    same_low: float | None
    same_high: float | None
    higher: float | None
    lower: float | None
    sentences: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The feedback as plain JSON."""
        return asdict(self) | {"sentences": list(self.sentences)}


@dataclass(frozen=True)
class RaterStudy:
    """What is told to each rater, and what it rests on.

    Parameters
    ----------
    raters : tuple of RaterFeedback
        The most severe first; those without a severity last.
    spread : float or None
        Standard deviation of severity between raters, in levels.
    agreement : float or None
        Share of doubly rated rows with the same level, of all raters together.
    findings : tuple of Finding
    """

    raters: tuple[RaterFeedback, ...]
    spread: float | None
    agreement: float | None
    findings: tuple[Finding, ...]

    def of(self, rater: str) -> RaterFeedback:
        """What one rater is told. Raises `UnknownNameError`, without naming others."""
        for one in self.raters:
            if one.rater == rater:
                return one
        raise UnknownNameError("There is no rating of this rater.", mend="Check the id; see `ipe records export`.")

    @property
    def frame(self) -> pd.DataFrame:
        """One row a rater, with the fields of `RaterFeedback`."""
        columns = [one for one in RaterFeedback.__dataclass_fields__ if one != "sentences"]
        return pd.DataFrame([{name: getattr(one, name) for name in columns} for one in self.raters], columns=columns)


def feed_back_raters(ratings: pd.DataFrame, *, level: float = 0.95) -> RaterStudy:
    """Severity of each rater and agreement with colleagues, in words.

    Parameters
    ----------
    ratings : DataFrame
        As `levelled_ratings` gives them.
    level : float
        Of the intervals.

    Returns
    -------
    RaterStudy

    Notes
    -----
    Severity is a prediction from a mixed model of each performance's mean level: assessment and attempt are fixed,
    learner and rater random and crossed. It pulls raters with few ratings toward the others. Raters are compared only
    where assessments and learners link them: of the largest group that is linked. Levels count as equally far apart;
    for severity in logits see `study_many_facet`.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> rows = [(f"L{n}", "a", 1, "c", r, int(np.clip(round(2 + s + rng.normal() / 2), 0, 3)))
    ...         for n in range(60) for r, s in (("X", -1), ("Y", 0), ("Z", 0))]
    >>> names = ["learner", "assessment", "attempt", "criterion", "rater", "place"]
    >>> study = feed_back_raters(pd.DataFrame(rows, columns=names))
    >>> print(study.of("X").sentences[1][:76])
    For the same work you give less than colleagues: about 0.6 levels less (95 %
    """
    keys = ["learner", "assessment", "attempt", "rater"]
    means = ratings.groupby(keys, sort=True)["place"].mean().reset_index()
    counts = means["rater"].value_counts()
    severity, spread, found = _severities(means, level)
    pairs = _pairs(ratings)
    told = [
        _told(str(rater), int(counts[rater]), severity.get(str(rater)), pairs[pairs["rater"] == rater], level)
        for rater in sorted(counts.index)
    ]
    told.sort(key=lambda one: (one.severity is None, -(one.severity or 0.0)))
    same = float(pairs["same"].mean()) if pairs["unit"].nunique() >= FEWEST_DOUBLE else None
    return RaterStudy(tuple(told), spread, same, tuple(found))


_Severity = tuple[float, float, float]


def _severities(means: pd.DataFrame, level: float) -> tuple[dict[str, _Severity], float | None, list[Finding]]:
    if len(means) < FEWEST_PERFORMANCES or means["rater"].nunique() < FEWEST_RATERS or means["place"].nunique() < 2:
        message = f"Only {len(means)} ratings by {means['rater'].nunique()} raters: severity is not given."
        return {}, None, [remark("too-few", message, f"{FEWEST_PERFORMANCES} by {FEWEST_RATERS} are the least.")]
    linked, found = _linked(means)
    if linked["rater"].nunique() < FEWEST_RATERS:
        return {}, None, found
    sitting = linked["assessment"] + "\x1f" + linked["attempt"].astype(str)
    fixed, _ = design_of(pd.DataFrame({"sitting": sitting}), ["sitting"])
    learner, learners = pd.factorize(linked["learner"])
    rater, raters = pd.factorize(linked["rater"])
    ones = np.ones((len(linked), 1))
    terms = [RandomTerm("learner", learner, len(learners), ones), RandomTerm("rater", rater, len(raters), ones)]
    model = fit_mixed_model(linked["place"].to_numpy(dtype=float), fixed, terms)
    if model.status == "not-converged":
        return {}, None, [*found, remark("not-converged", "The search did not arrive.", "Severity is not given.")]
    z = float(stats.norm.ppf(0.5 + level / 2))
    values, errors = -model.effects["rater"].ravel(), model.effects_se["rater"].ravel()
    told = {
        str(name): (float(value), float(value - z * se), float(value + z * se))
        for name, value, se, count in zip(raters, values, errors, np.bincount(rater), strict=True)
        if count >= FEWEST_OWN
    }
    return told, model.sd("rater"), found


def _linked(means: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """The ratings of the largest group of raters that shared learners link."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    learner, learners = pd.factorize(means["learner"])
    rater, raters = pd.factorize(means["rater"])
    size = len(learners) + len(raters)
    edges = coo_array((np.ones(len(means)), (learner, rater + len(learners))), shape=(size, size))
    groups, group = connected_components(edges, directed=False)
    if groups == 1:
        return means, []
    sizes = np.bincount(group[len(learners) :], minlength=groups)
    kept = group[len(learners) + rater] == sizes.argmax()
    message = f"{int(len(raters) - sizes.max())} raters share no learner with the others and are not compared."
    return means[kept].reset_index(drop=True), [
        remark("not-connected", message, "Have some performances rated by raters of both groups.")
    ]


def _pairs(ratings: pd.DataFrame) -> pd.DataFrame:
    """Each row of a rubric that two rated, once from the side of each: ``rater, unit, same, higher``."""
    keys = ["learner", "assessment", "attempt", "criterion"]
    twice = ratings[ratings.duplicated(keys, keep=False)][[*keys, "rater", "place"]]
    both = twice.merge(twice, on=keys, suffixes=("", "_other"))
    both = both[both["rater"] != both["rater_other"]]
    unit = both["learner"] + "\x1f" + both["assessment"] + "\x1f" + both["attempt"].astype(str)
    return pd.DataFrame(
        {
            "rater": both["rater"],
            "unit": unit,
            "same": both["place"] == both["place_other"],
            "higher": both["place"] > both["place_other"],
        }
    )


def _told(
    rater: str, performances: int, severity: _Severity | None, pairs: pd.DataFrame, level: float
) -> RaterFeedback:
    double = int(pairs["unit"].nunique())
    same = same_low = same_high = higher = lower = None
    if double >= FEWEST_DOUBLE:
        same, higher = float(pairs["same"].mean()), float(pairs["higher"].mean())
        lower = 1 - same - higher
        # Rows of one performance go together, so that performances count and not rows.
        low, high = proportion_confint(same * double, double, alpha=1 - level, method="wilson")
        same_low, same_high = float(low), float(high)
    value, low_end, high_end = severity or (None, None, None)
    sentences = [f"You have rated {performances} {'performance' if performances == 1 else 'performances'}."]
    sentences += _severity_words(severity, level)
    sentences.append(_agreement_words(double, same, higher, lower))
    return RaterFeedback(
        rater,
        performances,
        value,
        low_end,
        high_end,
        double,
        same,
        same_low,
        same_high,
        higher,
        lower,
        tuple(sentences),
    )


def _severity_words(severity: _Severity | None, level: float) -> list[str]:
    if severity is None:
        return ["There are too few ratings beside those of colleagues to say whether you are severe or lenient."]
    value, low, high = severity
    if low <= 0 <= high:
        reach = max(-low, high)
        return [
            "Nothing says that you are more severe or lenient than colleagues; a difference of up to "
            f"{reach:.1f} levels could be there unseen."
        ]
    way, ends = ("less", (low, high)) if value > 0 else ("more", (-high, -low))
    words = (
        f"For the same work you give {way} than colleagues: about {abs(value):.1f} levels {way} ({100 * level:.0f} % "
        f"interval {ends[0]:.1f} to {ends[1]:.1f})."
    )
    advice = "Look at the level descriptors together with a colleague before the next round."
    return [words, "That is small." if abs(value) < WORTH else advice]


def _agreement_words(double: int, same: float | None, higher: float | None, lower: float | None) -> str:
    if same is None or higher is None or lower is None:
        return f"{double} of your performances were rated by a colleague, too: too few to speak of agreement."
    return (
        f"In {double} performances that a colleague rated, too, you gave the same level in {same:.0%} of the rows, a "
        f"higher one in {higher:.0%} and a lower one in {lower:.0%}."
    )
