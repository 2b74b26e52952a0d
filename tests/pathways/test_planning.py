"""Plans against exhaustive search, and what they say when there is none."""

from __future__ import annotations

import datetime
from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import Award, Facts, MicroCredential, Programme, Stack, example_programme
from ipe_workbench.credentials.evaluate import completed_on
from ipe_workbench.credentials.facts import HoursRecorded, ScoreReached
from ipe_workbench.credentials.programme import Term
from ipe_workbench.errors import UnknownNameError, UnusableInputError
from ipe_workbench.pathways.planning import (
    Offering,
    PlanFor,
    cohort_of,
    limit_seats,
    offerings_of,
    plan,
    plan_cohort,
    plan_jointly,
)

TERMS = tuple(
    Term(id=f"t{at}", title=f"Term {at}", start=datetime.date(2026 + (at + 1) // 2, 1 if at % 2 else 8, 4), weeks=10)
    for at in (0, 1, 2)
)
NAMES = "abcde"


def made(rules: dict[str, object], offered: dict[str, list[int]], **more: dict[str, object]) -> Programme:
    """A programme of credentials a, b, ... whose offerings end in weeks of the three terms, and stacks with rules."""
    base = example_programme()
    credentials = {}
    for place, (name, chances) in enumerate(offered.items(), start=1):
        activities = [
            {"id": f"{name}-x" if at == 0 else f"{name}-x-again-t{week // 10}", "title": "X", "kind": "workshop",
             "hours": 1 + place, "term": f"t{week // 10}", "weeks": [week % 10 + 1]}
            for at, week in enumerate(chances)
        ]  # fmt: skip
        credentials[name] = MicroCredential.model_validate(
            {"id": name, "title": name.upper(), "type": "recognition", "level": "foundation", "stage": "exposure",
             "hours": 1 + place, "activities": activities,
             "assessment": {"methods": ["test"], "assessor": "faculty", "pass_score": 0.6}} | more.get(name, {})
        )  # fmt: skip
    stacks = {
        name: Stack.model_validate(
            {"id": name, "title": name, "kind": "badge", "stage": "exposure", "rule": rule} | more.get(name, {})
        )
        for name, rule in rules.items()
    }
    info = base.info.model_copy(update={"terms": TERMS})
    return Programme(info, credentials, stacks, {})


def exhaustive(programme: Programme, goal: str, learner: PlanFor) -> tuple[float, datetime.date] | None:
    """The least (hours, day) over every subset of the offerings, walked through day by day with the rules."""
    held = {award.badge for award in learner.facts.awards}
    chances = [one for one in offerings_of(programme, learner.from_day) if one.credential not in held]
    best = None
    for count in range(len(chances) + 1):
        for chosen in combinations(chances, count):
            if len({one.credential for one in chosen}) < count:
                continue
            loads = {term.id: sum(one.hours.get(term.id, 0) for one in chosen) for term in TERMS}
            if any(loads[term] > most + 1e-9 for term, most in learner.hours_per_term.items()):
                continue
            done = walked(programme, goal, learner, chosen)
            if done is not None:
                cost = (sum(sum(one.hours.values()) for one in chosen), done)
                best = cost if best is None else min(best, cost)
    return best


def walked(programme: Programme, goal: str, learner: PlanFor, chosen: tuple[Offering, ...]) -> datetime.date | None:
    facts = learner.facts
    days = sorted({learner.from_day, *(one.ends for one in offerings_of(programme, learner.from_day)), *facts.dates()})
    for day in (one for one in days if one >= learner.from_day):
        before = facts
        for one in (one for one in chosen if one.ends == day):
            requires = programme.credentials[one.credential].requires
            if requires is not None and completed_on(requires, before, on=day) is None:
                return None
            facts = replace(
                facts,
                awards=(*facts.awards, programme.award(one.credential, day)),
                scores=(*facts.scores, ScoreReached(one.credential, 0.6, day)),
                hours=(*facts.hours, *(HoursRecorded(name, time, day) for name, time in one.activities.items())),
            )
        for stack in programme.stacks:
            fresh = not any(award.badge == stack for award in facts.awards)
            if fresh and completed_on(programme.stacks[stack].rule, facts, on=day) is not None:
                facts = replace(facts, awards=(*facts.awards, programme.award(stack, day)))
                if stack == goal:
                    return day
    return None


badge = st.sampled_from(NAMES[:4]).map(lambda name: {"badge": name})
rules = st.recursive(
    badge
    | st.builds(lambda name, least: {"score": {"assessment": name, "min": least}}, st.sampled_from("abcd"),
                st.sampled_from([0.5, 0.6, 0.9]))
    | st.builds(lambda of, least: {"hours": {"min": least, "of": sorted(of)}},
                st.sets(st.sampled_from(["a", "b", "c", "d-x"]), min_size=1), st.integers(1, 9)),
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts, count: {"at_least": {"count": min(count, len(parts)), "of": parts}},
                  st.lists(inner, min_size=1, max_size=3), st.integers(1, 3)),
        st.builds(lambda parts: {"in_order": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda months, part: {"within": {"months": months, "rule": part}}, st.integers(1, 12), inner),
        st.builds(lambda least, cap: {"points": {"min": least, "cap": {"k": cap}, "from": [
            {"badge": "a", "points": 1, "kind": "k"}, {"badge": "b", "points": 3, "kind": "k"},
            {"badge": "c", "points": 2, "kind": "k"}, {"badge": "d", "points": 1}]}},
            st.integers(1, 6), st.integers(0, 3)),
        st.builds(lambda part: {"per_profession": {"nursing": part}}, inner),
        st.builds(lambda part: {"shortcut": {"badge": "e", "otherwise": part}}, inner),
    ),
    max_leaves=6,
)  # fmt: skip
weeks = st.integers(0, 29)


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_a_plan_is_as_good_as_the_best_of_all_subsets(data):
    names = NAMES[: data.draw(st.integers(2, 5))]
    offered = {name: sorted(data.draw(st.sets(weeks, min_size=1, max_size=2), label=name)) for name in names}
    offered = {name: [one for at, one in enumerate(chances) if at == 0 or one // 10 != chances[0] // 10]
               for name, chances in offered.items()}  # fmt: skip
    more: dict[str, dict[str, object]] = {}
    for name in names[1:]:
        if data.draw(st.booleans()):
            more[name] = {"requires": {"badge": names[0]}}
        if data.draw(st.booleans()):
            more.setdefault(name, {})["validity_months"] = data.draw(st.sampled_from([1, 4, 8]))
    stacks = {
        "first": data.draw(rules),
        "goal": {"any": [{"all": [{"badge": "first"}, data.draw(rules)]}, data.draw(rules)]},
    }
    programme = made(stacks, offered, **more)
    held = data.draw(st.sets(st.sampled_from(names), max_size=1))
    awards = tuple(Award(name, datetime.date(2026, 8, 3), hours=2) for name in held)
    learner = PlanFor(
        facts=Facts(profession=data.draw(st.sampled_from([None, "nursing"])), awards=awards),
        hours_per_term=data.draw(st.dictionaries(st.sampled_from(["t0", "t1", "t2"]), st.integers(2, 9), max_size=2)),
        from_day=datetime.date(2026, 8, 3),
    )
    found = plan(programme, "goal", learner)
    best = exhaustive(programme, "goal", learner)
    assert found.proven
    if best is None:
        assert found.impossible is not None
        assert found.impossible.reasons
    else:
        assert found.impossible is None
        assert (found.hours, found.completed_on) == (pytest.approx(best[0]), best[1])


def test_the_aim_decides_what_is_made_best():
    programme = made(
        {"goal": {"any": ["a", {"all": ["b", "c"]}]}}, {"b": [1], "c": [2], "a": [25]},
        a={"hours": 3}, b={"hours": 5}, c={"hours": 5},
    )  # fmt: skip
    cheap = plan(programme, "goal", PlanFor())
    quick = plan(programme, "goal", PlanFor(aim="earliest"))
    assert [one.credential for one in cheap.steps] == ["a"]
    assert [one.credential for one in quick.steps] == ["b", "c"]
    assert quick.completed_on < cheap.completed_on


def test_growth_areas_add_credentials_that_assess_them():
    programme = example_programme()
    base = PlanFor(Facts(profession="pharmacy"))
    plain = plan(programme, "communication-certificate", base)
    wish = frozenset({"VE6", "TT4"})
    grown = plan(programme, "communication-certificate", replace(base, aim="growth", growth=wish))
    assert set(grown.growth) == wish
    assert {one.credential for one in grown.steps} >= {"quality-improvement-team", "team-simulation"}
    assert grown.hours > plain.hours


def test_what_expires_is_not_counted_on_the_day_of_completion():
    programme = made({"goal": {"all": ["a", "b"]}}, {"a": [0, 25], "b": [28]}, a={"validity_months": 2})
    assert [(one.credential, one.term) for one in plan(programme, "goal", PlanFor()).steps] == [
        ("a", "t2"),
        ("b", "t2"),
    ]


def test_hours_that_do_not_fit_are_the_reason_and_the_relaxation_says_how_many_more():
    programme = made({"goal": {"all": ["a", "b"]}}, {"a": [1], "b": [2]}, a={"hours": 4}, b={"hours": 5})
    found = plan(programme, "goal", PlanFor(hours_per_term={"t0": 6})).impossible
    assert found.reasons == ("No more than 6 hours fit into Term 0.",)
    assert found.relaxation == ("3 hours more in Term 0.",)
    assert found.cost == 3


def test_a_closed_offering_is_the_reason_and_another_is_asked_for():
    programme = made({"goal": {"all": ["a", "b"]}}, {"a": [1], "b": [12]}, b={"requires": "a"})
    found = plan(programme, "goal", PlanFor(closed=frozenset({"b@t1"}))).impossible
    assert found.reasons == ("B is closed to this learner.",)
    assert found.relaxation == ("B offered in Term 0.",)


def test_a_credential_for_another_profession_is_the_reason():
    programme = made({"goal": "a"}, {"a": [1]}, a={"professions": ["medicine"]})
    found = plan(programme, "goal", PlanFor(Facts(profession="nursing"))).impossible
    assert found.reasons == ("A is not open to Nursing.",)


def test_what_no_badge_can_do_is_said_without_a_way_out():
    programme = made({"goal": {"score": {"assessment": "a", "min": 0.9}}}, {"a": [1]})
    found = plan(programme, "goal", PlanFor()).impossible
    assert found.relaxation == ()
    assert found.reasons[1:] == ("Still to do: a score of at least 90% in A.",)


def test_a_goal_whose_badge_ran_out_is_completed_again():
    programme = made({"goal": {"all": ["a"]}}, {"a": [1]}, a={"validity_months": 1}, goal={"validity_months": 1})
    old = datetime.date(2026, 1, 5)
    facts = Facts(awards=(programme.award("a", old), programme.award("goal", old)))
    found = plan(programme, "goal", PlanFor(facts, from_day=datetime.date(2026, 8, 1)))
    assert [one.credential for one in found.steps] == ["a"]
    assert found.completed_on == found.steps[0].ends
    shared = plan_jointly(programme, "goal", {"L": PlanFor(facts, from_day=datetime.date(2026, 8, 1))})
    assert shared.plans.plans["L"].steps == found.steps


def test_what_ends_after_the_last_day_of_a_learner_does_not_count():
    programme = made({"goal": {"any": ["a", "b"]}}, {"a": [25], "b": [3]}, a={"hours": 1}, b={"hours": 5})
    assert [one.credential for one in plan(programme, "goal", PlanFor()).steps] == ["a"]
    short = PlanFor(until=datetime.date(2026, 12, 1))
    assert [one.credential for one in plan(programme, "goal", short).steps] == ["b"]
    none = plan(programme, "goal", PlanFor(until=datetime.date(2026, 8, 5)))
    assert none.impossible is not None


def test_a_goal_that_is_held_needs_no_steps():
    facts = Facts.holding(["communication-certificate"], on=datetime.date(2026, 1, 2))
    found = plan(example_programme(), "communication-certificate", PlanFor(facts))
    assert (found.steps, found.completed_on) == ((), datetime.date(2026, 1, 2))


@pytest.mark.parametrize("goal", ["nothing", "roles"])
def test_an_unknown_goal_is_an_error(goal):
    with pytest.raises(UnknownNameError, match="neither a stack nor a credential"):
        plan(example_programme(), goal, PlanFor())


def test_stacks_in_a_circle_are_an_error():
    programme = made({"goal": "other", "other": "goal"}, {"a": [1]})
    with pytest.raises(UnusableInputError, match="circle"):
        plan(programme, "goal", PlanFor())


def test_offerings_are_those_that_have_not_begun():
    programme = example_programme()
    assert len(offerings_of(programme)) == 16
    assert [one.id for one in offerings_of(programme, datetime.date(2028, 1, 15))] == [
        "quality-improvement-team@2028-spring",
        "team-clinical-experience@2028-spring",
    ]
    with pytest.raises(UnknownNameError, match="not an offering"):
        limit_seats(offerings_of(programme), {"roles-foundations@2031-fall": 3})
    limited = limit_seats(offerings_of(programme), {"team-simulation": 30})
    assert {one.credential: one.seats for one in limited if one.seats is not None} == {"team-simulation": 30}


def test_a_cohort_shares_solves_and_gets_what_each_learner_would():
    programme = example_programme()
    learners = dict(list(cohort_of(programme).items())[::70])
    found = plan_cohort(programme, "teams-and-teamwork-certificate", learners)
    assert found.states == len({one.facts.profession for one in learners.values()})
    for learner, one in learners.items():
        assert found.plans[learner] == plan(programme, "teams-and-teamwork-certificate", one)
    frame = found.to_frame()
    assert set(frame["learner"]) == set(learners)
    assert frame["hours"].sum() == pytest.approx(sum(one.hours for one in found.plans.values()))


def test_rules_are_what_the_plan_is_checked_with():
    # A rule whose parts are shared by several stacks, once with and once without an order.
    programme = made({"s": {"in_order": ["b", "a"]}, "goal": {"all": ["s", "c"]}}, {"a": [3, 15], "b": [8], "c": [20]})
    found = plan(programme, "goal", PlanFor())
    assert [(one.credential, one.term) for one in found.steps] == [("b", "t0"), ("a", "t1"), ("c", "t2")]


def learners_of(count: int, **more: object) -> dict[str, PlanFor]:
    return {f"l{at}": PlanFor(Facts(profession="nursing"), **more) for at in range(count)}


def test_seats_go_to_as_many_as_can_be_with_the_fewest_hours():
    programme = made({"goal": {"any": ["a", "b", {"all": ["c", "d"]}]}}, {"a": [1], "b": [2], "c": [3], "d": [4]})
    offerings = limit_seats(offerings_of(programme), {"a": 2, "b": 1, "c": 3, "d": 5})
    found = plan_jointly(programme, "goal", learners_of(8), offerings)
    taken = sorted("".join(step.credential for step in one.steps) for one in found.plans.plans.values())
    assert taken == ["", "", "a", "a", "b", "cd", "cd", "cd"]
    assert len(found.unserved) == 2
    assert found.hours == found.bound == 2 * 2 + 3 + 3 * (4 + 5)
    assert {one.name: one.used for one in found.uses if "@" in one.name} == {"a@t0": 2, "b@t0": 1, "c@t0": 3, "d@t0": 3}


def test_assessors_hours_are_a_limit_like_seats():
    assessed = {"assessment": {"methods": ["test"], "assessor": "faculty", "pass_score": 0.6, "assessor_minutes": 30}}
    programme = made({"goal": {"any": ["a", "b"]}}, {"a": [1], "b": [2]}, a=assessed)
    found = plan_jointly(programme, "goal", learners_of(6), assessor_hours={"faculty": 1.2})
    assert sorted(one.steps[0].credential for one in found.plans.plans.values()) == ["a", "a", "b", "b", "b", "b"]
    assert [(one.name, one.used) for one in found.uses] == [("faculty t0", 1.0)]


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_a_joint_plan_is_as_good_as_the_best_assignment(data):
    offered = {name: [data.draw(weeks)] for name in "abcd"}
    programme = made({"goal": {"any": ["a", {"all": ["b", "c"]}, data.draw(rules)]}}, offered)
    seats = {name: data.draw(st.integers(0, 3)) for name in "abcd"}
    offerings = limit_seats(offerings_of(programme), seats)
    learners = {}
    for at in range(4):
        held = tuple(
            Award(name, datetime.date(2026, 8, 3)) for name in data.draw(st.sets(st.sampled_from("bd"), max_size=1))
        )
        learners[f"l{at}"] = PlanFor(Facts("nursing", held), from_day=datetime.date(2026, 8, 3))
    found = plan_jointly(programme, "goal", learners, offerings, assessor_hours={})
    ways = []
    for one in learners.values():
        held_names = {award.badge for award in one.facts.awards}
        free = [chance for chance in offerings if chance.credential not in held_names]
        sets = [chosen for count in range(5) for chosen in combinations(free, count)]
        ways.append([chosen for chosen in sets if walked(programme, "goal", one, chosen) is not None] + [None])
    best = min(
        (
            sum(chosen is None for chosen in choice),
            sum(sum(c.hours.values()) for chosen in choice for c in chosen or ()),
        )
        for choice in product(*ways)
        if all(sum(c.id == o.id for chosen in choice for c in chosen or ()) <= o.seats for o in offerings)
    )
    without = sum(one.impossible is not None for one in found.plans.plans.values())
    assert (without, found.hours) == (best[0], pytest.approx(best[1]))
    assert found.gap < 1e-6 or found.bound <= found.hours


def test_after_the_last_term_each_part_that_is_still_to_do_is_a_short_sentence():
    design = example_programme()
    facts = Facts.holding(["team-clinical-experience"], on=datetime.date(2028, 1, 1), profession="nursing")
    found = plan(design, "ipe-micro-credential", PlanFor(facts, from_day=datetime.date(2035, 1, 1)))
    first, *parts = found.impossible_because()
    assert first == "Nothing that this learner can take begins on 2035-01-01 or later."
    assert parts[0].startswith("Still to do: at least 3 of: Certificate in Values and Ethics, ")
    assert all(len(part) < 200 for part in parts)
    assert len(parts) <= 9
