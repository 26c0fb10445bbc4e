"""The errors of this package, and what each asks of the reader.

    RagError
      SettingsError          unknown or wrong setting; names the key and where it came from
      LoadError              a file that cannot be read; a sync lists it and goes on
      ModelError             a model that cannot be loaded; says what to do
      StoreError             the index
        NotFoundError        there is none yet; says the command that builds it
        MismatchError        built by another model or version; says the command that mends it
        LockedError          another sync is writing; names its process
        CorruptError         damaged; says the command that repairs it
      QuestionError          empty or too long, or what goes with it is wrong (also a ValueError)
      GenerationError        the language model failed; wraps the cause

A caller's mistake is a `ValueError`. "Not in the articles" is an Answer, not an error.
"""

from __future__ import annotations

from pathlib import Path


class RagError(Exception):
    """Base of every error that a user can mend; the message says how."""


class SettingsError(RagError):
    """A setting is unknown or has a value it cannot have."""


class LoadError(RagError):
    """A file cannot be read as an article.

    Attributes:
        path: The file, or the row of one as `path:line`.
        reason: One line, without the path.
    """

    def __init__(self, path: str | Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = str(path)
        self.reason = reason

    def __reduce__(self) -> tuple[type[LoadError], tuple[str, str]]:
        return type(self), (self.path, self.reason)  # else pickle calls it with the message alone


class ModelError(RagError):
    """A model cannot be loaded."""


class StoreError(RagError):
    """The index cannot be used as it is."""


class NotFoundError(StoreError):
    """There is no index or corpus folder yet, or no such document."""


class MismatchError(StoreError):
    """The index was built with other settings or by another version."""


class LockedError(StoreError):
    """Another process is writing to the index."""


class CorruptError(StoreError):
    """A file of the index is damaged beyond what is rebuilt by itself."""


class QuestionError(RagError, ValueError):
    """A question cannot be searched as it is."""


class GenerationError(RagError):
    """The language model failed; the cause is chained."""


def first_line(error: BaseException) -> str:
    """The first line of another library's message; the error's name if it says nothing."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip()
