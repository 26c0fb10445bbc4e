"""Why a file was left out and a sentence doubted, in the languages of the page."""

from __future__ import annotations

import ast
import errno
import os
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

import rag
from rag import errors, plan
from rag.load import mail, readers, sniff, workers
from rag.ui.texts import DEFAULT, languages, reasons
from rag.ui.texts.reasons import reason_in

PACKAGE = Path(rag.__file__).parent
#: Where the reasons that everybody sees are found. All of these must be in every table.
SEEN = ("load", "add.py", "plan.py", "ui/removal.py", "answer/claim.py", "answer/support.py")
#: What takes a reason as its last argument.
TAKES = {"LoadError", "Failure", "PassingFailure", "_Ended"}
#: Functions that return one, or yield some.
GIVES = {"_why_not", "_reason", "missing", "_foreign", "_doubts"}
KEPT_IN_DATA = [
    *sniff._NOT_ARTICLES.values(),
    *mail._OLD_OFFICE.values(),
    *readers._UNREADABLE.values(),
    *workers._ENDED.values(),
    workers._NOT_STARTED.format(why="{}"),
]
TABLES = [language for language in languages() if language != DEFAULT]


def templates(node: ast.expr) -> Iterator[str]:
    """The texts that an expression may be, with `{}` for what varies."""
    match node:
        case ast.Constant(str(text)):
            yield text
        case ast.JoinedStr(parts):
            pieces = ["".join(templates(part)) or "{}" for part in parts]
            yield "".join(pieces)
        case ast.IfExp(_, body, orelse):
            yield from (*templates(body), *templates(orelse))
        case ast.BoolOp(_, values) | ast.Tuple(values):
            for value in values:
                yield from templates(value)


def said_in(path: Path) -> Iterator[str]:
    """The reasons that a module gives."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(ast.Name(name), [*_, last]) if name in TAKES or hasattr(errors, name):
                yield from templates(last)
            case ast.Call(ast.Name("Finding"), [_, reason, _]):
                yield from templates(reason)
            case ast.Assign([ast.Name("reason")], value):
                yield from templates(value)
            case ast.FunctionDef(name=name) if name in GIVES:
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Return | ast.Yield) and inner.value:
                        yield from templates(inner.value)


def all_said(*places: str) -> set[str]:
    folders = [PACKAGE / place for place in places]
    modules = [m for f in folders for m in (f.rglob("*.py") if f.is_dir() else [f])]
    return {text for module in modules for text in said_in(module) if text.strip("{}")}


def all_literals() -> Iterator[str]:
    """Every text in the program."""
    for module in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant | ast.JoinedStr):
                yield from templates(node)
    yield from KEPT_IN_DATA
    yield plan._TAKEN.replace("{!r}", "{}").format("{}")


def test_the_reasons_are_found() -> None:
    found = all_said(*SEEN)
    assert len(found) > 50
    assert {"it denies what it cites", "damaged: {}", "a link that leads nowhere"} <= found


@pytest.mark.parametrize("language", TABLES)
def test_every_reason_is_said_in_every_language(language: str) -> None:
    every = [*all_said(*SEEN), *KEPT_IN_DATA]
    asked = {text.replace("{}", "'~'") for text in every}
    assert {text for text in asked if reason_in(language, text) == text} == set()


@pytest.mark.parametrize("language", TABLES)
def test_no_reason_of_a_table_is_one_that_nothing_gives(language: str) -> None:
    table = tomllib.loads((files(reasons) / f"{language}.toml").read_text(encoding="utf-8"))
    system = {os.strerror(number) for number in errno.errorcode}
    counted = {text for text in table if text.split()[-1] in ("file", "files")}
    assert set(table) - set(all_literals()) - system - counted == set()


def test_what_varies_stays_and_is_said_in_the_language_where_it_is_a_reason() -> None:
    assert reason_in("fr", "larger than 100 MB (file_max_mb)") == "plus de 100 Mo (file_max_mb)"
    assert reason_in("fr", "a PNG image, not an article") == "une image PNG, pas un article"
    cites = "what it cites has '1987' where it says '{}'"
    assert reason_in("fr", cites) == "ce qu’elle cite dit '1987' là où elle dit '{}'"
    assert reason_in("fr", "cannot be removed: Permission denied").endswith(": accès refusé")


@pytest.mark.parametrize("language", ["en", "fr", "xx"])
def test_what_no_table_has_is_said_as_it_is(language: str) -> None:
    assert reason_in(language, "") == ""
    assert reason_in(language, "a reason\nof {tomorrow}") == "a reason\nof {tomorrow}"
