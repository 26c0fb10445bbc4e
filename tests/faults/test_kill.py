"""A sync killed at every point where it changes the disk; the peer's saving beside it."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

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
    report(capsys, f"sync {' '.join(options)}", killed, 0, dict(counts))


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
    report(capsys, "sync at random times", killed, 0, f"{rounds} tries")


PEER = Path(sys.prefix) / "peer"
PEER_COMMAND = ["env", f"PYTHONPATH={PEER}", sys.executable, "-m", "tests.faults.peer"]


@needs_strace
@pytest.mark.skipif(not PEER.is_dir(), reason="`make test-faults` installs LangChain's store")
@pytest.mark.timeout(7200)
def test_the_peer_loses_stores(
    tmp_path: Path, is_full: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same kills on LangChain's FAISS store, the baseline: they can do harm."""
    folder = tmp_path / "peer"
    save = [*PEER_COMMAND, "save", str(folder)]
    subprocess.run([*save, "Monday"], cwd=ROOT, check=True)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    counts = count_calls([*save, "Friday"], tmp_path / "strace")
    outcomes: Counter[str] = Counter()
    for call, number in points(counts, is_full, sample=4):
        for name, data in before.items():
            (folder / name).write_bytes(data)
        if run_injected([*save, "Friday"], call, number, "signal=KILL") == KILLED:
            outcomes[look(folder)] += 1
    lost = outcomes["lost"] + outcomes["silently wrong"]
    report(capsys, "LangChain's FAISS store", outcomes.total(), lost, dict(outcomes))
    assert lost


def look(folder: Path) -> str:
    """What has become of the peer's store."""
    done = subprocess.run(
        [*PEER_COMMAND, "look", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def report(
    capsys: pytest.CaptureFixture[str], what: str, kills: int, lost: int, detail: object
) -> None:
    with capsys.disabled():
        print(f"\n  {what}: {kills} kills, {lost} stores lost or silently wrong; {detail}")
