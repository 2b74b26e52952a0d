"""Comments that people have coded: how many say what, whether the coders agree, and what is said together.

Codes are given by people; nothing here reads the text. Small groups are hidden, and words shown only if asked for.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation.agreement import estimate_agreement
from ipe_workbench.evaluation.estimates import Analysis, Estimate, not_estimable, remark, status_of
from ipe_workbench.evaluation.tidy_files import require_columns
from ipe_workbench.findings import Finding
from ipe_workbench.records.privacy import TOTAL, Counts, suppress
from ipe_workbench.records.privacy.counts import Cell
from ipe_workbench.records.privacy.suppression import THRESHOLD

__all__ = ["count_comments", "quotations"]

Rule = Literal["any", "majority", "all"]
FEWEST, MOST_CODES = 10, 60
YES, NO = "yes", "no"
_AGREEMENT = {"krippendorff_alpha": "krippendorff_alpha_nominal", "cohen_kappa": "cohen_kappa_unweighted"}


def count_comments(
    frame: pd.DataFrame,
    *,
    comment: str = "comment",
    code: str = "code",
    coder: str | None = None,
    learner: str | None = None,
    group: str | None = None,
    wave: str | None = None,
    rule: Rule = "majority",
    threshold: int = THRESHOLD,
    level: float = 0.95,
    seed: int = 1,
) -> Analysis:
    """Share of learners (or comments) with each code, by group and wave; agreement of coders; codes given together.

    Parameters
    ----------
    frame : DataFrame
        One row a code that a coder gave to a comment; an empty code says that the coder found none.
    comment, code : str
        Columns with the comment's number and the code.
    coder, learner, group, wave : str, optional
        Further columns. With `learner`, learners are counted (in each wave once); otherwise comments.
    rule : {"majority", "any", "all"}
        How many of the coders who read a comment must have given a code for it to count.
    threshold : int
        Smaller counts are hidden, and what would give them away.
    level : float
        Of the intervals.
    seed : int
        Of the bootstrap of agreement.

    Returns
    -------
    Analysis
        ``share[CODE]`` and ``share[CODE|GROUP]`` (such as ``share[trust|wave=post]``) with Wilson's interval;
        ``krippendorff_alpha[CODE]`` over comments that two coders or more have read, the mean of them, and with two
        coders ``cohen_kappa[CODE]``; ``together[A,B]``: the share with both, and ``times_expected[A,B]``: how
        many times the share that independence would give.

    Raises
    ------
    UnusableInputError
        When a column is missing, or a comment has two learners, groups or waves.

    Notes
    -----
    Each code's table by group and wave is protected with its totals (`ipe_workbench.records.privacy.suppress`), and a
    group that is hidden for one code is hidden for all. Two codes stand together only where both, one, the other and
    neither are all large enough.

    References
    ----------
    Wilson EB. J Am Stat Assoc 1927;22:209, doi 10.1080/01621459.1927.10502953; Krippendorff K. Content Analysis, 2013.

    Examples
    --------
    >>> rows = [(n, who, "roles" if n % 3 else "") for n in range(60) for who in "AB"]
    >>> result = count_comments(pd.DataFrame(rows, columns=["comment", "coder", "code"]), coder="coder")
    >>> round(result["share[roles]"].estimate, 2), result["krippendorff_alpha[roles]"].estimate
    (0.67, 1.0)
    """
    named = {"coder": coder, "learner": learner, "group": group, "wave": wave}
    columns = {name: column for name, column in named.items() if column}
    require_columns(frame, [comment, code, *columns.values()])
    data, missing, found = _rows(frame, comment, code, columns)
    codes = sorted(set(data["code"]) - {""})
    refused = _refused(data, codes)
    if refused:
        return not_estimable("comments", [refused, *found], missing)
    said = _said(data, codes, rule)
    units = _units(data, said, codes)
    dimensions = [one for one in ("group", "wave") if one in columns]
    if len(units) < threshold:
        message = f"Only {len(units)} {_word(columns)}: shares of so few are not shown."
        return not_estimable("comments", [remark("too-few", message, "", "error"), *found], missing)
    rows, hidden = _shares(units, codes, dimensions, threshold, level)
    agreed, told = _agreement(data, codes, level, seed)
    together, kept_back = _together(units, codes, threshold, level)
    missing["hidden_cells"] = hidden + kept_back
    found += told
    if hidden:
        message = f"{hidden} shares are hidden: fewer than {threshold}, or they would give such a count away."
        found.append(remark("small-cells", message, "Join groups to see more.", "info"))
    estimates = [*rows, *agreed, *together]
    sentence = _sentence(rows, agreed, _word(columns))
    words = f"counts by people's codes; a code counts by {rule} of the coders who read the comment"
    return Analysis("comments", estimates, status_of(found), found, sentence, words, (), missing)


def quotations(
    frame: pd.DataFrame,
    text: str,
    *,
    comment: str = "comment",
    code: str = "code",
    most: int = 3,
    seed: int = 1,
) -> dict[str, list[str]]:
    """A few comments of each code, drawn by chance; read each before it leaves your desk, for words can name a person.

    Examples
    --------
    >>> frame = pd.DataFrame({"comment": [1, 2], "code": ["trust", ""], "words": ["We <trust> them.", "Nothing."]})
    >>> quotations(frame, "words")
    {'trust': ['We <trust> them.']}
    """
    require_columns(frame, [comment, code, text])
    rows = frame.dropna(subset=[code, text]).drop_duplicates([comment, code])
    rows = rows[rows[code].astype(str).str.strip() != ""]
    drawn = np.random.default_rng(seed)
    return {
        str(name): [str(one) for one in part[text].iloc[drawn.permutation(len(part))[:most]]]
        for name, part in rows.groupby(code, sort=True)
    }


def _rows(
    frame: pd.DataFrame, comment: str, code: str, columns: dict[str, str]
) -> tuple[pd.DataFrame, dict[str, int], list[Finding]]:
    data = pd.DataFrame({"comment": frame[comment], "code": frame[code].astype("string").fillna("").str.strip()})
    for name, column in columns.items():
        data[name] = frame[column]
    complete = data.dropna()
    missing = {"not_complete": len(data) - len(complete)}
    data = complete.astype(str).assign(coder=lambda f: f.get("coder", "one"))
    found = []
    twice = data.duplicated(["comment", "coder", "code"])
    if twice.any():
        message = f"{int(twice.sum())} codes stand twice for one comment and coder; each counts once."
        found.append(remark("duplicate-code", message, "", "info"))
    for name in ("learner", "group", "wave"):
        if name in columns and (data.groupby("comment")[name].nunique() > 1).any():
            place = str(frame.attrs.get("file", "the table"))
            message = f"A comment has two values in column `{columns[name]}`."
            raise UnusableInputError(message, place=place, mend="Give each comment a number of its own.")
    return data[~twice], missing, found


def _refused(data: pd.DataFrame, codes: Sequence[str]) -> Finding | None:
    comments = data["comment"].nunique()
    if comments < FEWEST:
        return remark("too-few", f"Only {comments} comments; {FEWEST} are the least.", "", "error")
    if not codes:
        return remark("no-code", "No comment has a code.", "Check the column of codes.", "error")
    if len(codes) > MOST_CODES:
        message = f"{len(codes)} different codes: that looks like text, not codes."
        return remark("many-codes", message, "Name the column with the codes.", "error")
    return None


def _said(data: pd.DataFrame, codes: Sequence[str], rule: Rule) -> pd.DataFrame:
    """For each comment and code whether it counts, given how many of its coders gave the code."""
    readers = data.groupby("comment")["coder"].nunique()
    given = data[data["code"] != ""].groupby(["comment", "code"])["coder"].nunique().unstack(fill_value=0)
    share = given.reindex(index=readers.index, columns=list(codes), fill_value=0).div(readers, axis=0)
    return share > {"any": 0.0, "majority": 0.5, "all": 1 - 1e-9}[rule]


def _units(data: pd.DataFrame, said: pd.DataFrame, codes: Sequence[str]) -> pd.DataFrame:
    """One row a learner and wave, or a comment, with yes or no for each code."""
    about = data.drop_duplicates("comment").set_index("comment").drop(columns=["code", "coder"])
    table = about.join(said)
    if "learner" in table:
        keys = [one for one in ("learner", "group", "wave") if one in table]
        table = table.groupby(keys)[list(codes)].any().reset_index()
    return table


@dataclass(frozen=True)
class _Part:
    """A group of units: what it is called, its cell, and which rows are in it."""

    name: str
    cell: Cell
    rows: pd.DataFrame


def _parts(units: pd.DataFrame, dimensions: Sequence[str]) -> list[_Part]:
    found = [_Part("", frozenset(), units)]
    for size in range(1, len(dimensions) + 1):
        for keys in itertools.combinations(dimensions, size):
            for values, rows in units.groupby(list(keys), sort=True):
                pairs = tuple(zip(keys, map(str, values), strict=True))
                found.append(_Part("|" + ",".join(f"{k}={v}" for k, v in pairs), frozenset(pairs), rows))
    return found


def _shares(
    units: pd.DataFrame, codes: Sequence[str], dimensions: Sequence[str], threshold: int, level: float
) -> tuple[list[Estimate], int]:
    parts = _parts(units, dimensions)
    tables = {one: _table(parts, one, dimensions) for one in codes}
    totals: frozenset[Cell] = frozenset()
    while True:
        hidden = {
            one: frozenset(suppress({one: table}, threshold=threshold, also=totals).hidden)
            for one, table in tables.items()
        }
        # A group whose size one code's table hides is hidden in all of them.
        more = totals | {part.cell for part in parts for cells in hidden.values() if part.cell in cells}
        if more == totals:
            break
        totals = frozenset(more)
    rows, count = [], 0
    order = sorted(codes, key=lambda one: (-float(units[one].to_numpy(dtype=float).sum()), one))
    for code in order:
        for part in parts:
            cells = {part.cell, part.cell | {("code", YES)}, part.cell | {("code", NO)}}
            if cells & hidden[code]:
                count += 1
                continue
            rows.append(
                _share(
                    f"share[{code}{part.name}]", int(part.rows[code].to_numpy(dtype=int).sum()), len(part.rows), level
                )
            )
    return rows, count


def _table(parts: Sequence[_Part], code: str, dimensions: Sequence[str]) -> Counts:
    rows = []
    for part in parts:
        where = dict.fromkeys(dimensions, TOTAL) | dict(part.cell)
        yes = int(part.rows[code].to_numpy(dtype=int).sum())
        for value, count in ((YES, yes), (NO, len(part.rows) - yes), (TOTAL, len(part.rows))):
            rows.append({**where, "code": value, "count": count})
    return Counts(pd.DataFrame(rows))


def _share(name: str, count: int, n: int, level: float) -> Estimate:
    ends = stats.binomtest(count, n).proportion_ci(level, method="wilson")
    return Estimate(name, count / n, float(ends.low), float(ends.high), n, f"{count} of {n}; Wilson, {level:.0%}")


def _agreement(
    data: pd.DataFrame, codes: Sequence[str], level: float, seed: int
) -> tuple[list[Estimate], list[Finding]]:
    read = data.drop_duplicates(["comment", "coder"])[["comment", "coder"]]
    twice = read[read.groupby("comment")["coder"].transform("size") > 1]
    if twice["comment"].nunique() < FEWEST:
        message = f"Only {twice['comment'].nunique()} comments were read by two coders: agreement is unknown."
        return [], [remark("not-double-coded", message, "Have a tenth, and thirty at the least, coded by two.")]
    rows, found = [], []
    given = set(map(tuple, data[["comment", "coder", "code"]].to_numpy()))
    for code in codes:
        value = [int((c, r, code) in given) for c, r in twice.to_numpy()]
        result = estimate_agreement(
            twice.assign(value=value), unit="comment", rater="coder", level="nominal", confidence=level, seed=seed
        )
        known = {one.name: one for one in result.estimates}
        for short, name in _AGREEMENT.items():
            if name in known:
                one = known[name]
                rows.append(Estimate(f"{short}[{code}]", one.estimate, one.low, one.high, one.n, one.method))
        alpha = known.get("krippendorff_alpha_nominal")
        if alpha is None or alpha.estimate is None or not np.isfinite(alpha.estimate):
            message = f"Coders gave code {code} always or never: no agreement to tell."
            found.append(remark("agreement-unknown", message, "", "info"))
        elif alpha.estimate < 0.667:
            message = f"Coders agree little on code {code} (alpha {alpha.estimate:.2f})."
            found.append(remark("low-agreement", message, "Sharpen its definition and code again before you count it."))
    alphas = [one.estimate for one in rows if one.name.startswith("krippendorff") and one.estimate is not None]
    if alphas:
        n = twice["comment"].nunique()
        rows.append(Estimate("krippendorff_alpha_mean", float(np.nanmean(alphas)), None, None, n, "mean over codes"))
    return rows, found


def _together(units: pd.DataFrame, codes: Sequence[str], threshold: int, level: float) -> tuple[list[Estimate], int]:
    rows, hidden, n = [], 0, len(units)
    for a, b in itertools.combinations(codes, 2):
        both = int((units[a] & units[b]).sum())
        first, second = int(units[a].sum()), int(units[b].sum())
        cells = (both, first - both, second - both, n - first - second + both)
        if not both:
            continue
        if min(cells) < threshold:
            hidden += 1
            continue
        rows.append(_share(f"together[{a},{b}]", both, n, level))
        ratio = both * n / (first * second)
        rows.append(Estimate(f"times_expected[{a},{b}]", ratio, None, None, n, "share / product of the two shares"))
    return rows, hidden


def _word(columns: dict[str, str]) -> str:
    return "learners" if "learner" in columns else "comments"


def _sentence(rows: Sequence[Estimate], agreed: Sequence[Estimate], word: str) -> str:
    whole = [one for one in rows if "|" not in one.name]
    if not whole:
        return "All counts are too small to be shown."
    top = whole[0]
    name = top.name.removeprefix("share[").removesuffix("]")
    said = f"Most often said: {name}, by {100 * (top.estimate or 0):.0f} % of {top.n} {word}"
    mean = [one for one in agreed if one.name == "krippendorff_alpha_mean"]
    return said + (f"; the coders agree with a mean alpha of {mean[0].estimate:.2f}." if mean else ".")
