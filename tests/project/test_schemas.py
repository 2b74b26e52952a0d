"""The published JSON Schemas: up to date, and in agreement with what the readers accept."""

from __future__ import annotations

import datetime
import importlib.util
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from ipe_workbench.documents import read_document
from ipe_workbench.resources import data_folder

ROOT = Path(__file__).parents[2]
_spec = importlib.util.spec_from_file_location("publish_schemas", ROOT / "scripts" / "publish_schemas.py")
publish = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(publish)


@pytest.mark.parametrize("kind", publish.KINDS)
def test_published_schema_is_the_models_own(kind):
    path = data_folder() / "schemas" / f"{kind}.schema.json"
    assert path.read_text(encoding="utf-8") == publish.schema_text(kind), "run: make schemas"
    Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


def shipped_files() -> list[Path]:
    return sorted(path for path in data_folder().rglob("*.yaml") if "instruments" not in path.parts)


@pytest.mark.parametrize("path", shipped_files(), ids=lambda path: str(path.relative_to(data_folder())))
def test_each_shipped_file_names_its_schema_and_obeys_it(path):
    document = read_document(path)
    first = document.text.splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    # A starter's schemas are copied beside it when a programme is made.
    template = data_folder() / "templates" / "starter"
    reference = first.split("=", 1)[1]
    folder = path.parent if template not in path.parents else data_folder() / path.parent.relative_to(template)
    schema = json.loads((folder / reference).resolve().read_text(encoding="utf-8"))
    data = json.loads(
        json.dumps(document.data, default=lambda one: one.isoformat() if isinstance(one, datetime.date) else one)
    )
    assert [error.message for error in Draft202012Validator(schema).iter_errors(data)] == []
