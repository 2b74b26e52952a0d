"""Collect the texts of the studio: locale/dashboards.pot holds all of the English, the catalogues follow it.

Run it after a text was added or changed, then translate what is empty: python scripts/publish_texts.py
"""

from __future__ import annotations

import ast
import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "ipe_workbench" / "studio"
LOCALE = SOURCES / "locale"


def texts_of(source: str) -> list[str | tuple[str, str]]:
    """The texts that a module asks for, in its order; of things that are counted, the form for one and for many."""
    found: list[tuple[int, int, str | tuple[str, str]]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            given = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            if name in ("texts", "mark", "_") and given:
                found.append((node.lineno, node.col_offset, given[0]))
            elif name == "plural" and len(given) >= 2:
                found.append((node.lineno, node.col_offset, (given[0], given[1])))
    return [text for _, _, text in sorted(found, key=lambda one: one[:2])]


def template() -> Catalog:
    """All texts, each with the modules that ask for it."""
    catalogue = Catalog(project="IPE Workbench", charset="utf-8", fuzzy=False)
    for module in sorted(SOURCES.rglob("*.py")):
        for text in texts_of(module.read_text(encoding="utf-8")):
            catalogue.add(text, locations=[(module.name, 0)])
    return catalogue


def written(catalogue: Catalog) -> bytes:
    """A catalogue as its file; without the days of its header, so that equal texts give equal files."""
    stream = io.BytesIO()
    write_po(stream, catalogue, width=100, include_lineno=False, omit_header=True, ignore_obsolete=True)
    fields = {
        "Project-Id-Version": "IPE Workbench",
        "Language": catalogue.locale_identifier or "",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": catalogue.plural_forms,
    }
    head = "".join(f'"{name}: {value}\\n"\n' for name, value in fields.items())
    return f'msgid ""\nmsgstr ""\n{head}\n'.encode() + stream.getvalue()


def main() -> None:
    """Write the template, and bring each catalogue up to it."""
    whole = template()
    (LOCALE / "dashboards.pot").write_bytes(written(whole))
    for file in sorted(LOCALE.glob("*/LC_MESSAGES/dashboards.po")):
        with file.open("rb") as stream:
            catalogue = read_po(stream, locale=file.parts[-3])
        catalogue.update(whole, no_fuzzy_matching=True)
        file.write_bytes(written(catalogue))
        forms = [one.string if isinstance(one.string, tuple) else (one.string,) for one in catalogue if one.id]
        empty = sum(not all(one) for one in forms)
        print(f"{file.parts[-3]}: {len(catalogue)} texts, {empty} to translate")


if __name__ == "__main__":
    main()
