"""What a newcomer does, where there is no network: `test_offline.py` runs it by itself."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_IFREQ = "16sh14x"
_QUESTION = "who co-chaired the session?"


def raise_loopback() -> None:
    """A new network namespace has a loopback interface, but it is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack(_IFREQ, b"lo", 0)
        _, flags = struct.unpack(_IFREQ, fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack(_IFREQ, b"lo", flags | _IFF_UP))


def rag(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "rag", *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout


def get(url: str, body: dict[str, Any] | None = None) -> str:
    request = urllib.request.Request(url, headers={"Content-Type": "application/json"})
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(request, data, timeout=60) as reply:
        text: str = reply.read().decode()
        return text


def served() -> dict[str, Any]:
    """What the server answers, started and ended here."""
    command = [sys.executable, "-m", "rag", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            found = re.search(r"http://\S+", server.stdout.readline())
            assert found
            return {
                "health": json.loads(get(f"{found[0]}/health")),
                "page": get(found[0]),
                "answer": json.loads(get(f"{found[0]}/api/ask", {"question": _QUESTION})),
            }
        finally:
            server.send_signal(signal.SIGINT)


def main() -> None:
    raise_loopback()
    report = {
        "interfaces": [name for _, name in socket.if_nameindex()],
        "sync": json.loads(rag("sync", "--json")),
        "again": json.loads(rag("sync", "--json")),
        "ask": json.loads(rag("ask", _QUESTION, "--json")),
        "served": served(),
        "models": sorted(path.name for path in Path(os.environ["CORPUS_CHAT_CACHE"]).glob("[!.]*")),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
