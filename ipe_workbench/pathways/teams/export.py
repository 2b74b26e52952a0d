"""Teams as files for the timetable office: a row a learner, by id; no scores, and names only when asked for."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ipe_workbench.documents import safe_cell, write_atomically
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.pathways.teams.plan import TeamPlan
from ipe_workbench.pathways.teams.roster import Roster

if TYPE_CHECKING:
    from xlsxwriter import Workbook

__all__ = ["check_team_target", "teams_csv", "teams_xlsx", "write_teams"]

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FILES = ("teams.csv", "teams.xlsx", "teams.json")


def teams_csv(plan: TeamPlan, roster: Roster, *, names: bool = False) -> str:
    """One row a learner: team, slot, room, learner, profession; with `names` the name, after a late change the change.

    Cells that a spreadsheet would run as formulas are written as text; `read_teams` reads them back.
    """
    stream = io.StringIO()
    rows = _rows(plan, roster, names=names)
    csv.writer(stream, lineterminator="\n").writerows([safe_cell(str(cell)) for cell in row] for row in rows)
    return stream.getvalue()


def teams_xlsx(plan: TeamPlan, roster: Roster, *, names: bool = False) -> bytes:
    """A workbook with the sheets Learners (as `teams_csv`), Teams (a row a team) and Quality."""
    from xlsxwriter import Workbook

    stream = io.BytesIO()
    with Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"title": "Interprofessional teams", "author": "IPE Workbench"})
        _fill(book, "Learners", _rows(plan, roster, names=names))
        _fill(book, "Teams", _by_team(plan, roster))
        _fill(book, "Quality", _figures(plan))
    return stream.getvalue()


def check_team_target(path: Path, *, replace: bool = False) -> None:
    """Refuse a target that cannot be written, before any work is done.

    Raises
    ------
    UnusableInputError
        When the ending is unknown, or a file is there and may not be replaced.
    """
    if path.suffix.lower() not in ("", ".csv", ".xlsx") and not path.is_dir():
        raise UnusableInputError(
            f"Teams cannot be written as `{path.suffix}`.",
            place=str(path),
            mend="End with .csv or .xlsx, or name a folder.",
        )
    for one in _targets(path):
        if one.exists() and not replace:
            raise UnusableInputError("The file exists.", place=str(one), mend="Choose another, or add --force.")
        if any(parent.is_file() for parent in one.parents):
            raise UnusableInputError("A file stands where the folder should be.", place=str(one.parent))


def write_teams(
    plan: TeamPlan, roster: Roster, path: Path, *, names: bool = False, replace: bool = False
) -> tuple[Path, ...]:
    """Write teams to a ``.csv`` or ``.xlsx`` file, or both and ``teams.json`` into a folder; gives what was written.

    Raises
    ------
    UnusableInputError
        As `check_team_target` does.
    """
    import json

    check_team_target(path, replace=replace)
    written = _targets(path)
    for one in written:
        match one.suffix.lower():
            case ".csv":
                write_atomically(one, teams_csv(plan, roster, names=names))
            case ".xlsx":
                write_atomically(one, teams_xlsx(plan, roster, names=names))
            case _:
                write_atomically(one, json.dumps(plan.to_dict(), ensure_ascii=False, indent=2) + "\n")
    return written


def _targets(path: Path) -> tuple[Path, ...]:
    if path.suffix.lower() in (".csv", ".xlsx") and not path.is_dir():
        return (path,)
    return tuple(path / name for name in _FILES)


_Cells = list[list[str | int | float]]


def _rows(plan: TeamPlan, roster: Roster, *, names: bool) -> _Cells:
    person = {one.id: one for one in roster.learners}
    changes = _changes(plan)
    head: list[str | int | float] = ["team", "slot", "room", "learner", "profession"]
    rows: _Cells = [head + ["name"] * names + ["change"] * (plan.moves is not None)]
    for team in plan.teams:
        for one in team.learners:
            row: list[str | int | float] = [team.id, team.slot, team.room, one, person[one].profession]
            row += [person[one].name] * names
            rows.append(row + [changes.get(one, "")] * (plan.moves is not None))
    return rows


def _changes(plan: TeamPlan) -> Mapping[str, str]:
    if plan.moves is None:
        return {}
    found = dict.fromkeys(plan.moves.moved, "new time")
    return found | dict.fromkeys(plan.moves.changed, "new team") | dict.fromkeys(plan.moves.added, "joined")


def _by_team(plan: TeamPlan, roster: Roster) -> _Cells:
    profession = {one.id: one.profession for one in roster.learners}
    kinds = list(dict.fromkeys(one.profession for one in roster.learners))
    rows: _Cells = [["team", "slot", "room", "size", "professions", *kinds]]
    for team in plan.teams:
        heads = Counter(profession[one] for one in team.learners)
        counts = [heads[kind] for kind in kinds]
        rows.append([team.id, team.slot, team.room, len(team.learners), len(heads), *counts])
    return rows


def _figures(plan: TeamPlan) -> _Cells:
    quality = plan.quality
    rows: _Cells = [["figure", "value", "bound", "proven"]]
    rows += [[aim.title, round(aim.value, 6), round(aim.bound, 6), "yes" if aim.proven else "no"] for aim in plan.aims]
    rows += [
        ["Learners", quality.learners],
        ["Teams", quality.teams],
        ["Mix index: share of pairs of team-mates of different professions", round(quality.mix_index, 4)],
        ["Blau's index, mean over teams", round(quality.blau, 4)],
        ["Pairs of last term's team-mates", quality.repeats],
    ]
    if quality.spread is not None and quality.range is not None:
        rows += [
            ["Standard deviation of team means", round(quality.spread, 4)],
            ["Highest less lowest team mean", round(quality.range, 4)],
        ]
    return rows


def _fill(book: Workbook, name: str, rows: Sequence[Sequence[str | int | float]]) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    bold = book.add_format({"bold": True})
    for column, cell in enumerate(rows[0]):
        longest = max(len(str(row[column])) for row in rows if column < len(row))
        sheet.set_column(column, column, min(70, max(8, longest + 2)))
        sheet.write_string(0, column, str(cell), bold)
    for number, row in enumerate(rows[1:], start=1):
        for column, value in enumerate(row):
            if isinstance(value, int | float):
                sheet.write_number(number, column, value)
            elif text := _ILLEGAL.sub("", safe_cell(value))[:32_767]:
                # As text, never as a formula or a link, whatever it begins with.
                sheet.write_string(number, column, text)
    if len(rows) > 1:
        sheet.autofilter(0, 0, len(rows) - 1, len(rows[0]) - 1)
