"""Faults at exactly the Nth system call of a kind, by strace."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import ROOT

#: Whatever changes the disk.
CALLS = ("write", "pwrite64", "fsync", "fdatasync", "rename", "unlink", "ftruncate")

needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")


def traced(command: list[str], *options: str) -> list[str]:
    """A command under strace; its seccomp mode would be quicker, but injects nothing."""
    return ["strace", "-f", "-qq", *options, *command]


def count_calls(command: list[str], log: Path) -> Counter[str]:
    """How often a command makes each of the calls."""
    names = ",".join(CALLS)
    subprocess.run(
        traced(command, "-o", str(log), "-e", f"trace={names}"),
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return Counter(re.findall(r"^\d+ +(\w+)\(", log.read_text(), re.MULTILINE))


def points(counts: Counter[str], is_full: bool, sample: int) -> Iterator[tuple[str, int]]:
    """Calls by name and number: all, or some spread evenly with the first and the last."""
    for call, count in counts.items():
        share = count if is_full else max(2, round(sample * count / counts.total()))
        for point in sorted({round(point) for point in np.linspace(1, count, share)}):
            yield call, point


def run_injected(command: list[str], call: str, number: int, fault: str) -> int:
    """The exit code of a command whose call of that number is killed or fails."""
    inject = f"inject={call}:{fault}:when={number}"
    done = subprocess.run(
        traced(command, "-o", "/dev/null", "-e", f"trace={call}", "-e", inject),
        cwd=ROOT,
        capture_output=True,
        timeout=120,
    )
    return done.returncode
