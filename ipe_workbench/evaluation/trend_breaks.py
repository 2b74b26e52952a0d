"""Where a trend breaks: what was asked for, or how it was asked, is not what it was in the term before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

from ipe_workbench.credentials.versions import changes_since, version_order
from ipe_workbench.errors import UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.credentials.programme import Programme

__all__ = ["Break", "breaks_of_badge", "breaks_of_instrument"]


#: Forms, items, and frames in which the same people were asked.
_Seen = tuple[frozenset[str], frozenset[str], frozenset[str]]


class _Point(Protocol):
    @property
    def term(self) -> str: ...


@dataclass(frozen=True)
class Break:
    """Between two terms something changed; `why` says what."""

    before: str
    term: str
    why: str


def breaks_of_badge(
    programme: Programme,
    id: str,
    points: Sequence[_Point],
    designs: Mapping[str, Mapping[str, frozenset[str]]],
) -> tuple[Break, ...]:
    """Breaks in the design of a badge or stack.

    Parameters
    ----------
    programme : Programme
        Says what changed between two versions, where it kept both.
    id : str
        The badge or stack.
    points : sequence
        Its points, in order of time.
    designs : mapping
        By term: what was seen of the design, as sets under ``version``, ``kind`` (of the assessment) and ``rows`` (of
        the rubric); what was not seen is missing, and changes nothing.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.evaluation.trend import TrendPoint
    >>> points = [TrendPoint(term, 20, 10, 0.5, 0.3, 0.7) for term in ("2025-fall", "2026-fall")]
    >>> designs = {"2025-fall": {"version": frozenset({"0.9"})}, "2026-fall": {"version": frozenset({"1.0"})}}
    >>> breaks_of_badge(example_programme(), "speaking-up", points, designs)[0].why
    'version 0.9 to 1.0'
    """
    found = []
    seen: dict[str, frozenset[str]] = {}
    for before, point in _steps(points):
        if before is None:
            seen = dict(designs.get(point.term, {}))
            continue
        now = designs.get(point.term, {})
        reasons = list(_reasons(programme, id, seen, now))
        if reasons:
            found.append(Break(before.term, point.term, "; ".join(reasons)))
        seen |= now
    return tuple(found)


def breaks_of_instrument(
    asked: pd.DataFrame,
    answers: pd.DataFrame,
    terms: Sequence[str],
    forms: Sequence[Any],
    scale: str,
    order: Sequence[str],
) -> tuple[Break, ...]:
    """Breaks in how a scale was asked: another form, other items, or other frames beside this one.

    Parameters
    ----------
    asked : DataFrame
        ``learner, instrument, frame, item, at``: the answers of the series; `at` is the term.
    answers : DataFrame
        All answers to the instrument and its parallel form, likewise.
    terms : sequence of str
        The terms of its points.
    forms : sequence of Instrument
        The instrument, and its parallel form where it was used.
    scale : str
        The scale.
    order : sequence of str
        All terms, in order of time: what is asked later says nothing about an earlier term.
    """
    frame = str(asked["frame"].iloc[0])
    wanted = {form.id: {one.number for one in form.scales().get(scale, ())} for form in forms}
    seen: dict[str, _Seen] = {}
    for term in terms:
        part = asked[asked["at"] == term]
        items = {
            str(item).removesuffix(".0")
            for form, numbers in wanted.items()
            for item in part.loc[part["instrument"] == form, "item"].unique()
            if str(item).removesuffix(".0") in numbers
        }
        until = answers["at"].isin(order[: order.index(term) + 1]) & answers["learner"].isin(part["learner"])
        beside: pd.Series[str] = answers[until].groupby("learner")["frame"].agg(lambda one: "+".join(sorted(set(one))))
        usual = str(beside.value_counts().index[0]).split("+")
        seen[term] = (frozenset(part["instrument"].unique()), frozenset(items), frozenset(usual))
    return tuple(
        Break(before, term, why) for before, term in pairwise(terms) if (why := _asked(seen[before], seen[term], frame))
    )


def _steps(points: Sequence[_Point]) -> Iterator[tuple[_Point | None, _Point]]:
    before: _Point | None = None
    for point in points:
        yield before, point
        before = point


def _reasons(
    programme: Programme, id: str, before: Mapping[str, frozenset[str]], now: Mapping[str, frozenset[str]]
) -> Iterator[str]:
    for name, words in (("version", "version"), ("kind", "kind of assessment"), ("rows", "rows of the rubric")):
        if name not in before or name not in now or before[name] == now[name]:
            continue
        if name == "version":
            yield f"{words} {_versions(before[name])} to {_versions(now[name])}{_fields(programme, id, before, now)}"
        elif name == "kind":
            yield f"{words} {_joined(before[name])} to {_joined(now[name])}"
        else:
            yield f"{words}: {_moved(before[name], now[name])}"


def _fields(
    programme: Programme, id: str, before: Mapping[str, frozenset[str]], now: Mapping[str, frozenset[str]]
) -> str:
    """What differs between two versions, where the programme kept both."""
    if len(before["version"]) != 1 or len(now["version"]) != 1:
        return ""
    try:
        first, second = (programme.designed(id, next(iter(one["version"]))) for one in (before, now))
    except UnknownNameError:
        return ""
    fields = changes_since(first, second)
    return f" ({', '.join(one.replace('_', ' ') for one in fields)})" if fields else ""


def _asked(before: _Seen, now: _Seen, frame: str) -> str:
    reasons = []
    if before[0] != now[0]:
        reasons.append(f"form {_joined(before[0])} to {_joined(now[0])}")
    elif before[1] != now[1]:
        reasons.append(f"items: {_moved(before[1], now[1])}")
    if before[2] != now[2]:
        beside = (_joined(one - {frame}) or "no other frame" for one in (before[2], now[2]))
        reasons.append("asked beside " + ", now beside ".join(beside))
    return "; ".join(reasons)


def _versions(versions: frozenset[str]) -> str:
    return " and ".join(sorted(versions, key=version_order))


def _joined(names: frozenset[str]) -> str:
    return " and ".join(sorted(names))


def _moved(before: frozenset[str], now: frozenset[str]) -> str:
    parts = [f"{len(now - before)} new" if now - before else "", f"{len(before - now)} gone" if before - now else ""]
    return ", ".join(filter(None, parts))
