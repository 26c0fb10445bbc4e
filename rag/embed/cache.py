"""The user's cache of models: what is put there is there whole or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_folder() -> Path:
    """Where models are kept: `CORPUS_CHAT_CACHE`, else the user's cache folder."""
    if chosen := os.environ.get("CORPUS_CHAT_CACHE"):
        return Path(chosen)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "corpus-chat"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "corpus-chat"


@contextmanager
def building() -> Iterator[Path]:
    """An empty folder in the cache, to fill and to rename the result out of.

    One process or thread at a time: others wait, and find what they wanted. So whatever
    lies in the folder at the start was left by one that was killed, and is removed.
    """
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    work = cache / ".building"
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # ends with the process, however that ends
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)
