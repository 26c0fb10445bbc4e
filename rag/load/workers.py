"""Reading files in limited processes: a hang, a crash or a bomb costs one file."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import rag
from rag.settings import MEGABYTE, Bounds
from rag.types import Document, Failure, PassingFailure, Place

_PIECE = 1 << 16
# On a busy machine; the time for a file begins afterwards.
_START_S = 60.0
_NOT_STARTED = (
    "no process to read it could be started ({why}): the machine may be busy or short of "
    "memory; sync again later, or let fewer files be read at the same time (readers)"
)
#: After so many files a process makes room for another: libraries leak.
_FILES = 500
_ENDED: dict[signal.Signals | None, str] = {
    signal.SIGXCPU: "reading it takes too long",
    signal.SIGKILL: "reading it took too much memory, or somebody ended it",
    signal.SIGSEGV: "its reader crashed: it is damaged",
    signal.SIGABRT: "its reader crashed: it is damaged",
    signal.SIGBUS: "its reader crashed: it is damaged",
}


class Worker:
    """One process that reads files, one after the other; it starts with the first."""

    def __init__(self, folder: Path, bounds: Bounds) -> None:
        self._folder, self._bounds = folder, bounds
        self._process: subprocess.Popen[bytes] | None = None
        self._files = 0

    def read(self, path: str) -> list[Document | Failure]:
        """What is in a file; if it brings the process down, what was read before and why."""
        found: list[Document | Failure] = []
        is_worn = self._files >= _FILES
        try:
            process = self._started()
            _ask(process, path)
            for line in self._answers(process, self._bounds.file_timeout_s):
                if said := json.loads(line):
                    found.append(_item(said))
                else:
                    is_worn = True
        except _Ended as ended:
            found.append(PassingFailure(path, ended.reason))
            is_worn = True
        self._files += 1
        if is_worn:
            self.close()
        return found

    def close(self) -> None:
        """Ends the process."""
        process, self._process, self._files = self._process, None, 0
        if process is not None:
            process.kill()
            process.wait()
            for stream in filter(None, (process.stdin, process.stdout)):
                with suppress(BrokenPipeError):
                    stream.close()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            try:
                self._process = _process(self._folder, self._bounds)
            except OSError as error:
                raise _Ended(_NOT_STARTED.format(why=error.strerror or error)) from error
            try:
                for _ in self._answers(self._process, _START_S):
                    pass
            except _Ended as ended:
                code = self._process.poll()
                why = f"not ready in {_START_S:g} s" if code is None else f"exit code {code}"
                raise _Ended(_NOT_STARTED.format(why=why)) from ended
        return self._process

    def _answers(self, process: subprocess.Popen[bytes], timeout_s: float) -> Iterator[bytes]:
        """The lines of an answer, up to the empty one.

        Raises:
            _Ended: The process ended, or has to be.
        """
        deadline = time.monotonic() + timeout_s
        left = self._bounds.file_max_text_mb * MEGABYTE
        begun: list[bytes] = []
        while True:
            piece = _piece(process, deadline)
            if not piece:
                raise _Ended(self._why_ended(process, deadline))
            left -= len(piece)
            if left < 0:
                most = self._bounds.file_max_text_mb
                raise _Ended(f"there is more than {most} MB of text in it (file_max_text_mb)")
            *lines, last = piece.split(b"\n")
            for line in lines:
                whole, begun = b"".join((*begun, line)), []
                if not whole:
                    return
                yield whole
            begun.append(last)

    def _why_ended(self, process: subprocess.Popen[bytes], deadline: float) -> str:
        if time.monotonic() >= deadline:
            return (
                f"reading it takes longer than {self._bounds.file_timeout_s:g} s (file_timeout_s)"
            )
        code = process.wait()
        ended = signal.Signals(-code) if code < 0 else None
        return _ENDED.get(ended, f"its reader ended with exit code {code}: it is damaged")


def _process(folder: Path, bounds: Bounds) -> subprocess.Popen[bytes]:
    above = str(Path(rag.__file__).parents[1])
    known = os.environ.get("PYTHONPATH")
    return subprocess.Popen(
        [
            *(sys.executable, "-P", "-W", "ignore", "-m", "rag.load.child"),
            *(str(folder.resolve()), bounds.model_dump_json()),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": f"{above}:{known}" if known else above},
        start_new_session=True,  # Ctrl-C is for the sync, which ends this
    )


def _ask(process: subprocess.Popen[bytes], path: str) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(json.dumps(path).encode() + b"\n")
        process.stdin.flush()
    except BrokenPipeError as error:
        raise _Ended("its reader ended before it was read; sync again") from error


class _Ended(Exception):
    """A process gave no whole answer."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _piece(process: subprocess.Popen[bytes], deadline: float) -> bytes:
    """The next bytes of an answer; none if the process has ended or the time is up."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        if not selector.select(max(0.0, deadline - time.monotonic())):
            return b""
    return os.read(process.stdout.fileno(), _PIECE)


def _item(said: Any) -> Document | Failure:
    """What a line of an answer says."""
    if isinstance(said, list):
        path, reason, is_passing = said
        return PassingFailure(path, reason) if is_passing else Failure(path, reason)
    said["authors"] = tuple(said["authors"])
    said["places"] = tuple(Place(*place) for place in said["places"])
    return Document(**said)
