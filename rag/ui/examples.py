"""Questions to begin with, made of what is in the corpus."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from itertools import islice

from rag.corpus import Corpus
from rag.errors import NotFoundError, RagError
from rag.store.listing import Listed
from rag.ui.texts import Texts

#: Examples at most, and titles tried until so many of them get an answer.
SHOWN, _TRIED = 4, 12

#: So many requests think of examples or wait for them: each holds a thread of the server.
_WAITING = 4

_NEWEST = 60  # articles looked at
_TITLE_CHARS = 80


class Examples:
    """Questions that the articles answer; thought of anew after each sync."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._lock, self._turns = threading.Lock(), threading.Semaphore(_WAITING)
        # By language: the generation that they were thought of for, and the questions.
        self._known: dict[str, tuple[int, list[str]]] = {}

    def questions(self, say: Texts) -> list[str]:
        """A few, in the language of the texts; none where nothing is indexed.

        Few wait while they are thought of; others get those that were known before.
        """
        code = say["code"]
        if not self._turns.acquire(blocking=False):
            return self._questions_in(code)
        try:
            with self._lock:
                generation = self._corpus.status().generation
                if code not in self._known or self._known[code][0] != generation:
                    self._known[code] = generation, [*islice(self._answered(say), SHOWN)]
        except NotFoundError:
            self._known = {}
        finally:
            self._turns.release()
        return self._questions_in(code)

    def _questions_in(self, code: str) -> list[str]:
        return self._known.get(code, (-1, []))[1]

    def _answered(self, say: Texts) -> Iterator[str]:
        newest = self._corpus.listing(order="date", descending=True, limit=_NEWEST).rows
        for title in _titles(newest)[:_TRIED]:
            question = say["example"].format(title=title)
            try:
                if not self._corpus.chain(quotes_only=True).invoke(question).abstained:
                    yield question
            except RagError:
                return


def _titles(documents: Sequence[Listed]) -> list[str]:
    """Titles of different articles, those of each language in turn."""
    by_language: dict[str, list[str]] = {}
    for document in documents:
        title = " ".join(document.title.split())
        titles = by_language.setdefault(document.language, [])
        if title and len(title) <= _TITLE_CHARS and title not in titles:
            titles.append(title)
    turns = max(map(len, by_language.values()), default=0)
    return [titles[n] for n in range(turns) for titles in by_language.values() if n < len(titles)]
