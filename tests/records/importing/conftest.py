"""Records with a roster in them, and files brought into them."""

from __future__ import annotations

import datetime
import zipfile

import pytest

from ipe_workbench.records.importing import import_file

AT = datetime.datetime(2026, 11, 1, 9)  # noqa: DTZ001 - times in the records are UTC without saying so

ROSTER = "learner,given name,family name,email,profession,cohort\n" + "".join(
    f"s{number},Given{number},Family{number},s{number}@example.edu,nursing,2026\n" for number in range(1, 9)
)


@pytest.fixture
def put(tmp_path):
    """Write a text (or bytes) as a file, or texts by name as an archive."""

    def put(content, name="file.csv"):
        file = tmp_path / name
        if isinstance(content, dict):
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
                for inside, text in content.items():
                    packed.writestr(inside, text)
        else:
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return put


@pytest.fixture
def bring(store, put):
    """Import such a file."""

    def bring(content, name="file.csv", **options):
        return import_file(store, put(content, name), at=AT, **options)

    return bring


@pytest.fixture
def roster(bring):
    terms = "term,starts,ends\n2026-fall,2026-08-24,2026-12-11\n"
    teams = "term,team,learner\n2026-fall,Red,s1\n2026-fall,Red,s2\n2026-fall,Blue,s3\n"
    for text in (ROSTER, terms, teams, "offering,term\nteam-day-1,2026-fall\n"):
        assert not bring(text).errors
