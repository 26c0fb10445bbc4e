"""The command line: `rag sync | add | ask | search | status | verify | serve | evaluate`.

And `rag user add` for who may sign in to the page, `rag mcp` for language models, and
`rag migrate` for an index that moves, and `rag worker` for many machines that fill one.

Exit codes: 0 done, 1 failed, 2 wrong use, 3 partly done (some files could not be
read; they are listed), 75 another sync holds the lock, 130 interrupted.
"""

from __future__ import annotations

import io
import os
import sys
from typing import NoReturn

from rag.cli.codes import FAILED, INTERRUPTED, LOCKED, WRONG_USE
from rag.errors import LockedError, QuestionError, RagError


def main() -> NoReturn:
    """Runs the command line; an error that a user can mend is one line, not a traceback."""
    try:
        _prepare_output()
        sys.exit(_run())
    except KeyboardInterrupt:  # before a command began, or after it
        sys.exit(INTERRUPTED)


def _prepare_output() -> None:
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed: nobody wants to hear
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # articles hold what a terminal may not know


def _run() -> int:
    # Here, as it takes a moment in which people may change their minds.
    from rag.cli.commands import app
    from rag.cli.options import complain

    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except RagError as error:
        complain(error)
        return _exit_code(error)
    except OSError as error:
        complain(error)
        sys.stdout = io.StringIO()  # else Python tries, and complains, once more when it ends
        return FAILED
    return 0


def _exit_code(error: RagError) -> int:
    match error:
        case LockedError():
            return LOCKED
        case QuestionError():
            return WRONG_USE
        case _:
            return FAILED
