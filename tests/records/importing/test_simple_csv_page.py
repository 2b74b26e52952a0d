"""The manual's page of the simple files says what imports read, and its examples are imported as they stand."""

from __future__ import annotations

import re
from pathlib import Path

from ipe_workbench.records.importing.plain_page import EXAMPLES, simple_csv_page
from ipe_workbench.records.importing.plain_tables import PLAIN_TABLES, fields_of

PAGE = Path(__file__).resolve().parents[3] / "docs" / "simple-csv.md"


def test_the_page_is_as_it_is_written_and_names_each_column():
    text = PAGE.read_text(encoding="utf-8")
    assert text == simple_csv_page(), "run scripts/publish_frames.py"
    for one in PLAIN_TABLES:
        for field in fields_of(one.id.replace("-", "_")):
            assert f"| `{field.name}`{' *' if field.needed else ''} |" in text


def test_every_example_of_the_page_is_imported_in_the_order_of_the_page(bring, store):
    sections = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert len(sections) == len(EXAMPLES) == len(PLAIN_TABLES)
    for section in sections:
        kind = section.splitlines()[0]
        (example,) = re.findall(r"^```csv\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)
        result = bring(example)
        assert (result.format, list(result.errors), result.recorded) == (kind, [], True)
        assert [one.id for one in result.findings] == []
        assert not bring(example).changed
    assert all(store.counts()[name] for name in ("attendance", "rubric_scores", "consents", "learner_traits"))
