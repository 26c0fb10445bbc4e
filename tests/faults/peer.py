"""The peer under the same kills: LangChain's FAISS store, saved and loaded by its own code.

`python -m tests.faults.peer save FOLDER DAY` saves it, in a process of its own, to be killed;
`python -m tests.faults.peer look FOLDER` prints what has become of it. `make test-faults`
installs the peer in a folder of its own.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Literal

from langchain_core.embeddings import Embeddings

from tests.words import WordEmbedder

warnings.simplefilter("ignore")  # that the package is not developed further is known
from langchain_community.vectorstores import FAISS  # noqa: E402

Outcome = Literal["old", "new", "lost", "silently wrong"]
ARTICLES, _ASKED = 3_000, 100


class _Words(Embeddings):
    """The tests' embedder, as LangChain calls one."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = WordEmbedder().embed_documents(texts).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        row: list[float] = WordEmbedder().embed_query(text).tolist()
        return row


def articles(day: str) -> list[str]:
    """What the store holds; on Friday other articles, and not as many, as on Monday."""
    numbers = range(ARTICLES) if day == "Monday" else range(90, ARTICLES + 40)
    return [f"Word{number} was said on {day}." for number in numbers]


def outcome(folder: Path) -> Outcome:
    """What a program finds that opens the store after the kill and asks it for its articles."""
    try:
        store = FAISS.load_local(str(folder), _Words(), allow_dangerous_deserialization=True)
        found = [store.docstore.search(id) for id in store.index_to_docstore_id.values()]
        texts = sorted(document.page_content for document in found)
        for text in texts[:: len(texts) // _ASKED]:
            if store.similarity_search(text, k=1)[0].page_content != text:
                return "silently wrong"
    except Exception:
        return "lost"
    if texts == sorted(articles("Monday")):
        return "old"
    return "new" if texts == sorted(articles("Friday")) else "silently wrong"


def main() -> None:
    what, folder, *day = sys.argv[1:]
    if what == "look":
        print(outcome(Path(folder)))
    else:
        FAISS.from_texts(articles(*day), _Words()).save_local(folder)


if __name__ == "__main__":
    main()
