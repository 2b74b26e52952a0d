"""The record of one learner: the way so far, with nothing passed over in silence."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pandas as pd
import pytest

from ipe_workbench.records.frames import FRAMES, typed
from ipe_workbench.reporting import learner_record, open_faculty_report, open_learner_record, sections
from ipe_workbench.reporting.learner_record import LearnerRecord, shared_programme
from ipe_workbench.reporting.snapshot import Snapshot

WHO = "Lzz34567"


def _snapshot(**rows: list[dict[str, object]]) -> Snapshot:
    frames = {}
    for name, given in rows.items():
        described = FRAMES[name]
        empty = {one.name: None for one in described.columns}
        frame = pd.DataFrame([{**empty, **one} for one in given], columns=list(empty), dtype=object)
        frames[name] = typed(frame, described)
    return Snapshot(None, frames)


def _opened(programme: Path, snapshot: Snapshot, term: str = "2027-spring") -> LearnerRecord:
    with patch.object(learner_record, "open_snapshot", lambda _: snapshot):
        return open_learner_record(programme, term, "here", WHO)


def _enrolled(status: str) -> list[dict[str, object]]:
    day = pd.Timestamp("2026-09-01")
    return [{"learner": WHO, "profession": "nursing", "starts": day, "ends": None, "status": status}]


def _award(badge: str, number: int, on: str) -> dict[str, object]:
    return {"award": number, "learner": WHO, "credential": badge, "version": "1.0", "on": pd.Timestamp(on)}


def _event(award: int, event: str, at: str) -> dict[str, object]:
    return {"award": award, "event": event, "at": pd.Timestamp(at), "reason": "Somebody <said> so"}


def test_a_learner_without_anything_is_told_how_to_begin(small_programme: Path) -> None:
    record = _opened(small_programme, _snapshot(enrolments=_enrolled("active")))
    way = sections.learner.took_part(record).markup
    for words in (
        "Nursing, since 1 September 2026",
        "no attendance is on record",
        "no result is on record",
        "none yet",
    ):
        assert words in way
    assert "not earned a badge yet" in sections.learner.badges(record).markup
    assert not record.left


def test_an_award_that_was_taken_back_is_told_and_one_that_came_back_counts(small_programme: Path) -> None:
    badges = list(_opened(small_programme, _snapshot(enrolments=_enrolled("active"))).programme.credentials)
    awards = [_award(badges[0], 1, "2026-10-01"), _award(badges[1], 2, "2026-11-01")]
    events = [
        _event(1, "suspended", "2026-12-01"),
        _event(1, "revoked", "2026-12-05"),
        _event(2, "suspended", "2026-12-01"),
        _event(2, "reinstated", "2026-12-09"),
    ]
    snapshot = _snapshot(enrolments=_enrolled("active"), awards=awards, award_events=events)
    record = _opened(small_programme, snapshot)
    assert [(one.on, one.since, one.state) for one in record.recalled] == [
        (datetime.date(2026, 10, 1), datetime.date(2026, 12, 5), "revoked")
    ]
    assert [one.badge for one in record.feedback.held] == [badges[1]]
    shown = sections.learner.badges(record).markup
    assert "revoked; ask the centre why" in shown
    assert "Somebody" not in shown
    assert "1 earned, 1 counts today, 1 taken back" in sections.learner.took_part(record).markup


@pytest.mark.parametrize("status", ["withdrawn", "paused"])
def test_who_is_not_enrolled_is_not_sent_to_the_next_badge_without_a_word(small_programme: Path, status: str) -> None:
    record = _opened(small_programme, _snapshot(enrolments=_enrolled(status)))
    assert record.left
    assert f"since 1 September 2026, {status}" in sections.learner.took_part(record).markup
    assert "You are not enrolled at the moment." in sections.learner.next_steps(record).markup


def test_the_flow_of_a_rater_is_of_the_own_ratings_and_that_of_faculty_is_protected(small_programme: Path) -> None:
    report = open_faculty_report(small_programme, "2027-spring")
    assert "--db" in sections.faculty.flow(report).markup
    rows = [
        {"learner": f"L{who}", "assessment": "a", "attempt": 1, "criterion": criterion, "rater": "Lrr"}
        for who in range(12)
        for criterion in ("x", "y")
    ]

    own = replace(report, rater="Lrr", own=pd.DataFrame(rows))
    flow = sections.faculty.flow(own).markup
    assert 'Learners whom you rated</th><td class="number">12</td>' in flow
    assert 'Rows of rubrics that you filled in</th><td class="number">24</td>' in flow


def test_of_a_row_that_a_follow_up_rated_again_the_latest_counts(small_programme: Path) -> None:
    rubrics = shared_programme(str(small_programme)).credentials.items()
    badge, rubric = next((id, one.rubric) for id, one in rubrics if one.rubric is not None)
    row, lowest, top = rubric.criteria[0].title, rubric.levels[0], rubric.levels[-1]

    def rated(assessment: str, level: str, on: str) -> dict[str, object]:
        known = {"learner": WHO, "assessment": assessment, "attempt": 1, "criterion": rubric.criteria[0].id}
        return {**known, "rater": "Lrr", "level": level, "on": pd.Timestamp(on)}

    def seen(first: str, again: str) -> list[tuple[str, str]]:
        results = [
            {"learner": WHO, "assessment": one, "attempt": 1, "credential": badge, "on": pd.Timestamp("2027-02-01")}
            for one in (badge, f"{badge}.again")
        ]
        ratings = [rated(badge, top.id, first), rated(f"{badge}.again", lowest.id, again)]
        shot = _snapshot(enrolments=_enrolled("active"), assessments=results, rubric_scores=ratings)
        return [(one.criterion, one.level) for one in _opened(small_programme, shot).rated]

    assert seen("2026-10-01", "2027-02-01") == [(row, lowest.title)]
    assert seen("2027-02-01", "2026-10-01") == [(row, top.title)]
