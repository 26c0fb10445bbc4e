"""What a killed sync left is damaged too, before the next one comes: it has no seal to tell."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from rag.errors import RagError
from tests.faults.scene import Scene
from tests.store.damages import DAMAGES


def reword(data: bytes) -> bytes:
    return data.replace(b"said", b"sold")


CHANGES = {**DAMAGES, "reworded": reword}


class Killed(NamedTuple):
    """What a kill in the second batch left, and how the next sync is to go on."""

    folder: Path
    options: tuple[str, ...]
    files: tuple[str, ...]


@pytest.fixture(scope="module", params=["sync", "rebuild"])
def sync(request: pytest.FixtureRequest) -> tuple[str, tuple[str, ...]]:
    """The catalogue that is written, and the options."""
    return {"sync": ("catalog.1.sqlite", ()), "rebuild": ("next.sqlite", ("--rebuild",))}[
        request.param
    ]


@pytest.fixture(scope="module", params=[False, True], ids=["in the journal", "moved from it"])
def killed(
    request: pytest.FixtureRequest,
    scene: Scene,
    sync: tuple[str, tuple[str, ...]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Killed:
    catalog, options = sync
    scene.reset()
    assert scene.run(scene.command(*options, "--killed-in-batch=2")) < 0
    index = tmp_path_factory.mktemp("killed") / "index"
    shutil.copytree(scene.index, index)
    if not request.param:
        files = (catalog, f"{catalog}-wal", f"{catalog}-shm", "vectors.1.faiss")
        return Killed(index, options, files)
    # As SQLite does now and then in a long sync; the journal's checksums protect no longer.
    with closing(sqlite3.connect(index / catalog)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Killed(index, options, (catalog,))


@pytest.mark.parametrize("damage", CHANGES)
def test_what_a_kill_left_is_damaged(scene: Scene, killed: Killed, damage: str) -> None:
    for name in killed.files:
        scene.reset()
        shutil.rmtree(scene.index)
        shutil.copytree(killed.folder, scene.index)
        file = scene.index / name
        file.write_bytes(CHANGES[damage](file.read_bytes()))
        if error := refusal(scene.check_readable):
            assert "run `rag" in str(error)
        if error := refusal(lambda: scene.check_recovered(*killed.options)):
            assert "rag verify --repair" in str(error)
            scene.check_repaired()


def refusal(check: Callable[[], None]) -> RagError | None:
    """What was said instead of doing it."""
    try:
        check()
    except RagError as error:
        return error
    return None
