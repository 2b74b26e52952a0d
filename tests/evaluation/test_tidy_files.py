"""Files as people have them: gaps in columns of whole numbers, lone points, TRUE and FALSE, waves by many names."""

from __future__ import annotations

import pytest

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.evaluation import compare_changes, estimate_change, estimate_time_to_badge, read_tidy
from ipe_workbench.evaluation.waves import ordered_waves


def file_of(folder, *rows):
    path = folder / "table.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture(params=["1", "TRUE", "true", "Badge", " badge "])
def statuses(request, tmp_path):
    """Twenty learners, of whom every second earned the badge and one has no status."""
    word, other = request.param, {"1": "0", "TRUE": "FALSE", "true": "false"}.get(request.param, "enrolled")
    rows = [f"{i},{10 + i},{word if i % 2 else other}" for i in range(20)]
    return file_of(tmp_path, "learner,days,status", *rows, "20,15,"), word


def test_a_status_is_found_however_it_is_written(statuses):
    path, word = statuses
    for asked in {word, word.strip().casefold()}:
        found = estimate_time_to_badge(read_tidy(path), event=asked, at=[29])
        assert found.missing == {"no_time_or_status": 1}
        assert found["incidence[29]"].n == 20
        assert found["incidence[29]"].estimate == pytest.approx(1.0)


def test_an_empty_status_may_mean_under_way(tmp_path):
    rows = [f"{i},{10 + i},{'badge' if i % 2 else ''}" for i in range(40)]
    found = estimate_time_to_badge(read_tidy(file_of(tmp_path, "learner,days,status", *rows)), at=[40])
    assert {"empty-status", "missing-rows"} <= {one.id for one in found.findings}
    assert found.status == "limited"


def test_two_statuses_that_differ_in_case_only_are_two(tmp_path):
    rows = [f"{i},{10 + i},{'Badge' if i % 2 else 'badge'}" for i in range(20)]
    frame = read_tidy(file_of(tmp_path, "learner,days,status", *rows))
    assert estimate_time_to_badge(frame, event="badge", at=[29])["incidence[29]"].estimate < 1
    assert estimate_time_to_badge(frame, event="BADGE").status == "not-estimable"


def test_a_gap_does_not_turn_a_wave_or_a_group_into_a_fraction(tmp_path):
    rows = [f"{i},{wave},{i % 2},{i + wave * (1 + i % 3)}" for i in range(20) for wave in (1, 2)]
    frame = read_tidy(file_of(tmp_path, "learner,wave,group,value", *rows, "20,,,7", "21,1,1,."))
    change = estimate_change(frame, before="1", after="2")
    assert change["mean_change"].n == 20
    assert change.sentence.startswith("The score rose by 1.95 on average from 1 to 2")
    assert change.missing["no_score"] == 1
    found = compare_changes(frame, group="group", time="wave", reference="0")
    assert {"mean[0, 1]", "mean[1, 2]"} <= {one.name for one in found.estimates}


def test_changes_are_compared_in_the_order_of_time(tmp_path):
    rows = [
        f"{i},{wave},{i % 2},{i % 7 + add * (1 + i % 2) + 0.5 * (i == add)}"
        for i in range(20)
        for wave, add in (("post", 1), ("pre", 0))
    ]
    frame = read_tidy(file_of(tmp_path, "learner,wave,group,value", *rows))
    assert compare_changes(frame, group="group", time="wave")["difference_in_differences"].estimate > 0
    turned = compare_changes(frame, group="group", time="wave", before="Post")
    assert turned["difference_in_differences"].estimate < 0


@pytest.mark.parametrize(
    "waves",
    [
        ["T9", "T10"],
        ["wave 1", "wave 2"],
        ["6 months", "12 months"],
        ["Pre-test", "Post-test"],
        ["pre", "delayed"],
        ["intake", "POST"],
        ["Baseline", "post", "Follow-up"],
        ["2026-09-01", "2027-05-01"],
        ["9", "10"],
    ],
)
def test_waves_are_put_in_the_order_of_time(waves):
    assert ordered_waves(waves[::-1], "wave") == waves


@pytest.mark.parametrize("waves", [["autumn", "spring"], ["pre", "retrospective-pre"], ["6 months", "2 years"]])
def test_an_order_that_cannot_be_told_is_asked_for(waves):
    with pytest.raises(UnusableInputError, match="cannot be told"):
        ordered_waves(waves, "wave")
