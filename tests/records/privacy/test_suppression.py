"""Small cells cannot be worked out from what is published: by an attacker that shares no code with the suppressor."""

from __future__ import annotations

import pandas as pd
import pytest

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records.privacy import TOTAL, Counts, Release, attack, suppress
from tests.records.privacy.releases import KINDS, case, released


def table(counts: dict[str, int], dimension: str = "profession", **more: str) -> pd.DataFrame:
    return pd.DataFrame([{dimension: name, **more, "count": count} for name, count in counts.items()])


def shown(release: Release, name: str = "badges") -> list[int | None]:
    return [None if pd.isna(one) else int(one) for one in release.published[name]["count"]]


# 58: what an earlier release hid is found out by the change since, unless it is guarded as it was then.
@pytest.mark.parametrize("seed", [*range(4 * len(KINDS)), 58])
def test_no_hidden_cell_of_a_random_release_can_be_recovered(seed):
    release, before = released(case(seed))
    told = attack(release, before)
    assert not told["recovered"].any(), told[told["recovered"]]
    assert release.lost == ()
    for name, frame in release.published.items():
        counts = frame["count"].dropna()
        assert not ((counts > 0) & (counts < 10)).any(), name


@pytest.mark.parametrize("seed", [0, 2, 7])
def test_the_attacker_finds_what_primary_suppression_alone_gives_away(seed):
    # An attacker that cannot break a bad release would prove nothing about a good one.
    release, before = released(case(seed))
    naive = {cell: reason for cell, reason in release.hidden.items() if reason == "primary"}
    broken = Release(release.tables, naive, (), release.threshold, release.show_zeros)
    assert len(naive) < len(release.hidden)
    assert attack(broken, before)["recovered"].any()


def test_the_true_count_is_always_among_those_that_the_attacker_thinks_possible():
    release, _ = released(case(1))
    told = attack(release).set_index("group")
    true = release.reasons.drop_duplicates("group").set_index("group")["count"]
    assert set(true.index) == set(told.index)
    true = true[told.index]
    assert (told["low"] <= true).all()
    assert (told["high"] >= true).all()


def test_a_lone_small_group_takes_the_cheapest_other_with_it_that_is_enough():
    # 3 alone is 75 - 40 - 32. With 5 the room would be 8 wide; with 32 it is 35.
    counts = {"medicine": 40, "nursing": 32, "dentistry": 3, TOTAL: 75}
    assert shown(suppress({"badges": table(counts)})) == [40, None, None, 75]


def test_two_small_groups_with_a_small_sum_need_a_third():
    counts = {"medicine": 40, "nursing": 32, "dentistry": 3, "pharmacy": 4, TOTAL: 79}
    assert shown(suppress({"badges": table(counts)})) == [40, None, None, None, 79]


def test_a_release_without_small_groups_is_published_whole():
    counts = {"medicine": 40, "nursing": 0, "dentistry": 10, TOTAL: 50}
    release = suppress({"badges": table(counts)})
    assert shown(release) == [40, 0, 10, 50]
    assert attack(release).empty


def test_everything_small_publishes_nothing():
    assert shown(suppress({"badges": table({"medicine": 4, "nursing": 3, TOTAL: 7})})) == [None] * 3


def test_a_subgroup_does_not_tell_the_few_who_are_not_in_it():
    # 12 pharmacists, of them 11 in the first year: one is not.
    everyone = table({"medicine": 40, "pharmacy": 12, TOTAL: 52})
    first = Counts(table({"medicine": 40, "pharmacy": 11, TOTAL: 51}), where={"year": "1"})
    release = suppress({"all": everyone, "first-years": first})
    pharmacy = [frame["count"].isna().tolist()[1] for frame in release.published.values()]
    totals = [frame["count"].isna().tolist()[2] for frame in release.published.values()]
    assert any(pharmacy)
    assert any(totals)
    assert not attack(release)["recovered"].any()


def test_late_entries_do_not_show_by_the_difference_of_two_releases():
    first = suppress({"badges": table({"medicine": 40, "nursing": 30, TOTAL: 70})})
    second = suppress({"badges": table({"medicine": 41, "nursing": 30, TOTAL: 71})}, earlier=[first])
    assert shown(first) == [40, 30, 70]
    assert shown(second)[0] is None
    assert shown(second)[2] is None
    assert not attack(second, [first])["recovered"].any()
    careless = suppress({"badges": table({"medicine": 41, "nursing": 30, TOTAL: 71})})
    assert "0 - 1" in set(attack(careless, [first])["release"])


def test_few_who_leave_do_not_show_by_the_difference_of_two_releases():
    first = suppress({"badges": table({"medicine": 20, "nursing": 15, TOTAL: 35})})
    second = suppress({"badges": table({"medicine": 18, "nursing": 15, TOTAL: 33})}, earlier=[first])
    assert shown(second) == [None, 15, None]
    assert second.lost == ()
    assert not attack(second, [first])["recovered"].any()


def test_three_releases_of_a_term_tell_no_more_than_two():
    # Between the first two, and between the last two, the same few come in: each pair of releases is a difference.
    counts = [
        {"medicine": 40 + more, "nursing": 30, "pharmacy": 25 + also} for more, also in ((0, 0), (3, 12), (15, 14))
    ]
    before: list[Release] = []
    for one in counts:
        release = suppress({"badges": table({**one, TOTAL: sum(one.values())})}, earlier=before)
        assert not attack(release, before)["recovered"].any()
        before = [*before, release]


def test_what_was_hidden_once_stays_hidden():
    first = suppress({"badges": table({"medicine": 40, "nursing": 32, "dentistry": 3, TOTAL: 75})})
    badges = table({"medicine": 40, "nursing": 32, "dentistry": 3, TOTAL: 75})
    again = suppress({"badges": badges, "sites": table({"A": 50, "B": 25, TOTAL: 75}, "site")}, earlier=[first])
    assert shown(again) == shown(first)


def test_what_an_earlier_release_gave_away_is_said():
    first = suppress({"badges": table({"medicine": 40, "dentistry": 3, TOTAL: 43})}, threshold=2)
    later = suppress({"badges": table({"medicine": 40, "dentistry": 3, TOTAL: 43})}, earlier=[first])
    assert shown(first) == [40, 3, 43]
    assert later.lost == ("profession=dentistry",)


def test_zeros_are_hidden_when_they_say_something_about_people():
    counts = {"passed": 0, "failed": 12, TOTAL: 12}
    assert shown(suppress({"badges": table(counts, "result")})) == [0, 12, 12]
    hidden = suppress({"badges": table(counts, "result")}, show_zeros=False)
    assert shown(hidden)[:2] == [None, None]


def test_a_group_that_is_missing_counts_none_and_does_not_show_by_its_absence():
    frame = pd.DataFrame(
        {"profession": ["medicine", "medicine", "nursing"], "badge": ["a", "b", "a"], "count": [20, 20, 20]}
    )
    release = suppress({"badges": frame}, show_zeros=False)
    published = release.published["badges"]
    assert len(published) == 4
    assert published["suppressed"].tolist()[3]


@pytest.mark.parametrize("gone", range(4))
def test_a_group_that_is_missing_does_not_show_by_its_place_among_the_rows(gone):
    # The same counts, once with a row of zero and once without: what is published may not differ.
    names = [("nursing", "b"), ("medicine", "b"), ("nursing", "a"), ("medicine", "a")]
    rows = [{"profession": one, "badge": two, "count": 0 if at == gone else 20} for at, (one, two) in enumerate(names)]
    missing = pd.DataFrame([row for at, row in enumerate(rows) if at != gone])
    other = pd.DataFrame([row for at, row in enumerate(rows) if at != (gone + 1) % 4])
    first = suppress({"badges": missing}, show_zeros=False).published["badges"]
    second = suppress({"badges": other}, show_zeros=False).published["badges"]
    assert first[["profession", "badge"]].to_numpy().tolist() == second[["profession", "badge"]].to_numpy().tolist()


def test_the_published_tables_do_not_say_why_a_cell_is_hidden():
    release, _ = released(case(0))
    assert list(release.published["badges"].columns) == ["profession", "badge", "count", "suppressed"]
    assert set(release.reasons["reason"]) == {"primary", "complementary"}


def test_in_a_message_or_a_notebook_a_release_says_how_many_are_hidden_and_not_which_nor_how_large():
    release = suppress({"badges": table({"medicine": 40, "nursing": 32, "dentistry": 3, TOTAL: 75})})
    assert repr(release) == "Release(badges; hidden: 1 primary, 1 complementary)"


def test_the_same_release_twice_is_the_same():
    for seed in (0, 2):
        assert released(case(seed))[0].hidden == released(case(seed))[0].hidden


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"t": pd.DataFrame({"profession": ["a"], "learners": [3]})}, "no column `count`"),
        ({"t": table({"a": 3, "b": -1})}, "t, row 2: A count is a whole number"),
        ({"t": pd.concat([table({"a": 3}), table({"a": 4})])}, "same group has two rows"),
        ({"t": table({"a": 30, "b": 12, TOTAL: 43})}, "A total is 43, its parts are 42"),
        ({"t": table({"a": 30, TOTAL: 30}), "u": table({"a": 31, TOTAL: 31})}, "same group counts"),
    ],
)
def test_tables_that_cannot_be_are_refused_in_a_sentence(tables, said):
    with pytest.raises(UnusableInputError, match=said):
        suppress(tables)
