"""The Makefile's first steps, where the machine lacks what they need."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def make(cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", "--no-print-directory", "-f", str(ROOT / "Makefile"), *arguments],
        cwd=cwd,
        env=outside,  # these tests may run under make themselves
        capture_output=True,
        text=True,
        check=False,
    )


def complaint(cwd: Path, script: str) -> str:
    """What `make install` says of a Python that this shell script stands for."""
    python = cwd / "other-python"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    for name in ("pyproject.toml", "constraints.txt"):
        (cwd / name).touch()
    done = make(cwd, "install", f"PYTHON={python}")
    assert done.returncode == 2
    assert not (cwd / ".venv").exists()
    line, failed = done.stderr.splitlines()
    assert failed.startswith("make: ***")
    return line


def test_a_python_that_is_too_old(tmp_path: Path) -> None:
    script = f"""exec {sys.executable} -c "import sys; sys.version_info = (3, 9, 2); $2" """
    assert "Python 3.11 or newer is needed" in complaint(tmp_path, f'[ "$1" = -c ] && {script}')


def test_a_python_without_venv(tmp_path: Path) -> None:
    # Debian's explains at length on standard output and leaves half of it.
    script = '[ "$1" = -c ] || { mkdir -p .venv/bin; touch .venv/bin/python; echo long; exit 1; }'
    assert "apt install python3-venv" in complaint(tmp_path, script)


def test_help_names_every_target(tmp_path: Path) -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    shown = re.findall(r"^ +make ([a-z-]+)  ", make(tmp_path, "help").stdout, re.MULTILINE)
    assert set(shown) == set(phony[1].split())
