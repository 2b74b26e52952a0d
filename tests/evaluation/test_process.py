"""Process: a published log, laws, paths against a design, and what small numbers give away."""

from __future__ import annotations

import datetime
from collections import Counter
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from ipe_workbench.credentials import example_programme
from ipe_workbench.errors import UnknownNameError, UnusableInputError
from ipe_workbench.evaluation import study_process
from ipe_workbench.evaluation.process_map import map_process, read_events
from ipe_workbench.evaluation.process_privacy import END, START

#: The six cases of van der Aalst's book, Table 2.2, with its letters for the activities.
BOOK = ("abdeh", "adceg", "acdefbdeg", "adbeh", "acdefdcefcdeh", "acdeg")


def log(paths, first="2026-01-01", gap=7):
    days = pd.date_range(first, periods=60, freq=f"{gap}D").strftime("%Y-%m-%d")
    rows = [(n, one, days[at]) for n, path in enumerate(paths) for at, one in enumerate(path)]
    return pd.DataFrame(rows, columns=["learner", "credential", "on"])


def test_the_running_example_of_the_book():
    mapped = map_process(read_events(log(BOOK)), threshold=2)
    counts = {(row["from"], row["to"]): row["count"] for row in mapped.transitions.to_dict("records")}
    # Counted by hand from the six cases.
    assert counts == {
        (START, "a"): 6, ("a", "b"): 1, ("a", "c"): 3, ("a", "d"): 2, ("b", "d"): 2, ("b", "e"): 1, ("c", "d"): 4,
        ("c", "e"): 2, ("d", "b"): 1, ("d", "c"): 2, ("d", "e"): 6, ("e", "f"): 3, ("e", "g"): 3, ("e", "h"): 3,
        ("f", "b"): 1, ("f", "c"): 1, ("f", "d"): 1, ("g", END): 3, ("h", END): 3,
    }  # fmt: skip
    assert mapped.variants["learners"].tolist() == [1] * 6
    assert mapped.activities.set_index("activity")["count"].to_dict() == Counter("".join(BOOK))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text("abcd", min_size=1, max_size=6), min_size=1, max_size=25))
def test_what_flows_in_flows_out(paths):
    mapped = map_process(read_events(log(paths)), threshold=2)
    table = mapped.transitions
    into, out = table.groupby("to")["count"].sum(), table.groupby("from")["count"].sum()
    activity = mapped.activities.set_index("activity")["count"]
    for name, count in activity.items():
        assert into[name] == out[name] == count
    assert out[START] == into[END] == len(paths)
    brute = Counter(step for path in paths for step in pairwise([START, *path, END]))
    assert {(a, b): c for a, b, c in table[["from", "to", "count"]].itertuples(index=False)} == brute
    assert (table["learners"] <= table["count"]).all()
    assert mapped.variants["learners"].sum() == len(paths)


def test_days_are_the_quartiles_of_the_gaps():
    rng = np.random.default_rng(1)
    gaps = rng.integers(1, 90, 41)
    start = pd.Timestamp("2026-03-01")
    rows = [(n, "a", start) for n in range(41)] + [
        (n, "b", start + pd.Timedelta(days=int(g))) for n, g in enumerate(gaps)
    ]
    study = study_process(pd.DataFrame(rows, columns=["learner", "credential", "on"]))
    row = study.analysis["days[a>b]"]
    assert [row.low, row.estimate, row.high] == np.quantile(gaps, [0.25, 0.5, 0.75]).tolist()
    assert study.map.to_networkx().edges["a", "b"] == {"count": 41, "days_median": float(np.median(gaps))}


@pytest.mark.parametrize("seed", range(5))
def test_a_reader_cannot_work_out_a_step_of_few(seed):
    rng = np.random.default_rng(seed)
    paths = ["".join(rng.permutation(list("abc"))[: rng.integers(1, 4)]) for _ in range(120)]
    paths += ["abd"] * int(rng.integers(1, 9)) + ["ad"] * int(rng.integers(0, 3))
    mapped = map_process(read_events(log(paths)))
    names = [START, *sorted(set("".join(paths))), END]
    cells = [(a, b) for a in names[:-1] for b in names[1:]]
    shown = {(r["from"], r["to"]): r["count"] for r in mapped.published.to_dict("records")}
    rows, low, high = [], [], []
    for cell, count in shown.items():
        rows.append([float(one == cell) for one in cells])
        low.append(count)
        high.append(count)
    sums = mapped.activities.set_index("activity")["count"]
    for name in names:
        into, out = [float(b == name) for _, b in cells], [float(a == name) for a, _ in cells]
        if name in (START, END) or name not in mapped.hidden_activities:
            total = len(paths) if name in (START, END) else sums[name]
            for side in [into] if name == END else [out] if name == START else [into, out]:
                rows.append(side)
                low.append(total)
                high.append(total)
        else:  # a reader knows that it is left as often as reached
            rows.append([i - o for i, o in zip(into, out, strict=True)])
            low.append(0)
            high.append(0)
    limits = LinearConstraint(np.array(rows), low, high)
    truth = {(r["from"], r["to"]): r["count"] for r in mapped.transitions.to_dict("records")}
    for at, cell in enumerate(cells):
        if not 0 < truth.get(cell, 0) < 10:
            continue
        assert cell in mapped.hidden
        ends = []
        for way in (1, -1):
            aim = np.zeros(len(cells))
            aim[at] = way
            answer = milp(aim, constraints=limits, integrality=np.ones(len(cells)))
            ends.append(np.inf if answer.x is None else way * answer.fun)
        assert ends[1] - ends[0] >= 9, (cell, ends)


PROGRAMME = example_programme()
FOUNDATIONS = ("values-foundations", "roles-foundations", "communication-foundations", "teamwork-foundations")


def designed(learners=60, extra=()):
    days = dict(zip(FOUNDATIONS, ("2026-09-10", "2026-09-24", "2026-10-08", "2026-10-22"), strict=True))
    rows = [(n, badge, day, "nursing") for n in range(learners) for badge, day in days.items()]
    rows += [(n, "huddles-and-briefings", "2027-02-20", "nursing") for n in range(learners)]
    return pd.DataFrame([*rows, *extra], columns=["learner", "credential", "on", "profession"])


def test_a_path_as_designed_conforms_and_waits_as_counted():
    study = study_process(designed(), programme=PROGRAMME, profession="profession", goal="ipe-micro-credential")
    found = study.analysis
    assert (found["conforming_awards"].estimate, found["conforming_learners"].estimate) == (1, 1)
    # Communication and teamwork are its prerequisites; the later of them came on 22 October.
    assert (
        found["waiting[huddles-and-briefings]"].estimate
        == (datetime.date(2027, 2, 20) - datetime.date(2026, 10, 22)).days
    )
    assert found["detours"].estimate == 0
    assert "the design allowed 100 % of the awards" in found.sentence


def test_awards_out_of_turn_are_found():
    early = [(n, badge, day, "nursing") for n in range(60, 90) for badge, day in (
        ("communication-foundations", "2026-10-08"), ("huddles-and-briefings", "2027-02-20"))]  # fmt: skip
    study = study_process(designed(extra=early), programme=PROGRAMME, profession="profession")
    found = study.analysis
    assert found["problem[too-early]"].estimate == pytest.approx(30 / 360)
    assert found["problem[huddles-and-briefings]"].estimate == pytest.approx(30 / 90)
    assert found["conforming_learners"].estimate == pytest.approx(60 / 90)
    assert set(study.awards.loc[study.awards["problem"] != "", "learner"]) == {str(n) for n in range(60, 90)}
    assert "too-early" in {one.id for one in found.findings}
    assert found.status == "limited"


def test_an_expired_prerequisite_and_a_day_before_the_term_are_found():
    months = PROGRAMME.credentials["communication-foundations"].validity_months
    late = [(n, "structured-handover", "2040-01-01", "nursing") for n in range(60)] if months else []
    before = [(n, "quality-improvement-team", "2026-09-01", "nursing") for n in range(60)]
    awards = study_process(designed(extra=[*late, *before]), programme=PROGRAMME, profession="profession").awards
    kinds = awards.groupby("activity")["problem"].agg(set)
    if months:
        assert kinds["structured-handover"] == {"expired-prerequisite"}
    assert kinds["quality-improvement-team"] <= {"too-early", "before-term"}


def test_where_learners_stop():
    paths = ["abc"] * 40 + ["ab"] * 30 + ["a"] * 20
    frame = log(paths)
    frame.loc[frame.groupby("learner").tail(1).index[60:70], "on"] = (
        "2026-12-01"  # ten of the second kind were here lately
    )
    study = study_process(frame, ends=["c"], today=datetime.date(2026, 12, 31))
    found = study.analysis
    assert found["through"].estimate == pytest.approx(40 / 90)
    assert found["stopped"].estimate == pytest.approx(40 / 90)
    assert found["under_way"].estimate == pytest.approx(10 / 90)
    assert found["stopped_after[b]"].estimate == pytest.approx(20 / 70)
    assert found["stopped_after[a]"].estimate == pytest.approx(20 / 90)


def test_one_small_part_of_a_whole_takes_another_with_it():
    paths = ["abc"] * 40 + ["ab"] * 30 + ["a"] * 4
    found = study_process(log(paths), ends=["c"], today=datetime.date(2027, 12, 31)).analysis
    names = {one.name for one in found.estimates}
    assert not {"stopped_after[a]", "stopped_after[b]"} & names  # 34 less 30 would be 4
    assert "small-cells" in {one.id for one in found.findings}


def test_repeats_and_days_shared():
    found = study_process(log(["aba"] * 15 + ["ab"] * 45)).analysis
    assert found["repeats"].estimate == 15 / 60
    same = log(["ab"] * 40).assign(on="2026-01-01")
    assert "same-day" in {one.id for one in study_process(same).analysis.findings}


def test_wrong_tables():
    few = study_process(log(["ab"] * 5))
    assert (few.analysis.status, few.map) == ("not-estimable", None)
    assert study_process(log(["a"] * 50)).analysis.status == "not-estimable"
    assert study_process(log(["ab"] * 50).assign(on=None)).analysis.status == "not-estimable"
    with pytest.raises(UnusableInputError, match=r"`soon` in column `on` is no day"):
        study_process(log(["ab"] * 50).replace({"on": {"2026-01-01": "soon"}}))
    with pytest.raises(UnusableInputError, match="numbers, not days"):
        study_process(log(["ab"] * 50).assign(on=4))
    with pytest.raises(UnknownNameError, match="Did you mean ipe-micro-credential"):
        study_process(designed(), programme=PROGRAMME, goal="ipe-micro-credentials")
    strange = study_process(log(["ab"] * 50), programme=PROGRAMME).analysis
    assert "unknown-activity" in {one.id for one in strange.findings}
