"""Hostile files among good ones: the good ones are indexed, the others cost only themselves."""

from __future__ import annotations

import http.server
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.faults import hostile

_SHORT_GOOD, _SHORT_BAD, _SHORT_TIMEOUT_S = 20, 72, 2.0
_PEAK_MB = 1_024
_MARGIN_S = 60.0
_ENDING_S = 1.0  # for the end of the process that has taken too long


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A web server on this machine, and what it was asked for."""
    paths: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", paths
        server.shutdown()


@pytest.mark.loopback
@pytest.mark.timeout(1_800)
def test_hostile_files_cost_only_themselves(
    tmp_path: Path,
    asked: tuple[str, list[str]],
    is_full: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:
    address, paths = asked
    good, bad = (hostile.GOOD, hostile.BAD) if is_full else (_SHORT_GOOD, _SHORT_BAD)
    folder = tmp_path / "corpus"
    names = hostile.make(folder, tmp_path / "secret.txt", address, good=good, bad=bad)
    command = [sys.executable, "-m", "tests.faults.hostile", "--sync", str(folder)]
    seconds = [] if is_full else [str(_SHORT_TIMEOUT_S)]
    done = subprocess.run(
        [*command, str(tmp_path / "index"), *seconds],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout)
    indexed = [path for path in said["indexed"] if path.startswith("good-")]
    assert len(indexed) == good
    listed = {re.split("[/:#]", path)[0] for path, _ in said["failed"]}
    assert sorted(set(names) - listed) == []
    assert sorted(set(said["indexed"]) & set(names)) == []
    assert all(reason for _, reason in said["failed"])
    assert said["secret"] == []
    assert paths == []
    assert said["peak_mb"] < _PEAK_MB
    bound_s = 10.0 if is_full else _SHORT_TIMEOUT_S
    seconds_taken, slowest = said["slowest"]
    with capsys.disabled():
        print(
            f"\n  {len(names)} hostile files: {said['seconds']:.0f} s, the slowest {slowest} "
            f"{seconds_taken:.1f} s, peak {said['peak_mb']:.0f} MB"
        )
    assert seconds_taken < bound_s + _ENDING_S, slowest
    # All of them together, and the slow ones at their bound: no file hangs.
    slow = sum("slow" in name for name in names)
    assert said["seconds"] < _MARGIN_S + slow * bound_s + len(names)
