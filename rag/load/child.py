"""The process that reads files: `python -m rag.load.child FOLDER BOUNDS`.

It takes a line of JSON with a path for each file, and answers with a line for each
document and each failure, `null` if it should be replaced, and an empty line at the end.
A file may cost it so much memory and time; it may write no file, start no program and
reach no network.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from rag.load.files import load_file
from rag.settings import MEGABYTE, Bounds
from rag.types import Document, Failure, PassingFailure

_OPEN_FILES = 256
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_FORBIDDEN = (
    *("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"),
    *("socket.gethostbyname", "subprocess.Popen", "os.system", "os.exec", "os.fork"),
    *("os.forkpty", "os.posix_spawn", "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link"),
    *("os.symlink", "os.truncate", "os.chmod", "os.chown", "shutil.rmtree", "ftplib.connect"),
)


def main() -> None:
    """Reads files until there are no more to read."""
    folder, bounds = Path(sys.argv[1]), Bounds.model_validate_json(sys.argv[2])
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):  # what a library prints is no answer
        os.dup2(nowhere, stream)
    _limit(bounds)
    sys.addaudithook(_refuse)
    answers.write(b"\n")  # ready
    answers.flush()
    for line in sys.stdin.buffer:
        _limit_time(bounds)
        _answer(folder, json.loads(line), bounds, answers)


def _answer(folder: Path, path: str, bounds: Bounds, answers: BinaryIO) -> None:
    try:
        for item in load_file(folder, path, bounds):
            answers.write(json.dumps(_said(item)).encode() + b"\n")
    except MemoryError:
        reason = f"reading it takes more than {bounds.file_memory_mb} MB of memory (file_memory_mb)"
        # What is left of the memory may be in pieces: the next file gets another process.
        failure = _said(PassingFailure(path, reason))
        answers.write(json.dumps(failure).encode() + b"\nnull\n")
    answers.write(b"\n")
    answers.flush()


def _said(item: Document | Failure) -> Any:
    """A document or a failure as plain values."""
    if isinstance(item, Failure):
        return [*item, isinstance(item, PassingFailure)]
    return asdict(item)


def _limit(bounds: Bounds) -> None:
    memory = bounds.file_memory_mb * MEGABYTE
    for limit, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        _, hard = resource.getrlimit(limit)
        if hard == resource.RLIM_INFINITY or most < hard:
            resource.setrlimit(limit, (most, most))


def _limit_time(bounds: Bounds) -> None:
    """Gives the next file its share of the processor; what went before is not counted."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime + bounds.file_timeout_s) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (most, hard))


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _FORBIDDEN:
        raise PermissionError(f"a file that is read may not ask for {event}")
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITING:
        raise PermissionError("a file that is read may not write one")


if __name__ == "__main__":
    main()
