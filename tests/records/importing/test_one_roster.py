"""Packages of OneRoster, in an archive and in a folder."""

from __future__ import annotations

import pytest

from ipe_workbench.records.importing import import_file
from tests.records.importing.conftest import AT
from tests.records.test_formats import again, ids

PACKAGE = {
    "manifest.csv": "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\nfile.users,bulk\n",
    "orgs.csv": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\n"
    "org-n,active,2026-08-01T00:00:00Z,College of Nursing,school,,\norg-m,active,,School of Medicine,school,,\n",
    "academicSessions.csv": "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,"
    "schoolYear\n"
    "fall,active,,Fall 2026,term,2026-08-24,2026-12-11,,2027\n",
    "users.csv": "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,"
    "identifier,email,grades\n"
    "u1,active,,true,ann,,Ann,Able,,1,ann@example.edu,N2\nu2,active,,true,bo,,Bo,Bell,,2,bo@example.edu,M1\n"
    "t1,active,,true,cy,,Cy,Cole,,3,cy@example.edu,\nu3,tobedeleted,,true,di,,Di,Dow,,4,,\n"
    "p1,active,,true,pa,,Pa,Able,,5,,\n",
    "roles.csv": "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,"
    "userProfileSourcedId\n"
    "r1,active,,u1,primary,student,2026-08-24,,org-n,\nr2,active,,u2,primary,student,2026-08-24,,org-m,\n"
    "r3,active,,t1,primary,teacher,,,org-n,\nr4,active,,p1,primary,parent,,,org-n,\n",
    "courses.csv": "sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId\n"
    "c1,active,,,Teams and Teamwork,IPE1,,org-n\n",
    "classes.csv": "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,"
    "schoolSourcedId,termSourcedIds\nk1,active,,Section A,,c1,A,scheduled,hall,org-n,fall\n",
    "enrollments.csv": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,"
    "beginDate,endDate\n"
    "e1,active,,k1,org-n,u1,student,,2026-08-24,2026-12-11\ne2,active,,k1,org-n,u2,student,,,\n"
    "e3,active,,k1,org-n,t1,teacher,true,,\n",
    "lineItems.csv": "sourcedId,status,dateLastModified,title,description,assignDate,dueDate,classSourcedId,"
    "resultValueMin,resultValueMax\nl1,active,,iRAT 1,,,2026-09-10,k1,0,20\n",
    "results.csv": "sourcedId,status,dateLastModified,lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,"
    "comment\n"
    "x1,active,,l1,u1,fully graded,15,2026-09-10,\nx2,active,,l1,u2,exempt,,2026-09-10,\n",
}


def test_a_oneroster_package(bring, store):
    result = again(bring, PACKAGE, "roster.zip")
    assert result.format == "oneroster"
    assert {"row-to-be-deleted", "person-unread"} <= set(ids(result))
    enrolments = store.frame("enrolments")
    assert sorted(zip(enrolments["study_programme"], enrolments["cohort"], strict=True)) == [
        ("org-m", "M1"),
        ("org-n", "N2"),
    ]
    teams = store.frame("teams")
    assert teams[["term", "team"]].drop_duplicates().to_numpy().tolist() == [["fall", "Section A"]]
    assert teams["learner"].nunique() == 2
    assert teams["facilitator"].notna().all()
    assert store.frame("offerings")[["offering", "activity", "term"]].to_numpy().tolist() == [["k1", "c1", "fall"]]
    assert store.frame("assessments")[["score", "points", "points_possible"]].to_numpy().tolist() == [[0.75, 15, 20]]


def test_a_oneroster_folder_of_version_1_1_names_roles_with_the_users(store, tmp_path):
    for name, text in PACKAGE.items():
        if name not in ("roles.csv", "manifest.csv"):
            (tmp_path / "folder").mkdir(exist_ok=True)
            (tmp_path / "folder" / name).write_text(text)
    (tmp_path / "folder" / "users.csv").write_text(
        "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,givenName,familyName,grades\n"
        'u1,,,true,"org-n,org-m",student,a,Ann,Able,1\nu2,,,true,org-m,student,b,Bo,Bell,1\n'
        "t1,,,true,org-n,teacher,c,C,D,\n"
    )
    result = import_file(store, tmp_path / "folder", at=AT)
    assert not result.errors
    assert "manifest-missing" in ids(result)
    assert sorted(store.frame("enrolments")["study_programme"]) == ["org-m", "org-m", "org-n"]


@pytest.mark.parametrize(
    ("file", "old", "new", "column", "row"),
    [
        ("roles.csv", "u1,primary", "u99,primary", "userSourcedId", 2),
        ("roles.csv", ",org-m,", ",org-x,", "orgSourcedId", 3),
        ("classes.csv", ",c1,", ",c9,", "courseSourcedId", 2),
        ("classes.csv", ",fall", ",spring", "termSourcedIds", 2),
        ("enrollments.csv", "e2,active,,k1", "e2,active,,k9", "classSourcedId", 3),
        ("results.csv", "x1,active,,l1", "x1,active,,l9", "lineItemSourcedId", 2),
    ],
)
def test_a_reference_of_oneroster_that_does_not_resolve_is_named(bring, store, file, old, new, column, row):
    assert old in PACKAGE[file]
    result = bring({**PACKAGE, file: PACKAGE[file].replace(old, new, 1)}, "roster.zip")
    assert result.errors
    first = next(one for one in result.errors if one.id == "reference-unknown")
    assert first.place.file.endswith(f"roster.zip/{file}")
    assert (first.place.line, first.place.field) == (row, f"column {column}")
    assert sum(store.counts().values()) == 0


def test_a_manifest_that_announces_more_than_there_is(bring):
    package = {**PACKAGE, "manifest.csv": PACKAGE["manifest.csv"] + "file.results,bulk\n"}
    del package["results.csv"]
    assert "file-missing" in ids(bring(package, "roster.zip"))
