"""`ipe records map` on files as offices really keep them: the proposal is imported as it stands."""

from __future__ import annotations

import pytest

from ipe_workbench.records.importing import propose_mapping, read_mapping

FILES = {
    "learners": (
        "Student No.,Surname / Last,Forename,E-Mail Address,Degree Programme,Class Year,Date Enrolled\n"
        "A0001,Nguyen,Linh,linh@x.edu,PharmD,2027,01 Sep 2025\nA0002,O'Neil,Sam,sam@x.edu,BSN,2026,01 Sep 2025\n"
        "A0003,Kim,Jo,jo@x.edu,BSN,2026,15 Sep 2025\n",
        {"learner": "Student No.", "given_name": "Forename", "family_name": "Surname / Last", "cohort": "Class Year",
         "email": "E-Mail Address", "study_programme": "Degree Programme", "starts": "Date Enrolled"},
    ),
    "rubric-scores": (
        "Trainee ID;Observer;Station Name;Domain Rated;Rating (1-5);Obs Date\n"
        "s1;F12;sim-1;Listening;4;13/10/2026\ns2;F12;sim-1;Listening;3;13/10/2026\ns1;F12;sim-1;Respect;5;13/10/2026\n",
        {"learner": "Trainee ID", "rater": "Observer", "assessment": "Station Name", "criterion": "Domain Rated",
         "score": "Rating (1-5)", "on": "Obs Date"},
    ),
    "assessments": (
        "stu_id\tquiz\traw\toutof\ttaken\ns1\tirat-1\t8\t10\t2026-10-01\ns2\tirat-1\t6\t10\t2026-10-01\n",
        {"learner": "stu_id", "assessment": "quiz", "points": "raw", "on": "taken"},
    ),
    "attendance": (
        "PersonID,Event Code,EventDate,AttendanceState,Contact Hours\n"
        "s1,team-day-1,2026-10-01,present,2\ns2,team-day-1,2026-10-01,absent,0\n",
        {"learner": "PersonID", "offering": "Event Code", "on": "EventDate", "status": "AttendanceState",
         "hours": "Contact Hours"},
    ),
    "awards": (
        'learner number,micro-credential awarded,conferred on,ends on,awarding body\ns1,huddles,"Oct 12, 2026",,CU\n',
        {"learner": "learner number", "credential": "micro-credential awarded", "on": "conferred on",
         "expires": "ends on", "issuer": "awarding body"},
    ),
    "survey-responses": (
        "StudentCode,Survey Round,Scale,Timing,Question No,Response,When answered\n"
        "s1,2026-post,iccas,post,1,4,2026-12-01\ns2,2026-post,iccas,post,1,5,2026-12-01\n",
        {"learner": "StudentCode", "wave": "Survey Round", "instrument": "Scale", "frame": "Timing",
         "item": "Question No", "value": "Response", "on": "When answered"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_a_proposal_for_odd_headings_is_right_and_imports(bring, put, roster, tmp_path, kind):
    text, columns = FILES[kind]
    proposal = propose_mapping(put(text))
    assert (proposal.format, proposal.missing, proposal.unread) == (kind, (), ())
    assert proposal.columns == columns
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(proposal.to_yaml())
    chosen = read_mapping(mapping)
    options = {"format": chosen.format, "columns": chosen.columns, "values": chosen.values}
    result = bring(text, **options)
    assert (list(result.errors), result.recorded, result.changed) == ([], True, True)
    assert not bring(text, **options).changed


def test_what_is_not_in_a_file_is_asked_for(put):
    proposal = propose_mapping(put("Trainee,Mark\ns1,0.8\ns2,0.7\n"))
    assert (proposal.format, proposal.missing) == ("assessments", ("assessment",))
    assert "#   assessment: ..." in proposal.to_yaml()


def test_findings_speak_of_the_columns_as_the_file_calls_them(bring, roster):
    text, columns = FILES["attendance"]
    options = {"format": "attendance", "columns": columns}
    (said,) = bring(text.replace("s2,", "s77,"), **options).errors
    assert (said.id, said.place.line, said.place.field) == ("unknown-learner", 3, "column PersonID")
    (said,) = bring(text.replace("absent", "sick"), **options).errors
    assert (said.id, said.place.line, said.place.field) == ("value-refused", 3, "column AttendanceState")
    (said,) = bring(text.replace("team-day-1,2026-10-01,absent", "o9,2026-10-01,absent"), **options).errors
    assert (said.id, said.place.field) == ("unknown-offering", "column Event Code")
