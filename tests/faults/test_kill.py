"""A sync killed at every point where it changes the disk; the peer's way of saving beside it."""

import pickle
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import faiss
import numpy as np
import pytest

from tests.conftest import ROOT
from tests.faults.scene import Scene
from tests.faults.strace import count_calls, needs_strace, points, run_injected

KILLED = -signal.SIGKILL


@needs_strace
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("options", [(), ("--rebuild",)], ids=["sync", "rebuild"])
def test_killed_at_every_change_of_the_disk(
    scene: Scene, is_full: bool, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    scene.reset()
    counts = count_calls(scene.command(*options), scene.log.with_suffix(".strace"))
    killed = 0
    for call, number in points(counts, is_full, sample=4):
        scene.reset()
        code = run_injected(scene.command(*options), call, number, "signal=KILL")
        killed += code == KILLED
        done = code != KILLED and options
        scene.check_readable("other words" if done or is_rebuilt(scene) else "words")
        scene.check_recovered(*options)
    assert killed
    report(capsys, f"sync {' '.join(options)}", killed, 0, counts)


def is_rebuilt(scene: Scene) -> bool:
    return (scene.index / "catalog.2.sqlite").exists()


@pytest.mark.timeout(7200)
def test_killed_at_random_times(
    scene: Scene, is_full: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.reset()
    started = time.monotonic()
    assert scene.run(scene.command()) == 0
    longest = time.monotonic() - started
    chance, killed, rounds = random.Random(7), 0, 200 if is_full else 3
    for _ in range(rounds):
        scene.reset()
        with subprocess.Popen(
            scene.command(), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            time.sleep(chance.uniform(0.4, 1.0) * longest)
            process.kill()
        killed += process.returncode == KILLED
        scene.check_readable()
        scene.check_recovered()
    assert killed
    report(capsys, f"sync at {rounds} random times", killed, 0)


# What langchain-community's FAISS store does when it saves, in its order and in place:
# the index, then a pickle of the texts and of which row is which text.
PEER = """
import pickle, sys, faiss, numpy as np
folder, mark = sys.argv[1], sys.argv[2]
texts = {f"{n}": f"Word{n} was said on {mark}." for n in range(3000)}
index = faiss.IndexFlatIP(64)
index.add(np.random.default_rng(len(mark)).standard_normal((3000, 64)).astype("float32"))
faiss.write_index(index, f"{folder}/index.faiss")
with open(f"{folder}/index.pkl", "wb") as file:
    pickle.dump((texts, dict(enumerate(texts))), file)
"""


def peer_state(folder: Path) -> str:
    """`old`, `new`, or what is wrong with a saved peer store."""
    try:
        index = faiss.read_index(str(folder / "index.faiss"))
        texts, ids = pickle.loads((folder / "index.pkl").read_bytes())
    except Exception:
        return "lost"
    marks = {text.rsplit(" ")[-1] for text in texts.values()}
    first = np.random.default_rng(len(next(iter(marks))) - 1).standard_normal((3000, 64))
    if len(marks) != 1 or len(ids) != index.ntotal:
        return "lost"
    is_same = np.allclose(index.reconstruct_n(0, index.ntotal), first.astype("float32"))
    return marks.pop() if is_same else "silently mixed"


@needs_strace
@pytest.mark.timeout(7200)
def test_the_baseline_loses_stores(
    tmp_path: Path, is_full: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same kill test on a store that saves in place: it shows that the test can fail."""
    folder = tmp_path / "peer"
    folder.mkdir()

    def save(mark: str) -> list[str]:
        return [sys.executable, "-c", PEER, str(folder), mark]

    subprocess.run(save("Monday"), check=True)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    counts = count_calls(save("Wednesday"), tmp_path / "strace")
    outcomes: Counter[str] = Counter()
    for call, number in points(counts, is_full, sample=4):
        for name, data in before.items():
            (folder / name).write_bytes(data)
        if run_injected(save("Wednesday"), call, number, "signal=KILL") == KILLED:
            outcomes[peer_state(folder)] += 1
    lost = outcomes["lost"] + outcomes["silently mixed"]
    report(capsys, "peer: index and pickle in place", outcomes.total(), lost, outcomes)
    assert lost


def report(
    capsys: pytest.CaptureFixture[str], what: str, kills: int, lost: int, detail: object = ""
) -> None:
    with capsys.disabled():
        print(f"\n  {what}: {kills} kills, {lost} stores lost {detail}")
