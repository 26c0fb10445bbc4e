"""The answer in a language model's words, each sentence of it checked against what it cites.

The quoted answer is worked out first: it decides whether the articles hold an answer
at all, and it is what is shown when the model fails or nothing it says is supported.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import regex

from rag.answer.extractive import ExtractiveAnswerer
from rag.answer.model import CutShortError, ModelReader
from rag.answer.passage import common_cosine
from rag.answer.phrases import phrases
from rag.answer.prompt import messages
from rag.answer.support import Finding, SupportCheck
from rag.cite import (
    Quote,
    cite,
    known_markers,
    leading_markers,
    marker,
    marker_begun,
    markers,
    without_markers,
)
from rag.embed import Embedder
from rag.errors import GenerationError
from rag.language import sentence_spans, written_in
from rag.once import once
from rag.retrieve import Retrieval
from rag.settings import Settings
from rag.types import Answer, CheckedSentence, Span, TextDelta, Turn

# Behind a word with a letter it is decided whether a sentence has ended before it. A number
# or a sign alone does not tell: it may begin a list item. What has no spaces is tried once.
_ALONE = r"\p{Han}\p{Hiragana}\p{Katakana}"
_WORD_END = regex.compile(
    rf"[{_ALONE}]|(?<![^\s{_ALONE}])[^\s\p{{L}}]*+\p{{L}}[^\s{_ALONE}]*+(?=\s)"
)
_LINE = regex.compile(
    r"^[^\S\n]*(?:(?:[-*+•▪–]|#{1,6}|\d{1,3}[.)])[^\S\n]+)?(?P<said>.+)$", regex.MULTILINE
)

# A number before a full stop may have had decimals.
_ENDED = regex.compile(r"(?:(?<!\d)[.!?…]|[。！？؟।]|\])[\p{Pf}\p{Pe}\"'*_]*$")
_UNFINISHED = Finding("weak", ("the language model was cut short here",), ())


class GenerativeAnswerer:
    """Lets a chat model answer from the passages, and checks it while it speaks."""

    def __init__(
        self,
        extractive: ExtractiveAnswerer,
        reader: ModelReader,
        embedder: Embedder,
        settings: Settings,
    ) -> None:
        self._extractive = extractive
        self._reader = reader
        self._embedder = embedder
        self._settings = settings

    def answer(
        self, retrieval: Retrieval, history: Sequence[Turn] = ()
    ) -> Iterator[TextDelta | CheckedSentence | Answer]:
        """The text in pieces, each sentence's verdict behind it, then the whole answer."""
        *pieces, quoted = self._extractive.answer(retrieval, history)
        if not isinstance(quoted, Answer):
            raise TypeError(f"the last event is a {type(quoted).__name__}, not an Answer")
        # Where a quote is from, and how many articles there are, no model knows better.
        is_known = retrieval.names_sources or retrieval.counted is not None
        is_declined = quoted.abstained and not self._settings.llm_always
        if not retrieval.results or is_known or is_declined:
            yield from pieces
            yield quoted
            return
        say = phrases(retrieval.language)
        check = SupportCheck(retrieval.results, self._embedder, self._common_cosine)
        draft = Draft(retrieval, check)
        asked = messages(
            retrieval.question,
            retrieval.language,
            retrieval.results,
            history,
            self._settings.llm_history_tokens,
        )
        try:
            yield from draft.read(self._reader.read(asked))
        except GenerationError as error:
            logging.getLogger(__name__).warning("%s", error)
            yield replace(quoted, notice=say.failed)
            return
        if draft.is_supported:
            yield draft.answer(quoted.confidence)
        else:
            yield replace(quoted, notice=say.unsupported, dropped_markers=draft.dropped_markers)

    @once
    def _common_cosine(self) -> float:
        return common_cosine(self._embedder)


class Draft:
    """A growing answer: its text with the markers that hold, and the verdicts so far.

    It is looked at behind each word, so a reply is judged alike in whatever pieces it comes.
    Nothing is given out behind a sentence that is still to be judged:
    `_judged <= _given <= len(clean)`, where `clean` is what was read without invented markers.
    So the text is `clean[:_given]` with all that was added here before `_judged`.
    """

    def __init__(self, retrieval: Retrieval, check: SupportCheck) -> None:
        self._retrieval = retrieval
        self._check = check
        self._is_silent = False  # what was shown is no part of the answer
        self._is_cut = False  # the model did not come to the end of its last sentence
        self._begin()

    def _begin(self) -> None:
        self._raw = ""  # what the model said
        self._read = 0  # how much of it was looked at
        self._judged = 0  # where the last judged sentence ends in the clean text
        self._given = 0  # how much of the clean text was given out
        self._text = ""  # what was given out, with the markers added here
        self._language = self._retrieval.language  # of the sentence before
        self._sentences: list[CheckedSentence] = []
        self._quotes: list[Quote] = []
        self.dropped_markers = 0

    @property
    def is_supported(self) -> bool:
        """Whether at least one sentence is, and the model does not say that there is no answer."""
        named = markers(self._raw)
        if named and max(named) < 0:  # [0] alone
            return False
        return any(sentence.verdict == "supported" for sentence in self._sentences)

    def read(self, pieces: Iterable[str | None]) -> Iterator[TextDelta | CheckedSentence]:
        """What can be shown while the model speaks.

        None tells that all pieces before it were thought. Where some of that was shown, nothing
        more is: the whole answer replaces it.
        """
        for event in self._events(pieces):
            if not self._is_silent:
                yield event

    def _events(self, pieces: Iterable[str | None]) -> Iterator[TextDelta | CheckedSentence]:
        try:
            for text in pieces:
                if text is None:
                    self._is_silent |= bool(self._text)
                    self._begin()
                else:
                    yield from self._add(text)
        except CutShortError:
            self._is_cut = True
        yield from self._advance(len(self._raw.rstrip()), is_whole=True)

    def _add(self, text: str) -> Iterator[TextDelta | CheckedSentence]:
        self._raw = (self._raw + text).lstrip()
        for word in _WORD_END.finditer(self._raw, self._read):
            self._read = word.end()
            if marker_begun(self._raw[: self._read]) == self._read:
                yield from self._advance(self._read, is_whole=False)

    def answer(self, confidence: float) -> Answer:
        """The whole answer."""
        retrieval = self._retrieval
        return Answer(
            question=retrieval.question,
            text=self._text,
            citations=cite(list(dict.fromkeys(self._quotes)), retrieval.results),
            abstained=False,
            confidence=confidence,
            language=retrieval.language,
            passages=retrieval.results,
            sentences=tuple(self._sentences),
            dropped_markers=self.dropped_markers,
        )

    def _advance(self, end: int, *, is_whole: bool) -> Iterator[TextDelta | CheckedSentence]:
        clean, self.dropped_markers = known_markers(self._raw[:end], len(self._retrieval.results))
        for span in self._complete(clean, is_whole=is_whole):
            yield from self._give(clean, span.end)
            assert self._given == span.end, "words behind a sentence were given out"
            yield from self._judge(clean, span)
            self._judged = span.end
        yield from self._give(clean, len(clean))

    def _complete(self, clean: str, *, is_whole: bool) -> list[Span]:
        """The sentences behind the judged ones that nothing can be added to any more."""
        rest = clean[self._judged :]
        spans = [
            Span(self._judged + start, self._judged + end)
            for start, end in said_sentences(rest, written_in(rest, self._language))
        ]
        # What shows its language late ends no sentence before words that were given out.
        while len(spans) > 1 and spans[0].end < self._given:
            spans[:2] = [Span(spans[0].start, spans[1].end)]
        return spans if is_whole else spans[:-1]

    def _give(self, clean: str, end: int) -> Iterator[TextDelta]:
        if piece := clean[self._given : end]:
            self._text += piece
            self._given = end
            yield TextDelta(piece)

    def _judge(self, clean: str, span: Span) -> Iterator[TextDelta | CheckedSentence]:
        """The verdict on a sentence that was given out; adds the marker it should have had."""
        said = clean[span.start : span.end]
        bare, cited = without_markers(said).strip(), markers(said)
        if not any(character.isalnum() for character in bare):
            return
        start = span.start + len(self._text) - self._given
        self._language = written_in(bare, self._language)
        if self._is_cut and span.end == len(clean) and not _ENDED.search(said):
            finding = _UNFINISHED
        elif cited:
            finding = self._check.check(bare, self._language, cited)
        else:
            finding = _uncited(self._check.check(bare, self._language, cited))
            if finding.quotes:
                added = f" {marker(finding.quotes[0].passage)}"
                self._text += added
                yield TextDelta(added)
        self._quotes += finding.quotes
        verdict = CheckedSentence(start, len(self._text), finding.verdict, finding.reasons)
        self._sentences.append(verdict)
        yield verdict


def said_sentences(text: str, language: str) -> list[Span]:
    """The sentences of each line without its list sign.

    Markers behind a full stop, or alone on a line, belong to the sentence before.
    """
    found: list[Span] = []
    for line in _LINE.finditer(text):
        offset = line.start("said")
        for span in sentence_spans(line["said"], language):
            start, end = span.start + offset, span.end + offset
            lead = leading_markers(text[start:end])
            follows = found and (found[-1].end > offset or lead == end - start)
            if lead and follows and not markers(text[found[-1].start : found[-1].end]):
                found[-1] = Span(found[-1].start, start + lead)
                start += lead
                start += len(text[start:end]) - len(text[start:end].lstrip())
            if start < end:
                found.append(Span(start, end))
    return found


def _uncited(finding: Finding) -> Finding:
    """What a sentence without a marker gets: it must be surely supported."""
    if finding.verdict == "supported":
        return finding
    return Finding("unsupported", ("it cites nothing", *finding.reasons), ())
