"""Files that are made to hurt whoever reads them, and what a sync makes of them.

    python -m tests.faults.hostile FOLDER       makes 300 of them among 100 good ones
    python -m tests.faults.hostile --sync FOLDER INDEX [SECONDS]
                                                prints what becomes of them as JSON

Each family of files goes after one weakness: memory, time, depth, the parser itself, or
what lies outside the corpus. All of them are made here, from a seed.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import random
import re
import socket
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path

from rag import Corpus, Settings
from rag.load import Bounds, Loader
from tests.load import samples
from tests.load.samples import drawn, packed, paragraph, shape
from tests.words import WordEmbedder

GOOD, BAD = 100, 300
SECRET = "The combination of the safe is 4711."

#: A family yields a name ending and what is in the file, again and again.
Family = Callable[[random.Random, str, str], Iterator[tuple[str, bytes]]]


def make(
    folder: Path, secret: Path, address: str, *, good: int = GOOD, bad: int = BAD
) -> list[str]:
    """Fills a folder; returns the names of the hostile files.

    Args:
        folder: Must not exist.
        secret: A file outside, which hostile ones refer to.
        address: A web server that must not be asked for anything.
    """
    folder.mkdir()
    secret.write_text(SECRET)
    for number in range(good):
        name, data = _good(number)
        (folder / name).write_bytes(data)
    rng = random.Random(0)
    families = cycle([family(rng, secret.as_uri(), address) for family in FAMILIES])
    names = []
    for number, family in enumerate(islice(families, bad)):
        ending, data = next(family)
        names.append(f"bad-{number:03}-{ending}")
        (folder / names[-1]).write_bytes(data)
    return names + _no_files(folder, secret)


def _good(number: int) -> tuple[str, bytes]:
    words = f"The bridge number {number} reopened on Monday."
    kinds: list[tuple[str, bytes]] = [
        ("md", f"# Bridge\n\n{words}\n".encode()),
        ("html", samples.PAGE.replace("iron bridge", f"iron bridge {number}").encode()),
        ("pdf", samples.pdf(drawn(words))),
        ("docx", samples.docx(paragraph(words))),
        ("pptx", samples.pptx(shape(words))),
        ("odt", samples.odt(f"<text:p>{words}</text:p>")),
        ("epub", samples.epub(f"<html><p>{words}</p></html>")),
        ("eml", f"From: a@example.org\nSubject: Bridge\nDate: 20 Jun 2024\n\n{words}\n".encode()),
        ("csv", f"bridge,day\n{number},Monday\n".encode()),
        ("rtf", rb"{\rtf1\ansi " + words.encode() + rb"\par}"),
    ]
    ending, data = kinds[number % len(kinds)]
    return f"good-{number:03}.{ending}", data


def _no_files(folder: Path, secret: Path) -> list[str]:
    """Pipes, sockets, and links to what is not ours or never ends."""
    os.mkfifo(folder / "bad-pipe.txt")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(os.path.relpath(folder / "bad-socket.html"))
    links: dict[str, str | Path] = {
        "secret.txt": secret,
        "zero.pdf": "/dev/zero",
        "passwd.md": "/etc/passwd",
        "up": "..",
    }
    links |= {"loop.txt": "bad-loop.txt", "nowhere.html": "missing.html"}
    for name, target in links.items():
        (folder / f"bad-{name}").symlink_to(target)
    return ["bad-pipe.txt", "bad-socket.html", *(f"bad-{name}" for name in links)]


def _bombs(rng: random.Random, secret: str, address: str) -> Iterator[tuple[str, bytes]]:
    """Little that unpacks to much."""
    while True:
        much = bytes(rng.randrange(50, 80) * 1_000_000)
        yield "bomb.zip", packed({"a.txt": much})
        yield "bomb.docx", packed({"word/document.xml": b"<a>" + much + b"</a>"})
        yield "bomb.xlsx", packed({"xl/workbook.xml": "<a/>", "xl/sharedStrings.xml": much})
        yield "bomb.txt.gz", gzip.compress(much, 1)
        yield "bomb.epub", packed({"META-INF/container.xml": much})
        stream = zlib.compress(b" " * len(much))
        page = f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n".encode()
        yield "bomb.pdf", samples.pdf("@").replace(b"<< /Length 1 >>\nstream\n@", page + stream)
        inner = packed({"a.txt": bytes(50_000_000)})
        for _ in range(6):
            inner = packed({f"{n}.zip": inner for n in range(10)})
        yield "nested.zip", inner
        yield "many.zip", packed({f"{n}.txt": b"x" for n in range(10_500)})
        del much


def _liars(rng: random.Random, secret: str, address: str) -> Iterator[tuple[str, bytes]]:
    """Archives whose headers are not true, or whose names lead elsewhere."""
    whole = samples.docx(paragraph("The bridge reopened."))
    while True:
        yield "escape.zip", packed({"../../escaped.txt": "out"})
        yield "root.zip", packed({"/etc/cron.d/x": "out"})
        yield "drive.zip", packed({"C:\\x.txt": "out"})
        yield "size.docx", _with_header_field(whole, 20, struct.pack("<I", 7))
        yield "crc.docx", _with_header_field(whole, 16, rng.randbytes(4))
        yield "offset.docx", _with_header_field(whole, 42, struct.pack("<I", 0x7FFFFFF0))
        yield "encrypted.docx", _with_header_field(whole, 8, b"\x01\x00")
        yield "method.docx", _with_header_field(whole, 10, b"\x63\x00")
        yield "cut.docx", whole[: rng.randrange(60, len(whole) - 30)]
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as archive:
            link = zipfile.ZipInfo("link.txt")
            link.external_attr = 0o120777 << 16
            archive.writestr(link, secret.removeprefix("file://"))
        yield "link.zip", made.getvalue()


def _with_header_field(data: bytes, at: int, value: bytes) -> bytes:
    """An archive with other bytes in the directory entries of all its members."""
    pieces = data.split(b"PK\x01\x02")
    changed = [piece[: at - 4] + value + piece[at - 4 + len(value) :] for piece in pieces[1:]]
    return b"PK\x01\x02".join([pieces[0], *changed])


def _entities(rng: random.Random, secret: str, address: str) -> Iterator[tuple[str, bytes]]:
    """XML that grows, that is deep, or that asks for what is elsewhere."""
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    declared = {
        "laughs": f'<!ENTITY l0 "lol">{laughs}',
        "quadratic": f'<!ENTITY l9 "{"x" * 50_000}">',
        "file": f'<!ENTITY l9 SYSTEM "{secret}">',
        "http": f'<!ENTITY l9 SYSTEM "{address}/entity">',
        "parameter": f'<!ENTITY % x SYSTEM "{address}/dtd"> %x;<!ENTITY l9 "">',
    }
    while True:
        for name, entity in declared.items():
            body = "&l9;" * (20_000 if name == "quadratic" else 1)
            declaration = f"<!DOCTYPE a [{entity}]>"
            yield (
                f"{name}.xml",
                f"<?xml version='1.0'?>{declaration}<a>{body}</a>".encode(),
            )
            yield (
                f"{name}.docx",
                packed(
                    {
                        "word/document.xml": f"{declaration}<w:document {samples.W}><w:body>"
                        f"<w:p><w:r><w:t>{body}</w:t></w:r></w:p></w:body></w:document>"
                    }
                ),
            )
        yield "deep.xml", b"<?xml version='1.0'?>" + b"<a>" * 200_000 + b"</a>" * 200_000
        yield "open.xml", b"<?xml version='1.0'?>" + b"<a b='" * rng.randrange(1_000, 9_000)


def _pages(rng: random.Random, secret: str, address: str) -> Iterator[tuple[str, bytes]]:
    """Pages without an end, and without anything to read."""
    while True:
        yield "empty.html", b"<html><body>" + b"<div>" * 150_000
        yield "spaces.html", b"<html><body>" + b" &nbsp;" * 300_000
        yield "comments.html", b"<html><body>" + b"<!-- x -->" * 100_000
        yield "hidden.html", b'<html><body><div style="display:none">' + b"x" * 500_000
        yield "slow.html", b"<html><body><nav>x</nav>" + b"<p>The bridge reopened.</p>" * 400_000
        yield "frames.html", f'<html><body><iframe src="{address}/frame"></iframe>'.encode()
        yield "script.html", f'<html><script src="{address}/x.js"></script><body>'.encode()
        yield (
            "tags.html",
            b"<html><body>"
            + "".join(chr(0xE0000 + rng.randrange(32, 127)) for _ in range(100_000)).encode(),
        )


def _documents(rng: random.Random, secret: str, address: str) -> Iterator[tuple[str, bytes]]:
    """Damaged PDFs."""
    whole = samples.pdf(*(drawn(f"Page {n}") for n in range(4)))
    while True:
        yield "cut.pdf", whole[: rng.randrange(9, 300)]
        yield "noise.pdf", b"%PDF-1.7\n" + rng.randbytes(20_000)
        yield "loop.pdf", whole.replace(b"/Kids [", b"/Kids [2 0 R ] /X [")
        yield "empty.pdf", samples.pdf("")
        yield "count.pdf", samples.pdf("").replace(b"/Count 1", b"/Count 2000000000")
        yield "box.pdf", samples.pdf(drawn("x", how="1 g")).replace(b"400 400", b"9e9 9e9")
        yield "arrays.pdf", samples.pdf("[" * 200_000)
        yield (
            "action.pdf",
            samples.pdf("").replace(
                b"/Type /Catalog",
                f"/Type /Catalog /OpenAction << /S /URI /URI ({address}) >>".encode(),
            ),
        )
        yield (
            "encrypted.pdf",
            samples.pdf(drawn("x")).replace(
                b"/Root", b"/Encrypt << /Filter /Standard /V 1 /R 2 /O (x) /U (x) /P -4 >> /Root"
            ),
        )


def _texts(rng: random.Random, secret: str, address: str) -> Iterator[tuple[str, bytes]]:
    """What is called a text and is none, or one without words."""
    while True:
        yield "noise.txt", rng.randbytes(5_000)
        yield "zeros.md", bytes(100_000)
        yield "nothing.md", b" \n\t" * 100_000
        yield "invisible.txt", "\u200b\u2060\ufeff".encode() * 50_000
        yield "utf16.txt", b"\xff\xfe" + rng.randbytes(3_001)
        yield (
            "aliases.md",
            b"---\na: &a [x]\n"
            + b"".join(
                b"b%d: &b%d [%s]\n"
                % (n, n, b", ".join([b"*a" if n == 0 else b"*b%d" % (n - 1)] * 9))
                for n in range(9)
            )
            + b"---\ntext\n",
        )
        yield "deep.md", b"---\n" + b"[" * 20_000 + b"\n---\ntext\n"
        yield "remarks.md", b"<!--" * 200_000 + b"-->"
        yield "image.txt", b"\x89PNG\r\n\x1a\n" + rng.randbytes(900)
        yield "program.md", b"\x7fELF" + rng.randbytes(900)


def _rows(rng: random.Random, secret: str, address: str) -> Iterator[tuple[str, bytes]]:
    """Exports that are deep, long or not what they say."""
    while True:
        yield "deep.json", b"[" * 200_000
        yield "number.json", b'{"text": ' + b"9" * 200_000 + b"}"
        yield "keys.json", json.dumps({f"k{n}": n for n in range(50_000)}).encode()
        yield "deep.jsonl", b'{"a":' * 50_000 + b"\n"
        yield "types.jsonl", b'{"text": ["a"]}\n{"text": {"b": 1}}\n'
        yield "empty.csv", b",;\t\n" * 50_000
        yield "noise.csv", rng.randbytes(20_000)
        yield "feed.rss", b"<rss><channel>" + b"<item></item>" * 3


def _letters(rng: random.Random, secret: str, address: str) -> Iterator[tuple[str, bytes]]:
    """Mail in mail, Rich Text in Rich Text, and what only looks like Outlook's."""
    while True:
        parts = b"".join(
            b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(2_000)
        )
        yield "deep.eml", b"From: a@b\nMIME-Version: 1.0\n" + parts
        yield "empty.eml", b"From: a@b\nSubject: x\nDate: 1 Jan 2024\n\n"
        noise = base64.b64encode(rng.randbytes(300))
        yield (
            "noise.eml",
            (
                b"From: a@b\nMIME-Version: 1.0\nContent-Type: application/pdf\n"
                b"Content-Transfer-Encoding: base64\n\n" + noise
            ),
        )
        yield "groups.rtf", b"{\\rtf1" + b"{" * 100_000
        yield "empty.rtf", b"{\\rtf1\\ansi{\\v hidden}}"
        ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        yield "noise.msg", ole + rng.randbytes(4_000)
        yield "old.doc", ole + bytes(504) + rng.randbytes(600)
        page = f"<html><body><img src='{address}/p.png'></body></html>"
        yield (
            "page.mhtml",
            (
                b"From: <Saved by X>\nMIME-Version: 1.0\n"
                b"Content-Type: multipart/related; boundary=b\n\n"
                b"--b\nContent-Type: text/html\n\n" + page.encode() + b"\n--b--\n"
            ),
        )


def _parts(rng: random.Random, secret: str, address: str) -> Iterator[tuple[str, bytes]]:
    """Office files and books that lack what they need, or relate to what is elsewhere."""
    outside = (
        f'<Relationships><Relationship Id="r0" Target="{address}/slide" TargetMode="External"/>'
        f'<Relationship Id="r1" Target="{secret}"/></Relationships>'
    )
    while True:
        yield "empty.docx", samples.docx("")
        yield "broken.docx", packed({"word/document.xml": "<w:document"})
        yield (
            "outside.pptx",
            packed(
                {
                    "ppt/presentation.xml": f'<p {samples.R}><sldId r:id="r0"/></p>',
                    "ppt/_rels/presentation.xml.rels": outside,
                }
            ),
        )
        yield "empty.odt", samples.odt("")
        yield "lost.epub", packed({"META-INF/container.xml": '<c><rootfile full-path="no"/></c>'})
        yield (
            "up.epub",
            packed(
                {
                    "META-INF/container.xml": '<c><rootfile full-path="a.opf"/></c>',
                    "a.opf": f'<p><item id="a" href="../../..{secret[7:]}"/>'
                    '<itemref idref="a"/></p>',
                }
            ),
        )
        yield "broken.xlsx", packed({"xl/workbook.xml": "<workbook/>", "x": rng.randbytes(99)})
        yield "deep.docx", packed({"word/document.xml": b"<a>" * 100_000 + b"</a>" * 100_000})
        yield "binary.xlsb", packed({"xl/workbook.bin": rng.randbytes(99)})


FAMILIES: tuple[Family, ...] = (
    *(_liars, _entities, _pages, _documents, _texts, _rows, _letters, _parts),
    _bombs,
)


def main() -> None:
    """Makes a folder, or syncs one and says what that cost."""
    if sys.argv[1] == "--sync":
        folder, index, *seconds = sys.argv[2:]
        settings = Settings(file_timeout_s=float(seconds[0])) if seconds else Settings()
        print(json.dumps(synced(Path(folder), Path(index), settings)))
    else:
        folder = sys.argv[1]
        secret = Path(folder).with_name("secret.txt")
        print(f"{len(make(Path(folder), secret, 'http://127.0.0.1:9'))} hostile files")


def _peak_mb() -> float:
    """Most memory that this program has had, in megabytes.

    `getrusage` would not do: what started this program passes its own peak on.
    """
    status = Path("/proc/self/status").read_text()
    peak = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    assert peak is not None
    return int(peak[1]) / 1_000


def synced(folder: Path, index: Path, settings: Settings) -> dict[str, object]:
    """What a sync made of a folder, and what it cost this process."""
    started = time.monotonic()
    with Corpus(folder, index, settings, WordEmbedder()) as corpus:
        report = corpus.sync()
        texts = {document.path: document.text for document in corpus.documents()}
    return {
        "indexed": sorted(texts),
        "failed": [[*failure] for failure in report.failed],
        "secret": [path for path, text in texts.items() if SECRET in text],
        "peak_mb": _peak_mb(),
        "seconds": time.monotonic() - started,
        "slowest": slowest(folder, Bounds.of(settings)),
    }


def slowest(folder: Path, bounds: Bounds) -> tuple[float, str]:
    """The seconds and the name of the hostile file that takes longest, each read alone."""
    taken = []
    with Loader(folder, bounds, processes=1) as loader:
        for name in sorted(file.name for file in folder.glob("bad-*")):
            for _ in loader.load("good-001.html"):  # there is a process now, whose start is not
                pass  # the file's fault
            started = time.monotonic()
            for _ in loader.load(name):
                pass
            taken.append((time.monotonic() - started, name))
    return max(taken)


if __name__ == "__main__":
    main()
