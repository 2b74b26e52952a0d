"""The language of a dashboard: what its visitor asks for or their browser accepts."""

from __future__ import annotations

from ipe_workbench.studio.texts import LANGUAGES, Texts

__all__ = ["LANGUAGES", "Texts", "chosen_language"]


def chosen_language(asked: str, accepted: str) -> str:
    """The language of a page: what was asked for, else the first that the browser accepts, else English.

    Parameters
    ----------
    asked : str
        From the address; may be anything.
    accepted : str
        The header ``Accept-Language``.

    Examples
    --------
    >>> chosen_language("", "fr-CA, es-MX;q=0.8, en;q=0.5"), chosen_language("en", "es"), chosen_language("<b>", "")
    ('es', 'en', 'en')
    """
    if asked in LANGUAGES:
        return asked
    wishes: list[tuple[float, int, str]] = []
    for part in accepted.split(",")[:20]:
        name, _, quality = part.partition(";q=")
        try:
            wishes.append((-float(quality or 1), len(wishes), name.strip().lower().split("-")[0]))
        except ValueError:
            continue
    return next((name for _, _, name in sorted(wishes) if name in LANGUAGES), "en")
