"""The HTTP routes, over a real socket."""

from __future__ import annotations

import json

import httpx
import pytest
from gradio_client import Client

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


@pytest.mark.parametrize("odd", ["\\u0000", "\\ud800"])
def test_characters_that_no_article_holds(address: str, odd: str) -> None:
    headers = {"Content-Type": "application/json"}
    asked = f'{{"question": "harbour {odd}"}}'
    reply = httpx.post(f"{address}/api/search", content=asked, headers=headers, timeout=60)
    assert reply.json()["results"]
    filtered = f'{{"question": "harbour", "filters": {{"sources": ["{odd}"]}}}}'
    reply = httpx.post(f"{address}/api/search", content=filtered, headers=headers)
    assert reply.status_code == 422
    assert "character" in reply.json()["error"]


@pytest.mark.parametrize(
    "body",
    [
        '{"question": NaN}',
        '{"question": 3, "top_k": Infinity}',
        '{"question": ["\\ud800"]}',
        '{"question": "harbour", "history": [["\\ud800", "x"]]}',
    ],
)
def test_what_is_wrong_is_told_whatever_was_sent(address: str, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    reply = httpx.post(f"{address}/api/search", content=body, headers=headers)
    assert reply.status_code == 422
    assert reply.json()["detail"][0]["loc"][0] == "body"


def test_methods(address: str) -> None:
    for path in ("/health", "/article?id=crue-bilan.md"):
        assert httpx.head(f"{address}{path}").status_code == 200
    for path in ("/api/ask", "/api/stream", "/api/search"):
        reply = httpx.get(f"{address}{path}")
        assert (reply.status_code, reply.headers["allow"]) == (405, "POST")


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


def test_an_answer_is_streamed_a_line_at_a_time(address: str) -> None:
    body = {"question": "who co-chaired the session?"}
    with httpx.stream("POST", f"{address}/api/stream", json=body, timeout=60) as reply:
        events = [json.loads(line) for line in reply.iter_lines()]
    kinds = [event["type"] for event in events]
    assert kinds[0] == "passages"
    assert kinds[-1] == "answer"
    text = "".join(event["text"] for event in events if event["type"] == "text")
    assert text == events[-1]["text"]
    assert "Magramane" in text
    assert httpx.post(f"{address}/api/stream", json={"question": " "}).status_code == 422


@pytest.mark.parametrize(
    ("filters", "field", "allowed"),
    [
        ({"languages": ["de"]}, "language", {"de"}),
        ({"sources": ["The Northern Courier"]}, "source", {"The Northern Courier"}),
        ({"documents": ["crue-bilan.md"]}, "id", {"crue-bilan.md"}),
    ],
)
def test_filters(
    address: str, filters: dict[str, list[str]], field: str, allowed: set[str]
) -> None:
    body = {"question": "the harbour tram", "filters": filters}
    results = httpx.post(f"{address}/api/search", json=body, timeout=60).json()["results"]
    assert {result["document"][field] for result in results} == allowed


def test_dates_restrict_and_a_wrong_one_is_told_so(address: str) -> None:
    body = {"question": "tram", "filters": {"since": "2024", "until": "2024-06"}, "top_k": 50}
    results = httpx.post(f"{address}/api/search", json=body, timeout=60).json()["results"]
    assert results
    assert all("2024-01" <= result["document"]["date"][:7] <= "2024-06" for result in results)
    body = {"question": "tram", "filters": {"since": "June"}}
    reply = httpx.post(f"{address}/api/search", json=body)
    assert reply.status_code == 422
    assert "June" in reply.json()["error"]
    for since, until, status in (("2024-06", "2024", 200), ("2025", "2024-06", 422)):
        body = {"question": "tram", "filters": {"since": since, "until": until}}
        assert httpx.post(f"{address}/api/search", json=body).status_code == status


def test_a_field_that_is_not_known_is_refused(address: str) -> None:
    body = {"question": "tram", "languages": ["fr"]}
    reply = httpx.post(f"{address}/api/search", json=body)
    assert reply.status_code == 422
    assert reply.json()["detail"][0]["loc"] == ["body", "languages"]


def test_caution_is_obeyed(address: str) -> None:
    body = {"question": "who co-chaired the session?", "caution": "reckless"}
    assert httpx.post(f"{address}/api/ask", json=body).status_code == 422


def test_the_routes_are_described(address: str) -> None:
    paths = httpx.get(f"{address}/openapi.json").json()["paths"]
    assert {"/api/ask", "/api/stream", "/api/search", "/health"} <= paths.keys()
    docs = httpx.get(f"{address}/api/docs").text
    assert all(path in docs for path in ("/api/ask", "/api/stream", "/api/search"))
    assert "src=" not in docs


def test_a_client_of_gradio_asks_by_name(address: str) -> None:
    client = Client(address, verbose=False, analytics_enabled=False)
    try:
        answer = client.predict("who co-chaired the session?", api_name="/ask")
        assert "Magramane" in answer["text"]
        found = client.predict("tram", {"filters": {"languages": ["de"]}}, api_name="/search")
        assert {each["document"]["language"] for each in found} == {"de"}
        events = client.submit("who co-chaired the session?", api_name="/stream")
        assert [event["type"] for event in events][-1] == "answer"
        named = client.view_api(return_format="dict")["named_endpoints"]
        assert set(named) == {"/ask", "/stream", "/search"}
    finally:
        client.close()
