"""The awards in the records as badges to issue: whose they are, and which level of each criterion they reached."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ipe_workbench.badges import AwardRow, AwardsToIssue
from ipe_workbench.badges.award_file import criterion_named, is_did, is_email, is_web_address, level_named
from ipe_workbench.credentials.model import MicroCredential, Rubric, Stack
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.findings import Finding, Place
from ipe_workbench.phrases import listed
from ipe_workbench.records.privacy import with_names

if TYPE_CHECKING:
    import pandas as pd

    from ipe_workbench.records import Store

__all__ = ["awards_in_records"]

_PURPOSE = "issuing badges"
#: Why awards get no badge: what is said of them, and how to mend it.
_PASSED_OVER = {
    "no-address": ("get no badge: there is no usable e-mail address of the learner",
                   "Import it, or a trait `did`, and issue again."),
    "not-in-force": ("get no badge: the records say that they are revoked or suspended", "Nothing is to be done."),
    "unknown-credential": ("get no badge: this programme does not have their credential, or its version",
                           "Issue them with the folder of their programme."),
    "unknown-level": ("have ratings that are no level or criterion of the rubric; these are left out",
                      "Compare the records with the rubric: ipe records check."),
}  # fmt: skip


def awards_in_records(
    store: Store,
    programme: Programme,
    *,
    who: str,
    since: datetime.date | None = None,
    credentials: Collection[str] = (),
    evidence: bool = False,
) -> AwardsToIssue:
    """The awards that the programme itself made, ready to be issued as badges.

    Parameters
    ----------
    store : Store
        The records. That names and addresses were read is written to their log.
    programme : Programme
        The programme of the credentials.
    who : str
        Who issues, for the log.
    since : date, optional
        Only awards of that day or later.
    credentials : collection of str, optional
        Only awards of these credentials and stacks.
    evidence : bool
        Whether web addresses of evidence in the records go into the badges, where whoever gets a badge sees them.

    Returns
    -------
    AwardsToIssue
        By number of the award, which is their `row`; learners by the id that the university has for them, as a file of
        awards has it. Its findings count the awards that get no badge and say why: no address, revoked, not this
        programme's.

    Notes
    -----
    The levels are those of the attempt that the award rests on: the last one with a rating of that criterion on the day
    of the award or before. Where several raters disagree, the level counts that at least half of them gave or exceeded
    (the lower median). A rating without a level is the level with these points. The score is that of the last attempt
    in the credential's own assessment, or in the only one that it has.

    Examples
    --------
    >>> import tempfile
    >>> from ipe_workbench.credentials import example_programme
    >>> from ipe_workbench.records import make_store
    >>> folder = tempfile.TemporaryDirectory()
    >>> with make_store(f"{folder.name}/records.sqlite") as store:
    ...     awards_in_records(store, example_programme(), who="office").awards
    ()
    >>> folder.cleanup()
    """
    where: dict[str, Any] = {"issuer": ""}
    if since is not None:
        where["on"] = slice(since, None)
    if credentials:
        where["credential"] = list(credentials)
    frame = store.frame("awards", where=where)
    # Awards of people who were erased are kept without a learner; they are nobody's badge.
    frame = frame[frame["learner"].notna()]
    named = with_names(store, frame, who=who, purpose=_PURPOSE)
    facts = _Facts.read(store, frame, evidence=evidence)
    reader = _Reader(programme, facts)
    awards = tuple(made for one in named.itertuples(index=False) if (made := reader.award(one)) is not None)
    return AwardsToIssue(awards, tuple(_findings(reader.passed_over, store.place)))


_Rows = Mapping[tuple[str, str], list[Any]]


@dataclass(frozen=True)
class _Facts:
    """What the records know beside the awards, by learner and credential: rows of their frames."""

    ratings: _Rows
    results: _Rows
    evidence: _Rows
    dids: Mapping[str, str]
    not_in_force: frozenset[int]

    @classmethod
    def read(cls, store: Store, awards: pd.DataFrame, *, evidence: bool) -> _Facts:
        wanted = set(zip(awards["learner"], awards["credential"], strict=True))
        credential_of = _assessed_credentials(store)
        traits = store.frame("traits", where={"trait": "did"})
        last = {one.award: one.event for one in _rows(store, "award_events", "at") if one.event != "claimed"}

        def apart(name: str, of: Callable[[Any], str]) -> _Rows:
            found: dict[tuple[str, str], list[Any]] = {}
            for row in _rows(store, name, "on"):
                if (key := (row.learner, of(row))) in wanted:
                    found.setdefault(key, []).append(row)
            return found

        def assessed(row: Any) -> str:
            return credential_of.get(row.assessment) or str(row.assessment)

        return cls(
            apart("rubric_scores", assessed),
            apart("assessments", assessed),
            apart("evidence", lambda row: str(row.credential)) if evidence else {},
            dict(zip(traits["learner"], traits["value"], strict=True)),
            frozenset(int(number) for number, event in last.items() if event in ("revoked", "suspended")),
        )


def _rows(store: Store, name: str, by: str) -> Iterator[Any]:
    """The rows of a frame in the order of a column, what is missing first."""
    frame = store.frame(name).sort_values(by, na_position="first", kind="stable")
    return iter(frame.itertuples(index=False))


def _assessed_credentials(store: Store) -> dict[str, str | None]:
    """The credential that each assessment decides about, where the records name it."""
    from sqlalchemy import select

    from ipe_workbench.records.tables import table

    plan = table("assessment_plan")
    with store.reading() as connection:
        return {row.id: row.credential for row in connection.execute(select(plan.c.id, plan.c.credential))}


class _Reader:
    def __init__(self, programme: Programme, facts: _Facts) -> None:
        self.programme, self.facts = programme, facts
        self.passed_over: dict[str, list[int]] = {}

    def award(self, row: Any) -> AwardRow | None:
        """The award of a row of the frame with names, or none when it gets no badge."""
        number, design = int(row.award), self._design(row)
        email = row.email if isinstance(row.email, str) and is_email(row.email) else None
        did = self.facts.dids.get(row.learner, "")
        did = did if is_did(did) else ""
        why = (
            "not-in-force" if number in self.facts.not_in_force
            else "unknown-credential" if design is None
            else "no-address" if not email and not did
            else ""
        )  # fmt: skip
        if why or design is None:
            self._note(why, number)
            return None
        day, shown = row.on.date(), (one.reference for one in self.facts.evidence.get(_whose(row), ()))
        return AwardRow(
            number, str(row.source_id), design.id, design.version, day, email, did or None,
            levels=self._levels(row, design, day),
            score=self._score(row, design, day),
            evidence=tuple(dict.fromkeys(filter(is_web_address, shown))),
            version_assumed=not row.version,
        )  # fmt: skip

    def _design(self, row: Any) -> MicroCredential | Stack | None:
        try:
            return self.programme.designed(row.credential, row.version or None)
        except UnknownNameError:
            return None

    def _note(self, why: str, number: int) -> None:
        numbers = self.passed_over.setdefault(why, [])
        if number not in numbers[-1:]:
            numbers.append(number)

    def _levels(self, row: Any, design: MicroCredential | Stack, day: datetime.date) -> dict[str, str]:
        rubric = design.rubric if isinstance(design, MicroCredential) else None
        if rubric is None:
            return {}
        given: dict[str, list[Any]] = {}
        for rating in _until(self.facts.ratings.get(_whose(row), ()), day):
            given.setdefault(criterion_named(rubric, rating.criterion) or "", []).append(rating)
        levels = {}
        for criterion in rubric.criteria:
            last = [_level(rubric, one) for one in _last_attempt(given.get(criterion.id, []))]
            known = [one for one in last if one is not None]
            if known:
                levels[criterion.id] = _lower_median(rubric, known)
            if len(known) < len(last) or "" in given:
                self._note("unknown-level", int(row.award))
        return levels

    def _score(self, row: Any, design: MicroCredential | Stack, day: datetime.date) -> float | None:
        if not isinstance(design, MicroCredential) or design.assessment is None:
            return None
        results = [one for one in _until(self.facts.results.get(_whose(row), ()), day) if one.score == one.score]
        own = [one for one in results if one.assessment == design.id]
        if not own and len({one.assessment for one in results}) == 1:
            own = results
        return float(own[-1].score) if own else None


def _whose(row: Any) -> tuple[str, str]:
    return str(row.learner), str(row.credential)


def _until(rows: Iterable[Any], day: datetime.date) -> list[Any]:
    """What was recorded up to a day, the last attempt last; what has no day counts, too."""
    # A missing day is NaT, which is no number that equals itself.
    known = [one for one in rows if one.on != one.on or one.on.date() <= day]
    return sorted(known, key=lambda one: (one.on == one.on, one.on if one.on == one.on else day, one.attempt))


def _last_attempt(rows: list[Any]) -> list[Any]:
    return [one for one in rows if (one.assessment, one.attempt) == (rows[-1].assessment, rows[-1].attempt)]


def _level(rubric: Rubric, rating: Any) -> str | None:
    if isinstance(rating.level, str) and rating.level.strip():
        return level_named(rubric, rating.level)
    return next((one.id for one in rubric.levels if one.points == rating.score), None)


def _lower_median(rubric: Rubric, levels: list[str]) -> str:
    order = [one.id for one in rubric.levels]
    ranks = sorted(order.index(one) for one in levels)
    return order[ranks[(len(ranks) - 1) // 2]]


def _findings(passed_over: Mapping[str, list[int]], place: str) -> Iterator[Finding]:
    for why, numbers in passed_over.items():
        words, mend = _PASSED_OVER[why]
        shown = listed(numbers, 10)
        message = f"{len(numbers)} awards {words} (numbers {shown})."
        yield Finding(why, "warning", message, mend, Place(place))
