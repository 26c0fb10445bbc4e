"""Reading the files of a folder: plain text here, anything else in limited processes, ahead."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Self

from rag.load.files import is_plain, load_file
from rag.settings import Bounds, cores
from rag.types import Document, Failure

if TYPE_CHECKING:
    from concurrent.futures import Future, ThreadPoolExecutor
    from queue import SimpleQueue

    from rag.load.workers import Worker

_Found = list[Document | Failure]
# So many files are read before they are asked for: their texts wait in memory.
_AHEAD = 2


class Loader:
    """The reader of one folder; a context manager that ends its processes."""

    def __init__(self, folder: Path, bounds: Bounds | None = None, processes: int = 0) -> None:
        """Reads below a folder; nothing is started yet.

        Args:
            processes: How many files may be read at the same time; 0 takes the cores.
        """
        self._folder = folder
        self._bounds = bounds or Bounds()
        self._processes = processes or cores()
        self._pool: ThreadPoolExecutor | None = None
        self._workers: SimpleQueue[Worker]
        self._all: list[Worker] = []
        self._waiting: OrderedDict[str, None] = OrderedDict()
        self._reading: dict[str, Future[_Found]] = {}

    def ahead(self, paths: Iterable[str]) -> None:
        """Says which files will be asked for, in order; they are read in the background."""
        self._waiting.update(dict.fromkeys(paths))

    def load(self, path: str) -> Iterator[Document | Failure]:
        """As `load_file`, with what is not plain text read in a limited process."""
        self._waiting.pop(path, None)
        if path not in self._reading:
            if is_plain(self._folder, path):
                yield from load_file(self._folder, path, self._bounds)
                return
            self._submit(path)
        self._fill()
        yield from self._reading.pop(path).result()

    def _fill(self) -> None:
        """Keeps the processes busy with the next files."""
        while self._waiting and len(self._reading) <= _AHEAD * self._processes:
            path, _ = self._waiting.popitem(last=False)
            if not is_plain(self._folder, path):
                self._submit(path)

    def _submit(self, path: str) -> None:
        if self._pool is None:
            # Imported here: a folder of plain text has no need of them.
            from concurrent.futures import ThreadPoolExecutor
            from queue import SimpleQueue

            from rag.load.workers import Worker

            self._workers = SimpleQueue()
            self._pool = ThreadPoolExecutor(self._processes, thread_name_prefix="reader")
            self._all = [Worker(self._folder, self._bounds) for _ in range(self._processes)]
            for worker in self._all:
                self._workers.put(worker)
        self._reading[path] = self._pool.submit(self._read, path)

    def _read(self, path: str) -> _Found:
        worker = self._workers.get()
        try:
            return worker.read(path)
        finally:
            self._workers.put(worker)

    def close(self) -> None:
        """Ends the processes; what they were reading is dropped."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._end_processes()
            self._pool.shutdown(wait=True)
            self._end_processes()  # those that were only starting
            self._pool = None
        self._reading.clear()
        self._waiting.clear()

    def _end_processes(self) -> None:
        for worker in self._all:
            worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
