"""Awards of the records become badges: whose, at which levels, which not and why, and none a second time."""

from __future__ import annotations

import datetime
import json

import pytest
from typer.testing import CliRunner

from ipe_workbench.badges import issue_awards, parse_awards_to_issue
from ipe_workbench.cli import app
from ipe_workbench.credentials import example_programme
from ipe_workbench.recorded_awards import awards_in_records
from ipe_workbench.records.importing import import_file
from ipe_workbench.records.privacy import audit_log, erase
from ipe_workbench.records.tables import table
from tests.badges.making import NOW, PASSPHRASE
from tests.programmes import credential, programme

AT = NOW.replace(tzinfo=None)
LEARNERS = """learner,email,given_name
s1,ana@example.edu,Ana
s2,ben@example.edu,Ben
s3,,Carla
s4,dora@example.edu,Dora
"""
AWARDS = """learner,credential,on,version,issuer
s1,values-foundations,2026-10-01,1.0,
s2,values-foundations,2026-10-01,,
s3,speaking-up,2026-10-02,1.0,
s4,speaking-up,2026-10-20,1.0,
s4,first-aid,2026-10-02,1.0,https://redcross.example
s4,sewing,2026-10-02,1.0,
"""
# Three raters of one learner, an attempt after the award, a level by its title and one by its points.
RATINGS = """learner,assessment,attempt,criterion,rater,level,score,on
s1,values-foundations,1,case-reasoning,r1,not-yet,,2026-09-01
s1,values-foundations,2,case-reasoning,r1,exceeds,,2026-09-20
s1,values-foundations,2,case-reasoning,r2,meets,,2026-09-20
s1,values-foundations,2,case-reasoning,r3,Exceeds,,2026-09-20
s1,values-foundations,3,case-reasoning,r1,not-yet,,2026-10-09
s2,values-foundations,1,Reasoning in the application task,r1,,3,2026-09-20
"""
RESULTS = """learner,assessment,attempt,score,on
s1,values-foundations,1,0.5,2026-09-01
s1,values-foundations,2,0.85,2026-09-20
s1,irat-1,1,0.2,2026-09-25
s1,values-foundations,3,0.1,2026-10-09
"""


@pytest.fixture
def bring(store, tmp_path):
    """Record the content of a file of that kind."""

    def record(kind: str, content: str):
        path = tmp_path / f"{kind}.csv"
        path.write_text(content)
        result = import_file(store, path, at=AT, format=kind.replace("_", "-"))
        assert not result.errors, result.findings
        return result

    return record


@pytest.fixture
def filled(store, bring):
    """Records of four learners."""
    for kind, content in (("learners", LEARNERS), ("awards", AWARDS), ("assessments", RESULTS),
                          ("rubric_scores", RATINGS)):  # fmt: skip
        bring(kind, content)
    return store


def read(store, **options):
    return awards_in_records(store, example_programme(), who="office", **options)


def test_awards_with_the_levels_and_the_score_of_the_attempt_that_they_rest_on(filled):
    made = {one.learner: one for one in read(filled).awards}
    assert set(made) == {"s1", "s2", "s4"}
    assert (made["s1"].email, made["s1"].awarded) == ("ana@example.edu", datetime.date(2026, 10, 1))
    # The second attempt, of which two of three raters say `exceeds`; not the third, which came after the award.
    assert (dict(made["s1"].levels), made["s1"].score) == ({"case-reasoning": "exceeds"}, 0.85)
    points = {one.points: one.id for one in example_programme().credentials["values-foundations"].rubric.levels}
    assert (dict(made["s2"].levels), made["s2"].score) == ({"case-reasoning": points[3]}, None)
    assert made["s2"].version == example_programme().credentials["values-foundations"].version


def test_records_without_awards_give_none(store, bring):
    assert read(store).awards == ()
    bring("learners", LEARNERS)
    assert read(store, since=datetime.date(2026, 1, 1)).awards == ()


def test_what_gets_no_badge_is_counted_with_its_reason_and_nobody_is_named(filled):
    found = {one.id: one.message for one in read(filled).findings}
    assert set(found) == {"no-address", "unknown-credential"}
    assert "1 awards" in found["no-address"]
    text = " ".join(found.values())
    assert not any(word in text for word in ("s3", "Carla", "s4", "dora"))


def test_a_wallet_stands_in_for_an_address(store, bring):
    bring("learners", LEARNERS)
    bring("awards", AWARDS)
    did = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"
    with store.writing() as connection:
        learner = connection.execute(table("learners").select()).mappings().all()[2]["id"]
        connection.execute(table("learner_traits").insert().values(learner_id=learner, trait="did", value=did))
    (one,) = (one for one in read(store).awards if one.learner == "s3")
    assert (one.email, one.did) == (None, did)


def test_days_credentials_and_evidence_are_chosen(filled, bring):
    bring("evidence", "learner,credential,kind,reference\ns1,values-foundations,form,https://example.edu/e/1\n"
                      "s1,values-foundations,form,shelf 12\n")  # fmt: skip
    assert [one.learner for one in read(filled, since=datetime.date(2026, 10, 20)).awards] == ["s4"]
    assert [one.learner for one in read(filled, credentials=["speaking-up"]).awards] == ["s4"]
    assert not any(one.evidence for one in read(filled).awards)
    assert [one.evidence for one in read(filled, evidence=True).awards if one.evidence] == [
        ("https://example.edu/e/1",)
    ]


def test_revoked_awards_and_those_of_erased_people_get_none(filled):
    numbers = {one.learner: one.row for one in read(filled).awards}
    with filled.writing() as connection:
        events = table("award_events")
        for number, event in (("s1", "issued"), ("s1", "revoked"), ("s4", "suspended"), ("s4", "reinstated")):
            connection.execute(events.insert().values(award_id=numbers[number], event=event, at=AT))
    assert [one.learner for one in read(filled).awards] == ["s2", "s4"]
    erase(filled, "s2", who="office")
    assert [one.learner for one in read(filled).awards] == ["s4"]


def test_that_addresses_were_read_is_in_the_log(filled):
    read(filled)
    last = audit_log(filled).iloc[-1]
    assert (last["action"], last["what"], last["who"]) == ("names", "issuing badges", "office")


def test_raters_who_disagree_evenly_give_the_lower_level_and_odd_ratings_are_told(store, bring):
    levels = ["low", "middle", "high"]
    rubric = {
        "levels": [{"id": one, "title": one, "points": at} for at, one in enumerate(levels)],
        "criteria": [{"id": "listening", "title": "Listening"}, {"id": "asking", "title": "Asking"}],
        "pass_level": "middle",
    }
    made = programme([credential("talk", rubric=rubric)])
    bring("learners", LEARNERS)
    bring("awards", "learner,credential,on\ns1,talk,2026-10-01\n")
    bring("rubric_scores", "learner,assessment,attempt,criterion,rater,level,score,on\n"
                           "s1,talk,1,listening,r1,low,,\ns1,talk,1,listening,r2,high,,\n"
                           "s1,talk,1,asking,r1,superb,,\ns1,talk,1,asking,r2,high,,\n")  # fmt: skip
    answer = awards_in_records(store, made, who="office")
    assert dict(answer.awards[0].levels) == {"listening": "low", "asking": "high"}
    assert [one.id for one in answer.findings] == ["unknown-level"]


def test_an_award_of_a_file_and_of_the_records_makes_one_badge(filled, tmp_path, ring):
    options = {"now": NOW, "passphrase": PASSPHRASE, "resume": True}
    text = "learner,email,credential,awarded\ns4,dora@example.edu,speaking-up,2026-10-20\n"
    text += "s1,ana@example.edu,values-foundations,2026-10-01\n"
    programme = example_programme()
    issue_awards(programme, parse_awards_to_issue(text, programme).awards, ring, tmp_path / "b", **options)
    made = issue_awards(programme, read(filled).awards, ring, tmp_path / "b", changed="keep", **options)
    # Of s1 the records know levels, so that badge says less than they do; it is told, and stays.
    assert (made.made, made.already, [one.learner for one in made.kept]) == (1, 1, ["s1"])
    assert len(list((tmp_path / "b" / "badges").iterdir())) == 3


def test_the_command_issues_from_the_records_and_goes_on_with_a_new_award(
    filled, bring, db, tmp_path, ring, monkeypatch
):
    monkeypatch.setenv("IPE_KEY_PASSPHRASE", PASSPHRASE)

    def issue(*more: str):
        told = CliRunner().invoke(app, ["badges", "issue", "data/programmes/cu-ipe", "--from-records", "--db", db,
                                        "--key", str(ring.folder), "--out", str(tmp_path / "badges"),
                                        "--format", "json", *more])  # fmt: skip
        assert told.exit_code == 0, told.output
        return json.loads(told.stdout)

    assert issue()["made"] == 3
    bring("awards", "learner,credential,on,version\ns1,speaking-up,2026-10-30,1.0\n")
    bring(
        "rubric_scores", "learner,assessment,criterion,rater,level\ns2,values-foundations,case-reasoning,r9,not-yet\n"
    )
    again = issue("--resume")
    assert (again["made"], again["already"], again["kept"]) == (1, 2, 1)
    assert issue("--resume", "--since", "2026-10-30")["already"] == 1


@pytest.mark.parametrize(
    "given", [[], ["--awards", "a.csv", "--from-records"], ["--awards", "a.csv", "--since", "2026-01-01"]]
)
def test_a_file_or_the_records(given):
    told = CliRunner().invoke(app, ["badges", "issue", "p", "--key", "k", "--out", "o", *given])
    assert told.exit_code == 2
    assert "--from-records" in told.output
