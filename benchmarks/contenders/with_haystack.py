"""Haystack's hybrid retrieval, as its tutorial puts it together."""

from __future__ import annotations

from pathlib import Path

from haystack import Document
from haystack.components.caching import CacheChecker
from haystack.components.joiners import DocumentJoiner
from haystack.components.preprocessors import DocumentSplitter
from haystack.components.retrievers.in_memory import (
    InMemoryBM25Retriever,
    InMemoryEmbeddingRetriever,
)
from haystack.components.writers import DocumentWriter
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack.document_stores.types import DuplicatePolicy
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)

from benchmarks.contenders.turns import DEPTH, PROMPTS, read_articles, take_turns


class Haystack:
    """Splitter, embedder and writer; two retrievers and a joiner."""

    package = "haystack-ai"
    setup = (
        "DocumentSplitter(word, 200), SentenceTransformers embedders with e5's prefixes, "
        "InMemoryDocumentStore (cosine), BM25 and embedding retrievers, DocumentJoiner "
        "(reciprocal_rank_fusion)"
    )

    def __init__(self, model: Path) -> None:
        query, passage = PROMPTS
        self._passages = SentenceTransformersDocumentEmbedder(
            model=str(model), prefix=passage, progress_bar=False
        )
        self._questions = SentenceTransformersTextEmbedder(
            model=str(model), prefix=query, progress_bar=False
        )
        for embedder in (self._passages, self._questions):
            embedder.warm_up()
        self._questions.run("Is it loaded?")
        self._splitter = DocumentSplitter(split_by="word", split_length=200)
        self._joiner = DocumentJoiner(join_mode="reciprocal_rank_fusion")

    def index(self, corpus: Path, home: Path) -> None:
        """Splits, embeds, keeps in memory, and saves."""
        self._corpus, self._home = corpus, home
        self._store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        self._writer = DocumentWriter(self._store, policy=DuplicatePolicy.OVERWRITE)
        self._meaning = InMemoryEmbeddingRetriever(self._store, top_k=DEPTH)
        self._words = InMemoryBM25Retriever(self._store, top_k=DEPTH)
        self._checker = CacheChecker(self._store, cache_field="meta.id")
        self._write(self._documents())

    def again(self) -> bool:
        """A CacheChecker leaves out what is in the store by its id; it does not see edits."""
        documents = {document.meta["id"]: document for document in self._documents()}
        if misses := self._checker.run(list(documents))["misses"]:
            self._write([documents[id] for id in misses])
        return not misses

    def search(self, question: str) -> list[str]:
        """By both retrievers and the joiner."""
        vector = self._questions.run(question)["embedding"]
        legs = [
            self._meaning.run(query_embedding=vector)["documents"],
            self._words.run(query=question)["documents"],
        ]
        return [str(hit.meta["id"]) for hit in self._joiner.run(legs)["documents"]]

    def _documents(self) -> list[Document]:
        articles = read_articles(self._corpus)
        return [Document(content=text, meta={"id": id}) for id, text in articles]

    def _write(self, documents: list[Document]) -> None:
        pieces = self._splitter.run(documents)["documents"]
        self._writer.run(self._passages.run(pieces)["documents"])
        self._home.mkdir(parents=True, exist_ok=True)
        self._store.save_to_disk(str(self._home / "store.json"))


if __name__ == "__main__":
    take_turns(Haystack)
