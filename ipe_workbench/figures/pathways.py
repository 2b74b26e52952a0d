"""A pathway as a map, its longest chain, what each badge blocks, and where a learner stands on it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from itertools import pairwise
from typing import Literal

from ipe_workbench.credentials import Facts, Programme, describe
from ipe_workbench.figures.accessible import AccessibleFigure
from ipe_workbench.figures.pathway_drawing import LineLook, Look, draw_pathway
from ipe_workbench.figures.pathway_graph import Node, PathwayGraph, pathway_graph
from ipe_workbench.figures.style import ACCENT, ALARM, INK, MUTED, PAPER, plain
from ipe_workbench.pathways.programme_structure import Choice, programme_structure
from ipe_workbench.pathways.standing import BadgeState, State, standing
from ipe_workbench.pathways.structure import Curriculum, structure

__all__ = ["Measure", "blocking_heat", "critical_path", "learner_on_pathway", "pathway_map"]

Measure = Literal["blocking", "delay", "centrality", "complexity"]
_GATES = " A yellow label says how many of the lines into it are needed."
_FAINT = "#c3cad2"
_SHADES = ("#ffffff", "#dbe9f4", "#9cc5e2", "#3f87b8", "#00324f")
_MEASURES: Mapping[Measure, tuple[str, str]] = {
    "blocking": ("blocks", "how many others cannot be earned before it"),
    "delay": ("delay", "the steps of the longest chain through it"),
    "centrality": ("centrality", "the steps of all chains through it"),
    "complexity": ("complexity", "delay and blocking together"),
}
_CHOICES: Mapping[Choice, str] = {
    "every": ", whatever is chosen",
    "cheapest": ", by the cheapest ways",
    "any": ", if every alternative is asked for",
}
#: Fill, ink, edge, width of the edge, and the words at the foot.
_STATES: Mapping[State, tuple[str, str, str, float, str]] = {
    "held": ("#00594a", PAPER, "#00594a", 1.0, "✓ held"),
    "done": ("#00594a", PAPER, "#00594a", 1.0, "✓ done"),
    "expired": ("#fdeae0", INK, ALARM, 2.0, "✗ expired"),
    "open": (PAPER, INK, ACCENT, 2.2, "○ open now"),
    "begun": ("#dbe9f4", INK, ACCENT, 1.2, ""),
    "locked": ("#eef1f4", MUTED, _FAINT, 1.0, "locked"),
    "closed": ("#eef1f4", MUTED, _FAINT, 1.0, "not offered to you"),
}
_LISTED = 40


def pathway_map(
    pathway: Programme | Curriculum, goal: str | None = None, profession: str | None = None
) -> AccessibleFigure:
    """A pathway in rows by term and stage, with what is needed for what.

    Parameters
    ----------
    pathway : Programme or Curriculum
        Of any size; rows hold at most six badges, of a large one eight.
    goal : str, optional
        Only what can play a part in earning this badge.
    profession : str, optional
        Of rules by profession, only its branch.

    Returns
    -------
    AccessibleFigure
        Lines into a badge are all needed; those into a yellow label, as many as it says. Stacks have a double frame.

    Raises
    ------
    UnknownNameError
        When there is no such goal or profession.
    UnusableInputError
        When requisites go in a circle.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> pathway_map(example_programme()).title
    'Micro-credential in Interprofessional Practice: 16 credentials over 4 terms, the longest chain has 6 steps'
    """
    graph = pathway_graph(pathway, goal, profession)
    title = _map_finding(graph, pathway)
    figure, _ = draw_pathway(graph, title=title, note=_note(graph), source=_source(graph, pathway))
    return AccessibleFigure(
        figure, alt=_map_words(graph, pathway), title=title, caption=f"The pathway of {graph.title}."
    )


def critical_path(pathway: Programme | Curriculum, goal: str | None = None) -> AccessibleFigure:
    """The longest chain of requisites, on the map of the pathway.

    Parameters
    ----------
    pathway, goal
        As for `pathway_map`.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> critical_path(example_programme()).title[:38]
    'The longest chain has 6 steps, from Fo'
    """
    graph = pathway_graph(pathway, goal)
    chain = graph.figures.longest_path
    place = {one: at for at, one in enumerate(chain, start=1)}
    marked = set().union(*(graph.between(one, other) for one, other in pairwise(chain)))
    hours = sum(graph.nodes[one].hours for one in chain)
    names = [plain(graph.nodes[one].title) for one in chain]
    title = f"The longest chain has {len(chain)} steps, from {names[0]} to {names[-1]}" if chain else "Nothing to draw"

    def look(node: Node) -> Look:
        if node.id in place:
            return Look(fill=ALARM, ink=PAPER, edge=ALARM, weight=1.4, note=f"step {place[node.id]} of {len(chain)}")
        return Look(ink=MUTED, edge=_FAINT)

    figure, _ = draw_pathway(
        graph,
        title=title,
        note="A delay in one of these steps delays all that follow." + _choices(graph, pathway),
        source=_source(graph, pathway),
        look=look,
        lines=_marked(marked, ALARM),
    )
    alt = f"A map in which one chain stands out: {'; then '.join(names)}. Together they take {hours:g} hours."
    return AccessibleFigure(figure, alt=alt, title=title, caption=f"The longest chain in {graph.title}.")


def blocking_heat(
    pathway: Programme | Curriculum, goal: str | None = None, measure: Measure = "blocking", choice: Choice = "every"
) -> AccessibleFigure:
    """How much depends on each badge, as shades and numbers on the map of the pathway.

    Parameters
    ----------
    pathway, goal
        As for `pathway_map`; the numbers are those of the whole pathway.
    measure : "blocking", "delay", "centrality" or "complexity"
        As in `ipe_workbench.pathways.structure`.
    choice : "every", "cheapest" or "any"
        Of a programme, what counts where rules leave a choice: what no choice avoids, the cheapest way, or every
        alternative (`ipe_workbench.pathways.programme_structure`).

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> blocking_heat(example_programme()).title
    'Foundations of team communication blocks most: 15 of 20 other badges'
    """
    graph = pathway_graph(pathway, goal)
    word, meaning = _MEASURES[measure]
    found = structure(pathway) if isinstance(pathway, Curriculum) else programme_structure(pathway).choices[choice]
    values = {one.id: getattr(one, measure) for one in found.nodes if one.id in graph.nodes}
    most = max(values.values(), default=0)

    def look(node: Node) -> Look:
        step = round(4 * values[node.id] / most) if most else 0
        ink = PAPER if step >= 3 else INK
        return Look(fill=_SHADES[step], ink=ink, edge=MUTED, note=f"{word} {values[node.id]:g}")

    title = _heat_finding(graph, values, measure, len(found.nodes) - 1)
    counted = "" if isinstance(pathway, Curriculum) else _CHOICES[choice]
    figure, _ = draw_pathway(
        graph,
        title=title,
        note=f"The darker, the more. The number says {meaning}{counted}.",
        source=_source(graph, pathway),
        look=look,
        lines=lambda source, targets: (_FAINT, 1.0),
    )
    ranked = sorted(values, key=lambda one: -values[one])
    words = [f"{plain(graph.nodes[one].title)} {values[one]:g}" for one in ranked]
    alt = f"A map whose boxes are shaded by {measure}, the most first: {_some(words)}."
    return AccessibleFigure(figure, alt=alt, title=title, caption=f"{measure.capitalize()} in {graph.title}.")


def learner_on_pathway(
    programme: Programme, facts: Facts, on: datetime.date, goal: str | None = None
) -> AccessibleFigure:
    """What a learner holds, what is open now, what is locked and what has expired, on the map of the pathway.

    Parameters
    ----------
    programme : Programme
    facts : Facts
        What the learner holds, with the profession.
    on : date
        The day of the question.
    goal : str, optional
        Only what can play a part in earning this badge.

    Raises
    ------
    UnknownNameError
        When an award names a badge that the programme does not have, or there is no such goal.

    Examples
    --------
    >>> from ipe_workbench.credentials import example_programme
    >>> day = datetime.date(2027, 3, 1)
    >>> facts = Facts.holding(["communication-foundations"], on=day, profession="nursing")
    >>> learner_on_pathway(example_programme(), facts, day).title
    '1 of 16 credentials held, 4 more open now, none of 5 stacks complete'
    """
    graph = pathway_graph(programme, goal, facts.profession)
    states = standing(programme, facts, on)
    shown = {one: states[one] for one in graph.nodes}
    title = _learner_finding(shown, programme)
    done = {one for one, state in shown.items() if state.state in ("held", "done")}

    def look(node: Node) -> Look:
        state = shown[node.id]
        fill, ink, edge, weight, _ = _STATES[state.state]
        return Look(fill, ink, edge, weight, note=_state_words(state), dashed=state.state in ("locked", "closed"))

    def lines(source: str, targets: frozenset[str]) -> tuple[str, float]:
        return ("#00594a", 1.7) if source in done else (_FAINT, 1.0)

    figure, _ = draw_pathway(
        graph,
        title=title,
        note=f"On {on.isoformat()}. Green lines come from what is held; open means that all that it requires is met.",
        source=_source(graph, programme),
        look=look,
        lines=lines,
    )
    return AccessibleFigure(
        figure, alt=_learner_words(graph, shown), title=title, caption=f"Where the learner stands on {on.isoformat()}."
    )


def _marked(marked: set[tuple[str, str]], colour: str) -> LineLook:
    def look(source: str, targets: frozenset[str]) -> tuple[str, float]:
        return (colour, 3.0) if any((source, one) in marked for one in targets) else (_FAINT, 1.0)

    return look


def _map_finding(graph: PathwayGraph, pathway: Programme | Curriculum) -> str:
    steps = len(graph.figures.longest_path)
    chain = f"the longest chain has {steps} steps"
    if isinstance(pathway, Curriculum):
        dated = {one.band for one in graph.nodes.values() if one.band[0]}
        over = f" over {_count(len(dated), 'term')}" if dated else ""
        return f"{_count(len(graph.nodes), 'course')} with {_count(len(graph.lines), 'requisite')}{over}: {chain}"
    credentials = sum(one.kind == "credential" for one in graph.nodes.values())
    terms = {one.band[0] for one in graph.nodes.values() if one.kind == "credential" and one.band[0] >= 0}
    over = f" over {_count(len(terms), 'term')}" if terms else ""
    counted = {other for one in graph.nodes for other in graph.requires[one]}
    ends = [one for one in graph.nodes.values() if one.id not in counted and one.kind != "credential"]
    stacks = len(graph.nodes) - credentials
    name = plain(ends[0].title) if len(ends) == 1 else _count(stacks, "stack") if stacks else plain(graph.title)
    return f"{name}: {_count(credentials, 'credential')}{over}, {chain}"


def _heat_finding(graph: PathwayGraph, values: Mapping[str, float], measure: Measure, others: int) -> str:
    most = max(values.values(), default=0)
    top = [plain(graph.nodes[one].title) for one in values if values[one] == most]
    if not most:
        return "No badge blocks another" if measure == "blocking" else f"No badge has a {measure} above 0"
    whom = (
        top[0] if len(top) == 1 else f"{top[0]} and {top[1]}" if len(top) == 2 else f"{top[0]} and {len(top) - 1} more"
    )
    if measure == "blocking":
        each = "" if len(top) == 1 else " each"
        verb = "blocks" if len(top) == 1 else "block"
        return f"{whom} {verb} most: {most:g} of {others} other badges{each}"
    return f"{whom} {'has' if len(top) == 1 else 'have'} the highest {measure}: {most:g}"


def _learner_finding(shown: Mapping[str, BadgeState], programme: Programme) -> str:
    own = [state.state for one, state in shown.items() if one in programme.credentials]
    stacks = [state.state for one, state in shown.items() if one in programme.stacks]
    parts = [f"{own.count('held')} of {_count(len(own), 'credential')} held"]
    if own.count("expired"):
        parts.append(f"{own.count('expired')} expired")
    parts.append(f"{own.count('open') or 'no'} more open now")
    if stacks:
        parts.append(f"{stacks.count('done') or 'none'} of {_count(len(stacks), 'stack')} complete")
    return ", ".join(parts)


def _state_words(state: BadgeState) -> str:
    words = _STATES[state.state][4]
    if state.state in ("held", "done") and state.since and state.since.year > 1:
        return f"{words} {state.since.isoformat()}"
    if state.state == "expired" and state.expires:
        return f"{words} {state.expires.isoformat()}"
    return f"{100 * state.progress:.0f} % done" if state.state == "begun" else words


def _learner_words(graph: PathwayGraph, shown: Mapping[str, BadgeState]) -> str:
    said = []
    for name, word in (("held", "Held"), ("done", "Complete"), ("expired", "Expired"), ("open", "Open now"),
                       ("begun", "Begun"), ("locked", "Locked"), ("closed", "Not offered")):  # fmt: skip
        titles = [plain(graph.nodes[one].title) for one, state in shown.items() if state.state == name]
        if titles:
            said.append(f"{word}: {_some(titles)}.")
    return "A map of the pathway. " + " ".join(said)


def _map_words(graph: PathwayGraph, pathway: Programme | Curriculum) -> str:
    said = []
    for one in graph.nodes.values():
        if isinstance(pathway, Curriculum):
            asked = ", ".join(plain(graph.nodes[other].title) for other in graph.requires[one.id])
        else:
            stack = pathway.stacks.get(one.id)
            rule = stack.rule if stack else pathway.credentials[one.id].requires
            asked = plain(describe(rule, pathway.title)) if rule is not None else ""
        said.append(f"{plain(one.title)}{f' asks for {asked}' if asked else ' asks for nothing'}")
    return f"A map in rows, from what comes first to what comes last. {_some(said, '. ')}."


def _note(graph: PathwayGraph) -> str:
    kinds = set(graph.lines.values())
    word = "course" if any(one.kind == "course" for one in graph.nodes.values()) else "badge"
    words = f"From top to bottom: a line leads from a {word} to what asks for it." + (_GATES if graph.gates else "")
    if any(one.kind not in ("credential", "course") for one in graph.nodes.values()):
        words += " Stacks have a double frame."
    if kinds & {"co", "strict-co"}:
        words += " Dashed: before or at the same time; dotted: at the same time."
    return words


def _choices(graph: PathwayGraph, pathway: Programme | Curriculum) -> str:
    return " Of choices, every one is counted." if graph.gates and isinstance(pathway, Programme) else ""


def _source(graph: PathwayGraph, pathway: Programme | Curriculum) -> str:
    if isinstance(pathway, Curriculum):
        return f"{graph.title}{f', {pathway.institution}' if pathway.institution else ''}."
    return f"{graph.title}, version {pathway.info.version}."


def _some(words: list[str], by: str = "; ") -> str:
    more = f"{by}and {len(words) - _LISTED} more" if len(words) > _LISTED else ""
    return by.join(words[:_LISTED]) + more


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
