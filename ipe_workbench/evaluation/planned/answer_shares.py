"""How often each answer was given, item by item and wave by wave, as it may be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ipe_workbench.errors import UnknownNameError
from ipe_workbench.evaluation.instruments import Instrument
from ipe_workbench.evaluation.planned.analyses import TimePoint
from ipe_workbench.evaluation.planned.data import PlanData
from ipe_workbench.records.privacy.suppression import THRESHOLD

if TYPE_CHECKING:
    from ipe_workbench.credentials.programme import Programme
    from ipe_workbench.evaluation.plan import EvaluationPlan
    from ipe_workbench.records.simulated import Frames

__all__ = ["AnswerShares", "answer_shares", "answers_in_plan"]

_MOST_STEPS = 9
_GROUPS = 5


@dataclass(frozen=True)
class AnswerShares:
    """Shares of answers.

    Parameters
    ----------
    title : str
        Of the instrument.
    table : DataFrame
        ``item, topic, wave, n`` and one column of shares for each category, the lowest first.
    categories : tuple of str
        Their names, such as ``1-2`` where answers had to be taken together.
    middle : int
        How many categories lie below the middle; the one at that place is neutral where `neutral` is true.
    neutral : bool
    hidden : int
        Rows that may not be shown, since fewer than ten answered.
    """

    title: str
    table: pd.DataFrame
    categories: tuple[str, ...]
    middle: int
    neutral: bool
    hidden: int = 0


def answer_shares(answers: pd.DataFrame, instrument: Instrument, waves: Sequence[str] = ()) -> AnswerShares:
    """Shares of each answer to each item, such that no number of fewer than ten learners shows or can be worked out.

    Parameters
    ----------
    answers : DataFrame
        One row an answer: ``learner, item, value, wave``.
    instrument : Instrument
        Its scale, and the topics of its items. Reversed items are shown as they were answered.
    waves : sequence of str
        The waves in their order; all by default.

    Returns
    -------
    AnswerShares
        Neighbouring answers are taken together, for all items alike and from the ends of the scale inward, until each
        was given by nobody or by ten or more; never across the middle of the scale. Rows where that is not enough are
        left out.

    Examples
    --------
    >>> form = Instrument(id="own", title="Own", outcome_level="attitude", minimum=1, maximum=3, licence="ours",
    ...     items=[{"number": "1", "topic": "listening"}])
    >>> given = pd.DataFrame({"learner": range(60), "item": "1", "wave": "pre",
    ...                       "value": [1] * 15 + [2] * 20 + [3] * 25})
    >>> shares = answer_shares(given, form)
    >>> shares.categories, shares.table[["1", "2", "3"]].round(2).values.tolist()
    (('1', '2', '3'), [[0.25, 0.33, 0.42]])
    """
    topics = {one.number: one.topic for one in instrument.items if one.scored}
    inside = answers["value"].between(instrument.minimum, instrument.maximum)
    known = answers[inside & answers["item"].astype(str).isin(list(topics))]
    known = known.drop_duplicates(["learner", "item", "wave"])
    order = list(waves) or list(pd.unique(known["wave"]))
    steps, names = _steps(instrument)
    place = pd.cut(known["value"], steps, labels=False, include_lowest=True, right=False)
    counts = known.assign(step=place.clip(0, len(names) - 1)).groupby(["item", "wave", "step"]).size()
    wide = counts.unstack("step", fill_value=0).reindex(columns=range(len(names)), fill_value=0)
    wanted = pd.MultiIndex.from_product([list(topics), order], names=["item", "wave"])
    wide = wide.reindex(wanted).dropna().astype(int)
    groups = _together(wide.to_numpy(), len(names))
    merged = np.column_stack([wide.to_numpy()[:, list(group)].sum(axis=1) for group in groups])
    small = ((merged > 0) & (merged < THRESHOLD)).any(axis=1) | (merged.sum(axis=1) < THRESHOLD)
    titles = [_name([names[one] for one in group]) for group in groups]
    n = merged.sum(axis=1)
    table = pd.DataFrame(merged[~small] / np.maximum(n[~small, None], 1), columns=titles)
    head = wide.index.to_frame(index=False)[~small].reset_index(drop=True)
    head.insert(1, "topic", head["item"].map(topics))
    table = pd.concat([head.assign(n=n[~small]), table], axis=1)
    odd, half = len(names) % 2 == 1, len(names) // 2
    below = sum(max(group) < half for group in groups)
    return AnswerShares(instrument.title, table, tuple(titles), below, odd, int(small.sum()))


def answers_in_plan(
    plan: EvaluationPlan, programme: Programme, records: Frames, *, claims: Sequence[str] | None = None
) -> dict[str, AnswerShares]:
    """The answers to every instrument of which the plan asks for a change, by its id, at the planned points in time.

    Parameters
    ----------
    plan : EvaluationPlan
    programme : Programme
    records : Frames
        A `Store`, or simulated records.
    claims : sequence of str, optional
        Only these claims.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.evaluation import EvaluationPlan
    >>> from ipe_workbench.records.simulated import SimulatedRecords
    >>> answers_in_plan(EvaluationPlan(), example_programme(), SimulatedRecords({}, {}))
    {}
    """
    data = PlanData(records, programme)
    waves: dict[str, dict[str, TimePoint]] = {}
    for claim in plan.claims:
        for one in claim.analyses if claims is None or claim.id in claims else ():
            if one.question == "change" and one.measure is not None and one.measure.instrument is not None:
                points = waves.setdefault(one.measure.instrument, {})
                points |= {point.words: point for point in one.waves}
    found = {}
    for id, points in waves.items():
        try:
            form = data.instrument(id)
        except UnknownNameError:
            continue
        answers, _ = data.answers(form, list(points.values()))
        found[id] = answer_shares(data.among(answers, plan.among), form, list(points))
    return found


def _steps(instrument: Instrument) -> tuple[list[float], list[str]]:
    """Edges of the categories, and their names; a scale of many steps is cut into five parts."""
    low, high = instrument.minimum, instrument.maximum
    whole = low == int(low) and high == int(high) and high - low < _MOST_STEPS
    if whole:
        values = range(int(low), int(high) + 1)
        return [*(one - 0.5 for one in values), int(high) + 0.5], [str(one) for one in values]
    edges = np.linspace(low, high, _GROUPS + 1)
    names = [f"{edges[at]:g} to {edges[at + 1]:g}" for at in range(_GROUPS)]
    return [*edges[:-1], high + 1e-9], names


def _together(counts: np.ndarray, steps: int) -> list[tuple[int, ...]]:
    """Neighbouring steps in groups: on each side of the middle the outermost join until none is small anywhere."""
    half = steps // 2
    sides = [list(range(half)), list(range(steps - 1, steps - 1 - half, -1))]
    made = []
    for side in sides:
        groups: list[list[int]] = [[one] for one in side]
        while len(groups) > 1 and _is_small(counts, groups[0]):
            groups[:2] = [groups[0] + groups[1]]
        # A small one further in joins its outer neighbour, so that the order of the scale is kept.
        at = 1
        while at < len(groups):
            if _is_small(counts, groups[at]):
                groups[at - 1 : at + 1] = [groups[at - 1] + groups[at]]
            else:
                at += 1
        made.append([tuple(sorted(one)) for one in groups])
    middle = [(half,)] if steps % 2 else []
    return [*made[0], *middle, *made[1][::-1]]


def _is_small(counts: np.ndarray, group: list[int]) -> bool:
    """Whether in many rows a group is small: in a few, the rows are left out instead."""
    total = counts[:, group].sum(axis=1)
    return bool(((total > 0) & (total < THRESHOLD)).sum() > 0.1 * len(total))


def _name(names: Sequence[str]) -> str:
    first, last = names[0].split(" to ")[0], names[-1].split(" to ")[-1]
    return names[0] if len(names) == 1 else f"{first} to {last}"
