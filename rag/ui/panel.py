"""The passages beside a conversation as HTML. What comes in is data and leaves escaped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from html import escape
from urllib.parse import urlencode

from babel import Locale, UnknownLocaleError

from rag.cite import reference
from rag.types import UNDETERMINED, Citation, Document, LegScore, SearchResult, Span
from rag.ui.conversation import Exchange, Options
from rag.ui.texts import Texts

_HEADING = re.compile(r"^#{1,6}[ \t]+(.+)$", re.MULTILINE)


def source_id(turn: int, number: int) -> str:
    """The HTML id of a passage; unique on a page, because old turns stay on it."""
    return f"src-{turn}-{number}"


def label(document: Document, start: int, end: int) -> str:
    """One line that says where a span stands: name, date, source, page, file."""
    about = (reference(document, start, end), document.source, document.path)
    return " ".join(", ".join(filter(None, about)).split())


def target_id(exchange: Exchange, turn: int, number: int) -> str:
    """The HTML id that a marker leads to: the first quote in its passage, else the passage."""
    citations = exchange.answer.citations if exchange.answer else ()
    passage = exchange.passages[number - 1]
    quote = f"quote-{turn}-{number}"
    return quote if _quoted(passage, number, citations) else source_id(turn, number)


def panel(exchanges: Sequence[Exchange], say: Texts) -> str:
    """The passages of every turn as HTML, the newest first."""
    turns = [
        _turn(number, exchange, say)
        for number, exchange in enumerate(exchanges, 1)
        if exchange.passages
    ]
    return "".join(reversed(turns)) or escape(say["no_sources"])


def highlighted(text: str, spans: Iterable[Span], first_id: str = "") -> str:
    """Text as HTML with the spans marked; what two spans share is marked once.

    Args:
        text: Plain.
        spans: In characters of it.
        first_id: HTML id of the first mark.
    """
    pieces, at = [], 0
    for span in sorted(spans):
        if span.end <= at:
            continue
        first = max(at, span.start)
        name, first_id = f' id="{first_id}"' if first_id else "", ""
        pieces += [escape(text[at:first]), f"<mark{name}>{escape(text[first : span.end])}</mark>"]
        at = span.end
    return "".join((*pieces, escape(text[at:])))


def one_line(text: str) -> str:
    """Text as HTML in which runs of white space are one space."""
    return escape(" ".join(text.split()))


def language_name(code: str, say: Texts) -> str:
    """What a language is called in the language of the page."""
    if code == UNDETERMINED:
        return ""
    try:
        return Locale.parse(code).get_language_name(say["code"]) or code
    except (UnknownLocaleError, ValueError):
        return code


def _turn(number: int, exchange: Exchange, say: Texts) -> str:
    answer = exchange.answer
    is_declined = bool(answer and answer.abstained)
    asked = answer.language if answer else ""
    cards = (
        _card(number, place, passage, answer.citations if answer else (), asked, say)
        for place, passage in enumerate(exchange.passages, 1)
    )
    nearest = f"<p>{escape(say['nearest'])}</p>" if is_declined else ""
    return (
        f'<section class="turn {"nearest" if is_declined else "found"}">'
        f'<h3 dir="auto">{one_line(exchange.question)}</h3>'
        f"{nearest}{''.join(cards)}{_why(exchange, say) if answer else ''}</section>"
    )


def _card(
    turn: int,
    number: int,
    passage: SearchResult,
    citations: Iterable[Citation],
    asked: str,
    say: Texts,
) -> str:
    document, chunk = passage.document, passage.chunk
    spans = _quoted(passage, number, citations)
    within = [Span(start - chunk.start, end - chunk.start) for start, end in spans]
    facts = (document.date, document.source, document.place(chunk.start, chunk.end))
    about = " · ".join(one_line(text) for text in facts if text)
    return (
        f'<article class="source{" cited" if spans else ""}" id="{source_id(turn, number)}" '
        f'tabindex="0"><header><b>[{number}] <bdi>{one_line(document.name)}</bdi></b> '
        f"<small><bdi>{about}</bdi> {_language_tag(chunk.language, asked, say)}</small></header>"
        f'<p dir="auto" lang="{escape(chunk.language)}">'
        f"{_one_block(highlighted(chunk.text, within, f'quote-{turn}-{number}'))}</p>"
        f"<footer>{_whole(document, spans or [Span(chunk.start, chunk.end)], say)}</footer>"
        "</article>"
    )


def _quoted(passage: SearchResult, number: int, citations: Iterable[Citation]) -> list[Span]:
    """What is quoted of a passage, in characters of its document."""
    chunk = passage.chunk
    spans = (
        Span(max(citation.start, chunk.start), min(citation.end, chunk.end))
        for citation in citations
        if citation.marker == f"[{number}]"
    )
    return [span for span in spans if span.start < span.end]


def _language_tag(language: str, asked: str, say: Texts) -> str:
    """The language of a passage; it stands out where it is not that of the question."""
    name = language_name(language, say)
    kind = "other" if asked and language != asked else "same"
    return f'<span class="language {kind}">{escape(name)}</span>' if name else ""


def _whole(document: Document, spans: Sequence[Span], say: Texts) -> str:
    """The link to the whole article, at the place of the spans."""
    place = ",".join(f"{start}-{end}" for start, end in spans)
    query = urlencode({"id": document.id, "at": place, "sha256": document.sha256})
    return (
        f'<a href="article?{escape(query)}#here" target="_blank">{escape(say["whole_article"])}'
        f' <span aria-hidden="true">↗</span></a>'
    )


def _one_block(html: str) -> str:
    """HTML without line ends, which would let the Markdown component go on parsing in it.

    Headings of a Markdown article are shown as such; all other markup stays as it is.
    """
    return _HEADING.sub(r"<strong>\1</strong>", html).replace("\n", "&#10;")


def _why(exchange: Exchange, say: Texts) -> str:
    """What was searched and why each passage stands where it stands, folded away."""
    answer = exchange.answer
    explained = [result.explanation for result in exchange.passages if result.explanation]
    facts = [(say["why_searched"], exchange.searched)]
    if explained:
        shares = explained[0].question_languages.items()
        names = (f"{language_name(code, say)} {share:.0%}" for code, share in shares)
        facts.append((say["why_language"], ", ".join(names)))
    if only := _restrictions(exchange.options, say):
        facts.append((say["why_filters"], only))
    if answer:
        facts.append((say["why_confidence"], f"{answer.confidence:.0%}"))
    times = say["why_timing"].format(
        search=f"{exchange.search_s:.2f}", answer=f"{exchange.answer_s:.2f}"
    )
    cut = say["why_cut"].format(count=len(exchange.passages))
    rows = "".join(f"<dt>{escape(key)}</dt><dd>{one_line(value)}</dd>" for key, value in facts)
    return (
        f'<details class="why"><summary>{escape(say["why"])}</summary><dl>{rows}</dl>'
        f"<p>{escape(times)}. {escape(cut)}</p>{_ranks(exchange.passages, say)}</details>"
    )


def _restrictions(options: Options, say: Texts) -> str:
    filters = options.filters
    names = [language_name(code, say) for code in filters.languages]
    dates = f"{filters.since or ''} – {filters.until or ''}"
    is_dated = filters.since or filters.until
    return "; ".join([*names, *filters.sources, *([dates.strip()] if is_dated else [])])


def _ranks(passages: Sequence[SearchResult], say: Texts) -> str:
    heads = ("why_passage", "why_score", "why_meaning", "why_words")
    head = "".join(f'<th scope="col">{escape(say[key])}</th>' for key in heads)
    rows = "".join(_rank_row(n, result, say) for n, result in enumerate(passages, 1))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _rank_row(number: int, result: SearchResult, say: Texts) -> str:
    why, legs = result.explanation, result.legs
    cells = [f"[{number}]", f"{result.score:.2f}", "", ""]
    if why and legs:
        matched = f" ({', '.join(why.matched)})" if why.matched else ""
        cells[2] = _leg(why.meaning, legs["dense"], lambda score: f"cosine {score:.3f}", say)
        cells[3] = _leg(why.words, legs["lexical"], lambda score: f"BM25 {score:.1f}", say)
        cells[3] += matched
    return "<tr>" + "".join(f"<td>{one_line(cell)}</td>" for cell in cells) + "</tr>"


def _leg(worth: float, leg: LegScore, score: Callable[[float], str], say: Texts) -> str:
    rank = say["why_rank"].format(rank=leg.rank) if leg.rank else say["why_unranked"]
    return f"{worth:+.2f}: {rank}, {score(leg.score)}"
