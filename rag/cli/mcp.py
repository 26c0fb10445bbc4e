"""`rag mcp`."""

from __future__ import annotations

from rag.cli.options import (
    CORPUS,
    CorpusOption,
    IndexOption,
    LlmOption,
    SettingsOption,
    open_corpus,
)
from rag.errors import RagError


def serve_mcp(
    corpus: CorpusOption = CORPUS,
    index: IndexOption = None,
    settings: SettingsOption = None,
    llm: LlmOption = None,
) -> None:
    """Serve the corpus to a language model's tools (MCP), over standard input and output."""
    try:
        from rag.tools import tools
    except ImportError as error:
        raise RagError("`rag mcp` needs the package mcp: pip install 'corpus-chat[mcp]'") from error
    with open_corpus(corpus, index, settings, llm) as opened:
        tools(opened).run()
