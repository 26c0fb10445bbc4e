"""The page's routes for `gradio_client`: `/ask`, `/stream` and `/search`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gradio as gr
from gradio.events import api
from pydantic import ValidationError

from rag.corpus import Corpus
from rag.errors import RagError
from rag.ui.message import markdown_text
from rag.ui.question import Question
from rag.wire import event_json


def add_api(corpus: Corpus) -> None:
    """Adds the routes to the page that is being built."""

    def ask(question: str, options: dict[str, Any] | None = None) -> dict[str, Any]:
        """The answer as JSON; the options are those of `/api/ask`."""
        with _told():
            answer: dict[str, Any] = _plain(_asked(question, options).answer(corpus))
        return answer

    def stream(question: str, options: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """The events of an answer as JSON: passages, text, sentences, and the whole answer."""
        with _told():
            for event in _asked(question, options).events(corpus):
                yield _plain(event_json(event))

    def search(question: str, options: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """The nearest passages as JSON; the options are those of `/api/search`."""
        with _told():
            return [_plain(passage) for passage in _asked(question, options).passages(corpus)]

    api(ask, api_name="ask")
    api(stream, api_name="stream")
    api(search, api_name="search")


def _asked(question: str, options: dict[str, Any] | None) -> Question:
    return Question.model_validate({**(options or {}), "question": question})


@contextmanager
def _told() -> Iterator[None]:
    """What the caller can mend reaches it, as text in which nothing is markup."""
    try:
        yield
    except (RagError, ValidationError) as error:
        raise gr.Error(markdown_text(str(error)), print_exception=False) from error


def _plain(value: Any) -> Any:
    """JSON in which a document's `path` is called `file`: what has a path would be downloaded."""
    if isinstance(value, dict):
        return {"file" if key == "path" else key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value
