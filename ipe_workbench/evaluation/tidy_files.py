"""Tidy tables from files: one row an observation, one column a variable."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from ipe_workbench.errors import UnreadableFileError, UnusableInputError, near_names

__all__ = ["named", "numbers", "read_tidy", "repeated_learner", "require_columns"]

#: No score, time or count is larger, or nearer to zero without being zero; powers of such numbers cannot be held.
_LARGEST, _SMALLEST = 1e50, 1e-50


def read_tidy(path: str | Path) -> pd.DataFrame:
    r"""Read a tidy CSV (comma, semicolon or tab; UTF-8) or Parquet file.

    Empty cells, ``NA``, ``NaN`` and a lone point (as SAS and Stata write it) are missing. Headings lose the blanks
    around them. Whole numbers stay whole where some are missing, so that a group 1 is not called 1.0.

    Raises
    ------
    UnreadableFileError
        When the file is missing, is no table, has no rows, or a heading stands twice.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "scores.csv")
    >>> _ = file.write_text("learner;wave;score\nL1;1;3,5\nL2;1;4\n")
    >>> read_tidy(file).shape
    (2, 3)
    """
    name = str(path)
    if not Path(path).is_file():
        raise UnreadableFileError("There is no such file.", place=name, mend="Name a CSV or Parquet file.")
    try:
        frame = pd.read_parquet(path) if Path(path).suffix == ".parquet" else _csv(Path(path))
    except pd.errors.EmptyDataError:
        raise UnreadableFileError("The file is empty.", place=name, mend="Give it headings and rows.") from None
    except UnicodeDecodeError:
        raise UnreadableFileError("The file is not UTF-8.", place=name, mend="Save it as CSV, UTF-8.") from None
    except (ValueError, OSError) as error:  # pandas' and pyarrow's parsing errors are among them
        reason = str(error).splitlines()[0].removeprefix("Error tokenizing data. C error: ").rstrip(".")
        raise UnreadableFileError(f"This is not a tidy table: {reason}.", place=name, mend="Save it as CSV.") from None
    frame.columns = [str(heading).strip() for heading in frame.columns]
    twice = sorted({heading for heading in frame.columns if list(frame.columns).count(heading) > 1})
    if twice:
        raise UnreadableFileError(f"The heading `{twice[0]}` stands twice.", place=f"{name}:1", mend="Rename one.")
    for heading in frame.columns:
        if _whole_with_gaps(frame[heading]):
            frame[heading] = frame[heading].astype("Int64")
    frame.attrs["file"] = name  # so that an error found later can name it
    if frame.empty:
        raise UnreadableFileError("The table has no rows.", place=name, mend="Give it one row an observation.")
    return frame


def _csv(path: Path) -> pd.DataFrame:
    with path.open(encoding="utf-8-sig") as file:
        heading = file.readline()
    sign = max(",;\t", key=heading.count)
    headings = [one.strip().strip('"') for one in heading.rstrip("\n").split(sign)]
    with warnings.catch_warnings():
        # A row with more cells than headings would lose them, with a warning that nobody reads.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            # With a semicolon between the cells the comma is the decimal sign, as half of Europe writes it.
            frame = pd.read_csv(
                path, sep=sign, decimal="," if sign == ";" else ".", encoding="utf-8-sig", low_memory=False,
                index_col=False, na_values=["."],
            )  # fmt: skip
        except pd.errors.ParserWarning:
            raise ValueError(f"a row has more cells than the {len(headings)} headings") from None
    # pandas renames a second `a` to `a.1`; the caller must see that it stands twice.
    if len(headings) == frame.shape[1] and len(set(headings)) < len(headings):
        frame.columns = pd.Index(headings)
    return frame


def require_columns(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    """Check that the table has the columns.

    Raises
    ------
    UnusableInputError
        When one is missing; the message names those nearest to it.

    Examples
    --------
    >>> require_columns(pd.DataFrame({"score": [1]}), ["scores"])
    Traceback (most recent call last):
    ...
    ipe_workbench.errors.UnusableInputError: the table: There is no column `scores`. Did you mean score?
    """
    for column in columns:
        if column not in frame.columns:
            raise UnusableInputError(
                f"There is no column `{column}`.", place=_place(frame), mend=near_names(column, map(str, frame.columns))
            )


def numbers(frame: pd.DataFrame, column: str) -> pd.Series[float]:
    """A column as floats, missing as NaN.

    Raises
    ------
    UnusableInputError
        When a cell is no finite number, or one of no possible size; the message names the first with its row.

    Examples
    --------
    >>> numbers(pd.DataFrame({"score": ["3", None]}), "score").tolist()
    [3.0, nan]
    """
    require_columns(frame, [column])
    cells = frame[column]
    values = pd.to_numeric(cells, errors="coerce").astype(float)
    # Blanks count as missing, too.
    said = cells.notna() & (cells.astype(str).str.strip() != "")
    bad = np.flatnonzero((said & ~np.isfinite(values.to_numpy())).to_numpy())
    if bad.size:
        row = int(bad[0])
        raise UnusableInputError(
            f"`{str(cells.iloc[row])[:40]}` in column `{column}` is not a number.",
            place=f"{_place(frame)}:{row + 2}",
            mend="Mend the cell, or leave it empty if the value is missing.",
        )
    size = np.abs(values.to_numpy())
    odd = np.flatnonzero((size > _LARGEST) | ((size > 0) & (size < _SMALLEST)))
    if odd.size:
        row = int(odd[0])
        raise UnusableInputError(
            f"{values.iloc[row]:g} in column `{column}` is no size that a score or a time has.",
            place=f"{_place(frame)}:{row + 2}", mend="Mend the cell, or rescale the column.",
        )  # fmt: skip
    return values


def named(asked: object, names: Iterable[object]) -> str | None:
    """The name that is meant: the same, or the only one that differs in upper and lower case or in blanks around it.

    Examples
    --------
    >>> named("TRUE", [False, True]), named("Badge ", ["badge", "withdrawn"]), named("a", ["A", "a", "b"])
    ('True', 'badge', 'a')
    >>> named("c", ["a", "b"]) is None
    True
    """
    told = list(dict.fromkeys(map(str, names)))
    if str(asked) in told:
        return str(asked)
    alike = [one for one in told if one.strip().casefold() == str(asked).strip().casefold()]
    return alike[0] if len(alike) == 1 else None


def repeated_learner(frame: pd.DataFrame) -> str | None:
    """What to say where an analysis wants one row a learner and somebody has more; None where all is well.

    Examples
    --------
    >>> repeated_learner(pd.DataFrame({"learner": ["a", "b", "a"]}))
    'A learner has more than one row in column `learner`; this analysis wants one a learner.'
    """
    for column in ("learner", "id"):
        if column in frame.columns:
            if frame[column].dropna().duplicated().any():
                return f"A learner has more than one row in column `{column}`; this analysis wants one a learner."
            return None
    return None


def _whole_with_gaps(cells: pd.Series[float]) -> bool:
    if not pd.api.types.is_float_dtype(cells) or not cells.isna().any():
        return False
    known = cells.dropna().to_numpy(dtype=float)
    return bool(len(known)) and bool((known == np.round(known)).all()) and float(np.abs(known).max()) < 2**53


def _place(frame: pd.DataFrame) -> str:
    return str(frame.attrs.get("file", "the table"))
