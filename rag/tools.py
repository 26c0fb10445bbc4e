"""The corpus as tools for a language model, by the Model Context Protocol."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from rag.corpus import Corpus
from rag.errors import RagError
from rag.settings import MAX_TOP_K
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
        with _said_errors():
            return answer_json(corpus.ask(question, filters=Filters(languages=languages or ())))

    @server.tool()
    def search(
        question: str,
        top_k: Annotated[int, Field(ge=1, le=MAX_TOP_K)] = 5,
        languages: list[str] | None = None,
    ) -> dict[str, Any]:
        """Finds the passages nearest to a question, best first.

        Args:
            question: In any language.
            top_k: At most so many.
            languages: Codes such as `fr`, to search only the articles in them.
        """
        with _said_errors():
            filters = Filters(languages=languages or ())
            found = corpus.search(question, top_k=top_k, filters=filters)
        return {"results": [result_json(result) for result in found]}

    return server


@contextmanager
def _said_errors() -> Iterator[None]:
    """What the caller can mend reaches it: the server hides all messages but a ToolError's."""
    try:
        yield
    except (RagError, ValueError) as error:
        raise ToolError(str(error)) from error
