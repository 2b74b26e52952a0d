"""``ipe frameworks crosswalk`` and ``ipe frameworks migrate`` in the process, on a programme in a folder of its own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from ipe_workbench.cli import crosswalks, migrate
from ipe_workbench.credentials import load_programme
from ipe_workbench.errors import UnknownNameError, UnusableInputError
from ipe_workbench.folder_check import check_folder
from ipe_workbench.frameworks.crosswalk_files import open_crosswalk
from ipe_workbench.resources import data_folder
from tests.programmes import replace_in

OURS = "crosswalk-ipec-2016-2023"
app = typer.Typer()
app.add_typer(crosswalks.app, name="crosswalk")
app.command("migrate")(migrate.migrate)


def run(*arguments: str | Path, code: int = 0) -> Result:
    answer = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    assert answer.exit_code == code, answer.output
    return answer


@pytest.fixture
def folder(tmp_path) -> Path:
    """The starter, aligned to the codes of 2016, with a person's comments in it."""
    made = tmp_path / "starter"
    shutil.copytree(data_folder() / "templates" / "starter", made)
    replace_in(made / "programme.yaml", "- ipec-2023 ", "- ipec-2016 ")
    talk, sim = (made / "credentials" / f"{name}.yaml" for name in sorted(p.stem for p in made.glob("credentials/*")))
    for path in (talk, sim):
        path.write_text(path.read_text(encoding="utf-8").replace("ipec-2023", "ipec-2016"), encoding="utf-8")
    replace_in(
        talk,
        "competency: C1, how: [taught, practised, assessed], level: exposure}",
        "competency: CC1, how: [taught, practised, assessed], level: exposure}  # agreed in May",
    )
    replace_in(talk, "competency: C3, how", "competency: CC2, how")
    replace_in(sim, "competency: C4, how: [practised, assessed]", "competency: CC6, how: [practised]")
    replace_in(sim, "competency: TT3, how", "competency: CC7, how")
    replace_in(sim, "alignments:", "alignments:  # ask the simulation lead")
    (stack,) = made.glob("pathways/*.yaml")
    with stack.open("a", encoding="utf-8") as file:
        file.write("competency: CC   # the whole of it\nframework: ipec-2016\n")
    return made


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def migration(folder: Path, *more: str | Path, code: int = 0) -> Result:
    return run("migrate", folder, "--from", "ipec-2016", "--to", "ipec-2023", *more, code=code)


def test_without_apply_the_proposal_is_printed_and_nothing_is_written(folder):
    before = contents(folder)
    facts = json.loads(migration(folder, "--format", "json").stdout)
    assert contents(folder) == before
    assert [(one.get("credential") or one["stack"], one["code"], one["kind"]) for one in facts["proposals"]] == [
        ("team-communication", "CC1", "automatic"),
        ("team-communication", "CC2", "automatic"),
        ("team-simulation", "CC6", "decision"),
        ("team-simulation", "CC7", "decision"),
        ("team-simulation", "TT6", "automatic"),
        ("team-care-certificate", "CC", "decision"),
    ]
    assert facts["proposals"][0]["alternatives"][0]["relation"] == "isRelatedTo"
    assert facts["proposals"][0]["line"] == 26
    assert facts["crosswalk_found"] == f"{OURS}."
    assert facts["coverage"]["before"]["ipec-2016"]["aligned"] == 5
    assert facts["coverage"]["after_automatic"]["ipec-2023"]["aligned"] == 3
    assert sorted(facts["no_ancestor"]) == ["RR5", "TT10", "TT9", "VE10", "VE11", "VE2"]
    assert (facts["accepted"], facts["applied"], facts["written"]) == (0, False, [])
    shown = migration(folder, "--accept", "automatic").stdout
    assert "3 automatic, 3 to decide" in shown
    assert "Nothing in the programme was written; --apply would change 3 accepted." in shown
    assert contents(folder) == before


def test_a_programme_is_migrated_from_end_to_end_by_what_a_person_accepts(folder, tmp_path):
    before = contents(folder)
    applied = json.loads(migration(folder, "--accept", "automatic", "--apply", "--format", "json").stdout)
    assert applied["accepted"] == 3
    after = contents(folder)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"programme.yaml", *(f"credentials/{one.name}" for one in folder.glob("credentials/*"))}
    assert {Path(one).name for one in applied["written"]} == {Path(one).name for one in changed}
    talk = after[next(one for one in changed if "communication" in one)].decode()
    commented = next(line for line in talk.splitlines() if line.endswith("# agreed in May"))
    assert commented.startswith(
        "  - {framework: ipec-2023, competency: C2, how: [taught, practised, assessed], level: "
    )
    sim_name = next(one for one in changed if "simulation" in one)
    new = {line for line in after[sim_name].decode().splitlines() if "framework:" in line}
    assert len(new - set(before[sim_name].decode().splitlines())) == 1, "only TT6; what is undecided stays"
    assert load_programme(folder).info.frameworks == ("ipec-2016", "ipec-2023")
    assert b"# `ipe frameworks list` shows the others" in after["programme.yaml"]
    assert check_folder(folder).exit_code == 0

    # The second run asks only about what is left.
    decisions = tmp_path / "decisions.yaml"
    second = json.loads(migration(folder, "--write-decisions", decisions, "--format", "json").stdout)
    assert [(one["code"], one["kind"]) for one in second["proposals"]] == [
        ("CC6", "decision"), ("CC7", "decision"), ("CC", "decision"),
    ]  # fmt: skip
    text = decisions.read_text(encoding="utf-8")
    decisions.write_text(text.replace("accept:\n", "accept: yes\n"), encoding="utf-8")
    migration(folder, "--decisions", decisions, "--apply")
    done = load_programme(folder)
    assert done.info.frameworks == ("ipec-2023",)
    united = done.credentials["team-simulation"].alignments[0]
    assert (united.framework, united.competency, united.how) == ("ipec-2023", "C7", ("taught", "practised", "assessed"))
    assert done.stacks["team-care-certificate"].competency == "C"
    (stack,) = folder.glob("pathways/*.yaml")
    assert "# the whole of it\n" in stack.read_text(encoding="utf-8")
    assert "alignments:  # ask the simulation lead" in (folder / sim_name).read_text(encoding="utf-8")
    kept = (folder / "programme.yaml").read_text(encoding="utf-8")
    assert "# who may reuse the design" in kept
    assert "professions:           # learners in a cohort" in kept
    assert [one for one in check_folder(folder).findings if one.severity == "error"] == []

    # The third run has nothing to do, also with the old decisions in hand.
    before = contents(folder)
    answer = migration(folder, "--decisions", decisions, "--accept", "automatic", "--apply")
    assert "nothing to migrate" in answer.stdout
    assert "nothing-to-decide" in answer.stderr
    assert contents(folder) == before


def test_decisions_with_mistakes_are_listed_with_their_lines_and_nothing_is_written(folder, tmp_path):
    decisions = tmp_path / "decisions.yaml"
    migration(folder, "--write-decisions", decisions)
    line = replace_in(decisions, "code: CC2", "code: CC22")
    replace_in(decisions, "accept:\n", "accept: yes\n")
    replace_in(decisions, "codes: []", "codes: [C99]")
    before = contents(folder)
    answer = migration(folder, "--decisions", decisions, "--apply", code=2)
    assert f"decisions.yaml:{line}: warning" in answer.stderr
    assert "`C99` is not a competency" in answer.stderr
    assert contents(folder) == before


def test_a_framework_from_a_file_is_named_from_the_programmes_folder(folder, tmp_path):
    text = (data_folder() / "frameworks" / "ipec-2023.yaml").read_text(encoding="utf-8")
    (tmp_path / "local.yaml").write_text(text.replace("id: ipec-2023", "id: local-2023", 1), encoding="utf-8")
    walk = (data_folder() / "frameworks" / f"{OURS}.yaml").read_text(encoding="utf-8")
    walk = walk.replace("source: ipec-2016\ntarget: ipec-2023", "source: local-2023\ntarget: ipec-2016")
    rows = "mappings:\n  - {source: C2, target: CC1, relation: exactMatchOf, note: Agreed.}\n"
    (tmp_path / "walk.yaml").write_text(walk.partition("mappings:")[0] + rows, encoding="utf-8")
    arguments = (
        "migrate",
        folder,
        "--from",
        "ipec-2016",
        "--to",
        tmp_path / "local.yaml",
        "--crosswalk",
        tmp_path / "walk.yaml",
    )
    shown = run(*arguments, "--accept", "automatic", "--apply").stdout
    assert "read from its target to its source" in shown
    assert load_programme(folder).info.frameworks == ("ipec-2016", "../local.yaml")
    assert "local-2023" in load_programme(folder).frameworks
    with pytest.raises(UnknownNameError, match="no crosswalk from `ipec-2016` to `cihc-2024`"):
        run("migrate", folder, "--from", "ipec-2016", "--to", "cihc-2024")


def test_crosswalk_check_prints_findings_with_lines_and_leaves_with_their_code(tmp_path):
    data = json.loads(run("crosswalk", "check", OURS, "--format", "json").stdout)
    assert (data["crosswalk"], data["errors"], data["warnings"]) == (OURS, 0, 0)
    path = tmp_path / "ours.yaml"
    shutil.copy(data_folder() / "frameworks" / f"{OURS}.yaml", path)
    line = replace_in(path, "{source: CC1, target: C2}", "{source: CC1, target: C22}")
    shown = run("crosswalk", "check", path, code=1).stdout
    assert f"ours.yaml:{line}: error: `C22` is not a competency" in shown
    path.write_text("id: w\nmappings: [{source: A}]\n", encoding="utf-8")
    assert len(json.loads(run("crosswalk", "check", path, "--format", "json", code=2).stdout)["findings"]) == 4


def test_crosswalks_are_inverted_and_composed_to_files_that_can_be_opened(tmp_path):
    back = tmp_path / "back.yaml"
    run("crosswalk", "invert", OURS, "--out", back)
    assert open_crosswalk(str(back)) == open_crosswalk(OURS).inverted()
    composed = json.loads(run("crosswalk", "compose", OURS, back, "--out", tmp_path, "--format", "json").stdout)
    # CC6 and CC7 both become C7, so each is related to the other by way of it.
    assert ("CC6", "CC7") in {(one["source"], one["target"]) for one in composed["mappings"]}
    assert open_crosswalk(str(tmp_path / "crosswalk-ipec-2016-ipec-2016.yaml")).mappings
    with pytest.raises(UnusableInputError, match="exists already"):
        run("crosswalk", "invert", OURS, "--out", back)
    run("crosswalk", "invert", OURS, "--out", back, "--force")
    with pytest.raises(UnusableInputError, match="starts from"):
        run("crosswalk", "compose", OURS, OURS)


def test_suggestions_are_marked_and_what_cannot_be_compared_is_said(tmp_path):
    out = tmp_path / "suggested.yaml"
    shown = run("crosswalk", "suggest", "cihc-2024", "ipec-2023", "--per-code", "1", "--out", out).stdout
    assert shown.count("suggestion ") == len(open_crosswalk(str(out)).mappings)
    assert all(one.suggested and one.score for one in open_crosswalk(str(out)).mappings)
    answer = run("crosswalk", "suggest", "ipec-2016", "ipec-2023")
    assert "39 of 43" in answer.stderr
    found = json.loads(run("crosswalk", "check", out, "--format", "json").stdout)["findings"]
    assert "suggestion-not-accepted" in {one["id"] for one in found}


def test_show_prints_rows_and_hostile_texts_cannot_move_the_cursor(tmp_path):
    assert len(json.loads(run("crosswalk", "show", OURS, "--format", "json").stdout)["mappings"]) == 39
    path = tmp_path / "w.yaml"
    path.write_text(
        'id: w\ntitle: "a\\e[2Jb [bold]c[/bold]"\nsource: a\ntarget: b\nmappings: [{source: "x\\a", target: y}]\n',
        encoding="utf-8",
    )
    shown = run("crosswalk", "show", path).stdout
    assert not {"\x1b", "\x07"} & set(shown)
    assert "[bold]c[/bold]" in shown


@pytest.mark.parametrize(
    "command", [["migrate"], *(["crosswalk", one] for one in ("show", "check", "invert", "compose", "suggest"))]
)
def test_each_command_has_help_with_an_example(command):
    assert "Example: ipe frameworks " + " ".join(command) in " ".join(run(*command, "--help").stdout.split())
