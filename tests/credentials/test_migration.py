"""Moving a programme along a crosswalk: proposed in full, changed only where a person said yes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipe_workbench.credentials import Programme, save_programme
from ipe_workbench.credentials.migration import (
    Decision,
    Migration,
    accept_automatic,
    apply_migration,
    coverage_count,
    propose_migration,
    read_decisions,
    write_decisions,
)
from ipe_workbench.errors import UnusableInputError
from ipe_workbench.frameworks import Competency, Crosswalk, Framework, Mapping, load_crosswalk, load_framework
from tests.programmes import credential, programme, stack

OLD, NEW = load_framework("ipec-2016"), load_framework("ipec-2023")
WALK = load_crosswalk("crosswalk-ipec-2016-2023")


def aligned(
    code: str, *how: str, level: str = "exposure", framework: str = "ipec-2016", **more: str
) -> dict[str, object]:
    return {"framework": framework, "competency": code, "how": list(how or ("taught",)), "level": level, **more}


def old_programme(*credentials: tuple[str, list[dict[str, object]]], stacks: tuple = ()) -> Programme:
    made = programme(
        [credential(name, alignments=rows) for name, rows in credentials], stacks, frameworks=["ipec-2016"]
    )
    return replace(made, frameworks={"ipec-2016": OLD})


def propose(old: Programme, crosswalk: Crosswalk = WALK) -> Migration:
    return propose_migration(old, crosswalk, OLD, NEW)


def yes(owner: str, code: str, *codes: str, **more: object) -> Decision:
    return Decision.model_validate({"credential": owner, "code": code, "accept": "yes", "codes": codes, **more})


def codes_of(moved: Programme, owner: str) -> list[tuple[str, str]]:
    return [(one.framework, one.competency) for one in moved.credentials[owner].alignments]


def test_one_target_is_automatic_and_none_several_or_a_meeting_need_a_decision():
    crosswalk = WALK.with_mapping(Mapping(source="CC2", target="C1", relation="narrower", note="Half of it."))
    crosswalk = crosswalk.without_mapping("VE1")
    rows = [aligned(one) for one in ("CC1", "CC2", "VE1", "CC6", "CC7", "XX1")]
    migration = propose(old_programme(("talk", rows)), crosswalk)
    kinds = {one.code: (one.kind, tuple(other.code for other in one.alternatives)) for one in migration.proposals}
    assert kinds == {
        "CC1": ("automatic", ("C2",)),
        "CC2": ("decision", ("C3", "C1")),
        "VE1": ("decision", ()),
        "CC6": ("decision", ("C7",)),
        "CC7": ("decision", ("C7",)),
        "XX1": ("decision", ()),
    }
    why = {one.code: one.why for one in migration.proposals}
    assert why["CC1"] == ""
    assert "2 codes" in why["CC2"]
    assert "nothing" in why["VE1"]
    assert "CC6 and CC7 fall on C7 and merge" in why["CC6"]
    assert "not a competency" in why["XX1"]
    narrower = next(one for one in migration.proposals if one.code == "CC2").alternatives[1]
    assert (narrower.relation, narrower.note) == ("narrower", "Half of it.")


def test_a_row_that_is_only_a_suggestion_is_never_automatic():
    crosswalk = WALK.with_mapping(Mapping(source="CC1", target="C2", suggested=True, score=0.4))
    proposal = propose(old_programme(("talk", [aligned("CC1")])), crosswalk).proposals[0]
    assert proposal.kind == "decision"
    assert "suggestion" in proposal.why
    assert proposal.alternatives[0].score == 0.4


def test_an_alignment_that_would_meet_one_that_is_there_already_needs_a_decision():
    rows = [aligned("CC1", "assessed", level="immersion"), aligned("C2", framework="ipec-2023")]
    old = old_programme(("talk", rows))
    proposal = propose(old).proposals[0]
    assert proposal.kind == "decision"
    assert "C2 (already there)" in proposal.why


def test_only_what_is_accepted_changes_and_its_relation_level_and_coverage_stay():
    rows = [
        aligned("CC1", "taught", "assessed", level="immersion", relation="exactMatchOf"),
        aligned("CC2"),
        aligned("VE2"),
    ]
    old = old_programme(("talk", rows), ("other", [aligned("CC1")]))
    moved = apply_migration(
        old, propose(old), [yes("talk", "CC1"), yes("talk", "VE2").model_copy(update={"accept": "no"})]
    )
    first = moved.credentials["talk"].alignments[0]
    assert first == old.credentials["talk"].alignments[0].model_copy(
        update={"framework": "ipec-2023", "competency": "C2"}
    )
    assert moved.credentials["talk"].alignments[1:] == old.credentials["talk"].alignments[1:]
    assert moved.credentials["other"] is old.credentials["other"]
    assert moved.info.frameworks == ("ipec-2016", "ipec-2023")
    assert list(moved.frameworks) == ["ipec-2016", "ipec-2023"]


def test_nothing_accepted_changes_nothing_at_all():
    old = old_programme(("talk", [aligned("CC1")]))
    assert apply_migration(old, propose(old), [Decision(credential="talk", code="CC1")]) is old


def test_alignments_that_meet_unite_what_they_do_at_the_highest_level_and_the_weaker_relation():
    rows = [
        aligned("CC6", "assessed", relation="exactMatchOf"),
        aligned("CC1"),
        aligned("CC7", "taught", level="competence"),
    ]
    old = old_programme(("talk", rows))
    migration = propose(old)
    assert "taught, assessed; competence; isPartOf" in migration.proposals[0].why
    moved = apply_migration(old, migration, [yes("talk", one) for one in ("CC6", "CC7", "CC1")])
    assert codes_of(moved, "talk") == [("ipec-2023", "C7"), ("ipec-2023", "C2")]
    united = moved.credentials["talk"].alignments[0]
    assert (united.how, united.level, united.relation) == (("taught", "assessed"), "competence", "isPartOf")


def test_a_person_may_choose_several_codes_or_others_than_proposed():
    old = old_programme(("talk", [aligned("CC1")]))
    moved = apply_migration(old, propose(old), [yes("talk", "CC1", "C3", "TT1")])
    assert codes_of(moved, "talk") == [("ipec-2023", "C3"), ("ipec-2023", "TT1")]


def test_the_source_framework_leaves_when_nothing_refers_to_it_any_more_and_the_new_one_takes_its_place():
    old = old_programme(("talk", [aligned("CC1")]), ("other", [aligned("CC2")]))
    old = replace(
        old,
        info=old.info.model_copy(update={"frameworks": ("ipec-2016", "cihc-2024")}),
        frameworks={"ipec-2016": OLD, "cihc-2024": load_framework("cihc-2024")},
    )
    migration = propose(old)
    half = apply_migration(old, migration, [yes("talk", "CC1")])
    assert half.info.frameworks == ("ipec-2016", "cihc-2024", "ipec-2023")
    whole = apply_migration(half, propose(half), [yes("other", "CC2")])
    assert whole.info.frameworks == ("cihc-2024", "ipec-2023")
    at_once = apply_migration(old, migration, accept_automatic(migration))
    assert at_once.info.frameworks == ("ipec-2023", "cihc-2024")
    assert list(at_once.frameworks) == ["ipec-2023", "cihc-2024"]


def test_a_stack_is_migrated_too_and_keeps_the_source_framework_alive_until_it_is():
    fields = {"competency": "CC", "framework": "ipec-2016"}
    old = old_programme(("talk", [aligned("CC1")]), stacks=(stack("certificate", {"all": ["talk"]}, **fields),))
    migration = propose(old)
    proposal = migration.proposals[-1]
    assert (proposal.owner, proposal.reference, proposal.code, proposal.kind) == (
        "stack",
        "certificate",
        "CC",
        "decision",
    )
    # All eight of CC1 to CC8 become C2 to C7 in the draft, so their common heading is offered.
    assert [(one.code, one.note) for one in proposal.alternatives] == [("C", "8 of its 8 parts lead there.")]
    assert apply_migration(old, migration, [yes("talk", "CC1")]).info.frameworks == ("ipec-2016", "ipec-2023")
    both = [yes("talk", "CC1"), Decision(stack="certificate", code="CC", accept="yes")]
    moved = apply_migration(old, migration, both)
    assert (moved.stacks["certificate"].competency, moved.stacks["certificate"].framework) == ("C", "ipec-2023")
    assert moved.info.frameworks == ("ipec-2023",)


def test_a_stack_without_a_framework_means_the_first_of_the_programme():
    old = old_programme(("talk", [aligned("CC1")]), stacks=(stack("certificate", {"all": ["talk"]}, competency="TT"),))
    assert [one.reference for one in propose(old).proposals] == ["talk", "certificate"]
    moved = apply_migration(old, propose(old), [Decision(stack="certificate", code="TT", accept="yes", codes=("TT",))])
    assert moved.stacks["certificate"].framework == "ipec-2023"


def test_what_was_done_is_not_proposed_again():
    old = old_programme(("talk", [aligned("CC1"), aligned("CC6"), aligned("CC7")]))
    moved = apply_migration(old, propose(old), accept_automatic(propose(old)))
    assert [one.code for one in propose(moved).proposals] == ["CC6", "CC7"]
    done = apply_migration(moved, propose(moved), [yes("talk", "CC6"), yes("talk", "CC7")])
    assert propose(done).proposals == ()


def test_coverage_is_counted_in_codes_before_and_after_the_automatic_ones():
    # Four old codes; CC1 and TT3 become one code each, CC6 and CC7 wait for a decision.
    rows = [aligned("CC1", "taught", "assessed"), aligned("TT3"), aligned("CC6"), aligned("CC7"), aligned("CC")]
    retired = credential("gone", status="retired", alignments=[aligned("VE1")])
    migration = propose(old_programme(("talk", rows)).with_credential(retired))
    before, after = migration.before, migration.after
    assert (before["ipec-2016"].leaves, before["ipec-2016"].aligned, before["ipec-2023"].aligned) == (39, 4, 0)
    assert (before["ipec-2016"].taught, before["ipec-2016"].assessed) == (4, 1)
    assert (after["ipec-2016"].aligned, after["ipec-2023"].aligned, after["ipec-2023"].leaves) == (2, 2, 33)
    assert set(migration.no_ancestor) == {"VE2", "VE10", "VE11", "RR5", "TT9", "TT10"}


def test_codes_and_ids_are_the_same_competency():
    old_framework = Framework(id="a", title="A", competencies=(Competency(id="uuid-a", code="A1"),))
    new_framework = Framework(
        id="b", title="B", competencies=(Competency(id="uuid-b", code="B1"), Competency(id="uuid-c", code="B2"))
    )
    rows = [aligned("A1", framework="a"), aligned("uuid-a", "assessed", framework="a")]
    old = replace(programme([credential("talk", alignments=rows)], frameworks=["a"]), frameworks={"a": old_framework})
    crosswalk = Crosswalk(
        id="w", title="W", source="a", target="b", mappings=(Mapping(source="uuid-a", target="uuid-b"),)
    )
    migration = propose_migration(old, crosswalk, old_framework, new_framework, "b.yaml")
    assert [(one.code, [other.code for other in one.alternatives]) for one in migration.proposals] == [("A1", ["B1"])]
    moved = apply_migration(old, migration, [yes("talk", "uuid-a")])
    assert [(one.competency, one.how) for one in moved.credentials["talk"].alignments] == [
        ("B1", ("taught", "assessed"))
    ]
    assert moved.info.frameworks == ("b.yaml",)


def test_a_crosswalk_between_other_frameworks_is_refused():
    with pytest.raises(UnusableInputError, match="leads from ipec-2023 to ipec-2016"):
        propose(old_programme(("talk", [aligned("CC1")])), WALK.inverted())


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.sampled_from([one.id for one in OLD.competencies]), min_size=1, max_size=12, unique=True),
    st.data(),
)
def test_whatever_is_accepted_the_rest_stays_and_no_target_stands_twice(codes, data):
    old = old_programme(("talk", [aligned(code) for code in codes]))
    migration = propose(old)
    accepted = data.draw(st.lists(st.sampled_from(migration.proposals), unique_by=lambda one: one.key))
    decisions = [yes("talk", one.code, *([] if len(one.alternatives) == 1 else ["TT9"])) for one in accepted]
    moved = apply_migration(old, migration, decisions)
    left = [code for framework, code in codes_of(moved, "talk") if framework == "ipec-2016"]
    reached = [code for framework, code in codes_of(moved, "talk") if framework == "ipec-2023"]
    assert left == [code for code in codes if code not in {one.code for one in accepted}]
    assert len(reached) == len(set(reached))
    expected = {one.alternatives[0].code if len(one.alternatives) == 1 else "TT9" for one in accepted}
    assert set(reached) == expected
    assert ("ipec-2016" in moved.info.frameworks) == bool(left)
    assert coverage_count(old, OLD).aligned >= coverage_count(moved, OLD).aligned


def test_decisions_are_written_for_a_person_and_read_back(tmp_path):
    old = old_programme(("talk", [aligned("CC1"), aligned("CC6"), aligned("CC7")]))
    migration = propose(old)
    path = write_decisions(migration, tmp_path / "decisions.yaml")
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# What becomes of each old competency.")
    file, findings = read_decisions(path, migration, old)
    assert findings == ()
    assert [(one.credential, one.code, one.proposal, one.accept) for one in file.decisions] == [
        ("talk", "CC1", ("C2",), None),
        ("talk", "CC6", ("C7",), None),
        ("talk", "CC7", ("C7",), None),
    ]
    assert "merge" in file.decisions[1].why
    assert apply_migration(old, migration, file.decisions) is old, "an unedited file accepts nothing"
    path.write_text(text.replace("accept:\n", "accept: yes\n", 1), encoding="utf-8")
    edited, _ = read_decisions(path, migration, old)
    assert codes_of(apply_migration(old, migration, edited.decisions), "talk")[0] == ("ipec-2023", "C2")
    with pytest.raises(UnusableInputError, match="exists already"):
        write_decisions(migration, path)
    again = write_decisions(migration, tmp_path / "again.yaml", edited.decisions)
    assert read_decisions(again, migration, old)[0].decisions == edited.decisions


@pytest.mark.parametrize(
    ("written", "accepted"), [("yes", 1), ("Yes", 1), ("true", 1), ("no", 0), ("false", 0), ("", 0)]
)
def test_yes_and_no_are_understood_as_people_write_them(tmp_path, written, accepted):
    old = old_programme(("talk", [aligned("CC1")]))
    path = write_decisions(propose(old), tmp_path / "d.yaml")
    path.write_text(path.read_text(encoding="utf-8").replace("accept:\n", f"accept: {written}\n"), encoding="utf-8")
    file, findings = read_decisions(path, propose(old), old)
    assert findings == ()
    assert (apply_migration(old, propose(old), file.decisions) is not old) == bool(accepted)


def test_every_mistake_in_a_decisions_file_is_found_at_its_line(tmp_path):
    crosswalk = WALK.with_mapping(Mapping(source="CC2", target="C1"))
    certificate = stack("certificate", {"all": ["talk"]}, competency="CC", framework="ipec-2016")
    old = old_programme(("talk", [aligned("CC1"), aligned("CC2")]), stacks=(certificate,))
    lines = [
        "programme: small",
        "source: ipec-2011",
        "target: ipec-2023",
        "decisions:",
        "  - {credential: talk, code: CC1, accept: yes, codes: [C99]}",
        "  - {credential: talk, code: CC2, accept: yes}",
        "  - {credential: talk, code: CC2, accept: no}",
        "  - {credential: tolk, code: CC1, accept: yes}",
        "  - {credential: talk, stack: certificate, code: CC, accept: yes}",
        "  - {stack: certificate, code: CC, accept: yes, codes: [C, TT]}",
        "  - {credential: talk, code: VE1, accept: yes}",
    ]
    path = tmp_path / "d.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    file, findings = read_decisions(path, propose(old, crosswalk), old)
    assert file is None
    assert {(one.id, one.severity, one.place.line) for one in findings} == {
        ("other-migration", "error", 2),
        ("unknown-competency", "error", 5),
        ("nothing-chosen", "error", 6),
        ("duplicate-decision", "error", 7),
        ("unknown-owner", "error", 8),
        ("unknown-owner", "error", 9),
        ("too-many-codes", "error", 10),
        ("nothing-to-decide", "warning", 11),
    }
    assert all(one.mend for one in findings)
    path.write_text(
        "\n".join([*lines[:4], "  - {credential: talk, code: CC1, accept: maybe}"]) + "\n", encoding="utf-8"
    )
    assert [(one.id, one.place.line) for one in read_decisions(path, propose(old), old)[1]] == [("invalid-field", 5)]


def test_a_decision_that_cannot_be_applied_is_refused_with_its_reason():
    old = old_programme(("talk", [aligned("CC1")]))
    with pytest.raises(UnusableInputError, match="`C99` is not a competency"):
        apply_migration(old, propose(old), [yes("talk", "CC1", "C99")])


def test_a_no_in_the_file_goes_before_accepting_everything_automatic():
    old = old_programme(("talk", [aligned("CC1"), aligned("CC2")]))
    no = Decision(credential="talk", code="CC1", accept="no")
    moved = apply_migration(old, propose(old), accept_automatic(propose(old), [no]))
    assert codes_of(moved, "talk") == [("ipec-2016", "CC1"), ("ipec-2023", "C3")]


def test_a_saved_migration_is_read_again_as_it_was(tmp_path):
    from ipe_workbench.credentials import load_programme

    old = old_programme(("talk", [aligned("CC1")]))
    moved = apply_migration(old, propose(old), accept_automatic(propose(old)))
    save_programme(moved, tmp_path / "saved")
    assert load_programme(tmp_path / "saved") == moved
