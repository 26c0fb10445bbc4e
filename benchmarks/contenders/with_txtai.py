"""txtai's hybrid index, at its defaults but for the model and its prefixes."""

from __future__ import annotations

from pathlib import Path

from txtai import Embeddings

from benchmarks.contenders.turns import DEPTH, PROMPTS, read_articles, take_turns


class Txtai:
    """`Embeddings(hybrid=True)`: Faiss and its own BM25, fused by it."""

    package = "txtai"
    setup = 'Embeddings(hybrid=True, instructions={"query": "query: ", "data": "passage: "})'

    def __init__(self, model: Path) -> None:
        query, data = PROMPTS
        instructions = {"query": query, "data": data}
        self._embeddings = Embeddings(path=str(model), hybrid=True, instructions=instructions)
        self._embeddings.batchtransform(["Is it loaded?"], "query")

    def index(self, corpus: Path, home: Path) -> None:
        """Each article is a passage: it splits nothing."""
        self._embeddings.index(read_articles(corpus))
        self._embeddings.save(str(home))

    def again(self) -> bool:
        """It has no means to: `upsert` embeds whatever it is given."""
        return False

    def search(self, question: str) -> list[str]:
        """By both indexes."""
        return [str(id) for id, _ in self._embeddings.search(question, DEPTH)]


if __name__ == "__main__":
    take_turns(Txtai)
