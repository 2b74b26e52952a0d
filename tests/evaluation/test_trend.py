"""The trend over terms: who is counted where, and where a comparison breaks."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

from ipe_workbench.credentials import Programme, example_programme
from ipe_workbench.evaluation import Trend, term_trend
from ipe_workbench.evaluation.planned.data import PlanData
from ipe_workbench.evaluation.trend import Series, TrendPoint
from ipe_workbench.evaluation.trend_breaks import Break
from ipe_workbench.records.frames import FRAMES, typed
from ipe_workbench.records.simulated import SimulatedRecords

BADGE, STACK, FORM = "speaking-up", "communication-certificate", "ipec-csa-v3"
#: First days of the example's terms, and of two of the year before.
FALL_25, SPRING_26 = datetime.date(2025, 8, 25), datetime.date(2026, 1, 12)
FALL_26, SPRING_27 = datetime.date(2026, 8, 24), datetime.date(2027, 1, 11)
DAY = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def programme() -> Programme:
    return example_programme()


def records(**rows: list[dict[str, Any]]) -> SimulatedRecords:
    frames = {}
    for name, described in FRAMES.items():
        names = [one.name for one in described.columns]
        frames[name] = typed(pd.DataFrame(rows.get(name, []), columns=names, dtype=object), described)
    return SimulatedRecords({}, frames)


def trend_of(programme: Programme, until: str = "2027-spring", **rows: list[dict[str, Any]]) -> Trend:
    terms = [
        {"term": "2025-fall", "title": "Fall 2025", "starts": FALL_25, "ends": datetime.date(2025, 12, 14)},
        {"term": "2026-spring", "title": "", "starts": SPRING_26, "ends": datetime.date(2026, 5, 3)},
        # The same term as the programme's by another name is no term of its own.
        {"term": "FA26", "title": "Fall", "starts": FALL_26, "ends": datetime.date(2026, 12, 13)},
    ]
    return term_trend(PlanData(records(terms=terms, **rows), programme), until=until)


def tried(learner: str, on: datetime.date, passed: bool = True, **more: Any) -> dict[str, Any]:
    return {"learner": learner, "assessment": BADGE, "credential": BADGE, "attempt": 1, "on": on, "passed": passed,
            "kind": "simulation", **more}  # fmt: skip


def earned(learner: str, on: datetime.date, credential: str = BADGE, version: str = "1.0") -> dict[str, Any]:
    return {"award": 0, "learner": learner, "credential": credential, "version": version, "on": on, "issuer": ""}


def numbered(awards: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "award": number} for number, one in enumerate(awards, start=1)]


def only(trend: Trend, id: str) -> Series:
    return next(one for one in trend.series if one.id == id)


def test_each_learner_counts_once_in_the_term_of_the_first_attempt(programme: Programme) -> None:
    attempts = [
        tried("a", FALL_25 + DAY), tried("b", FALL_25 + DAY, passed=False), tried("b", SPRING_26 + DAY, attempt=2),
        tried("c", SPRING_26 + 3 * DAY), tried("d", SPRING_26, passed=False),
        # Neither a team's test nor a rating a year later is an attempt.
        tried("e", FALL_25, kind="trat"), tried("f", FALL_25, kind="follow-up"),
    ]  # fmt: skip
    awards = numbered([earned("a", FALL_25 + 2 * DAY), earned("b", SPRING_26 + DAY), earned("c", SPRING_26 + 4 * DAY)])
    trend = trend_of(programme, assessments=attempts, awards=awards)
    assert [one.id for one in trend.terms] == ["2025-fall", "2026-spring", "2026-fall", "2027-spring"]
    assert [one.title for one in trend.terms][:2] == ["Fall 2025", "2026-spring"]
    points = only(trend, BADGE).points
    # b earned it, but not in the term of the first attempt.
    assert [(one.term, one.n, one.yes) for one in points] == [("2025-fall", 2, 1), ("2026-spring", 2, 1)]
    assert trend.of("stack") == trend.of("instrument") == ()


def test_what_is_recorded_in_the_holidays_belongs_to_the_term_before(programme: Programme) -> None:
    attempts = [tried("a", SPRING_26 - DAY), tried("b", SPRING_26), tried("c", FALL_25 - DAY)]
    trend = trend_of(programme, assessments=attempts)
    assert [(one.term, one.n) for one in only(trend, BADGE).points] == [("2025-fall", 1), ("2026-spring", 1)]


def test_nothing_after_the_last_term_is_told(programme: Programme) -> None:
    attempts = [tried("a", FALL_26), tried("b", SPRING_27)]
    trend = trend_of(programme, until="2026-fall", assessments=attempts)
    assert [(one.term, one.n) for one in only(trend, BADGE).points] == [("2026-fall", 1)]


def test_a_revoked_award_was_not_earned(programme: Programme) -> None:
    events = [{"award": 1, "event": "revoked", "at": datetime.datetime(2025, 10, 1)}]  # noqa: DTZ001
    awards = numbered([earned("a", FALL_25), earned("b", FALL_25)])
    attempts = [tried("a", FALL_25), tried("b", FALL_25)]
    trend = trend_of(programme, assessments=attempts, awards=awards, award_events=events)
    assert [(one.n, one.yes) for one in only(trend, BADGE).points] == [(2, 1)]


def test_a_stack_counts_everybody_whose_time_is_over(programme: Programme) -> None:
    length = programme.info.terms[-1].end - programme.info.terms[0].start
    begun = {"a": FALL_25 - length, "b": FALL_25 - length, "c": SPRING_26 - length, "d": FALL_26}
    people = [
        {"learner": one, "study_programme": "x", "profession": "x", "cohort": "x", "starts": day, "status": "active"}
        for one, day in begun.items()
    ]  # fmt: skip
    awards = numbered([earned("a", FALL_25, STACK), earned("b", SPRING_26, STACK), earned("c", SPRING_26, STACK)])
    trend = trend_of(programme, enrolments=people, awards=awards)
    # b was late, and the time of d is not over.
    assert [(one.term, one.n, one.yes) for one in only(trend, STACK).points] == [
        ("2025-fall", 2, 1),
        ("2026-spring", 1, 1),
    ]


@pytest.mark.parametrize(
    ("then", "now", "told"),
    [
        ({"version": "0.9"}, {}, "version 0.9 to 1.0"),
        ({"kind": "exam"}, {}, "kind of assessment exam to simulation"),
        ({"rows": ("x",)}, {"rows": ("x", "y", "z")}, "rows of the rubric: 2 new"),
        ({}, {}, None),
    ],
)
def test_another_rule_breaks_the_trend(
    programme: Programme, then: Mapping[str, Any], now: Mapping[str, Any], told: str | None
) -> None:
    parts: dict[str, list[dict[str, Any]]] = {"assessments": [], "awards": [], "rubric_scores": []}
    for on, design in ((FALL_25, then), (SPRING_26, {}), (FALL_26, now), (SPRING_27, now)):
        if on == SPRING_26:
            continue  # a term in which it was not offered hides no change
        who = f"l{on}"
        parts["assessments"].append(tried(who, on, kind=design.get("kind", "simulation")))
        parts["awards"].append(earned(who, on, version=design.get("version", "1.0")))
        parts["rubric_scores"] += [
            {"learner": who, "assessment": BADGE, "attempt": 1, "criterion": row, "rater": "r", "score": 1.0, "on": on}
            for row in design.get("rows", ())
        ]
    series = only(trend_of(programme, assessments=parts["assessments"], awards=numbered(parts["awards"]),
                           rubric_scores=parts["rubric_scores"]), BADGE)  # fmt: skip
    found = [(one.before, one.term, one.why) for one in series.breaks]
    assert found == ([("2025-fall", "2026-fall", told)] if told else [])
    runs = [[point.term for point in run] for run in series.runs()]
    whole = ["2025-fall", "2026-fall", "2027-spring"]
    assert runs == ([whole[:1], whole[1:]] if told else [whole])


def answers(learner: str, term: str, frame: str, value: float, items: int = 16) -> list[dict[str, Any]]:
    return [
        {"learner": learner, "wave": f"{term}-{frame}", "instrument": FORM, "frame": frame, "term": term,
         "item": str(item + 1), "value": value}
        for item in range(items)
    ]  # fmt: skip


def test_means_are_of_a_frame_and_break_with_the_items_and_the_other_frames(programme: Programme) -> None:
    given = [
        *answers("a", "2025-fall", "post", 3, items=14), *answers("b", "2025-fall", "post", 5, items=14),
        *answers("c", "2026-spring", "post", 4), *answers("d", "2026-spring", "post", 4),
        *answers("e", "2026-fall", "pre", 2), *answers("e", "2027-spring", "post", 4),
    ]  # fmt: skip
    trend = trend_of(programme, survey_responses=given)
    post, pre = only(trend, f"{FORM}.total.post"), only(trend, f"{FORM}.total.pre")
    assert [(one.term, one.n, one.value) for one in post.points] == [
        ("2025-fall", 2, 4.0), ("2026-spring", 2, 4.0), ("2027-spring", 1, 4.0),
    ]  # fmt: skip
    # Two scores, 3 and 5: t with one degree of freedom is 12.7062 (tables), the standard error is 1.
    assert (post.points[0].low, post.points[0].high) == pytest.approx((4 - 12.7062, 4 + 12.7062), abs=1e-4)
    assert [(one.term, one.why) for one in post.breaks] == [
        ("2026-spring", "items: 2 new"), ("2027-spring", "asked beside no other frame, now beside pre"),
    ]  # fmt: skip
    assert (pre.points[0].value, pre.breaks, post.scale) == (2.0, (), (1.0, 5.0))


def test_answers_of_the_same_half_year_of_study_are_compared(programme: Programme) -> None:
    people = [
        {"learner": one, "study_programme": "x", "profession": "x", "cohort": "x", "starts": day, "status": "active"}
        for one, day in (("old", FALL_25), ("new", FALL_26))
    ]  # fmt: skip
    given = [*answers("old", "2027-spring", "post", 5), *answers("new", "2027-spring", "post", 3)]
    trend = trend_of(programme, enrolments=people, survey_responses=given)
    means = {one.id: (one.title, one.points[0].value) for one in trend.of("instrument")}
    start = "IPEC Competency Self-Assessment, version 3"
    assert means == {
        f"{FORM}.total.post.2": (f"{start}, post, half-year 2", 3.0),
        f"{FORM}.total.post.4": (f"{start}, post, half-year 4", 5.0),
    }


def test_nothing_is_compared_across_a_break_or_with_what_is_hidden() -> None:
    first, hidden, last = (
        TrendPoint("a", 20, 10, 0.5, 0.3, 0.7),
        TrendPoint("b", *[None] * 5),
        TrendPoint("c", 20, 18, 0.9, 0.7, 0.97),
    )
    whole = Series("x", "X", "badge", (0.0, 1.0), (first, last))
    assert whole.last_change() is not None
    assert Series("x", "X", "badge", (0.0, 1.0), (first, last), (Break("a", "c", "why"),)).last_change() is None
    gap = Series("x", "X", "badge", (0.0, 1.0), (first, hidden, last))
    assert [[one.term for one in run] for run in gap.runs()] == [["a"], ["c"]]
    assert Series("x", "X", "badge", (0.0, 1.0), (first, hidden)).last_change() is None


def test_only_what_may_be_shown_is_in_what_is_shown(programme: Programme) -> None:
    trend = trend_of(programme, assessments=[tried("a", FALL_25), tried("b", FALL_26)])
    shown = trend.shown({(BADGE, "2026-fall"): True})
    assert [(one.n, one.hidden) for one in only(shown, BADGE).points] == [(None, True), (1, False)]
    assert Trend.from_dict(shown.to_dict()) == shown
    assert shown.to_frame()["hidden"].tolist() == [True, False]
