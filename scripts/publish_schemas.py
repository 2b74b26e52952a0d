"""Write the JSON Schema of each kind of file to data/schemas/, where editors and `ipe init` find them.

Run after changing a file model: python scripts/publish_schemas.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ipe_workbench.credentials import MicroCredential, ProgrammeInfo, Stack
from ipe_workbench.documents import FileModel
from ipe_workbench.evaluation import EvaluationPlan, Instrument
from ipe_workbench.frameworks import Crosswalk, Framework
from ipe_workbench.frameworks.standards import AccreditationBody
from ipe_workbench.reporting.playbook import Playbook
from ipe_workbench.simulation import Scenario

KINDS: dict[str, type[FileModel]] = {
    "credential": MicroCredential,
    "crosswalk": Crosswalk,
    "evaluation": EvaluationPlan,
    "framework": Framework,
    "instrument": Instrument,
    "playbook": Playbook,
    "programme": ProgrammeInfo,
    "scenario": Scenario,
    "stack": Stack,
    "standards": AccreditationBody,
}
FOLDER = Path(__file__).parent.parent / "data" / "schemas"


def schema_text(kind: str) -> str:
    """The schema of one kind of file, as it is published."""
    schema: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    schema |= KINDS[kind].model_json_schema(by_alias=True)
    # The description is the class docstring; its examples are for programmers.
    schema["description"] = str(schema.get("description", "")).split("\n\nExamples\n")[0]
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for name in KINDS:
        (FOLDER / f"{name}.schema.json").write_text(schema_text(name), encoding="utf-8")
