"""Without a network everything works, the first build of the model included."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.timeout(600)  # the model is built, and the system calls are watched

SESSION = Path(__file__).with_name("offline_session.py")
UNSHARE = ["unshare", "--map-root-user", "--net"]

# Switches that the package must set by itself, or not need.
FOREIGN_SWITCHES = ("HF_", "TRANSFORMERS_", "GRADIO_", "LANGSMITH_", "LANGCHAIN_", "TOKENIZERS_")

_CONNECT = re.compile(r"connect\(\d+, (\{.*?\}), ")


class Session(NamedTuple):
    """What the session saw, and the addresses that its processes connected to."""

    report: dict[str, Any]
    connected: list[str] | None


def can(command: list[str]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    if not can(UNSHARE):
        pytest.skip("making a network namespace is not permitted here")
    home = tmp_path_factory.mktemp("offline")
    (home / "corpus").symlink_to(ROOT / "corpus")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(FOREIGN_SWITCHES)
    }
    trace = home / "trace"
    strace = ["strace", "-f", "--seccomp-bpf", "-e", "trace=connect", "-o", str(trace)]
    is_traced = can(strace)
    done = subprocess.run(
        [*(strace if is_traced else []), *UNSHARE, sys.executable, str(SESSION)],
        cwd=home,
        env={**environment, "CORPUS_CHAT_CACHE": str(home / "cache"), "HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    connected = _CONNECT.findall(trace.read_text()) if is_traced else None
    return Session(json.loads(done.stdout), connected)


def test_there_was_no_network(session: Session) -> None:
    assert session.report["interfaces"] == ["lo"]


def test_the_model_is_built_and_the_articles_are_indexed(session: Session) -> None:
    articles = len(list((ROOT / "corpus").iterdir()))
    assert session.report["sync"]["added"] == articles
    assert session.report["sync"]["failed"] == []
    assert (session.report["again"]["unchanged"], session.report["again"]["embedded"]) == (
        articles,
        0,
    )
    (model,) = set(session.report["models"]) - {"int8"}  # what was measured, once, is there too
    assert model.startswith("multilingual-e5-small")


def test_questions_are_answered(session: Session) -> None:
    served = session.report["served"]
    for answer in (session.report["ask"], served["answer"]):
        quotes = " ".join(citation["quote"] for citation in answer["citations"])
        assert "Lounes Magramane" in quotes
        assert "Mikhail Bogdanov" in quotes
    assert served["health"]["status"] == "ok"
    assert "gradio" in served["page"]


def test_nothing_tried_to_leave_the_machine(session: Session) -> None:
    """No hub, no telemetry, not even a name to look up."""
    if session.connected is None:
        pytest.skip("strace is not there, or not permitted")
    assert any("AF_INET" in address for address in session.connected)  # ours, to the server
    for address in session.connected:
        is_loopback = "AF_INET" in address and ("127.0.0.1" in address or '"::1"' in address)
        assert "AF_UNIX" in address or is_loopback
        assert "htons(53)" not in address
