"""The options that every command has, and how a command opens its corpus and prints."""

from __future__ import annotations

import codecs
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from rag.corpus import Corpus
from rag.plural import counted
from rag.settings import Settings
from rag.types import Failure

CORPUS = Path("corpus")

# Control characters, ends of lines, and what turns around the letters that follow.
_OBEYED = re.compile("[\\x00-\\x08\\x0a-\\x1f\\x7f-\\x9f\\u2028\\u2029\\u202d\\u202e]")


def given(value: str) -> str:
    """A name as it was given; an empty one would stand for the working directory."""
    if not value:
        raise typer.BadParameter("it is empty; the working directory is called '.'")
    return value


def given_path(value: str) -> Path:
    """As `given`, of a file or a folder."""
    return Path(given(value))


def existing_path(value: str) -> Path:
    """As `given_path`, of what is there."""
    path = given_path(value)
    if not path.exists():
        raise typer.BadParameter(f"{value!r} does not exist")
    return path


CorpusOption = Annotated[
    Path, typer.Option("--corpus", parser=given_path, help="Folder of the articles.")
]
IndexOption = Annotated[
    str | None,
    typer.Option(
        "--index",
        parser=given,
        help="Folder of the index, or postgresql://...; else the setting.",
    ),
]
SettingsOption = Annotated[
    Path | None,
    typer.Option("--settings", parser=given_path, help="TOML file; rag.toml here if there is one."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
LanguagesOption = Annotated[
    list[str] | None, typer.Option("--language", help="Only articles in it: fr. Repeatable.")
]
SourcesOption = Annotated[
    list[str] | None, typer.Option("--source", help="Only articles of it. Repeatable.")
]
DocumentsOption = Annotated[
    list[str] | None, typer.Option("--document", help="Only the article of this id. Repeatable.")
]
SinceOption = Annotated[
    str | None, typer.Option("--from", help="Only articles of this date or later: 2024-06.")
]
UntilOption = Annotated[
    str | None, typer.Option("--to", help="Only articles of this date or earlier: 2024-06-20.")
]
LlmOption = Annotated[
    str | None,
    typer.Option("--llm", help="Chat model that words answers: ollama:NAME, local:PATH.gguf."),
]
QuestionArgument = Annotated[str, typer.Argument(help="In any language.")]


def open_corpus(
    corpus: Path, index: str | None, settings: Path | None, llm: str | None = None
) -> Corpus:
    """The corpus that the options name."""

    def load() -> Settings:
        loaded = Settings.load(settings)
        return loaded if llm is None else loaded.model_copy(update={"llm": llm})

    return Corpus.open(corpus, index=index, settings=load(), reload_settings=load)


def show(as_json: bool, value: Callable[[], Any], lines: Callable[[], Iterable[str]]) -> None:
    """Prints a result, as JSON or as lines for people."""
    if as_json:
        is_utf8 = codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8"
        print(json.dumps(value(), ensure_ascii=not is_utf8, indent=2))
    else:
        say(lines())


def say(lines: Iterable[str], file: TextIO | None = None) -> None:
    """Prints lines for people; what a terminal would obey is spelled: a name may hold anything."""
    for line in lines:
        print(_OBEYED.sub(lambda sign: repr(sign[0])[1:-1], line), file=file)


def complain(error: Exception) -> None:
    """Says on the error output what went wrong."""
    say(f"rag: {error}".splitlines(), sys.stderr)


def show_count(articles: int, as_json: bool) -> None:
    """Says on the terminal, if there is one, how far a long work is."""
    if sys.stderr.isatty() and not as_json:
        print(f"{counted(articles, 'article')}\r", end="", file=sys.stderr, flush=True)


def failure_lines(failed: Sequence[Failure]) -> Iterator[str]:
    """What could not be read, and why."""
    if failed:
        yield f"{len(failed)} could not be read:"
    for path, reason in failed:
        yield f"  {path}: {reason}"
