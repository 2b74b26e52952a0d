"""Parameters by their place in the scenario."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipe_workbench.errors import WorkbenchError
from ipe_workbench.simulation import Scenario, parameters
from ipe_workbench.simulation.experiments import Factor, parse_factor, with_values


def test_every_number_of_the_model_can_be_varied() -> None:
    scenario = Scenario(id="s", title="S")
    varied = 0
    for parameter in parameters():
        if not isinstance(parameter.default, float) or isinstance(parameter.default, bool):
            continue
        value = parameter.default * 0.9 if parameter.default else 0.01
        changed = with_values(scenario, {parameter.path: value}).model_dump()
        for step in parameter.path.split("."):
            changed = changed[step]
        assert changed == pytest.approx(value)
        varied += 1
    assert varied >= 15


def test_places_that_the_file_does_not_write_are_made() -> None:
    scenario = Scenario.model_validate(
        {
            "id": "s", "title": "S",
            "participation": {"drop_out": [{"from_week": 1, "to_week": 4, "per_week": 0.1}]},
            "professions": {"nursing": {"learn_shift": 0.3}},
        }
    )  # fmt: skip
    changed = with_values(
        scenario,
        {
            "participation.drop_out.0.per_week": 0.2,
            "professions.nursing.uptake.advanced": 0.5,
            "design_changes.first.attempts": 4,
            "participation.uptake.foundation": 0.9,
        },
    )
    assert changed.participation.drop_out[0].per_week == 0.2
    assert changed.participation.drop_out[0].to_week == 4
    assert changed.professions["nursing"].learn_shift == 0.3
    assert changed.professions["nursing"].uptake is not None
    assert changed.professions["nursing"].uptake.advanced == 0.5
    assert changed.design_changes["first"].attempts == 4
    assert scenario.participation.drop_out[0].per_week == 0.1


@pytest.mark.parametrize(
    "text",
    [
        "assessment.slipp=0:1", "assessment=0:1", "assessment.slip", "assessment.slip=", "assessment.slip=0.3:0.1",
        "assessment.slip=0:0.3:log", "assessment.slip=0.1:nan", "assessment.slip=a,b", "assessment.slip=0.1,0.1",
        "assessment.offered=sometimes", "assessment.offered=1:2", "practice.needs_prerequisite=maybe",
        "design_changes.x.attempts=1.5:3", "learning.known_at_start.deeper=0:1", "=0:1", "assessment.slip=0.1:0.2:0.3",
    ],
)  # fmt: skip
def test_wrong_factors_are_told(text: str) -> None:
    with pytest.raises(WorkbenchError) as told:
        parse_factor(text)
    assert told.value.exit_code == 2


def test_value_out_of_range_and_place_that_is_not_there() -> None:
    scenario = Scenario(id="s", title="S")
    with pytest.raises(WorkbenchError, match=r"assessment\.slip=2.*do not fit"):
        with_values(scenario, {"assessment.slip": 2.0})
    with pytest.raises(WorkbenchError, match="0 entries"):
        with_values(scenario, {"participation.drop_out.0.per_week": 0.2})


@given(st.floats(0, 1), st.integers(1, 9), st.integers(1, 9))
def test_values_lie_within_the_ends(share: float, low: int, more: int) -> None:
    for scale in ("linear", "log"):
        value = Factor("x", float(low), float(low + more), scale=scale).at(share)
        assert low - 1e-9 <= value <= low + more + 1e-9
    whole = Factor("x", float(low), float(low + more), whole=True)
    assert isinstance(whole.at(share), int)
    assert low <= whole.at(share) <= low + more
    assert whole.listed(20) == tuple(range(low, low + more + 1))
