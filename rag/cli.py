"""The command line: `rag sync | ask | search | status | serve`.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 partly done (some files could not be
read; they are listed), 75 another sync holds the lock.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from rag.cite import marker
from rag.corpus import Corpus
from rag.errors import LockedError, QuestionError, RagError
from rag.settings import Settings
from rag.types import Answer, Document, Failure, SearchResult, SyncReport
from rag.wire import answer_json, report_json, result_json

if TYPE_CHECKING:
    from rag.store import Status
    from rag.sync import Progress

_FAILED, _WRONG_USE, _PARTLY, _LOCKED = 1, 2, 3, 75

app = typer.Typer(
    name="rag",
    help="Chat with a corpus of articles and check every word of the answer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_Folder = Annotated[Path, typer.Option("--corpus", help="Folder of the articles.")]
_Index = Annotated[Path, typer.Option("--index", help="Folder of the index.")]
_SettingsFile = Annotated[
    Path | None, typer.Option("--settings", help="TOML file; rag.toml here if there is one.")
]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_Question = Annotated[str, typer.Argument(help="In any language.")]
_TopK = Annotated[int | None, typer.Option("--top-k", min=1, help="Passages to show.")]


@app.command()
def sync(
    corpus: _Folder = Path("corpus"),
    index: _Index = Path("index"),
    settings: _SettingsFile = None,
    as_json: _Json = False,
    rebuild: Annotated[bool, typer.Option(help="Build the whole index anew.")] = False,
    wait: Annotated[bool, typer.Option(help="Wait for another sync to end.")] = False,
) -> None:
    """Make the index follow the folder; only what is new is embedded."""
    wait_s = float("inf") if wait else 0.0
    show = sys.stderr.isatty() and not as_json
    with _open(corpus, index, settings) as opened:
        report = _sync(opened, show=show, rebuild=rebuild, wait_s=wait_s)
    _print(as_json, lambda: report_json(report), lambda: _report_lines(report))
    if report.failed:
        raise typer.Exit(_PARTLY)


@app.command()
def ask(
    question: _Question,
    corpus: _Folder = Path("corpus"),
    index: _Index = Path("index"),
    settings: _SettingsFile = None,
    as_json: _Json = False,
) -> None:
    """Answer a question with quotes from the articles."""
    with _open(corpus, index, settings) as opened:
        answer = opened.ask(question)
    _print(as_json, lambda: answer_json(answer), lambda: _answer_lines(answer))


@app.command()
def search(
    question: _Question,
    corpus: _Folder = Path("corpus"),
    index: _Index = Path("index"),
    settings: _SettingsFile = None,
    as_json: _Json = False,
    top_k: _TopK = None,
) -> None:
    """Show the passages nearest to a question."""
    with _open(corpus, index, settings) as opened:
        results = opened.search(question, top_k=top_k)
    _print(
        as_json,
        lambda: [result_json(result) for result in results],
        lambda: [line for n, result in enumerate(results, 1) for line in _passage(n, result)],
    )


@app.command()
def status(
    corpus: _Folder = Path("corpus"),
    index: _Index = Path("index"),
    settings: _SettingsFile = None,
    as_json: _Json = False,
) -> None:
    """Say what is in the index."""
    with _open(corpus, index, settings) as opened:
        now = opened.status()
    _print(
        as_json,
        lambda: {**asdict(now), "failed": [failure._asdict() for failure in now.failed]},
        lambda: _status_lines(now),
    )


@app.command()
def serve(
    corpus: _Folder = Path("corpus"),
    index: _Index = Path("index"),
    settings: _SettingsFile = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 7860,
    sync: Annotated[bool, typer.Option(help="Sync before serving.")] = True,
) -> None:
    """Serve the chat page and the HTTP routes."""
    from rag.ui.server import serve

    with _open(corpus, index, settings) as opened:
        if sync:
            _sync_before_serving(opened)
        serve(opened, host=host, port=port)


def main() -> NoReturn:
    """Runs the command line; an error that a user can mend is one line, not a traceback."""
    try:
        app()
    except RagError as error:
        print(f"rag: {error}", file=sys.stderr)
        sys.exit(_exit_code(error))
    sys.exit(0)


def _exit_code(error: RagError) -> int:
    match error:
        case LockedError():
            return _LOCKED
        case QuestionError():
            return _WRONG_USE
        case _:
            return _FAILED


def _open(corpus: Path, index: Path, settings: Path | None) -> Corpus:
    return Corpus.open(corpus, index=index, settings=Settings.load(settings))


def _sync_before_serving(corpus: Corpus) -> None:
    try:
        lines = [*_report_lines(_sync(corpus, show=sys.stderr.isatty()))]
    except LockedError as error:
        lines = [str(error), "serving what is indexed so far"]
    print("\n".join(lines), file=sys.stderr)


def _sync(corpus: Corpus, *, show: bool, rebuild: bool = False, wait_s: float = 0.0) -> SyncReport:
    """Syncs with a progress line on the terminal."""

    def on_progress(progress: Progress) -> None:
        if show:
            print(f"\r{_progress_line(progress):<78}", end="", file=sys.stderr, flush=True)

    report = corpus.sync(rebuild=rebuild, wait_s=wait_s, on_progress=on_progress)
    if show:
        print(f"\r{'':<78}\r", end="", file=sys.stderr, flush=True)
    return report


def _print(as_json: bool, value: Callable[[], Any], lines: Callable[[], Iterable[str]]) -> None:
    if as_json:
        print(json.dumps(value(), ensure_ascii=False, indent=2))
    else:
        print("\n".join(lines()))


def _progress_line(progress: Progress) -> str:
    rate = progress.embedded / progress.seconds if progress.seconds else 0.0
    left = "" if progress.seconds_left is None else f", about {progress.seconds_left:.0f} s left"
    return (
        f"{progress.documents}/{progress.documents_total} articles, "
        f"{progress.embedded} passages embedded, {rate:.1f}/s{left}"
    )


def _report_lines(report: SyncReport) -> Iterator[str]:
    yield (
        f"{report.added} added, {report.updated} updated, {report.removed} removed, "
        f"{report.unchanged} unchanged; {report.chunks} passages, "
        f"{report.embedded} embedded in {report.seconds:.1f} s"
    )
    yield from _failure_lines(report.failed)


def _failure_lines(failed: Sequence[Failure]) -> Iterator[str]:
    if failed:
        yield f"{len(failed)} could not be read:"
    for path, reason in failed:
        yield f"  {path}: {reason}"


def _answer_lines(answer: Answer) -> Iterator[str]:
    yield answer.text
    if answer.passages:
        yield ""
    for citation in answer.citations:
        yield _place(citation.marker, citation.document, citation.start, citation.end)
    if answer.abstained:
        for n, passage in enumerate(answer.passages):
            yield _place(marker(n), passage.document, passage.chunk.start, passage.chunk.end)


def _place(mark: str, document: Document, start: int, end: int) -> str:
    return f"{mark} {document.label}, characters {start}-{end}"


def _passage(number: int, result: SearchResult) -> Iterator[str]:
    chunk = result.chunk
    place = _place(f"{number}.", result.document, chunk.start, chunk.end)
    yield f"{place}, score {result.score:.3f}"
    yield f"   {' '.join(chunk.text.split())}"


def _status_lines(status: Status) -> Iterator[str]:
    languages = ", ".join(f"{code} {count}" for code, count in status.languages.items())
    yield f"documents   {status.documents} ({languages or 'none'})"
    yield f"passages    {status.chunks}"
    yield f"size        {status.bytes / 1e6:.1f} MB"
    yield f"generation  {status.generation}"
    yield f"model       {status.model}"
    yield f"last sync   {status.synced_at or 'not finished yet'}"
    yield from _failure_lines(status.failed)
