"""Race: crossed random effects against lme4, where Rscript and lme4 are at hand, in the same run.

    python benchmarks/mixed_models.py

Ratings of learners by raters in teams, three sizes; both fit the same model by REML, R's time is that of the second of
two fits inside one process. Prints the ratio (the bar is 5 times lme4's time) and stops if the answers differ.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from board import score

from ipe_workbench.evaluation import fit_growth

SIZES = ((120, 10, 20), (700, 30, 117), (1700, 60, 0))  # learners, raters, teams
SCRIPT = """
suppressMessages(library(lme4)); d <- read.csv(commandArgs(TRUE)[1])
f <- score ~ week + (1 | learner) + (1 | rater); if (max(d$team) > 0) f <- update(f, . ~ . + (1 | team))
m <- lmer(f, d); t <- system.time(m <- lmer(f, d))[["elapsed"]]; v <- as.data.frame(VarCorr(m))
told <- list(seconds = t, slope = fixef(m)[["week"]], sd = setNames(as.list(v$sdcor), v$grp))
cat(jsonlite::toJSON(told, digits = 12, auto_unbox = TRUE))
"""


def ratings(learners: int, raters: int, teams: int) -> pd.DataFrame:
    """Four ratings a learner, two raters at each of two times."""
    random = np.random.default_rng(1)
    learner = np.repeat(np.arange(learners), 4)
    team = learner % max(teams, 1)
    rater = np.concatenate([random.choice(raters, 2, replace=False) for _ in range(2 * learners)])
    week = np.tile([0, 0, 6, 6], learners)
    score = 5 + 0.7 * random.normal(size=learners)[learner] + 0.4 * random.normal(size=raters)[rater] + 0.05 * week
    score += (0.5 if teams else 0.0) * random.normal(size=max(teams, 1))[team] + 0.6 * random.normal(size=len(week))
    return pd.DataFrame({"learner": learner, "rater": rater, "team": team, "week": week, "score": score})


def main() -> None:
    rscript = shutil.which("Rscript")
    if rscript is None:
        print("There is no Rscript here: our times alone.")
    for learners, raters, teams in SIZES:
        frame = ratings(learners, raters, teams)
        crossed = ["learner", "rater", *(["team"] if teams else [])]
        asked = {"outcome": "score", "crossed": crossed, "time": "week"}
        fit_growth(frame, **asked)
        seconds = min(timed(frame, asked) for _ in range(2))
        told = f"{len(frame):6,} ratings, {learners:5,} learners, {raters} raters, {teams} teams: {seconds:6.2f} s"
        if rscript is None:
            print(told)
            continue
        theirs = lme4(rscript, frame)
        ours = fit_growth(frame, **asked)
        sds = {one: ours[f"sd[{one}]"].estimate for one in crossed}
        if abs((ours["week"].estimate or 0) - theirs["slope"]) > 1e-5 or any(
            abs((sds[one] or 0) - theirs["sd"][one]) > 1e-3 for one in sds
        ):
            raise SystemExit("The answers differ.")
        print(f"{told}; lme4 {theirs['seconds']:6.2f} s")
        what = f"crossed growth of {len(frame):,} ratings, {raters} raters, {teams} teams, against lme4"
        score(what, seconds / theirs["seconds"], "times its time", most=5)


def timed(frame: pd.DataFrame, asked: dict[str, object]) -> float:
    start = time.perf_counter()
    fit_growth(frame, **asked)
    return time.perf_counter() - start


def lme4(rscript: str, frame: pd.DataFrame) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        table, script = Path(folder, "ratings.csv"), Path(folder, "fit.R")
        frame.to_csv(table, index=False)
        script.write_text(SCRIPT, encoding="utf-8")
        answer = subprocess.run([rscript, str(script), str(table)], capture_output=True, text=True, check=True)  # noqa: S603
    return json.loads(answer.stdout)


if __name__ == "__main__":
    main()
