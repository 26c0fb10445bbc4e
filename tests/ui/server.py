"""A real server on loopback, for tests and screenshots."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from rag import Corpus
from rag.ui.server import build_app

_START_S = 30


@contextmanager
def running(corpus: Corpus, *, port: int = 0, **options: Any) -> Iterator[str]:
    """Serves a corpus with the options of `build_app`; gives the address."""
    listening = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(
        build_app(corpus, **options),
        log_level="error",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + _START_S
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise RuntimeError("the server did not start")
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(_START_S)
