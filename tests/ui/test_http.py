"""The HTTP routes, over a real socket."""

from __future__ import annotations

import httpx
import pytest

pytestmark = pytest.mark.loopback


def test_health(address: str) -> None:
    reply = httpx.get(f"{address}/health")
    assert reply.status_code == 200
    assert reply.json()["status"] == "ok"
    assert reply.json()["documents"] > 0


def test_ask_answers_with_exact_spans(address: str) -> None:
    reply = httpx.post(
        f"{address}/api/ask", json={"question": "who co-chaired the session?"}, timeout=60
    )
    answer = reply.json()
    assert not answer["abstained"]
    assert "Magramane" in answer["citations"][0]["quote"]
    assert answer["citations"][0]["marker"] in answer["text"]
    assert {"id", "title", "date", "sha256"} <= answer["citations"][0]["document"].keys()


def test_search(address: str) -> None:
    body = {"question": "the harbour tram", "top_k": 3}
    results = httpx.post(f"{address}/api/search", json=body, timeout=60).json()["results"]
    assert len(results) == 3
    assert results[0]["chunk"]["text"]


@pytest.mark.parametrize("question", ["", "x" * 100_000])
def test_a_question_that_cannot_be_asked_is_told_so(address: str, question: str) -> None:
    reply = httpx.post(f"{address}/api/ask", json={"question": question})
    assert reply.status_code == 422
    assert "question" in reply.json()["error"]


@pytest.mark.parametrize("path", ["/", "/health", "/gradio_api/info", "/nothing"])
def test_every_response_carries_the_policy(address: str, path: str) -> None:
    headers = httpx.get(f"{address}{path}").headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "script-src 'self' 'nonce-" in policy
    assert headers["x-content-type-options"] == "nosniff"


def test_each_page_has_a_nonce_of_its_own(address: str) -> None:
    policies = {httpx.get(address).headers["content-security-policy"] for _ in range(3)}
    assert len(policies) == 3


def test_the_page_names_no_other_host(address: str) -> None:
    page = httpx.get(address).text
    for word in ("googleapis", "gstatic", "cdnjs", "huggingface.co/api"):
        assert word not in page
