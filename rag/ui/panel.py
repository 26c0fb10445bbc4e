"""The passages beside a conversation as HTML. What comes in is data and leaves escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import urlencode

from babel.numbers import format_decimal, format_percent

from rag.types import UNDETERMINED, Chunk, Citation, Document, LegScore, SearchResult, Span
from rag.ui.conversation import Exchange, Options
from rag.ui.html import highlighted, one_line, with_headings
from rag.ui.texts import Texts, filled, language_name

#: Where a text may be cut: behind a line or a sentence.
_BREAK = re.compile(r"\n\s*|(?<=[.!?…。！？])\s+")
_LINE_END = re.compile(r"\r\n?|\n")

#: A quote stands at most about so many characters down in its card; what is before is folded.
_BEFORE_CHARS = 280


def source_id(turn: int, number: int) -> str:
    """The HTML id of a passage; unique on a page, because old turns stay on it."""
    return f"src-{turn}-{number}"


def target_id(exchange: Exchange, turn: int, number: int) -> str:
    """The HTML id that a marker leads to: the first quote in its passage, else the passage."""
    citations = exchange.answer.citations if exchange.answer else ()
    passage = exchange.passages[number - 1]
    quote = f"quote-{turn}-{number}"
    return quote if _quoted(passage, number, citations) else source_id(turn, number)


def panel(exchanges: Sequence[Exchange], say: Texts) -> str:
    """The passages of every turn as HTML, the newest first; those of earlier ones are folded."""
    if not exchanges:
        return f'<p class="none">{escape(say["no_sources"])}</p>'
    *earlier, (number, exchange) = enumerate(exchanges, 1)
    none = f'<p class="none">{escape(say["none_found"])}</p>'
    newest = (
        f'<section class="turn {_kind(exchange)}"><h3 dir="auto">{_asked(exchange)}</h3>'
        f"{_turn(number, exchange, say) if exchange.passages else none}</section>"
    )
    folded = "".join(
        f'<details class="turn {_kind(exchange)}"><summary dir="auto">{_asked(exchange)}</summary>'
        f"{_turn(number, exchange, say)}</details>"
        for number, exchange in reversed(earlier)
        if exchange.passages
    )
    # A line end, even in an attribute, would let the Markdown component go on parsing in it.
    return _LINE_END.sub("&#10;", newest + folded)


def _asked(exchange: Exchange) -> str:
    """The question as a heading, of which the style shows the first lines."""
    return f'<span class="asked">{one_line(exchange.question)}</span>'


def _kind(exchange: Exchange) -> str:
    return "nearest" if exchange.answer and exchange.answer.abstained else "found"


def _turn(number: int, exchange: Exchange, say: Texts) -> str:
    """The passages of a turn: those quoted in the order of the quotes, the others folded below.

    Where there is no answer, what comes nearest to one takes the place of the quotes.
    """
    answer = exchange.answer
    citations = answer.shown if answer else ()
    asked = answer.language if answer else ""
    quoted: dict[str, str] = {citation.marker: "" for citation in citations}
    others: list[str] = []
    for place, passage in enumerate(exchange.passages, 1):
        card = _card(number, place, passage, citations, asked, say)
        if not citations or _quoted(passage, place, citations):
            quoted[f"[{place}]"] = card
        else:
            others.append(card)
    nearest = f"<p>{escape(say['nearest'])}</p>" if answer and answer.abstained else ""
    rest = (
        f'<details class="others"><summary>{escape(filled(say, "others", count=len(others)))}'
        f"</summary>{''.join(others)}</details>"
    )
    why = _why(exchange, say) if answer else ""
    return f"{nearest}{''.join(quoted.values())}{rest if others else ''}{why}"


def _card(
    turn: int,
    number: int,
    passage: SearchResult,
    citations: Iterable[Citation],
    asked: str,
    say: Texts,
) -> str:
    document, chunk = passage.document, passage.chunk
    quotes = _quoted(passage, number, citations)
    spans = [span for span, _ in quotes]
    focus = [span for _, span in quotes if span]
    facts = (document.date, document.source, document.place(chunk.start, chunk.end))
    about = [f"<bdi>{one_line(text)}</bdi>" for text in facts if text]
    about += filter(None, [_language_tag(chunk.language, asked, say)])
    return (
        f'<article class="source{" cited" if spans else ""}" id="{source_id(turn, number)}" '
        f'tabindex="0"><header><b>[{number}] <bdi>{one_line(document.name)}</bdi></b> '
        f"<small>{' · '.join(about)}</small></header>"
        f"{_body(chunk, spans, focus, f'quote-{turn}-{number}', say)}"
        f"<footer>{_whole(document, spans or [Span(chunk.start, chunk.end)], focus, say)}</footer>"
        "</article>"
    )


def _body(
    chunk: Chunk, spans: Sequence[Span], focus: Sequence[Span], first_id: str, say: Texts
) -> str:
    """The text of a passage, from a little before its first quote; what is earlier is folded."""
    cut = _cut(chunk.text, min(spans).start - chunk.start) if spans else 0
    moved = -chunk.start - cut
    shown = highlighted(
        chunk.text[cut:],
        [Span(start + moved, end + moved) for start, end in spans],
        first_id,
        [Span(start + moved, end + moved) for start, end in focus],
    )
    flow = f'dir="auto" lang="{escape(chunk.language)}"'
    before = (
        f'<details class="before"><summary>{escape(say["before"])}</summary>'
        f"<p {flow}>{with_headings(escape(chunk.text[:cut].rstrip()))}</p></details>"
    )
    return f"{before if cut else ''}<p {flow}>{with_headings(shown)}</p>"


def _cut(text: str, quote: int) -> int:
    """Where to begin showing a text, so that what is quoted of it stands near the top."""
    if quote <= _BEFORE_CHARS:
        return 0
    ends = [found.end() for found in _BREAK.finditer(text, quote - _BEFORE_CHARS, quote)]
    return ends[0] if ends else 0


def _quoted(
    passage: SearchResult, number: int, citations: Iterable[Citation]
) -> list[tuple[Span, Span | None]]:
    """What is quoted of a passage and what of it is in focus, in characters of its document."""
    chunk = passage.chunk
    quotes = (
        (Span(max(each.start, chunk.start), min(each.end, chunk.end)), each.focus)
        for each in citations
        if each.marker == f"[{number}]"
    )
    return [(span, focus) for span, focus in quotes if span.start < span.end]


def _language_tag(language: str, asked: str, say: Texts) -> str:
    """The language of a passage; it stands out where it is not that of the question."""
    if language == UNDETERMINED:
        return ""
    kind = "other" if asked and language != asked else "same"
    return f'<span class="language {kind}">{escape(language_name(language, say))}</span>'


def _whole(document: Document, spans: Sequence[Span], focus: Sequence[Span], say: Texts) -> str:
    """The link to the whole article, at the place of the spans."""
    places = {"at": spans, **({"focus": focus} if focus else {})}
    query = urlencode(
        {"id": document.id, "sha256": document.sha256}
        | {key: ",".join(f"{start}-{end}" for start, end in some) for key, some in places.items()}
    )
    return (
        f'<a href="article?{escape(query)}#here" target="_blank">{escape(say["whole_article"])}'
        f' <span aria-hidden="true">↗</span></a>'
    )


def _why(exchange: Exchange, say: Texts) -> str:
    """What was searched and why each passage stands where it stands, folded away."""
    answer = exchange.answer
    explained = [result.explanation for result in exchange.passages if result.explanation]
    facts = [(say["why_searched"], exchange.searched)]
    if explained:
        shares = explained[0].question_languages.items()
        names = (f"{language_name(code, say)} {_percent(share, say)}" for code, share in shares)
        facts.append((say["why_language"], ", ".join(names)))
    if only := _restrictions(exchange.options, say):
        facts.append((say["why_filters"], only))
    if answer:
        facts.append((say["why_confidence"], _percent(answer.confidence, say)))
    times = say["why_timing"].format(
        search=_number(exchange.search_s, "0.00", say),
        answer=_number(exchange.answer_s, "0.00", say),
    )
    cut = filled(say, "why_cut", count=len(exchange.passages))
    rows = "".join(f"<dt>{escape(key)}</dt><dd>{one_line(value)}</dd>" for key, value in facts)
    return (
        f'<details class="why"><summary>{escape(say["why"])}</summary><dl>{rows}</dl>'
        f"<p>{escape(times)}. {escape(cut)}</p>{_ranks(exchange.passages, say)}</details>"
    )


def _restrictions(options: Options, say: Texts) -> str:
    filters = options.filters
    names = [language_name(code, say) for code in filters.languages]
    dates = f"{filters.since or ''} – {filters.until or ''}"
    return "; ".join([*names, *filters.sources, *([dates.strip()] if filters.is_dated else [])])


def _ranks(passages: Sequence[SearchResult], say: Texts) -> str:
    heads = ("why_passage", "why_score", "why_meaning", "why_words")
    head = "".join(f'<th scope="col">{escape(say[key])}</th>' for key in heads)
    rows = "".join(_rank_row(n, result, say) for n, result in enumerate(passages, 1))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _rank_row(number: int, result: SearchResult, say: Texts) -> str:
    why, legs = result.explanation, result.legs
    cells = [f"[{number}]", _number(result.score, "0.00", say), "", ""]
    if why and why.untimely:
        cells[1] += f" ({say[f'why_{why.untimely}']})"
    if why and legs:
        matched = f" ({', '.join(why.matched)})" if why.matched else ""
        cosine = _number(legs["dense"].score, "0.000", say)
        bm25 = _number(legs["lexical"].score, "0.0", say)
        cells[2] = _leg(why.meaning, legs["dense"], f"{say['why_cosine']} {cosine}", say)
        cells[3] = _leg(why.words, legs["lexical"], f"BM25 {bm25}", say) + matched
    return "<tr>" + "".join(f"<td>{one_line(cell)}</td>" for cell in cells) + "</tr>"


def _leg(worth: float, leg: LegScore, score: str, say: Texts) -> str:
    rank = say["why_rank"].format(rank=leg.rank) if leg.rank else say["why_unranked"]
    return say["why_leg"].format(worth=_number(worth, "+0.00;-0.00", say), rank=rank, score=score)


def _number(value: float, pattern: str, say: Texts) -> str:
    return str(format_decimal(value, format=pattern, locale=say["code"]))


def _percent(share: float, say: Texts) -> str:
    return str(format_percent(share, locale=say["code"]))
