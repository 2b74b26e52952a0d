"""Pages of the manual that are made from the code and the data, so that they cannot fall behind: a hook of MkDocs."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))
from licences import table  # noqa: E402

ROOMS = ("frameworks", "credentials", "pathways", "simulation", "records", "badges", "evaluation", "figures",
         "reporting", "studio")  # fmt: skip
#: Files that people read on the shelf of the code, too, and what they are called here.
ELSEWHERE = {
    "../SECURITY.md": "security.md",
    "../CHANGELOG.md": "changelog.md",
    "../CONTRIBUTING.md": "contributing.md",
    "../README.md": "index.md",
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    for name, text in pages():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links that hold on the shelf of the code hold in the manual."""
    up = "../" * page.file.src_uri.count("/")
    text = re.sub(r"\]\((?:\.\./)+data/lints/([\w-]+)\.md\)", rf"]({up}reference/lints.md#\1)", markdown)
    for there, here in ELSEWHERE.items():
        text = text.replace(f"]({there})", f"]({up}{here})")
    return text


def pages() -> Iterator[tuple[str, str]]:
    """Each generated page with its text."""
    yield "changelog.md", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    yield "contributing.md", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    yield (
        "security.md",
        re.sub(
            r"\]\(docs/",
            "](",
            (ROOT / "SECURITY.md").read_text(encoding="utf-8").replace("CONTRIBUTING", "contributing"),
        ),
    )
    yield (
        "reference/licences.md",
        f"# Licences\n\nOf every package in `requirements.lock`.\n\n{table(ROOT / 'requirements.lock')}",
    )
    yield "reference/cli.md", command_line()
    yield "reference/files.md", file_formats()
    yield "reference/lints.md", lints()
    for room in ROOMS:
        yield f"reference/api/{room}.md", room_page(room)


def command_line() -> str:
    """Every command with its options, as ``ipe --help`` says them."""
    command = [
        sys.executable,
        "-m",
        "typer",
        "ipe_workbench.cli",
        "utils",
        "docs",
        "--name",
        "ipe",
        "--title",
        "The command ipe",
    ]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, encoding="utf-8").stdout  # noqa: S603 - our own


def lints() -> str:
    """Every kind of finding of ``ipe check`` with its explanation."""
    parts = ["# Findings of ipe check\n\n`ipe check --explain ID` prints the same.\n"]
    for path in sorted((ROOT / "data" / "lints").glob("*.md")):
        if path.name != "README.md":
            text = path.read_text(encoding="utf-8")
            parts.append(
                f"## `{path.stem}` {{#{path.stem}}}\n\n{re.sub(r'^#+ .*$', '', text, count=1, flags=re.M).strip()}\n"
            )
    return "\n".join(parts)


def room_page(room: str) -> str:
    """One room of the package: what it is for, then what it offers."""
    module = importlib.import_module(f"ipe_workbench.{room}")
    parts = [f"# ipe_workbench.{room}\n\n{(module.__doc__ or '').strip()}\n"]
    parts += [
        f"::: ipe_workbench.{room}.{name}\n    options:\n      show_root_heading: true\n"
        for name in sorted(module.__all__)
    ]
    return "\n".join(parts)


def file_formats() -> str:
    """The fields of each kind of file, from the JSON Schemas that editors use."""
    parts = [
        "# Fields of the files\n\nFrom the JSON Schemas in `data/schemas/`, which `ipe init` puts beside a programme.\n"
    ]
    for path in sorted((ROOT / "data" / "schemas").glob("*.schema.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        parts.append(f"## {path.name.removesuffix('.schema.json')}\n\n{_paragraph(schema)}\n\n{_table(schema)}\n")
        parts += [
            f"### {name}\n\n{_paragraph(one)}\n\n{_table(one)}\n"
            for name, one in schema.get("$defs", {}).items()
            if one.get("properties")
        ]
    return "\n".join(parts)


def _paragraph(schema: Mapping[str, Any]) -> str:
    return str(schema.get("description", "")).split("\n\n")[0].replace("\n", " ")


def _table(schema: Mapping[str, Any]) -> str:
    rows = ["| field | holds | default |", "| --- | --- | --- |"]
    for name, field in schema.get("properties", {}).items():
        needed = name in schema.get("required", ())
        default = "needed" if needed else _default(field)
        rows.append(f"| `{name}` | {_kind(field)} {_cell(_paragraph(field))} | {default} |")
    return "\n".join(rows)


def _default(field: Mapping[str, Any]) -> str:
    return (
        ""
        if field.get("default") in (None, "", [], {})
        else f"`{_cell(json.dumps(field['default'], ensure_ascii=False))}`"
    )


def _kind(field: Mapping[str, Any]) -> str:
    """What a field holds, in a few words."""
    if "$ref" in field:
        return field["$ref"].rsplit("/", 1)[1]
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return " or ".join(f"`{one}`" for one in field["enum"])
    for either in ("anyOf", "oneOf", "allOf"):
        if either in field:
            kinds = dict.fromkeys(_kind(one) for one in field[either] if one.get("type") != "null")
            return " or ".join(kinds)
    if field.get("type") == "array":
        return f"list of {_kind(field.get('items', {})) or 'values'}"
    return {
        "string": "text",
        "integer": "whole number",
        "number": "number",
        "boolean": "yes or no",
        "object": "mapping",
    }.get(field.get("type", ""), "")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
