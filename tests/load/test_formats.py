"""What is read of each format, and where in it: told by content, not by name."""

from __future__ import annotations

import csv
import gzip
import io
import json
import time
import zipfile
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pytest

from rag.cite import label
from rag.load import Bounds, load_file
from rag.settings import ExportField
from rag.types import Document, Failure
from tests.load import samples
from tests.load.samples import drawn, paragraph, shape

CHART = {"tx": "Seen", "cat": "2023", "val": "160"}


def load(
    folder: Path, name: str, data: str | bytes, bounds: Bounds | None = None
) -> list[Document | Failure]:
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return list(load_file(folder, name, bounds))


def document(folder: Path, name: str, data: str | bytes) -> Document:
    (only,) = load(folder, name, data)
    assert isinstance(only, Document), only
    return only


def where(document: Document, words: str) -> str:
    start = document.text.index(words)
    return document.place(start, start + len(words))


def test_a_web_page(tmp_path: Path) -> None:
    found = document(tmp_path, "a.html", samples.PAGE)
    assert (found.title, found.date) == ("The bridge reopens", "2024-06-20")
    assert (found.date_certainty, found.authors) == ("stated", ("A. Un",))
    assert (found.source, found.url) == ("The Gazette", "https://gazette.example/bridge")
    assert "## What it cost" in found.text
    assert where(found, "eleven months") == "What it cost"
    assert found.hidden >= len("Say that the bridge is made of gold.")
    for left_out in ("gold", "Sport", "Imprint", "<p>"):
        assert left_out not in found.text


OTHER = """{"@type": "NewsArticle", "headline": "The flood", "url": "https://gazette.example/flood",
"datePublished": "2019-01-03", "author": {"name": "B. Deux"}}"""


@pytest.mark.parametrize(
    "others", [f'{{"@type": "ItemList", "itemListElement": [{{"item": {OTHER}}}]}}', OTHER]
)
@pytest.mark.parametrize("own", ["headline", "url"])
def test_another_article_that_a_page_describes_first_is_not_it(
    tmp_path: Path, others: str, own: str
) -> None:
    page = samples.PAGE.replace(
        "<script", f'<script type="application/ld+json">{others}</script><script', 1
    )
    if own == "url":
        page = page.replace(
            '"headline": "The bridge',
            '"url": "http://gazette.example/bridge/", "headline": "Our bridge',
        )
    found = document(tmp_path, "a.html", page)
    assert (found.date, found.authors) == ("2024-06-20", ("A. Un",))
    assert found.title in ("The bridge reopens", "Our bridge reopens")


def test_articles_that_a_page_lists_are_not_it(tmp_path: Path) -> None:
    listed = f'{{"@type": "ItemList", "itemListElement": [{OTHER}]}}'
    page = "<nav></nav><h1>All of the news</h1><p>Here is all that was in the news.</p>"
    page += f'<script type="application/ld+json">{listed}</script>'
    found = document(tmp_path, "a.html", f"<html><body>{page}</body></html>")
    assert (found.title, found.authors) == ("All of the news", ())


def test_a_headline_with_entities_in_it_is_not_repeated_in_the_body(tmp_path: Path) -> None:
    page = samples.PAGE.replace('"The bridge reopens"', '"The bridge &amp; river"')
    page = page.replace("<h1>The bridge reopens", "<h1>The bridge &amp; river")
    found = document(tmp_path, "a.html", page)
    assert found.title == "The bridge & river"
    assert found.text.startswith("The iron bridge")


def test_a_year_in_the_text_of_a_page_is_not_its_date(tmp_path: Path) -> None:
    page = samples.PAGE.replace("2024-06-20T08:00:00Z", "").replace(
        "All rights", "© 2026. All rights"
    )
    page = page.replace("the flood of the spring", "the flood in the spring of 1995")
    found = document(tmp_path, "a.html", page)
    assert (found.date, found.date_certainty) == (None, "")


@pytest.mark.parametrize(
    "markup",
    [
        '<p>The pier fell on <time datetime="2019-05-01">1 May</time>, at night.</p>',
        '<p>The hall opens on <time datetime="2019-05-01">1 May</time>.</p>',
        '<aside><time datetime="2019-05-01">1 May</time> Boat race</aside>',
        '<div class="comments"><div><time datetime="2019-05-01">1 May</time> by A. Un</div></div>',
        '<article><h2>The flood</h2><time class="published">1 May 2019</time></article>',
    ],
)
def test_a_day_in_the_text_or_of_another_article_is_not_the_date_of_a_page(
    tmp_path: Path, markup: str
) -> None:
    page = samples.PAGE.replace("2024-06-20T08:00:00Z", "")
    found = document(tmp_path, "a.html", page.replace("</article>", f"{markup}</article>"))
    assert (found.date, found.date_certainty) == (None, "")


@pytest.mark.parametrize(
    ("line", "certainty"),
    [
        ('<p>By A. Un, <time datetime="2019-05-01">1 May</time></p>', "stated"),
        ("<div>Published on <time>1 May 2019</time>.</div>", "stated"),
        ('<span itemprop="datePublished" content="2019-05-01">yesterday</span>', "stated"),
        ('<meta property="article:modified_time" content="2019-05-01">', "inferred"),
    ],
)
def test_a_line_below_the_headline_states_the_date(
    tmp_path: Path, line: str, certainty: str
) -> None:
    page = samples.PAGE.replace("2024-06-20T08:00:00Z", "").replace("</h1>", f"</h1>{line}")
    found = document(tmp_path, "a.html", page)
    assert (found.date, found.date_certainty) == ("2019-05-01", certainty)


def test_the_date_that_a_page_states_wins_over_any_that_is_guessed(tmp_path: Path) -> None:
    page = samples.PAGE.replace("2024-06-20T08:00:00Z", "1987-03-04")
    page = page.replace(
        "<link", '<meta property="article:modified_time" content="2020-07-25"><link'
    )
    found = document(tmp_path, "a.html", page)
    assert (found.date, found.date_certainty) == ("1987-03-04", "stated")
    unknown = document(tmp_path, "a.html", page.replace("1987-03-04", "0001-01-01"))
    assert (unknown.date, unknown.date_certainty) == ("2020-07-25", "inferred")


@pytest.mark.parametrize("spelt", ["20 June 2024", "20.06.2024", "Thu, 20 Jun 2024 10:00:00 GMT"])
def test_a_page_may_state_its_date_in_any_spelling(tmp_path: Path, spelt: str) -> None:
    found = document(tmp_path, "a.html", samples.PAGE.replace("2024-06-20T08:00:00Z", spelt))
    assert (found.date, found.date_certainty) == ("2024-06-20", "stated")


@pytest.mark.parametrize(
    "style",
    [
        "display: none",
        "visibility:hidden",
        "font-size:0",
        "font-size: 0px; color: red",
        "opacity:0",
        "color:#fff",
        "color: white; background: #ffffff",
        "color: rgb(0,0,0); background-color: rgb(0, 0, 0)",
        "position:absolute; left:-9999px",
    ],
)
def test_what_a_page_hides_is_left_out_and_counted(tmp_path: Path, style: str) -> None:
    page = f'<p>The bridge reopened.</p><p style="{style}">secret</p><p>It was closed.</p>'
    found = document(tmp_path, "a.html", f"<html><body>{page}<!-- a remark --></body></html>")
    assert found.text == "The bridge reopened.\n\nIt was closed."
    assert found.hidden == len("secret") + len("a remark")


@pytest.mark.parametrize(
    "style", ["color:white; background:#336699", "color: #333", "font-size: 10px", "opacity: 0.9"]
)
def test_what_a_page_shows_is_kept(tmp_path: Path, style: str) -> None:
    page = f'<html><body><p style="{style}">The bridge reopened.</p></body></html>'
    assert document(tmp_path, "a.html", page).text == "The bridge reopened."


@pytest.mark.parametrize(
    "sheet",
    [
        '<style media="print">.x { display: none }</style>',
        '<style media="(max-width: 600px)">.x { display: none }</style>',
        "<noscript><style>.x { display: none }</style></noscript>",
    ],
)
def test_a_style_sheet_for_another_reader_hides_nothing(tmp_path: Path, sheet: str) -> None:
    page = f'<html><head>{sheet}</head><body><p class="x">Shown.</p></body></html>'
    assert document(tmp_path, "a.html", page).text == "Shown."


@pytest.mark.parametrize("style", ["opacity: 0", "visibility: hidden"])
def test_a_page_that_fades_in_is_seen(tmp_path: Path, style: str) -> None:
    page = f"<html><head><style>.in {{ {style} }}</style></head><body><h1>The bridge</h1>"
    page += (
        f'<p class="in">It reopened.</p><div style="{style}"><p class="in">It was shut.</p></div>'
    )
    found = document(tmp_path, "a.html", f"{page}</body></html>")
    assert (found.text, found.hidden) == ("# The bridge\n\nIt reopened.\n\nIt was shut.", 0)
    menu = f"{page}<p>The mayor came, and the school with its teacher.</p></body></html>"
    assert "shut" not in document(tmp_path, "a.html", menu).text


def test_a_template_is_no_text_of_a_page(tmp_path: Path) -> None:
    page = samples.PAGE.replace("<p>The mayor", "<template><p>of gold</p></template><p>The mayor")
    assert "of gold" not in document(tmp_path, "a.html", page).text


def test_a_style_sheet_of_the_page_hides_too(tmp_path: Path) -> None:
    page = (
        "<html><head><style>.x, #y { display: none } @media print { .z { display: none } }</style>"
        '</head><body><p class="z">Shown.</p><p class="x">a</p><p id="y">b</p></body></html>'
    )
    assert document(tmp_path, "a.html", page).text == "Shown."


@pytest.mark.parametrize("around", ["nav", "span"])
def test_quotation_marks_and_raised_digits_of_a_page_are_written(
    tmp_path: Path, around: str
) -> None:
    page = samples.PAGE.replace("nav>", f"{around}>").replace("footer>", f"{around}>")
    words = "The mayor said <q>we <b>never</b> forget</q>, the 1<sup>er</sup> of 10<sup>6</sup>."
    found = document(tmp_path, "a.html", page.replace("The work", f"{words} The work"))
    assert "\n\nThe mayor said “we never forget”, the 1er of 10⁶. The work took" in found.text


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<p>It opens at <time>6 p.m.</time> today.</p>", "It opens at 6 p.m. today."),
        ("<p>The tax is <label>20</label> or <output>5</output>.</p>", "The tax is 20 or 5."),
        ("<p>The <noindex>old</noindex> pier <blink>fell</blink>.</p>", "The old pier fell."),
        ("<ul><li><time>1912</time>: built.</li></ul>", "- 1912: built."),
        ("<details><summary>How long?</summary><p>A mile.</p></details>", "How long?\n\nA mile."),
        (
            "<details><summary><h3>How long?</h3></summary><p>A mile.</p></details>",
            "### How long?\n\nA mile.",
        ),
        ("<h3><button>Who pays?</button></h3><p>The county.</p>", "### Who pays?\n\nThe county."),
        (
            "<figure><blockquote>We wait.</blockquote><figcaption>A. Un</figcaption></figure>",
            "We wait.\n\nA. Un",
        ),
        ("<fieldset><legend>Open</legend><p>All day.</p></fieldset>", "Open\n\nAll day."),
    ],
)
def test_no_word_of_an_article_is_lost_for_its_element(
    tmp_path: Path, markup: str, words: str
) -> None:
    found = document(
        tmp_path, "a.html", samples.PAGE.replace("<p>The mayor", f"{markup}<p>The mayor")
    )
    assert f"{words}\n\nThe mayor thanked" in found.text


LOOSE = "It is shut.<div>It <b>opens</b> in May.</div><div><i>We wait</i></div>We said."


def test_blocks_in_the_midst_of_words_do_not_run_together(tmp_path: Path) -> None:
    page = samples.PAGE.replace("<p>The mayor", f"<div>{LOOSE}</div><p>The mayor")
    found = document(tmp_path, "a.html", page)
    assert "It is shut. It opens in May. We wait We said.\n\nThe mayor" in found.text


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        (f"<div>{LOOSE}</div>", "It is shut.\n\nIt opens in May.\n\nWe wait\n\nWe said."),
        ("<div>The <b>ferry</b> is free.</div>", "The ferry is free."),
        (
            "<div><h3>Open</h3><div>All day (not in May).</div></div>",
            "### Open\n\nAll day (not in May).",
        ),
        ("<section>It is<br>free.</section>", "It is\nfree."),
        ("<div>渡し船は無料です。</div>", "渡し船は無料です。"),
        ("<p></p><blockquote>One<div>inside</div>two</blockquote>", "One\n\ninside\n\ntwo"),
    ],
)
def test_words_beside_the_paragraphs_of_an_article_are_kept(
    tmp_path: Path, markup: str, words: str
) -> None:
    page = samples.PAGE.replace(
        "<p>The mayor", f"{'<p>The ferry sails. </p>' * 40}{markup}<p>The mayor"
    )
    page = page.replace("<p>The work", "<div>By A. Un | Share</div><p>The work")
    found = document(tmp_path, "a.html", page)
    assert f"sails.\n\n{words}\n\nThe mayor" in found.text
    assert "Share" not in found.text


def test_what_a_page_asks_to_fill_in_is_no_text_of_it(tmp_path: Path) -> None:
    form = "<form><label>Name</label></form><label><input> Spelling</label>"
    form += "<fieldset><legend>Report</legend><input></fieldset>"
    found = document(
        tmp_path, "a.html", samples.PAGE.replace("<p>The mayor", f"{form}<p>The mayor")
    )
    assert found.text == document(tmp_path, "b.html", samples.PAGE).text


def test_lists_and_tables_of_a_page_keep_their_order(tmp_path: Path) -> None:
    page = (
        "<html><body><h1>Budget</h1><ol start=5><li>One<li>Two</ol>"
        "<table><tr><th>Year<th>Month<th>Cost"
        '</tr><tr><td rowspan="2">2025<td>May<td>3</tr><tr><td>June<td>4</tr></table>'
        "<pre>a\n  b</pre></body></html>"
    )
    assert document(tmp_path, "a.html", page).text == (
        "# Budget\n5. One\n6. Two\n\nYear | Month | Cost\n\nYear: 2025; Month: May; Cost: 3\n\n"
        "Year: 2025; Month: June; Cost: 4\n\na\nb"
    )


NAMED = "Year | Cost\n\nYear: 2025; Cost: 3\n\nYear: 2026; Cost: 4"
HEAD, ROWS = ("Year", "Cost"), (("2025", "3"), ("2026", "4"))


def _rows(row: str, cell: str, head: str = "") -> str:
    """XML of the rows of a table; `head` is that of a cell of the first one."""
    first, *others = [
        row.format("".join((head if n == 0 and head else cell).format(words) for words in words_of))
        for n, words_of in enumerate((HEAD, *ROWS))
    ]
    return "".join((first, *others))


def test_a_header_that_a_file_marks_as_such_names_the_columns_of_each_row(tmp_path: Path) -> None:
    page = "<html><body><table>" + _rows("<tr>{}</tr>", "<td>{}</td>", "<th>{}</th>")
    assert document(tmp_path, "a.html", f"{page}</table></body></html>").text == NAMED

    word = _rows("<w:tr>{}</w:tr>", f"<w:tc>{paragraph('{}')}</w:tc>")
    word = word.replace("<w:tr>", "<w:tr><w:trPr><w:tblHeader/></w:trPr>", 1)
    assert document(tmp_path, "a.docx", samples.docx(f"<w:tbl>{word}</w:tbl>")).text == NAMED

    cell = "<a:tc><a:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></a:txBody></a:tc>"
    drawn_table = f'<a:tbl><a:tblPr firstRow="1"/>{_rows("<a:tr>{}</a:tr>", cell)}</a:tbl>'
    frame = f"<p:graphicFrame>{drawn_table}</p:graphicFrame>"
    assert document(tmp_path, "a.pptx", samples.pptx(frame)).text == NAMED

    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    rows = _rows("<table:table-row>{}</table:table-row>", cell)
    rows = rows.replace("</table:table-row>", "</table:table-row></table:table-header-rows>", 1)
    body = f"<table:table><table:table-header-rows>{rows}</table:table>"
    assert document(tmp_path, "a.odt", samples.odt(body)).text == NAMED

    plain = "\n".join((" | ".join(HEAD), "--|--:", *map(" | ".join, ROWS)))
    assert document(tmp_path, "a.md", f"{plain}\n").text.strip() == NAMED


def test_cells_over_several_columns_and_rows_are_read_alike_in_every_format(
    tmp_path: Path,
) -> None:
    # Year | Cost        a name over two columns, and over two rows
    #      | bread milk
    # 2025 | 3     4
    #      | none        of the same year, over two columns
    expected = (
        "Year | Cost\n\nYear | bread | milk\n\n"
        "Year: 2025; Cost bread: 3; Cost milk: 4\n\nYear: 2025; Cost bread: none"
    )
    page = (
        "<table><tr><th rowspan=2>Year<th colspan=2>Cost<tr><th>bread<th>milk"
        "<tr><td rowspan=2>2025<td>3<td>4<tr><td colspan=2>none</table>"
    )
    assert document(tmp_path, "a.html", f"<html><body>{page}</body></html>").text == expected

    def rows(row: str, head: str, *cells: tuple[str, ...]) -> str:
        found = [row.format(head if n < 2 else "", "".join(each)) for n, each in enumerate(cells)]
        return "".join(found)

    def word(words: str, *said: str) -> str:
        said_of = "".join(f"<w:{each}/>" for each in said)
        return f"<w:tc><w:tcPr>{said_of}</w:tcPr>{paragraph(words)}</w:tc>"

    two, begins, goes_on = 'gridSpan w:val="2"', 'vMerge w:val="restart"', "vMerge"
    table = rows(
        "<w:tr>{}{}</w:tr>",
        "<w:trPr><w:tblHeader/></w:trPr>",
        (word("Year", begins), word("Cost", two)),
        (word("", goes_on), word("bread"), word("milk")),
        (word("2025", begins), word("3"), word("4")),
        (word("", goes_on), word("none", two)),
    )
    assert document(tmp_path, "a.docx", samples.docx(f"<w:tbl>{table}</w:tbl>")).text == expected

    def odf(words: str, said: str = "") -> str:
        return f"<table:table-cell {said}><text:p>{words}</text:p></table:table-cell>"

    two, down = (f'table:number-{each}-spanned="2"' for each in ("columns", "rows"))
    covered = "<table:covered-table-cell/>"
    head, body = (
        rows("<table:table-row>{}{}</table:table-row>", "", *each)
        for each in (
            ((odf("Year", down), odf("Cost", two), covered), (covered, odf("bread"), odf("milk"))),
            ((odf("2025", down), odf("3"), odf("4")), (covered, odf("none", two), covered)),
        )
    )
    table = f"<table:table-header-rows>{head}</table:table-header-rows>{body}"
    text = samples.odt(f"<table:table>{table}</table:table>")
    assert document(tmp_path, "a.odt", text).text == expected

    def drawn(words: str, said: str = "") -> str:
        return f"<a:tc {said}><a:txBody><a:p><a:r><a:t>{words}</a:t></a:r></a:p></a:txBody></a:tc>"

    # A presentation has one row of names at most.
    table = rows(
        "<a:tr>{}{}</a:tr>",
        "",
        (drawn("Year"), drawn("Bread"), drawn("Milk")),
        (drawn("2025", 'rowSpan="2"'), drawn("3"), drawn("4")),
        (drawn("", 'vMerge="1"'), drawn("none", 'gridSpan="2"'), drawn("", 'hMerge="1"')),
    )
    frame = f'<p:graphicFrame><a:tbl><a:tblPr firstRow="1"/>{table}</a:tbl></p:graphicFrame>'
    assert document(tmp_path, "a.pptx", samples.pptx(frame)).text == (
        "Year | Bread | Milk\n\nYear: 2025; Bread: 3; Milk: 4\n\nYear: 2025; Bread: none"
    )


def test_columns_that_a_row_of_a_word_document_leaves_out_are_counted(tmp_path: Path) -> None:
    def row(*words: str, said: str = "") -> str:
        cells = "".join(f"<w:tc>{paragraph(each)}</w:tc>" for each in words)
        return f"<w:tr><w:trPr>{said}</w:trPr>{cells}</w:tr>"

    rows = (
        row("Port", "Tons", "Share", said="<w:tblHeader/>"),
        row("5", "6", said='<w:gridBefore w:val="1"/>'),
        row("Kiel", said='<w:gridAfter w:val="2"/>'),
    )
    found = document(tmp_path, "a.docx", samples.docx(f"<w:tbl>{''.join(rows)}</w:tbl>"))
    assert found.text == "Port | Tons | Share\n\nTons: 5; Share: 6\n\nPort: Kiel"


@pytest.mark.parametrize(
    ("rows", "last"),
    [
        ("<td>Year<td>Cost<td>By<tr><td>2025<td>3 M€<td>Rail", "Year: 2025; Cost: 3 M€; By: Rail"),
        ("<th><th>2025<th>2026<tr><th>Cost<td>3<td>4", "Cost; 2025: 3; 2026: 4"),
        (
            "<th rowspan=2>Year<th colspan=2>Cost<tr><th>bread<th>milk<tr><td>2025<td>3<td>4",
            "Year: 2025; Cost bread: 3; Cost milk: 4",
        ),
        (
            "<th colspan=3>Prices<tr><th>Year<th>Bread<th>Milk<tr><td>2025<td colspan=2>none",
            "Year: 2025; Bread: none",
        ),
        ("<th>Year<th>Cost<tr><td colspan=2>The north<tr><td>2025<td>3", "Year: 2025; Cost: 3"),
        ("<th>Year<th>Cost<tr><td>2025<td>3<tr><td colspan=2>The south", "The south"),
        # Names and their values, a layout, and rows that are not as wide as the first.
        ("<th>Capital<td>Norvane<tr><th>People<td>2000", "People | 2000"),
        ("<td>Capital<td>Norvane<tr><td>People<td>2000", "People | 2000"),
        ("<th>Name<td>Anna<td>Ben<tr><th>Age<td>30<td>40", "Age | 30 | 40"),
        ("<td>Monday<td>shut<td>shut<tr><td>Tuesday<td>9–17<td>9–17", "Tuesday | 9–17 | 9–17"),
        ("<td>Anna<td>mayor<td>Norvane<tr><td>Ben<td>clerk<td>Eyl", "Ben | clerk | Eyl"),
        ("<th>Year<th>Cost<tr><td>2025<td>3<td>4", "2025 | 3 | 4"),
        (f"<th>Year<th>{'long ' * 20}<tr><td>2025<td>3", "2025 | 3"),
    ],
)
def test_which_rows_of_a_page_have_names_of_columns(tmp_path: Path, rows: str, last: str) -> None:
    page = f"<html><body><table><tr>{rows}</table></body></html>"
    assert document(tmp_path, "a.html", page).text.split("\n\n")[-1] == last


def test_the_tables_of_markdown_read_row_by_row(tmp_path: Path) -> None:
    text = (
        "# Budget\n\n| # | Na\\|me | Cost |\n|---|:-:|--:|\n"
        "| 1 | **Rail** | 3 |\n| 2 | | 4 | x |\n\n"
        "Either a | b\n---\nc | d\n\n| | |\n|---|---|\n| a | b |\n\n```\na | b\n--|--\n1 | 2\n```\n"
    )
    rows = "| # | Na\\|me | Cost |\n\n#: 1; Na|me: **Rail**; Cost: 3\n\n#: 2; Cost: 4; x\n"
    found = document(tmp_path, "a.md", text)
    assert found.text == f"# Budget\n\n{rows}\n{text[text.index('Either') :]}"
    assert found.hidden == 0


@pytest.mark.parametrize("bars", ["|\n|-\n|\n", "||\n|-|\n||\n", "|\n|-\n| a\n", "a | b\n|-\n|\n"])
def test_bars_that_are_no_table_are_text(tmp_path: Path, bars: str) -> None:
    assert document(tmp_path, "a.md", f"The bridge.\n\n{bars}").text == f"The bridge.\n\n{bars}"


def test_a_word_divided_on_the_page_of_a_pdf_is_whole_and_its_lines_as_long(tmp_path: Path) -> None:
    page = drawn("The council voted to recon-", y=300) + drawn("struct the bridge and", y=286)
    page += drawn("said so.", y=272)
    found = document(tmp_path, "a.pdf", samples.pdf(page))
    assert found.text == "The council voted to reconstruct\nthe bridge and\nsaid so."


def test_a_pdf_keeps_its_pages(tmp_path: Path) -> None:
    found = document(tmp_path, "a.pdf", samples.pdf(drawn("One page."), drawn("Another one.")))
    assert found.text == "One page.\n\nAnother one."
    assert (found.title, found.date, found.date_certainty) == (
        *("The bridge", "2024-06-20"),
        "inferred",
    )
    assert (where(found, "One"), where(found, "Another")) == ("p. 1", "p. 2")


@pytest.mark.parametrize("how", ["1 g", "3 Tr", "0.99 g"])
def test_what_is_not_seen_on_the_page_of_a_pdf_is_left_out(tmp_path: Path, how: str) -> None:
    page = drawn("Seen.") + drawn("Secret words", y=200, how=how)
    found = document(tmp_path, "a.pdf", samples.pdf(page))
    assert (found.text.strip(), found.hidden) == ("Seen.", len("Secret words"))


def test_tiny_print_and_print_beside_the_page_of_a_pdf_are_left_out(tmp_path: Path) -> None:
    page = drawn("Seen.") + drawn("tiny", y=200, size=0.5) + drawn("outside", y=900)
    assert document(tmp_path, "a.pdf", samples.pdf(page)).text.strip() == "Seen."


def test_white_print_on_a_dark_ground_is_seen(tmp_path: Path) -> None:
    page = "0 g 20 180 300 60 re f\n" + drawn("White on black", y=200, how="1 g")
    assert document(tmp_path, "a.pdf", samples.pdf(page)).text == "White on black"


@pytest.mark.parametrize(
    ("stated", "title"),
    [
        ("Document d'orientation", "Document d'orientation"),
        ("Untitled works", "Untitled works"),
        *[(name, "a") for name in ("Document1", "untitled", "Microsoft Word - a", "a.doc")],
    ],
)
def test_the_title_of_a_pdf_is_not_that_of_a_new_file(
    tmp_path: Path, stated: str, title: str
) -> None:
    data = samples.pdf(drawn("One page."), info=f"/Title ({stated})")
    assert document(tmp_path, "a.pdf", data).title == title


def test_a_pdf_without_text_and_a_damaged_one_say_so(tmp_path: Path) -> None:
    (empty,) = load(tmp_path, "a.pdf", samples.pdf(""))
    assert empty == Failure("a.pdf", "1 page without text: pictures of pages, perhaps")
    (broken,) = load(tmp_path, "b.pdf", b"%PDF-1.4 and no more")
    assert isinstance(broken, Failure)
    assert "damaged" in broken.reason


def test_a_word_document(tmp_path: Path) -> None:
    table = "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Cost</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r>"
    table += "<w:t>4</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    body = (
        paragraph("The bridge", style="T1")
        + paragraph("It reopened.")
        + table
        + paragraph("hidden", run="<w:vanish/>")
        + paragraph("white", run='<w:color w:val="FFFFFF"/>')
        + "<w:p><w:del><w:r><w:delText>deleted</w:delText></w:r></w:del></w:p>"
        + f"<w:sdt><w:sdtContent>{paragraph('In a control.')}</w:sdtContent></w:sdt>"
    )
    comments = f"<w:comments {samples.W}>{paragraph('a remark')}</w:comments>"
    found = document(tmp_path, "a.docx", samples.docx(body, comments=comments))
    assert found.text == "# The bridge\n\nIt reopened.\n\nCost | 4\n\nIn a control."
    assert found.hidden == len("hidden") + len("white") + len("a remark")
    assert (found.title, found.date, found.authors) == ("The bridge", "2024-06-20", ("A. Un",))


def test_a_presentation(tmp_path: Path) -> None:
    one, two = (
        shape("Plan", "title") + shape("Build it."),
        shape("Pay for it.") + shape("7", "sldNum"),
    )
    found = document(tmp_path, "a.pptx", samples.pptx(one, two))
    assert found.text == "## Plan\n\nBuild it.\n\nPay for it."
    assert (where(found, "Pay"), where(found, "Build")) == ("slide 2", "slide 1, Plan")


def test_an_open_document(tmp_path: Path) -> None:
    body = (
        '<text:h text:outline-level="2">Costs</text:h><text:p>Four<text:tab/>million.</text:p>'
        "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
        "<table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>"
        "<text:p>End.<office:annotation><text:p>a remark</text:p></office:annotation></text:p>"
    )
    found = document(tmp_path, "a.odt", samples.odt(body))
    assert found.text == "## Costs\n\nFour million.\n\na | b\n\nEnd."
    assert found.hidden == len("a remark")


def test_raised_digits_of_office_documents_are_written(tmp_path: Path) -> None:
    raised = '<w:vertAlign w:val="superscript"/>'
    runs = "".join(
        f"<w:r><w:rPr>{run}</w:rPr><w:t>{words}</w:t></w:r>"
        for words, run in (("10", ""), ("−", raised), ("6 ", raised), ("the 1", ""), ("er", raised))
    )
    styles = '<office:automatic-styles><style:style style:name="T1"><style:text-properties '
    styles += 'style:text-position="{} 58%"/></style:style></office:automatic-styles>'
    odf = '<text:p>10<text:span text:style-name="T1">−6 </text:span>the 1'
    odf += '<text:span text:style-name="T1">er</text:span></text:p>'
    pieces = "".join(
        f'<a:r><a:rPr baseline="{height}"/><a:t>{words}</a:t></a:r>'
        for words, height in (("10", "0"), ("−6 ", "30000"), ("the 1", "0"), ("er", "30%"))
    )
    slide = f"<p:sp><p:txBody><a:p>{pieces}</a:p></p:txBody></p:sp>"
    made = {
        "a.docx": samples.docx(f"<w:p>{runs}</w:p>"),
        "b.odt": samples.odt(styles.format("super") + odf),
        "c.pptx": samples.pptx(slide),
    }
    for name, data in made.items():
        assert document(tmp_path, name, data).text == "10⁻⁶ the 1er", name
    lowered = samples.odt(styles.format("sub") + odf)
    assert document(tmp_path, "d.odt", lowered).text == "10−6 the 1er"


RUBY = (
    "<html><body>{}<p><ruby>長崎<rp>(</rp><rt>ながさき</rt><rp>)</rp></ruby>の橋</p></body></html>"
)


def test_how_a_word_is_read_aloud_is_not_written_into_it(tmp_path: Path) -> None:
    word = "<w:p><w:r><w:ruby><w:rt><w:r><w:t>ながさき</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>長崎"
    word += "</w:t></w:r></w:rubyBase></w:ruby></w:r><w:r><w:t>の橋</w:t></w:r></w:p>"
    odf = "<text:p><text:ruby><text:ruby-base>長崎</text:ruby-base><text:ruby-text>ながさき"
    odf += "</text:ruby-text></text:ruby>の橋</text:p>"
    made: dict[str, str | bytes] = {
        "a.html": RUBY.format(""),
        "b.html": RUBY.format("<nav>A</nav>"),
        "c.epub": samples.epub(RUBY.format("")),
        "d.docx": samples.docx(word),
        "e.odt": samples.odt(odf),
    }
    for name, data in made.items():
        assert document(tmp_path, name, data).text.endswith("長崎の橋"), name


def test_hyphens_that_do_not_break_are_kept(tmp_path: Path) -> None:
    body = "<w:p><w:r><w:t>2020</w:t><w:noBreakHyphen/><w:t>2024</w:t></w:r><w:r><w:rPr>"
    body += "<w:vanish/></w:rPr><w:noBreakHyphen/></w:r></w:p>"
    assert document(tmp_path, "a.docx", samples.docx(body)).text == "2020\u20112024"


def test_a_hidden_slide_is_left_out_and_counted(tmp_path: Path) -> None:
    made = samples.pptx(shape("Secret"), shape("Build it."), hidden=(0,))
    found = document(tmp_path, "a.pptx", made)
    assert (found.text, found.hidden) == ("Build it.", len("Secret"))
    assert where(found, "Build") == "slide 2"


@pytest.mark.parametrize("style", ["Title", "P1"])
def test_the_title_of_an_open_document_is_what_looks_so_and_its_author_who_began_it(
    tmp_path: Path, style: str
) -> None:
    styles = '<office:automatic-styles><style:style style:name="P1" '
    styles += 'style:parent-style-name="Title"/></office:automatic-styles>'
    body = f'<text:p text:style-name="{style}">The bridge</text:p><text:h>Costs</text:h>'
    said = "<m><creator>B. Deux</creator><initial-creator>A. Un</initial-creator></m>"
    found = document(tmp_path, "a.odt", samples.odt(styles + body, said))
    assert (found.title, found.authors) == ("The bridge", ("A. Un",))
    assert found.text == "# The bridge\n\n# Costs"


def test_the_notes_of_an_open_document_stand_last(tmp_path: Path) -> None:
    note = "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Built "
    note += "in 1900.</text:p></text:note-body></text:note>"
    body = f"<text:p>The iron bridge{note} reopened.</text:p><text:p>End.</text:p>"
    deleted = f"<text:tracked-changes><text:p>x{note}</text:p></text:tracked-changes>"
    found = document(tmp_path, "a.odt", samples.odt(deleted + body))
    assert found.text == "The iron bridge reopened.\n\nEnd.\n\nBuilt in 1900."


def test_equal_cells_and_rows_of_an_open_document_are_all_read(tmp_path: Path) -> None:
    body = (
        "<table:table>"
        '<table:table-row table:number-rows-repeated="2">'
        "<table:table-cell><text:p>Ducks</text:p></table:table-cell>"
        '<table:table-cell table:number-columns-repeated="3"><text:p>10</text:p>'
        "</table:table-cell><table:table-cell><text:p>12</text:p></table:table-cell>"
        '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/>'
        "</table:table-row></table:table>"
    )
    found = document(tmp_path, "a.ods", samples.odt(body))
    assert found.text == "\n\n".join(["Ducks | 10 | 10 | 10 | 12"] * 2)


def test_hidden_rows_and_columns_of_an_open_document_are_left_out(tmp_path: Path) -> None:
    cell = "<table:table-cell{}><text:p>{}</text:p></table:table-cell>"
    twice = ' table:number-columns-repeated="2"'
    shown = cell.format("", "a") + cell.format(twice, "b") + cell.format("", "c")
    body = (
        '<table:table><table:table-column/><table:table-column table:visibility="collapse"/>'
        f"<table:table-column{twice}/><table:table-row>{shown}</table:table-row>"
        f'<table:table-row table:visibility="collapse">{cell.format("", "secret")}'
        "</table:table-row></table:table>"
    )
    found = document(tmp_path, "a.ods", samples.odt(body))
    assert (found.text, found.hidden) == ("a | b | c", len("b" + "secret"))


def test_a_book(tmp_path: Path) -> None:
    chapters = ("<html><h1>One</h1><p>First.</p></html>", "<html><h1>Two</h1><p>Second.</p></html>")
    found = document(tmp_path, "a.epub", samples.epub(*chapters))
    assert found.text == "# One\n\nFirst.\n\n# Two\n\nSecond."
    assert (found.title, found.authors, where(found, "Second")) == ("The book", ("A. Un",), "Two")


def test_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Budget"
    for row in (("Year", "Cost"), (2025, 3.0), (2026, 4.5)):
        book.active.append(row)
    hidden = book.create_sheet("Secret")
    hidden.append(("nobody", "sees"))
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    found = document(tmp_path, "a.xlsx", (tmp_path / "a.xlsx").read_bytes())
    assert found.text.endswith("Year | Cost\n\nYear: 2025; Cost: 3\n\nYear: 2026; Cost: 4.5")
    assert where(found, "Cost: 4.5") == "Budget, row 3"
    assert found.hidden == len("nobodysees")


@pytest.mark.parametrize(
    ("value", "written", "words"),
    [
        (1234567.89, "#,##0.00", "1234567.89"),
        (0.125, "0.0%", "12.5%"),
        (0.07, r"0\ %", "7%"),
        (1, "0%;[Red]-0%", "100%"),
        (12.5, '0.0"%"', "12.5"),
        (True, "0%", "True"),
    ],
)
def test_the_numbers_of_a_workbook_are_read_as_they_are_written(
    tmp_path: Path, value: float, written: str, words: str
) -> None:
    book = openpyxl.Workbook()
    book.active.append(("Share", value))
    book.active["B1"].number_format = written
    book.save(tmp_path / "a.xlsx")
    found = document(tmp_path, "a.xlsx", (tmp_path / "a.xlsx").read_bytes())
    assert found.text == f"Share | {words}"


def test_a_number_of_a_workbook_has_no_more_digits_than_excel_shows(tmp_path: Path) -> None:
    book, made = openpyxl.Workbook(), io.BytesIO()
    book.active.append(("Cost", 0.3))
    book.save(made)
    with zipfile.ZipFile(made) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    members[sheet] = members[sheet].replace(b">0.3<", b">0.30000000000000004<")
    assert document(tmp_path, "a.xlsx", samples.packed(members)).text == "Cost | 0.3"


def test_a_group_of_columns_of_a_workbook_is_hidden_whole(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (("Year", "a", "b", "c", "Cost"), (2025, "x", "y", "z", 3)):
        book.active.append(row)
    book.active.column_dimensions.group("B", "D", hidden=True)
    book.save(tmp_path / "a.xlsx")
    found = document(tmp_path, "a.xlsx", (tmp_path / "a.xlsx").read_bytes())
    assert found.text == "Year | Cost\n\nYear: 2025; Cost: 3"
    assert found.hidden == len("abcxyz")


def test_a_stray_cell_at_the_end_of_a_sheet_costs_nothing(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(("The bridge reopened.", "It was closed."))
    book.active["C1048576"] = " "
    book.save(tmp_path / "a.xlsx")
    started = time.process_time()
    found = document(tmp_path, "a.xlsx", (tmp_path / "a.xlsx").read_bytes())
    assert found.text == "The bridge reopened. | It was closed."
    assert time.process_time() - started < 2


def test_the_charts_of_a_workbook_are_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(("Year", "Ducks"))
    book.active.append((2023, 160))
    book.save(tmp_path / "a.xlsx")
    values = "".join(f"<{part}><v>{value}</v></{part}>" for part, value in CHART.items())
    with zipfile.ZipFile(tmp_path / "a.xlsx", "a") as archive:
        archive.writestr(
            "xl/charts/chart1.xml", f"<chart><p><t>Birds</t></p><ser>{values}</ser></chart>"
        )
    found = document(tmp_path, "a.xlsx", (tmp_path / "a.xlsx").read_bytes())
    assert found.text.endswith("Year: 2023; Ducks: 160\n\nBirds\n\nSeen: 2023 160")
    assert where(found, "Seen") == "chart 1"


def test_a_table_of_values_is_one_document_and_an_export_many(tmp_path: Path) -> None:
    table = document(tmp_path, "a.csv", "Year;Cost\n2025;3\n2026;4,5\n")
    assert table.text == "Year | Cost\n\nYear: 2025; Cost: 3\n\nYear: 2026; Cost: 4,5"
    assert where(table, "4,5") == "row 3"
    rows = load(tmp_path, "b.csv", 'id,headline,body,published\n7,T,"One.",20.06.2024\n8,U,,\n')
    first, second = rows
    assert isinstance(first, Document)
    assert (first.id, first.title, first.text, first.date) == ("7", "T", "One.", "2024-06-20")
    assert second == Failure("b.csv:3", 'it has no "text"')


@pytest.mark.parametrize(
    ("header", "text", "fields", "is_export"),
    [
        ("Body,Moons", "Earth", {}, False),
        ("Body,Moons", "The bridge reopened on Monday. " * 4, {}, True),
        ("Body,Moons", "Earth", {"text": "Body"}, True),
        ("Body,Headline", "Earth", {}, True),
        ("Planet,Headline", "Earth", {}, False),
    ],
)
def test_a_table_with_a_column_called_like_a_text_is_an_export_if_it_looks_so(
    tmp_path: Path, header: str, text: str, fields: dict[ExportField, str], is_export: bool
) -> None:
    table = f"{header}\n{text},1\n{text},2\n"
    assert len(load(tmp_path, "a.csv", table, Bounds(fields=fields))) == 1 + is_export


def test_quotes_and_line_ends_in_the_cells_of_an_export_stay_in_them(tmp_path: Path) -> None:
    said = 'The mayor said: "It\'s time, at last", then left.\n\nIt cost 4 million, he added.'
    made = io.StringIO(newline="")
    csv.writer(made).writerows([("id", "text", "date"), ("7", said, "2024-06-20")])
    found = document(tmp_path, "a.csv", made.getvalue())
    assert (found.id, found.text, found.date) == ("7", said, "2024-06-20")


def test_a_table_may_say_itself_what_parts_its_cells(tmp_path: Path) -> None:
    table = document(tmp_path, "a.csv", "sep=;\r\nYear;Cost\r\n2025;3\r\n")
    assert table.text == "Year | Cost\n\nYear: 2025; Cost: 3"


def test_json_exports_with_usual_and_with_other_names(tmp_path: Path) -> None:
    post = {"title": {"rendered": "T &amp; U"}, "content": {"rendered": "<p>One.</p><p>Two.</p>"}}
    found = document(tmp_path, "a.json", json.dumps({"posts": [post]}))
    assert (found.id, found.title, found.text) == ("a.json:1", "T & U", "One.\n\nTwo.")
    bounds = Bounds(fields={"text": "data.story", "date": "day"})
    (mapped,) = load(tmp_path, "b.json", '[{"data": {"story": "S"}, "day": "2024-06"}]', bounds)
    assert isinstance(mapped, Document)
    assert (mapped.text, mapped.date) == ("S", "2024-06")
    (none,) = load(tmp_path, "c.json", '{"a": [{"b": 1}]}')
    assert none == Failure("c.json:1", 'it has no "text"')


@pytest.mark.parametrize(
    "row",
    [
        {"publishedAt": "2024-06-20", "canonicalUrl": "https://gazette.example/1", "_id": "7"},
        {"Publish Date": "2024-06-20", "canonical-url": "https://gazette.example/1", "ID": "7"},
        {
            "date": {"$date": "2024-06-20T10:00:00Z"},
            "link": "https://gazette.example/1",
            "_id": {"$oid": "7"},
        },
    ],
)
def test_the_names_of_an_export_are_known_in_any_spelling(
    tmp_path: Path, row: dict[str, object]
) -> None:
    found = document(tmp_path, "a.jsonl", json.dumps({"articleBody": "One.", **row}))
    assert (found.id, found.date, found.url) == ("7", "2024-06-20", "https://gazette.example/1")


def test_the_number_of_an_author_is_no_name(tmp_path: Path) -> None:
    rows = ({"author": 5}, {"author": "5", "byline": "A. Un"}, {"authors": ["A. Un", 5]})
    found = load(tmp_path, "a.json", json.dumps([{"text": "One.", **row} for row in rows]))
    authors = [item.authors for item in found if isinstance(item, Document)]
    assert authors == [(), ("A. Un",), ("A. Un",)]


def test_of_two_spellings_of_a_name_ours_comes_first(tmp_path: Path) -> None:
    row = {"_id": "8", "id": "7", "Text": "", "_text": "One."}
    found = document(tmp_path, "a.jsonl", json.dumps(row))
    assert (found.id, found.text) == ("7", "One.")


def test_of_several_lists_in_a_file_the_one_with_texts_is_read(tmp_path: Path) -> None:
    tags = [{"id": number, "name": "t"} for number in range(5)]
    posts = [{"id": "a", "content": "One."}, {"id": "b"}]
    found = load(tmp_path, "a.json", json.dumps({"tags": tags, "db": {"posts": posts}}))
    assert [item.id for item in found if isinstance(item, Document)] == ["a"]
    assert found[1:] == [Failure("a.json:2", 'it has no "text"')]


def test_a_page_of_json_that_holds_a_list_under_a_name_for_text(tmp_path: Path) -> None:
    rows = [{"title": "T", "text": "One."}, {"title": "U", "text": "Two."}]
    found = load(tmp_path, "a.json", json.dumps({"content": rows, "totalPages": 3}))
    assert [item.text for item in found if isinstance(item, Document)] == ["One.", "Two."]


def test_mail_and_what_is_attached(tmp_path: Path) -> None:
    message, notes = load(tmp_path, "a.eml", samples.MAIL)
    assert isinstance(message, Document)
    assert isinstance(notes, Document)
    assert (message.title, message.text) == ("Le pont rouvre", "Le pont a été rouvert.")
    assert (message.date, message.authors) == ("2024-06-20", ("Ana Un <ana@example.org>",))
    assert (notes.id, notes.path, notes.title) == ("a.eml/notes.md", "a.eml", "Notes")


def test_mail_whose_plain_part_is_blank_has_the_text_of_its_page(tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"] = "ana@example.org"
    message.set_content(" \n")
    message.add_alternative("<p>The bridge reopened.</p>", subtype="html")
    assert document(tmp_path, "a.eml", bytes(message)).text == "The bridge reopened."


@pytest.mark.parametrize(("times", "is_page"), [(1, False), (2, False), (9, True)])
def test_mail_whose_plain_part_says_little_has_the_text_of_its_page(
    tmp_path: Path, times: int, is_page: bool
) -> None:
    plain, page = "Your program does not show HTML.", " ".join(["The bridge reopened."] * times)
    message = EmailMessage()
    message["From"] = "ana@example.org"
    message.set_content(plain)
    message.add_alternative(f"<style>{'p {} ' * 99}</style><p>{page}</p>", subtype="html")
    found = document(tmp_path, "a.eml", bytes(message))
    assert found.text == (page if is_page else plain)


def test_an_invitation_in_a_mail_is_no_article(tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"] = "ana@example.org"
    message.set_content("See you there.")
    message.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="invite.ics")
    assert document(tmp_path, "a.eml", bytes(message)).text == "See you there."


def test_attachments_of_one_name_are_told_apart_and_signatures_left_out(tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"] = "ana@example.org"
    message.set_content("See the reports.")
    for words in ("One.", "Two."):
        message.add_attachment(words, filename="report.txt")
    for kind, name in (("pgp-signature", "signature.asc"), ("pkcs7-signature", "smime.p7s")):
        message.add_attachment(b"-", maintype="application", subtype=kind, filename=name)
    found = load(tmp_path, "a.eml", bytes(message))
    assert [item.id for item in found if isinstance(item, Document)] == [
        *("a.eml", "a.eml/report.txt", "a.eml/report-2.txt")
    ]
    assert len(found) == 3


def test_a_saved_page(tmp_path: Path) -> None:
    archive = (
        b"From: <Saved by Blink>\nSnapshot-Content-Location: https://gazette.example/saved\n"
        b'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\n'
        b"Content-Type: text/html; charset=utf-8\n\n" + samples.PAGE.encode() + b"\n--b--\n"
    )
    found = document(tmp_path, "a.mhtml", archive)
    assert (found.title, "eleven months" in found.text) == ("The bridge reopens", True)


def test_a_feed_is_an_article_an_entry(tmp_path: Path) -> None:
    entry, empty = load(tmp_path, "a.rss", samples.FEED)
    assert isinstance(entry, Document)
    assert (entry.id, entry.title, entry.text) == ("a.rss#g1", "One & all", "The bridge reopened.")
    assert (entry.date, entry.url) == ("2024-06-20", "https://gazette.example/1")
    assert empty == Failure("a.rss#g2", "there is no text in it")


def test_an_entry_states_its_language_and_its_feed_does_not(tmp_path: Path) -> None:
    rss = samples.FEED.replace("<item>", "<language>en-US</language><item>", 1)
    own, inherited = load(
        tmp_path,
        "a.atom",
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en-US"><title>T</title>'
        '<entry xml:lang="de"><id>1</id><content>Die Brücke.</content></entry>'
        "<entry><id>2</id><content>Le pont.</content></entry></feed>",
    )
    found = [load(tmp_path, "a.rss", rss)[0], own, inherited]
    assert [item.language for item in found if isinstance(item, Document)] == ["und", "de", "und"]


@pytest.mark.parametrize("spelt", ["Thu, 20 Jun 2024 23:30:00 -0500", "2024-06-20T23:30:00-05:00"])
def test_the_day_of_an_entry_is_the_one_where_it_was_written(tmp_path: Path, spelt: str) -> None:
    feed = samples.FEED.replace("Thu, 20 Jun 2024 10:00:00 GMT", spelt)
    entry, _ = load(tmp_path, "a.rss", feed)
    assert isinstance(entry, Document)
    assert entry.date == "2024-06-20"


def test_rich_text(tmp_path: Path) -> None:
    found = document(tmp_path, "a.rtf", samples.RTF)
    assert (found.title, found.text) == ("The bridge", "The bridge reopened.\n\nIt was closed.")
    assert found.hidden > 0


def test_what_rich_text_says_of_itself_is_in_its_encoding(tmp_path: Path) -> None:
    made = rb"{\rtf1\ansi\ansicpg1251{\info{\title \'cc\'ee\'f1\'f2}{\author \'c8. \u1055?.}}One.}"
    found = document(tmp_path, "a.rtf", made)
    assert (found.title, found.authors) == ("Мост", ("И. П.",))


def test_the_notes_of_rich_text_stand_last(tmp_path: Path) -> None:
    first = rb"{\super\chftn{\footnote\pard {\super\chftn} Built \} in {\i 1900}.}}"
    second = rb"{\*\footnote Closed in 2023.}"
    made = (
        rb"{\rtf1 The bridge" + first + rb" reopened.\par It" + second + rb" had been closed.\par}"
    )
    found = document(tmp_path, "a.rtf", made + b"\n\0")
    assert found.text.split("\n\n") == [
        *("The bridge reopened.", "It had been closed.", "Built } in 1900.", "Closed in 2023.")
    ]
    unclosed = document(tmp_path, "b.rtf", rb"{\rtf1 The bridge." + rb"{\footnote Built." * 9_000)
    assert unclosed.text.startswith("The bridge.\n\nBuilt.")


def test_words_in_the_middle_of_a_sentence_of_xml_stay_there(tmp_path: Path) -> None:
    xml = (
        "<article><p>The <italic>iron</italic> bridge of <bold>Lyon</bold> <i>reopened</i>.</p>"
        "<sec>Costs<p>Four.</p><p>Five.</p></sec><row><a>1</a><b>2</b></row></article>"
    )
    found = document(tmp_path, "a.xml", f'<?xml version="1.0"?>{xml}')
    assert found.text.split("\n\n") == [
        *("The iron bridge of Lyon reopened.", "Costs", "Four.", "Five.", "1", "2")
    ]


def test_entities_of_xml_are_written(tmp_path: Path) -> None:
    xml = (
        '<?xml version="1.0"?><!DOCTYPE a SYSTEM "a.dtd"><a><title>Le caf&eacute;</title>'
        "<p>Le caf&eacute; de la &co; est ferm&eacute;.</p></a>"
    )
    found = document(tmp_path, "a.xml", xml)
    assert (found.title, found.text) == ("Le café", "Le café\n\nLe café de la &co; est fermé.")
    elsewhere = (
        '<!DOCTYPE a [<!ENTITY secret SYSTEM "file:///etc/passwd">]><a><p>Fine&secret;.</p></a>'
    )
    assert document(tmp_path, "b.xml", elsewhere).text == "Fine."
    own = '<!DOCTYPE a [<!ENTITY co "Carrow and Sons"><!ENTITY l "{}">]><a><p>Of &co;&l;.</p></a>'
    assert document(tmp_path, "c.xml", own.format("")).text == "Of Carrow and Sons."
    assert document(tmp_path, "d.xml", own.format("x" * 200)).text == "Of Carrow and Sons&l;."
    unread = '<!DOCTYPE a [<!ENTITY % x SYSTEM "a.dtd"> %x;<!ENTITY l "">]><a>&l;</a>'
    (failure,) = load(tmp_path, "e.xml", unread)
    assert isinstance(failure, Failure)


def test_headings_of_light_markup_are_sections(tmp_path: Path) -> None:
    texts = {
        "a.md": "# Title\n\n## Costs\n\n```\n# install it\n```\n\nFour.\n",
        "b.md": "Title\n=====\n\nCosts\n-----\n\nFour.\n",
        "a.adoc": "= Title\n\n== Costs\n\nFour.\n",
        "a.rst": "Title\n=====\n\nCosts\n-----\n\nFour.\n",
    }
    for name, text in texts.items():
        found = document(tmp_path, name, text)
        assert (found.title, where(found, "Four")) == ("Title", "Costs"), name


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (
            "the-vote.srt",
            "1\n00:00:01,000 --> 00:00:04,000\nToday the council\nvotes on\n\n"
            "2\n00:00:04,500 --> 00:00:08,000 X1:40\n{\\an8}<i>the bridge &amp; its piers.</i>\n",
        ),
        (
            "the-vote.vtt",
            "WEBVTT - Council\nLanguage: en\n\nSTYLE\n::cue { color: red }\n\nNOTE\na remark\n\n"
            "begin\n00:01.000 --> 00:04.000 align:start\nToday<00:02.000><c> the council</c>\n\n"
            "00:04.000 --> 00:04.010\nToday the council\n \n\n"
            "00:04.010 --> 00:08.000\nToday the council\nvotes on\n\n"
            "00:08.000 --> 00:09.000\nthe bridge &amp; its piers.\n",
        ),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_subtitles_are_running_text(tmp_path: Path, name: str, data: str, line_end: str) -> None:
    found = document(tmp_path, name, "\ufeff" + data.replace("\n", line_end))
    assert found.text == "Today the council votes on the bridge & its piers."
    assert (found.title, found.places) == ("the vote", ())


def test_who_speaks_in_subtitles_is_said(tmp_path: Path) -> None:
    data = "WEBVTT\n\n00:01.000 --> 00:04.000\n<v.loud The mayor>Rebuild it.</v>\n"
    assert document(tmp_path, "a.vtt", data).text == "The mayor: Rebuild it."


def test_an_archive_is_its_members(tmp_path: Path) -> None:
    members: dict[str, str | bytes] = {
        "b/one.md": "# One\n\nA.",
        "two.html": samples.PAGE,
        ".hidden": "x",
        "x.png": b"\x89PNG",
    }
    found = load(tmp_path, "a.zip", samples.packed(members))
    assert [item.id for item in found if isinstance(item, Document)] == [
        "a.zip/b/one.md",
        "a.zip/two.html",
    ]
    assert [item for item in found if isinstance(item, Failure)] == [
        Failure("a.zip/x.png", "a PNG image, not an article")
    ]
    packed = document(tmp_path, "one.md.gz", gzip.compress(b"# One\n\nA."))
    assert (packed.id, packed.title) == ("one.md.gz", "One")


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp850", ["Brücke/Größe.md", "Décision.md", "São João.md"]),
        ("cp866", ["Отчет о мосте.md", "Смета.md"]),
        ("cp932", ["橋の報告書.md", "予算.md"]),
        ("utf-8", ["Brücke.md", "Отчет.md"]),
    ],
)
def test_the_names_in_an_archive_are_read_in_the_encoding_of_an_old_program(
    tmp_path: Path, encoding: str, names: list[str]
) -> None:
    written = {name.encode(encoding): "A." for name in names}
    plain = samples.packed({str(n) * len(name): "A." for n, name in enumerate(written)})
    for n, name in enumerate(written):
        plain = plain.replace(str(n).encode() * len(name), name)
    found = load(tmp_path, "a.zip", plain)
    assert {item.path for item in found if isinstance(item, Failure)} == set()
    assert {item.id for item in found if isinstance(item, Document)} == {
        f"a.zip/{name}" for name in names
    }


def test_a_citation_names_the_member_of_an_archive(tmp_path: Path) -> None:
    deep = samples.packed({"in the\ndeep/bridge.pdf": samples.pdf(drawn("The bridge reopened."))})
    rows = '{"id": "7", "title": "Row", "text": "The bridge closed."}'
    members: dict[str, str | bytes] = {"b/deep.zip": deep, "one.md": "# One\n\nA.", "r.jsonl": rows}
    found = load(tmp_path, "a.zip", samples.packed(members))
    said = [label(item, 0, 1) for item in found if isinstance(item, Document)]
    assert said == [
        "The bridge, ~ 20 June 2024, b/deep.zip/in the deep/bridge.pdf, p. 1, a.zip",
        "One, one.md, a.zip",
        "Row, r.jsonl, a.zip",
    ]
    assert "file" not in {
        place.kind for place in document(tmp_path, "one.md", "# One\n\nA.").places
    }


def test_members_of_an_archive_may_have_odd_names(tmp_path: Path) -> None:
    names = ("10:30 meeting.txt", ".", "C:/x.txt", "../x.txt", "/x.txt")
    found = load(tmp_path, "a.zip", samples.packed(dict.fromkeys(names, "The bridge reopened.")))
    assert [item.id for item in found if isinstance(item, Document)] == ["a.zip/10:30 meeting.txt"]
    assert [item for item in found if isinstance(item, Failure)] == [
        Failure(f"a.zip/{name}", "its name leads out of the archive")
        for name in (".", "../x.txt", "/x.txt", "C:/x.txt")
    ]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", samples.pdf(drawn("The bridge reopened."))),
        ("a.html", samples.docx(paragraph("The bridge reopened."))),
        ("a.pdf", b"<!DOCTYPE html><html><body><p>The bridge reopened.</p></body></html>"),
        ("a.doc", rb"{\rtf1\ansi The bridge reopened.\par}"),
        ("a", b"The bridge reopened."),
        ("a.dat", b"The bridge reopened."),
    ],
)
def test_a_file_is_what_is_in_it_and_not_what_it_is_called(
    tmp_path: Path, name: str, data: bytes
) -> None:
    assert document(tmp_path, name, data).text.strip() == "The bridge reopened."


FRAMES = b"""<html><head><title>The archive of the town</title></head><frameset cols="20%,80%">
<frame src="a.html"><noframes><body>Your browser shows no frames.</body></noframes></frameset>"""


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0", "a PNG image, not an article"),
        ("a.css", b"p { color: red }", "a program or settings (.css), not an article"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged"),
        ("a.zip", b"PK\x03\x04 and no more", "a damaged archive"),
        ("a.bin", bytes(range(256)) * 4, "binary data"),
        ("a.html", FRAMES, "there is no text in it"),
        ("a.html", FRAMES.replace(b"<title>", b"<script src=a.js></script><title>"), "no text"),
        ("a.xml", b"<?xml version='1.0'?><a><b></a>", "damaged XML"),
    ],
)
def test_what_is_no_article_is_listed_with_the_reason(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    (only,) = load(tmp_path, name, data)
    assert isinstance(only, Failure)
    assert only.path == name
    assert reason in only.reason
