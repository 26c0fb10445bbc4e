"""The command line: `rag sync | add | ask | search | status | verify | serve | evaluate`.

And `rag user add` for who may sign in to the page, `rag mcp` for language models, and
`rag migrate` for an index that moves, and `rag worker` for many machines that fill one.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 partly done (some files could not be
read; they are listed), 75 another sync holds the lock, 130 interrupted.
"""

from __future__ import annotations

import io
import sys
from typing import NoReturn

import typer

from rag.cli import ask, evaluate, index, mcp, migrate, people, serve, worker
from rag.cli.options import FAILED, LOCKED, WRONG_USE, complain
from rag.errors import LockedError, QuestionError, RagError

app = typer.Typer(
    name="rag",
    help="Chat with a corpus of articles and check every word of the answer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(index.sync)
app.command()(index.add)
app.command()(ask.ask)
app.command()(ask.search)
app.command()(index.status)
app.command()(index.verify)
app.command()(worker.worker)
app.command("migrate")(migrate.migrate_index)
app.command("evaluate")(evaluate.evaluation)
app.command()(serve.serve)
app.command("mcp")(mcp.serve_mcp)
app.add_typer(people.app, name="user")


def main() -> NoReturn:
    """Runs the command line; an error that a user can mend is one line, not a traceback."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # articles hold what a terminal may not know
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except RagError as error:
        complain(error)
        sys.exit(_exit_code(error))
    except OSError as error:
        complain(error)
        sys.stdout = io.StringIO()  # else Python tries, and complains, once more when it ends
        sys.exit(FAILED)
    sys.exit(0)


def _exit_code(error: RagError) -> int:
    match error:
        case LockedError():
            return LOCKED
        case QuestionError():
            return WRONG_USE
        case _:
            return FAILED
