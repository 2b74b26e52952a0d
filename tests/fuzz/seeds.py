"""The files that the fuzzer mutates: one small file of each shape in which a framework comes."""

from __future__ import annotations

import datetime
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Alignment

from ipe_workbench.frameworks import (
    Association,
    Competency,
    Definition,
    ExternalNode,
    Framework,
    PublishedCriterion,
    PublishedLevel,
    PublishedRubric,
    export_framework,
    write_framework,
)

__all__ = ["NOW", "seeds"]

NOW = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)

#: Sheets as people make them, whose tree stands in something else than a column of parents.
_SHEETS = {
    "domain.csv": "Domain,Code,Competency\nValues,V1,Respect\n,V2,Trust\nRoles,R1,Know\n,,Lost\n",
    "coded-domain.csv": "Domain Code,Domain,Competency Code,Competency\nA,Values,A1,Say\n,,A2,Do\nB,Roles,B1,x\n",
    "numbered.csv": "".join(
        (
            ",".join(f"Level {at}" for at in range(1, 10)) + "\n",
            *("," * at + f"Text {at}\n" for at in (0, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 0)),
        )
    ),
    "levels.csv": "Code,Statement,Level\nA,a,Domain\nB,b,Competency\nC,c,Sub-competency\nD,d,Domain\n",
    "outline.csv": "smartLevel;fullStatement;isRelatedTo\n1;a;\n1.1;b;1.2, x\n1.2;c;http://case.example/far\n2;d;\n",
    "indents.csv": "Code\tStatement\nA\tValues\nB\t  Respect\nC\t    Say\nD\t  Trust\nE\tRoles\n",
    "headings.csv": "Our table\n\nCode,Statement\nValues and ethics,\nVE1,Say\nVE2,'=Trust\nRoles in teams,\nRR1,x\n",
}


def seeds() -> dict[str, bytes]:
    """Files by name; the ending of the name tells the kind of file."""
    framework = _framework()
    found: dict[str, bytes] = {}
    for to in ("case-1.0", "case-1.1", "ctdl-asn", "csv", "xlsx"):
        exported = export_framework(framework, to, NOW)
        found[exported.name] = exported.content
    with tempfile.TemporaryDirectory() as folder:
        found["seed.yaml"] = write_framework(framework, Path(folder)).read_bytes()
    case, graph = (json.loads(found[f"seed.{name}.json"]) for name in ("case-1.0", "ctdl-asn"))
    found |= {name: text.encode() for name, text in _SHEETS.items()}
    found |= {
        "utf-16.json": json.dumps(case).encode("utf-16"),
        "old-dialect.json": json.dumps({"CFPackage": _in_old_dialect(case)}).encode(),
        "plain-keywords.json": json.dumps(_without_signs(graph)).encode(),
        "rubric.json": json.dumps(_rubric_alone()).encode(),
        "indented.xlsx": _indented_workbook(),
        "odd.xlsx": _odd_workbook(),
    }
    return found


def _framework() -> Framework:
    """A part of each kind that a framework may have."""
    items = tuple(
        Competency(
            id=f"i{at}", code=f"A{at}", title=f"T{at}", statement=f"S{at}.", parent="i0" if at else None, weight=at
        )
        for at in range(5)
    )
    links = (
        Association(source="i1", relation="precedes", target="i2"),
        Association(source="i2", relation="isRelatedTo", target="far"),
    )
    level = PublishedLevel(id="l", quality="Good", score=1.0, position=1)
    criterion = PublishedCriterion(id="k", category="C", competency="i1", weight=0.5, position=1, levels=(level,))
    return Framework(
        id="seed",
        title="Seed",
        version="1",
        publisher="Us",
        competencies=items,
        associations=links,
        external=(ExternalNode(id="far", title="Far", uri="https://case.example/far"),),
        definitions=(Definition(kind="item-type", id="d", title="Standard"),),
        rubrics=(PublishedRubric(id="r", title="R", criteria=(criterion,)),),
    )


def _in_old_dialect(package: dict[str, Any]) -> dict[str, Any]:
    """Links as plain addresses, times without a zone, nulls, `sourcedId` and `educationalLevel`."""
    for item in package["CFItems"]:
        item |= {"sourcedId": item.pop("identifier"), "educationalLevel": ["UG"], "notes": None}
        item["lastChangeDateTime"] = "2016-02-03T04:05:06"
    for link in package["CFAssociations"]:
        for end in ("originNodeURI", "destinationNodeURI"):
            link[end] = f"https://case.example/{link[end]['identifier']}"
    return package


def _without_signs(value: Any) -> Any:
    """JSON-LD with id and type where others write @id and @type."""
    if isinstance(value, dict):
        return {
            "id" if key == "@id" else key.replace("@type", "type"): _without_signs(one) for key, one in value.items()
        }
    return [_without_signs(one) for one in value] if isinstance(value, list) else value


def _rubric_alone() -> dict[str, Any]:
    rubric = {"@type": "ceasn:Rubric", "ceasn:name": {"en": "Essay"}, "ceasn:hasRubricCriterion": ["_:c1", "_:c2"]}
    criteria = [
        {
            "@id": f"_:c{at}",
            "@type": "ceasn:RubricCriterion",
            "ceasn:name": {"en": f"C{at}"},
            "ceterms:weight": 0.5,
            "ceasn:hasCriterionLevel": [f"_:l{at}a", f"_:l{at}b"],
        }
        for at in (1, 2)
    ]
    levels = [
        {
            "@id": f"_:l{at}{letter}",
            "@type": "ceasn:CriterionLevel",
            "ceasn:benchmarkText": {"en": "x"},
            "qdata:percentage": share,
        }
        for at in (1, 2)
        for letter, share in (("a", 1.0), ("b", 0.5))
    ]
    name = {"@id": "_:r1", "@type": "ceasn:RubricLevel", "ceasn:name": {"en": "Good"}}
    name["ceasn:hasCriterionLevel"] = ["_:l1a", "_:l2a", "_:gone"]
    return {"@context": "https://credreg.net/ctdlasn/schema/context/json", "@graph": [rubric, *criteria, name, *levels]}


def _indented_workbook() -> bytes:
    """A tree by the layout of its cells."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Statement", "Hours"])
    for at, (text, indent) in enumerate([("Values", 0), ("Respect", 1), ("Say", 2), ("Roles", 0)], start=2):
        sheet.append([text, at])
        sheet.cell(at, 1).alignment = Alignment(indent=indent)
    return _saved(book)


def _odd_workbook() -> bytes:
    """Merged cells, formulas, dates and a second sheet of the same columns, below a title as out of Word."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["From Word"],
        [],
        ["Domain", "Competency", "Hours"],
        ["Values", "Respect", 1.0],
        [None, "Trust", "=A1"],
    ):
        sheet.append(row)
    sheet.merge_cells("A4:A5")
    other = book.create_sheet("More")
    for row in (["Domain", "Competency", "Hours"], ["Roles", NOW.date(), True], ["Roles", 3.5, "#REF!"]):
        other.append(row)
    return _saved(book)


def _saved(book: openpyxl.Workbook) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
