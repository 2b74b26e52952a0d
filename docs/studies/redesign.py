"""The full study of a redesign as a script: what changes, how sure, what it hangs on, what would be better still.

python docs/studies/redesign.py runs/study                       a few minutes on two cores
python docs/studies/redesign.py runs/study --scheduler tcp://head:8786
python docs/studies/redesign.py runs/study --replicates 4        a quick look

Killed and started again it goes on where it stopped. Everything in the tables is simulated.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from ipe_workbench import load_programme
from ipe_workbench.simulation import find_scenario
from ipe_workbench.simulation.experiments import (
    Means,
    compare_results,
    optimise,
    parse_factor,
    parse_limit,
    parse_outcome,
    replicate,
    sobol_sensitivity,
)

PROGRAMME = Path(__file__).resolve().parents[2] / "data" / "programmes" / "cu-ipe"
GOAL = parse_outcome("earned:ipe-micro-credential")

#: What nobody has published for badges, with the ranges of docs/simulation-model.md. What does the answer hang on?
UNSURE = [
    parse_factor("learning.learn_per_opportunity=0.06:0.23"),
    parse_factor("learning.forget_per_week=0.005:0.035"),
    parse_factor("assessment.slip=0.05:0.2"),
    parse_factor("assessment.rater_icc=0.4:0.76"),
    parse_factor("participation.uptake.advanced=0.4:0.9"),
]
#: What could be decided otherwise.
CHOICES = [
    parse_factor("design_changes.structured-handover.attempts=2:4"),
    parse_factor("design_changes.team-simulation.attempts=2:4"),
    parse_factor("assessment.open_terms_after=0,1"),
]


def main() -> None:
    """Run the study."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("out", type=Path, help="folder for runs and tables")
    options.add_argument("--programme", type=Path, default=PROGRAMME)
    options.add_argument("--scheduler", default="auto")
    options.add_argument("--replicates", type=int, default=200)
    chosen = options.parse_args()
    programme = load_programme(chosen.programme)
    means = Means(chosen.scheduler, parts=chosen.out / "parts")
    today, redesign = (find_scenario(chosen.programme, name) for name in ("today", "redesign"))

    runs = [replicate(programme, one, replicates=chosen.replicates, means=means)[0] for one in (today, redesign)]
    for run, name in zip(runs, ("today", "redesign"), strict=True):
        run.write(chosen.out / name)
    compared = compare_results(*runs)
    compared.frame.to_csv(chosen.out / "difference.csv", index=False)

    few = max(2, chosen.replicates // 20)
    base = 64 if chosen.replicates >= 100 else 8
    hangs_on = sobol_sensitivity(programme, redesign, UNSURE, [GOAL], base=base, replicates=few, means=means)
    hangs_on.frame.to_csv(chosen.out / "sensitivity.csv", index=False)

    # No more hours of faculty than today's plan plus a tenth.
    hours = runs[0].assessor_hours().query("role == 'faculty'")["mean"].sum()
    best = optimise(
        programme, today, CHOICES, GOAL, limits=[parse_limit(f"hours:faculty<={1.1 * hours}")],
        replicates=few, fresh_replicates=chosen.replicates, means=means,
    )  # fmt: skip
    best.frame.to_csv(chosen.out / "best.csv", index=False)

    row = compared.frame.query("item == 'ipe-micro-credential' and measure == 'earned'").iloc[0]
    print(f"The redesign changes the share with the micro-credential by {100 * row['difference']:+.1f} points")
    print(f"  ({100 * row['low']:+.1f} to {100 * row['high']:+.1f} in expectation; in one cohort "
          f"{100 * row['cohort_low']:+.1f} to {100 * row['cohort_high']:+.1f}).")  # fmt: skip
    first = hangs_on.frame.sort_values("total", ascending=False).iloc[0]
    print(f"It hangs most on {first['factor']} (total Sobol index {first['total']:.2f}).")
    print(f"Best of {best.about['candidates']} other choices within the hours: {best.about['best']}.")
    print(f"Simulated, not recorded. Tables in {chosen.out}.")


if __name__ == "__main__":
    main()
