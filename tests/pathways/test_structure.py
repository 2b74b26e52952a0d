"""Curricular analytics against the published tool, on curricula of every shape, and the layout that it reads."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import curricularanalytics as peer
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.errors import UnusableInputError, WorkbenchError
from ipe_workbench.pathways.curriculum_csv import parse_curriculum, read_curriculum, write_curriculum
from ipe_workbench.pathways.structure import REQUISITES, Course, Curriculum, structure
from tests.pathways.odd_curricula import COLUMNS, HEAD, ODD


def made(edges: dict[str, dict[str, str]], **about: str) -> Curriculum:
    courses = tuple(Course(name, f"Course {name}", requisites, 3.0) for name, requisites in edges.items())
    return Curriculum("Made", courses, **about)


@st.composite
def curricula(draw: st.DrawFn) -> Curriculum:
    """Up to twelve courses in a random order, whose requisites are among those drawn before."""
    count = draw(st.integers(1, 12))
    edges = {}
    for at in range(1, count + 1):
        before = draw(st.sets(st.integers(1, at - 1), max_size=4)) if at > 1 else set()
        edges[str(at)] = {str(one): draw(st.sampled_from(REQUISITES)) for one in sorted(before)}
    names = draw(st.permutations(list(edges)))
    return made({name: edges[name] for name in names}, system=draw(st.sampled_from(["semester", "quarter"])))


def by_the_peer(curriculum: Curriculum, folder: Path) -> list[tuple[int, int, int, float]]:
    path = folder / "curriculum.csv"
    path.write_text(write_curriculum(curriculum), encoding="utf-8")
    theirs = peer.read_csv(str(path))
    return {
        str(one.id): (
            theirs.delay_factor(one),
            theirs.blocking_factor(one),
            theirs.centrality(one),
            theirs.complexity(one),
        )
        for one in theirs.courses
    }


@given(curricula())
@settings(max_examples=60, deadline=None)
def test_figures_are_those_of_the_published_tool(tmp_path_factory, curriculum):
    ours = structure(curriculum)
    theirs = by_the_peer(curriculum, tmp_path_factory.mktemp("peer"))
    assert {one.id: (one.delay, one.blocking, one.centrality, one.complexity) for one in ours.nodes} == theirs
    assert len(ours.longest_path) == max(one.delay for one in ours.nodes)
    requisites = {one.id: one.requisites for one in curriculum.courses}
    assert all(
        before in requisites[after] for before, after in zip(ours.longest_path, ours.longest_path[1:], strict=False)
    )


@given(curricula())
@settings(max_examples=40, deadline=None)
def test_a_curriculum_that_is_written_and_read_is_the_same(curriculum):
    assert parse_curriculum(write_curriculum(curriculum)) == curriculum
    assert parse_curriculum(write_curriculum(curriculum, structure(curriculum))) == curriculum


def test_a_degree_plan_keeps_its_terms_and_is_read_by_the_published_tool(tmp_path):
    courses = (Course("1", "A", {}, 3, term=1), Course("2", "=B", {"1": "pre"}, 4, term=2, additional=True))
    plan = Curriculum("Ours", courses, plan="Two terms")
    text = write_curriculum(plan)
    assert "'=B" in text
    path = tmp_path / "plan.csv"
    path.write_text(text, encoding="utf-8")
    theirs = peer.read_csv(str(path))
    assert [[one.name for one in term.courses] for term in theirs.terms] == [["A"], ["'=B"]]
    assert [(one.term, one.additional) for one in read_curriculum(path).courses] == [(1, False), (2, True)]


def test_path_counts_beyond_64_bits_are_exact():
    # 70 layers of two courses, each of which requires both of the layer before: 2 ** 70 paths of 70 courses.
    edges = {
        f"{layer}-{side}": {f"{layer - 1}-{other}": "pre" for other in "ab"} if layer else {}
        for layer in range(70)
        for side in "ab"
    }
    found = structure(made(edges))
    assert {one.centrality for one in found.nodes if not one.id.startswith(("0-", "69-"))} == {70 * 2**69}
    assert found.totals["centrality"] == 68 * 2 * 70 * 2**69


def test_ten_thousand_courses_are_no_matter():
    rng = random.Random(1)  # noqa: S311 - a graph, no secret
    edges = {str(at): {str(rng.randrange(at)): "pre" for _ in range(3)} if at else {} for at in range(10_000)}
    found = structure(made(edges))
    assert len(found.nodes) == 10_000
    assert found.nodes[0].blocking == 9_999


@pytest.mark.parametrize(
    ("edges", "expected"),
    [
        ({"a": {}, "b": {"a": "pre"}, "c": {"a": "pre", "b": "pre"}}, ["c requires a"]),
        ({"a": {}, "b": {"a": "co"}, "c": {"a": "pre", "b": "co"}}, []),
        ({"a": {}, "b": {"a": "co"}, "c": {"a": "pre", "b": "pre"}}, ["c requires a"]),
        ({"a": {}, "b": {"a": "co"}, "c": {"a": "co", "b": "co"}}, ["c requires a"]),
        ({"a": {}, "b": {"a": "pre"}, "c": {"a": "strict-co", "b": "pre"}}, []),
    ],
)
def test_redundant_requisites_are_those_that_others_imply(edges, expected):
    found = [one for one in structure(made(edges)).findings if one.id == "redundant-requisite"]
    assert [one.message.split(",")[0] for one in found] == expected


def test_a_plan_with_a_requisite_in_a_later_term_is_an_error():
    courses = (
        Course("1", "A", {}, term=2),
        Course("2", "B", {"1": "pre"}, term=2),
        Course("3", "C", {"1": "co"}, term=2),
    )
    found = structure(Curriculum("X", courses, plan="P")).findings
    assert [(one.id, one.severity) for one in found] == [("misplaced-requisite", "error")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "not a curriculum"),
        ("a,b\n1,2\n", "not a curriculum"),
        (HEAD + "Name\nA\n", "no column Course ID"),
        (HEAD + COLUMNS + "1,A,,,,3\n1,B,,,,3\n", "stands twice"),
        (HEAD + COLUMNS + "1,A,1,,,3\n", "requires itself"),
        (HEAD + COLUMNS + "1,A,,,,three\n", "is no number"),
        (HEAD + COLUMNS + ",A,,,,3\n", "no Course ID"),
        ("\0", "not text"),
        (HEAD.replace("semester", "year") + COLUMNS, "system type"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(text, expected):
    with pytest.raises(WorkbenchError, match=expected):
        parse_curriculum(text)


@pytest.mark.parametrize(("text", "figures"), [pytest.param(*one[1:], id=one[0]) for one in ODD])
def test_odd_files_are_read(text, figures):
    found = structure(parse_curriculum(text))
    assert {one.id: (one.delay, one.blocking) for one in found.nodes} == figures
    assert [one for one in found.findings if one.severity == "error"] == []


def test_an_unknown_requisite_is_left_out_and_said():
    found = structure(parse_curriculum(HEAD + COLUMNS + "1,A,7,,,3\n2,B,1;9,,,3\n", "c.csv"))
    assert [one.delay for one in found.nodes] == [2, 2]
    assert [(one.id, str(one.place)) for one in found.findings] == [
        ("unknown-requisite", "c.csv:6"),
        ("unknown-requisite", "c.csv:7"),
    ]


@pytest.mark.parametrize("plan", ["", "Four terms"])
def test_both_layouts_go_through_the_published_tool_and_back(tmp_path, plan):
    courses = (
        Course(
            "3", "Third, with a comma", {"1": "pre", "2": "co"}, 4, 2 if plan else None, "AB", "101", "Here", "Canon"
        ),
        Course("1", "First", {}, 3, 1 if plan else None, "AB", "1"),
        Course("2", "Second", {"1": "strict-co"}, 1, 1 if plan else None, "CD", "2"),
        Course("9", "More", {"3": "pre"}, 2, 3 if plan else None, "AB", "9", additional=bool(plan)),
    )
    ours = Curriculum("Made", courses, "quarter", plan, "A college", "BS", "11.0701")
    path = tmp_path / "ours.csv"
    path.write_text(write_curriculum(ours), encoding="utf-8")
    theirs = peer.read_csv(str(path))
    peer.write_csv(theirs, str(tmp_path / "theirs.csv"))
    back = read_curriculum(tmp_path / "theirs.csv")
    assert replace(back, courses=()) == replace(ours, courses=())
    assert {one.id: one for one in back.courses} == {one.id: one for one in courses}


def test_learning_outcomes_are_kept():
    text = next(text for name, text, _ in ODD if name.startswith("learning"))
    once = parse_curriculum(text)
    assert ("1", "1", "LO", "Text", "", "2") in once.learning_outcomes
    again = parse_curriculum(write_curriculum(once))
    assert [row[:4] for row in again.learning_outcomes] == [row[:4] for row in once.learning_outcomes]


def test_a_circle_is_named():
    edges = {"a": {"c": "pre"}, "b": {"a": "pre"}, "c": {"b": "co"}, "d": {"c": "pre"}}
    with pytest.raises(UnusableInputError, match=r"circle: (a > b > c > a|b > c > a > b|c > a > b > c)\."):
        structure(made(edges))


def test_the_command_prints_the_figures_and_fails_in_one_sentence(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text(
        "\ufeff" + HEAD.replace("\n", "\r\n") + COLUMNS + '1,A,,,,3\n2,"B, or C",1,,,3\n3,D,2;1,,,3\n', "utf-8"
    )

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [
            sys.executable,
            "-c",
            "from ipe_workbench.cli import main; main()",
            "pathways",
            "structure",
            *arguments,
        ]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    answer = json.loads(run(str(path), "--format", "json").stdout)
    assert answer["totals"] == {"delay": 9, "blocking": 3, "centrality": 3, "complexity": 12}
    assert answer["longest_path"] == ["1", "2", "3"]
    assert answer["nodes"][1] == {
        "id": "2",
        "name": "B, or C",
        "delay": 3,
        "blocking": 1,
        "centrality": 3,
        "complexity": 4,
    }
    path.write_text(HEAD + COLUMNS + "1,A,2,,,3\n2,B,1,,,3\n", "utf-8")
    failed = run(str(path))
    assert (failed.returncode, failed.stdout, failed.stderr.count("\n")) == (2, "", 1)
    assert "circle" in failed.stderr
    assert f"{path}: Requisites go in a circle" in failed.stderr


@pytest.mark.parametrize("count", [40, 3000])
def test_figures_of_any_size_are_printed(tmp_path, count):
    # Each course requires the two before it: the number of paths grows as Fibonacci's numbers do.
    rows = [f"{at},N{at},{';'.join(str(one) for one in (at - 1, at - 2) if one >= 0)},,,3\n" for at in range(count)]
    path = tmp_path / "c.csv"
    path.write_text(HEAD + COLUMNS + "".join(rows), "utf-8")
    answer = CliRunner().invoke(app, ["pathways", "structure", str(path)])
    assert answer.exit_code == 0, answer.exception
    whole = json.loads(CliRunner().invoke(app, ["pathways", "structure", str(path), "--format", "json"]).stdout)
    digits = str(whole["totals"]["centrality"])
    assert (digits if count == 40 else f"e+{len(digits) - 1}") in answer.stdout
    # A middle course lies on as many paths as there are ways to it and on from it: Fibonacci's numbers.
    ways = [1, 1]
    while len(ways) < count:
        ways.append(ways[-1] + ways[-2])
    middle = whole["nodes"][count // 2]["centrality"]
    paths = ways[count // 2] * ways[count - 1 - count // 2]
    assert count * paths < 2 * middle < 2 * count * paths
