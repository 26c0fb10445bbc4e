"""A chat server on loopback that fails in one chosen way, in OpenAI's protocol."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_STATUS = {"401": "401 Unauthorized", "429": "429 Too Many Requests", "500": "500 Server Error"}


class FaultyServer:
    """Counts its requests and how many connections its clients have closed."""

    def __init__(self, fault: str, text: str) -> None:
        self.fault = fault
        self.requests = 0
        self.closed = 0
        self._failed = threading.Event()
        self._failed_at = 0.0
        self.stop = threading.Event()
        self._text = text
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def end(self) -> None:
        self.stop.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(5)

    def failed(self, within_s: float) -> float:
        """When it first did wrong or fell silent, on the clock of `time.monotonic`."""
        assert self._failed.wait(within_s)
        return self._failed_at

    def _fail(self) -> None:
        if not self._failed.is_set():
            self._failed_at = time.monotonic()
            self._failed.set()

    def _accept(self) -> None:
        while not self.stop.is_set():
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=[client], daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            _read_request(client)
            self.requests += 1
            try:
                self._answer(client)
            finally:
                self._fail()

    def _answer(self, client: socket.socket) -> None:
        if self.fault in _STATUS:
            body = json.dumps({"error": {"message": "no", "type": "x"}})
            head = _head(_STATUS[self.fault], "application/json", len(body))
            client.sendall(head + body.encode())
            return
        if self.fault == "slow":
            self._wait_for_close(client)
            return
        if self.fault == "garbage":
            head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
            client.sendall(head + b"data: {{{\n\n")
            return
        head = _head("200 OK", "text/event-stream")
        client.sendall(head.replace(b"close", b"keep-alive") if self.fault == "kept" else head)
        pieces = self._text.split(" ")
        if self.fault == "empty":
            pieces = []
        for number, piece in enumerate(pieces):
            if self.fault == "stall" and number == 3:
                self._wait_for_close(client)
                return
            if self.fault == "close" and number == 3:
                return
            client.sendall(_event({"content": piece + " "}))
        while self.fault == "endless" and not self.stop.is_set():
            client.sendall(_event({"content": "and on and on "}))
        client.sendall(_event({}, "stop") + b"0\r\n\r\n")
        if self.fault == "kept":
            self._wait_for_close(client)

    def _wait_for_close(self, client: socket.socket) -> None:
        self._fail()
        client.settimeout(0.1)
        while not self.stop.is_set():
            with suppress(TimeoutError):
                if not client.recv(1):
                    self.closed += 1
                    return


@contextmanager
def faulty_server(fault: str, text: str = "It reopened on Monday [1].") -> Iterator[FaultyServer]:
    """A running server; it ends with the block."""
    server = FaultyServer(fault, text)
    try:
        yield server
    finally:
        server.end()


def _read_request(client: socket.socket) -> None:
    read = b""
    while b"\r\n\r\n" not in read:
        read += client.recv(65_536)
    head, _, body = read.partition(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    length = next(int(line[15:]) for line in lines if line.startswith("content-length:"))
    while len(body) < length:
        body += client.recv(65_536)


def _head(status: str, kind: str, length: int | None = None) -> bytes:
    size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{size}\r\nConnection: close\r\n\r\n".encode()
    )


def _event(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    data = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    event = f"data: {json.dumps({**data, 'choices': [choice]})}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(event), event)


#: What fails, and whether it is tried again.
FAULTS: dict[str, Callable[[int], bool]] = {
    "401": lambda requests: requests == 1,
    "429": lambda requests: requests == 2,
    "500": lambda requests: requests == 2,
    "slow": lambda requests: requests == 1,
    "stall": lambda requests: requests == 1,
    "close": lambda requests: requests == 1,
    "garbage": lambda requests: requests >= 1,
    "endless": lambda requests: requests == 1,
    "empty": lambda requests: requests == 1,
}
