"""What a corpus is made of; what needs a model is put together when it is first needed."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, get_args

from rag.errors import SettingsError
from rag.once import once
from rag.settings import Caution, Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from rag.answer import Answerer
    from rag.answer.model import ModelReader
    from rag.embed import Embedder
    from rag.embed.reader import Reader
    from rag.retrieve import Retriever
    from rag.store import Fingerprint


class Parts:
    """The pieces that a `Corpus` works with, each made once."""

    def __init__(
        self,
        index: str,
        settings: Settings,
        embedder: Embedder | None,
        chat_model: BaseChatModel | None,
    ) -> None:
        from rag.store import open_backend

        self._settings = settings
        self._given_embedder = embedder
        self._given_model = chat_model
        self._lock = threading.RLock()
        self._answerers: dict[tuple[Caution, bool], Answerer] = {}
        self._chat_reader: ModelReader | None = None
        self.store = open_backend(index, self._fingerprint, settings)

    @once
    def embedder(self) -> Embedder:
        """Whatever the settings name."""
        from rag.embed import load_embedder

        return self._given_embedder or load_embedder(self._settings)

    @once
    def retriever(self) -> Retriever:
        """Over the store."""
        from rag.retrieve import Retriever

        return Retriever(self.store, self.embedder, self._settings)

    @property
    def has_chat_model(self) -> bool:
        """Whether a chat model words the answers."""
        return bool(self._settings.llm or self._given_model)

    @once
    def passage_reader(self) -> Reader:
        """What finds answers in passages."""
        from rag.embed.reader import load_reader

        return load_reader(self._settings)

    def begin_loading_reader(self, *, needs_index: bool = False) -> None:
        """Has the reader loaded beside the search that goes before it.

        Args:
            needs_index: Without an index there is nothing to read: then nothing is loaded.

        Raises:
            NotFoundError: Nothing was synced yet, where that matters.
        """
        _ = self._loading_where_indexed if needs_index else self._loading_reader

    @once
    def _loading_where_indexed(self) -> threading.Thread:
        with self.store.reader(search=False):  # once: each question looks at the index anyway
            return self._loading_reader

    @once
    def _loading_reader(self) -> threading.Thread:
        def load() -> None:
            with suppress(Exception):  # whoever reads next hears of it
                self.passage_reader.read("warm-up", [("", "warm-up")])

        thread = threading.Thread(target=load, name="loading the reader")
        thread.start()
        return thread

    def answerer(self, caution: Caution | None, quotes_only: bool) -> Answerer:
        """Over the passages; the same one for the same wishes."""
        settings = self._settings
        if caution:
            if caution not in get_args(Caution):
                known = ", ".join(get_args(Caution))
                raise SettingsError(f"caution is one of {known}, not {caution!r:.100}")
            settings = settings.model_copy(update={"caution": caution})
        wishes = (settings.caution, quotes_only or not self.has_chat_model)
        with self._lock:
            if wishes not in self._answerers:
                self._answerers[wishes] = self._answerer(settings, quotes_only=wishes[1])
            return self._answerers[wishes]

    def _answerer(self, settings: Settings, *, quotes_only: bool) -> Answerer:
        from rag.answer import ExtractiveAnswerer

        extractive = ExtractiveAnswerer(self.passage_reader, settings)
        if quotes_only:
            return extractive
        from rag.answer.generative import GenerativeAnswerer
        from rag.answer.model import ModelReader, load_model

        if self._chat_reader is None:
            self._chat_reader = ModelReader(self._given_model or load_model(settings), settings)
        return GenerativeAnswerer(extractive, self._chat_reader, self.embedder, settings)

    def close(self) -> None:
        """Closes the index's files and the chat model; who needs them again opens them again."""
        self.store.close()
        with self._lock:
            reader, self._chat_reader = self._chat_reader, None
            self._answerers.clear()
        if reader:
            reader.close()

    def _fingerprint(self) -> Fingerprint:
        from rag.chunk import CHUNKER_VERSION
        from rag.language import ANALYZER_VERSION
        from rag.load import LOADER_VERSION
        from rag.prepare import max_chunk_tokens
        from rag.store import Fingerprint

        fields = " ".join(
            f"{ours}={theirs}" for ours, theirs in sorted(self._settings.fields.items())
        )
        tokens = max_chunk_tokens(self.embedder, self._settings)
        return Fingerprint(
            embedding=self.embedder.fingerprint,
            dimension=str(self.embedder.dimension),
            chunker=f"{CHUNKER_VERSION} with {tokens} tokens",
            analyzer=ANALYZER_VERSION,
            loader=f"{LOADER_VERSION} {fields}".strip(),
        )
