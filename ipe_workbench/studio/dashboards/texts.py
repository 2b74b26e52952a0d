"""The words of the dashboards in the visitor's language: English in the code, other languages in ``locale/``."""

from __future__ import annotations

import datetime
import functools
import gettext
import io
from pathlib import Path

__all__ = ["LANGUAGES", "Texts", "chosen_language"]

#: The languages of the dashboards, each by its own name.
LANGUAGES = {"en": "English", "es": "Español"}
_FOLDER = Path(__file__).parent.parent / "locale"


class Texts:
    r"""The texts in one language.

    Examples
    --------
    >>> texts = Texts("es")
    >>> texts("What to do next"), texts.number(1234.5), texts.share(0.256)
    ('Qué hacer ahora', '1234,5', '26\xa0%')
    >>> texts.plural("{title}: {n} badge to go", "{title}: {n} badges to go", 3, title="X")
    'X: faltan 3 insignias'
    """

    def __init__(self, language: str = "en") -> None:
        self.language = language if language in LANGUAGES else "en"
        self._translations = _translations(self.language)

    def __call__(self, text: str, **values: object) -> str:
        """The text in this language, with `values` in its braces."""
        return self._translations.gettext(text).format(**values) if values else self._translations.gettext(text)

    def plural(self, one: str, many: str, n: int, **values: object) -> str:
        """The form of the text for `n` things."""
        return self._translations.ngettext(one, many, n).format(n=n, **values)

    def number(self, value: float, digits: int = 1) -> str:
        """A number with at most so many decimals."""
        shown = f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:.0f}"
        shown = "0" if shown in ("-0", "") else shown
        return shown.replace(".", ",") if self.language == "es" else shown

    def share(self, value: float) -> str:
        """A share as a percentage; never 0 or 100 for what is not quite."""
        from ipe_workbench.figures.charts import percent

        return percent(value)

    def date(self, day: datetime.date, *, short: bool = False) -> str:
        """A day as people write it; in tables shorter."""
        from babel.dates import format_date

        return str(
            format_date(day, "medium" if short else "long", locale="en_GB" if self.language == "en" else self.language)
        )

    def listed(self, items: list[str]) -> str:
        """Items with commas and an "and"."""
        from babel.lists import format_list

        return str(format_list(items, locale="en_GB" if self.language == "en" else self.language))


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


@functools.cache
def _translations(language: str) -> gettext.NullTranslations:
    """The catalogue of a language, read from its source: there is no compiled file that could be out of date."""
    if language == "en":
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with (_FOLDER / language / "LC_MESSAGES" / "dashboards.po").open("rb") as stream:
        catalogue = read_po(stream, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
