"""The page of a record: it says what the record says, and runs and loads nothing, whatever the texts are."""

from __future__ import annotations

import copy
import datetime
import json
import re

import pytest

from ipe_workbench.errors import EnvironmentFault
from ipe_workbench.reporting import pdf
from ipe_workbench.reporting.page import active_content, external_references
from ipe_workbench.reporting.transcript_page import transcript_page
from tests.badges.making import signed, unsigned

DAY = datetime.date(2026, 12, 1)
HOSTILE = "<img src=x onerror=alert(1)></title><script>alert(2)</script>"


def record(*members):
    return {
        "id": "urn:uuid:2f0c0a3e-7b0e-4b8a-9a53-0c7d5a7c1b99",
        "name": "Record of learning",
        "issuer": {"id": "did:web:example.edu", "name": "Example University"},
        "validFrom": "2026-11-27T12:00:00Z",
        "credentialSubject": {"type": ["ClrSubject"], "verifiableCredential": list(members)},
    }


def hostile(value):
    if isinstance(value, dict):
        kept = ("type", "id", "resultDescription", "achievedLevel", "requiredLevel", "validFrom", "validUntil")
        return {name: one if name in kept and isinstance(one, str) else hostile(one) for name, one in value.items()}
    if isinstance(value, list):
        return [hostile(one) for one in value]
    return HOSTILE if isinstance(value, str) else value


def test_titles_dates_strengths_and_growth_areas_are_on_the_page():
    page = transcript_page(record(signed()), on=DAY)
    assert "Foundations of shared values" in page
    assert "1 October 2026" in page
    # The badge was awarded with the highest level of its only graded row.
    row = re.search(r"<tr><th scope=\"row\">VE3.*?</tr>", page)
    assert row is not None
    cells = re.findall(r"<td>(.*?)</td>", row[0])
    assert "Reasoning in the application task" in cells[0]
    assert cells[1] == '<span class="muted">none recorded</span>'


def test_a_growth_area_shows_the_next_level():
    member = copy.deepcopy(signed())
    rows = member["credentialSubject"]["achievement"]["resultDescription"]
    (row,) = [one for one in rows if "rubricCriterionLevel" in one and one["name"].startswith("Reasoning")]
    (result,) = [one for one in member["credentialSubject"]["result"] if "achievedLevel" in one]
    result["achievedLevel"] = row["requiredLevel"]
    ids = [one["id"] for one in row["rubricCriterionLevel"]]
    following = row["rubricCriterionLevel"][ids.index(row["requiredLevel"]) + 1]
    page = transcript_page(record(member), on=DAY)
    assert "The next level of each growth area" in page
    assert f"<em>{following['name']}</em>" in page


@pytest.mark.parametrize("day", [datetime.date(2028, 9, 30), datetime.date(2028, 10, 2)])
def test_an_expired_badge_is_named_as_such(day):
    assert ("(expired)" in transcript_page(record(signed()), on=day)) is (day.month == 10)


def test_hostile_texts_stay_texts():
    made = hostile(json.loads(json.dumps(record(unsigned()))))
    page = transcript_page(made, on=DAY, learner=HOSTILE)
    assert active_content(page) == []
    assert external_references(page) == []
    assert "<script" not in page
    assert "<img" not in page


def test_the_page_carries_the_signed_record():
    import base64

    made = record(signed())
    (carried,) = re.findall(r'href="data:application/json;base64,([^"]+)"', transcript_page(made, on=DAY))
    assert json.loads(base64.b64decode(carried)) == made


def test_without_chromium_there_is_no_pdf_and_it_is_said(monkeypatch):
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    with pytest.raises(EnvironmentFault, match="no Chromium"):
        pdf.page_as_pdf("<p>It works.</p>")


@pytest.mark.browser
def test_the_pdf_is_tagged():
    made = pdf.page_as_pdf(transcript_page(record(signed()), on=DAY))
    assert made.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in made
