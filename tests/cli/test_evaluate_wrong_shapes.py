"""Each question of ``ipe evaluate`` on tables that cannot answer it: a finding or an error, and never a sure number."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from typer.main import get_command

from ipe_workbench.cli import app
from ipe_workbench.errors import WorkbenchError

#: The questions with what each of them must be told.
QUESTIONS = [
    "change --cluster team --min 1 --max 7", "missing", "change-imputed", "compare --group group --baseline before",
    "compare --group group --covariates before",
    "compare --group group --time wave", "growth --outcome value --nested team,learner --time t",
    "growth --outcome level --crossed learner,rater", "growth --outcome level --nested learner --time t",
    "time-to-badge --competing withdrawn --at 30", "time-to-badge --covariates before",
    "retention --time days --pass-mark 3", "equity --group group --value value",
    "confidence --confidence-scale 1,4 --skill-scale 0,100", "reliability --items A,B,C",
    "agreement --value level --level ordinal", "agreement --level interval", "raters --score value",
    "raters --score level --model many-facet", "generalizability --facets rater --score value",
    "items --items Q,R,S --group group", "items --items A,B,C --graded --group group",
    "standard --method angoff", "standard --method borderline-regression --score value --borderline 2",
    "standard --method borderline-group --score value --borderline 2", "comments", "process",
]  # fmt: skip
NUMBERS = [
    "value",
    "level",
    "before",
    "t",
    "days",
    "confidence",
    "skill",
    "A",
    "B",
    "C",
    "Q",
    "R",
    "S",
    "grade",
    "rating",
]


def table(learners: int = 12) -> pd.DataFrame:
    """Everything that a question asks for, two rows a learner."""
    rng = np.random.default_rng(3)
    n = 2 * learners
    who, wave = np.repeat(np.arange(learners), 2), np.tile([0, 1], learners)
    names = {"learner": "L", "unit": "u", "judge": "J", "comment": "c"}
    words = {name: [f"{letter}{one}" for one in who] for name, letter in names.items()}
    answers: dict[str, Any] = {one: rng.integers(1, 5, n) for one in ("level", "confidence", "grade", "A", "B", "C")}
    answers |= {one: rng.integers(0, 2, n) for one in ("Q", "R", "S")}
    answers |= {one: rng.normal(3, 1, n).round(2) for one in ("value", "before")}
    return pd.DataFrame(words | answers | {
        "wave": np.where(wave, "post", "pre"), "t": wave, "days": 45 * wave, "team": [f"T{one // 3}" for one in who],
        "group": np.where(who % 2, "a", "b"), "rater": np.where(wave, "R", "S"), "coder": np.where(wave, "K", "L"),
        "code": rng.choice(["x", "y"], n), "item": [f"I{one}" for one in wave], "rating": rng.uniform(0.3, 0.8, n),
        "skill": rng.integers(0, 101, n), "status": rng.choice(["badge", "withdrawn", "under way"], n),
        "credential": np.where(wave, "b", "a"), "on": np.where(wave, "2027-03-01", "2027-02-01"),
    })  # fmt: skip


SHAPES = {
    "all missing": lambda frame: frame.assign(**dict.fromkeys(frame.columns)),
    "one row": lambda frame: frame.head(1),
    "three learners": lambda frame: frame.head(6),
    "nothing varies": lambda frame: frame.assign(**dict.fromkeys(NUMBERS, 1)),
    "infinite": lambda frame: frame.astype(dict.fromkeys(NUMBERS, float)).assign(**dict.fromkeys(NUMBERS, np.inf)),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_no_question_is_answered_from_a_table_that_cannot_answer_it(tmp_path: Path, shape: str) -> None:
    file = tmp_path / "table.csv"
    SHAPES[shape](table()).to_csv(file, index=False)
    ipe = get_command(app)  # made once: to make it takes longer than most answers

    for asked in QUESTIONS:
        words = asked.split()
        done = CliRunner().invoke(ipe, ["evaluate", words[0], str(file), *words[1:], "--format", "json"])
        if isinstance(done.exception, WorkbenchError):
            assert str(done.exception), asked  # `main` prints it and leaves with 2
            continue
        assert done.exit_code in (0, 1), (asked, done.output, done.exception)
        found = json.loads(done.stdout, parse_constant=pytest.fail)  # NaN and Infinity are no JSON
        assert {"estimates", "status", "findings"} <= set(found), asked
        assert all(set(one) == {"name", "estimate", "low", "high", "n", "method"} for one in found["estimates"]), asked
        assert (done.exit_code == 1) == (found["status"] == "not-estimable"), asked
        assert bool(found["estimates"]) <= (found["status"] != "not-estimable"), asked
        if words[0] not in ALLOWED.get(shape, ()):
            assert found["status"] != "ok", (asked, found["sentence"])
            assert found["findings"], asked


#: What rests on none of the numbers that are wrong.
ALLOWED = {
    "nothing varies": ("comments", "process", "missing"),
    "infinite": ("comments", "process"),
}
