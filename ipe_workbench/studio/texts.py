"""The words of the studio in the language of its user: English in the code, other languages in ``locale/``."""

from __future__ import annotations

import datetime
import functools
import gettext
import io
import re
from pathlib import Path

from ipe_workbench.errors import UnknownNameError, near_names

__all__ = ["ENGLISH", "LANGUAGES", "Texts", "mark", "pattern_of", "texts_in"]

#: The languages of the studio, each by its own name.
LANGUAGES = {"en": "English", "es": "Español"}
_FOLDER = Path(__file__).parent / "locale"


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
        if not text:
            return ""  # to gettext that is the catalogue's head
        return self._translations.gettext(text).format(**values) if values else self._translations.gettext(text)

    def plural(self, one: str, many: str, n: int, **values: object) -> str:
        """The form of the text for `n` things."""
        return self._translations.ngettext(one, many, n).format(n=n, **values)

    def number(self, value: float, digits: int = 1) -> str:
        """A number with at most so many decimals."""
        shown = f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:.0f}"
        shown = "0" if shown in ("-0", "") else shown
        return self.decimal(shown)

    def decimal(self, shown: str) -> str:
        """Numbers as Python writes them, with the decimal sign of the language."""
        return re.sub(r"(?<=\d)\.(?=\d)", ",", shown) if self.language == "es" else shown

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


def mark(text: str) -> str:
    """Mark a text for the catalogue that stands away from where it is shown; it is translated there.

    Examples
    --------
    >>> Texts("es")(mark("Save"))
    'Guardar'
    """
    return text


def texts_in(language: str) -> Texts:
    """The texts in a language that somebody names.

    Raises
    ------
    UnknownNameError
        When the studio does not speak it.

    Examples
    --------
    >>> texts_in("es")("Save")
    'Guardar'
    """
    if language not in LANGUAGES:
        raise UnknownNameError(f"The studio has no texts in `{language}`.", mend=near_names(language, LANGUAGES))
    return Texts(language)


def pattern_of(kind: str) -> re.Pattern[str]:
    """What finds a text with values in its braces again.

    Examples
    --------
    >>> pattern_of("It completes {titles}.").fullmatch("It completes Values.").groupdict()
    {'titles': 'Values'}
    """
    parts = re.split(r"\{(\w+)\}", kind)
    return re.compile("".join(f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)))


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


#: As the code has them.
ENGLISH = Texts()
