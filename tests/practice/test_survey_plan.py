"""Which surveys a plan asks: by the words of a claim, by its analyses, or the Workbench's own questions."""

from __future__ import annotations

from ipe_workbench.credentials import Programme
from ipe_workbench.evaluation import EvaluationPlan, list_instruments
from ipe_workbench.practice.survey_plan import follow_ups, survey_waves

PROSE = {
    "id": "one", "statement": "S.", "outcome_level": "attitude", "instrument": "a form",
    "time_points": ["before", "after"],
    "comparison": "the same learners", "analysis": "paired",
}  # fmt: skip


def plan_of(**changes: object) -> EvaluationPlan:
    return EvaluationPlan.model_validate({"claims": [PROSE | changes]})


def test_a_short_name_stands_for_itself_and_not_for_a_longer_one(programme: Programme) -> None:
    waves = survey_waves(programme, plan_of(instrument="the ICCAS-R after the course"), list_instruments())
    assert {one.instrument.id for one in waves} == {"iccas-r"}
    assert [one.frame for one in waves] == ["retrospective-pre", "post"]


def test_parallel_forms_take_turns(programme: Programme) -> None:
    waves = survey_waves(programme, plan_of(instrument="isvs-9a before and its other form after"), list_instruments())
    assert [(one.instrument.id, one.frame) for one in waves] == [("isvs-9a", "pre"), ("isvs-9b", "post")]


def test_weeks_and_terms_in_words_are_the_days(programme: Programme) -> None:
    asked = plan_of(instrument="SIMS", time_points=["2027-spring week 12", "2026-fall week 2", "2028-spring"])
    waves = survey_waves(programme, asked, list_instruments())
    assert [(one.opens.isoformat(), one.frame) for one in waves] == [
        ("2026-08-31", "pre"), ("2027-03-29", "post"), ("2028-04-24", "post")
    ]  # fmt: skip
    assert [one.progress for one in waves][::2] == [0, 1]


def test_analyses_say_what_words_do_not(programme: Programme) -> None:
    waves = [{"term": "2026-fall", "frame": "pre"}, {"term": "2027-fall", "frame": "post"}]
    analyses = [
        {"id": "a", "question": "change", "measure": {"instrument": "sims", "scale": "identified"}, "waves": waves},
        {"id": "b", "question": "change", "measure": {"rubric": "speaking-up"},
         "waves": [{"term": "2027-spring"}, {"term": "2028-spring"}]},
    ]  # fmt: skip
    asked = survey_waves(programme, plan_of(analyses=analyses[:1]), list_instruments())
    assert [(one.term, one.frame) for one in asked] == [("2026-fall", "pre"), ("2027-fall", "post")]
    (later,) = follow_ups(programme, plan_of(analyses=analyses[1:]))
    assert (later.credential, str(later.on)) == ("speaking-up", "2028-04-24")


def test_a_plan_without_a_known_instrument_asks_our_own_questions(programme: Programme) -> None:
    waves = survey_waves(programme, plan_of(), list_instruments())
    assert [(one.instrument.id, one.frame) for one in waves] == [
        ("team-confidence", "pre"),
        ("team-confidence", "post"),
    ]
    assert [one.on for one in follow_ups(programme, EvaluationPlan())] == [None]
