"""The map of steps: what it says in words, and that steps of few are in neither picture nor words."""

from __future__ import annotations

import pandas as pd

from ipe_workbench.evaluation.process_map import map_process, read_events
from ipe_workbench.figures import process_map


def mapped(paths):
    days = pd.date_range("2026-01-01", periods=20, freq="7D")
    rows = [(n, one, days[at]) for n, path in enumerate(paths) for at, one in enumerate(path)]
    return map_process(read_events(pd.DataFrame(rows, columns=["learner", "credential", "on"])))


def test_words_tell_each_step_that_is_drawn_and_none_of_few():
    found = mapped(["abc"] * 50 + ["acb"] * 20 + ["aba"] * 15 + ["ca"] * 3)
    figure = process_map(found, titles={"a": "Roles <b> & $5", "b": "Teams"})
    shown = {(one["from"], one["to"]) for one in found.published.to_dict("records")}
    assert ("c", "a") not in shown
    assert "65 times, median 7 days" in figure.alt
    assert figure.alt.count("times") == len(shown)
    assert "c to Roles" not in figure.alt
    svg = figure.to_svg()
    assert "<b>" not in svg.split("</desc>")[0].split("<desc")[1]
    assert figure.title.startswith("Most often, Teams followed Roles")


def test_only_beginnings_and_ends_can_be_drawn():
    figure = process_map(mapped(["a"] * 30 + ["b"] * 30))
    assert figure.title == "Learners began and ended"
    assert "Start to a 30 times" in figure.alt
