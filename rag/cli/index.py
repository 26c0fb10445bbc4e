"""`rag sync`, `rag add`, `rag status` and `rag verify`."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from rag.cli.codes import FAILED, INTERRUPTED, PARTLY
from rag.cli.options import (
    CORPUS,
    CorpusOption,
    IndexOption,
    JsonOption,
    SettingsOption,
    complain,
    existing_path,
    failure_lines,
    open_corpus,
    say,
    show,
    show_count,
)
from rag.corpus import Corpus
from rag.errors import RagError
from rag.plural import counted
from rag.types import SyncReport, Verification
from rag.wire import plan_json, report_json, verification_json

if TYPE_CHECKING:
    from rag.plan import Plan
    from rag.store import Status
    from rag.sync import OnProgress, Progress

_FOLLOWER_S = 2.0  # a served page that follows the folder may be at it for a moment


def sync(
    corpus: CorpusOption = CORPUS,
    index: IndexOption = None,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
    rebuild: Annotated[bool, typer.Option(help="Build the whole index anew.")] = False,
    dry_run: Annotated[bool, typer.Option(help="Say what would be done, and do nothing.")] = False,
    wait: Annotated[bool, typer.Option(help="Wait for another sync to end.")] = False,
    watch: Annotated[bool, typer.Option(help="Go on: sync after every change.")] = False,
    queue: Annotated[bool, typer.Option(help="Leave the embedding to `rag worker`.")] = False,
) -> None:
    """Make the index follow the folder; only what is new is embedded."""
    wait_s = float("inf") if wait else _FOLLOWER_S
    if queue and (rebuild or watch):
        raise typer.BadParameter("--queue goes with neither --rebuild nor --watch")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with open_corpus(corpus, index, settings) as opened:
        if dry_run:
            plan = opened.plan(rebuild=rebuild)
            show(as_json, lambda: plan_json(plan), lambda: _plan_lines(plan))
            if plan.failed:
                raise typer.Exit(PARTLY)
            return
        try:
            if queue:
                _enqueue(opened, as_json, wait_s)
                return
            report = run_sync(opened, quiet=as_json, rebuild=rebuild, wait_s=wait_s)
            if watch:
                _watch(opened, report, as_json)
        except KeyboardInterrupt:
            print("interrupted; the next sync goes on from here", file=sys.stderr)
            raise typer.Exit(INTERRUPTED) from None
    show(as_json, lambda: report_json(report), lambda: report_lines(report))
    if report.failed:
        raise typer.Exit(PARTLY)


def add(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.", parser=existing_path)],
    corpus: CorpusOption = CORPUS,
    index: IndexOption = None,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
    into: Annotated[str, typer.Option(help="A folder in the corpus to put them in.")] = "",
    wait: Annotated[bool, typer.Option(help="Wait for another sync to end.")] = False,
) -> None:
    """Copy files into the corpus and sync."""
    from rag.add import add_files

    with open_corpus(corpus, index, settings) as opened:
        try:
            added = add_files(
                corpus,
                paths,
                into=into,
                index=opened.index,
                max_mb=opened.settings.file_max_mb,
            )
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
        if not as_json:  # before the sync, which may be interrupted or have to wait
            say(f"{path} is in the corpus" for path in added.paths)
        wait_s = float("inf") if wait else _FOLLOWER_S
        report = run_sync(opened, quiet=as_json, wait_s=wait_s)
    whole = replace(report, failed=(*added.failed, *report.failed))
    show(
        as_json,
        lambda: {"copied": list(added.paths), **report_json(whole)},
        lambda: report_lines(whole),
    )
    if whole.failed:
        raise typer.Exit(PARTLY)


def status(
    corpus: CorpusOption = CORPUS,
    index: IndexOption = None,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what is in the index."""
    with open_corpus(corpus, index, settings) as opened:
        now = opened.status()
    show(
        as_json,
        lambda: {**asdict(now), "failed": [failure._asdict() for failure in now.failed]},
        lambda: _status_lines(now),
    )


def verify(
    corpus: CorpusOption = CORPUS,
    index: IndexOption = None,
    settings: SettingsOption = None,
    as_json: JsonOption = False,
    repair: Annotated[bool, typer.Option(help="Mend what is wrong.")] = False,
) -> None:
    """Check everything that the index promises about itself."""
    with open_corpus(corpus, index, settings) as opened:
        found = opened.verify(repair=repair)
    show(as_json, lambda: verification_json(found), lambda: _verification_lines(found))
    if found.problems and not found.repaired:
        raise typer.Exit(FAILED)


def run_sync(
    corpus: Corpus,
    *,
    quiet: bool = False,
    rebuild: bool = False,
    wait_s: float = 0.0,
    on_progress: OnProgress = lambda _: None,
) -> SyncReport:
    """Syncs with a progress line on the terminal, if there is one."""
    is_shown = sys.stderr.isatty() and not quiet

    def tell(progress: Progress) -> None:
        on_progress(progress)
        if is_shown:
            print(f"\r{_progress_line(progress):<78}", end="", file=sys.stderr, flush=True)

    try:
        return corpus.sync(rebuild=rebuild, wait_s=wait_s, on_progress=tell)
    finally:
        if is_shown:
            print(f"\r{'':<78}\r", end="", file=sys.stderr, flush=True)


def report_lines(report: SyncReport) -> Iterator[str]:
    """What a sync did."""
    yield (
        f"{report.added} added, {report.updated} updated, {report.removed} removed, "
        f"{report.unchanged} unchanged; {counted(report.chunks, 'passage')}, "
        f"{report.embedded} embedded in {report.seconds:.1f} s"
    )
    yield from failure_lines(report.failed)


def _enqueue(corpus: Corpus, as_json: bool, wait_s: float) -> None:
    """Tells what waits for workers now, and what was done."""
    plan = corpus.enqueue(wait_s=wait_s, on_read=lambda read: show_count(read, as_json))
    show(
        as_json,
        lambda: plan_json(plan),
        lambda: (
            f"{counted(len(plan.added) + len(plan.updated), 'article waits', 'articles wait')} "
            f"for `rag worker`, {len(plan.removed)} removed, {plan.unchanged} unchanged",
            *failure_lines(plan.failed),
        ),
    )
    if plan.failed:
        raise typer.Exit(PARTLY)


def _watch(corpus: Corpus, first: SyncReport, as_json: bool) -> NoReturn:
    """Prints what each sync does that changes something, until it is interrupted."""
    from rag.watch import follow

    def tell(report: SyncReport) -> None:
        if as_json:
            print(json.dumps(report_json(report)))
        else:
            say(report_lines(report))
        sys.stdout.flush()

    tell(first)
    failed = first.failed
    for did in follow(corpus, threading.Event()):
        if isinstance(did, RagError):
            complain(did)
        elif did.added or did.updated or did.removed or did.failed != failed:
            failed = did.failed
            tell(did)
    raise KeyboardInterrupt


def _verification_lines(found: Verification) -> Iterator[str]:
    yield from found.problems
    if not found.problems:
        yield "the index is whole"
    elif found.repaired:
        first, *others = report_lines(found.repaired)
        yield from (f"repaired: {first}", *others)
    else:
        problems = counted(len(found.problems), "problem")
        yield f"{problems}; `rag verify --repair` mends what is wrong"


def _plan_lines(plan: Plan) -> Iterator[str]:
    renamed = set(plan.renamed.values())
    yield from (f"+ {id}" for id in sorted(plan.added - plan.renamed.keys()))
    yield from (f"~ {id}" for id in sorted(plan.updated))
    yield from (f"> {old} -> {new}" for new, old in sorted(plan.renamed.items()))
    yield from (f"- {id}" for id in sorted(plan.removed - renamed))
    yield (
        f"{len(plan.added)} to add, {len(plan.updated)} to update, {len(plan.removed)} to remove "
        f"({len(plan.renamed)} of these renamed), {plan.unchanged} unchanged"
    )
    yield from failure_lines(plan.failed)


def _progress_line(progress: Progress) -> str:
    if progress.phase == "reading":
        return f"reading the folder: {counted(progress.documents, 'article')}"
    left = "" if progress.seconds_left is None else f", about {progress.seconds_left:.0f} s left"
    done = "" if progress.documents_total is None else f"{progress.documents}/"
    articles = counted(progress.documents_total or progress.documents, "article")
    passages = counted(progress.embedded, "passage")
    return f"{done}{articles}, {passages} embedded, {progress.rate:.1f}/s{left}"


def _status_lines(status: Status) -> Iterator[str]:
    languages = ", ".join(f"{code} {count}" for code, count in status.languages.items())
    yield f"documents   {status.documents} ({languages or 'none'})"
    yield f"passages    {status.chunks}"
    yield f"size        {status.bytes / 1e6:.1f} MB"
    yield f"generation  {status.generation}"
    yield f"model       {status.model}"
    yield f"vectors     {status.vector_index}"
    yield f"last sync   {status.synced_at or 'not finished yet'}"
    if status.waiting:
        yield f"waiting     {counted(status.waiting, 'article')}, for `rag worker`"
    if status.syncing:
        yield f"syncing     now, process {status.syncing}"
    yield from failure_lines(status.failed)
