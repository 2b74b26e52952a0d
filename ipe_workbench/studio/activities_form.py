"""The designer's forms of what learners do and what is kept of it: activities by term, evidence by kind."""

from __future__ import annotations

from typing import Any, get_args

import ipywidgets

from ipe_workbench.credentials.model import Activity, Evidence
from ipe_workbench.studio.components import action, escaped, markup, stacked, wrapped
from ipe_workbench.studio.credential_forms import Section

__all__ = ["ActivitiesSection", "EvidenceSection"]


class _Rows(Section):
    """Rows that follow a list of the credential, with a button to remove each."""

    field = ""
    word = ""

    def build(self) -> list[ipywidgets.Widget]:
        """The rows, and below them what adds one."""
        self._shown: object = None
        self.rows = ipywidgets.VBox()
        return [self.rows, *self.adding()]

    def refresh(self) -> None:
        """Make the rows anew only when there are others, so that the keyboard focus stays."""
        ids = tuple(one["id"] for one in self.model.value(self.field) or ())
        if (self.model.selected, ids) != self._shown:
            self._shown, self.fields = (self.model.selected, ids), {}
            self.rows.children = [self._row(index, reference) for index, reference in enumerate(ids)]
        super().refresh()

    def adding(self) -> list[ipywidgets.Widget]:
        """The controls that add a row."""
        raise NotImplementedError

    def controls(self, at: str, number: int) -> list[ipywidgets.Widget]:
        """The fields of a row; `at` begins their paths, and `number` tells rows apart in their labels."""
        raise NotImplementedError

    def _row(self, index: int, reference: str) -> ipywidgets.Widget:
        label = f"Remove {self.word} {index + 1}"
        remove = action(label, lambda: self.model.remove_part(self.field, reference), self.alert)
        fields = wrapped(self.controls(f"{self.field}[{index}]", index + 1))
        title = markup(f"<h3>{self.word.capitalize()} {index + 1} <code>{escaped(reference)}</code></h3>")
        card = ipywidgets.VBox([title, fields, remove])
        card.add_class("ipe-card")
        return card


class ActivitiesSection(_Rows):
    """Where learners practise."""

    title = "Activities"
    field = "activities"
    word = "activity"

    def adding(self) -> list[ipywidgets.Widget]:
        """A title, and the term from which the rest follows."""
        terms = [(one.title, one.id) for one in self.model.programme.info.terms]
        self.new_title = stacked(ipywidgets.Text(description="Title of a new activity", continuous_update=False))
        self.new_term = stacked(ipywidgets.Dropdown(description="Its term", options=terms))
        self.add = action("Add activity", self._add, self.alert)
        line = ipywidgets.Box([self.new_title, self.new_term, self.add])
        for one in ("ipe-bar", "ipe-bottom"):
            line.add_class(one)
        return [line]

    def controls(self, at: str, number: int) -> list[ipywidgets.Widget]:
        """What, when, how long, with whom."""
        terms = [one.id for one in self.model.programme.info.terms]
        title = self.text(f"{at}.title", f"Title of activity {number}")
        title.add_class("ipe-wide")
        return [
            title,
            self.choice(f"{at}.kind", f"Kind of activity {number}", _options(Activity, "kind")),
            self.choice(f"{at}.term", f"Term of activity {number}", terms),
            self.number(f"{at}.hours", f"Contact hours of activity {number}", step=0.5),
            self.number(f"{at}.preparation_hours", f"Preparation hours of activity {number}", step=0.5),
            self._weeks(f"{at}.weeks", number),
            self.choice(f"{at}.delivery", f"Delivery of activity {number}", _options(Activity, "delivery")),
            self.number(f"{at}.min_professions", f"Least professions of activity {number}", whole=True),
        ]

    def _weeks(self, path: str, number: int) -> ipywidgets.Widget:
        control = ipywidgets.Text(
            description=f"Weeks of the term of activity {number} (2, 4; empty: evenly spread)", continuous_update=False
        )
        return self._bound(
            path,
            control,
            read=lambda weeks: ", ".join(map(str, weeks or ())),
            write=lambda text: [part.strip() for part in text.split(",") if part.strip()],
        )

    def _add(self) -> None:
        if self.model.add_activity(self.new_title.value, self.new_term.value):
            self.new_title.value = ""


class EvidenceSection(_Rows):
    """What is kept to show that the credential was earned."""

    title = "Evidence"
    field = "evidence"
    word = "evidence"

    def adding(self) -> list[ipywidgets.Widget]:
        """The kind of a further piece."""
        self.new_kind = stacked(ipywidgets.Dropdown(description="New evidence", options=_options(Evidence, "kind")))
        self.add = action("Add evidence", lambda: self.model.add_evidence(self.new_kind.value), self.alert)
        line = ipywidgets.Box([self.new_kind, self.add])
        for one in ("ipe-bar", "ipe-bottom"):
            line.add_class(one)
        return [line]

    def controls(self, at: str, number: int) -> list[ipywidgets.Widget]:
        """What, where, how long."""
        return [
            self.choice(f"{at}.kind", f"Kind of evidence {number}", _options(Evidence, "kind")),
            self.text(f"{at}.kept_in", f"Where evidence {number} is kept"),
            self.optional_number(
                f"{at}.retention_months", f"Months that evidence {number} is kept (0: not stated)", whole=True
            ),
            self.text(f"{at}.description", f"What evidence {number} shows", lines=2),
        ]


def _options(model: Any, name: str) -> tuple[str, ...]:
    return get_args(model.model_fields[name].annotation)
