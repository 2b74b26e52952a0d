"""The stacking algebra: what completes a step, as values that read like the YAML they come from.

A rule is a mapping with one key, its kind. A plain string in a list of rules is short for ``{badge: id}``:

>>> rule = parse_rule({"all": ["roles", {"at_least": {"count": 2, "of": ["huddles", "handover", "conflict"]}}]})
>>> badges_in(rule)
('roles', 'huddles', 'handover', 'conflict')
>>> print(describe(rule))
all of: roles; and at least 2 of: huddles, handover or conflict
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    TypeAdapter,
    model_validator,
)

from ipe_workbench.documents import FileModel
from ipe_workbench.phrases import counted

__all__ = [
    "RULE_KINDS",
    "AllOf",
    "AnyOf",
    "Approval",
    "AtLeast",
    "Badge",
    "Hours",
    "Id",
    "InOrder",
    "PerProfession",
    "Points",
    "Rule",
    "Score",
    "Shortcut",
    "Within",
    "badges_in",
    "branch_for",
    "counted",
    "describe",
    "parse_rule",
    "rule_to_data",
    "subrules",
    "walk",
]

#: Identifiers are lower-case words, digits and hyphens, so that they are safe in a file name and in an address.
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]


class Badge(FileModel):
    """The learner holds this badge: a credential's, or the completion badge of a stack."""

    badge: Id


class AllOf(FileModel):
    """Every rule is satisfied; an empty list asks for nothing."""

    all: tuple[Rule, ...]


class AnyOf(FileModel):
    """At least one of the rules is satisfied."""

    any: tuple[Rule, ...] = Field(min_length=1)


class Choice(FileModel):
    """What `at_least` counts."""

    count: int = Field(ge=1)
    of: tuple[Rule, ...] = Field(min_length=1)


class AtLeast(FileModel):
    """At least `count` of the rules are satisfied."""

    at_least: Choice


class PointItem(FileModel):
    """A badge that carries points; items of one `kind` can be capped together."""

    badge: Id
    points: float = Field(gt=0)
    kind: Id | None = None


class PointsOf(FileModel):
    """What `points` adds up. `cap` says how many items of a kind count at most; the best ones count."""

    min: float = Field(gt=0)
    from_: tuple[PointItem, ...] = Field(min_length=1, alias="from")
    cap: dict[Id, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _badges_once(self) -> PointsOf:
        ids = [item.badge for item in self.from_]
        twice = sorted({badge for badge in ids if ids.count(badge) > 1})
        if twice:
            raise ValueError(f"a badge counts once, but {', '.join(twice)} stands twice in `from`")
        return self


class Points(FileModel):
    """The badges held are worth at least `min` points together."""

    points: PointsOf


class HoursOf(FileModel):
    """What `hours` adds up: hours recorded on these badges or activities."""

    min: float = Field(gt=0)
    of: tuple[Id, ...] = Field(min_length=1)


class Hours(FileModel):
    """The hours recorded on the named badges and activities reach `min`."""

    hours: HoursOf


class ScoreOf(FileModel):
    """A least score, as a share in (0, 1], in the assessment of a credential."""

    assessment: Id
    min: float = Field(gt=0, le=1)


class Score(FileModel):
    """The learner's best score in an assessment reaches `min`."""

    score: ScoreOf


class ApprovalBy(FileModel):
    """Whose approval is asked for."""

    role: Id


class Approval(FileModel):
    """A person in that role has approved."""

    approval: ApprovalBy


class InOrder(FileModel):
    """The steps are completed one after the other: what counts for a step dates from when the step before was done."""

    in_order: tuple[Rule, ...] = Field(min_length=1)


class Window(FileModel):
    """A rule and the number of months inside which all that completes it must lie."""

    months: int = Field(ge=1)
    rule: Rule


class Within(FileModel):
    """The rule is completed by what was earned inside some window of `months` months."""

    within: Window


class PerProfession(FileModel):
    """Another rule for each profession; one without a branch takes `default`, and cannot complete without that."""

    per_profession: dict[Id, Rule] = Field(min_length=1)


class ShortcutTo(FileModel):
    """The completion badge, and what completes the step without it."""

    badge: Id
    otherwise: Rule


class Shortcut(FileModel):
    """Holding the completion badge completes the step; otherwise the rule does."""

    shortcut: ShortcutTo


_CLASSES: dict[str, type[FileModel]] = {
    "badge": Badge,
    "all": AllOf,
    "any": AnyOf,
    "at_least": AtLeast,
    "points": Points,
    "hours": Hours,
    "score": Score,
    "approval": Approval,
    "in_order": InOrder,
    "within": Within,
    "per_profession": PerProfession,
    "shortcut": Shortcut,
}
_KIND_OF = {model: kind for kind, model in _CLASSES.items()}

#: The kinds of rule, by the key that names them in a file.
RULE_KINDS: tuple[str, ...] = tuple(_CLASSES)


def _spell_out(value: Any) -> Any:
    return {"badge": value} if isinstance(value, str) else value


def _kind(value: Any) -> str | None:
    if isinstance(value, str):
        return "badge"
    if isinstance(value, FileModel):
        return _KIND_OF.get(type(value))
    if isinstance(value, dict) and len(value) == 1:
        key = next(iter(value))
        return key if key in _CLASSES else None
    return None


Rule = Annotated[
    Annotated[Badge, BeforeValidator(_spell_out, json_schema_input_type=Id | Badge), Tag("badge")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[AtLeast, Tag("at_least")]
    | Annotated[Points, Tag("points")]
    | Annotated[Hours, Tag("hours")]
    | Annotated[Score, Tag("score")]
    | Annotated[Approval, Tag("approval")]
    | Annotated[InOrder, Tag("in_order")]
    | Annotated[Within, Tag("within")]
    | Annotated[PerProfession, Tag("per_profession")]
    | Annotated[Shortcut, Tag("shortcut")],
    Discriminator(
        _kind,
        custom_error_type="rule_kind",
        custom_error_message=f"a rule is a badge id or a mapping with exactly one of {', '.join(_CLASSES)}",
    ),
]

_ADAPTER: TypeAdapter[Rule] = TypeAdapter(Rule, config=ConfigDict(defer_build=True))


def parse_rule(data: Any) -> Rule:
    """A rule from plain data, as it stands in a file. Raises `pydantic.ValidationError` with every violation.

    Examples
    --------
    >>> parse_rule({"at_least": {"count": 1, "of": ["huddles", "rounds"]}}).at_least.count
    1
    """
    return _ADAPTER.validate_python(data)


def rule_to_data(rule: Rule) -> Any:
    """The rule as plain data, badges in lists in their short form.

    Examples
    --------
    >>> rule_to_data(parse_rule({"any": [{"badge": "a"}, {"hours": {"min": 2, "of": ["b"]}}]}))
    {'any': ['a', {'hours': {'min': 2.0, 'of': ['b']}}]}
    """
    data = rule.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return data if isinstance(rule, Badge) else _short(data)


def _short(data: Any) -> Any:
    if isinstance(data, list):
        return [item["badge"] if isinstance(item, dict) and set(item) == {"badge"} else _short(item) for item in data]
    if isinstance(data, dict):
        return {key: _short(value) for key, value in data.items()}
    return data


def subrules(rule: Rule) -> tuple[Rule, ...]:
    """The rules directly inside a rule."""
    match rule:
        case AllOf(all=parts) | AnyOf(any=parts) | InOrder(in_order=parts):
            return parts
        case AtLeast():
            return rule.at_least.of
        case Within():
            return (rule.within.rule,)
        case PerProfession():
            return tuple(rule.per_profession.values())
        case Shortcut():
            return (rule.shortcut.otherwise,)
        case _:
            return ()


def walk(rule: Rule) -> Iterator[Rule]:
    """The rule itself and every rule inside it, outermost first."""
    yield rule
    for part in subrules(rule):
        yield from walk(part)


def badges_in(rule: Rule) -> tuple[str, ...]:
    """Ids of every badge that the rule can count, each once, in the order of the file.

    Examples
    --------
    >>> badges_in(parse_rule({"all": ["huddles", {"any": ["rounds", "huddles"]}]}))
    ('huddles', 'rounds')
    """
    found: dict[str, None] = {}
    for part in walk(rule):
        match part:
            case Badge(badge=one):
                found[one] = None
            case Shortcut():
                found[part.shortcut.badge] = None
            case Points():
                found.update(dict.fromkeys(item.badge for item in part.points.from_))
            case Hours():
                found.update(dict.fromkeys(part.hours.of))
            case _:
                pass
    return tuple(found)


def branch_for(rule: PerProfession, profession: str | None) -> Rule | None:
    """The branch that learners of a profession follow; ``None`` where there is neither theirs nor a `default`."""
    return rule.per_profession.get(profession or "", rule.per_profession.get("default"))


def describe(rule: Rule, title: Callable[[str], str] = str) -> str:
    """The rule in words that a learner understands; `title` turns an id into the words to show.

    Examples
    --------
    >>> describe(parse_rule({"within": {"months": 12, "rule": {"in_order": ["a", "b"]}}}))
    'within 12 months: in this order: a, then b'
    >>> describe(parse_rule({"points": {"min": 8, "from": [{"badge": "a", "points": 5}, {"badge": "b", "points": 3}]}}))
    'at least 8 points from: a (5), b (3)'
    """
    match rule:
        case Badge(badge=one):
            return title(one)
        case AllOf(all=parts):
            return (
                _joined("all of: ", parts, "; and " if _nested(parts) else " and ", title) if parts else "nothing more"
            )
        case AnyOf(any=parts):
            return _joined("one of: ", parts, "; or " if _nested(parts) else " or ", title)
        case AtLeast():
            parts = rule.at_least.of
            return _joined(f"at least {rule.at_least.count} of: ", parts, "; or " if _nested(parts) else " or ", title)
        case InOrder(in_order=parts):
            return "in this order: " + ", then ".join(describe(part, title) for part in parts)
        case Points():
            items = ", ".join(f"{title(item.badge)} ({item.points:g})" for item in rule.points.from_)
            caps = "".join(f" (of the kind {kind} at most {count})" for kind, count in rule.points.cap.items())
            return f"at least {counted(rule.points.min, 'point')} from: {items}{caps}"
        case Hours():
            return f"at least {counted(rule.hours.min, 'hour')} in {' or '.join(title(one) for one in rule.hours.of)}"
        case Score():
            return f"a score of at least {rule.score.min:.0%} in {title(rule.score.assessment)}"
        case Approval():
            return f"approval by the {rule.approval.role.replace('-', ' ')}"
        case Within():
            return f"within {counted(rule.within.months, 'month')}: {describe(rule.within.rule, title)}"
        case PerProfession():
            branches = (f"{name}: {describe(part, title)}" for name, part in rule.per_profession.items())
            return "by profession (" + "; ".join(branches) + ")"
        case Shortcut():
            return f"{title(rule.shortcut.badge)}, or else {describe(rule.shortcut.otherwise, title)}"


def _nested(parts: tuple[Rule, ...]) -> bool:
    return any(not isinstance(part, Badge) for part in parts)


def _joined(
    start: str, parts: tuple[Rule, ...], link: Literal["; and ", " and ", "; or ", " or "], title: Callable[[str], str]
) -> str:
    words = [describe(part, title) for part in parts]
    if len(words) == 1:
        return words[0] if start in ("all of: ", "one of: ") else start + words[0]
    separator = "; " if link.startswith(";") else ", "
    return start + separator.join(words[:-1]) + link + words[-1]
