"""The page of each role, made for its visitor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from ipe_workbench.studio.dashboards.identity import Role, Visitor
from ipe_workbench.studio.dashboards.opening import Page, Sources
from ipe_workbench.studio.dashboards.pieces import page_top
from ipe_workbench.studio.dashboards.texts import Texts

__all__ = ["make_page", "warm"]


def make_page(visitor: Visitor, sources: Sources, texts: Texts) -> Page:
    """The page of a visitor.

    Raises
    ------
    UnknownNameError
        When the records do not know the person.
    """
    return _PAGES[visitor.role](visitor, sources, texts)


def warm(role: Role, sources: Sources) -> None:
    """Do once, before anybody visits, what every page of the role does first."""
    _WARMERS[role](sources)


def _learner(visitor: Visitor, sources: Sources, texts: Texts) -> Page:
    from ipe_workbench.studio.dashboards.learner_model import LearnerModel
    from ipe_workbench.studio.dashboards.learner_page import LearnerPage, learner_top
    from ipe_workbench.studio.dashboards.own_records import read_learner
    from ipe_workbench.studio.dashboards.signed import signed_badges

    records = read_learner(sources.records, sources.programme, visitor.id, sources.day)
    model = LearnerModel(sources.programme, records, sources.day)

    def body() -> ipywidgets.Widget:
        counted = frozenset((one.id, one.on.isoformat()) for one in model.valid)
        signed = signed_badges(sources.badges, visitor.id, counted) if sources.badges is not None else ()
        return LearnerPage(model, texts, signed=signed)

    return Page(learner_top(model, texts), body)


def _warm_learner(sources: Sources) -> None:
    from ipe_workbench.credentials import Facts
    from ipe_workbench.studio.dashboards.learner_model import LearnerModel
    from ipe_workbench.studio.dashboards.learner_page import LearnerPage
    from ipe_workbench.studio.dashboards.own_records import LearnerRecords

    # A page for nobody: it loads the planner, the fonts and the catalogues.
    nobody = LearnerRecords("", "", "", None, Facts(), (), (), 0.0)
    page: ipywidgets.Widget = LearnerPage(LearnerModel(sources.programme, nobody, sources.day), Texts("es"))
    page.close_all()


def _faculty(visitor: Visitor, sources: Sources, texts: Texts) -> Page:
    from ipe_workbench.studio.dashboards.faculty_model import FacultyModel
    from ipe_workbench.studio.dashboards.faculty_page import FacultyPage, faculty_top

    model = FacultyModel(
        sources.records, sources.programme, visitor.id, sources.day, _kept("faculty", _feedback_of_all, sources)
    )
    return Page(faculty_top(model, texts), lambda: FacultyPage(model, texts))


def _warm_faculty(sources: Sources) -> None:
    _warm_learner(sources)
    _kept("faculty", _feedback_of_all, sources)


def _feedback_of_all(sources: Sources) -> Any:
    from ipe_workbench.evaluation.feedback import faculty_feedback

    return faculty_feedback(sources.programme, sources.records, on=sources.day)


def _programme(visitor: Visitor, sources: Sources, texts: Texts) -> Page:
    from ipe_workbench.studio.dashboards.programme_page import ProgrammePage, programme_top

    model = _kept("programme", _programme_model, sources)
    return Page(programme_top(model, texts), lambda: ProgrammePage(model, texts))


def _warm_programme(sources: Sources) -> None:
    from ipe_workbench.studio.dashboards.programme_page import ProgrammePage, programme_top

    model = _kept("programme", _programme_model, sources)
    programme_top(model, Texts("es"))
    ProgrammePage(model, Texts("es")).close_all()


def _programme_model(sources: Sources) -> Any:
    from ipe_workbench.studio.dashboards.programme_model import ProgrammeModel

    return ProgrammeModel(sources.records, sources.programme, sources.day)


def _kept(what: str, make: Callable[[Sources], Any], sources: Sources) -> Any:
    """What is made of the records as they are: the one from before somebody visited, unless they have changed since."""
    state = sources.records.place, sources.day, tuple(sources.records.counts().items())
    if _latest.get(what, (None,))[0] != state:
        _latest[what] = state, make(sources)
    return _latest[what][1]


def _designer(_: Visitor, sources: Sources, texts: Texts) -> Page:
    from ipe_workbench.studio.designer import Designer

    # The files are read when somebody comes: they may have changed since the kernel began to wait.
    top = page_top(texts, texts("Designer"), texts("Save writes to the files of the programme."))
    return Page(top, lambda: Designer(sources.programme.folder or sources.programme, language=texts.language))


def _warm_designer(sources: Sources) -> None:
    from ipe_workbench.studio.designer import Designer

    Designer(sources.programme).close_all()


def _simulator(_: Visitor, sources: Sources, texts: Texts) -> Page:
    from ipe_workbench.studio.simulator import Simulator

    top = page_top(texts, texts("Simulator"), texts("Everything on this page is simulated."))
    return Page(top, lambda: Simulator(sources.programme, language=texts.language))


def _warm_simulator(sources: Sources) -> None:
    from ipe_workbench.studio.simulator import Simulator

    # It compiles the kernel, too, where no compiled copy is kept yet.
    Simulator(sources.programme, replicates=2).close_all()


_latest: dict[str, tuple[Any, Any]] = {}
_PAGES = {
    "learner": _learner,
    "faculty": _faculty,
    "programme": _programme,
    "designer": _designer,
    "simulator": _simulator,
}
_WARMERS = {
    "learner": _warm_learner,
    "faculty": _warm_faculty,
    "programme": _warm_programme,
    "designer": _warm_designer,
    "simulator": _warm_simulator,
}
