"""The answer in a language model's words, each sentence of it checked against what it cites.

The quoted answer is worked out first: it decides whether the articles hold an answer
at all, and it is what is shown when the model fails or nothing it says is supported.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

from langchain_core.messages import BaseMessage

from rag.answer.extractive import ExtractiveAnswerer
from rag.answer.model import ModelReader
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
from rag.language import sentence_spans
from rag.once import once
from rag.retrieve import Retrieval
from rag.settings import Settings
from rag.types import Answer, CheckedSentence, Span, TextDelta, Turn


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
        if not retrieval.results or (quoted.abstained and not self._settings.llm_always):
            yield from pieces
            yield quoted
            return
        say = phrases(retrieval.language)
        draft = Draft(retrieval, self._check(retrieval))
        try:
            for text in self._reader.read(self._messages(retrieval, history)):
                yield from draft.add(text)
            yield from draft.finish()
        except GenerationError as error:
            logging.getLogger(__name__).warning("%s", error)
            yield replace(quoted, notice=say.failed)
            return
        if draft.is_supported:
            yield draft.answer(quoted.confidence)
        else:
            yield replace(quoted, notice=say.unsupported, dropped_markers=draft.dropped_markers)

    def _check(self, retrieval: Retrieval) -> SupportCheck:
        return SupportCheck(retrieval.results, self._embedder, self._common_cosine)

    @once
    def _common_cosine(self) -> float:
        return common_cosine(self._embedder)

    def _messages(self, retrieval: Retrieval, history: Sequence[Turn]) -> list[BaseMessage]:
        return messages(
            retrieval.question,
            retrieval.language,
            retrieval.results,
            history,
            self._settings.llm_history_tokens,
            self._reader.count_tokens,
        )


class Draft:
    """A growing answer: its text with the markers that hold, and the verdicts so far."""

    def __init__(self, retrieval: Retrieval, check: SupportCheck) -> None:
        self._retrieval = retrieval
        self._check = check
        self._raw = ""  # what the model said
        self._read = 0  # how much of it, without invented markers, was given out
        self._checked = 0  # how much of that belongs to checked sentences
        self._text = ""  # what was given out, with the markers added here
        self._sentences: list[CheckedSentence] = []
        self._quotes: list[Quote] = []
        self.dropped_markers = 0

    @property
    def is_supported(self) -> bool:
        """Whether at least one sentence is."""
        return any(sentence.verdict == "supported" for sentence in self._sentences)

    def add(self, text: str) -> Iterator[TextDelta | CheckedSentence]:
        """What can be shown now that the model has said this."""
        self._raw += text
        yield from self._advance(marker_begun(self._raw), is_whole=False)

    def finish(self) -> Iterator[TextDelta | CheckedSentence]:
        """The rest, once the model has ended."""
        self._raw = self._raw.rstrip()
        yield from self._advance(len(self._raw), is_whole=True)

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
        clean = clean if self._text or is_whole else clean.lstrip()
        for span in self._complete(clean, is_whole=is_whole):
            yield from self._give(clean, span.end)
            yield from self._judge(clean, span)
            self._checked = span.end
        yield from self._give(clean, len(clean))

    def _complete(self, clean: str, *, is_whole: bool) -> list[Span]:
        """The sentences behind the checked ones that nothing can be added to any more."""
        language = self._retrieval.language
        spans = [
            Span(self._checked + start, self._checked + end)
            for start, end in sentences(clean[self._checked :], language)
        ]
        return spans if is_whole else spans[:-1]

    def _give(self, clean: str, end: int) -> Iterator[TextDelta]:
        if piece := clean[self._read : end]:
            self._text += piece
            self._read = end
            yield TextDelta(piece)

    def _judge(self, clean: str, span: Span) -> Iterator[TextDelta | CheckedSentence]:
        """The verdict on a sentence that was given out; adds the marker it should have had."""
        start = len(self._text) - (span.end - span.start)
        said = clean[span.start : span.end]
        bare, cited = without_markers(said).strip(), markers(said)
        if not bare:
            return
        finding = self._check.check(bare, self._retrieval.language, cited)
        if not cited:
            finding = _uncited(finding)
            if finding.quotes:
                added = f" {marker(finding.quotes[0].passage)}"
                self._text += added
                yield TextDelta(added)
        self._quotes += finding.quotes
        verdict = CheckedSentence(start, len(self._text), finding.verdict, finding.reasons)
        self._sentences.append(verdict)
        yield verdict


def sentences(text: str, language: str) -> list[Span]:
    """The sentences of a text; markers behind a full stop belong to the sentence before."""
    found: list[Span] = []
    for start, end in sentence_spans(text, language):
        lead = leading_markers(text[start:end])
        if lead and found and not markers(text[found[-1].start : found[-1].end]):
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
