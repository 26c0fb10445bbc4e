"""What is computed once is computed once, also by several threads."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.once import once


class Slow:
    def __init__(self) -> None:
        self.computed = 0
        self.fails = False

    @once
    def model(self) -> object:
        """What takes long."""
        self.computed += 1
        time.sleep(0.05)
        if self.fails:
            raise ValueError("not now")
        return object()

    @once
    def user(self) -> tuple[object, int]:
        return self.model, self.computed


def test_threads_that_ask_at_once_get_the_same() -> None:
    slow, together = Slow(), threading.Barrier(4)

    def ask(_: int) -> object:
        together.wait()
        return slow.model

    with ThreadPoolExecutor(4) as threads:
        found = set(threads.map(ask, range(4)))
    assert len(found) == slow.computed == 1
    assert slow.user == (slow.model, 1)
    assert Slow().model is not slow.model
    assert Slow.model.__doc__ == "What takes long."


def test_a_failure_is_tried_again() -> None:
    slow = Slow()
    slow.fails = True
    with pytest.raises(ValueError, match="not now"):
        _ = slow.model
    slow.fails = False
    assert slow.model is slow.model
    assert slow.computed == 2
