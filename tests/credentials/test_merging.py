"""Two people's edits brought together: the laws of a three-way merge, and the clashes that a person decides."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import Programme
from ipe_workbench.credentials.merging import Clash, merge_programmes
from tests.programmes import credential, programme, stack

BASE = programme([credential("roles"), credential("huddles")], [stack("whole", {"all": ["roles", "huddles"]})])


def changed(reference: str, before: Programme = BASE, **fields: Any) -> Programme:
    return before.with_credential(before.credentials[reference].model_copy(update=fields))


def test_edits_of_different_fields_and_files_all_stay() -> None:
    mine = changed("roles", changed("huddles", owner="Me"), hours=5.0)
    theirs = changed("roles", title="What others do").without_stack("whole")
    merged = merge_programmes(BASE, mine, theirs)
    assert not merged.clashes
    roles = merged.programme.credentials["roles"]
    assert (roles.hours, roles.title) == (5.0, "What others do")
    assert merged.programme.credentials["huddles"].owner == "Me"
    assert not merged.programme.stacks


def test_the_same_edit_of_both_is_no_clash() -> None:
    both = changed("roles", hours=5.0)
    assert merge_programmes(BASE, both, changed("roles", hours=5.0)).clashes == ()


def test_a_field_that_both_changed_is_decided_by_a_person() -> None:
    mine, theirs = changed("roles", hours=5.0, owner="Me"), changed("roles", hours=6.0, owner="They")
    merged = merge_programmes(BASE, mine, theirs, lambda clash: "mine" if clash.field == "hours" else "theirs")
    assert merged.clashes == (
        Clash("credential", "roles", "hours", 5.0, 6.0),
        Clash("credential", "roles", "owner", "Me", "They"),
    )
    roles = merged.programme.credentials["roles"]
    assert (roles.hours, roles.owner) == (5.0, "They")


def test_what_one_removed_and_the_other_changed_is_a_clash() -> None:
    mine, theirs = BASE.without_credential("roles"), changed("roles", hours=6.0)
    kept = merge_programmes(BASE, mine, theirs)
    assert [(one.id, one.field, one.mine) for one in kept.clashes] == [("roles", "", None)]
    assert kept.programme.credentials["roles"].hours == 6
    assert "roles" not in merge_programmes(BASE, mine, theirs, lambda _: "mine").programme.credentials
    assert merge_programmes(BASE, mine, BASE).clashes == ()


def test_two_new_credentials_of_one_id_clash_field_by_field() -> None:
    mine = BASE.with_credential(credential("new", hours=2))
    theirs = BASE.with_credential(credential("new", hours=4))
    assert [one.field for one in merge_programmes(BASE, mine, theirs).clashes] == ["hours"]


def test_the_programme_itself_is_merged_too() -> None:
    renamed = programme(list(BASE.credentials.values()), list(BASE.stacks.values()), title="Renamed")
    merged = merge_programmes(BASE, changed("roles", hours=5.0), renamed)
    assert merged.programme.info.title == "Renamed"
    assert merged.programme.credentials["roles"].hours == 5


edits = st.lists(
    st.tuples(st.sampled_from(["roles", "huddles"]), st.sampled_from(["hours", "owner"]), st.sampled_from([1, 2, 3])),
    max_size=4,
)


def edited(some: list[tuple[str, str, int]]) -> Programme:
    now = BASE
    for reference, field, value in some:
        now = changed(reference, now, **{field: float(value) if field == "hours" else str(value)})
    return now


@settings(max_examples=60, deadline=None)
@given(mine=edits, theirs=edits)
def test_laws_of_merging(mine: list[tuple[str, str, int]], theirs: list[tuple[str, str, int]]) -> None:
    own, other = edited(mine), edited(theirs)
    assert merge_programmes(BASE, own, BASE).programme == own
    assert merge_programmes(BASE, BASE, other).programme == other
    assert merge_programmes(BASE, own, own).clashes == ()
    one_way, other_way = merge_programmes(BASE, own, other), merge_programmes(BASE, other, own, lambda _: "mine")
    assert one_way.programme == other_way.programme
    assert len(one_way.clashes) == len(other_way.clashes)
