from __future__ import annotations

from html import unescape

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


PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
#: Words that say nothing to those who do not see the figure.
SPEECHLESS = (
    *(
        "",
        "  \n",
        "\u200b",
        "\u202e",
        "figure",
        "A plot",
        "Image 3",
        "fig. 2",
        "chart1.png",
        "alt text",
        "None",
        "TODO",
    ),
    *("...", "<Figure size 640x480 with 1 Axes>", "my/figures/attainment-2026.svg"),
)


def _page_of(output: object) -> str:
    return page_from_notebook(new_notebook(cells=[new_code_cell("x", outputs=[output])]), title="t")


def _picture(**metadata: object) -> object:
    return new_output("display_data", data={"image/png": PIXEL, "text/plain": "<Figure>"}, metadata=metadata)


@pytest.mark.parametrize("words", SPEECHLESS)
def test_a_figure_that_says_nothing_fails_the_page(words: str) -> None:
    shown = words.replace("<", "&lt;")
    outputs = (
        _picture(alt=words),
        _picture(**{"image/png": {"alt": words}}),
        _output(f'<img src="data:image/png;base64,{PIXEL}" alt="{shown}">'),
        _output(f'<svg role="img" aria-label="{shown}"></svg>'),
        _output(f'<figure aria-label="{shown}"><svg></svg></figure>'),
    )
    for output in outputs:
        with pytest.raises(WorkbenchError, match="figure without alternative text"):
            _page_of(output)


def test_a_figure_without_any_attribute_and_one_in_a_text_fail_the_page() -> None:
    for output in (
        _picture(),
        _output("<svg></svg>"),
        _output('<figure class="ipe-figure"><canvas></canvas></figure>'),
    ):
        with pytest.raises(WorkbenchError, match="Cell 1 shows a figure without alternative text"):
            _page_of(output)
    for text in (f"![](data:image/png;base64,{PIXEL})", f'<img src="data:image/png;base64,{PIXEL}">'):
        with pytest.raises(WorkbenchError, match="A text of the template shows a figure without"):
            page_from_notebook(new_notebook(cells=[new_markdown_cell(text)]), title="t")


SPEAKING = (
    "Attainment rises from 40 to 80 %.",
    "Figure 2: nobody fails",
    "Chart of nursing",
    '"><script>alert(1)</script> rises',
)


@pytest.mark.parametrize("words", SPEAKING)
def test_a_figure_that_says_something_stands_and_its_words_stay_words(words: str) -> None:
    page = _page_of(_picture(alt=words))
    assert active_content(page) == []
    assert words in unescape(page)


def test_a_picture_in_a_text_stands_with_words() -> None:
    text = new_markdown_cell(f"![Eight of ten](data:image/png;base64,{PIXEL})")
    assert 'alt="Eight of ten"' in page_from_notebook(new_notebook(cells=[text]), title="t")
