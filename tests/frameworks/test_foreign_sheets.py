"""Sheets and workbooks as people keep them: the tree that is read out of them, counted by hand."""

from __future__ import annotations

import datetime
import json

import openpyxl
import pytest
from openpyxl.styles import Alignment

from ipe_workbench.errors import UnreadableFileError
from ipe_workbench.frameworks import export_framework, import_framework
from tests.frameworks.test_foreign_files import PAIRS, case, facts, link, node, uuid


@pytest.mark.parametrize(
    ("header", "rows", "depth", "top", "leaves"),
    [
        ("Code,Statement,Level", ["A,a,1.0", "B,b,2.0", "C,c,3.0", "D,d,1.0"], 3, 2, 2),
        ("Code,Statement,Level", ["A,a,Level 1", "B,b,L2", "C,c,Level 3", "D,d,1"], 3, 2, 2),
        ("Code,Statement,Level", ["A,a,Domain", "B,b,Competency", "C,c,Sub-competency", "D,d,Domain"], 3, 2, 2),
        ("Ref #,Learning Outcome,Parent Ref #", ["1,a,", "2,b,1", "3,c,1"], 2, 1, 2),
        ("Competency ID,Competency Name,Competency Description,Parent ID", ["10,A,a,", "11,B,b,10"], 2, 1, 1),
        ("Competency Code;Competency Statement;Parent Code", ["A;a;", "A1;b;A", "B;c;"], 2, 2, 2),
    ],
)
def test_sheets_with_headers_and_levels_as_people_write_them(tmp_path, header, rows, depth, top, leaves):
    found = facts(tmp_path, "x.csv", "\ufeff" + "\n".join([header, *rows]))
    assert (found["depth"], found["top_items"], found["leaves"]) == (depth, top, leaves)


def workbook(tmp_path, sheets: dict[str, list[list[object]]]):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = tmp_path / "x.xlsx"
    book.save(path)
    return path


def test_sheets_with_the_same_columns_are_one_framework_and_others_are_named(tmp_path):
    path = workbook(
        tmp_path,
        {
            "Read me": [["Our competencies"]],
            "Values": [["Code", "Statement", "Parent"], ["V", "Values", None], ["V1", "Respect", "V"]],
            "Teams": [["Code", "Statement", "Parent"], ["T", "Teams", None], ["T1", "Work together", "T"]],
            "Ideas": [["Statement"], ["One day"], ["Perhaps"]],
        },
    )
    reading = import_framework(path)
    assert [one.code for one in reading.framework.in_order()] == ["V", "V1", "T", "T1"]
    assert {"sheet-joined": "info", "sheet-unread": "warning"}.items() <= {
        one.id: one.severity for one in reading.findings
    }.items()


#: Sheets without a column of parents, as people make them, and their trees: (depth, statement) in order.
IMPLIED = {
    "Domain filled once, as a merged cell": (
        "Domain,Code,Competency\nValues,V1,Respect\n,V2,Trust\nRoles,R1,Know\n",
        [(1, "Values"), (2, "Respect"), (2, "Trust"), (1, "Roles"), (2, "Know")],
    ),
    "Domain in each row, and one without": (
        "Domain;Competency\nValues;Respect\nValues;Trust\nRoles;Know\n;Lost\n",
        [(1, "Values"), (2, "Respect"), (2, "Trust"), (1, "Roles"), (2, "Know"), (1, "Lost")],
    ),
    "three columns of statements with codes": (
        "Domain Code,Domain,Competency Code,Competency,Sub-competency Code,Sub-competency\n"
        "A,Values,A1,Respect,A1a,Say\n,,,,A1b,Do\n,,A2,Trust,A2a,Keep\nB,Roles,B1,Know,B1a,Tell\n",
        [
            *((1, "Values"), (2, "Respect"), (3, "Say"), (3, "Do"), (2, "Trust"), (3, "Keep")),
            *((1, "Roles"), (2, "Know"), (3, "Tell")),
        ],
    ),
    "numbered levels": (
        "Level 1,Level 2,Level 3\nValues,Respect,Say\n,,Do\n,Trust,Keep\nRoles,Know,\n",
        [(1, "Values"), (2, "Respect"), (3, "Say"), (3, "Do"), (2, "Trust"), (3, "Keep"), (1, "Roles"), (2, "Know")],
    ),
    "numbered levels like stairs": (
        "Level 1\tLevel 2\tLevel 3\nValues\n\tRespect\n\t\tSay\n\tTrust\nRoles\n",
        [(1, "Values"), (2, "Respect"), (3, "Say"), (2, "Trust"), (1, "Roles")],
    ),
    "a Domain that is a row itself": (
        "Code,Domain,Statement\nV,Values,Values\nV1,Values,Respect\nV1.1,Values,Say\n",
        [(1, "Values"), (2, "Respect"), (3, "Say")],
    ),
    "the same name below two wholes": (
        "Domain,Area,Competency\nValues,Other,Respect\nRoles,Other,Know\n,,Tell\n",
        [(1, "Values"), (2, "Other"), (3, "Respect"), (1, "Roles"), (2, "Other"), (3, "Know"), (3, "Tell")],
    ),
    "leading blanks": (
        "Code,Statement\nA,Values\nB,  Respect\nC,    Say\nD,  Trust\nE,Roles\n",
        [(1, "Values"), (2, "Respect"), (3, "Say"), (2, "Trust"), (1, "Roles")],
    ),
    "stray blanks beside codes": (
        "Code,Statement\nA,Values\nA1,  Respect\nA2,Trust\nB, Roles\nB1,Know\n",
        [(1, "Values"), (2, "Respect"), (2, "Trust"), (1, "Roles"), (2, "Know")],
    ),
    "headings over the whole width": (
        "Code,Statement\nValues and ethics,\nVE1,Respect\nVE2,Trust\nRoles in teams,\nRR1,Know\n",
        [(1, "Values and ethics"), (2, "Respect"), (2, "Trust"), (1, "Roles in teams"), (2, "Know")],
    ),
}


def tree_of(reading):
    depths: dict[str | None, int] = {None: 0}
    for one in reading.framework.in_order():
        depths[one.id] = depths[one.parent] + 1
        yield depths[one.id], one.statement


@pytest.mark.parametrize("shape", IMPLIED)
def test_a_tree_that_a_sheet_only_implies_is_read_and_said_to_be_guessed(shape, tmp_path):
    text, tree = IMPLIED[shape]
    path = tmp_path / "x.csv"
    path.write_text(text, encoding="utf-8")
    reading = import_framework(path)
    assert list(tree_of(reading)) == tree
    guesses = [one for one in reading.findings if one.id == "sheet-guessed" and one.severity == "warning"]
    assert guesses or shape == "numbered levels like stairs"


def test_a_table_out_of_word_gives_its_title_and_the_codes_in_its_texts(tmp_path):
    path = workbook(
        tmp_path,
        {
            "Table 1": [
                ["Core competencies for teams"],
                [],
                ["No.", "Domain", "Sub-competency"],
                ["1", "Values", "1.1 Respect people"],
                [None, None, "1.2 Keep trust"],
                ["2", "Roles", "2.1 Know your role"],
                [None, None, "2.2: Explain it"],
            ]
        },
    )
    framework = import_framework(path).framework
    assert (framework.id, framework.title) == ("core-competencies-for-teams", "Core competencies for teams")
    assert [(one.code, one.statement, one.parent and framework[one.parent].code) for one in framework.in_order()] == [
        ("1", "Values", None),
        ("1.1", "Respect people", "1"),
        ("1.2", "Keep trust", "1"),
        ("2", "Roles", None),
        ("2.1", "Know your role", "2"),
        ("2.2", "Explain it", "2"),
    ]


@pytest.mark.parametrize(
    ("statements", "codes"),
    [
        (["1. Values", "1.1 Respect", "2) Roles", "2.1 - Know"], ["1", "1.1", "2", "2.1"]),
        (["VE1: Respect", "VE2: Trust", "VE10: Say"], ["VE1", "VE2", "VE10"]),
        (["1 Respect", "Trust", "3 Say"], [None, None, None]),
        (["2 people agree", "2 people speak"], [None, None]),
        (["24 hours before, prepare"], [None]),
    ],
)
def test_codes_are_taken_from_texts_only_where_each_text_begins_with_its_own(statements, codes, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("\n".join(["Statement", *(f'"{one}"' for one in statements)]), encoding="utf-8")
    reading = import_framework(path)
    assert [one.code for one in reading.framework.in_order()] == codes
    said = any("Codes are taken" in one.message for one in reading.findings)
    assert said == (codes[0] is not None)


@pytest.mark.parametrize(
    ("text", "line"),
    [('code,statement\nA,one\nB,"two\nC,three\n', 3), ('code,statement\nA,"one', 2), ('"code,statement\nA,one\n', 1)],
)
def test_a_cell_that_nothing_closes_is_refused_where_it_opens(text, line, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFileError, match="quotation mark") as raised:
        import_framework(path)
    assert raised.value.findings[0].place.line == line


@pytest.mark.parametrize("end", ["", "\n", '"\n', '"""\n'])
def test_quotation_marks_that_are_closed_are_text(end, tmp_path):
    path = tmp_path / "x.csv"
    opened = '"' if end.startswith('"') else ""
    path.write_text(f'code,statement\nA,"say ""yes""\nand no"\nB,{opened}two{end}', encoding="utf-8")
    found = [one.statement for one in import_framework(path).framework.in_order()]
    assert found == ['say "yes"\nand no', 'two"' if end.startswith('""') else "two"]


def test_the_tree_of_a_workbook_stands_beside_second_and_outer_parents(tmp_path):
    outer = {"identifier": uuid(9), "uri": f"https://case.example/{uuid(9)}", "title": "Elsewhere"}
    links = [*(link(node(a), node(b)) for a, b in PAIRS), link(node(2), node(4)), link(node(1), outer)]
    (tmp_path / "x.json").write_text(json.dumps(case(*links)), encoding="utf-8")
    before = import_framework(tmp_path / "x.json")
    exported = export_framework(before.framework, "xlsx", datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
    (tmp_path / "x.xlsx").write_bytes(exported.content)
    after = import_framework(tmp_path / "x.xlsx")
    assert [(one.id, one.parent) for one in after.framework.in_order()] == [
        (one.id, one.parent) for one in before.framework.in_order()
    ]
    ends = [(one.source, one.relation, one.target) for one in after.framework.associations]
    assert sorted(ends) == [(uuid(1), "isChildOf", uuid(9)), (uuid(2), "isChildOf", uuid(4))]
    assert (before.external_links, after.external_links) == (1, 1)
    assert after.associations == {"isChildOf": 4}  # a row names its whole, so the two that are on top name none


def test_wholes_take_the_codes_beside_them(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(IMPLIED["three columns of statements with codes"][0], encoding="utf-8")
    codes = [one.code for one in import_framework(path).framework.in_order()]
    assert codes == ["A", "A1", "A1a", "A1b", "A2", "A2a", "B", "B1", "B1a"]


def test_a_column_of_parents_speaks_before_a_domain(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("Code,Statement,Parent,Domain\nA,a,,X\nB,b,A,Y\n", encoding="utf-8")
    framework = import_framework(path).framework
    assert [(one.parent, one.extras) for one in framework.in_order()] == [
        (None, {"sheet": {"Domain": "X"}}),
        ("A", {"sheet": {"Domain": "Y"}}),
    ]


def test_the_indents_of_a_spreadsheet_program_and_merged_cells_are_a_tree(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    rows = [("Values", 0), ("Respect", 1), ("Say", 2), ("Trust", 1), ("Roles", 0)]
    sheet.append(["Statement", "Hours"])
    for at, (text, indent) in enumerate(rows, start=2):
        sheet.append([text, at])
        sheet.cell(at, 1).alignment = Alignment(indent=indent)
    book.save(tmp_path / "indented.xlsx")
    assert list(tree_of(import_framework(tmp_path / "indented.xlsx"))) == [(depth + 1, text) for text, depth in rows]

    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["From Word"], [], ["Domain", "Competency"], ["Values", "Respect"], [None, "Trust"], ["Roles", "Know"]):
        sheet.append(row)
    sheet.merge_cells("A4:A5")
    book.save(tmp_path / "merged.xlsx")
    tree = [(1, "Values"), (2, "Respect"), (2, "Trust"), (1, "Roles"), (2, "Know")]
    assert list(tree_of(import_framework(tmp_path / "merged.xlsx"))) == tree
