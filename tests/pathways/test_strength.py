"""Weighted coverage: hours, strength, reach and equity, on the example and on programmes with a planted difference."""

from __future__ import annotations

import csv
import datetime
import io
from dataclasses import replace
from itertools import combinations

import pytest

from ipe_workbench.credentials import Facts, evaluate, example_programme, parse_rule
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.pathways import Reaches, coverage_equity, earnable, evidence_strength, weighted_coverage
from ipe_workbench.pathways.equity import gini
from ipe_workbench.pathways.reach import final_stacks, named_credentials
from ipe_workbench.pathways.strength import EVIDENCE_STRENGTHS


def with_rule(rule):
    """The example with one stack of that rule alone."""
    programme = example_programme()
    stack = programme.stacks["communication-certificate"].model_copy(update={"rule": parse_rule(rule)})
    return replace(programme, stacks={stack.id: stack})


def test_the_hours_of_a_credential_are_shared_out_whole():
    programme = example_programme()
    rows = weighted_coverage(programme, "ipec-2023").rows
    aligned = [one for one in programme.credentials.values() if one.alignments]
    assert sum(row.hours for row in rows) == pytest.approx(sum(one.hours for one in aligned))


def test_strength_is_ordered_and_workplace_is_the_strongest():
    assert EVIDENCE_STRENGTHS == ("self-report", "test", "observed performance", "workplace")
    programme = example_programme()
    by_code = {row.code: row for row in weighted_coverage(programme, "ipec-2023").rows}
    for row in by_code.values():
        strengths = [evidence_strength(programme.credentials[one]) for one in row.assessed]
        assert row.strength == max(strengths, key=EVIDENCE_STRENGTHS.index, default=None)
    assert by_code["TT1"].strength == "test"  # the programme's own remark: on a test alone
    assert by_code["VE9"].strength is None  # taught only


@pytest.mark.parametrize(
    ("rule", "covering", "expected"),
    [
        ({"all": ["huddles-and-briefings", "speaking-up"]}, ["speaking-up"], "guaranteed"),
        ({"any": ["huddles-and-briefings", "speaking-up"]}, ["speaking-up"], "optional"),
        ({"any": ["huddles-and-briefings", "speaking-up"]}, ["speaking-up", "huddles-and-briefings"], "guaranteed"),
        ({"at_least": {"count": 2, "of": ["huddles-and-briefings", "speaking-up", "conflict-in-teams"]}},
         ["speaking-up", "conflict-in-teams"], "guaranteed"),
        ({"at_least": {"count": 2, "of": ["huddles-and-briefings", "speaking-up", "conflict-in-teams"]}},
         ["speaking-up"], "optional"),
        ({"points": {"min": 3, "from": [{"badge": "speaking-up", "points": 2}, {"badge": "conflict-in-teams",
          "points": 2}, {"badge": "huddles-and-briefings", "points": 1}]}}, ["speaking-up"], "optional"),
        ({"points": {"min": 4, "from": [{"badge": "speaking-up", "points": 2}, {"badge": "conflict-in-teams",
          "points": 2}, {"badge": "huddles-and-briefings", "points": 1}]}}, ["speaking-up"], "guaranteed"),
        ({"in_order": ["communication-foundations", "speaking-up"]}, ["speaking-up"], "guaranteed"),
        ({"within": {"months": 3, "rule": {"all": ["speaking-up"]}}}, ["speaking-up"], "guaranteed"),
        ({"per_profession": {"nursing": "speaking-up", "medicine": "conflict-in-teams"}}, ["speaking-up"],
         "guaranteed"),
        ({"per_profession": {"nursing": "conflict-in-teams", "medicine": "speaking-up"}}, ["speaking-up"], "optional"),
        ({"all": ["conflict-in-teams", {"approval": {"role": "dean"}}]}, ["team-simulation"], "not offered"),
        ({"all": ["conflict-in-teams"]}, [], "not offered"),
    ],
)  # fmt: skip
def test_what_no_way_of_completing_can_avoid_is_guaranteed(rule, covering, expected):
    programme = with_rule(rule)
    # Prerequisites among the credentials would guarantee more than the rule does.
    for one in list(programme.credentials.values()):
        programme = programme.with_credential(one.model_copy(update={"requires": None}))
    assert Reaches(programme).of("nursing", "communication-certificate", covering) == expected


def test_reach_agrees_with_looking_at_every_set_of_badges():
    """On a rule without prerequisites: guaranteed exactly when every set of badges that satisfies it meets the set."""
    rule = {"all": [{"any": ["a", {"all": ["b", "c"]}]}, {"at_least": {"count": 2, "of": ["a", "c", "d"]}}]}
    names = {"a": "speaking-up", "b": "conflict-in-teams", "c": "team-simulation", "d": "huddles-and-briefings"}

    def renamed(value):
        if isinstance(value, dict):
            return {key: renamed(one) for key, one in value.items()}
        return [renamed(one) for one in value] if isinstance(value, list) else names.get(value, value)

    programme = with_rule(renamed(rule))
    for one in list(programme.credentials.values()):
        programme = programme.with_credential(one.model_copy(update={"requires": None}))
    parsed = parse_rule(renamed(rule))
    badges = list(names.values())
    sets = [set(some) for size in range(5) for some in combinations(badges, size)]
    day = datetime.date(2026, 1, 1)
    completing = [some for some in sets if evaluate(parsed, Facts.holding(some), on=day).satisfied]
    reaches = Reaches(programme)
    for covering in sets[1:]:
        every = all(some & covering for some in completing)
        found = reaches.of("nursing", "communication-certificate", covering)
        assert (found == "guaranteed") == every


def test_a_prerequisite_guarantees_what_the_rule_does_not_name():
    programme = with_rule({"all": ["speaking-up"]})
    requires = parse_rule({"badge": "values-foundations"})
    needs = programme.credentials["speaking-up"].model_copy(update={"requires": requires})
    programme = programme.with_credential(needs)
    assert Reaches(programme).of("nursing", "communication-certificate", ["values-foundations"]) == "guaranteed"
    assert "values-foundations" in named_credentials(programme, "communication-certificate")


def test_a_credential_closed_to_a_profession_shows_in_reach_and_equity():
    programme = example_programme()
    closed = programme.credentials["health-equity-rounds"].model_copy(update={"professions": ("medicine", "nursing")})
    programme = programme.with_credential(closed)
    assert "health-equity-rounds" not in earnable(programme, "pharmacy")
    found = coverage_equity(programme, "ipec-2023")
    by_profession = {one.profession: one for one in found.professions}
    only_there = {"VE2", "RR5"}  # what the programme's own remark says rests on this credential alone
    assert only_there <= set(by_profession["pharmacy"].denied)
    assert by_profession["nursing"].denied == ()
    assert found.gap > 0
    assert 0 < found.ratio < 1
    assert 0 < found.gini < found.gap
    row = next(one for one in weighted_coverage(programme, "ipec-2023").rows if one.code == "VE2")
    assert (row.reach["pharmacy"], row.least_reach) == ("not offered", "not offered")


def test_gini_has_known_values():
    assert gini([0.0, 0.0, 1.0], [1, 1, 1]) == pytest.approx(2 / 3)  # one has all: (n - 1) / n
    assert gini([0.2, 0.2], [10, 90]) == 0
    assert gini([0.0, 0.0], [1, 1]) == 0
    assert gini([1.0, 0.0], [1, 3]) == pytest.approx(gini([1.0, 0.0, 0.0, 0.0], [1, 1, 1, 1]))


def test_terms_and_pathways_narrow_what_counts():
    programme = example_programme()
    everything = weighted_coverage(programme, "ipec-2023")
    terms = [one.id for one in programme.info.terms]
    assert weighted_coverage(programme, "ipec-2023", through=terms[-1]).credentials == everything.credentials
    first = weighted_coverage(programme, "ipec-2023", through=terms[0])
    assert set(first.credentials) < set(everything.credentials)
    assert set(first.credentials) <= set(weighted_coverage(programme, "ipec-2023", term=terms[0]).credentials)
    certificate = weighted_coverage(programme, "ipec-2023", pathway="communication-certificate")
    assert set(certificate.credentials) <= set(named_credentials(programme, "communication-certificate"))
    assert final_stacks(programme) == ("ipe-micro-credential",)
    for wrong in ({"term": "2099-fall"}, {"pathway": "nowhere"}, {"profession": "alchemy"}, {"through": "never"}):
        with pytest.raises(UnknownNameError):
            weighted_coverage(programme, "ipec-2023", **wrong)


def test_the_table_the_csv_and_the_json_say_the_same():
    found = weighted_coverage(example_programme(), "ipec-2023")
    frame = found.to_frame()
    lines = list(csv.DictReader(io.StringIO(found.to_csv())))
    data = found.to_dict()["competencies"]
    assert list(frame["code"]) == [line["code"] for line in lines] == [one["code"] for one in data]
    assert list(frame["hours"]) == [float(line["hours"]) for line in lines] == [one["hours"] for one in data]
    assert data[0]["reach"]["nursing"] == lines[0]["nursing"] == frame["nursing"][0]
