"""Frameworks made by Hypothesis: trees of any shape, hostile texts, links inside and out."""

from __future__ import annotations

from hypothesis import strategies as st

from ipe_workbench.frameworks import (
    Association,
    Competency,
    Definition,
    ExternalNode,
    Framework,
    PublishedCriterion,
    PublishedLevel,
    PublishedRubric,
)
from ipe_workbench.frameworks.case.fields import RELATIONS_1_0

__all__ = ["frameworks"]

#: Text as people write it, and as attackers do; without the ends of lines and blanks at its ends, which formats drop.
letters = st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"), exclude_characters="\x85\u2028\u2029")
texts = st.text(letters, min_size=1, max_size=20).map(str.strip).filter(bool)
hostile = st.sampled_from(["=1+1", "<script>", "'=x", "+49", "@SUM(A1)", "a; b", "ce-x", "null", "1e5", "{}", "VE1"])
said = texts | hostile
#: A semicolon separates keywords in a sheet; the loss report says so where one holds it.
keywords = texts.filter(lambda one: ";" not in one)
codes = st.none() | st.from_regex(r"[A-Z]{1,3}[0-9]{0,2}(\.[0-9])?", fullmatch=True)


@st.composite
def frameworks(draw: st.DrawFn) -> Framework:
    """A framework of one to eight competencies."""
    count = draw(st.integers(1, 8))
    names = [f"i{at}" for at in range(count)]
    items = [
        Competency(
            id=name,
            code=draw(codes),
            title=draw(st.none() | said),
            statement=draw(said),
            parent=draw(st.none() | st.sampled_from(names[:at])) if at else None,
            type=draw(st.sampled_from(["competency", "sub-competency", "Standard"])),
            notes=draw(st.just("") | said),
            keywords=tuple(draw(st.lists(keywords, max_size=2))),
            education_levels=tuple(draw(st.lists(st.sampled_from(["06", "UG"]), max_size=2, unique=True))),
            weight=draw(st.none() | st.sampled_from([0.25, 1.0, 3.0])),
        )
        for at, name in enumerate(names)
    ]
    outside = [ExternalNode(id="elsewhere", title="Elsewhere", uri="https://case.example/elsewhere")]
    ends = st.sampled_from([*names, "elsewhere"])
    relation = st.sampled_from([name for name in RELATIONS_1_0 if name != "isChildOf"])
    pairs = draw(st.lists(st.tuples(st.sampled_from(names), relation, ends), max_size=4, unique=True))
    links = [Association(source=source, relation=kind, target=target) for source, kind, target in pairs]
    levels = tuple(PublishedLevel(id=f"l{at}", quality=draw(said), score=float(at), position=at) for at in (1, 2))
    criterion = PublishedCriterion(id="k", category=draw(said), competency="i0", weight=0.5, position=1, levels=levels)
    return Framework(
        id="ours",
        title=draw(texts),
        version=draw(st.sampled_from(["", "2"])),
        publisher=draw(st.just("") | texts),
        description=draw(st.just("") | said),
        status=draw(st.sampled_from(["current", "draft", "superseded"])),
        competencies=tuple(items),
        associations=tuple(links),
        external=tuple(outside) if any(one.target == "elsewhere" for one in links) else (),
        definitions=tuple(draw(st.sampled_from([(), (Definition(kind="item-type", id="d", title="Standard"),)]))),
        rubrics=draw(st.sampled_from([(), (PublishedRubric(id="r", title="Essay", criteria=(criterion,)),)])),
    )
