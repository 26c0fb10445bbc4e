"""The tools for language models, as a program of somebody else calls them."""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import pytest

from rag import Corpus
from tests.conftest import ROOT

pytest.importorskip("mcp")

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client


async def _session(
    index: Path,
) -> tuple[list[str], dict[str, object], dict[str, object], list[str]]:
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "rag", "mcp", "--corpus", str(ROOT / "corpus"), "--index", str(index)],
    )
    async with stdio_client(command) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        names = [tool.name for tool in (await session.list_tools()).tools]
        asked = await session.call_tool("ask", {"question": "who co-chaired the session?"})
        found = await session.call_tool(
            "search", {"question": "tram", "top_k": 2, "languages": ["de"]}
        )
        wrong = [
            await session.call_tool("ask", {"question": " "}),
            await session.call_tool("search", {"question": "tram", "languages": ["German"]}),
            await session.call_tool("search", {"question": "tram", "top_k": 0}),
            await session.call_tool("search", {"question": "tram", "top_k": 2**63}),
        ]
    assert all(each.is_error for each in wrong)
    said = [str(each.content) for each in wrong]
    return names, json.loads(asked.content[0].text), json.loads(found.content[0].text), said  # type: ignore[union-attr]


@pytest.mark.loopback
def test_a_program_asks_and_searches(sample: Corpus) -> None:
    with ThreadPoolExecutor(1) as elsewhere:  # the browser tests keep a loop in this thread
        names, answer, found, said = elsewhere.submit(anyio.run, _session, sample.index).result()
    assert names == ["ask", "search"]
    assert "Magramane" in str(answer["citations"])
    results = found["results"]
    assert isinstance(results, list)
    assert [result["document"]["language"] for result in results] == ["de", "de"]
    assert "the question is empty" in said[0]
    assert "a language is a code such as fr, not 'German'" in said[1]
    assert "greater than or equal to 1" in said[2]
    assert "less than or equal to 1000" in said[3]
