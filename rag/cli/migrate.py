"""`rag migrate`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from rag.cli.options import JsonOption, SettingsOption, given, show
from rag.plural import counted
from rag.settings import Settings


def migrate_index(
    source: Annotated[
        str, typer.Argument(parser=given, help="Folder of an index, or postgresql://...")
    ],
    target: Annotated[
        str, typer.Argument(parser=given, help="Where to move it; the source stays as it is.")
    ],
    settings: SettingsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move an index to another folder or database, without embedding anything again."""
    from rag.migrate import migrate

    def on_progress(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"{done} of {counted(total, 'article')}\r", end="", file=sys.stderr, flush=True)

    moved = migrate(source, target, Settings.load(settings), on_progress)
    show(
        as_json,
        moved._asdict,
        lambda: [
            f"there and equal: {counted(moved.documents, 'article')} in "
            f"{counted(moved.chunks, 'passage')}; "
            f"{moved.copied} copied now, {moved.removed} removed"
        ],
    )
