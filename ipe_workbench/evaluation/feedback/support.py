"""Who may need help now: the chance to fall short at the next assessment, with its interval and its track record.

Nobody is named by a score alone. The chance comes from all first attempts so far, pulled toward everybody's the less is
known of a learner. Before anybody is named, the same rule is applied to each earlier moment in the records, and what it
said is compared with what happened then; if it did no better than the plain share, it names nobody.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import expit
from statsmodels.stats.proportion import proportion_confint

from ipe_workbench.credentials.programme import Programme
from ipe_workbench.evaluation.estimates import remark
from ipe_workbench.evaluation.feedback.ratings import first_results
from ipe_workbench.evaluation.feedback.support_reasons import Reasons
from ipe_workbench.evaluation.mixed_models import RandomTerm, fit_mixed_model
from ipe_workbench.findings import Finding

__all__ = ["MayNeedHelp", "SupportStudy", "TrackRecord", "who_may_need_help"]

#: First attempts of a learner below which nothing is said.
FEWEST_RESULTS = 3
#: Learners and past predictions below which the rule cannot be checked, so that it names nobody.
FEWEST_LEARNERS, FEWEST_CHECKED = 30, 100
#: A chance that is not half as high again as the usual one is not worth a name.
WORTH = 1.5


@dataclass(frozen=True)
class MayNeedHelp:
    """A learner to talk to.

    Parameters
    ----------
    learner : str
        Pseudonym.
    chance : float
        Of falling short at the first attempt of the next assessment.
    low, high : float
        Its interval: what the learner's results leave open.
    usual : float
        The chance of an average learner.
    results : int
        First attempts that it rests on.
    reasons : tuple of str
        What is on record, in plain words.
    """

    learner: str
    chance: float
    low: float
    high: float
    usual: float
    results: int
    reasons: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self) | {"reasons": list(self.reasons)}


@dataclass(frozen=True)
class TrackRecord:
    """How the rule did on the records so far: predictions before each assessment against what happened.

    Parameters
    ----------
    predictions : int
    brier, brier_usual : float
        Mean squared error of the chances, and of the plain share at the time.
    gain_low : float
        Lower end of the 95 % interval of what the rule gains over the plain share, by learners.
    bands : DataFrame
        ``said_low, said_high, n, said`` (mean chance)``, happened, low, high`` (share that fell short, 95 %).
    named, right : int
        Who the rule would have named, and how many of them fell short.
    missed : int
        How many fell short whom it would not have named.
    """

    predictions: int
    brier: float
    brier_usual: float
    gain_low: float
    bands: pd.DataFrame
    named: int
    right: int
    missed: int

    @property
    def useful(self) -> bool:
        """Whether the rule did surely better than the plain share."""
        return self.gain_low > 0

    def sentence(self) -> str:
        """The track record in plain words."""
        if not self.named:
            words = f"In {self.predictions:,} earlier cases the rule would have named nobody."
        else:
            words = (
                f"Checked on {self.predictions:,} earlier cases in these records: of {self.named:,} whom the rule "
                f"would have named, {self.right:,} fell short at the next assessment ({self.right / self.named:.0%}) "
                f"and {self.named - self.right:,} did not; {self.missed:,} others fell short unnamed."
            )
        return words

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "predictions": self.predictions,
            "brier": round(self.brier, 4),
            "brier_usual": round(self.brier_usual, 4),
            "gain_low": round(self.gain_low, 5),
            "useful": self.useful,
            "named": self.named,
            "right": self.right,
            "missed": self.missed,
            "bands": self.bands.round(4).to_dict("records"),
            "sentence": self.sentence(),
        }


@dataclass(frozen=True)
class SupportStudy:
    """Who may need help, the most likely first, and how far to trust it; nobody where it cannot be trusted."""

    learners: tuple[MayNeedHelp, ...]
    record: TrackRecord | None
    findings: tuple[Finding, ...]
    caution: str = (
        "A chance is not a verdict: it says with whom to talk, not what somebody can do. Do not grade by it, and do "
        "not pass it on."
    )

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "learners": [one.to_dict() for one in self.learners],
            "track_record": self.record.to_dict() if self.record else None,
            "caution": self.caution,
            "findings": [one.to_dict() for one in self.findings],
        }


def who_may_need_help(
    programme: Programme,
    results: pd.DataFrame,
    *,
    on: datetime.date,
    attendance: pd.DataFrame | None = None,
    enrolments: pd.DataFrame | None = None,
    among: Collection[str] | None = None,
    level: float = 0.9,
) -> SupportStudy:
    """Learners whose chance to fall short at the next assessment is credibly, and by half, above the usual one.

    Parameters
    ----------
    programme : Programme
    results : DataFrame
        The frame ``assessments`` of the records.
    on : date
        The day: what was recorded later is not known.
    attendance, enrolments : DataFrame, optional
        Frames of the records; absence becomes a reason, and those who left are not named.
    among : collection of str, optional
        Only these learners are named, such as a facilitator's; all count for the model.
    level : float
        Of the intervals; a learner is named only when the whole interval lies above the usual chance, and the chance is
        at least one and a half times that.

    Returns
    -------
    SupportStudy

    Notes
    -----
    First-attempt scores are centred and scaled within each assessment; learners are random (REML), so that little
    knowledge is pulled to the mean. What such a standing, known before an assessment, meant for passing it is a
    logistic regression over all earlier assessments. Its track record comes from the same steps at each earlier
    assessment, with what was known then. Scores are not adjusted for the severity of raters.

    References
    ----------
    Brier GW. Mon Weather Rev 1950;78:1 (the score).

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> names = ["learner", "assessment", "credential", "attempt", "on", "score", "passed"]
    >>> study = who_may_need_help(example_programme(), pd.DataFrame(columns=names), on=datetime.date(2027, 5, 1))
    >>> study.learners, study.findings[0].id
    ((), 'too-few')
    """
    day = pd.Timestamp(on)
    first = first_results(programme, results)
    first = first[first["on"] <= day]
    refused = _too_few(first)
    if refused:
        return SupportStudy((), None, (refused,))
    history = _history(first, level)
    record = _track_record(history)
    if record is None:
        message = "The rule could not be checked on enough earlier assessments, so nobody is named."
        return SupportStudy((), None, (remark("not-checked", message, "Ask again when more is recorded."),))
    if not record.useful:
        message = "On these records the rule did not surely better than the plain share, so nobody is named."
        return SupportStudy((), record, (remark("no-better", message, "Talk to those who fell short last."),))
    told = _standings(first)
    told = told[told["results"] >= FEWEST_RESULTS]
    told = _named(_with_chances(told, _meaning(history), level))
    there = _there(first, enrolments, day)
    told = told[told["named"] & told.index.isin(there)]
    if among is not None:
        told = told[told.index.isin(set(among))]
    reasons = Reasons(programme, results[pd.to_datetime(results["on"]) <= day], first, attendance, day)
    named = tuple(
        MayNeedHelp(
            str(learner), float(row["chance"]), float(row["low"]), float(row["high"]), float(row["usual"]),
            int(row["results"]), reasons.of(str(learner)),
        )
        for learner, row in told.sort_values("chance", ascending=False, kind="stable").iterrows()
    )  # fmt: skip
    return SupportStudy(named, record, ())


def _too_few(first: pd.DataFrame) -> Finding | None:
    counts = first["learner"].value_counts()
    known = int((counts >= FEWEST_RESULTS).sum())
    if known < FEWEST_LEARNERS:
        message = f"{known} learners have {FEWEST_RESULTS} first results: too few to say who may need help."
        return remark("too-few", message, f"{FEWEST_LEARNERS} are the least.")
    if first["passed"].nunique() < 2:
        return remark("constant", "Everybody passed, or nobody did: there is nothing to learn from.", "")
    return None


def _standings(first: pd.DataFrame) -> pd.DataFrame:
    """``standing, spread, results`` by learner: the predicted mean score, in standard deviations of scores."""
    groups = first.groupby("credential")["value"]
    scale = groups.transform("std").fillna(0.0)
    score = ((first["value"] - groups.transform("mean")) / scale.where(scale > 0, 1.0)).to_numpy(dtype=float)
    codes, learners = pd.factorize(first["learner"])
    fixed = pd.DataFrame({"intercept": np.ones(len(first))})
    model = fit_mixed_model(score, fixed, [RandomTerm("learner", codes, len(learners), np.ones((len(first), 1)))])
    return pd.DataFrame(
        {
            "standing": model.effects["learner"].ravel(),
            "spread": model.effects_se["learner"].ravel(),
            "results": np.bincount(codes),
        },
        index=learners,
    )


_Meaning = tuple[float, float]


def _meaning(history: pd.DataFrame) -> _Meaning:
    """What a standing meant for falling short: intercept and slope of a logistic regression."""
    import statsmodels.api as sm

    if history["standing"].nunique() < 2 or history["fell"].nunique() < 2:
        share = float(history["fell"].mean())
        return float(np.log((share + 1e-6) / (1 - share + 1e-6))), 0.0
    fit = sm.GLM(history["fell"], sm.add_constant(history[["standing"]]), family=sm.families.Binomial()).fit()
    return float(fit.params["const"]), min(0.0, float(fit.params["standing"]))


def _with_chances(standings: pd.DataFrame, meaning: _Meaning, level: float) -> pd.DataFrame:
    """The standings with ``chance, low, high, usual``."""
    start, slope = meaning
    reach = float(stats.norm.ppf(0.5 + level / 2)) * standings["spread"]
    low, middle, high = (expit(start + slope * (standings["standing"] + way * reach)) for way in (1, 0, -1))
    return standings.assign(chance=middle, low=low, high=high, usual=float(expit(start)))


def _named(told: pd.DataFrame) -> pd.DataFrame:
    return told.assign(named=(told["low"] > told["usual"]) & (told["chance"] >= WORTH * told["usual"]))


def _history(first: pd.DataFrame, level: float) -> pd.DataFrame:
    """Every first attempt with the learner's standing before that assessment began, and the chance given then.

    ``learner, standing, spread, fell, share`` (that fell short until then), and where enough was known to say a chance
    ``chance, low, high, usual, named``; in the order of the assessments.
    """
    columns = ["learner", "standing", "spread", "fell", "share"]
    known = pd.DataFrame(columns=columns).astype(dict.fromkeys(columns[1:], float))
    parts = [known]
    for credential, start in first.groupby("credential")["on"].min().sort_values(kind="stable").items():
        before = first[first["on"] < start]
        if _too_few(before) is not None:
            continue
        standings = _standings(before)
        standings = standings[standings["results"] >= FEWEST_RESULTS].drop(columns="results")
        after = first[first["credential"] == credential].set_index("learner")["passed"]
        now = standings.join((1 - after).rename("fell"), how="inner").assign(share=1 - float(before["passed"].mean()))
        if len(known) >= FEWEST_CHECKED:
            now = _named(_with_chances(now, _meaning(known), level))
        now = now.rename_axis("learner").reset_index()
        parts.append(now)
        known = pd.concat([known, now[columns]], ignore_index=True)
    return pd.concat(parts, ignore_index=True)


def _track_record(history: pd.DataFrame) -> TrackRecord | None:
    """How the chances that would have been given compare with what happened; ``None`` where they are too few."""
    said = history.dropna(subset=["chance"]) if "chance" in history else history.iloc[:0]
    if len(said) < FEWEST_CHECKED:
        return None
    fell, named = said["fell"], said["named"].astype(bool)
    own, plain = (said["chance"] - fell) ** 2, (said["share"] - fell) ** 2
    gain = (plain - own).groupby(said["learner"]).agg(["sum", "size"])
    # The mean of all, with the error of a mean over learners, whose cases go together.
    mean = float((plain - own).mean())
    spread = float(np.sqrt(((gain["sum"] - mean * gain["size"]) ** 2).sum())) / len(said)
    return TrackRecord(
        len(said), float(own.mean()), float(plain.mean()), mean - float(stats.norm.ppf(0.975)) * spread, _bands(said),
        int(named.sum()), int(fell[named].sum()), int(fell[~named].sum()),
    )  # fmt: skip


def _bands(said: pd.DataFrame) -> pd.DataFrame:
    edges = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 1.0])
    band = np.clip(np.searchsorted(edges, said["chance"], side="right") - 1, 0, len(edges) - 2)
    rows = []
    for place in range(len(edges) - 1):
        part = said[band == place]
        if part.empty:
            continue
        low, high = proportion_confint(float(part["fell"].sum()), len(part), method="wilson")
        rows.append(
            (
                edges[place],
                edges[place + 1],
                len(part),
                part["chance"].mean(),
                part["fell"].mean(),
                float(low),
                float(high),
            )
        )
    return pd.DataFrame(rows, columns=["said_low", "said_high", "n", "said", "happened", "low", "high"])


def _there(first: pd.DataFrame, enrolments: pd.DataFrame | None, day: pd.Timestamp) -> set[str]:
    """Everybody but those of whom the records say that they have left or paused."""
    everybody = set(first["learner"])
    if enrolments is None:
        return everybody
    ended = pd.to_datetime(enrolments["ends"])
    gone = enrolments["status"].isin(["withdrawn", "paused", "completed"]) & (ended.isna() | (ended <= day))
    return everybody - set(enrolments[gone]["learner"].astype(str))
