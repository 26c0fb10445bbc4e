"""The corpus as tools for a language model, by the Model Context Protocol."""

from __future__ import annotations

from typing import Any

from mcp.server import MCPServer

from rag.corpus import Corpus
from rag.types import Filters
from rag.wire import answer_json, result_json

_ABOUT = (
    "Articles that can be asked in any language. Every quotation is a span of an article, "
    "word for word. `abstained` says that the articles do not seem to hold an answer."
)


def tools(corpus: Corpus) -> MCPServer:
    """A server with the tools `ask` and `search`; its `run` serves standard input and output."""
    server: MCPServer = MCPServer("corpus-chat", instructions=_ABOUT)

    @server.tool()
    def ask(question: str, languages: list[str] | None = None) -> dict[str, Any]:
        """Answers a question with quotations of the articles and where they stand.

        Args:
            question: In any language.
            languages: Codes such as `fr`, to ask only the articles in them.
        """
        return answer_json(corpus.ask(question, filters=Filters(languages=languages or ())))

    @server.tool()
    def search(question: str, top_k: int = 5, languages: list[str] | None = None) -> dict[str, Any]:
        """Finds the passages nearest to a question, best first.

        Args:
            question: In any language.
            top_k: At most so many.
            languages: Codes such as `fr`, to search only the articles in them.
        """
        found = corpus.search(question, top_k=top_k, filters=Filters(languages=languages or ()))
        return {"results": [result_json(result) for result in found]}

    return server
