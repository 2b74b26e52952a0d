"""The designer's forms of what learners do and what is kept of it: activities by term, evidence by kind."""

from __future__ import annotations

from typing import Any, get_args

import ipywidgets

from ipe_workbench.credentials.model import Activity, Evidence
from ipe_workbench.studio.components import action, escaped, markup, stacked, wrapped
from ipe_workbench.studio.credential_forms import Section
from ipe_workbench.studio.texts import mark

__all__ = ["ActivitiesSection", "EvidenceSection"]


class _Rows(Section):
    """Rows that follow a list of the credential, with a button to remove each."""

    field = ""
    #: The heading of a row, and the button that removes it.
    heading, removing = "", ""

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
        remove = action(
            self.texts(self.removing, n=index + 1), lambda: self.model.remove_part(self.field, reference), self.alert
        )
        fields = wrapped(self.controls(f"{self.field}[{index}]", index + 1))
        title = markup(f"<h3>{self.texts(self.heading, n=index + 1)} <code>{escaped(reference)}</code></h3>")
        card = ipywidgets.VBox([title, fields, remove])
        card.add_class("ipe-card")
        return card


class ActivitiesSection(_Rows):
    """Where learners practise."""

    title = mark("Activities")
    field = "activities"
    heading, removing = mark("Activity {n}"), mark("Remove activity {n}")

    def adding(self) -> list[ipywidgets.Widget]:
        """A title, and the term from which the rest follows."""
        texts, terms = self.texts, [(one.title, one.id) for one in self.model.programme.info.terms]
        self.new_title = stacked(ipywidgets.Text(description=texts("Title of a new activity"), continuous_update=False))
        self.new_term = stacked(ipywidgets.Dropdown(description=texts("Its term"), options=terms))
        self.add = action(texts("Add activity"), self._add, self.alert)
        line = ipywidgets.Box([self.new_title, self.new_term, self.add])
        for one in ("ipe-bar", "ipe-bottom"):
            line.add_class(one)
        return [line]

    def controls(self, at: str, number: int) -> list[ipywidgets.Widget]:
        """What, when, how long, with whom."""
        texts, terms = self.texts, [one.id for one in self.model.programme.info.terms]
        title = self.text(f"{at}.title", texts("Title of activity {n}", n=number))
        title.add_class("ipe-wide")
        return [
            title,
            self.choice(f"{at}.kind", texts("Kind of activity {n}", n=number), _options(Activity, "kind")),
            self.choice(f"{at}.term", texts("Term of activity {n}", n=number), terms),
            self.number(f"{at}.hours", texts("Contact hours of activity {n}", n=number), step=0.5),
            self.number(f"{at}.preparation_hours", texts("Preparation hours of activity {n}", n=number), step=0.5),
            self._weeks(f"{at}.weeks", number),
            self.choice(f"{at}.delivery", texts("Delivery of activity {n}", n=number), _options(Activity, "delivery")),
            self.number(f"{at}.min_professions", texts("Least professions of activity {n}", n=number), whole=True),
        ]

    def _weeks(self, path: str, number: int) -> ipywidgets.Widget:
        control = ipywidgets.Text(
            description=self.texts("Weeks of the term of activity {n} (2, 4; empty: evenly spread)", n=number),
            continuous_update=False,
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

    title = mark("Evidence")
    field = "evidence"
    heading, removing = mark("Evidence {n}"), mark("Remove evidence {n}")

    def adding(self) -> list[ipywidgets.Widget]:
        """The kind of a further piece."""
        texts = self.texts
        self.new_kind = stacked(
            ipywidgets.Dropdown(
                description=texts("New evidence"), options=[(texts(one), one) for one in _options(Evidence, "kind")]
            )
        )
        self.add = action(texts("Add evidence"), lambda: self.model.add_evidence(self.new_kind.value), self.alert)
        line = ipywidgets.Box([self.new_kind, self.add])
        for one in ("ipe-bar", "ipe-bottom"):
            line.add_class(one)
        return [line]

    def controls(self, at: str, number: int) -> list[ipywidgets.Widget]:
        """What, where, how long."""
        texts = self.texts
        return [
            self.choice(f"{at}.kind", texts("Kind of evidence {n}", n=number), _options(Evidence, "kind")),
            self.text(f"{at}.kept_in", texts("Where evidence {n} is kept", n=number)),
            self.optional_number(
                f"{at}.retention_months",
                texts("Months that evidence {n} is kept (0: not stated)", n=number),
                whole=True,
            ),
            self.text(f"{at}.description", texts("What evidence {n} shows", n=number), lines=2),
        ]


def _options(model: Any, name: str) -> tuple[str, ...]:
    return get_args(model.model_fields[name].annotation)
