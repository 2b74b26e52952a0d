"""Curricular analytics: how the requisites of a curriculum delay and block its learners.

Source: Heileman, Abdallah, Slim and Hickman (2018), Curricular Analytics: A Framework for Quantifying the Impact of
Curricular Reforms and Pedagogical Innovations, arXiv:1811.09676. Pre-, co- and strict co-requisites alike are edges of
the graph, as in the authors' own tool.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from ipe_workbench.errors import UnusableInputError
from ipe_workbench.findings import Finding, Place

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["REQUISITES", "Course", "Curriculum", "NodeStructure", "Requisite", "Structure", "structure"]

#: Before; before or at the same time; at the same time.
Requisite = Literal["pre", "co", "strict-co"]
REQUISITES: tuple[Requisite, ...] = get_args(Requisite)


@dataclass(frozen=True)
class Course:
    """A course or credential: what it requires, by id, and of what kind each requisite is."""

    id: str
    name: str
    requisites: Mapping[str, Requisite]
    hours: float = 0.0
    term: int | None = None
    prefix: str = ""
    number: str = ""
    institution: str = ""
    canonical_name: str = ""
    additional: bool = False


@dataclass(frozen=True)
class Curriculum:
    """Courses with their requisites. In a quarter system complexity counts two thirds, as in the authors' tool.

    With `choices` requisites may be alternatives of each other, so that none is called redundant. `learning_outcomes`
    are the rows of the sections of that name, as they stand in the file; `findings` what was noticed when it was read.
    """

    name: str
    courses: tuple[Course, ...]
    system: Literal["semester", "quarter"] = "semester"
    plan: str = ""
    institution: str = ""
    degree_type: str = ""
    cip: str = ""
    choices: bool = False
    learning_outcomes: tuple[tuple[str, ...], ...] = ()
    findings: tuple[Finding, ...] = field(default=(), compare=False)


class NodeStructure(NamedTuple):
    """The figures of one course.

    Parameters
    ----------
    id, name : str
        The course.
    delay : int
        Courses on the longest path of requisites that it lies on.
    blocking : int
        Courses that cannot be taken before it is passed, directly or not.
    centrality : int
        The lengths, in courses, of all paths from a course without requisites to one that nothing requires, which pass
        through it and neither begin nor end there, added up.
    complexity : int or float
        Delay and blocking together; two thirds of them, to one decimal, in a quarter system.
    """

    id: str
    name: str
    delay: int
    blocking: int
    centrality: int
    complexity: float


@dataclass(frozen=True)
class Structure:
    """The structure of a curriculum: the figures of each course in its order, one longest path, and findings."""

    nodes: tuple[NodeStructure, ...]
    longest_path: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def totals(self) -> dict[str, float]:
        """Each figure summed over all courses."""
        names = ("delay", "blocking", "centrality")
        found: dict[str, float] = {name: sum(getattr(one, name) for one in self.nodes) for name in names}
        complexity = sum(one.complexity for one in self.nodes)
        return found | {"complexity": round(complexity, 1) if isinstance(complexity, float) else complexity}

    def to_frame(self) -> pd.DataFrame:
        """One row a course: ``id, name, delay, blocking, centrality, complexity``; centrality may be beyond 64 bits."""
        import pandas as pd

        return pd.DataFrame(self.nodes, columns=list(NodeStructure._fields), dtype=object)

    def to_dict(self) -> dict[str, Any]:
        """The structure as plain JSON."""
        return {
            "nodes": [one._asdict() for one in self.nodes],
            "totals": self.totals,
            "longest_path": list(self.longest_path),
            "findings": [one.to_dict() for one in self.findings],
        }


def structure(curriculum: Curriculum, file: str = "") -> Structure:
    """The structural figures of a curriculum.

    Parameters
    ----------
    curriculum : Curriculum
        Its requisites must not go in a circle.
    file : str
        Where it comes from, for the findings.

    Returns
    -------
    Structure

    Raises
    ------
    UnusableInputError
        When requisites go in a circle (each course is named), or name a course that there is not.

    Notes
    -----
    Exact, whatever their size: paths are counted by dynamic programming in Python's whole numbers and never listed.
    Linear in courses and requisites but for blocking, which keeps a set of bits a course.

    Examples
    --------
    >>> courses = (Course("1", "A", {}), Course("2", "B", {"1": "pre"}), Course("3", "C", {"2": "pre"}))
    >>> found = structure(Curriculum("Three in a row", courses))
    >>> [(one.delay, one.blocking, one.centrality, one.complexity) for one in found.nodes]
    [(3, 2, 0, 5), (3, 1, 3, 4), (3, 0, 0, 3)]
    >>> found.longest_path, found.totals["complexity"]
    (('1', '2', '3'), 12)
    """
    graph = _Graph(curriculum, file)
    blocking = graph.blocking()
    nodes = []
    for at, course in enumerate(curriculum.courses):
        delay = graph.depth[at] + graph.height[at] - 1
        complexity: float = delay + blocking[at]
        if curriculum.system == "quarter":
            complexity = round(complexity * 2 / 3, 1)
        nodes.append(NodeStructure(course.id, course.name, delay, blocking[at], graph.centrality(at), complexity))
    path = tuple(curriculum.courses[at].id for at in graph.longest())
    return Structure(tuple(nodes), path, (*curriculum.findings, *_findings(curriculum, graph, file)))


class _Graph:
    """Requisites as lists of places; what comes before stands first in `order`."""

    def __init__(self, curriculum: Curriculum, file: str) -> None:
        self.courses, self.file = curriculum.courses, file
        place = {course.id: at for at, course in enumerate(self.courses)}
        if len(place) < len(self.courses):
            mend = "Give each course an id of its own."
            raise UnusableInputError("Two courses have the same id.", place=file, mend=mend)
        self.before: list[list[int]] = []
        for course in self.courses:
            unknown = [one for one in course.requisites if one not in place]
            if unknown:
                message = f"{course.id} requires {unknown[0]}, which is not a course of this curriculum."
                raise UnusableInputError(message, place=file, mend="Add the course, or remove the requisite.")
            self.before.append([place[one] for one in course.requisites])
        self.after: list[list[int]] = [[] for _ in self.courses]
        for at, requisites in enumerate(self.before):
            for one in requisites:
                self.after[one].append(at)
        self.order = self._ordered()
        count = len(self.courses)
        #: Courses on the longest path that ends here, and that begins here.
        self.depth, self.height = [1] * count, [1] * count
        #: Paths from any source, and their lengths added up; to any sink, likewise.
        self.ways_in, self.lengths_in = [1] * count, [1] * count
        self.ways_out, self.lengths_out = [1] * count, [1] * count
        _add_up(self.order, self.before, self.depth, self.ways_in, self.lengths_in)
        _add_up(self.order[::-1], self.after, self.height, self.ways_out, self.lengths_out)

    def _ordered(self) -> list[int]:
        open_requisites = [len(requisites) for requisites in self.before]
        order = [at for at, count in enumerate(open_requisites) if not count]
        for at in order:
            for one in self.after[at]:
                open_requisites[one] -= 1
                if not open_requisites[one]:
                    order.append(one)
        if len(order) < len(self.courses):
            raise UnusableInputError(
                f"Requisites go in a circle: {self._circle(open_requisites)}.",
                place=self.file,
                mend="Remove one of these requisites; a co-requisite stands at one of the two courses only.",
            )
        return order

    def _circle(self, open_requisites: list[int]) -> str:
        # Every course that is left has a requisite that is left, so that walking back must come round.
        at = next(place for place, count in enumerate(open_requisites) if count)
        walked: list[int] = []
        while at not in walked:
            walked.append(at)
            at = next(one for one in self.before[at] if open_requisites[one])
        circle = [self.courses[one].id for one in reversed([*walked[walked.index(at) :], at])]
        return " > ".join([*circle[:8], "..."] if len(circle) > 9 else circle)

    def blocking(self) -> list[int]:
        """How many courses lie behind each one."""
        behind = [0] * len(self.courses)
        counts = [0] * len(self.courses)
        for at in reversed(self.order):
            reached = 0
            for one in self.after[at]:
                reached |= behind[one] | (1 << one)
            behind[at] = reached
            counts[at] = reached.bit_count()
        self.behind = behind
        return counts

    def centrality(self, at: int) -> int:
        """Lengths of all paths through a course, between others."""
        if not self.before[at] or not self.after[at]:
            return 0
        ways_in, ways_out = self.ways_in[at], self.ways_out[at]
        # The course itself is counted on both sides.
        return self.lengths_in[at] * ways_out + ways_in * self.lengths_out[at] - ways_in * ways_out

    def longest(self) -> list[int]:
        """The longest path whose courses come first."""
        if not self.courses:
            return []
        at = max(range(len(self.courses)), key=lambda one: (self.height[one], -one))
        path = [at]
        while self.after[at]:
            at = max(self.after[at], key=lambda one: (self.height[one], -one))
            path.append(at)
        return path

    def redundant(self) -> list[tuple[int, int]]:
        """(requisite, course) for each requisite that another path of requisites implies, at least as strictly."""
        if all(kind == "pre" for course in self.courses for kind in course.requisites.values()):
            several = ((at, requisites) for at, requisites in enumerate(self.before) if len(requisites) > 1)
            return [
                (one, at)
                for at, requisites in several
                for one in requisites
                if any(self.behind[one] >> other & 1 for other in requisites)
            ]
        kinds = [list(course.requisites.values()) for course in self.courses]
        some: list[int] = [0] * len(self.courses)
        strict: list[int] = [0] * len(self.courses)
        for at in self.order:
            for one, kind in zip(self.before[at], kinds[at], strict=True):
                some[at] |= some[one] | (1 << one)
                strict[at] |= strict[one] | ((some[one] | (1 << one)) if kind == "pre" else 0)
        found = []
        for at, requisites in enumerate(self.before):
            for one, kind in zip(requisites, kinds[at], strict=True):
                implied = 0
                for other, its in zip(requisites, kinds[at], strict=True):
                    if other != one and kind != "strict-co":
                        implied |= some[other] if its == "pre" or kind == "co" else strict[other]
                if implied >> one & 1:
                    found.append((one, at))
        return found


def _add_up(order: list[int], towards: list[list[int]], far: list[int], ways: list[int], lengths: list[int]) -> None:
    """Longest path, number of paths and their lengths at each course, from those on one side of it."""
    for at in order:
        if beside := towards[at]:
            far[at] = 1 + max([far[one] for one in beside])
            ways[at] = sum([ways[one] for one in beside])
            lengths[at] = ways[at] + sum([lengths[one] for one in beside])


def _findings(curriculum: Curriculum, graph: _Graph, file: str) -> Iterable[Finding]:
    courses = curriculum.courses
    for one, at in () if curriculum.choices else graph.redundant():
        message = f"{courses[at].id} requires {courses[one].id}, which its other requisites imply."
        yield Finding("redundant-requisite", "info", message, "Remove the requisite; nothing changes.", Place(file))
    prefixes = [course.prefix for course in courses if course.prefix]
    main = max(set(prefixes), key=lambda one: (prefixes.count(one), one), default="")
    for at, course in enumerate(courses):
        if graph.before[at] and not graph.after[at] and course.prefix not in ("", main):
            message = f"{course.id} has requisites, leads to nothing, and is not a {main} course."
            yield Finding("dead-end", "info", message, "Ask whether the curriculum needs what it teaches.", Place(file))
    if curriculum.plan:
        yield from _misplaced(courses, file)


def _misplaced(courses: tuple[Course, ...], file: str) -> Iterable[Finding]:
    terms = {course.id: course.term for course in courses}
    for course in courses:
        for one, kind in course.requisites.items():
            here, there = course.term, terms.get(one)
            if here is None or there is None:
                continue
            wrong = {"pre": there >= here, "co": there > here, "strict-co": there != here}[kind]
            if wrong:
                message = f"{course.id} stands in term {here}, but its {kind}-requisite {one} in term {there}."
                yield Finding("misplaced-requisite", "error", message, "Move one of the two.", Place(file))
