"""Where a learner stands, by the rules themselves."""

from __future__ import annotations

import datetime

import pytest

from ipe_workbench.credentials import Award, Facts
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.pathways import standing
from tests.programmes import credential, programme, stack

DAY = datetime.date(2027, 3, 1)
BEFORE = datetime.date(2026, 3, 1)
PROGRAMME = programme(
    [
        credential("first"),
        credential("second", requires="first"),
        credential("third", requires="both"),
        credential("meds", professions=["nursing"]),
        credential("old", status="retired"),
    ],
    [stack("both", {"all": ["first", "second"]}), stack("top", {"all": ["both", "meds"]})],
)


def states(facts: Facts) -> dict[str, str]:
    return {one: state.state for one, state in standing(PROGRAMME, facts, DAY).items()}


def test_without_awards_only_what_requires_nothing_is_open():
    expected = {
        "first": "open",
        "second": "locked",
        "third": "locked",
        "meds": "closed",
        "both": "locked",
        "top": "locked",
    }
    assert states(Facts(profession="medicine")) == expected


def test_a_completed_stack_opens_what_asks_for_its_badge():
    found = standing(PROGRAMME, Facts.holding(["first", "second"], on=BEFORE, profession="nursing"), DAY)
    assert (found["both"].state, found["both"].since) == ("done", BEFORE)
    assert found["third"].state == "open"
    assert (found["top"].state, found["top"].progress) == ("begun", 0.5)


def test_an_expired_badge_counts_no_longer_and_says_when_it_ended():
    facts = Facts(awards=(Award("first", BEFORE, expires=datetime.date(2027, 2, 28)),))
    found = standing(PROGRAMME, facts, DAY)
    assert (found["first"].state, found["first"].expires) == ("expired", datetime.date(2027, 2, 28))
    assert found["second"].state == "locked"
    assert standing(PROGRAMME, facts, datetime.date(2027, 2, 28))["first"].state == "held"


def test_an_award_of_the_future_is_not_held_yet():
    assert states(Facts.holding(["first"], on=datetime.date(2027, 3, 2)))["first"] == "open"


def test_a_retired_credential_shows_only_to_its_holders():
    assert "old" not in states(Facts())
    assert states(Facts.holding(["old"], on=BEFORE))["old"] == "held"


def test_a_badge_that_the_programme_does_not_have_is_an_error():
    with pytest.raises(UnknownNameError, match="fisrt"):
        standing(PROGRAMME, Facts.holding(["fisrt"], on=BEFORE), DAY)
