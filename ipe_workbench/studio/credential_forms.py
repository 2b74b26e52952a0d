"""The designer's forms: identity, criteria, assessment, rubric and requirements of the selected credential."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any, get_args

import ipywidgets

from ipe_workbench.credentials.model import (
    Assessment,
    AssessmentMethod,
    Assessor,
    Level,
    MicroCredential,
    Stage,
)
from ipe_workbench.studio.components import AlertArea, BoundField, action, escaped, markup, stacked, wrapped
from ipe_workbench.studio.designer_model import DesignerModel
from ipe_workbench.studio.texts import mark

__all__ = [
    "AssessmentSection",
    "CriteriaSection",
    "IdentitySection",
    "RubricSection",
    "Section",
]


class Section(ipywidgets.VBox):  # type: ignore[misc]
    """One tab of the designer. `refresh` shows what the model has."""

    title = ""
    #: For what it is: credentials, stacks or both.
    kinds: tuple[str, ...] = ("credential",)

    def __init__(self, model: DesignerModel, alert: AlertArea) -> None:
        self.model, self.alert, self.texts = model, alert, alert.texts
        self.fields: dict[str, BoundField] = {}
        super().__init__(self.build())
        self.layout.overflow = "visible"

    def build(self) -> list[ipywidgets.Widget]:
        """The controls."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Bring the controls up to date."""
        for field in self.fields.values():
            field.refresh()

    def text(self, path: str, label: str, *, lines: int = 1, hint: str = "") -> BoundField:
        """A field for text; several `lines` make it a text area."""
        kind = ipywidgets.Text if lines == 1 else ipywidgets.Textarea
        options = {} if lines == 1 else {"rows": lines}
        control = kind(description=label, placeholder=hint, continuous_update=False, **options)
        return self._bound(path, control, read=lambda value: value or "", wide=lines > 1)

    def lines(self, path: str, label: str, *, rows: int = 4) -> BoundField:
        """A field for several texts, one a line."""
        control = ipywidgets.Textarea(description=label, rows=rows, continuous_update=False)
        return self._bound(path, control, read=lambda value: "\n".join(value or ()), write=_lines, wide=True)

    def number(self, path: str, label: str, *, step: float = 1, whole: bool = False) -> BoundField:
        """A field for a number that must be there."""
        kind = ipywidgets.IntText if whole else ipywidgets.FloatText
        return self._bound(path, kind(description=label, step=step, continuous_update=False))

    def optional_number(self, path: str, label: str, *, step: float = 1, whole: bool = False) -> BoundField:
        """A field for a number that may be absent, which 0 stands for."""
        kind = ipywidgets.IntText if whole else ipywidgets.FloatText
        control = kind(description=label, step=step, continuous_update=False)
        return self._bound(path, control, read=lambda value: value or 0, write=lambda value: value or None)

    def choice(self, path: str, label: str, options: Sequence[str]) -> BoundField:
        """A field for one of a closed set."""
        shown = [(self.texts(one or "not stated"), one) for one in options]
        return self._bound(path, ipywidgets.Dropdown(description=label, options=shown))

    def _bound(
        self,
        path: str,
        control: ipywidgets.Widget,
        *,
        read: Callable[[Any], Any] = lambda value: value,
        write: Callable[[Any], Any] = lambda value: value,
        wide: bool = False,
    ) -> BoundField:
        field = BoundField(self.model, path, control, self.alert, read=read, write=write)
        if wide:
            field.add_class("ipe-wide")
        self.fields[path] = field
        return field


class IdentitySection(Section):
    """What the credential is, for whom, what it is worth."""

    title = mark("Identity")

    def build(self) -> list[ipywidgets.Widget]:
        """Fields in the order in which one thinks of them."""
        texts = self.texts
        title = self.text("title", texts("Title"))
        title.add_class("ipe-wide")
        professions = [(one.title, one.id) for one in self.model.programme.info.professions]
        earners = ipywidgets.SelectMultiple(
            description=texts("Professions that may earn it (none chosen: all; Ctrl to choose several)"),
            options=professions,
            rows=min(len(professions), 8),
        )
        kept = tuple(id for _, id in professions)
        return [
            wrapped(
                [
                    title,
                    self.choice("type", texts("Type"), _options("type")),
                    self.choice("level", texts("Level"), get_args(Level)),
                    self.choice("stage", texts("Stage"), get_args(Stage)),
                    self.choice("status", texts("Status"), _options("status")),
                    self.number("hours", texts("Hours of the learner's effort"), step=0.5),
                    self.optional_number("ects", texts("ECTS credits (0: not stated)"), step=0.01),
                    self.optional_number("eqf_level", texts("EQF level (0: not stated)"), whole=True),
                    self.optional_number("validity_months", texts("Valid for months (0: no expiry)"), whole=True),
                    self.text("summary", texts("Summary"), lines=4),
                    self.lines("learning_outcomes", texts("Learning outcomes, one a line"), rows=5),
                    self.choice("participation", texts("Participation"), _options("participation")),
                    self.text("series", texts("Series")),
                    self.text("license", texts("Licence"), hint="CC-BY-4.0"),
                    self.text("language", texts("Language"), hint="en"),
                    self.text("version", texts("Version")),
                    self.text("owner", texts("Owner")),
                    self._date("review_date", texts("Next review (year-month-day)")),
                    self.text("renewal", texts("How it is renewed")),
                    self.text("revocation", texts("When it is revoked")),
                    self.choice("stackability", texts("Stackability"), _options("stackability")),
                    self.text("quality_assurance", texts("Quality assurance"), lines=3),
                    self.text("value.earner", texts("What it is worth to its earner"), lines=2),
                    self.text("value.issuer", texts("What it is worth to its issuer"), lines=2),
                    self.text("value.employer", texts("What it is worth to an employer"), lines=2),
                    self._bound(
                        "professions",
                        earners,
                        read=lambda value: tuple(one for one in value or () if one in kept),
                        write=list,
                        wide=True,
                    ),
                ]
            )
        ]

    def _date(self, path: str, label: str) -> BoundField:
        control = ipywidgets.Text(description=label, placeholder="2027-06-01", continuous_update=False)
        return self._bound(
            path,
            control,
            read=lambda value: value.isoformat() if isinstance(value, datetime.date) else "",
            write=lambda value: value.strip() or None,
        )


class CriteriaSection(Section):
    """What a learner must show."""

    title = mark("Criteria")

    def build(self) -> list[ipywidgets.Widget]:
        """Rows that follow the model, and a row to add one."""
        texts = self.texts
        self._ids: tuple[str, ...] | None = None
        self._rows = ipywidgets.VBox()
        self.new = stacked(ipywidgets.Textarea(description=texts("New criterion"), rows=2, continuous_update=False))
        self.add = action(texts("Add criterion"), self._add, self.alert)
        intro = markup(f"<p>{texts('A learner earns the credential by showing each of these.')}</p>")
        return [intro, self._rows, self.new, self.add]

    def refresh(self) -> None:
        """Make the rows anew only when there are others, so that the keyboard focus stays."""
        ids = tuple(one["id"] for one in self.model.value("criteria") or ())
        if ids != self._ids:
            self._ids, self.fields = ids, {}
            self._rows.children = [self._row(index, reference) for index, reference in enumerate(ids)]
        super().refresh()

    def _row(self, index: int, reference: str) -> ipywidgets.Widget:
        field = self.text(
            f"criteria[{index}].statement", self.texts("Criterion {n} ({id})", n=index + 1, id=reference), lines=2
        )
        field.add_class("ipe-grow")
        remove = action(
            self.texts("Remove {n}", n=index + 1), lambda: self.model.remove_criterion(reference), self.alert
        )
        remove.tooltip = self.texts("Remove criterion {n} ({id})", n=index + 1, id=reference)
        row = ipywidgets.Box([field, remove])
        row.add_class("ipe-row")
        return row

    def _add(self) -> None:
        if self.model.add_criterion(self.new.value):
            self.new.value = ""


class AssessmentSection(Section):
    """How it is decided that a learner has met the criteria."""

    title = mark("Assessment")

    def build(self) -> list[ipywidgets.Widget]:
        """The form, and a button that makes an assessment where there is none."""
        texts = self.texts
        methods = ipywidgets.SelectMultiple(
            description=texts("Methods (Ctrl to choose several)"),
            options=[(texts(one), one) for one in get_args(AssessmentMethod)],
            rows=8,
        )
        supervision = get_args(Assessment.model_fields["supervision"].annotation)
        pass_rules = get_args(Assessment.model_fields["pass_rule"].annotation)
        self.form = wrapped(
            [
                self._bound(
                    "assessment.methods", methods, read=lambda value: tuple(value or ()), write=list, wide=True
                ),
                self.choice("assessment.assessor", texts("Assessor"), get_args(Assessor)),
                self.choice("assessment.supervision", texts("Supervision"), supervision),
                self.number("assessment.pass_score", texts("Pass score (share of all points, 0 to 1)"), step=0.05),
                self.choice("assessment.pass_rule", texts("What passes"), pass_rules),
                self.number("assessment.attempts", texts("Attempts"), whole=True),
                self.number("assessment.retake_after_weeks", texts("Weeks before a retake"), whole=True),
                self.number("assessment.assessor_minutes", texts("Assessor's minutes an attempt")),
                self.number("assessment.double_rated", texts("Share rated twice (0 to 1)"), step=0.05),
                self.text("assessment.identity_check", texts("How identity is checked"), lines=2),
                self.text("assessment.description", texts("Description"), lines=4),
            ]
        )
        self.start = action(texts("Add an assessment"), self.model.start_assessment, self.alert)
        return [self.start, self.form]

    def refresh(self) -> None:
        """Show the form or the button."""
        there = self.model.value("assessment") is not None
        _show(self.form, there)
        _show(self.start, not there)
        if there:
            super().refresh()


class RubricSection(Section):
    """A descriptor for each row at each level."""

    title = mark("Rubric")

    def build(self) -> list[ipywidgets.Widget]:
        """The grid follows the model."""
        texts = self.texts
        self._shape: object = ()
        self.grid = ipywidgets.VBox()
        self.start = action(texts("Start a rubric from the criteria"), self.model.start_rubric, self.alert)
        self.new_row = stacked(ipywidgets.Text(description=texts("What a new row is about"), continuous_update=False))
        add = action(texts("Add row"), self._add_row, self.alert)
        self.adding = ipywidgets.Box([self.new_row, add])
        for one in ("ipe-bar", "ipe-bottom"):
            self.adding.add_class(one)
        return [self.start, self.grid, self.adding]

    def refresh(self) -> None:
        """Make the grid anew only when its rows or levels are others."""
        rubric = self.model.value("rubric")
        _show(self.start, rubric is None)
        _show(self.adding, rubric is not None)
        shape = rubric and (
            [(one["id"], one["title"]) for one in rubric["levels"]],
            [(one["id"], one["title"]) for one in rubric["criteria"]],
        )
        if shape != self._shape:
            self._shape, self.fields = shape, {}
            self.grid.children = self._grid(rubric) if rubric else ()
        super().refresh()

    def _grid(self, rubric: dict[str, Any]) -> list[ipywidgets.Widget]:
        levels = [(one["title"], one["id"]) for one in rubric["levels"]]
        texts = self.texts
        least = ipywidgets.Dropdown(description=texts("The least level that passes a row"), options=levels)
        seen = [(texts("yes"), True), (texts("no"), False)]
        public = ipywidgets.Dropdown(description=texts("Learners see it before they are assessed"), options=seen)
        top = wrapped([self._bound("rubric.pass_level", least), self._bound("rubric.public", public)])
        return [top, *(self._row(index, row, levels) for index, row in enumerate(rubric["criteria"]))]

    def _row(self, index: int, row: dict[str, Any], levels: list[tuple[str, str]]) -> ipywidgets.Widget:
        cells = []
        for title, level in levels:
            cell = self.text(f"rubric.criteria[{index}].descriptors.{level}", title, lines=6)
            cell.control.tooltip = f"{row['title']}: {title}"
            cell.remove_class("ipe-wide")
            cells.append(cell)
        weight = self.number(f"rubric.criteria[{index}].weight", self.texts("Weight"), step=0.5)
        weight.control.tooltip = f"{row['title']}: {self.texts('weight')}"
        weight.layout.width = "120px"
        remove = action(
            self.texts("Remove row"), lambda: self.model.remove_part("rubric.criteria", row["id"]), self.alert
        )
        remove.tooltip = self.texts("Remove the row {title}", title=row["title"])
        last = ipywidgets.Box([weight, remove])
        for one in ("ipe-bar", "ipe-bottom"):
            last.add_class(one)
        card = ipywidgets.VBox([markup(f"<h3>{escaped(row['title'])}</h3>"), wrapped(cells), last])
        card.add_class("ipe-card")
        return card

    def _add_row(self) -> None:
        if self.model.add_rubric_row(self.new_row.value):
            self.new_row.value = ""


def _options(name: str) -> tuple[str, ...]:
    return get_args(MicroCredential.model_fields[name].annotation)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _show(widget: ipywidgets.Widget, wanted: bool) -> None:
    widget.layout.display = None if wanted else "none"
