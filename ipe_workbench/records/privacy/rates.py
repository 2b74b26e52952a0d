"""Shares and means that may be published: they never say more than the counts that may be published say.

A share with its size is a count (0.75 of 20 is 15), however it is rounded, so shares are made of counts that `suppress`
protects. The sum behind a mean adds up exactly as the counts do, so a mean is hidden where its count is; and a mean at
the end of its scale says what everybody in the group has, so it is hidden like a small cell.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records.privacy.counts import COUNT, TOTAL, Cell, Counts
from ipe_workbench.records.privacy.suppression import SUPPRESSED, THRESHOLD, Release, suppress

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Rates", "safe_means", "safe_shares"]

_UNKNOWN = "(unknown)"


@dataclass(frozen=True)
class Rates:
    """A table to publish, and the release behind it, which is for the office alone and goes to later releases."""

    published: pd.DataFrame
    release: Release

    def __repr__(self) -> str:
        return f"Rates({len(self.published)} rows; {self.release!r})"


def safe_shares(
    learners: pd.DataFrame,
    by: Sequence[str],
    outcome: str,
    *,
    where: Mapping[str, str] | None = None,
    threshold: int = THRESHOLD,
    earlier: Sequence[Release] = (),
    digits: int = 2,
) -> Rates:
    """Shares of learners with each outcome, by group, such that no small number of learners can be worked out.

    Parameters
    ----------
    learners : pandas.DataFrame
        One row a learner.
    by : sequence of str
        Columns that make up the groups; totals over each of them are published, too.
    outcome : str
        A column whose values the shares are of, such as whether a badge was earned.
    where : mapping, optional
        What all of these learners have in common, where other tables have more.
    threshold : int
        The least number of learners that is shown, with an outcome and without it: 0 % and 100 % are not shown.
    earlier : sequence of Release
        What was published of the same term before.
    digits : int
        To how many digits shares are rounded.

    Returns
    -------
    Rates
        `published` has the groups, the outcome, `n` (learners of the group), `share` and `suppressed`. A share is
        missing where it, or the group, could not be shown as a count.

    Examples
    --------
    >>> import pandas as pd
    >>> learners = pd.DataFrame({"profession": ["medicine"] * 40 + ["nursing"] * 30, "earned": ["yes", "no"] * 35})
    >>> table = safe_shares(learners, ["profession"], "earned").published
    >>> table[table["earned"] == "yes"][["profession", "n", "share"]].values.tolist()
    [['(all)', 70, 0.5], ['medicine', 40, 0.5], ['nursing', 30, 0.5]]
    """
    _need(learners, [*by, outcome])
    table = Counts(_margins(learners, [*by, outcome]), where or {})
    nobody = _nobody(table, outcome)
    release = suppress({"shares": table}, threshold=threshold, earlier=earlier, also=nobody)
    shown = release.published["shares"].sort_values([*by, outcome], ignore_index=True)
    sizes = shown[shown[outcome] == TOTAL].set_index(list(by))[COUNT] if by else None
    rates = shown[shown[outcome] != TOTAL].reset_index(drop=True)
    if sizes is None:
        rates["n"] = shown.loc[shown[outcome] == TOTAL, COUNT].iloc[0]
    else:
        keys = rates[list(by)].itertuples(index=False, name=None)
        # A group without a row has no learners.
        rates["n"] = [sizes.get(key if len(by) > 1 else key[0], 0) for key in keys]
    rates["n"] = rates["n"].astype("Int64")
    rates["share"] = (rates[COUNT] / rates["n"].mask(rates["n"] == 0)).astype("Float64").round(digits)
    rates[SUPPRESSED] = rates["share"].isna() & ~(rates["n"] == 0).fillna(value=False)
    return Rates(rates[[*by, outcome, "n", "share", SUPPRESSED]], release)


def safe_means(
    learners: pd.DataFrame,
    by: Sequence[str],
    value: str,
    *,
    scale: tuple[float, float] | None = None,
    where: Mapping[str, str] | None = None,
    threshold: int = THRESHOLD,
    earlier: Sequence[Release] = (),
    digits: int = 2,
) -> Rates:
    """Means of a value by group, such that no mean of few learners, and nobody's value, can be worked out.

    Parameters
    ----------
    learners : pandas.DataFrame
        One row a learner; those without a value are not counted.
    by : sequence of str
        Columns that make up the groups; means over each of them are published, too.
    value : str
        A column of numbers.
    scale : (float, float), optional
        The least and the greatest value that there can be. A mean there (everybody has full points) is hidden.
    where, threshold, earlier, digits
        As for `safe_shares`.

    Returns
    -------
    Rates
        `published` has the groups, `n`, `mean` and `suppressed`: whether the mean is hidden; `n` is where it is small.

    Notes
    -----
    Sums of hidden groups obey the same equations as their counts. Were the sum of a hidden group determined by what is
    shown, its count would be, too; `suppress` rules that out. Smallest, greatest and standard deviation of a group are
    not published: in a small part of it they are somebody's values.
    """
    import pandas as pd

    _need(learners, [*by, value])
    known = learners[learners[value].notna()]
    if not pd.api.types.is_numeric_dtype(known[value]) or pd.api.types.is_bool_dtype(known[value]):
        raise UnusableInputError(f"The column `{value}` holds no numbers.", mend="Shares of words: `safe_shares`.")
    if scale is not None and not known[value].between(*scale).all():
        raise UnusableInputError(f"Some values of `{value}` lie outside of the scale.", mend="Mend the scale.")
    counts = _margins(known, by)
    table = Counts(counts, where or {})
    means = dict(zip(map(table.cell, counts.to_dict("records")), _means(known, by, value, counts), strict=True))
    release = suppress({"means": table}, threshold=threshold, earlier=earlier)
    # Counts that were published before stay as they are; a mean can be hidden beside them.
    at_the_end = {cell for cell, mean in means.items() if scale is not None and mean in scale}
    hidden = suppress({"means": table}, threshold=threshold, also=at_the_end | set(release.hidden)).hidden
    shown = release.published["means"].sort_values(list(by), ignore_index=True).rename(columns={COUNT: "n"})
    cells = [table.cell(row) for row in shown.to_dict("records")]
    shown["mean"] = [None if cell in hidden else means.get(cell) for cell in cells]
    shown["mean"] = shown["mean"].astype("Float64").round(digits)
    shown[SUPPRESSED] = [cell in hidden for cell in cells]
    return Rates(shown[[*by, "n", "mean", SUPPRESSED]], release)


def _nobody(table: Counts, outcome: str) -> set[Cell]:
    """The outcomes that nobody in a group has: all of the group have another, which nobody is to know."""
    values = set(table.frame[outcome]) - {TOTAL}
    there = {table.cell(row) for row in table.frame.to_dict("records")}
    groups = table.frame[table.frame[outcome] == TOTAL].to_dict("records")
    return {table.cell({**row, outcome: one}) for row in groups for one in values} - there


def _need(learners: pd.DataFrame, columns: Collection[str]) -> None:
    for one in columns:
        if one not in learners:
            raise UnusableInputError(f"The frame has no column `{one}`.", mend=f"It has {', '.join(learners.columns)}.")


def _margins(learners: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    """Learners in each group, and over each set of dimensions."""
    import pandas as pd

    texts = _texts(learners, dimensions)
    parts = [
        texts.assign(**dict.fromkeys(summed, TOTAL))
        for size in range(len(dimensions) + 1)
        for summed in itertools.combinations(dimensions, size)
    ]
    counted = pd.concat(parts, ignore_index=True).groupby(list(dimensions), as_index=False).size()
    return counted.rename(columns={"size": COUNT})


def _means(learners: pd.DataFrame, by: Sequence[str], value: str, counts: pd.DataFrame) -> list[float]:
    """The mean of each row of `counts`."""
    texts = _texts(learners, by)
    values = learners[value].astype(float).reset_index(drop=True)
    found = []
    for row in counts.to_dict("records"):
        those = np.ones(len(values), dtype=bool)
        for one in by:
            if row[one] != TOTAL:
                those &= (texts[one] == row[one]).to_numpy()
        found.append(float(values[those].mean()))
    return found


def _texts(learners: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    chosen = learners[list(dimensions)].reset_index(drop=True)
    return chosen.astype(object).where(chosen.notna(), _UNKNOWN).astype(str)
