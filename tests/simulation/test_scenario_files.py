from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from ipe_workbench.credentials import Programme, load_programme
from ipe_workbench.errors import UnknownNameError, UnreadableFileError, UnusableInputError
from ipe_workbench.simulation import (
    Scenario,
    apply_design_changes,
    check_scenario,
    find_scenario,
    parameters,
    read_scenario,
    read_scenarios,
    simulate,
)
from ipe_workbench.simulation.parameter_list import parameter_table
from tests.simulation.conftest import DATA


@pytest.mark.parametrize("folder", ["reference", "cu-ipe"])
def test_shipped_scenarios_fit_their_programme(folder: str) -> None:
    scenarios, findings = read_scenarios(DATA / folder, load_programme(DATA / folder))
    assert scenarios
    assert findings == ()


@pytest.mark.parametrize("name", ["today", "redesign", "everything"])
def test_shipped_scenario_spells_out_every_parameter(name: str) -> None:
    from ruamel.yaml import YAML

    data = YAML(typ="safe").load((DATA / "cu-ipe" / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8"))
    for parameter in parameters():
        here: Any = data
        for step in parameter.path.split("."):
            assert step in here, parameter.path
            here = here[step]


def test_the_redesign_differs_from_today_in_the_design_alone() -> None:
    today, redesign = (find_scenario(DATA / "cu-ipe", name) for name in ("today", "redesign"))
    allowed = {"id", "title", "description", "design_changes"}
    first, second = (one.model_dump(exclude=allowed) for one in (today, redesign))
    assert first["assessment"].pop("open_terms_after") < second["assessment"].pop("open_terms_after")
    assert first == second
    assert redesign.design_changes


def test_manual_lists_the_parameters_of_the_code() -> None:
    manual = (Path(__file__).resolve().parents[2] / "docs" / "simulation-model.md").read_text(encoding="utf-8")
    assert parameter_table() in manual


def test_scenario_is_found_by_id_by_file_name_and_by_path(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    path = tmp_path / "scenarios" / "next-year.yaml"
    path.write_text("id: plan\ntitle: Plan\n", encoding="utf-8")
    expected = Scenario(id="plan", title="Plan")
    for name in ("plan", "next-year", "next-year.yaml", path):
        assert find_scenario(tmp_path, name) == expected


def test_unknown_scenario_offers_near_names() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean today"):
        find_scenario(DATA / "cu-ipe", "todayy")


def test_every_wrong_field_is_found_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(
        "id: bad\ntitle: Bad\nreplicates: 0\nlearning:\n  known_at_start: 1.5\n  knows: 1\n", encoding="utf-8"
    )
    with pytest.raises(UnusableInputError) as caught:
        read_scenario(path)
    assert sorted((f.place.line, f.place.field) for f in caught.value.findings) == [
        (3, "replicates"),
        (5, "learning.known_at_start"),
        (6, "learning.knows"),
    ]
    with pytest.raises(UnreadableFileError):
        read_scenario(tmp_path / "missing.yaml")


def test_names_that_the_programme_lacks_are_found_with_their_line(tmp_path: Path, small: Programme) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "s.yaml").write_text(
        "id: s\ntitle: S\ncohort:\n  nursin: 3\nprofessions:\n  law: {learn_shift: 1}\n"
        "credentials:\n  thirdd: {slip: 0}\ndesign_changes:\n  first:\n    offer_again_in: [summer]\n"
        "    requires: nothing-known\n  fourth: {attempts: 2}\n",
        encoding="utf-8",
    )
    scenarios, findings = read_scenarios(tmp_path, small)
    assert [one.id for one in scenarios] == ["s"]
    assert [(f.id, f.place.line, f.message.split("`")[1]) for f in findings] == [
        ("unknown-name", 4, "nursin"),
        ("unknown-name", 6, "law"),
        ("unknown-name", 8, "thirdd"),
        ("unknown-name", 11, "summer"),
        ("unknown-name", 12, "nothing-known"),
        ("unknown-name", 13, "fourth"),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"assessment": {"slip": 0.5, "guess": 0.6}},
        {"participation": {"drop_out": [{"from_week": 5, "to_week": 2, "per_week": 0.1}]}},
        {"participation": {"drop_out": [{"from_week": 1, "to_week": 4, "per_week": 0.1}] * 2}},
        {"design_changes": {"first": {"requires": "second", "drop_requires": True}}},
        {"seed": -1},
        {"learning": {"forget_per_week": float("nan")}},
    ],
)
def test_contradictory_scenario_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Scenario.model_validate({"id": "s", "title": "S", **fields})


def test_override_that_makes_knowing_a_handicap_is_found(small: Programme) -> None:
    scenario = Scenario.model_validate({"id": "s", "title": "S", "credentials": {"first": {"slip": 0.9}}})
    assert [finding.id for finding in check_scenario(scenario, small)] == ["knowing-hurts"]


def test_empty_cohort_is_refused(small: Programme) -> None:
    scenario = Scenario.model_validate({"id": "s", "title": "S", "cohort": {"nursing": 0, "pharmacy": 0}})
    with pytest.raises(UnusableInputError, match="no learners"):
        simulate(small, scenario)


@pytest.mark.parametrize("numbers", [{"replicates": 0}, {"replicates": 100_001}, {"seed": 2**32}, {"seed": -1}])
def test_numbers_out_of_range_are_refused(small: Programme, numbers: dict[str, int]) -> None:
    with pytest.raises(UnusableInputError, match="must lie between"):
        simulate(small, Scenario(id="s", title="S"), **numbers)  # type: ignore[arg-type]


def test_design_changes_change_the_design_and_nothing_else(make_programme: Any, make_credential: Any) -> None:
    session = {"id": "session", "title": "S", "kind": "workshop", "hours": 2, "term": "fall", "weeks": [3]}
    programme = make_programme(
        [make_credential("first", activities=[session]), make_credential("second", requires="first")]
    )
    scenario = Scenario.model_validate(
        {
            "id": "s",
            "title": "S",
            "design_changes": {
                "first": {"attempts": 5, "pass_score": 0.8, "offer_again_in": ["spring"]},
                "second": {"drop_requires": True},
            },
        }
    )
    changed = apply_design_changes(programme, scenario)
    first = changed.credentials["first"]
    assert (first.assessment.attempts, first.assessment.pass_score) == (5, 0.8)
    assert [(a.id, a.term, a.weeks) for a in first.activities] == [
        ("session", "fall", (3,)),
        ("session-again-spring", "spring", (3,)),
    ]
    assert changed.credentials["second"].requires is None
    assert programme.credentials["first"].assessment.attempts == 3
    assert programme.credentials["second"].requires is not None


def test_second_offering_opens_the_assessment_again(make_programme: Any, make_credential: Any) -> None:
    session = {"id": "session", "title": "S", "kind": "workshop", "hours": 2, "term": "fall", "weeks": [3, 6]}
    programme = make_programme([make_credential("first", activities=[session], assessment={"attempts": 9})])

    def weeks_of_awards(changes: dict[str, Any]) -> set[int]:
        scenario = Scenario.model_validate({"id": "s", "title": "S", "replicates": 20, "design_changes": changes})
        curve = simulate(programme, scenario).attainment_by_week("all", "earned")
        return {int(week) for week, step in zip(curve["week"], curve["mean"].diff().fillna(0), strict=True) if step > 0}

    assert weeks_of_awards({}) == {6, 7, 8}
    assert weeks_of_awards({"first": {"offer_again_in": ["spring"]}}) == {6, 7, 8, 14, 15, 16}


def test_higher_pass_score_lowers_attainment(small: Programme) -> None:
    def earned(score: float) -> float:
        changes = {"first": {"pass_score": score}}
        scenario = Scenario.model_validate({"id": "s", "title": "S", "replicates": 20, "design_changes": changes})
        return float(simulate(small, scenario).badges("all", "earned")["mean"].iloc[0])

    assert earned(0.6) > earned(0.7) > earned(0.8)


@pytest.mark.parametrize(
    ("section", "value", "found"),
    [
        ({"learning": {"learn_per_opportunity": 0.5}}, "0.5", ["unusual-value"]),
        ({"motivation": {"leave": 4}}, "4", ["unusual-value"]),
        ({"learning": {"learn_per_opportunity": 0.37}}, "", []),
        ({"learning": {"forget_per_week": 0}}, "", []),
    ],
)
def test_a_value_outside_the_reported_range_is_a_remark(
    small: Programme, section: dict[str, Any], value: str, found: list[str]
) -> None:
    findings = check_scenario(Scenario.model_validate({"id": "s", "title": "S", **section}), small)
    assert [one.id for one in findings] == found
    assert all(one.severity == "info" and f"is {value}," in one.message for one in findings)
    simulate(small, Scenario.model_validate({"id": "s", "title": "S", **section}), replicates=1)
