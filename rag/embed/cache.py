"""The user's cache of models: what is put there is there whole or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import ModelError


def cache_folder() -> Path:
    """Where models are kept: `CORPUS_CHAT_CACHE`, else the user's cache folder.

    Raises:
        ModelError: There is neither.
    """
    if chosen := os.environ.get("CORPUS_CHAT_CACHE"):
        return Path(chosen)
    if (chosen := os.environ.get("XDG_CACHE_HOME")) and sys.platform != "darwin":
        return Path(chosen) / "corpus-chat"
    try:
        home = Path.home()
    except RuntimeError as error:  # as in a container whose user is a number only
        raise ModelError(
            "this user has no home folder to keep models in; name a folder in the environment "
            "variable CORPUS_CHAT_CACHE"
        ) from error
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "corpus-chat"


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
