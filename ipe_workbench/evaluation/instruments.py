"""Instruments as data: which items a questionnaire has, how they are keyed, and the scores that follow.

Texts of items belong to their authors and are not shipped; a file holds numbers, topics in our words, and the key.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from pydantic import Field, StringConstraints, model_validator

from ipe_workbench.credentials.rules import Id
from ipe_workbench.documents import FileModel, read_document, validate
from ipe_workbench.errors import UnknownNameError, UnusableInputError, near_names
from ipe_workbench.evaluation.estimates import remark
from ipe_workbench.evaluation.plan import OutcomeLevel
from ipe_workbench.evaluation.planned.analyses import FrameOfReference
from ipe_workbench.evaluation.tidy_files import numbers, require_columns
from ipe_workbench.findings import Finding
from ipe_workbench.resources import data_folder

__all__ = ["Instrument", "InstrumentItem", "list_instruments", "load_instrument", "score_instrument"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class InstrumentItem(FileModel):
    """One item: its number, its topic in our words, and its key.

    `reverse`: agreement counts against the scale. `scored` is false for an item that stands alone, such as a global
    rating.
    """

    number: Text
    topic: Text
    subscale: str | None = None
    reverse: bool = False
    scored: bool = True


class Instrument(FileModel):
    """A questionnaire or observation form, with its scoring key.

    Parameters
    ----------
    minimum, maximum : float
        Ends of the answer scale.
    not_applicable : tuple of float
        Codes that mean that the question did not apply; they count as missing.
    subscales : mapping
        Id of a subscale to its name.
    total : bool
        Whether a score over all scored items is meant by the authors.
    scoring : {"mean", "sum"}
        How items make a score; a sum is only given when all items are answered.
    min_answered : float
        Share of a scale's items that must be answered for a mean.
    higher_is_better : bool
        Polarity of the scores.
    frames : tuple
        Frames in which it is asked.
    parallel_form : str, optional
        Id of the other form, when one is given before and the other after.
    checked : bool
        Whether the key was compared with a publication, which `source` names; scoring says when it was not.
    to_complete : str
        What must be taken from the user's own form before answers can be scored; empty when the key is whole.

    Examples
    --------
    >>> load_instrument("iccas-r").items[-1].scored
    False
    """

    id: Id
    title: Text
    version: str = "1"
    outcome_level: OutcomeLevel
    items: tuple[InstrumentItem, ...] = Field(min_length=1)
    minimum: float
    maximum: float
    not_applicable: tuple[float, ...] = ()
    subscales: dict[str, Text] = Field(default_factory=dict)
    total: bool = True
    scoring: Literal["mean", "sum"] = "mean"
    min_answered: float = Field(default=0.8, gt=0, le=1)
    higher_is_better: bool = True
    frames: tuple[FrameOfReference, ...] = ("pre", "post")
    parallel_form: str | None = None
    source: str = ""
    licence: Text
    checked: bool = False
    to_complete: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _consistent(self) -> Instrument:
        names = [one.number for one in self.items]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"item {twice[0]} stands twice")
        unknown = sorted({one.subscale for one in self.items if one.subscale} - set(self.subscales))
        if unknown:
            raise ValueError(f"subscale {unknown[0]} is not among the subscales")
        if self.minimum >= self.maximum:
            raise ValueError("minimum must be below maximum")
        return self

    def scales(self) -> dict[str, list[InstrumentItem]]:
        """The scored items of each subscale, and of ``total`` where a total is meant."""
        scored = [one for one in self.items if one.scored]
        found = {name: [one for one in scored if one.subscale == name] for name in self.subscales}
        return ({"total": scored} if self.total else {}) | {name: items for name, items in found.items() if items}


def list_instruments(folder: str | Path | None = None) -> list[Instrument]:
    """The instruments that ship with the Workbench, and those of a programme's folder ``instruments/``.

    Examples
    --------
    >>> "iccas" in [one.id for one in list_instruments()]
    True
    """
    found = {}
    for place in (data_folder() / "instruments", *([Path(folder) / "instruments"] if folder else [])):
        for path in sorted(place.glob("*.yaml")):
            one = _read(path)
            found[one.id] = one  # a programme's own file takes the place of ours
    return list(found.values())


def load_instrument(name: str | Path, folder: str | Path | None = None) -> Instrument:
    """An instrument by its id, or from a file.

    Raises
    ------
    UnknownNameError
        When there is none of that id; the message lists near ones.
    UnusableInputError
        When the file cannot be used.

    Examples
    --------
    >>> load_instrument("sims").scales().keys()
    dict_keys(['intrinsic', 'identified', 'external', 'amotivation'])
    """
    if str(name).endswith((".yaml", ".yml")):
        return _read(Path(name))
    known = {one.id: one for one in list_instruments(folder)}
    if str(name) not in known:
        raise UnknownNameError(f"There is no instrument `{name}`.", mend=near_names(str(name), known))
    return known[str(name)]


def score_instrument(responses: pd.DataFrame, instrument: Instrument) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Scores of each learner, wave and frame, by the instrument's key.

    Parameters
    ----------
    responses : DataFrame
        One row an answer: ``learner, item, value``, and where they exist ``wave, frame, instrument`` (rows of other
        instruments are left out). These are the columns of the records' frame ``survey_responses``.
    instrument : Instrument

    Returns
    -------
    (scores, findings)
        Scores with columns ``learner, wave, frame, scale, score, answered, items``, one row a learner, wave, frame and
        scale; ``score`` is missing where too few items were answered. Frames stay apart. Findings: answers off the
        scale, answers given twice, items that the instrument does not have, straight lines, an item that looks
        unreversed, an unchecked key.

    Raises
    ------
    UnusableInputError
        When a column is missing, an answer is no number, no row belongs to the instrument, or its key is not whole.

    Examples
    --------
    >>> form = Instrument(id="own", title="Own form", outcome_level="attitude", minimum=1, maximum=5, licence="ours",
    ...     items=[{"number": "1", "topic": "listening"}, {"number": "2", "topic": "interrupting", "reverse": True}])
    >>> answers = pd.DataFrame({"learner": ["a", "a"], "item": [1, 2], "value": [5, 2]})
    >>> scores, findings = score_instrument(answers, form)
    >>> scores["score"].tolist()
    [4.5]
    """
    if instrument.to_complete:
        raise UnusableInputError(
            f"The key of `{instrument.id}` is not whole: it lacks {instrument.to_complete}.",
            mend="Copy the file into your programme's folder instruments/, complete it, and remove `to_complete`.",
        )
    answers, found = _answers(responses, instrument)
    found += _same_form_twice(answers, instrument)
    keys = ["learner", "wave", "frame"]
    wide = answers.pivot(index=keys, columns="item", values="value")
    wide = wide.reindex(columns=[one.number for one in instrument.items])
    found += _straight_lines(wide, instrument)
    for item in instrument.items:
        if item.reverse:
            wide[item.number] = instrument.minimum + instrument.maximum - wide[item.number]
    rows = []
    for scale, items in instrument.scales().items():
        part = wide[[one.number for one in items]]
        answered = part.notna().sum(axis=1)
        if instrument.scoring == "mean":
            score = part.mean(axis=1).where(answered >= instrument.min_answered * len(items))
        else:
            score = part.sum(axis=1).where(answered == len(items))
        rows.append(
            pd.DataFrame({"scale": scale, "score": score, "answered": answered, "items": len(items)}, index=wide.index)
        )
        found += _unreversed(part, scale)
    if not instrument.checked:
        message = f"The key of {instrument.title} was not compared with a publication."
        found.append(remark("key-unchecked", message, "Compare it, then set `checked: true` in your copy of the file."))
    return pd.concat(rows).reset_index(), tuple(found)


def _read(path: Path) -> Instrument:
    instrument, findings = validate(Instrument, read_document(path))
    if instrument is None:
        raise UnusableInputError(
            findings[0].message, place=str(findings[0].place), mend=findings[0].mend or None, findings=findings
        )
    return instrument


def _answers(responses: pd.DataFrame, instrument: Instrument) -> tuple[pd.DataFrame, list[Finding]]:
    require_columns(responses, ["learner", "item", "value"])
    data = responses.assign(value=numbers(responses, "value"))
    if "instrument" in data.columns:
        data = data[data["instrument"] == instrument.id]
    data = data.assign(item=data["item"].map(_plain_number))
    for column in ("wave", "frame"):
        data[column] = data[column].astype(str) if column in data.columns else ""
    known = {one.number for one in instrument.items}
    strange = sorted(set(data["item"]) - known)
    found = []
    if strange:
        message = f"{len(strange)} items are not of {instrument.title}: {', '.join(strange[:5])}."
        found.append(remark("unknown-item", message, "They are left out; check the numbers."))
        data = data[data["item"].isin(known)]
    if data.empty:
        raise UnusableInputError(
            f"No answer belongs to `{instrument.id}`.", mend="Check the columns instrument and item, or name another."
        )
    twice = data.duplicated(["learner", "wave", "frame", "item"], keep=False)
    if twice.any():
        people = data.loc[twice, "learner"].nunique()
        message = f"{people} learners answered an item twice in the same wave and frame; those answers are left out."
        found.append(remark("duplicate-answer", message, "Keep one row an answer, or name the wave.", "error"))
        data = data[~twice]
    data = data.assign(value=data["value"].mask(data["value"].isin(instrument.not_applicable)))
    off = (data["value"] < instrument.minimum) | (data["value"] > instrument.maximum)
    if off.any():
        message = f"{int(off.sum())} answers lie outside {instrument.minimum:g} to {instrument.maximum:g}."
        found.append(remark("out-of-range", message, "They count as missing; mend them at the source."))
        data = data.assign(value=data["value"].mask(off))
    return data, found


def _same_form_twice(answers: pd.DataFrame, instrument: Instrument) -> list[Finding]:
    """Of two parallel forms one is meant for before and one for after; the same twice is known by heart."""
    times = answers.drop_duplicates(["learner", "wave", "frame"])
    twice = int(times.duplicated("learner").sum())
    if not instrument.parallel_form or not twice:
        return []
    message = f"{twice} learners answered {instrument.title} more than once, though it has a parallel form."
    return [remark("same-form-twice", message, f"Give {instrument.parallel_form} the second time.")]


def _plain_number(item: object) -> str:
    """The item's number as the key writes it: a spreadsheet's 3.0 is item 3."""
    text = str(item).strip()
    return text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text


def _straight_lines(wide: pd.DataFrame, instrument: Instrument) -> Iterable[Finding]:
    if len({one.reverse for one in instrument.items if one.scored}) < 2:
        return []  # where all items run one way, one answer to all can be meant
    scored = wide[[one.number for one in instrument.items if one.scored]]
    alike = scored.notna().all(axis=1) & (scored.max(axis=1) == scored.min(axis=1))
    middle = scored.iloc[:, 0] == (instrument.minimum + instrument.maximum) / 2
    count = int((alike & ~middle).sum())
    if not count:
        return []
    message = f"{count} forms give one answer to every item, though some run the other way."
    return [remark("straight-lining", message, "Look at them; report the result without them, too.")]


def _unreversed(part: pd.DataFrame, scale: str) -> Iterable[Finding]:
    complete = part.dropna()
    if len(complete) < 20 or part.shape[1] < 3:
        return
    total = complete.sum(axis=1)
    for item in complete.columns:
        rest = total - complete[item]
        if complete[item].nunique() > 1 and rest.nunique() > 1 and np.corrcoef(complete[item], rest)[0, 1] < -0.1:
            message = f"Item {item} runs against the rest of {scale}: it looks unreversed, or reversed twice."
            yield remark("item-looks-unreversed", message, "Check whether the export had it reversed already.")
