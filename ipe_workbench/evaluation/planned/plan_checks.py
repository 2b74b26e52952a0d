"""What the evaluation plan names and the programme does not have: instruments, credentials, terms, criteria."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ipe_workbench.documents import Document, read_document
from ipe_workbench.errors import UnusableInputError, near_names
from ipe_workbench.evaluation.planned.analyses import Measure, PlannedAnalysis
from ipe_workbench.evaluation.planned.designs import StandardDesign
from ipe_workbench.findings import Finding, Place, Severity
from ipe_workbench.resources import data_folder

if TYPE_CHECKING:
    from ipe_workbench.credentials.programme import Programme
    from ipe_workbench.evaluation.plan import EvaluationPlan

__all__ = ["plan_findings"]

_ID = "plan-names-unknown"
_Step = str | int


def plan_findings(plan: EvaluationPlan, programme: Programme) -> tuple[Finding, ...]:
    """Findings about names in the planned analyses, each at its line.

    ``plan-names-unknown`` (error): an instrument, scale, frame, credential, criterion, award or term that does not
    exist. ``plan-version`` (warning): the plan wants
    another version than the programme or the instrument has. ``plan-file-missing`` (warning): the judgements of a panel
    are not there yet.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.evaluation import read_plan
    >>> programme = example_programme()
    >>> plan_findings(read_plan(programme.folder)[0], programme)
    ()
    """
    from ipe_workbench.evaluation.plan import plan_file

    if not any(claim.analyses for claim in plan.claims):
        return ()
    path = plan_file(programme.folder) if programme.folder is not None else None
    document = read_document(Path(path)) if path is not None else None
    look = _Look(programme, document)
    found: list[Finding] = []
    for number, claim in enumerate(plan.claims):
        for place, one in enumerate(claim.analyses):
            found += look.analysis(one, ("claims", number, "analyses", place))
    return tuple(found)


@dataclass(frozen=True)
class _Form:
    """What the check needs of an instrument. The whole model would load pandas, and the check is to be quick."""

    id: str
    version: str
    frames: tuple[str, ...]
    scales: tuple[str, ...]
    parallel_form: str | None


def _places(folder: Path | None) -> list[Path]:
    """Folders with instruments, the programme's own before ours."""
    own = [Path(folder) / "instruments"] if folder is not None else []
    return [*own, data_folder() / "instruments"]


def _known_forms(folder: Path | None) -> list[str]:
    return sorted({path.stem for place in _places(folder) for path in place.glob("*.yaml")})


def _read_form(id: str, folder: Path | None) -> _Form | None:
    """An instrument by its id: the file of that name, or in the programme's own folder one that says so inside."""
    for place in _places(folder):
        named = place / f"{id}.yaml"
        others = sorted(place.glob("*.yaml")) if folder is not None and place.parent == Path(folder) else []
        for path in [named, *others]:
            if not path.is_file():
                continue
            try:
                data = read_document(path).data
            except UnusableInputError:
                continue  # `ipe evaluate instruments` says what is wrong with it
            if isinstance(data, dict) and data.get("id") == id:
                total = ["total"] if data.get("total", True) else []
                return _Form(
                    id, str(data.get("version", "1")), tuple(map(str, data.get("frames", ("pre", "post")))),
                    (*total, *map(str, data.get("subscales", {}))), data.get("parallel_form"),
                )  # fmt: skip
    return None


class _Look:
    def __init__(self, programme: Programme, document: Document | None) -> None:
        self._programme, self._document = programme, document
        self._terms = {one.id for one in programme.info.terms}
        self._forms: dict[str, _Form | None] = {}

    def _form(self, id: str | None) -> _Form | None:
        """The key of an instrument, read when it is first named."""
        if id is None:
            return None
        if id not in self._forms:
            self._forms[id] = _read_form(id, self._programme.folder)
        return self._forms[id]

    def analysis(self, one: PlannedAnalysis, steps: tuple[_Step, ...]) -> Iterator[Finding]:
        """Everything that one analysis names and that is not there."""
        for field in ("measure", "against"):
            measure: Measure | None = getattr(one, field)
            if measure is not None:
                yield from self._measure(measure, (*steps, field), one.id)
        if one.standard is not None:
            yield from self._standard(one.standard, (*steps, "standard"), one.id)
        form = self._form(one.measure.instrument) if one.measure else None
        for place, point in enumerate(one.waves):
            here = (*steps, "waves", place)
            if point.term is not None and point.term not in self._terms:
                yield self._unknown("term", point.term, self._terms, (*here, "term"), one.id)
            if form is not None and point.frame is not None and not self._asks(form, point.frame):
                yield self._unknown(f"frame of {form.id}", point.frame, form.frames, (*here, "frame"), one.id)
        badges = {*self._programme.credentials, *self._programme.stacks}
        named = [(one.selected_by, "selected_by")] if one.selected_by else []
        named += [(award, "comparison") for award in (one.comparison.earned if one.comparison else ())]
        for award, field in named:
            if award not in badges:
                yield self._unknown("credential or stack", award, badges, (*steps, field), one.id)

    def _standard(self, design: StandardDesign, steps: tuple[_Step, ...], subject: str) -> Iterator[Finding]:
        if design.grade is not None:
            yield from self._measure(design.grade, (*steps, "grade"), subject)
        folder = self._programme.folder
        if design.judgements is not None and folder is not None and not (Path(folder) / design.judgements).is_file():
            message = f"There is no file `{design.judgements}` in the programme's folder."
            mend = "Save the judgements of the panel there, with columns judge, item, rating; until then no cut is set."
            yield self._finding("plan-file-missing", "warning", message, mend, (*steps, "judgements"), subject)

    def _asks(self, form: _Form, frame: str) -> bool:
        other = self._form(form.parallel_form)
        return frame in form.frames or (other is not None and frame in other.frames)

    def _measure(self, measure: Measure, steps: tuple[_Step, ...], subject: str) -> Iterator[Finding]:
        if measure.instrument is not None:
            form = self._form(measure.instrument)
            if form is None:
                yield self._unknown(
                    "instrument",
                    measure.instrument,
                    _known_forms(self._programme.folder),
                    (*steps, "instrument"),
                    subject,
                )
                return
            if measure.scale not in form.scales:
                yield self._unknown(f"scale of {form.id}", measure.scale, form.scales, (*steps, "scale"), subject)
            yield from self._version(measure, form.version, steps, subject)
            return
        if measure.award is not None:
            badges = {**self._programme.credentials, **self._programme.stacks}
            if measure.award not in badges:
                yield self._unknown("credential or stack", measure.award, badges, (*steps, "award"), subject)
            return
        if measure.rubric is None:
            return
        rated = {id: one for id, one in self._programme.credentials.items() if one.rubric is not None}
        design = rated.get(measure.rubric)
        if design is None or design.rubric is None:
            yield self._unknown("credential with a rubric", measure.rubric, rated, (*steps, "rubric"), subject)
            return
        rows = [one.id for one in design.rubric.criteria]
        if measure.criterion is not None and measure.criterion not in rows:
            yield self._unknown(f"row of the rubric of {design.id}", measure.criterion, rows,
                                (*steps, "criterion"), subject)  # fmt: skip
        yield from self._version(measure, design.version, steps, subject)

    def _version(self, measure: Measure, version: str, steps: tuple[_Step, ...], subject: str) -> Iterator[Finding]:
        if measure.version is not None and measure.version != version:
            message = f"The plan wants version {measure.version} of `{measure.id}`, which is {version} here."
            mend = "Keep the version that was planned, or change the plan and register it again."
            yield self._finding("plan-version", "warning", message, mend, (*steps, "version"), subject)

    def _unknown(self, what: str, name: str, known: Collection[str], steps: tuple[_Step, ...], subject: str) -> Finding:
        message = f"There is no {what} `{name}`."
        return self._finding(_ID, "error", message, near_names(name, known), steps, subject)

    def _finding(
        self, id: str, severity: Severity, message: str, mend: str, steps: tuple[_Step, ...], subject: str
    ) -> Finding:
        place = self._document.place(*steps) if self._document is not None else Place()
        return Finding(id, severity, message, mend, place, subject)
