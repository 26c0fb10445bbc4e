"""Questions and answers as the Markdown of a chat message. What comes in is data and leaves inert.

The Markdown stays readable as it is, because that is what the copy button of a message
copies: markers are links by reference, so the places cited stand below the answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.cite import FLAGS, label
from rag.types import CheckedSentence, SearchResult
from rag.ui.conversation import Exchange
from rag.ui.panel import target_id
from rag.ui.texts.reasons import reason_in

#: Whatever could begin markup: everything else may stand as it is. A colon before `//` and
#: a dot behind `www` would make a link, `](` and `]:` too once a marker is one.
_MARKUP = re.compile(
    r"[\\`*<\[\]|~@]|(?<![^\W_])_|_(?![^\W_])|&(?=[#\w])|:(?=//)|(?<=www)\.|(?<=\])[(:]"
    r"|^(?:#|[-+=>]|\d+(?=[.)]))",
    re.IGNORECASE | re.MULTILINE,
)
_INDENT = re.compile(r"^[^\S\n]+", re.MULTILINE)
_MARKER = re.compile(r"\\\[(\d+)\\\]")
#: The marker behind a quotation or its date; footnotes of the article are no markers.
_MARKER_OF_QUOTE = re.compile(r"(?<=[^\w\s] )\\\[(\d+)\\\]$", re.MULTILINE)
_ADJACENT = re.compile(r"(?<=\])(?=\[\d)")
#: A sentence may have its marker on a line of its own; emphasis ends with a paragraph.
_LINE_SAID = re.compile(r"\S(?:.*\S)?")


def markdown_text(text: str) -> str:
    """Text as Markdown that shows it: no markup, link, image or HTML can come of it.

    Only spaces at the beginning of a line are lost, which would make it a block of code.
    """
    return _MARKUP.sub(_escaped, _INDENT.sub("", text))


def message(
    exchange: Exchange, turn: int, notices: Sequence[str] = (), language: str = "en"
) -> str:
    """An answer as Markdown; each marker `[n]` of a shown passage is a link to it.

    A declined answer and what else is no quotation is a block quote; sentences of a
    language model that the check doubts are emphasised, flagged, and explained below.

    Args:
        exchange: How far the answer is.
        turn: Its position in the conversation, from 1.
        notices: What else is to be told of it.
        language: That of the page, for dates and reasons.
    """
    answer = exchange.answer
    said = _sentences(exchange.text, exchange.sentences)
    if answer and answer.abstained:
        said = _aside(said)
    passages = exchange.passages
    marker = _MARKER if exchange.sentences else _MARKER_OF_QUOTE
    shown = _ADJACENT.sub(" ", marker.sub(lambda found: _link(found, len(passages)), said))
    before = [_aside(markdown_text(answer.notice))] if answer and answer.notice else []
    error = reason_in(language, exchange.error)
    after = [_aside(markdown_text(text)) for text in (*notices, error) if text]
    targets = _targets(shown, exchange, turn, language)
    pieces = (*before, shown, _reasons(exchange.sentences, language), *after, targets)
    return "\n\n".join(filter(None, pieces))


def _escaped(match: re.Match[str]) -> str:
    found = match[0]
    return f"{found}\\" if found[0].isdigit() else f"\\{found}"


def _aside(markdown: str) -> str:
    return "\n".join(f"> {line}" for line in markdown.splitlines())


def _link(found: re.Match[str], passages: int) -> str:
    return f"[{found[1]}]" if 1 <= int(found[1]) <= passages else found[0]


def _sentences(text: str, sentences: Sequence[CheckedSentence]) -> str:
    """Markdown of a text, its doubted sentences emphasised and flagged."""
    pieces, at = [], 0
    for sentence in sentences:
        flag = FLAGS[sentence.verdict]
        if not flag:
            continue
        said = text[sentence.start : sentence.end].strip()
        start = text.index(said, sentence.start)
        emphasised = _LINE_SAID.sub(r"*\g<0>*", markdown_text(said))
        pieces += [_going_on(text[at:start]), f"{emphasised} {flag}"]
        at = start + len(said)
    return "".join((*pieces, _going_on(text[at:])))


def _going_on(text: str) -> str:
    """Markdown of a text that goes on in its line: the space before it is no indent."""
    return " " * text.startswith(" ") + markdown_text(text)


def _reasons(sentences: Sequence[CheckedSentence], language: str) -> str:
    return "\\\n".join(
        f"{FLAGS[sentence.verdict]} {markdown_text(_joined(sentence.reasons, language))}"
        for sentence in sentences
        if FLAGS[sentence.verdict]
    )


def _joined(reasons: Sequence[str], language: str) -> str:
    return "; ".join(reason_in(language, reason) for reason in reasons)


def _targets(shown: str, exchange: Exchange, turn: int, language: str) -> str:
    """Where the markers lead, and what a copy of the message says of each."""
    cited = {int(number) for number in re.findall(r"(?<!\\)\[(\d+)\]", shown)}
    return "\n".join(
        f'[{number}]: #{target_id(exchange, turn, number)} "{_title(passage, language)}"'
        for number, passage in enumerate(exchange.passages, 1)
        if number in cited
    )


def _title(passage: SearchResult, language: str) -> str:
    document, chunk = passage.document, passage.chunk
    where = label(document, chunk.start, chunk.end, language)
    return markdown_text(where).replace('"', "”")
