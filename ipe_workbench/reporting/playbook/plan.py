"""A playbook with dates, people and the figures of a programme."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ipe_workbench.reporting.html import Html, element, join, listing, notice, table
from ipe_workbench.reporting.playbook.file import Playbook, PlaybookWeek
from ipe_workbench.reporting.sections.wording import day
from ipe_workbench.reporting.standalone import standalone_page
from ipe_workbench.reporting.tables import csv_text

__all__ = ["ImplementationPlan", "implementation_plan"]

_COLUMNS = ["week", "starts", "ends", "goal", "kind", "what", "who", "with", "done"]


@dataclass(frozen=True)
class ImplementationPlan:
    """What to do in which week.

    Parameters
    ----------
    title : str
        Of the playbook.
    programme : str
        Title of the programme.
    starts : datetime.date
        First day of the first week.
    playbook : Playbook
        The weeks.
    people : mapping of str to str
        Who answers for each role.
    figures : mapping of str to str
        What stands for the names in braces.
    """

    title: str
    programme: str
    starts: datetime.date
    playbook: Playbook
    people: Mapping[str, str]
    figures: Mapping[str, str]

    @property
    def frame(self) -> pd.DataFrame:
        """One row a task or decision: ``week, starts, ends, goal, kind, what, who, with, done`` (empty)."""
        rows = []
        for at, week in enumerate(self.playbook.weeks):
            first, last = self.days(at)
            head = [at + 1, first, last, week.goal]
            rows += [[*head, "task", self.said(one.what), self.people[one.who], one.tool, ""] for one in week.tasks]
            if week.decision:
                rows.append([*head, "decision", week.decision, self.people[next(iter(self.people))], "", ""])
        return pd.DataFrame(rows, columns=_COLUMNS)

    def days(self, week: int) -> tuple[datetime.date, datetime.date]:
        """First and last day of a week, counted from 0."""
        first = self.starts + datetime.timedelta(weeks=week)
        return first, first + datetime.timedelta(days=6)

    def said(self, text: str) -> str:
        """A sentence of the playbook with the figures of the programme."""
        return re.sub(r"\{([^{}]*)\}", lambda one: self.figures[one.group(1)], text)

    def to_csv(self) -> str:
        """The rows of `frame` as CSV, for a spreadsheet or a tracker."""
        return csv_text(_COLUMNS, self.frame.itertuples(index=False, name=None))

    def to_html(self) -> str:
        """A page that needs nothing else and prints on A4."""
        head = [element("p", f"{self.programme} · from {day(self.starts)}", class_="kicker"), element("h1", self.title)]
        return standalone_page(self.title, join([*head, self.sections()]))

    def sections(self) -> Html:
        """The weeks as markup, for a notebook."""
        words = (
            "Shares and hours that say so are simulated: they are assumptions at work, not a forecast of your cohort."
        )
        parts: list[object] = [notice(words), element("h2", "Who answers for what")]
        named = {role: who for role, who in self.people.items() if who != self.playbook.roles[role]}
        parts.append(
            listing(f"{words}: {named.get(role, '(to be named)')}" for role, words in self.playbook.roles.items())
        )
        for at, week in enumerate(self.playbook.weeks):
            parts.append(self._week(at, week))
        return join(parts)

    def _repr_html_(self) -> str:
        return self.sections().markup

    def _week(self, at: int, week: PlaybookWeek) -> Html:
        first, last = self.days(at)
        rows = [[self.said(one.what), self.people[one.who], one.tool] for one in week.tasks]
        parts: list[object] = [
            element("h2", f"Week {at + 1}: {week.goal}"),
            element("p", f"{day(first)} to {day(last)}"),
            table(f"What to do in week {at + 1}", ["What", "Who", "With"], rows),
        ]
        if week.decision:
            parts.append(element("p", element("strong", "To decide: "), week.decision))
        return join(parts)


def implementation_plan(
    playbook: Playbook,
    figures: Mapping[str, str],
    *,
    programme: str,
    starts: datetime.date,
    people: Mapping[str, str] | None = None,
) -> ImplementationPlan:
    """The plan of a playbook for one programme.

    Parameters
    ----------
    playbook : Playbook
        From `read_playbook`.
    figures : mapping of str to str
        From `playbook_figures`.
    programme : str
        Title of the programme.
    starts : datetime.date
        First day of the first week.
    people : mapping of str to str, optional
        Who answers for a role, by the role's id; the role's own words otherwise.

    Examples
    --------
    >>> from ipe_workbench.reporting.playbook import read_playbook
    >>> from ipe_workbench.reporting.playbook.file import FIGURES
    >>> figures = dict.fromkeys(FIGURES, "some")
    >>> plan = implementation_plan(read_playbook(), figures, programme="Ours", starts=datetime.date(2027, 1, 11))
    >>> plan.days(11)
    (datetime.date(2027, 3, 29), datetime.date(2027, 4, 4))
    """
    named = {role: (people or {}).get(role, words) for role, words in playbook.roles.items()}
    return ImplementationPlan(playbook.title, programme, starts, playbook, named, figures)
