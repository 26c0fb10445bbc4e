"""Files that may not grow, calls that fail: an error says so, and the next sync goes on."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import ROOT
from tests.faults.scene import Scene
from tests.faults.strace import CALLS, count_calls, needs_strace, points, run_injected


def largest_file(folder: Path) -> int:
    return max(file.stat().st_size for file in folder.iterdir())


@pytest.mark.timeout(7200)
def test_files_that_may_not_grow_beyond_any_size(scene: Scene, is_full: bool) -> None:
    scene.reset()
    assert scene.run(scene.command()) == 0
    largest = 2 * largest_file(scene.index)
    refused = 0
    for size in np.linspace(0, largest, 80 if is_full else 4, dtype=int):
        scene.reset()
        done = subprocess.run(
            scene.command(f"--largest-file={size}"),
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
        )
        refused += done.returncode != 0
        assert done.returncode == 0 or done.stderr
        assert "Traceback" not in done.stderr
        scene.check_readable()
        scene.check_recovered()
    assert refused


@needs_strace
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
def test_a_call_that_fails(scene: Scene, is_full: bool, error: str) -> None:
    scene.reset()
    counts = count_calls(scene.command(), scene.log.with_suffix(".strace"))
    assert set(counts) <= set(CALLS)
    refused = 0
    for call, number in points(counts, is_full, sample=2):
        scene.reset()
        code = run_injected(scene.command(), call, number, f"error={error}")
        refused += code != 0
        scene.check_readable()
        scene.check_recovered()
    assert refused
