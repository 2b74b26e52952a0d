"""Weighted coverage: how well, how far, for how long and on what evidence each competency is covered, and for whom."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from ipe_workbench.credentials.model import AssessmentMethod, MicroCredential, Stage
from ipe_workbench.credentials.model import Coverage as How
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.documents import spreadsheet_safe
from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.frameworks import Framework
from ipe_workbench.pathways.coverage import HOW, coverage
from ipe_workbench.pathways.reach import REACHES, Reach, Reaches, final_stacks, named_credentials

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "EVIDENCE_STRENGTHS",
    "EvidenceStrength",
    "StrengthRow",
    "WeightedCoverage",
    "evidence_strength",
    "weighted_coverage",
]

#: How strong evidence is that somebody can do a thing, weakest first.
EvidenceStrength = Literal["self-report", "test", "observed performance", "workplace"]
EVIDENCE_STRENGTHS: tuple[EvidenceStrength, ...] = get_args(EvidenceStrength)
_STAGES: tuple[Stage, ...] = get_args(Stage)

#: Miller's levels (1990, doi 10.1097/00001888-199009000-00045): who tells that they can is below who knows (a test),
#: who shows (observed), who does (at work). Peers in a team watch each other act. A portfolio is judged, but nobody saw
#: the work being done, so it counts as a test.
_STRENGTH_OF: dict[AssessmentMethod, EvidenceStrength] = {
    "self-report": "self-report",
    "reflection": "self-report",
    "test": "test",
    "team-test": "test",
    "portfolio": "test",
    "peer-evaluation": "observed performance",
    "simulation-observation": "observed performance",
    "workplace-observation": "workplace",
}


@dataclass(frozen=True)
class StrengthRow:
    """One competency.

    `taught`, `practised` and `assessed` are ids of credentials; `level` the highest stage reached; `hours` a learner's
    hours of effort that fall on it; `strength` the strongest evidence; `reach` tells for each profession whether the
    pathway brings its learners there.
    """

    competency_id: str
    code: str
    statement: str
    taught: tuple[str, ...]
    practised: tuple[str, ...]
    assessed: tuple[str, ...]
    level: Stage | None
    hours: float
    strength: EvidenceStrength | None
    reach: Mapping[str, Reach]

    @property
    def least_reach(self) -> Reach:
        """The reach for the profession that is worst off."""
        return min(self.reach.values(), key=REACHES.index)


@dataclass(frozen=True)
class WeightedCoverage:
    """The weighted coverage of one framework by one programme, or by a part of it.

    `professions`, `pathways` and `terms` are what was counted; rows are one for each sub-competency, in the framework's
    order.
    """

    programme: str
    framework: str
    framework_title: str
    professions: tuple[str, ...]
    pathways: tuple[str, ...]
    terms: tuple[str, ...]
    credentials: tuple[str, ...]
    rows: tuple[StrengthRow, ...]

    def to_frame(self) -> pd.DataFrame:
        """One row for each competency.

        Returns
        -------
        pandas.DataFrame
            Columns ``competency_id, code, taught, practised, assessed`` (numbers of credentials), ``level, hours,
            strength`` and one column of reach for each profession.
        """
        import pandas as pd

        return pd.DataFrame.from_records([self._cells(row, len) for row in self.rows])

    def to_csv(self) -> str:
        """The rows of `to_frame` with the credentials' ids, separated by semicolons."""
        stream = io.StringIO()
        cells = [self._cells(row, "; ".join) for row in self.rows]
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(cells[0] if cells else [])
        for row in cells:
            writer.writerow([spreadsheet_safe("" if cell is None else str(cell)) for cell in row.values()])
        return stream.getvalue()

    def to_dict(self) -> dict[str, Any]:
        """The weighted coverage as plain JSON."""
        rows = [
            {name: cell for name, cell in self._cells(row, list).items() if name not in row.reach}
            | {"statement": row.statement, "reach": dict(row.reach)}
            for row in self.rows
        ]
        return {
            "programme": self.programme,
            "framework": self.framework,
            "framework_title": self.framework_title,
            "professions": list(self.professions),
            "pathways": list(self.pathways),
            "terms": list(self.terms),
            "credentials": list(self.credentials),
            "competencies": rows,
        }

    def _cells(self, row: StrengthRow, shown: Any) -> dict[str, Any]:
        lists = {how: shown(getattr(row, how)) for how in HOW}
        about = {"level": row.level, "hours": round(row.hours, 2), "strength": row.strength}
        return {"competency_id": row.competency_id, "code": row.code} | lists | about | dict(row.reach)


def evidence_strength(credential: MicroCredential) -> EvidenceStrength | None:
    """The strongest evidence that a credential's assessment gives; ``None`` without an assessment.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> evidence_strength(example_programme().credentials["values-foundations"])
    'test'
    """
    if credential.assessment is None:
        return None
    return max((_STRENGTH_OF[method] for method in credential.assessment.methods), key=EVIDENCE_STRENGTHS.index)


def weighted_coverage(
    programme: Programme,
    framework: str,
    *,
    profession: str | None = None,
    pathway: str | None = None,
    term: str | None = None,
    through: str | None = None,
) -> WeightedCoverage:
    """How strongly each sub-competency of a framework is covered, and for whom.

    Parameters
    ----------
    programme : Programme
        The programme; retired credentials do not count.
    framework : str
        Id of one of its frameworks.
    profession : str, optional
        Count only what its learners may earn; all professions by default.
    pathway : str, optional
        Id of a stack: count only what it can count. By default every credential counts, and a competency is
        *guaranteed* to a profession when every way of completing any final stack (one that no other stack counts) that
        the profession can complete leads over it.
    term : str, optional
        Count only credentials with an activity in that term.
    through : str, optional
        Count only credentials whose activities are over by the end of that term.

    Raises
    ------
    UnknownNameError
        When the programme has no such framework, profession, stack or term.

    Notes
    -----
    A credential's hours are shared equally among the sub-competencies of the framework that it is aligned to, so that
    its shares add up to its hours. Strength is that of the strongest assessment of a credential that assesses the
    competency, by Miller (1990); `reach` is exact (see `Reaches.of`).

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> found = weighted_coverage(example_programme(), "ipec-2023", profession="nursing")
    >>> found.rows[0].code, found.rows[0].strength, found.rows[0].reach
    ('VE1', 'observed performance', {'nursing': 'optional'})
    """
    base = coverage(programme, framework, profession)
    professions = (profession,) if profession else tuple(one.id for one in programme.info.professions)
    pathways = (pathway,) if pathway else final_stacks(programme)
    if pathway is not None and pathway not in programme.stacks:
        message = f"`{pathway}` is not a stack of this programme."
        raise UnknownNameError(message, mend=near_names(pathway, programme.stacks))
    counted = _counted(programme, base.credentials, pathway, term, through)
    source = programme.frameworks[framework]
    shares = {one: _share(programme.credentials[one], source) for one in counted}
    reaches = Reaches(programme)
    rows = []
    for row in base.rows:
        doing: dict[How, tuple[str, ...]] = {
            how: tuple(one for one in getattr(row, how) if one in counted) for how in HOW
        }
        covering = tuple(dict.fromkeys(one for how in HOW for one in doing[how]))
        strengths = [evidence_strength(programme.credentials[one]) for one in doing["assessed"]]
        rows.append(
            StrengthRow(
                competency_id=row.competency_id,
                code=row.code,
                statement=row.statement,
                taught=doing["taught"],
                practised=doing["practised"],
                assessed=doing["assessed"],
                level=max((base.levels[row.competency_id, one] for one in covering), key=_STAGES.index, default=None),
                hours=sum(shares[one] for one in covering),
                strength=max((one for one in strengths if one), key=EVIDENCE_STRENGTHS.index, default=None),
                reach={one: _least_reach(reaches, one, pathways, frozenset(covering)) for one in professions},
            )
        )
    terms = tuple(one for one in (term, through) if one)
    return WeightedCoverage(
        programme.id, source.id, source.title, professions, pathways, terms, tuple(counted), tuple(rows)
    )


def _least_reach(reaches: Reaches, profession: str, pathways: Iterable[str], covering: frozenset[str]) -> Reach:
    """The least of the stacks that the profession can complete: what a learner can count on whichever it is."""
    can = reaches.earnable(profession)
    if not covering & can:
        return "not offered"
    found = [reaches.of(profession, one, covering) for one in pathways if one in can]
    return min(found, key=REACHES.index) if found else "optional"


def _counted(
    programme: Programme, credentials: Iterable[str], pathway: str | None, term: str | None, through: str | None
) -> list[str]:
    found = list(credentials)
    if pathway is not None:
        named = set(named_credentials(programme, pathway))
        found = [one for one in found if one in named]
    if term is not None:
        programme.term(term)
        found = [one for one in found if any(at.term == term for at in programme.credentials[one].activities)]
    if through is not None:
        programme.term(through)
        ids = [one.id for one in programme.info.terms]
        over = set(ids[: ids.index(through) + 1])
        found = [one for one in found if all(at.term in over for at in programme.credentials[one].activities)]
    return found


def _share(credential: MicroCredential, framework: Framework) -> float:
    leaves = {one.id for one in framework.leaves}
    aligned = {
        found.id
        for one in credential.alignments
        if one.framework == framework.id and (found := framework.find(one.competency)) is not None
    }
    return credential.hours / max(1, len(aligned & leaves))
