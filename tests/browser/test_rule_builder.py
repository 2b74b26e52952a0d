"""Blocks of a rule in a real browser, with their Python half behind them: by keyboard, with the focus kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ipe_workbench.studio import DesignerModel
from ipe_workbench.studio.components import AlertArea
from ipe_workbench.studio.rule_builder import RuleBuilder
from tests.browser.widget_page import mounted
from tests.programmes import credential, programme, stack

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

HOSTILE = '<img src=x onerror="window.hurt = 1">'


@pytest.fixture
def builder(offline_page: Page) -> RuleBuilder:
    made = programme([credential(one) for one in ("roles", "huddles", "late")], [stack("whole", {"all": ["late"]})])
    model = DesignerModel(made.with_credential(credential("hostile", title=HOSTILE)))
    shown = RuleBuilder(model, AlertArea())
    model.observe(lambda _: shown.refresh(), "revision")
    mounted(offline_page, shown)
    return shown


def focus(page: Page) -> str:
    return str(page.evaluate("() => document.activeElement.dataset.key"))


def test_a_nested_rule_is_built_from_nothing_and_the_focus_stays(builder: RuleBuilder, offline_page: Page) -> None:
    from playwright.sync_api import expect

    page = offline_page
    page.get_by_role("button", name="Ask for something").focus()
    page.keyboard.press("Enter")
    kind = page.get_by_label("What is asked for", exact=True)
    expect(kind.first).to_be_focused()
    kind.first.select_option("all")
    expect(kind).to_have_count(2)
    assert focus(page) == "/kind"
    # A further part has the focus as soon as it is there.
    page.get_by_role("button", name="Add: all of these").focus()
    page.keyboard.press("Enter")
    expect(kind).to_have_count(3)
    assert focus(page) == "1/kind"
    kind.nth(2).select_option("per_profession")
    page.get_by_role("button", name="Add: another rule for each profession").click()
    branches = page.get_by_label("Branch for")
    expect(branches).to_have_count(2)
    branches.nth(1).select_option("default")
    kind.last.select_option("points")
    page.get_by_label("Points needed").fill("2.5")
    page.get_by_label("Points needed").press("Tab")
    page.get_by_role("button", name="Add: points from badges").click()
    page.get_by_label("Kind (to cap several together)").last.fill("rounds")
    page.get_by_label("Kind (to cap several together)").last.press("Tab")
    cap = page.get_by_label("Of this kind (rounds) count at most")
    cap.fill("1")
    cap.press("Tab")
    expect(page.get_by_role("group", name="Row 2")).to_be_visible()
    page.wait_for_function("() => window.answered >= 9")
    rule = builder.design.value("requires")
    points = rule["all"][1]["per_profession"]["default"]["points"]
    assert (points["min"], points["cap"], len(points["from"])) == (2.5, {"rounds": 1}, 2)
    assert list(rule["all"][1]["per_profession"]) == ["medicine", "default"]
    assert builder.design.can_undo


def test_an_impossible_number_is_said_and_the_rule_stays(builder: RuleBuilder, offline_page: Page) -> None:
    from playwright.sync_api import expect

    page = offline_page
    builder.design.set_requires("within: {months: 6, rule: huddles}")
    page.evaluate("() => window.pull()")
    months = page.get_by_role("spinbutton", name="Months")
    months.fill("0")
    months.press("Tab")
    expect(page.get_by_role("alert")).to_contain_text("greater than or equal to 1")
    expect(months).to_have_value("6")
    assert builder.design.value("requires") == {"within": {"months": 6, "rule": {"badge": "huddles"}}}


def test_removing_a_part_keeps_the_focus_in_the_rule(builder: RuleBuilder, offline_page: Page) -> None:
    from playwright.sync_api import expect

    page = offline_page
    builder.design.set_requires("any: [huddles, late, gone-badge]")
    page.evaluate("() => window.pull()")
    expect(page.get_by_text("gone-badge (unknown)")).to_be_attached()
    page.get_by_role("button", name="Down 1: one of these").click()
    expect(page.get_by_label("Badge", exact=True).first).to_have_value("late")
    assert focus(page) == "1/kind"
    page.get_by_role("button", name="Remove 3: one of these").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Badge", exact=True)).to_have_count(2)
    assert focus(page) != "undefined"
    assert builder.design.value("requires") == {"any": ["late", "huddles"]}


def test_names_are_text_and_nothing_grave_is_found_by_axe(builder: RuleBuilder, offline_page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = offline_page
    builder.design.set_requires(
        "all: [hostile, {shortcut: {badge: whole, otherwise: {hours: {min: 3, of: [late-1]}}}}]"
    )
    page.evaluate("() => window.pull()")
    assert HOSTILE in page.locator("option").all_text_contents()
    assert page.evaluate("() => window.hurt") is None
    found = Axe().run(page, context=".ipe-rule").response["violations"]
    assert not [(one["id"], one["nodes"][0]["html"][:160]) for one in found]
