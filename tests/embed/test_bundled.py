"""Unpacking the default model: whole or not at all, by several at once, and killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rag import ModelError
from rag.embed.bundled import bundled_model

BUILD = "from rag.embed.bundled import bundled_model; print(bundled_model())"


def start_build(cache: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "CORPUS_CHAT_CACHE": str(cache)}
    return subprocess.Popen(
        [sys.executable, "-c", BUILD], env=environment, stdout=subprocess.PIPE, text=True
    )


def built(process: subprocess.Popen[str]) -> Path:
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return Path(output.strip())


def files(folder: Path) -> dict[str, int]:
    return {
        file.relative_to(folder).as_posix(): file.stat().st_size
        for file in folder.rglob("*")
        if file.is_file()
    }


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture(scope="module")
def whole() -> dict[str, int]:
    """The files of a complete model, and their sizes."""
    folder = bundled_model()
    assert folder is not None
    return files(folder)


def test_the_folder_is_complete(whole: dict[str, int]) -> None:
    assert {"model.safetensors", "tokenizer.json", "config.json", "modules.json"} <= whole.keys()


def test_two_processes_at_once_and_one_killed_before(tmp_path: Path, whole: dict[str, int]) -> None:
    killed = start_build(tmp_path)
    wait_for(lambda: list(tmp_path.rglob("model.safetensors")))
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    visible = [path for path in tmp_path.iterdir() if not path.name.startswith(".")]
    assert visible == []

    folders = [built(process) for process in [start_build(tmp_path), start_build(tmp_path)]]
    assert folders[0] == folders[1]
    assert files(folders[0]) == whole
    # Nothing of the killed one is left.
    assert {path.name for path in tmp_path.iterdir()} == {folders[0].name, ".lock"}


def test_a_cache_that_cannot_be_written_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CORPUS_CHAT_CACHE", str(tmp_path / "file"))
    with pytest.raises(ModelError, match="CORPUS_CHAT_CACHE"):
        bundled_model()


def test_a_user_without_a_home_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(uid: int) -> None:
        raise KeyError(uid)

    for name in ("HOME", "XDG_CACHE_HOME", "CORPUS_CHAT_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", nobody)
    with pytest.raises(ModelError, match="CORPUS_CHAT_CACHE"):
        bundled_model()


def test_a_full_disk_is_told_so(tmp_path: Path) -> None:
    code = """
import resource
from rag import ModelError
from rag.embed.bundled import bundled_model

resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
try:
    bundled_model()
except ModelError as error:
    print(error)
"""
    environment = {**os.environ, "CORPUS_CHAT_CACHE": str(tmp_path)}
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, env=environment, capture_output=True, text=True, check=True)
    assert "free some space" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {".lock"}
