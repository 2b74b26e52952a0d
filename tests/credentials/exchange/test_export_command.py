"""``ipe pathways export``: what is written, what is said to be lost, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ipe_workbench.cli import app
from ipe_workbench.credentials.exchange import PATHWAY_FORMATS, import_pathway
from ipe_workbench.errors import UnknownNameError, UnusableInputError

EXAMPLE = Path(__file__).parents[3] / "data" / "programmes" / "cu-ipe"


@pytest.mark.parametrize("to", [*PATHWAY_FORMATS, "catalogue"])
def test_every_format_is_written_with_a_report(to, tmp_path):
    out = tmp_path / "made"
    answer = CliRunner().invoke(
        app, ["pathways", "export", str(EXAMPLE), "--to", to, "--out", str(out), "--format", "json"]
    )
    assert answer.exit_code == 0, answer.output
    report = json.loads(answer.stdout)
    assert (report["format"], report["bytes"]) == (to, out.stat().st_size)
    assert {one["id"] for one in report["losses"]} <= {"lost-in-export", "words-only", "root-made"}
    first = out.read_bytes()
    CliRunner().invoke(app, ["pathways", "export", str(EXAMPLE), "--to", to, "--out", str(out)])
    assert out.read_bytes() == first


@pytest.mark.parametrize("to", ["badgr", "ctdl"])
def test_texts_of_an_export_do_not_disagree_with_its_numbers(to, tmp_path):
    out = tmp_path / "made.json"
    CliRunner().invoke(app, ["pathways", "export", str(EXAMPLE), "--to", to, "--out", str(out)])
    findings = import_pathway(out).findings
    assert {one.id for one in findings} <= {"constraint-not-evaluated"}
    out.write_text(out.read_text(encoding="utf-8").replace("two of three", "three of three"), encoding="utf-8")
    assert "text-number-mismatch" in {one.id for one in import_pathway(out).findings}


def test_an_unknown_format_and_a_folder_are_refused(tmp_path):
    out = tmp_path / "made"
    answer = CliRunner().invoke(app, ["pathways", "export", str(EXAMPLE), "--to", "pdf", "--out", str(out)])
    assert isinstance(answer.exception, UnknownNameError)
    assert "catalogue" in str(answer.exception)
    assert not out.exists()
    answer = CliRunner().invoke(app, ["pathways", "export", str(EXAMPLE), "--to", "badgr", "--out", str(tmp_path)])
    assert isinstance(answer.exception, UnusableInputError)


def test_the_graph_is_read_by_networkx_with_what_counts_toward_what():
    import io

    import networkx as nx

    from ipe_workbench.credentials import badges_in, example_programme
    from ipe_workbench.credentials.exchange.graphml import write_pathway_graphml

    programme = example_programme()
    graph = nx.read_graphml(io.BytesIO(write_pathway_graphml(programme)[0].encode("utf-8")))
    counted = {(badge, one.id) for one in programme.stacks.values() for badge in badges_in(one.rule)}
    found = {(a, b) for a, b, data in graph.edges(data=True) if data["relation"] == "counts_toward"}
    assert found == counted
    assert graph.nodes["team-simulation"]["hours"] == 6.0
