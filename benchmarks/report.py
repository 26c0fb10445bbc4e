"""Writes into a page of the documentation what the benchmarks print: `make bench`.

    python -m benchmarks.report docs/performance.md [WORD ...]

The page says itself what it shows. What a command prints stands between two lines,

    <!-- printed by: python -m benchmarks.speed --texts 400 -->
    <!-- end -->

and everything else is written by hand. With words, only the commands that hold one of
them run, and the other figures stay.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.sets import ROOT

_PART = re.compile(
    r"(?P<head><!-- printed by: python (?P<command>[^\n]+) -->\n).*?(?P<end><!-- end -->)", re.S
)


def main() -> None:
    page, words = Path(sys.argv[1]), sys.argv[2:]
    started = time.monotonic()
    for command in commands(page.read_text(encoding="utf-8"), words):
        print(f"{time.monotonic() - started:5.0f} s  python {command}", file=sys.stderr)
        # The page is read and written again for each: what was measured is not lost.
        text = page.read_text(encoding="utf-8")
        page.write_text(filled(text, command, run(command)), encoding="utf-8")
    print(f"{time.monotonic() - started:5.0f} s  done", file=sys.stderr)


def commands(page: str, words: Sequence[str] = ()) -> list[str]:
    """The commands of a page that hold one of the words; without words, all."""
    found = [part["command"] for part in _PART.finditer(page)]
    return [each for each in found if not words or any(word in each for word in words)]


def filled(page: str, command: str, printed: str) -> str:
    """The page with what a command printed in its place."""

    def fill(part: re.Match[str]) -> str:
        if part["command"] != command:
            return part[0]
        return f"{part['head']}\n{printed.strip()}\n\n{part['end']}"

    return _PART.sub(fill, page)


def run(command: str) -> str:
    """What a command prints.

    Raises:
        subprocess.CalledProcessError: It failed; it has said why.
    """
    arguments = [sys.executable, *shlex.split(command)]
    return subprocess.run(arguments, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
