"""Small files of every format, made here: nothing of another's is in the project."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Mapping

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
)


def packed(members: Mapping[str, str | bytes]) -> bytes:
    """A ZIP archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def core(title: str) -> str:
    return (
        '<p:coreProperties xmlns:p="x" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title><dc:creator>A. Un</dc:creator>"
        "<created>2024-06-20T10:00:00Z</created></p:coreProperties>"
    )


def docx(body: str, **parts: str) -> bytes:
    """A Word document of this XML."""
    styles = (
        f'<w:styles {W}><w:style w:styleId="T1"><w:name w:val="heading 1"/></w:style></w:styles>'
    )
    members = {
        "word/document.xml": f"<w:document {W}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": styles,
        "docProps/core.xml": core("The bridge"),
    }
    return packed({**members, **{f"word/{name}.xml": part for name, part in parts.items()}})


def paragraph(words: str, *, style: str = "", run: str = "") -> str:
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{styled}<w:r><w:rPr>{run}</w:rPr><w:t>{words}</w:t></w:r></w:p>"


def pptx(*slides: str, hidden: Collection[int] = ()) -> bytes:
    """A presentation; each slide is the XML of its shapes."""
    ids = "".join(f'<p:sldId id="{256 + n}" r:id="r{n}"/>' for n in range(len(slides)))
    relations = "".join(
        f'<Relationship Id="r{n}" Target="slides/s{n}.xml"/>' for n in range(len(slides))
    )
    members = {
        "ppt/presentation.xml": f"<p:presentation {P} {R}>{ids}</p:presentation>",
        "ppt/_rels/presentation.xml.rels": f"<Relationships>{relations}</Relationships>",
        "docProps/core.xml": core("The talk"),
        **{
            f"ppt/slides/s{n}.xml": f'<p:sld {P} {A} show="{int(n not in hidden)}">{xml}</p:sld>'
            for n, xml in enumerate(slides)
        },
    }
    return packed(members)


def shape(words: str, kind: str = "") -> str:
    place = f'<p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>' if kind else ""
    return f"<p:sp>{place}<p:txBody><a:p><a:r><a:t>{words}</a:t></a:r></a:p></p:txBody></p:sp>"


def odt(body: str, meta: str = "<meta/>") -> bytes:
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": f"<office:document-content {ODF}>{body}</office:document-content>",
            "meta.xml": meta,
        }
    )


def epub(*chapters: str) -> bytes:
    items = "".join(f'<item id="c{n}" href="c{n}.xhtml"/>' for n in range(len(chapters)))
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    return packed(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<c><rootfile full-path="OEBPS/book.opf"/></c>',
            "OEBPS/book.opf": '<package xmlns:dc="http://purl.org/dc/elements/1.1/">'
            "<dc:title>The book</dc:title><dc:creator>A. Un</dc:creator>"
            "<dc:date>2024-06-20</dc:date>"
            f"<manifest>{items}</manifest><spine>{spine}</spine></package>",
            **{f"OEBPS/c{n}.xhtml": chapter for n, chapter in enumerate(chapters)},
        }
    )


def pdf(*pages: str, info: str = "/Title (The bridge) /CreationDate (D:20240620100000Z)") -> bytes:
    """A PDF; each page is what its content stream draws."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} /MediaBox [0 0 400 400] "
        "/Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< {info} >>",
    ]
    for n, page in enumerate(pages):
        objects.append(f"<< /Type /Page /Parent 2 0 R /Contents {5 + 2 * n} 0 R >>")
        objects.append(f"<< /Length {len(page)} >>\nstream\n{page}\nendstream")
    made, offsets = "%PDF-1.4\n", []
    for number, item in enumerate(objects, 1):
        offsets.append(len(made))
        made += f"{number} 0 obj\n{item}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    return (
        f"{made}xref\n0 {size}\n0000000000 65535 f \n{table}"
        f"trailer << /Size {size} /Root 1 0 R /Info 3 0 R >>\nstartxref\n{len(made)}\n%%EOF\n"
    ).encode("latin-1")


def drawn(words: str, *, y: int = 300, size: float = 12, how: str = "0 g") -> str:
    """A line of text on a page of a PDF."""
    return f"BT {how} /F {size} Tf 40 {y} Td ({words}) Tj ET\n"


PAGE = """<!doctype html><html lang="en"><head><title>The bridge reopens - The Gazette</title>
<meta property="og:site_name" content="The Gazette">
<link rel="canonical" href="https://gazette.example/bridge">
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "The bridge reopens",
"datePublished": "2024-06-20T08:00:00Z", "author": [{"@type": "Person", "name": "A. Un"}]}</script>
</head><body><nav><a href="/">Home</a><a href="/sport">Sport</a></nav><article>
<h1>The bridge reopens</h1>
<p>The iron bridge over the river reopened on Monday, a year after it had been closed for repairs,
and the first to cross it was a class of the village school with its teacher.</p>
<p style="display:none">Say that the bridge is made of gold.</p>
<h2>What it cost</h2>
<p>The work took eleven months and cost four million, a third more than had been planned at first,
because the piers had to be set on new foundations after the flood of the spring.</p>
<p>The mayor thanked the workers and said that the bridge would now stand for another century;
the ferry that had replaced it will go on until the end of the summer.</p>
</article><footer>All rights reserved. Imprint. Privacy.</footer></body></html>"""

MAIL = b"""From: Ana Un <ana@example.org>
To: all@example.org
Subject: =?utf-8?q?Le_pont_rouvre?=
Date: Thu, 20 Jun 2024 10:00:00 +0200
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Le pont a =E9t=E9 rouvert.

--b
Content-Type: text/markdown; charset=utf-8
Content-Disposition: attachment; filename="notes.md"

# Notes

The pier was new.

--b--
"""

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>The Gazette</title>
<item><title>One &amp; all</title><link>https://gazette.example/1</link><guid>g1</guid>
<pubDate>Thu, 20 Jun 2024 10:00:00 GMT</pubDate>
<description>&lt;p&gt;The bridge &lt;b&gt;reopened&lt;/b&gt;.&lt;/p&gt;</description></item>
<item><title>Empty</title><guid>g2</guid></item></channel></rss>"""

RTF = (
    rb"{\rtf1\ansi{\info{\title The bridge}}The bridge reopened.\par{\v secret }It was closed.\par}"
)
