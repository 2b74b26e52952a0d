"""The desk on which the manual's blocks are typed: the files that its pages speak of, made from invented records."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from PIL import Image, PngImagePlugin

from tests.badges.test_elsewhere import ASSERTION
from tests.project.manual_blocks import ROOT
from tests.project.manual_shell import Shell
from tests.records.importing.test_one_roster import PACKAGE

_REFERENCE = ROOT / "tests" / "evaluation" / "reference"
_PROGRAMMES = ("my-programme", "last-year", "this-year")
_MAKING = """
ipe records practice my-programme --out invented
ipe records init
ipe records import invented/*.csv
ipe pathways export my-programme --to badgr --out pathway.json
ipe frameworks export ipec-2023 --to case-1.1 --out package.json
cp package.json framework.json
cp invented/for-analysis/comment-codes.csv codes.csv
"""


def make_desk(desk: Path) -> None:
    """Fill an empty folder with programmes, records, and files of other systems."""
    shutil.copytree(ROOT / "data", desk / "data")
    shell = Shell(desk)
    for name in _PROGRAMMES:
        shell.run(f"ipe init {name} --template cu-ipe --url https://badges.example.edu --yes")
    for line in _MAKING.strip().splitlines():
        shell.run(line)
    for name, table in _tables(desk / "invented"):
        table.to_csv(desk / f"{name}.csv", index=False)
    with zipfile.ZipFile(desk / "roster.zip", "w") as archive:
        for file, text in PACKAGE.items():
            archive.writestr(file, text)
    shutil.copy(ROOT / "notebooks" / "reports" / "term_evaluation.ipynb", desk / "my_report.ipynb")
    _bake_a_badge_of_others(desk / "badge-of-another-school.png")


def _tables(invented: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    records = {path.stem[3:]: pd.read_csv(path, dtype=str) for path in invented.glob("*.csv")}
    learners = records["learners"]
    yield from {"roster": learners, "cohort": learners}.items()
    yield "spring-teams", records["teams"].drop_duplicates("learner")
    yield "rooms", pd.DataFrame({"slot": ["mon", "tue"], "rooms": [8, 8], "seats": [8, 8]})
    yield "awards", records["awards"].head(12).merge(learners[["learner", "email", "profession"]])
    yield "gradebook", records["assessments"].drop(columns=["term", "team"])
    yield from ((name, records[name]) for name in ("rubric-scores", "attendance"))
    yield "answers", records["survey-responses"]
    angoff, scale = pd.read_csv(_REFERENCE / "angoff.csv"), pd.read_csv(_REFERENCE / "answers.csv")
    yield "angoff", angoff
    yield "shares", angoff.groupby("item")["rating"].mean().rename("share_correct").reset_index()
    yield "items", scale.set_axis([f"A{at + 1}" for at in range(scale.shape[1])], axis="columns")
    for name in ("osce", "ratings", "times"):
        yield name, pd.read_csv(_REFERENCE / f"{name}.csv")
    yield "points", pd.DataFrame({"learner": range(25), "score": range(25)})


def _bake_a_badge_of_others(file: Path) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_itxt("openbadges", json.dumps(ASSERTION))
    Image.new("RGB", (8, 8)).save(file, pnginfo=text)
