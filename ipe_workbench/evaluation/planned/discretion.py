"""What is left out of a result that others read: numbers about few people, and the people themselves."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from ipe_workbench.evaluation.estimates import Analysis, Estimate, remark
from ipe_workbench.findings import Finding
from ipe_workbench.records.privacy.suppression import THRESHOLD

__all__ = ["few_behind", "few_words", "shareable"]

#: Spreads between raters, teams or sites rest on few of them by nature, and say nothing of any one; nor does the cut
#: score of a panel of judges, which is made to be told.
_SPREADS = ("sd[", "variance[", "icc[", "correlation[", "cut", "judges_for_se")
_ONLY_FEW = re.compile(r"\b([Oo])nly [1-9] (?=(?:complete )?(?:learners|performances|rows)\b)")
_WORD = re.compile(r"[\w.@-]+")


def shareable(found: Analysis, people: Collection[str]) -> Analysis:
    """The analysis without estimates that rest on fewer than ten people or name one, and without names in sentences.

    Parameters
    ----------
    found : Analysis
    people : collection of str
        Pseudonyms of learners and staff.

    Examples
    --------
    >>> from ipe_workbench.evaluation import Estimate
    >>> small = Analysis("compare", [Estimate("mean[a]", 1, 0, 2, 40, "t"), Estimate("mean[b]", 1, 0, 2, 4, "t")])
    >>> shown = shareable(small, [])
    >>> [one.name for one in shown.estimates], shown.findings[0].id
    (['mean[a]'], 'small-cells')
    """
    few = [one for one in found.estimates if 0 < one.n < THRESHOLD and not one.name.startswith(_SPREADS)]
    kept = [one for one in found.estimates if one not in few and not _named(one.name, people)]
    findings = [_told(one, found, people) for one in found.findings]
    if few:
        words = "estimates rest" if len(few) > 1 else "estimate rests"
        message = f"{len(few)} {words} on fewer than {THRESHOLD} and cannot be shown."
        findings.append(remark("small-cells", message, "Take groups together.", "info"))
    missing = {reason: count for reason, count in found.missing.items() if count == 0 or count >= THRESHOLD}
    sentence = _nameless(_uncounted(found.sentence), people)
    if few and found.estimates[0] in few:
        sentence = findings[-1].message
    return replace(found, estimates=tuple(kept), findings=tuple(findings), missing=missing, sentence=sentence)


def few_behind(share: Estimate) -> bool:
    """Whether a share stands for fewer than ten, on one side or the other.

    Examples
    --------
    >>> few_behind(Estimate("pass_rate", 0.95, 0.9, 1.0, 100, "")), few_behind(Estimate("p", 0.9, 0.8, 1.0, 100, ""))
    (True, False)
    """
    if share.estimate is None:
        return False
    count = round(share.estimate * share.n)
    return 0 < count < THRESHOLD or 0 < share.n - count < THRESHOLD


def few_words(count: int) -> str:
    """A number of people as it may be told.

    Examples
    --------
    >>> few_words(0), few_words(4), few_words(24)
    ('nobody', 'fewer than ten', '24')
    """
    return "nobody" if count == 0 else "fewer than ten" if count < THRESHOLD else str(count)


def _told(one: Finding, found: Analysis, people: Collection[str]) -> Finding:
    gone = found.missing.get("only_before", 0)
    if one.id == "dropout" and 0 < gone < THRESHOLD:
        # How so few differed from the others says too much about them.
        message = "Fewer than ten learners answered before but not after and are left out."
        return replace(one, message=message, severity="info")
    return replace(one, message=_nameless(_uncounted(one.message), people))


def _uncounted(text: str) -> str:
    return _ONLY_FEW.sub(lambda match: f"{'F' if match[1] == 'O' else 'f'}ewer than ten ", text)


def _named(name: str, people: Collection[str]) -> bool:
    return any(word in people for word in _WORD.findall(name))


def _nameless(text: str, people: Collection[str]) -> str:
    def hidden(match: re.Match[str]) -> str:
        word = match[0]
        end = "." if word.endswith(".") else ""
        return "(somebody)" + end if word in people or word.rstrip(".") in people else word

    return _WORD.sub(hidden, text)
