"""Plain LangChain, put together as its documentation does: FAISS and BM25 in an ensemble."""

from __future__ import annotations

import warnings
from pathlib import Path

from faiss import IndexFlatL2

from benchmarks.contenders.turns import DEPTH, read_articles, take_turns

warnings.simplefilter("ignore")  # that the community package is not developed further is known
from langchain_classic.indexes import SQLRecordManager  # noqa: E402
from langchain_classic.retrievers import EnsembleRetriever  # noqa: E402
from langchain_community.docstore.in_memory import InMemoryDocstore  # noqa: E402
from langchain_community.retrievers import BM25Retriever  # noqa: E402
from langchain_community.vectorstores import FAISS  # noqa: E402
from langchain_core.documents import Document  # noqa: E402
from langchain_core.indexing import IndexingResult, index  # noqa: E402
from langchain_huggingface import HuggingFaceEmbeddings  # noqa: E402
from langchain_text_splitters import RecursiveCharacterTextSplitter  # noqa: E402


class LangChain:
    """The splitter, the embeddings, the two retrievers and the ensemble of the documentation."""

    package = "langchain-classic"
    setup = (
        "RecursiveCharacterTextSplitter(1000, 200), HuggingFaceEmbeddings with the model's "
        "prompts, FAISS, SQLRecordManager, BM25Retriever (rank_bm25), EnsembleRetriever with "
        "weights 0.5 and 0.5"
    )

    def __init__(self, model: Path) -> None:
        self._embeddings = HuggingFaceEmbeddings(
            model_name=str(model),
            encode_kwargs={"prompt_name": "document"},
            query_encode_kwargs={"prompt_name": "query"},
        )
        self._width = len(self._embeddings.embed_query("Is it loaded?"))
        self._splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)

    def index(self, corpus: Path, home: Path) -> None:
        """Splits, embeds what the record manager does not know, saves, builds BM25 in memory."""
        home.mkdir(parents=True)
        self._corpus, self._home = corpus, home
        self._store = FAISS(self._embeddings, IndexFlatL2(self._width), InMemoryDocstore(), {})
        self._records = SQLRecordManager("corpus", db_url=f"sqlite:///{home}/records.sqlite")
        self._records.create_schema()
        self._update()

    def again(self) -> bool:
        """The same: the record manager knows all of it."""
        return not self._update()["num_added"]

    def search(self, question: str) -> list[str]:
        """By the ensemble."""
        return [str(hit.metadata["id"]) for hit in self._ensemble.invoke(question)]

    def _update(self) -> IndexingResult:
        articles = read_articles(self._corpus)
        documents = [Document(text, metadata={"id": id}) for id, text in articles]
        chunks = self._splitter.split_documents(documents)
        done = index(chunks, self._records, self._store, cleanup="full", source_id_key="id")
        if done["num_added"]:
            self._store.save_local(str(self._home))
            words = BM25Retriever.from_documents(chunks, k=DEPTH)
            meaning = self._store.as_retriever(search_kwargs={"k": DEPTH})
            self._ensemble = EnsembleRetriever(retrievers=[words, meaning], weights=[0.5, 0.5])
        return done


if __name__ == "__main__":
    take_turns(LangChain)
