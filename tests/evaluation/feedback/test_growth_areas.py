"""A learner hears where to grow in the rubric's words, and what to do next, from the own records alone."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from ipe_workbench.credentials import Programme
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.evaluation.feedback import learner_feedback
from ipe_workbench.practice import PracticeRecords
from ipe_workbench.records import Store, make_store
from ipe_workbench.records.importing import import_file
from ipe_workbench.records.tables import table
from ipe_workbench.studio.dashboards.own_records import read_learner

DAY = datetime.date(2027, 6, 1)
AT = datetime.datetime(2027, 6, 1, 9)  # noqa: DTZ001 - times in the records are UTC without saying so


@pytest.fixture
def small(tmp_path):
    """Two learners: Ann is low in one row, Bo at the top of all."""
    files = {
        "learners": "learner,profession\nann,nursing\nbo,nursing\n",
        "staff": "staff\nf1\nf2\n",
        "assessments": "learner,assessment,credential,attempt,on,score,passed,kind\n"
        "ann,huddles-and-briefings,huddles-and-briefings,1,2027-02-10,0.6,no,simulation\n"
        "ann,huddles-and-briefings,huddles-and-briefings,2,2027-02-24,0.7,yes,simulation\n"
        "bo,huddles-and-briefings,huddles-and-briefings,1,2027-02-10,1,yes,simulation\n",
        "rubric-scores": "learner,assessment,attempt,criterion,rater,level,on\n"
        "ann,huddles-and-briefings,1,shared-picture,f1,emerging,2027-02-10\n"
        "ann,huddles-and-briefings,2,shared-picture,f1,proficient,2027-02-24\n"
        "ann,huddles-and-briefings,2,every-voice,f1,developing,2027-02-24\n"
        "ann,huddles-and-briefings,2,every-voice,f2,proficient,2027-02-24\n"
        "ann,huddles-and-briefings,2,coordination,f1,exemplary,2027-02-24\n"
        "bo,huddles-and-briefings,1,shared-picture,f1,exemplary,2027-02-10\n",
    }
    with make_store(tmp_path / "records.sqlite") as store:
        for kind, text in files.items():
            path = tmp_path / f"{kind}.csv"
            path.write_text(text, encoding="utf-8")
            assert not import_file(store, path, at=AT, format=kind).errors
        yield store


def test_the_weak_row_comes_first_with_the_next_level_as_the_next_step(small: Store, programme: Programme) -> None:
    found = learner_feedback(programme, small, small.key.pseudonym("ann"), on=DAY)
    rubric = programme.credentials["huddles-and-briefings"].rubric
    assert rubric is not None
    rows = {one.id: one for one in rubric.criteria}
    first, second = found.areas
    assert (first.criterion, first.level, first.passes, first.raters) == ("every-voice", "Developing", False, 2)
    assert first.next_descriptor == rows["every-voice"].descriptors["proficient"]
    # The last attempt counts: emerging has become proficient.
    assert (second.criterion, second.level, second.next_level) == ("shared-picture", "Proficient", "Exemplary")
    assert found.rated == 3
    text = found.text()
    assert rows["every-voice"].descriptors["developing"] in text
    assert "WHAT TO DO NEXT" in text
    assert text.index("Every voice") < text.index("Common picture")


def test_what_comes_later_is_not_known(small: Store, programme: Programme) -> None:
    found = learner_feedback(programme, small, small.key.pseudonym("ann"), on=datetime.date(2027, 2, 15))
    assert [(one.criterion, one.level) for one in found.areas] == [("shared-picture", "Emerging")]


def test_at_the_top_of_everything_there_is_praise_and_a_task(small: Store, programme: Programme) -> None:
    found = learner_feedback(programme, small, small.key.pseudonym("bo"), on=DAY)
    assert found.areas == ()
    assert "highest level in every row" in found.text()


def test_somebody_unknown_is_refused(small: Store, programme: Programme) -> None:
    with pytest.raises(UnknownNameError, match="no such learner"):
        learner_feedback(programme, small, "Lnobody", on=DAY)


def test_nothing_of_other_people_is_in_it(
    store: Store, programme: Programme, practice: PracticeRecords, pseudonyms: dict[str, str]
) -> None:
    own = pseudonyms["practice-pharmacy-0003"]
    said = str(learner_feedback(programme, store, own, on=DAY).to_dict())
    assert {name for name in pseudonyms.values() if name in said} == {own}


def test_each_next_step_is_still_ahead_and_open(store: Store, programme: Programme, pseudonyms: dict[str, str]) -> None:
    shown = 0
    for n in range(1, 16):
        found = learner_feedback(programme, store, pseudonyms[f"practice-nursing-{n:04}"], on=DAY)
        held = {one.badge for one in found.pathway.held}
        assert all(area.next_level for area in found.areas)
        order = [area.passes for area in found.areas]
        assert order == sorted(order), "rows that do not pass come first"
        for area in found.areas:
            if area.practise:
                shown += 1
                assert not any(f", {programme.title(badge)})" in area.practise for badge in held)
                assert "2027" in area.practise or "2028" in area.practise
                assert "Fall 2026" not in area.practise
    assert shown > 10


def test_an_award_counts_until_the_day_on_which_it_is_revoked_as_on_the_own_page(
    small: Store, programme: Programme, tmp_path: Path
) -> None:
    path = tmp_path / "awards.csv"
    rows = [f"ann,{one},2027-02-{day}" for one, day in (("values-foundations", 1), ("speaking-up", 2))]
    path.write_text("\n".join(["learner,credential,on", *rows]) + "\n", encoding="utf-8")
    assert not import_file(small, path, at=AT, format="awards").errors
    awards = small.frame("awards").set_index("credential")["award"]
    became = [("values-foundations", "revoked", 3), ("speaking-up", "suspended", 4), ("speaking-up", "reinstated", 5)]
    with small.writing() as connection:
        connection.execute(insert(table("award_events")), [
            {"award_id": int(awards[one]), "event": event, "at": AT.replace(month=month), "reason": "",
             "reference": None} for one, event, month in became
        ])  # fmt: skip
    ann = small.key.pseudonym("ann")

    def counted(month: int) -> tuple[set[str], set[str]]:
        day = datetime.date(2027, month, 15)
        said = learner_feedback(programme, small, ann, on=day).pathway.to_dict()
        page = read_learner(small, programme, "ann", day)
        return {one["badge"] for one in said["held"]}, {one.id for one in page.badges if one.state == "valid"}

    both = {"values-foundations", "speaking-up"}
    for month, held in ((2, both), (3, {"speaking-up"}), (4, set()), (5, {"speaking-up"})):
        assert counted(month) == (held, held)
