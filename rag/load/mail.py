"""Mail and saved web pages that are packed as mail; Outlook's own format too."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from os.path import splitext
from typing import Any

from rag.errors import LoadError
from rag.load.article import article, file_article
from rag.load.body import Body, BodyBuilder
from rag.load.encoding import decode
from rag.load.html import read_page, whole_body
from rag.load.readers import read
from rag.load.source import Source
from rag.types import Document, Failure

_OLD_OFFICE = {
    "worddocument": "an old Word document; save it as .docx",
    "workbook": "an old Excel workbook; save it as .xlsx",
    "book": "an old Excel workbook; save it as .xlsx",
    "powerpoint document": "an old presentation; save it as .pptx",
    "encryptedpackage": "encrypted; save it without a password",
}
# A page that says so many times as much as the plain text beside it is the mail.
_MUCH_MORE = 3


def read_mail(source: Source) -> Iterator[Document | Failure]:
    """Yields a message and its attachments, or the page that is saved in one."""
    message = message_from_bytes(source.data.lstrip(), policy=default)
    if not isinstance(message, EmailMessage) or not message.keys():
        raise LoadError(source.id, "not a mail message: it has no header")
    if _is_saved_page(message):
        yield _saved_page(message, source)
        return
    body = _body(_content(message, "plain", source), _content(message, "html", source))
    metadata = {
        "title": _header(message, "Subject"),
        "date": _header(message, "Date"),
        "authors": _header(message, "From"),
    }
    parts = list(_attachments(message))
    if body.text or not parts:
        yield file_article(source, body, metadata)
    yield from _attached(source, parts)


def _is_saved_page(message: EmailMessage) -> bool:
    sender = _header(message, "From")
    return (
        bool(_header(message, "Snapshot-Content-Location"))
        or ("Saved by" in sender and "@" not in sender)
        or (message.get_content_type() == "multipart/related" and not sender)
    )


def _header(message: EmailMessage, name: str) -> str:
    """A header as text; empty if there is none or it is broken."""
    try:
        return " ".join(str(message.get(name, "")).split())
    except (ValueError, TypeError, AttributeError, IndexError):
        return ""


def _content(message: EmailMessage, kind: str, source: Source) -> str:
    """The plain text of a message, or its page; empty if it has none."""
    part = message.get_body(preferencelist=(kind,))
    return _decoded(part, source) if isinstance(part, EmailMessage) else ""


def _decoded(part: EmailMessage, source: Source) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    return decode(data, source.id, part.get_content_charset())


def _body(plain: str, html: str) -> Body:
    """The plain text; the page if that is blank, or no more than a remark beside it."""
    text = BodyBuilder()
    for paragraph in plain.replace("\r\n", "\n").split("\n\n"):
        text.add(paragraph)
    said, seen = text.body(), whole_body(html)
    return seen if len(seen.text) > _MUCH_MORE * len(said.text) else said


def _attachments(message: EmailMessage) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of what is attached and may be an article."""
    for number, part in enumerate(message.iter_attachments(), 1):
        if _is_no_article(part.get_content_type()):
            continue
        payload = part.get_payload(decode=True)
        if part.get_content_type() == "message/rfc822":
            payload = b"".join(bytes(inner) for inner in part.iter_parts())
        if isinstance(payload, bytes) and payload:
            yield part.get_filename() or f"part-{number}", payload


def _is_no_article(content_type: str) -> bool:
    """Whether something attached is a picture, a signature or an invitation."""
    return content_type.startswith("image/") or content_type.endswith(("signature", "/calendar"))


def _numbered(parts: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """The parts, each with a name of its own: the second `a.txt` is `a-2.txt`."""
    taken: set[str] = set()
    for name, data in parts:
        start, ending = splitext(name.replace("/", "_"))
        marks = ("", *(f"-{number}" for number in range(2, len(taken) + 2)))
        own = next(one for mark in marks if (one := f"{start}{mark}{ending}") not in taken)
        taken.add(own)
        yield own, data


def _attached(source: Source, parts: Iterable[tuple[str, bytes]]) -> Iterator[Document | Failure]:
    """The documents of what is attached; what is attached to an attachment is left out."""
    for name, data in _numbered(parts):
        part = source.part(name, data)
        if source.depth >= source.bounds.archive_max_depth:
            yield Failure(part.id, "an attachment of an attachment: save it as a file")
        else:
            source.take(1, len(data))
            yield from read(part)


def _saved_page(message: EmailMessage, source: Source) -> Document:
    """The page of a web archive: its first part that is HTML."""
    for part in message.walk():
        if isinstance(part, EmailMessage) and part.get_content_type() == "text/html":
            body, found = read_page(_decoded(part, source))
            address = _header(message, "Snapshot-Content-Location")
            metadata: dict[str, Any] = {**found, "url": found.get("url") or address}
            metadata["title"] = found.get("title") or _header(message, "Subject")
            return article(source.id, source.path, body, metadata)
    raise LoadError(source.id, "there is no page in this web archive")


def read_ole(source: Source) -> Iterator[Document | Failure]:
    """Yields an Outlook message and its attachments; tells old office files by name."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(source.data)) as storage:
            streams = {"/".join(path).lower() for path in storage.listdir()}
    except OSError as error:
        raise LoadError(source.id, f"damaged: {error}") from error
    if not any(name.startswith("__properties_version1.0") for name in streams):
        known = (reason for name, reason in _OLD_OFFICE.items() if name in streams)
        raise LoadError(source.id, next(known, "an old format of an office program"))
    yield from _outlook(source)


def _outlook(source: Source) -> Iterator[Document | Failure]:
    from oxmsg import Message

    message = Message.load(io.BytesIO(source.data))
    body = _body(message.body or "", message.html_body or "")
    metadata = {
        "title": message.subject,
        "date": message.sent_date,
        "authors": message.sender,
    }
    yield file_article(source, body, metadata)
    parts = (
        (part.file_name or f"part-{number}", part.file_bytes)
        for number, part in enumerate(message.attachments, 1)
        if part.file_bytes and not _is_no_article(part.mime_type or "")
    )
    yield from _attached(source, parts)
