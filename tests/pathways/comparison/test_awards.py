"""The file of awards that says how far learners are."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ipe_workbench.credentials import (
    Award,
)
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.pathways.comparison import parse_awards
from tests.pathways.comparison.designs import small
from tests.programmes import credential

HEADER = "learner,badge,awarded_on,profession\n"


def test_awards_are_read_with_the_hours_and_the_expiry_of_the_first_design():
    old = small(badges={"a": credential("a", hours=3, validity_months=12)})
    new = small(badges={"a": credential("a", hours=9)})
    facts = parse_awards(f"{HEADER}L1,a,2026-05-03,nursing\nL1,b,2026-05-04,\n", old, new).learners["L1"]
    assert facts.profession == "nursing"
    assert facts.awards == (
        Award("a", datetime.date(2026, 5, 3), expires=datetime.date(2027, 5, 3), hours=3, version="1.0"),
        Award("b", datetime.date(2026, 5, 4), hours=3, version="1.0"),
    )


def test_what_was_revoked_counts_for_nothing_and_is_said():
    text = "learner,badge,awarded_on,profession,revoked\nL1,a,2026-05-03,nursing,Yes\n"
    text += "L1,b,2026-05-04,nursing,no\nL2,a,2026-05-04,nursing,\n"
    found = parse_awards(text, small(badges={"a": credential("a"), "b": credential("b")}))
    assert {name: [one.badge for one in facts.awards] for name, facts in found.learners.items()} == {
        "L1": ["b"], "L2": ["a"],
    }  # fmt: skip
    assert [(one.id, one.message) for one in found.findings] == [
        ("badge-revoked", "Revoked awards that count for nothing: 1.")
    ]
    with pytest.raises(UnusableInputError, match="column revoked: the cell is neither yes nor no"):
        parse_awards(text.replace("Yes", "perhaps"), small(badges={"a": credential("a")}))


def test_a_column_of_expiries_goes_before_the_design():
    text = "profession;LEARNER;badge;awarded_on;expires_on;score;name\nnursing;L1;a;2026-05-03;;0.9;Ann\n"
    facts = parse_awards("\ufeff" + text, small(badges={"a": credential("a", validity_months=12)})).learners["L1"]
    assert facts.awards[0].expires is None
    assert (facts.scores[0].assessment, facts.scores[0].score) == ("a", 0.9)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no column learner, credential, on, profession"),
        ("learner,badge,awarded_on\n", "no column profession"),
        ("learner,badge,badge,awarded_on,profession\n", "credential stands twice"),
        (HEADER + "L1,a,2026-02-30,nursing\n", "Row 2, column awarded_on: `2026-02-30` is not a day"),
        (HEADER + "L1,a,2026-02-03,nursing\nL1,a,3 May,nursing\n", "Row 3, column awarded_on"),
        (HEADER + ",a,2026-02-03,nursing\n", "Row 2, column learner: is empty"),
        (HEADER + "L1,,2026-02-03,nursing\n", "Row 2, column badge: is empty"),
        (HEADER + "L1,a\n", "Row 2, column awarded_on: is empty"),
        (HEADER + "L1,a,2026-02-03,nursing\nL1,b,2026-02-03,medicine\n", "Row 3, column profession: differs"),
        (HEADER.strip() + ",expires_on\nL1,a,2026-02-03,nursing,2026-02-01\n", "Row 2, column expires_on: lies before"),
        (HEADER.strip() + ",score\nL1,a,2026-02-03,nursing,70\n", "Row 2, column score: `70` is not a share"),
        (HEADER + 'L1,"a"x,2026-02-03,nursing\n', "Row 2 cannot be read as CSV"),
    ],
)
def test_what_is_wrong_with_the_file_is_said_by_row_and_column(text, words):
    with pytest.raises(UnusableInputError) as caught:
        parse_awards(text, small())
    assert words in str(caught.value)


def test_every_wrong_cell_is_counted_and_no_name_is_quoted():
    text = HEADER + "L1,Ann Smith,Ann Smith,nursing\nAnn Smith,a,soon,Ann Smith\n"
    with pytest.raises(UnusableInputError) as caught:
        parse_awards(text, small())
    assert "(and 1 more)" in str(caught.value)
    assert [one.place.line for one in caught.value.findings] == [2, 3]
    assert "Ann" not in "".join(map(str, caught.value.findings))


def test_unknown_badges_and_professions_are_warnings_without_the_name():
    text = HEADER + "L1,x-badge,2026-02-03,nursing\nL2,x-badge,2026-02-03,astronautics\n"
    found = parse_awards(text, small()).findings
    assert [(one.id, one.severity, one.place.line) for one in found] == [
        ("unknown-badge", "warning", 2),
        ("unknown-profession", "warning", 3),
    ]
    assert "(and 1 more)" in found[0].message
    assert "x-badge" not in str(found[0])


@given(st.text(max_size=200))
@example("\x1f")
@example('"",\x1c\u2028,\x85')
def test_any_text_is_either_read_or_refused_in_a_sentence(text):
    refused, learners = None, {}
    try:
        learners = parse_awards(HEADER + text, small_design).learners
    except UnusableInputError as error:
        refused = error
    assert refused is None or (str(refused).startswith("(text):") and refused.mend)
    assert all(award.badge and award.on for facts in learners.values() for award in facts.awards)
    if refused is None:
        # Cells of white space are empty, and Python counts some control characters among white space.
        assert bool(learners) == any(not one.isspace() and one not in ',"' for one in text)


small_design = small()
