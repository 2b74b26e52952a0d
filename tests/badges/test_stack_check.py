"""What the badges of a record say about its stacks, by the rules of the programme."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from ipe_workbench.badges.stack_check import stack_answer
from ipe_workbench.credentials import example_programme, parse_rule
from ipe_workbench.credentials.programme import Programme
from tests.badges.making import ISSUER, unsigned

STACK = "values-and-ethics-certificate"
FIRST, SECOND = "values-foundations", "speaking-up"


def programme(rule: object) -> Programme:
    """The example, with another rule for one stack."""
    example = example_programme()
    return example.with_stack(example.stacks[STACK].model_copy(update={"rule": parse_rule(rule)}))


def record(*members: dict[str, Any], on: str = "2027-01-01", **claim: Any) -> dict[str, Any]:
    claimed = {"humanCode": STACK, "version": "1.0", "name": "Values", **claim}
    subject = {"achievement": [claimed], "verifiableCredential": list(members)}
    return {"issuer": {"id": ISSUER}, "validFrom": f"{on}T00:00:00Z", "credentialSubject": subject}


def state(made: dict[str, Any], rule: object) -> str:
    answer = stack_answer(made, programme(rule))
    assert answer is not None
    return answer[0]


@pytest.mark.parametrize(("least", "said"), [(0.85, "ok"), (0.86, "unknown")])
def test_the_score_that_a_badge_tells_counts(least, said):
    # The badge tells 85 of 100; whether there was a better attempt it does not tell.
    assert state(record(unsigned(FIRST)), {"score": {"assessment": FIRST, "min": least}}) == said


@pytest.mark.parametrize("value", ["A", None, "-5"])
def test_a_score_that_is_no_number_of_the_scale_counts_nothing(value):
    member = unsigned(FIRST)
    member["credentialSubject"]["result"][0]["value"] = value
    if value is None:
        del member["credentialSubject"]["result"][0]["value"]
    assert state(record(member), {"score": {"assessment": FIRST, "min": 0.01}}) == "unknown"


def test_what_has_expired_by_the_date_of_the_record_counts_no_more():
    member = unsigned(FIRST, validity=24, awarded=datetime.date(2026, 10, 1))
    assert state(record(member, on="2028-10-01"), FIRST) == "ok"
    assert state(record(member, on="2028-10-02"), FIRST) == "failed"
    assert state(record(unsigned(FIRST, validity=None), on="2031-01-01"), FIRST) == "ok"


def test_what_was_awarded_after_the_date_of_the_record_does_not_count_yet():
    member = unsigned(FIRST, awarded=datetime.date(2026, 10, 1))
    assert state(record(member, on="2026-09-30"), FIRST) == "failed"
    assert state(record(member, on="2026-10-01"), FIRST) == "ok"


def test_a_badge_counts_from_the_day_of_its_award_which_may_be_before_it_was_issued():
    first = unsigned(FIRST, awarded=datetime.date(2026, 10, 3))
    second = unsigned(SECOND, awarded=datetime.date(2026, 10, 2))
    rule = {"in_order": [FIRST, SECOND]}
    assert state(record(first, second), rule) == "failed"
    first["awardedDate"] = "2026-10-01T00:00:00Z"
    assert state(record(first, second), rule) == "ok"
    del first["awardedDate"]
    assert state(record(first, second), rule) == "failed"


def test_badges_of_another_issuer_do_not_count_however_the_issuer_is_written():
    ours, theirs = unsigned(FIRST), unsigned(FIRST, issuer="did:web:else.example")
    assert state(record(ours), FIRST) == "ok"
    assert state(record(theirs), FIRST) == "failed"
    assert state({**record({**ours, "issuer": ISSUER}), "issuer": ISSUER}, FIRST) == "ok"
    assert state({**record(ours), "issuer": "did:web:else.example"}, FIRST) == "failed"


def test_a_stack_of_another_version_or_programme_is_not_judged_by_this_rule():
    assert state(record(unsigned(FIRST), version="2.0"), FIRST) == "unknown"
    assert state(record(unsigned(FIRST), humanCode="another"), FIRST) == "unknown"
    assert state(record(unsigned(FIRST), humanCode=None), FIRST) == "unknown"


@pytest.mark.parametrize(
    "more",
    [{"approval": {"role": "director"}}, {"per_profession": {"nursing": FIRST}}, {"hours": {"min": 99, "of": [FIRST]}}],
)
def test_what_badges_do_not_tell_is_no_failure_and_no_help(more):
    assert state(record(unsigned(FIRST)), {"all": [FIRST, more]}) == "unknown"
    assert state(record(unsigned(FIRST)), {"any": [FIRST, more]}) == "ok"


def test_the_hours_of_a_badge_are_those_of_its_design():
    hours = example_programme().credentials[FIRST].hours
    assert state(record(unsigned(FIRST)), {"hours": {"min": hours, "of": [FIRST]}}) == "ok"
    assert state(record(unsigned(FIRST)), {"hours": {"min": hours + 1, "of": [FIRST]}}) == "unknown"


def test_one_stack_that_fails_fails_the_record_and_the_answer_names_it():
    made = record(unsigned(FIRST))
    claims = made["credentialSubject"]["achievement"]
    claims.insert(0, {"humanCode": "another", "version": "1.0", "name": "Elsewhere"})
    assert stack_answer(made, programme(FIRST)) == (
        "unknown",
        "Badges alone do not tell whether these are complete: Elsewhere.",
    )
    assert stack_answer(made, programme(SECOND)) == ("failed", "The badges do not complete Values.")
    assert stack_answer(made, None) is not None
    made["credentialSubject"]["achievement"] = []
    assert stack_answer(made, programme(SECOND)) is None
