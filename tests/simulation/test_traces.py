"""Traces hold what the summaries count, line by line."""

from __future__ import annotations

import pandas as pd
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.credentials import example_programme
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.resources import data_folder
from ipe_workbench.simulation import Scenario, simulate, write_traces

SCENARIO = Scenario(id="quick", title="Quick look")


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    path = tmp_path_factory.mktemp("traces") / "traces.parquet"
    rows = write_traces(example_programme(), SCENARIO, path, replicates=3, seed=11)
    return path, rows


def test_the_awards_of_a_trace_are_those_of_the_summary(traced):
    path, rows = traced
    trace = pd.read_parquet(path)
    assert len(trace) == rows
    summary = simulate(example_programme(), SCENARIO, replicates=3, seed=11).by_replicate()
    earned = trace[trace["passed"]].drop_duplicates(["replicate", "profession", "learner", "item"])
    counted = earned.groupby(["replicate", "item"], observed=True).size()
    for row in summary.itertuples():
        assert counted.get((row.replicate, row.item), 0) == row.earned


def test_attempts_are_numbered_in_order_and_end_with_a_pass(traced):
    trace = pd.read_parquet(traced[0])
    tries = trace[trace["attempt"] > 0]
    learner = ["replicate", "profession", "learner", "item"]
    assert (tries.groupby(learner, observed=True)["attempt"].max() >= 1).all()
    assert (tries.groupby(learner, observed=True)["week"].diff().dropna() >= 0).all()
    sizes = {one.id: one.learners for one in example_programme().info.professions}
    for profession, part in trace.groupby("profession", observed=True):
        assert part["learner"].between(0, sizes[profession] - 1).all()


def test_a_replicate_is_a_row_group_and_the_file_says_that_it_is_simulated(traced):
    file = pq.ParquetFile(traced[0])
    assert file.metadata.num_row_groups == 3
    assert file.schema_arrow.metadata[b"simulated"] == b"yes"
    assert [one.name for one in traced[0].parent.iterdir()] == ["traces.parquet"]


def test_a_scenario_that_does_not_fit_writes_nothing(tmp_path):
    nobody = {one.id: 0 for one in example_programme().info.professions}
    empty = Scenario.model_validate({"id": "empty", "title": "Nobody", "cohort": nobody})
    with pytest.raises(UnusableInputError):
        write_traces(example_programme(), empty, tmp_path / "traces.parquet")
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_them_beside_the_result(tmp_path):
    asked = ["run", str(data_folder() / "programmes" / "cu-ipe"), "--replicates", "1", "--traces"]
    refused = CliRunner().invoke(app, ["simulate", *asked])
    assert isinstance(refused.exception, UnusableInputError)
    out = tmp_path / "run"
    done = CliRunner().invoke(app, ["simulate", *asked, "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert pd.read_parquet(out / "traces.parquet")["replicate"].eq(0).all()
