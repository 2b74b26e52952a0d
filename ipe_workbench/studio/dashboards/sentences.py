"""Sentences that the core says in English, in the visitor's language.

The planner and the feedback explain themselves in whole sentences. Each kind of sentence is a text of the catalogue
with braces for what changes; a sentence of no known kind is shown as it is, marked as English for screen readers.
"""

from __future__ import annotations

import re

from ipe_workbench.studio.components import escaped
from ipe_workbench.studio.dashboards.pieces import Html
from ipe_workbench.studio.dashboards.texts import Texts

__all__ = ["sentence"]


def _(text: str) -> str:
    """Mark a text for the catalogue; it is translated when it is shown."""
    return text


#: Kinds of sentences; what is in braces is copied, a list of titles with its own "and".
_KINDS = (
    _("It completes {titles}."),
    _("You need it before {titles}."),
    _("It counts toward {titles}."),
    _("It is what you are working toward."),
    _("It shows something in which you want to grow."),
    _("{title} is not offered any more."),
    _("{title} is offered only to end on {days}."),
    _("{title} is closed to this learner."),
    _("{title} is not open to {profession}."),
    _("{title} requires {what}."),
    _("{title} without what it requires."),
    _("{title} offered once more."),
    _("{title} offered in {term}."),
    _("No more than {hours} hours fit into {term}."),
    _("{hours} hours more in {term}."),
    _("{hours} hour more in {term}."),
    _("No choice of what is offered in the terms that are left completes it."),
    _("Nothing that this learner can take begins on {day} or later."),
    _("Nothing that this learner can take begins on {day} or later and ends by {until}."),
    _("Still to do: {what}"),
    _("And {number} more parts."),
    _("The records do not know you (any more)."),
    _("Ask the office about it."),
)


def _pattern(kind: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", kind)
    return re.compile("".join(f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)))


_PATTERNS = tuple((kind, _pattern(kind)) for kind in _KINDS)


def sentence(said: str, texts: Texts) -> Html:
    """A sentence of the core in the visitor's language, as markup.

    Examples
    --------
    >>> sentence("It completes Values and Ethics.", Texts("es"))
    'Completa Values and Ethics.'
    >>> sentence("Something else.", Texts("es"))
    '<span lang="en">Something else.</span>'
    """
    if texts.language == "en":
        return Html(escaped(said))
    for kind, pattern in _PATTERNS:
        found = pattern.fullmatch(said)
        if found is not None:
            values = {
                name: _listed(value, texts) if name == "titles" else value for name, value in found.groupdict().items()
            }
            return Html(escaped(texts(kind, **values)))
    return Html(f'<span lang="en">{escaped(said)}</span>')


def _listed(titles: str, texts: Texts) -> str:
    """A list "A, B and C" with the "and" of the language; a title that holds one keeps it where it is alone."""
    first, found, last = titles.rpartition(" and ")
    return texts.listed([*first.split(", "), last]) if found and ", " in first else titles
