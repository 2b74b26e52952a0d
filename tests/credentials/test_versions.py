"""A design that has changed since it was issued gets a new version; awards keep the one that they were given under."""

from __future__ import annotations

import datetime

import pytest

from ipe_workbench.credentials import changes_since, check_programme, keep_issued, load_programme, read_programme
from ipe_workbench.credentials.versions import version_order
from ipe_workbench.errors import UnknownNameError, UnusableInputError
from tests.programmes import copy_of_cu_ipe, replace_in

DAY = datetime.date(2028, 5, 1)
ID = "team-clinical-experience"
FILE = "16-team-clinical-experience.yaml"


@pytest.fixture
def folder(tmp_path):
    """The example after its placement badge was issued."""
    folder = copy_of_cu_ipe(tmp_path)
    keep_issued(load_programme(folder), [ID])
    return folder


def test_issued_version_is_kept_word_for_word(folder):
    kept = folder / "issued" / f"{ID}@1.0.yaml"
    assert kept.read_bytes() == (folder / "credentials" / FILE).read_bytes()
    assert check_programme(load_programme(folder)) == ()


def test_keeping_again_writes_nothing(folder):
    assert keep_issued(load_programme(folder), [ID])[1] == ()


def test_changed_design_under_the_same_version_is_an_error_with_its_place(folder):
    line = replace_in(folder / "credentials" / FILE, "version: '1.0'", "version: '1.0'")
    replace_in(folder / "credentials" / FILE, "pass_score: 0.75", "pass_score: 0.8")
    found = [f for f in check_programme(load_programme(folder)) if f.id == "changed-without-new-version"]
    assert [(f.subject, f.place.line, f.severity) for f in found] == [(ID, line, "error")]
    assert "`assessment`" in found[0].message
    with pytest.raises(UnusableInputError, match="other assessment"):
        keep_issued(load_programme(folder), [ID])


def test_new_version_is_in_order_and_awards_keep_theirs(folder):
    replace_in(folder / "credentials" / FILE, "validity_months: 36", "validity_months: 24")
    replace_in(folder / "credentials" / FILE, "for 36 months", "for 24 months")
    replace_in(folder / "credentials" / FILE, "version: '1.0'", "version: '1.1'")
    now, written = keep_issued(load_programme(folder), [ID])
    assert [path.name for path in written] == [f"{ID}@1.1.yaml"]
    assert check_programme(load_programme(folder)) == ()
    new, old = now.award(ID, DAY), now.award(ID, DAY, version="1.0")
    assert (new.version, new.expires) == ("1.1", datetime.date(2030, 5, 1))
    assert (old.version, old.expires) == ("1.0", datetime.date(2031, 5, 1))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("owner: ", "owner: New "),
        ("review_date: 2029", "review_date: 2030"),
        ("weeks: [4]", "weeks: [3]"),
        ("learners_per_room: 72", "learners_per_room: 36"),
        ("tags: [", "tags: [new, "),
    ],
)
def test_bookkeeping_and_the_calendar_need_no_new_version(folder, old, new):
    replace_in(folder / "credentials" / FILE, old, new)
    assert "changed-without-new-version" not in {f.id for f in check_programme(load_programme(folder))}


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("title: Team clinical experience", "title: Placement", "title"),
        ("weight: 2", "weight: 3", "rubric"),
        ("count: 3", "count: 2", "requires"),
        ("competency: VE7", "competency: VE8", "alignments"),
        ("hours: 10", "hours: 11", "hours"),
    ],
)
def test_substance_needs_a_new_version(folder, old, new, field):
    before = load_programme(folder).credentials[ID]
    replace_in(folder / "credentials" / FILE, old, new)
    assert changes_since(before, load_programme(folder).credentials[ID]) == (field,)


def test_damaged_copy_is_reported_and_damages_nothing_else(folder):
    (folder / "issued" / f"{ID}@1.0.yaml").write_text("id: [\n", encoding="utf-8")
    reading = read_programme(folder)
    assert [f.id for f in reading.findings] == ["unreadable-file"]
    assert reading.programme is not None
    assert ID in reading.programme.credentials


def test_version_kept_twice_is_reported(folder):
    copy = folder / "issued" / "copy.yaml"
    copy.write_bytes((folder / "issued" / f"{ID}@1.0.yaml").read_bytes())
    assert [f.id for f in read_programme(folder).findings] == ["duplicate-id"]


def test_what_is_unknown_or_unsaved_is_refused(folder):
    programme = load_programme(folder)
    with pytest.raises(UnknownNameError, match="team-clinical"):
        keep_issued(programme, ["team-clinical-experienc"])
    with pytest.raises(UnknownNameError, match="no version 7"):
        programme.award(ID, DAY, version="7")
    unsaved = programme.with_credential(programme.credentials[ID].model_copy(update={"id": "new"}))
    with pytest.raises(UnusableInputError, match="in no file"):
        keep_issued(unsaved, ["new"])


def test_stack_is_kept_as_a_stack(folder):
    now, _ = keep_issued(load_programme(folder), ["communication-certificate"])
    assert now.designed("communication-certificate", "1.0") == now.stacks["communication-certificate"]
    assert load_programme(folder).issued.keys() == now.issued.keys()


def test_versions_are_ordered_by_number():
    assert version_order("1.0") == version_order("1")
    assert sorted(["2", "1.10", "1.2", "1.0-draft", "1.0.1"], key=version_order) == [
        "1.0-draft",
        "1.0.1",
        "1.2",
        "1.10",
        "2",
    ]
