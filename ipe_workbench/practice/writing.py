"""Practice records as files, or straight into a database by way of the importer."""

from __future__ import annotations

import csv
import datetime
import json
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ipe_workbench.documents import safe_cell
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.practice.records import PracticeRecords

if TYPE_CHECKING:
    from ipe_workbench.records import Store
    from ipe_workbench.records.importing import ImportResult

__all__ = ["record_practice", "write_practice"]

_README = """\
# Practice records: invented, nobody's

Made by `ipe records practice` from the programme `{programme}` (scenario `{scenario}`, seed {seed}, {learners}
learners). All people, answers and results are invented; ids begin with `practice-`. Use them to learn, to try and to
test, and for nothing else. Never mix them with real records.

Bring them into a database of their own, in the order of their numbers, in this folder:

    ipe records init --db practice.sqlite
    ipe records import --db practice.sqlite *.csv

`truth.json` says what they were made from, so that an analysis can be checked:

- `parameters`: every effect, explained in `ipe_workbench.practice.Truths`. They are judgement, not findings of a study.
- `survey_changes`: the mean change of each scale that is true, as a factor and in points of the score, if everybody
  answers. Some who were low at the start stop answering.
- `severity`: of each rater, in standard deviations of skill (positive: severe). The first of the faculty is severe, the
  second lenient, the third erratic.
- `planted`: the rubric row that is too hard, and the one that does not tell learners apart.
- `skill`: the hidden skill of each learner, a standard normal number.

`for-analysis/comment-codes.csv` holds what two coders made of the comments, for which the records have no place:

    ipe evaluate comments for-analysis/comment-codes.csv --coder coder --learner learner --group profession
"""


def write_practice(records: PracticeRecords, folder: str | Path) -> tuple[Path, ...]:
    """Write the simple CSV files, numbered in the order of their import, with a README and the truth beside them.

    Parameters
    ----------
    records : PracticeRecords
    folder : path
        It must not exist, or be empty; it appears when all of it is written.

    Returns
    -------
    tuple of Path
        The CSV files of the records, in the order in which they are imported.

    Raises
    ------
    UnusableInputError
        When there is something in the folder already.

    Examples
    --------
    >>> import tempfile
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.evaluation import EvaluationPlan, list_instruments
    >>> from ipe_workbench.simulation import Scenario
    >>> from ipe_workbench.practice import practice_records
    >>> made = practice_records(example_programme(), plan=EvaluationPlan(), instruments=list_instruments(),
    ...                         scenario=Scenario(id="quick", title="Quick look"), seed=7, learners=20)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     write_practice(made, f"{place}/practice")[0].name
    '01-terms.csv'
    """
    target = Path(folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UnusableInputError(
            "There is something here already.", place=str(target), mend="Name a folder that does not exist."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as place:
        made = Path(place, "made")
        names = _write_tables(records, made)
        (made / "README.md").write_text(_README.format_map(records.about), encoding="utf-8")
        truth = {"format": 1, "about": dict(records.about), **records.truth}
        (made / "truth.json").write_text(json.dumps(truth, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        columns = ("comment", "code", "coder", "learner", "profession", "wave", "words")
        _write(made / "for-analysis" / "comment-codes.csv", columns, records.comment_codes)
        if target.exists():
            target.rmdir()
        shutil.move(made, target)
    return tuple(target / name for name in names)


def record_practice(records: PracticeRecords, store: Store, *, at: datetime.datetime) -> tuple[ImportResult, ...]:
    """Bring the records into a database that holds no others.

    Parameters
    ----------
    records : PracticeRecords
    store : Store
        Empty, or with practice records alone.
    at : datetime
        The time of the import, in UTC.

    Raises
    ------
    UnusableInputError
        When the database holds learners who are no practice learners.
    """
    from ipe_workbench.records.importing import import_file

    _refuse_real_people(store)
    with tempfile.TemporaryDirectory() as place:
        names = _write_tables(records, Path(place))
        kinds = list(records.columns)
        return tuple(
            import_file(store, Path(place, name), at=at, format=kind) for name, kind in zip(names, kinds, strict=True)
        )


def _refuse_real_people(store: Store) -> None:
    from sqlalchemy import func, select

    from ipe_workbench.records.tables import table

    source = table("learners").c.source_id
    with store.reading() as connection:
        count = connection.scalar(select(func.count()).where(source.not_like("practice-%"))) or 0
    if count:
        raise UnusableInputError(
            f"These records hold {count:,} learners who are no practice learners.",
            place=str(store.place),
            mend="Put practice records into a database of their own.",
        )


def _write_tables(records: PracticeRecords, folder: Path) -> list[str]:
    names = []
    for number, (table, columns) in enumerate(records.columns.items(), start=1):
        names.append(f"{number:02}-{table}.csv")
        _write(folder / names[-1], columns, records.rows(table))
    return names


def _write(path: Path, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(map(_cells, rows))


def _cells(row: Iterable[object]) -> list[object]:
    return [safe_cell(one) if isinstance(one, str) else _plain(one) for one in row]


def _plain(value: object) -> object:
    """Numbers and truths as a person would write them; empty where nothing is known."""
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else value
