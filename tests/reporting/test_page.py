from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from ipe_workbench.errors import WorkbenchError
from ipe_workbench.reporting.page import active_content, external_references, page_from_notebook


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://example.org/x.png">',
        '<img srcset="a.png 2x">',
        "<link rel=stylesheet href=style.css>",
        '<script src="//cdn.example/x.js"></script>',
        "<style>@import 'x.css';</style>",
        "<style>p { background: url( 'x.png' ) }</style>",
        '<p style="background:url(x.png)">a</p>',
        '<svg><use xlink:href="other.svg#a"/></svg>',
        '<svg><rect fill="url(other.svg#a)"/></svg>',
        '<meta http-equiv="refresh" content="1;url=https://example.org">',
        '<base href="https://example.org/">',
        '<form action="https://example.org"></form>',
        '<video poster="x.png"></video>',
    ],
)
def test_everything_that_a_browser_would_load_is_found(html: str) -> None:
    assert external_references(html)


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://example.org">source</a>',
        '<img src="data:image/png;base64,AAAA">',
        '<svg><use xlink:href="#a"/><rect fill="url(#b)"/></svg>',
        "<p>url(https://example.org)</p>",
        '<figure aria-label="url(x)"></figure>',
    ],
)
def test_links_and_embedded_things_are_no_load(html: str) -> None:
    assert external_references(html) == []


@pytest.mark.parametrize(
    "html",
    [
        "<script>1</script>",
        '<img src="data:,x" onerror="x()">',
        '<a href="javascript:x()">a</a>',
        '<a href="java\tscript:x()">a</a>',
        '<iframe srcdoc="x"></iframe>',
    ],
)
def test_everything_that_could_run_is_found(html: str) -> None:
    assert active_content(html)


def _output(html: str) -> object:
    return new_output("display_data", data={"text/html": html, "text/plain": "<object>"})


def test_the_page_hides_code_and_lists_its_sections() -> None:
    notebook = new_notebook(
        cells=[
            new_code_cell("secret_code()", outputs=[_output("<h1>Report</h1><!--contents-->")]),
            new_markdown_cell("## Coverage & gaps"),
            new_code_cell("x", outputs=[_output("<p>shown</p>")]),
            new_markdown_cell("## Coverage & gaps"),
            new_code_cell("assert True", metadata={"tags": ["hidden"]}, outputs=[_output("<p>not shown</p>")]),
        ]
    )
    page = page_from_notebook(notebook, title="A <b>title</b> & more", language="en")
    assert "secret_code" not in page
    assert "not shown" not in page
    assert "<object>" not in page
    assert "<title>A &lt;b&gt;title&lt;/b&gt; &amp; more</title>" in page
    assert '<html lang="en">' in page
    assert page.count("<main") == 1
    assert '<a href="#coverage-gaps">' in page
    assert 'id="coverage-gaps-2"' in page
    assert '<a class="skip" href="#main">' in page
    assert "<script" not in page


def test_a_title_cannot_turn_the_direction_of_the_page() -> None:
    assert "<title>Teamwork</title>" in page_from_notebook(new_notebook(), title="Team\u202ework")


def test_a_page_that_would_run_something_is_refused() -> None:
    notebook = new_notebook(cells=[new_code_cell("x", outputs=[_output("<img src=x onerror=steal()>")])])
    with pytest.raises(WorkbenchError, match="img onerror"):
        page_from_notebook(notebook, title="t")


def test_a_script_output_without_html_does_not_reach_the_page() -> None:
    script = new_output("display_data", data={"application/javascript": "steal()", "text/plain": "<J>"})
    assert "steal" not in page_from_notebook(new_notebook(cells=[new_code_cell("x", outputs=[script])]), title="t")
