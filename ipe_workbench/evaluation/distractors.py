"""Answers of multiple-choice items: who chooses what, and whether wrong answers draw those who know less."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from scipy import stats

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation.estimates import Analysis, Estimate, not_estimable, remark, status_of
from ipe_workbench.evaluation.tidy_files import require_columns
from ipe_workbench.findings import Finding

__all__ = ["score_choices", "study_distractors"]

FEWEST, MOST_CHOICES = 20, 10
#: A wrong answer that fewer choose does no work (Haladyna TM, Downing SM. Educ Psychol Meas 1993;53:999).
IDLE = 0.05


def score_choices(frame: pd.DataFrame, key: Mapping[str, str]) -> pd.DataFrame:
    """The answers as 1 (right) and 0, missing where there is none; other columns stay as they are.

    Examples
    --------
    >>> score_choices(pd.DataFrame({"Q1": ["a", "B", None]}), {"Q1": "A"})["Q1"].tolist()
    [1.0, 0.0, nan]
    """
    require_columns(frame, key)
    scored = {}
    for item, right in key.items():
        given = _choices(frame[item])
        scored[item] = (given == right.strip().upper()).astype(float).where(given.notna())
    return frame.assign(**scored)


def study_distractors(frame: pd.DataFrame, key: Mapping[str, str], *, level: float = 0.95) -> Analysis:
    """How often each answer is chosen, and by whom.

    Parameters
    ----------
    frame : DataFrame
        One row a learner, one column an item, the answer chosen in the cell; capital and small letters are the same.
    key : mapping of str to str
        The right answer of each item.
    level : float
        Of the intervals.

    Returns
    -------
    Analysis
        ``chosen[ITEM:ANSWER]`` (Wilson), and ``chosen_rest_r[ITEM:ANSWER]``: the correlation of choosing it with the
        score on the other items (Fisher z), which should be above zero for the right answer and below for the others.

    Raises
    ------
    UnusableInputError
        When a column is missing, there are fewer than three items, or a column has too many different answers.

    Examples
    --------
    >>> import numpy as np
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> able = rng.normal(size=200)
    >>> frame = pd.DataFrame({q: np.where(able + rng.normal(size=200) > 0, "A", rng.choice(["B", "C"], 200))
    ...                       for q in ("Q1", "Q2", "Q3", "Q4")})
    >>> result = study_distractors(frame, dict.fromkeys(frame.columns, "A"))
    >>> result["chosen_rest_r[Q1:A]"].low > 0 > result["chosen_rest_r[Q1:B]"].high
    True
    """
    if len(key) < 3:
        raise UnusableInputError("Three items or more are needed.", mend="Give the key of more items.")
    right = score_choices(frame, key)[list(key)]
    whole = right.dropna().index
    missing = {"not_complete": len(frame) - len(whole)}
    if len(whole) < FEWEST:
        message = f"Only {len(whole)} learners answered every item; {FEWEST} are the least."
        return not_estimable("distractors", [remark("too-few", message, "", "error")], missing)
    total = right.loc[whole].sum(axis=1)
    rows: list[Estimate] = []
    found: list[Finding] = []
    for item, answer in key.items():
        given = _choices(frame.loc[whole, item])
        if given.nunique() > MOST_CHOICES:
            raise UnusableInputError(
                f"Column `{item}` has {given.nunique()} different answers.", mend="Check the column."
            )
        own, said = _item(item, answer.strip().upper(), given, total - right.loc[whole, item], level)
        rows += own
        found += said
    idle = sum(one.id == "idle-distractor" for one in found)
    turned = sum(one.id in ("telling-distractor", "key-against-rest") for one in found)
    sentence = (
        f"{len(key)} items, {len(whole)} learners: {idle} wrong answers are chosen by fewer than {100 * IDLE:.0f} %; "
        f"{turned} answers draw the wrong learners."
    )
    model = "share choosing each answer; correlation with the other items"
    return Analysis("distractors", rows, status_of(found), found, sentence, model, (), missing)


def _choices(cells: pd.Series[str]) -> pd.Series[str]:
    text = cells.astype("string").str.strip().str.upper()
    return text.where(text != "")


def _item(
    item: str, right: str, given: pd.Series[str], rest: pd.Series[float], level: float
) -> tuple[list[Estimate], list[Finding]]:
    n, rows, found = len(given), [], []
    answers: Sequence[str] = sorted({right, *given.dropna().unique()})
    for answer in answers:
        chosen = (given == answer).to_numpy(dtype=bool)
        count = int(chosen.sum())
        ends = stats.binomtest(count, n).proportion_ci(level, method="wilson")
        name = f"[{item}:{answer}]"
        how = "right answer" if answer == right else "wrong answer"
        rows.append(Estimate(f"chosen{name}", count / n, ends.low, ends.high, n, f"{how}; Wilson, {level:.0%}"))
        if 0 < count < n and rest.nunique() > 1:
            r = stats.pearsonr(chosen.astype(float), rest)
            low, high = r.confidence_interval(level)
            rows.append(Estimate(f"chosen_rest_r{name}", float(r.statistic), float(low), float(high), n,
                                 f"{how}; with the other items; Fisher z, {level:.0%}"))  # fmt: skip
            if answer == right and r.statistic < 0:
                message = f"Item {item}: those who do well otherwise avoid the keyed answer {answer}."
                found.append(remark("key-against-rest", message, "Check the key."))
            elif answer != right and low > 0:
                message = f"Item {item}: the wrong answer {answer} draws those who do well otherwise."
                found.append(remark("telling-distractor", message, "Is it right, too? Read the item again."))
        if answer != right and count < IDLE * n:
            found.append(remark("idle-distractor", f"Item {item}: hardly anybody chooses {answer}.", "", "info"))
    if not (given == right).any():
        found.append(remark("key-unused", f"Item {item}: nobody chose the keyed answer {right}.", "Check the key."))
    return rows, found
