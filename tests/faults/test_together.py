"""Syncs, rebuilds and questions at the same time."""

import subprocess
import threading
import time

import pytest

from tests.conftest import ROOT
from tests.faults.scene import Scene


def test_two_syncs_at_once(scene: Scene) -> None:
    scene.reset()
    both = [subprocess.Popen(scene.command(), cwd=ROOT, stderr=subprocess.PIPE) for _ in range(2)]
    codes = []
    for process in both:
        _, said = process.communicate(timeout=120)
        codes.append(process.returncode)
        assert process.returncode == 0 or b"another sync (process " in said
    assert 0 in codes
    scene.check_recovered()


@pytest.mark.timeout(600)
def test_questions_during_rebuilds(scene: Scene, is_full: bool) -> None:
    """Every answer is of one generation, and there always is one."""
    scene.reset()
    known = {*scene.old.items(), *scene.new.items()}
    end = threading.Event()
    asked, failures = [0], list[BaseException]()

    def ask() -> None:
        try:
            with scene.open() as corpus:
                while not end.is_set():
                    hits = corpus.search("What was said on Friday?", top_k=1000)
                    ids = [hit.document.id for hit in hits]
                    assert len(ids) == len(set(ids)) >= len(scene.new.keys() & scene.old.keys())
                    assert {(hit.document.id, hit.document.text) for hit in hits} <= known
                    asked[0] += 1
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    started = time.monotonic()
    with scene.open() as corpus:
        while time.monotonic() - started < (60 if is_full else 3) and not failures:
            corpus.sync(rebuild=True, wait_s=30)
    end.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert asked[0] > 10
