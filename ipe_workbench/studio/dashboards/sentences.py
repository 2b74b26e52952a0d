"""Sentences that the core says in English, in the visitor's language.

The planner and the feedback explain themselves in whole sentences. Each kind of sentence is a text of the catalogue
with braces for what changes; a sentence of no known kind is shown as it is, marked as English for screen readers.
"""

from __future__ import annotations

import re

from ipe_workbench.studio.components import escaped
from ipe_workbench.studio.dashboards.pieces import Html
from ipe_workbench.studio.texts import Texts, pattern_of
from ipe_workbench.studio.texts import mark as _

__all__ = ["sentence"]

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
    # From ipe_workbench.evaluation.feedback.
    _("You can practise this in “{activity}” ({place})."),
    _("Below the middle of the cohort in {below} of {count} first attempts."),
    _("Has not passed “{title}” yet: {attempts} tried, no attempt is left."),
    _("Has not passed “{title}” yet: {attempts} tried, {left} more attempt allowed."),
    _("Has not passed “{title}” yet: {attempts} tried, {left} more attempts allowed."),
    _("Absent from {absent} of {sessions} sessions in the last 16 weeks."),
    _("{number} learners have {least} first results: too few to say who may need help."),
    _("{number} are the least."),
    _("Everybody passed, or nobody did: there is nothing to learn from."),
    _("The rule could not be checked on enough earlier assessments, so nobody is named."),
    _("Ask again when more is recorded."),
    _("On these records the rule did not surely better than the plain share, so nobody is named."),
    _("Talk to those who fell short last."),
    _("In {number} earlier cases the rule would have named nobody."),
    _(
        "Checked on {number} earlier cases in these records: of {named} whom the rule would have named, {right} fell"
        " short at the next assessment ({share}) and {wrong} did not; {missed} others fell short unnamed."
    ),
    _(
        "A chance is not a verdict: it says with whom to talk, not what somebody can do. Do not grade by it, and do not"
        " pass it on."
    ),
    _("You have rated {number} performance."),
    _("You have rated {number} performances."),
    _("There are too few ratings beside those of colleagues to say whether you are severe or lenient."),
    _(
        "Nothing says that you are more severe or lenient than colleagues; a difference of up to {reach} levels could"
        " be there unseen."
    ),
    _("For the same work you give less than colleagues: about {amount} levels less (95 % interval {low} to {high})."),
    _("For the same work you give more than colleagues: about {amount} levels more (95 % interval {low} to {high})."),
    _("That is small."),
    _("Look at the level descriptors together with a colleague before the next round."),
    _("{number} of your performances were rated by a colleague, too: too few to speak of agreement."),
    _(
        "In {number} performances that a colleague rated, too, you gave the same level in {same} of the rows, a higher"
        " one in {higher} and a lower one in {lower}."
    ),
    _("Only {number} ratings by {raters} raters: severity is not given."),
    _("{number} by {raters} are the least."),
    _("{number} raters share no learner with the others and are not compared."),
    _("Have some performances rated by raters of both groups."),
    _("The search did not arrive."),
    _("Severity is not given."),
    _("“{title}” ({credential}) hardly goes with the other rows (r = {r}): look at its descriptors, or drop it."),
    _("“{title}” ({credential}) puts {share} of learners on one level: it tells few apart."),
    _(
        "“{title}”: {share} of {number} learners were below the pass level at the first attempt (95 % interval {low} to"
        " {high})."
    ),
)

_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+")
_DECIMAL = re.compile(r"-?\d+\.\d+")
_PERCENT = re.compile(r"(\d) ?%")
_PATTERNS = tuple((kind, pattern_of(kind)) for kind in _KINDS)


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
        return Html(escaped(_PERCENT.sub("\\1\u00a0%", said)))
    for kind, pattern in _PATTERNS:
        found = pattern.fullmatch(said)
        if found is not None:
            values = {name: _value(name, value, texts) for name, value in found.groupdict().items()}
            return Html(escaped(_PERCENT.sub("\\1\u00a0%", texts(kind, **values))))
    return Html(f'<span lang="en">{escaped(said)}</span>')


def _value(name: str, value: str, texts: Texts) -> str:
    """What stands in braces: numbers as the language writes them, everything else as it is."""
    if name == "titles":
        return _listed(value, texts)
    if _THOUSANDS.fullmatch(value):
        return value.replace(",", ".")
    return value.replace(".", ",") if _DECIMAL.fullmatch(value) else value


def _listed(titles: str, texts: Texts) -> str:
    """A list "A, B and C" with the "and" of the language; a title that holds one keeps it where it is alone."""
    first, found, last = titles.rpartition(" and ")
    return texts.listed([*first.split(", "), last]) if found and ", " in first else titles
