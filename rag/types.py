"""The plain data that flows between the steps: frozen, without I/O.

Offsets are half-open character positions in `Document.text`, in Python's
code points. A score is larger when better; a distance never leaves the store.
"""

from __future__ import annotations

import datetime
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias, get_args

from rag.errors import QuestionError

#: One turn of a conversation: who spoke and what they said.
Turn: TypeAlias = tuple[Literal["user", "assistant"], str]

#: What a file is made of that a reader can turn to, the larger first.
PlaceKind: TypeAlias = Literal["file", "page", "slide", "sheet", "row", "section"]

#: How sure a date is: the file says so, or it was concluded from something near it
#: (when a PDF was made, a date in an address); empty if there is no date.
DateCertainty: TypeAlias = Literal["", "stated", "inferred"]

#: What speaks against the day of a passage: it is known to be of `other` days than the question
#: names; the latest is asked for, and of one nearly as near it is `older`; nothing.
Untimely: TypeAlias = Literal["", "older", "other"]

#: What is asked for of a subject: what there is `about` it, the `news` of it, an article on it
#: in short, who wrote that or its date; or the `source` of the answer before.
Wish: TypeAlias = Literal["about", "news", "summary", "author", "date", "source"]

_ONE_OR_MORE: Mapping[PlaceKind, tuple[str, str]] = {
    "page": ("p. {}", "pp. {}–{}"),
    "slide": ("slide {}", "slides {}–{}"),
    "row": ("row {}", "rows {}–{}"),
}
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)
# What no stored text holds, and a database refuses to look for: NUL, half of a UTF-16 pair.
_UNSTORED = re.compile("[\0\ud800-\udfff]")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_].*)?", re.IGNORECASE | re.ASCII)

#: The language code of a text that is too short or too mixed to tell (ISO 639-2).
UNDETERMINED = "und"


def storable(text: str) -> bool:
    """Whether a stored text may hold it; what none holds need not be looked for."""
    return not _UNSTORED.search(text)


def base_language(value: str) -> str:
    """`fr` of `fr`, `FR` or `fr-CA`; empty for what is no code."""
    match = _LANGUAGE.fullmatch(value.strip())
    return match[1].lower() if match else ""


class Span(NamedTuple):
    """A half-open range of characters: `text[start:end]`."""

    start: int
    end: int


class Place(NamedTuple):
    """A part of a file: the text from `start` to where the next part of its kind begins."""

    start: int
    kind: PlaceKind
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One article as a reader would cite it.

    Attributes:
        id: The `id` of a JSON Lines row, else the path relative to the corpus.
        text: The body, the one coordinate system of every span.
        title: Empty if unknown; it is context for the search, no part of `text`.
        language: ISO 639-1 code, or `und`.
        date: ISO 8601 publication date, possibly reduced (`2024`, `2024-06`); None if unknown.
        authors: Names in the article's order.
        source: Publisher or address; empty if unknown.
        path: POSIX path of its file, relative to the corpus folder.
        sha256: Hex digest of `text` in UTF-8.
        date_certainty: Whether the file states the date.
        url: Address that it was published at; empty if unknown.
        places: The member of an archive that it is, and the pages, rows or headings of its
            file, by rising start.
        hidden: Characters left out because no reader of the file sees them.
    """

    id: str
    text: str
    title: str
    language: str
    date: str | None
    authors: tuple[str, ...]
    source: str
    path: str
    sha256: str
    date_certainty: DateCertainty = ""
    url: str = ""
    places: tuple[Place, ...] = ()
    hidden: int = 0

    @property
    def name(self) -> str:
        """What to call it in front of people: the title, else the id."""
        return self.title or self.id

    def place(self, start: int, end: int) -> str:
        """Where in its file a span stands: `p. 3`, `Budget, rows 12–14`; empty if nothing tells.

        In an archive the name of the member goes before: `2024/report.pdf, p. 3`. A name
        that the title says already is left out.
        """
        found, around = [], 0
        for kind in sorted({place.kind for place in self.places}, key=get_args(PlaceKind).index):
            parts = [place for place in self.places if place.kind == kind]
            first = bisect_right(parts, start, key=lambda part: part.start) - 1
            last = bisect_left(parts, end, key=lambda part: part.start) - 1
            # A section ends with the slide that it is on, a row with its sheet.
            if first >= 0 and parts[first].start >= around:
                found.append(_spelled(kind, parts[first].name, parts[max(first, last)].name))
                around = parts[first].start
        return ", ".join(name for name in found if name != self.title)


def _spelled(kind: PlaceKind, first: str, last: str) -> str:
    """`p. 3` or `pp. 3–4`; a file, a sheet or a section is called by the name of the first."""
    one, more = _ONE_OR_MORE.get(kind, ("{}", "{}"))
    return one.format(first) if first == last else more.format(first, last)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A slice of a document that is embedded and found as a whole: `document.text[start:end]`."""

    document_id: str
    start: int
    end: int
    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which documents to search; what is empty does not restrict.

    Attributes:
        languages: Codes, such as `fr`, or `FR` or `fr-CA` for it; one of them.
        sources: One of them, as `Document.source` says it.
        documents: Ids; one of them.
        since: ISO 8601 date, possibly reduced (`2024`): not older. A document without
            a date is left out by this and by `until`.
        until: Not younger; `2024-06` includes the whole month.

    Raises:
        QuestionError: A value is none that a document can have.
    """

    languages: Sequence[str] = ()
    sources: Sequence[str] = ()
    documents: Sequence[str] = ()
    since: str | None = None
    until: str | None = None

    def __post_init__(self) -> None:
        for name in ("languages", "sources", "documents"):
            object.__setattr__(self, name, _wanted(name, getattr(self, name)))
        object.__setattr__(self, "languages", tuple(map(_wanted_language, self.languages)))
        for name in ("since", "until"):
            object.__setattr__(self, name, _bound(getattr(self, name)))
        since, until = self.since or "", self.until or "9"
        if since > until and not since.startswith(until):
            raise QuestionError(f"nothing is both from {since} on and until {until}; exchange them")

    @property
    def is_dated(self) -> bool:
        """Whether they choose days."""
        return bool(self.since or self.until)

    def equal(self) -> dict[str, Sequence[str]]:
        """Allowed values by field of the document, of those that restrict."""
        wanted = {"language": self.languages, "source": self.sources, "id": self.documents}
        return {field: values for field, values in wanted.items() if values}


def _wanted(name: str, given: Sequence[str]) -> tuple[str, ...]:
    if isinstance(given, str):
        raise QuestionError(f"{name} is a list: {[given]}, not {given!r}")
    try:
        values = tuple(given)
    except TypeError as error:
        raise QuestionError(f"{name} is a list of texts, not {given!r}") from error
    for value in values:
        if not isinstance(value, str):
            raise QuestionError(f"{name} holds text, not {value!r}")
        if not storable(value):
            raise QuestionError(f"{value!r} holds a character that no article has")
    return values


def _wanted_language(value: str) -> str:
    if not (code := base_language(value)):
        raise QuestionError(f"a language is a code such as fr, not {value!r}")
    return code


def _bound(value: object) -> str | None:
    """A date as `Document.date` is written; None if it is empty."""
    text = value.isoformat()[:10] if isinstance(value, datetime.date) else value
    if not text:
        return None
    if not (isinstance(text, str) and _DATE.fullmatch(text) and _is_day(f"{text}-01-01"[:10])):
        raise QuestionError(f"a date is written 2024, 2024-06 or 2024-06-20, not {value!r}")
    return text


def _is_day(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class LegScore:
    """Where one retrieval leg (`dense`, `lexical`, or `reranker` if one is set) placed a chunk.

    Attributes:
        rank: 1 for the leg's best chunk; None if the leg did not return it.
        score: The leg's own score (cosine, or BM25); 0 if it found nothing.
        weight: The share this leg had in the fused score of this chunk.
    """

    rank: int | None
    score: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a passage stands where it stands; `meaning + words` ranks it.

    Both are in standard deviations of the question's cosines with passages that nobody
    asked for; see docs/retrieval.md.

    Attributes:
        question_languages: Probability of each language the question may be in.
        language: Of the passage.
        background: Mean cosine of the question with the passages of that language.
        spread: Standard deviation of these cosines.
        meaning: What its nearness in meaning is worth.
        share: Of the question's words in it, 0 to 1: BM25's, and that of the words it holds.
        words: What its words are worth, `untold` included.
        untold: What it was given because its language cannot share the question's words.
        matched: The question's terms that it or its title holds.
        untimely: What puts it further behind for its day.
    """

    question_languages: Mapping[str, float]
    language: str
    background: float
    spread: float
    meaning: float
    share: float
    words: float
    untold: float
    matched: tuple[str, ...]
    untimely: Untimely = ""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A passage found for a question.

    `score` compares the passages of one question: 1 is the best, 0 is what a passage
    gets that nobody asked for.
    """

    document: Document
    chunk: Chunk
    score: float
    legs: Mapping[str, LegScore] = field(default_factory=dict)
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A marker of an answer bound to the exact span that it quotes.

    `document.text[start:end] == quote`. The number in `marker` is the position
    of the passage among those shown, from 1: `[1]`.

    Attributes:
        focus: The words within the quote that answer most tightly, in characters of
            `document.text`; None where nobody looked for them.
    """

    marker: str
    document: Document
    start: int
    end: int
    quote: str
    focus: Span | None = None

    @property
    def place(self) -> str:
        """Where in its file the quote stands: `p. 3`; empty if nothing tells."""
        return self.document.place(self.start, self.end)


#: What the check says of a sentence: every fact found; not contradicted but doubtful; no.
Verdict: TypeAlias = Literal["supported", "weak", "unsupported"]


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence of a generated answer, `answer.text[start:end]`, and whether it is supported.

    Attributes:
        reasons: What speaks against it; empty if `supported`.
    """

    start: int
    end: int
    verdict: Verdict
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a question, and everything needed to check it.

    Attributes:
        text: The answer with its markers; a polite refusal if `abstained`.
        citations: One for each quote, in the order of the text; empty if `abstained`.
        abstained: True if the articles do not seem to hold the answer.
        confidence: Estimated probability, 0 to 1, that the articles hold the answer.
        language: ISO 639-1 code of the question, which is the language of the framing words.
        passages: What was retrieved, best first; the nearest ones if `abstained`.
        sentences: What the check says of each sentence that a language model wrote; empty if
            no model did, for quotes need no check.
        dropped_markers: How many markers of passages that were not shown were taken out.
        notice: One line for the reader when the language model could not be used; else empty.
        nearest: If `abstained`, what of `passages` comes nearest to an answer; it may be none.
    """

    question: str
    text: str
    citations: tuple[Citation, ...]
    abstained: bool
    confidence: float
    language: str
    passages: tuple[SearchResult, ...]
    sentences: tuple[CheckedSentence, ...] = ()
    dropped_markers: int = 0
    notice: str = ""
    nearest: tuple[Citation, ...] = ()

    @property
    def shown(self) -> tuple[Citation, ...]:
        """What is shown of the articles: the quotes or, if `abstained`, what comes nearest."""
        return self.citations or self.nearest


@dataclass(frozen=True, slots=True)
class Passages:
    """First event of a stream: the passages that the markers will refer to."""

    results: tuple[SearchResult, ...]


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Next piece of the answer's text; all pieces joined are the draft of it."""

    text: str


#: What `Corpus.stream` yields: passages, then text, then the checked answer. Where a
#: language model writes, the verdict on each sentence follows its text.
Event: TypeAlias = Passages | TextDelta | CheckedSentence | Answer


class Failure(NamedTuple):
    """A file, or a row of one (`path:line`), that could not be read, and why."""

    path: str
    reason: str


class PassingFailure(Failure):
    """One that the next try may not have: the file is not to blame for it, or not alone."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What a sync did, counted in documents; `chunks` is the index's new total.

    Attributes:
        embedded: Chunks that the model had to embed; the others were known already.
        seconds: Wall time.
        failed: Files and rows left out, with the reason.
    """

    added: int = 0
    updated: int = 0
    removed: int = 0
    unchanged: int = 0
    chunks: int = 0
    embedded: int = 0
    seconds: float = 0.0
    failed: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """What checking an index found.

    Attributes:
        problems: A line each; empty if every check passed.
        repaired: What the sync that mended them did; None if there was none.
    """

    problems: tuple[str, ...]
    repaired: SyncReport | None
