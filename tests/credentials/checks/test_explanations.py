"""Each page explains its finding with an example that shows the fault, and a mended one that does not."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ipe_workbench.credentials import LINTS, MicroCredential, Programme, Stack, check_programme, example_programme
from ipe_workbench.credentials.checks import explained_ids, explanation, explanation_in_short
from ipe_workbench.credentials.checks.explanations import ALLOWANCE_IDS, NEVER_ALLOWED
from ipe_workbench.credentials.versions import IssuedVersion
from ipe_workbench.documents import parse_document
from ipe_workbench.errors import UnknownNameError
from ipe_workbench.frameworks import load_framework
from tests.programmes import credential, programme, stack

BASE = ("roles", "huddles", "handover")
SEVERITIES = {one.id: one.severity for one in LINTS}


def examples(id: str) -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```$", explanation(id).split("## How to allow it")[0], re.M | re.S)


def built(example: str) -> Programme:
    """The programme of an example: what it shows, laid over what is in order."""
    credentials: dict[str, MicroCredential] = {one: credential(one) for one in BASE}
    stacks: list[Stack] = []
    issued: dict[tuple[str, str], IssuedVersion] = {}
    info: dict[str, Any] = {}
    if "the folder credentials/ is empty" in example:
        credentials = {}
    parts = re.split(r"^# ([a-z]+/?[a-z0-9@.]*\.yaml)\n", example, flags=re.M)[1:]
    for path, text in zip(parts[::2], parts[1::2], strict=True):
        data = parse_document(text, path).data
        name = path.rpartition("/")[2].removesuffix(".yaml").partition("@")[0]
        if path == "programme.yaml":
            info = data
        elif path.startswith("credentials/"):
            credentials[name] = credential(name, **data)
        elif path.startswith("issued/"):
            value = credential(name, **data)
            issued[name, value.version] = IssuedVersion(value, parse_document(text, path))
        else:
            stacks.append(stack(name, data.pop("rule"), **data))
    made = programme(list(credentials.values()), stacks, **info)
    frameworks = {one: load_framework(one) for one in made.info.frameworks}
    return Programme(made.info, made.credentials, made.stacks, frameworks, issued=issued)


def found(example: str) -> set[str]:
    return {finding.id for finding in check_programme(built(example))}


def test_every_finding_of_a_design_has_a_page():
    assert set(SEVERITIES) | set(ALLOWANCE_IDS) | NEVER_ALLOWED <= set(explained_ids())


@pytest.mark.parametrize("id", explained_ids())
def test_page_has_every_section(id):
    page = explanation(id)
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", page, flags=re.M | re.S), re.M)
    end = [] if id in NEVER_ALLOWED else ["How to allow it"]
    assert headings == [id, "What it finds", "Why", "Example", "How to mend it", *end]
    severity = re.search(r"^Severity: (error|warning|info)\.$", page, re.M)
    assert severity is not None
    assert SEVERITIES.get(id, severity[1]) == severity[1]
    assert len(page.splitlines()) <= 100  # a page


@pytest.mark.parametrize("id", sorted({*SEVERITIES, *ALLOWANCE_IDS}))
def test_example_shows_its_fault_and_the_mended_one_does_not(id):
    fault, *mended = examples(id)
    assert id in found(fault)
    assert mended or id == "allow-without-finding"
    for one in mended:
        assert id not in found(one)


def test_programme_around_the_examples_is_in_order():
    assert check_programme(built("")) == ()


@pytest.mark.parametrize("lint", LINTS, ids=lambda one: one.id)
def test_no_lint_raises_a_false_alarm_on_the_example_programme(lint):
    assert check_programme(example_programme(), lints=[lint]) == ()


def test_short_form_has_what_and_why_and_no_example():
    short = explanation_in_short("cycle")
    assert "Nobody can begin a circle" in short
    assert "```" not in short
    assert "#" not in short
    assert explanation_in_short("no-such-finding") == ""


def test_unknown_id_is_answered_with_near_ones():
    with pytest.raises(UnknownNameError, match="redundant-prerequisite"):
        explanation("redundant-prerequisit")


@pytest.mark.parametrize("id", ["../README", "README", "", "cycle/../cycle"])
def test_id_is_no_path(id):
    with pytest.raises(UnknownNameError):
        explanation(id)
