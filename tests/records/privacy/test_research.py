"""Research exports and names: who agreed, who could be recognised, and who looked."""

from __future__ import annotations

import datetime
import json

import pandas as pd
import pytest

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.records.privacy import audit_log, export_research, with_names
from ipe_workbench.records.privacy.anonymity import anonymise
from ipe_workbench.records.tables import table
from tests.records.test_store import DAY


@pytest.fixture
def cohort(store):
    """20 nurses and 2 dentists with a result; learner 1 took the consent back, learner 2 never answered."""
    with store.writing() as connection:

        def add(name: str, rows: list[dict]) -> None:
            connection.execute(table(name).insert(), rows)

        numbers = range(1, 23)
        add("study_programmes", [{"id": "bsn", "profession": "nursing"}, {"id": "dds", "profession": "dentistry"}])
        add("cohorts", [{"id": "2026"}])
        add("learners", [{"source_id": f"s-{one:05}"} for one in numbers])
        add("learner_names", [{"learner_id": 3, "given_name": "Zephyrine", "family_name": "Quill", "email": "z@x.org"}])
        enrolled = {"cohort_id": "2026", "status": "active"}
        add(
            "enrolments",
            [{**enrolled, "learner_id": one, "study_programme_id": "bsn" if one <= 20 else "dds"} for one in numbers],
        )
        add(
            "consents",
            [{"learner_id": one, "purpose": "research", "given": True, "on": DAY} for one in numbers if one != 2],
        )
        later = DAY + datetime.timedelta(days=9)
        add("consents", [{"learner_id": 1, "purpose": "research", "given": False, "on": later}])
        add("assessment_plan", [{"id": "irat-1"}])
        add(
            "assessments",
            [
                {"learner_id": one, "assessment_id": "irat-1", "attempt": 1, "score": one / 22, "on": DAY}
                for one in numbers
            ],
        )
        add("survey_waves", [{"id": "w1", "instrument": "iccas", "frame": "pre"}])
        add(
            "survey_responses",
            [{"learner_id": 3, "wave_id": "w1", "item": "1", "value": 4.0, "comment": "I am Zephyrine Quill"}],
        )
    return store


def test_only_those_who_agreed_last_go_out_and_no_rare_profession(cohort, tmp_path):
    made = export_research(cohort, tmp_path / "out", who="office")
    assert made.agreed == 20
    people = pd.read_parquet(tmp_path / "out" / "learners.parquet")
    scores = pd.read_parquet(tmp_path / "out" / "assessments.parquet")
    # By hand: of the 20 who agreed 18 are nurses; 2 dentists are too few for k = 5.
    assert set(people["profession"]) == {"nursing"}
    assert sorted(scores["score"]) == pytest.approx([one / 22 for one in range(3, 21)])
    assert set(scores["learner"]) == set(people["learner"])
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["k_anonymity"]["smallest_class"] == 18
    assert report["k_anonymity"]["left_out"] == 2
    (entry,) = audit_log(cohort).to_dict("records")
    assert (entry["action"], entry["rows"]) == ("research export", 18)


def test_nothing_in_the_files_leads_back(cohort, tmp_path):
    made = [export_research(cohort, tmp_path / name, who="office") for name in ("a", "b")]
    old = set(cohort.frame("assessments")["learner"])
    people = [set(pd.read_parquet(one.files[0].parent / "learners.parquet")["learner"]) for one in made]
    assert not people[0] & people[1]
    assert not people[0] & old
    for file in made[0].files:
        text = pd.read_parquet(file).to_csv() if file.suffix == ".parquet" else file.read_text()
        assert not any(word in text for word in ("Zephyrine", "Quill", "s-0", "z@x.org")), file.name
    days = pd.read_parquet(tmp_path / "a" / "assessments.parquet")["on"]
    # 1 October 2026 is a Thursday.
    assert set(days) == {pd.Timestamp("2026-09-28")}


def test_an_export_without_consent_or_into_a_full_folder_is_refused(cohort, tmp_path):
    with pytest.raises(UnusableInputError, match="Nobody has agreed"):
        export_research(cohort, tmp_path / "out", who="office", purpose="marketing")
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(UnusableInputError, match="not empty"):
        export_research(cohort, tmp_path, who="office")
    with pytest.raises(UnusableInputError, match="shares what is known"):
        export_research(cohort, tmp_path / "out", who="office", k=50)
    with pytest.raises(UnusableInputError, match="column `learner` already"):
        export_research(cohort, tmp_path / "out", who="office", traits=["learner"])
    assert not (tmp_path / "out").exists()
    assert audit_log(cohort).empty


def test_classes_have_k_people_or_more_whatever_the_data(tmp_path):
    from numpy.random import default_rng

    for seed in range(20):
        chance = default_rng(seed)
        people = pd.DataFrame({"a": chance.integers(0, 4, 60), "b": chance.integers(0, 9, 60), "c": chance.random(60)})
        told = anonymise(people, ["a", "b"], k=5, sensitive="c")
        sizes = told.people.groupby(["a", "b"]).size()
        assert sizes.min() >= 5
        assert (told.smallest, told.classes) == (sizes.min(), len(sizes))
        assert len(told.people) + told.left_out == 60
        assert told.diversity == told.people.groupby(["a", "b"])["c"].nunique().min()


def test_names_come_with_a_purpose_and_an_entry_in_the_log(cohort):
    frame = cohort.frame("survey_responses", columns=["learner", "value"])
    named = with_names(cohort, frame, who="adviser", purpose="advising talks")
    assert named.loc[0, ["given_name", "family_name", "email", "source_id"]].tolist() == [
        "Zephyrine",
        "Quill",
        "z@x.org",
        "s-00003",
    ]
    (entry,) = audit_log(cohort).to_dict("records")
    assert (entry["who"], entry["action"], entry["what"], entry["rows"]) == ("adviser", "names", "advising talks", 1)
    with pytest.raises(UnusableInputError, match="purpose"):
        with_names(cohort, frame, who="adviser", purpose="")
    with pytest.raises(UnusableInputError, match="not in these records"):
        with_names(cohort, frame.assign(learner="Lnobody"), who="adviser", purpose="x")
    assert len(audit_log(cohort)) == 1
