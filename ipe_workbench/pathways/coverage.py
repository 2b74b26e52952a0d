"""Which credential teaches, practises and assesses which competency, and what nobody does."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from ipe_workbench.credentials.model import Coverage as How
from ipe_workbench.credentials.model import Stage
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.documents import spreadsheet_safe
from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.frameworks import Framework

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["HOW", "Coverage", "CoverageRow", "coverage", "coverage_change"]

#: What a credential can do about a competency, weakest first.
HOW: tuple[How, ...] = get_args(How)
_STAGES: tuple[Stage, ...] = get_args(Stage)


@dataclass(frozen=True)
class CoverageRow:
    """One competency and the credentials (by id) that teach, practise and assess it; `level` is the highest stage."""

    competency_id: str
    code: str
    statement: str
    parent_id: str | None
    parent_title: str
    taught: tuple[str, ...]
    practised: tuple[str, ...]
    assessed: tuple[str, ...]
    level: Stage | None

    @property
    def gaps(self) -> tuple[How, ...]:
        """What nobody does about this competency."""
        return tuple(how for how in HOW if not getattr(self, how))


@dataclass(frozen=True)
class Coverage:
    """The coverage of one framework by one programme.

    Parameters
    ----------
    programme, framework : str
        Their ids.
    framework_title : str
        The framework's title.
    profession : str or None
        Whose credentials were counted; ``None`` for all.
    credentials : tuple of str
        Ids of the credentials, in the programme's order.
    rows : tuple of CoverageRow
        One for each competency without parts of its own (each sub-competency), in the framework's order.
    levels : mapping of (competency id, credential id) to Stage
        The stage that each alignment names.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> found = coverage(example_programme(), "ipec-2023", profession="nursing")
    >>> found.profession, len(found.rows), sorted(found.gaps) == sorted(("taught", "practised", "assessed"))
    ('nursing', 33, True)
    """

    programme: str
    framework: str
    framework_title: str
    profession: str | None
    credentials: tuple[str, ...]
    rows: tuple[CoverageRow, ...]
    levels: Mapping[tuple[str, str], Stage]

    @property
    def gaps(self) -> dict[How, tuple[str, ...]]:
        """For each of taught, practised, assessed: the codes that no credential covers so."""
        return {how: tuple(row.code for row in self.rows if not getattr(row, how)) for how in HOW}

    def strongest(self, competency_id: str, credential_id: str) -> How | None:
        """The strongest thing the credential does about the competency: assessed over practised over taught."""
        row = next((row for row in self.rows if row.competency_id == competency_id), None)
        if row is None:
            return None
        return next((how for how in reversed(HOW) if credential_id in getattr(row, how)), None)

    def to_frame(self) -> pd.DataFrame:
        """One row for each competency, credential and kind of coverage.

        Returns
        -------
        pandas.DataFrame
            Columns ``framework, competency_id, code, credential, how, level``, all text; competencies that nobody
            covers have no row (see `gaps`).
        """
        import pandas as pd

        columns = ["framework", "competency_id", "code", "credential", "how", "level"]
        records = [
            (self.framework, row.competency_id, row.code, one, how, self.levels[row.competency_id, one])
            for row in self.rows
            for how in HOW
            for one in getattr(row, how)
        ]
        return pd.DataFrame.from_records(records, columns=columns)

    def to_csv(self) -> str:
        """One line for each competency: ``code, statement, taught, practised, assessed, level, gaps``.

        Credentials are separated by semicolons. A cell that a spreadsheet would run as a formula gets an apostrophe.
        """
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["code", "statement", *HOW, "level", "gaps"])
        for row in self.rows:
            cells = [row.code, row.statement, *("; ".join(getattr(row, how)) for how in HOW)]
            writer.writerow([spreadsheet_safe(cell) for cell in (*cells, row.level or "", "; ".join(row.gaps))])
        return stream.getvalue()

    def to_dict(self) -> dict[str, Any]:
        """The coverage as plain JSON: ``programme, framework, profession, competencies, gaps, totals``."""
        return {
            "programme": self.programme,
            "framework": self.framework,
            "framework_title": self.framework_title,
            "profession": self.profession,
            "credentials": list(self.credentials),
            "competencies": [
                {
                    "id": row.competency_id,
                    "code": row.code,
                    "statement": row.statement,
                    "parent": row.parent_id,
                    **{how: list(getattr(row, how)) for how in HOW},
                    "level": row.level,
                    "gaps": list(row.gaps),
                }
                for row in self.rows
            ],
            "gaps": {how: list(codes) for how, codes in self.gaps.items()},
            "totals": {"competencies": len(self.rows)}
            | {how: sum(bool(getattr(row, how)) for row in self.rows) for how in HOW},
        }


def coverage(programme: Programme, framework: str, profession: str | None = None) -> Coverage:
    """Who teaches, practises and assesses each competency of a framework.

    Parameters
    ----------
    programme : Programme
        The programme; retired credentials do not count.
    framework : str
        Id of one of the programme's frameworks.
    profession : str, optional
        Count only credentials that learners of this profession may earn.

    Returns
    -------
    Coverage

    Raises
    ------
    UnknownNameError
        When the programme has no such framework or profession.

    Notes
    -----
    Linear in the number of alignments plus the number of competencies. An alignment to a competency that has parts
    (such as the whole of Communication) says nothing about a single part, so it covers none of them.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> result = coverage(example_programme(), "ipec-2023")
    >>> len(result.rows), result.rows[0].code
    (33, 'VE1')
    """
    if framework not in programme.frameworks:
        raise UnknownNameError(
            f"The programme does not name the framework `{framework}`.",
            mend=near_names(framework, programme.frameworks),
        )
    if profession is not None:
        programme.profession(profession)
    source = programme.frameworks[framework]
    counted = tuple(
        one.id
        for one in programme.credentials.values()
        if one.status != "retired" and (profession is None or programme.may_earn(one.id, profession))
    )
    done: dict[str, dict[How, dict[str, None]]] = {}
    levels: dict[tuple[str, str], Stage] = {}
    for reference in counted:
        for alignment in programme.credentials[reference].alignments:
            competency = source.find(alignment.competency) if alignment.framework == framework else None
            if competency is None:
                continue
            for how in alignment.how:
                done.setdefault(competency.id, {}).setdefault(how, {})[reference] = None
            key = (competency.id, reference)
            levels[key] = max(levels.get(key, alignment.level), alignment.level, key=_STAGES.index)
    rows = tuple(_row(source, leaf.id, done.get(leaf.id, {}), levels) for leaf in source.leaves)
    return Coverage(programme.id, source.id, source.title, profession, counted, rows, levels)


def coverage_change(before: Coverage, after: Coverage) -> dict[str, tuple[str, ...]]:
    """What an edit does to coverage.

    Returns
    -------
    dict
        Keys ``taught+``, ``taught-``, ``practised+`` and so on: codes that gained or lost their only such coverage.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> same = coverage(example_programme(), "ipec-2023")
    >>> any(coverage_change(same, same).values())
    False
    """
    change: dict[str, tuple[str, ...]] = {}
    for how in HOW:
        old, new = before.gaps[how], after.gaps[how]
        change[f"{how}+"] = tuple(code for code in old if code not in new)
        change[f"{how}-"] = tuple(code for code in new if code not in old)
    return change


def _row(
    source: Framework,
    competency_id: str,
    done: Mapping[How, Mapping[str, None]],
    levels: Mapping[tuple[str, str], Stage],
) -> CoverageRow:
    competency = source[competency_id]
    parent = source[competency.parent] if competency.parent else None
    reached = [levels[competency_id, one] for how in HOW for one in done.get(how, ())]
    return CoverageRow(
        competency_id=competency_id,
        code=competency.code or competency_id,
        statement=competency.statement or "",
        parent_id=competency.parent,
        parent_title=(parent.title or parent.statement or parent.code or parent.id) if parent else "",
        taught=tuple(done.get("taught", ())),
        practised=tuple(done.get("practised", ())),
        assessed=tuple(done.get("assessed", ())),
        level=max(reached, key=_STAGES.index, default=None),
    )
