"""The programme's page: true counts of large groups, nothing about small ones."""

from __future__ import annotations

import datetime
import re
import sqlite3
from pathlib import Path

import pytest
import traitlets
from sqlalchemy import insert

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.records import Store, make_store, open_store
from ipe_workbench.records.privacy import TOTAL, Release, attack
from ipe_workbench.records.tables import table
from ipe_workbench.studio.dashboards.cohort import together
from ipe_workbench.studio.dashboards.identity import Visitor
from ipe_workbench.studio.dashboards.opening import Sources, page_for
from ipe_workbench.studio.dashboards.programme_model import ProgrammeModel
from ipe_workbench.studio.dashboards.programme_page import ProgrammePage, programme_top
from ipe_workbench.studio.dashboards.texts import Texts
from tests.studio.dashboards.campus import DAY, make_campus

EN = Texts("en")


@pytest.fixture(scope="module")
def model(store: Store, programme: Programme) -> ProgrammeModel:
    return ProgrammeModel(store, programme, DAY)


def held(campus: str, credential: str, *professions: str) -> int:
    """How many have earned a badge, asked in other words."""
    with sqlite3.connect(campus) as connection:
        rows = connection.execute(
            "SELECT DISTINCT e.study_programme_id, a.learner_id FROM awards a JOIN enrolments e USING (learner_id) "
            "WHERE a.credential = ? AND a.id NOT IN (SELECT award_id FROM award_events WHERE event = 'revoked')",
            (credential,),
        ).fetchall()
    return sum(profession in professions for profession, _ in rows)


def test_what_is_shown_is_true(model: ProgrammeModel, campus: str) -> None:
    shown = 0
    for group, professions in model._cohort.groups.items():
        for badge, one in zip(model.badges, model.attained(group), strict=True):
            if one.count is not None:
                assert one.count == held(campus, badge, *professions)
                shown += 1
    assert shown > 5


def test_no_number_of_the_page_is_small_on_either_side(model: ProgrammeModel) -> None:
    numbers = [*model.attained(), *model.by_profession(), *model.gained()]
    for group in ("", *model.professions):
        numbers += model.attained(group) + [one.shown for one in model.competencies(group)]
    numbers += [one for values in model.over_time().values() for one in values]
    numbers += [one for values in model.by_trait().values() for one in values]
    known = [one for one in numbers if one.count is not None and one.of is not None]
    assert len(known) > 50
    for one in known:
        # Nought means that no learner of the programme has it, such as a badge that was not offered yet.
        assert one.count == 0 or one.count >= 10
        assert one.count == 0 or one.of - one.count >= 10 or one.count == one.of == model.size()


def test_small_professions_are_counted_together(model: ProgrammeModel) -> None:
    assert sorted(model.professions.values()) == ["Medicine", "Nursing", "Pharmacy + Anesthesiologist assistant"]
    assert model.size() == 124
    assert sum(model.size(one) for one in model.professions) == 124


@pytest.mark.parametrize(
    ("sizes", "groups"),
    [
        ({"a": 30, "b": 12}, {"a": ("a",), "b": ("b",)}),
        ({"a": 30, "b": 9, "c": 3}, {"a": ("a",), "b+c": ("b", "c")}),
        ({"a": 30, "b": 5, "c": 3}, {"a+b+c": ("a", "b", "c")}),
        ({"a": 40, "b": 5, "c": 20}, {"a": ("a",), "b+c": ("b", "c")}),
        ({"a": 4}, {"a": ("a",)}),
        ({}, {}),
    ],
)
def test_groups_have_ten_learners_where_there_are_so_many(
    sizes: dict[str, int], groups: dict[str, tuple[str, ...]]
) -> None:
    assert together(["a", "b", "c"], sizes) == groups


def test_an_attacker_who_adds_and_subtracts_learns_no_small_number(store: Store, model: ProgrammeModel) -> None:
    from ipe_workbench.studio.dashboards import programme_model

    caught: list[Release] = []
    real = programme_model.suppress

    def spy(*args: object, **how: object) -> Release:
        caught.append(real(*args, **how))
        return caught[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(programme_model, "suppress", spy)
        fresh = ProgrammeModel(store, model.programme, DAY)
        assert fresh.released.hidden == model.released.hidden > 0
    (release,) = caught
    found = attack(release)
    assert len(found) >= fresh.released.hidden
    assert not found["recovered"].any(), found[found["recovered"]]


def test_what_cannot_be_chosen_is_refused(model: ProgrammeModel) -> None:
    for trait, value in (("profession", "dentistry"), ("badge", "x"), ("badge", "")):
        before = getattr(model, trait)
        with pytest.raises((UnknownNameError, traitlets.TraitError)):
            setattr(model, trait, value)
        assert getattr(model, trait) == before


def test_terms_are_compared_over_as_many_days(model: ProgrammeModel, campus: str) -> None:
    found = model.comparison
    start = {one.id: one.start for one in model.programme.info.terms}
    assert found.days == (DAY - start["2027-spring"]).days + 1
    end = start["2026-fall"] + datetime.timedelta(days=found.days - 1)
    with sqlite3.connect(campus) as connection:
        (awards,) = connection.execute(
            'SELECT count(*) FROM awards WHERE "on" BETWEEN ? AND ? '
            "AND id NOT IN (SELECT award_id FROM award_events WHERE event = 'revoked')",
            (start["2026-fall"].isoformat(), end.isoformat()),
        ).fetchone()
    assert next(one for one in found.lines if one.kind == "awards").before == awards


def test_load_is_the_time_that_the_design_gives_each_attempt(model: ProgrammeModel, campus: str) -> None:
    with sqlite3.connect(campus) as connection:
        attempts = connection.execute(
            "SELECT a.assessment_id, max(1, (SELECT count(DISTINCT rater_id) FROM rubric_scores r WHERE "
            "r.learner_id = a.learner_id AND r.assessment_id = a.assessment_id)) FROM assessments a"
        ).fetchall()
    minutes = {one.id: one.assessment for one in model.programme.credentials.values()}
    expected = sum(minutes[credential].assessor_minutes * raters for credential, raters in attempts) / 60
    assert sum(one.hours for one in model.load) == pytest.approx(expected)


def test_the_whole_page_in_both_languages(sources: Sources) -> None:
    for language, word in (("en", "Attainment"), ("es", "Logros")):
        page = page_for(Visitor("programme"), sources, Texts(language))
        body = page.make_body()
        assert body.alert.value == ""
        assert word in body.first.value
        for profession in body.model.professions:
            body.profession.value = profession
        for badge in body.model.badges:
            body.badge.value = badge
        assert body.alert.value == ""
        body.profession.value = ""
        names = page.top + body.first.value + body.compared.value + body.rest.value
        assert not re.search(r"Given\d|Family\d|\bs\d{3}\b", names)


def test_an_empty_database_teaches(tmp_path: Path, programme: Programme) -> None:
    with make_store(tmp_path / "records.sqlite") as store:
        model = ProgrammeModel(store, programme, DAY)
        page = ProgrammePage(model, EN)
        assert "Import them with: ipe records import" in page.first.value
        assert "No assessment was recorded yet." in page.rest.value
        assert "0" in programme_top(model, EN)
        assert page.alert.value == ""


def test_counts_of_all_are_those_of_the_groups_together(model: ProgrammeModel) -> None:
    frame = model.released.tables["earned"]
    for badge, rows in frame.groupby("badge"):
        parts, whole = rows[rows["profession"] != TOTAL], rows[rows["profession"] == TOTAL]
        if not rows["suppressed"].any():
            assert parts["count"].sum() == whole["count"].iloc[0], badge


def test_what_the_programme_does_not_have_is_said_with_its_mend(tmp_path: Path, programme: Programme) -> None:
    with open_store(make_campus(tmp_path, seed=2)) as store:
        award = {"learner_id": 5, "credential": "valeus-foundations", "version": "1.0", "issuer": "", "hours": 3.0}
        with store.writing() as connection:
            connection.execute(insert(table("awards")), [award | {"on": DAY}])
        model = ProgrammeModel(store, programme, DAY)
        page = ProgrammePage(model, EN)
        assert "valeus-foundations" not in model.badges
        assert re.search(r"Error</span>[^<]*valeus-foundations[^<]*values-foundations", page.rest.value)
