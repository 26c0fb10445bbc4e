"""The facade that the page, the command line and Python share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rag.address import local_path
from rag.errors import NotFoundError
from rag.parts import Parts
from rag.settings import Caution, Settings
from rag.types import (
    Answer,
    Document,
    Event,
    Filters,
    SearchResult,
    SyncReport,
    Verification,
    storable,
)

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from rag.answer import Answerer
    from rag.chain import AnswerChain, CorpusRetriever
    from rag.embed import Embedder
    from rag.plan import Plan
    from rag.retrieve import Retriever
    from rag.store import Status
    from rag.store.listing import Listing, Order
    from rag.sync import OnProgress, Progress
    from rag.turns import History
    from rag.work import Worked

_PAGE = 200  # documents read at a time


class Corpus:
    """A folder of articles and its index.

    Usable from several threads. Opening is cheap: the embedding model loads when
    it is first needed. In another process it is opened anew, by whoever unpickles it; a
    process that has searched must not fork, for its child would wait for OpenMP forever.
    """

    def __init__(
        self,
        folder: Path,
        index: str | Path,
        settings: Settings,
        embedder: Embedder | None = None,
        chat_model: BaseChatModel | None = None,
        reload_settings: Callable[[], Settings] | None = None,
    ) -> None:
        """See `open`; `embedder` and `chat_model` replace the models that the settings name."""
        self.folder = folder
        self.settings = settings
        self.address = str(index)
        #: What files of this machine that belong to the index are named after.
        self.index = local_path(self.address)
        self._given_embedder = embedder
        self._given_reload = reload_settings
        self._given_model = chat_model
        #: How far the sync of this process is; None if there is none.
        self.progress: Progress | None = None
        self._opened: Parts | None = None
        self._opening = threading.Lock()

    @classmethod
    def open(
        cls,
        folder: str | Path = "corpus",
        *,
        index: str | Path | None = None,
        settings: Settings | None = None,
        reload_settings: Callable[[], Settings] | None = None,
    ) -> Corpus:
        """The corpus in `folder`, with its index in another folder or in a database.

        Args:
            folder: Articles, at any depth.
            index: A folder, created by the first sync, or `postgresql://...`; None takes
                the setting.
            settings: None reads `rag.toml` and the environment.
            reload_settings: Asked when another process has rebuilt the index with other
                settings, which may be the ones to follow.

        Raises:
            NotFoundError: There is no such corpus folder.
            SettingsError: A setting is unknown or wrong.
        """
        from rag.sync import require_folder

        require_folder(Path(folder))
        if settings is None:
            settings, reload_settings = Settings.load(), Settings.load
        address = settings.index if index is None else index
        return cls(Path(folder), address, settings, reload_settings=reload_settings)

    def sync(
        self,
        *,
        rebuild: bool = False,
        wait_s: float = 0.0,
        on_progress: OnProgress | None = None,
    ) -> SyncReport:
        """Makes the index hold what the folder holds; embeds only what is new.

        Args:
            rebuild: Build anew, with the settings of now; the old index serves until then.
                What is known of it already is not embedded again.
            wait_s: How long to wait for a sync of another process.
            on_progress: Called after each batch, and often while the folder is read.

        Raises:
            LockedError: Another process is syncing.
            MismatchError: The index was built with other settings.
            ModelError: The embedding model cannot be loaded.
        """
        from rag.sync import sync

        told: Progress | None = None

        def note(progress: Progress) -> None:
            nonlocal told
            self.progress = told = progress
            if on_progress:
                on_progress(progress)

        parts = self._parts()
        try:
            return sync(
                self.folder,
                parts.store,
                parts.embedder,
                self.settings,
                rebuild=rebuild,
                wait_s=wait_s,
                on_progress=note,
            )
        finally:
            if self.progress is told:  # not what another sync, which this one waited for, tells
                self.progress = None

    def check(self) -> None:
        """Refuses an index that a sync would refuse, before there is a reason to sync.

        Raises:
            StoreError: Nothing can be written there.
            MismatchError: The index was built with other settings, or by a later version.
        """
        self._parts().store.check()

    def plan(self, *, rebuild: bool = False) -> Plan:
        """What a sync would do now; it changes nothing.

        Raises:
            MismatchError: The index was built with other settings.
        """
        from rag.sync import plan_sync

        return plan_sync(self.folder, self._parts().store, self.settings, rebuild=rebuild)

    def enqueue(
        self, *, wait_s: float = 0.0, on_read: Callable[[int], None] = lambda _: None
    ) -> Plan:
        """As `sync`, but leaves to workers what needs the model; what a sync would have done.

        Args:
            wait_s: How long to wait for a sync of another process.
            on_read: Called after each file with the number of documents seen so far.

        Raises:
            StoreError: The index is in a folder.
            LockedError: Another process is syncing.
            MismatchError: The index was built with other settings.
        """
        from rag.work import enqueue

        store = self._parts().store
        return enqueue(self.folder, store, self.settings, wait_s=wait_s, on_read=on_read)

    def work(self, *, wait_s: float = 0.0) -> Iterator[Worked]:
        """Indexes what `enqueue` has left, beside other workers; needs no folder.

        Args:
            wait_s: How long to wait for a sync of another process.

        Yields:
            How much was committed together.

        Raises:
            StoreError: The index is in a folder.
            LockedError: Another process is syncing.
            NotFoundError: Nothing was ever queued.
            MismatchError: The index was built with other settings.
        """
        from rag.work import work

        parts = self._parts()
        return work(parts.store, parts.embedder, self.settings, wait_s=wait_s)

    def documents(self) -> Iterator[Document]:
        """Every indexed document, in the order of their ids."""
        after = ""
        while True:
            with self._parts().store.reader(search=False) as reader:
                page = reader.documents(after, _PAGE)
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1].id

    def listing(
        self,
        search: str = "",
        order: Order = "title",
        *,
        descending: bool = False,
        offset: int = 0,
        limit: int = 100,
    ) -> Listing:
        """The indexed documents as a table: those whose title, id or source holds `search`.

        Raises:
            NotFoundError: Nothing was synced yet.
        """
        from rag.store.listing import Listing, Look

        with self._parts().store.reader(search=False) as reader:
            if not storable(search):
                return Listing(0, ())
            return reader.listing(Look(search, order, descending, offset, limit))

    def sources(self) -> list[str]:
        """Every source of the documents, sorted.

        Raises:
            NotFoundError: Nothing was synced yet.
        """
        with self._parts().store.reader(search=False) as reader:
            return reader.sources()

    def document(self, id: str) -> Document:
        """The indexed document of that id.

        Raises:
            NotFoundError: There is none.
        """
        with self._parts().store.reader(search=False) as reader:
            document = reader.document(id) if isinstance(id, str) and storable(id) else None
        if document is None:
            raise NotFoundError(f"there is no document {id!r} in the index")
        return document

    def search(
        self, question: str, *, top_k: int | None = None, filters: Filters | None = None
    ) -> list[SearchResult]:
        """The passages nearest to a question, best first.

        Args:
            filters: Which documents to search.

        Raises:
            QuestionError: The question is empty or too long.
            NotFoundError: Nothing was synced yet.
        """
        return list(self._parts().retriever.search(question, top_k, filters).results)

    def ask(
        self, question: str, *, history: History = (), filters: Filters | None = None
    ) -> Answer:
        """The answer, with a citation for each quote; `abstained` if there is none.

        Args:
            history: Earlier turns, oldest first, or messages of LangChain.
            filters: Which documents to search.

        Raises:
            QuestionError: The question is empty or too long, or the history no conversation.
            NotFoundError: Nothing was synced yet.
        """
        from rag.flow import answer_of

        return answer_of(self.stream(question, history=history, filters=filters))

    def stream(
        self, question: str, *, history: History = (), filters: Filters | None = None
    ) -> Iterator[Event]:
        """As `ask`, in pieces: `Passages`, then `TextDelta`s, then the `Answer`."""
        from rag.flow import events

        parts = self._parts()
        parts.begin_loading_reader(needs_index=True)
        return events(parts.retriever, parts.answerer(None, False), question, history, filters)

    def retriever(
        self, *, top_k: int | None = None, filters: Filters | None = None
    ) -> CorpusRetriever:
        """The search as a LangChain `BaseRetriever`."""
        from rag.chain import CorpusRetriever

        def current() -> Retriever:
            return self._parts().retriever

        return CorpusRetriever(current=current, top_k=top_k, filters=filters)

    def chain(self, *, caution: Caution | None = None, quotes_only: bool = False) -> AnswerChain:
        """From question to `Answer` as a LangChain `Runnable`.

        Args:
            caution: How sure to be before answering; None takes the setting.
            quotes_only: Leave the chat model out, if there is one.

        Raises:
            SettingsError: There is no such caution.
        """
        from rag.chain import AnswerChain

        def current() -> tuple[Retriever, Answerer]:
            parts = self._parts()
            return parts.retriever, parts.answerer(caution, quotes_only)

        current()  # a wrong name is refused here, not at the first question
        return AnswerChain(current)

    @property
    def has_chat_model(self) -> bool:
        """Whether a chat model words the answers."""
        return self._parts().has_chat_model

    def status(self) -> Status:
        """What is in the index.

        Raises:
            NotFoundError: Nothing was synced yet.
        """
        return self._parts().store.status()

    def verify(self, *, repair: bool = False) -> Verification:
        """Checks everything that the index promises about itself.

        Args:
            repair: Mend what is wrong: a damaged catalogue is built anew from the folder,
                and only vectors that are damaged too are embedded again.

        Raises:
            NotFoundError: Nothing was synced yet.
            LockedError: A sync is at work.
        """
        found = self._parts().store.verify()
        problems = (*found.catalog, *found.vectors)
        if not problems or not repair:
            return Verification(problems, None)
        return Verification(problems, self.sync(rebuild=bool(found.catalog)))

    def warm(self) -> None:
        """Loads the model and the index now instead of at the first question."""
        parts = self._parts()
        parts.begin_loading_reader()
        parts.embedder.embed_query("warm-up")
        parts.passage_reader.read("warm-up", [("", "warm-up")])
        parts.retriever.search("warm-up")

    def close(self) -> None:
        """Closes the index's files; an answer that a chat model is at ends with the quotes."""
        if self._opened:
            self._opened.close()

    def __reduce__(self) -> tuple[type[Corpus], tuple[object, ...]]:
        given = (self._given_embedder, self._given_model, self._given_reload)
        return type(self), (self.folder, self.address, self.settings, *given)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _parts(self) -> Parts:
        """The pieces, imported at the first need.

        A rebuild by another process may have followed a change of the settings file: then
        this one follows too, and goes on answering.
        """
        opened = self._opened
        # Not under the lock: a server that does not answer would hold up one after the other.
        is_outdated = opened is not None and not opened.store.fits()
        with self._opening:
            if opened and is_outdated and self._opened is opened:
                settings = self._given_reload() if self._given_reload else self.settings
                if settings != self.settings:
                    opened.close()
                    self.settings, self._opened = settings, None
            if self._opened is None:
                self._opened = Parts(
                    self.address, self.settings, self._given_embedder, self._given_model
                )
            return self._opened
