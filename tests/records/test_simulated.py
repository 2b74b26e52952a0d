"""A simulated cohort as records: the same frames, the same analyses, the same numbers as the simulation counts."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest

from ipe_workbench.credentials import example_programme
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.records import FRAMES, schema
from ipe_workbench.records.importing import import_file
from ipe_workbench.records.simulated import Frames, simulated_records
from ipe_workbench.simulation import Scenario, simulate

AT = datetime.datetime(2026, 11, 1, 9)  # noqa: DTZ001 - times in the records are UTC without saying so
PROGRAMME = example_programme()
SCENARIO = Scenario(id="quick", title="Quick look", replicates=3)


@pytest.fixture(scope="module")
def simulated():
    return simulated_records(PROGRAMME, SCENARIO, replicate=2, seed=11)


def awarded_by_profession(records: Frames) -> pd.DataFrame:
    """An analysis that knows nothing of where the records are from: share of a profession that holds each badge."""
    enrolments = records.frame("enrolments", columns=["learner", "profession"])
    awards = records.frame("awards", where={"issuer": ""}, columns=["learner", "credential"]).drop_duplicates()
    sizes = enrolments.groupby("profession")["learner"].nunique()
    held = awards.merge(enrolments, on="learner").groupby(["profession", "credential"])["learner"].nunique()
    return held.div(sizes, level="profession").rename("share").reset_index()


def first_tries(records: Frames) -> pd.Series:
    """Another: the share of first attempts that were passed."""
    tries = records.frame("assessments", where={"attempt": 1})
    return tries.groupby("assessment")["passed"].mean().astype(float)


@pytest.mark.parametrize("name", FRAMES)
def test_each_frame_of_a_simulation_is_as_the_schema_says(simulated, name):
    frame = simulated.frame(name)
    schema(name).validate(frame)
    assert frame.attrs["simulated"] is True


def test_learners_of_a_replicate_are_those_that_the_simulation_counts(simulated):
    result = simulate(PROGRAMME, SCENARIO, seed=11)
    counted = result.by_replicate()
    counted = counted[counted["replicate"] == 2].set_index("item")["earned"]
    ours = simulated.frame("awards").groupby("credential")["learner"].nunique()
    assert ours.reindex(counted.index, fill_value=0).to_dict() == counted.to_dict()
    assert simulated.frame("enrolments")["profession"].value_counts().to_dict() == result.about["professions"]
    alone = simulate(PROGRAMME, SCENARIO, seed=11, replicates=1).attempts()
    first = simulated_records(PROGRAMME, SCENARIO, replicate=0, seed=11).frame("assessments")
    tries = first.groupby(["credential", "attempt"]).size()
    told = alone[alone["tries"] > 0].set_index(["credential", "attempt"])["tries"]
    assert tries.to_dict() == {key: int(value) for key, value in told.items()}
    passed = first[first["passed"].fillna(value=False)]
    assert passed["on"].notna().all()


def test_an_analysis_runs_on_a_simulated_cohort_and_on_the_store_and_finds_the_same(simulated, store, tmp_path):
    # The simulated cohort is brought into a real database through the importers, as an office would.
    people = simulated.frame("enrolments").drop(columns="status")
    awards = simulated.frame("awards").drop(columns=["award", "issuer"])
    results = simulated.frame("assessments")[["learner", "assessment", "kind", "credential", "attempt", "on", "passed"]]
    for name, frame in (("people", people), ("awards", awards), ("results", results)):
        frame.to_csv(tmp_path / f"{name}.csv", index=False, date_format="%Y-%m-%d")
        result = import_file(store, tmp_path / f"{name}.csv", at=AT)
        assert not result.errors, result.errors[:3]
    for name in ("enrolments", "awards", "assessments"):
        assert store.frame(name).dtypes.to_dict() == simulated.frame(name).dtypes.to_dict()
        assert len(store.frame(name)) == len(simulated.frame(name))
    expected = awarded_by_profession(simulated)
    assert len(expected) > 10
    pd.testing.assert_frame_equal(awarded_by_profession(store), expected)
    pd.testing.assert_series_equal(first_tries(store), first_tries(simulated))


def test_a_frame_of_a_simulation_is_filtered_as_that_of_a_store(simulated):
    day = simulated.frame("awards")["on"].median()
    late = simulated.frame("awards", where={"on": slice(day, None)}, columns=["learner", "on"])
    assert list(late.columns) == ["learner", "on"]
    assert late["on"].min() >= day
    some = simulated.frame("enrolments", where={"profession": ["nursing", "medicine"]})
    assert set(some["profession"]) == {"nursing", "medicine"}
    with pytest.raises(UnknownNameError):
        simulated.frame("awards", where={"profession": "nursing"})
    with pytest.raises(UnknownNameError):
        simulated.frame("badges")
