"""`rag user`."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from rag.cli.options import given_path
from rag.errors import SettingsError

app = typer.Typer(help="Say who may sign in to the page.", no_args_is_help=True)


class _Role(StrEnum):
    READER = "reader"
    EDITOR = "editor"


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Letters, digits, '.', '@', '_' and '-'.")],
    auth: Annotated[
        Path, typer.Option(parser=given_path, help="The file; created if missing.")
    ] = Path("users.toml"),
    role: Annotated[_Role, typer.Option(help="An editor may change articles.")] = _Role.READER,
) -> None:
    """Add a user, or give one a new password and role. The password is asked for.

    Without a terminal it is the first line of the standard input.
    """
    from rag.people import add_user

    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    try:
        add_user(auth, name, password, role.value)
    except ValueError as error:
        raise SettingsError(str(error)) from error
    print(f"{name} may sign in as {role.value}: rag serve --auth {auth}")
