"""The competency graph: frameworks, credentials, activities and stacks as one networkx graph, and questions to it.

Every node has the attributes ``kind`` (competency, credential, activity, stack), ``ref`` (its id) and ``title``; every
edge has ``kind``. Edges point toward what comes later or is larger:

===============  ==============================  ====================================================
edge kind        from, to                        attributes
===============  ==============================  ====================================================
``part of``      competency -> competency        none
``part of``      activity -> credential          ``hours`` (contact and preparation)
``aligned with`` credential -> competency        ``how`` (tuple), ``level``, ``relation``
``requires``     badge -> credential             none; the badge is what the credential requires
``counts toward``badge -> stack                  none
===============  ==============================  ====================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import networkx as nx

from ipe_workbench.credentials.model import Coverage as How
from ipe_workbench.credentials.model import Stage
from ipe_workbench.credentials.programme import Programme
from ipe_workbench.credentials.rules import badges_in
from ipe_workbench.errors import UnknownNameError, near_names
from ipe_workbench.phrases import listed

__all__ = ["CompetencyGraph", "NodeKind", "Shown"]

NodeKind = Literal["competency", "credential", "activity", "stack"]
_STAGES: tuple[Stage, ...] = get_args(Stage)


@dataclass(frozen=True)
class Shown:
    """A competency that a learner has shown: at which stage, and by which of the badges held."""

    framework: str
    competency: str
    code: str
    level: Stage
    by: tuple[str, ...]


class CompetencyGraph:
    """A programme as a graph.

    Nodes are named ``kind:id``; a competency ``competency:framework/id``. Methods take and give plain ids.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> graph = CompetencyGraph(example_programme())
    >>> graph.to_networkx().is_directed()
    True
    >>> sorted(graph.count())
    ['activity', 'competency', 'credential', 'stack']
    """

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._graph: nx.DiGraph[str] = nx.DiGraph(programme=programme.id)
        self._add_competencies()
        self._add_credentials()
        self._add_stacks()
        badges = [name for name, data in self._graph.nodes(data=True) if data["kind"] in ("credential", "stack")]
        self._badges = self._graph.subgraph(badges)

    def to_networkx(self) -> nx.DiGraph[str]:
        """A copy as a plain `networkx.DiGraph`, yours to change."""
        return self._graph.copy()

    def count(self) -> dict[str, int]:
        """How many nodes of each kind."""
        counts = dict.fromkeys(get_args(NodeKind), 0)
        for _, data in self._graph.nodes(data=True):
            counts[data["kind"]] += 1
        return counts

    def leads_to(self, reference: str) -> tuple[str, ...]:
        """Ids of every badge that can play a part in earning this credential or stack, earliest first.

        Raises
        ------
        UnknownNameError
            When there is no such credential or stack.
        """
        return self._in_order(nx.ancestors(self._badges, self._badge(reference)))

    def unlocks(self, reference: str) -> tuple[str, ...]:
        """Ids of every credential and stack toward which this badge counts, directly or through others."""
        return self._in_order(nx.descendants(self._badges, self._badge(reference)))

    def cycles(self) -> tuple[tuple[str, ...], ...]:
        """Groups of credentials and stacks that require each other in a circle, as ids along the circle."""
        found = []
        for group in nx.strongly_connected_components(self._badges):
            # In the order of names: sets, of which a subgraph is made, have another one in each run.
            members = nx.DiGraph(sorted(edge for edge in self._badges.edges if group.issuperset(edge)))
            if len(group) > 1 or any(self._badges.has_edge(name, name) for name in group):
                circle = nx.find_cycle(members, source=min(group))
                found.append(tuple(self._graph.nodes[start]["ref"] for start, *_ in circle))
        return tuple(sorted(found))

    def why_not_covered(self, framework: str, competency: str, how: How = "assessed") -> str:
        """Why a competency is not covered, as a sentence; says who covers it when it is.

        Parameters
        ----------
        framework, competency : str
            Ids; the competency's code will do.
        how : {"taught", "practised", "assessed"}
            The kind of coverage asked about.
        """
        source = self._programme.frameworks.get(framework)
        if source is None:
            raise UnknownNameError(
                f"The programme does not name the framework `{framework}`.",
                mend=near_names(framework, self._programme.frameworks),
            )
        item = source[competency]
        code = item.code or item.id
        aligned = self._aligned_with(f"competency:{framework}/{item.id}")
        covering = [one for one, kinds in aligned.items() if how in kinds]
        if covering:
            return f"{code} is {how} by {self._named(covering)}."
        if aligned:
            kinds = sorted({kind for kinds in aligned.values() for kind in kinds}, key=get_args(How).index)
            verb = "has it only" if len(aligned) == 1 else "have it only"
            return f"{code} is not {how}: {self._named(aligned)} {verb} {listed(kinds)}."
        above = self._aligned_with(f"competency:{framework}/{item.parent}") if item.parent else {}
        if above:
            return f"{code} is not {how}: {self._named(above)} names only the whole of {item.parent}, not this part."
        return f"{code} is not {how}: no credential of the programme is aligned with it."

    def shown(self, held: Iterable[str]) -> tuple[Shown, ...]:
        """Which competencies the holder of these badges has shown (assessed), and at which stage.

        Returns
        -------
        tuple of Shown
            In the order of the frameworks; the stage is the highest that any of the badges names.
        """
        best: dict[str, tuple[Stage, list[str]]] = {}
        for reference in dict.fromkeys(held):
            node = self._badge(reference)
            for _, competency, data in self._graph.out_edges(node, data=True):
                if data["kind"] != "aligned with" or "assessed" not in data["how"]:
                    continue
                level, by = best.get(competency, (data["level"], []))
                best[competency] = (max(level, data["level"], key=_STAGES.index), [*by, reference])
        return tuple(
            Shown(data["framework"], data["ref"], data["code"], best[name][0], tuple(best[name][1]))
            for name, data in self._graph.nodes(data=True)
            if name in best
        )

    def _add_competencies(self) -> None:
        for framework in self._programme.frameworks.values():
            for item in framework.competencies:
                self._add(
                    "competency",
                    f"{framework.id}/{item.id}",
                    ref=item.id,
                    title=item.title or item.statement or item.code or item.id,
                    framework=framework.id,
                    code=item.code or item.id,
                )
            for item in framework.competencies:
                if item.parent:
                    self._graph.add_edge(
                        f"competency:{framework.id}/{item.id}",
                        f"competency:{framework.id}/{item.parent}",
                        kind="part of",
                    )

    def _add_credentials(self) -> None:
        for one in self._programme.credentials.values():
            self._add("credential", one.id, title=one.title, level=one.level, stage=one.stage, hours=one.hours)
            for activity in one.activities:
                node = self._add("activity", activity.id, title=activity.title, activity_kind=activity.kind)
                hours = activity.hours + activity.preparation_hours
                self._graph.add_edge(node, f"credential:{one.id}", kind="part of", hours=hours)
            for alignment in one.alignments:
                framework = self._programme.frameworks.get(alignment.framework)
                item = framework.find(alignment.competency) if framework else None
                if framework and item:
                    edge = (f"credential:{one.id}", f"competency:{framework.id}/{item.id}")
                    before = self._graph.get_edge_data(*edge, default={})
                    level = max(before.get("level", alignment.level), alignment.level, key=_STAGES.index)
                    how = tuple(dict.fromkeys((*before.get("how", ()), *alignment.how)))
                    self._graph.add_edge(*edge, kind="aligned with", how=how, level=level, relation=alignment.relation)

    def _add_stacks(self) -> None:
        for stack in self._programme.stacks.values():
            self._add("stack", stack.id, title=stack.title, stage=stack.stage, stack_kind=stack.kind)
        for stack in self._programme.stacks.values():
            for reference in badges_in(stack.rule):
                if reference in self._programme.credentials or reference in self._programme.stacks:
                    self._graph.add_edge(self._badge(reference), f"stack:{stack.id}", kind="counts toward")
        for one in self._programme.credentials.values():
            for reference in badges_in(one.requires) if one.requires is not None else ():
                if reference in self._programme.credentials or reference in self._programme.stacks:
                    self._graph.add_edge(self._badge(reference), f"credential:{one.id}", kind="requires")

    def _add(self, kind: NodeKind, name: str, *, ref: str | None = None, **attributes: Any) -> str:
        node = f"{kind}:{name}"
        self._graph.add_node(node, kind=kind, ref=ref or name, **attributes)
        return node

    def _badge(self, reference: str) -> str:
        if reference in self._programme.credentials:
            return f"credential:{reference}"
        if reference in self._programme.stacks:
            return f"stack:{reference}"
        known = (*self._programme.credentials, *self._programme.stacks)
        raise UnknownNameError(f"`{reference}` is neither a credential nor a stack.", mend=near_names(reference, known))

    def _in_order(self, nodes: Iterable[str]) -> tuple[str, ...]:
        """Ids sorted so that what comes first is named first; a circle does not stop it."""
        chosen = self._badges.subgraph(nodes)
        order = {name: place for place, name in enumerate(self._graph)}
        condensed = nx.condensation(chosen)
        ranked = nx.lexicographical_topological_sort(
            condensed, key=lambda group: min(order[name] for name in condensed.nodes[group]["members"])
        )
        return tuple(
            self._graph.nodes[name]["ref"]
            for group in ranked
            for name in sorted(condensed.nodes[group]["members"], key=order.__getitem__)
        )

    def _aligned_with(self, competency: str) -> dict[str, tuple[How, ...]]:
        """Ids of the credentials aligned with a competency's node, and how."""
        edges = self._graph.in_edges(competency, data=True)
        return {
            self._graph.nodes[start]["ref"]: data["how"] for start, _, data in edges if data["kind"] == "aligned with"
        }

    def _named(self, references: Iterable[str]) -> str:
        return listed(self._programme.title(one) for one in references)
