"""Chat with a corpus of articles, and check every word of the answer."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.corpus import Corpus
    from rag.errors import (
        CorruptError,
        GenerationError,
        LoadError,
        LockedError,
        MismatchError,
        ModelError,
        NotFoundError,
        QuestionError,
        RagError,
        SettingsError,
        StoreError,
    )
    from rag.settings import Settings
    from rag.types import (
        Answer,
        CheckedSentence,
        Chunk,
        Citation,
        Document,
        Event,
        Explanation,
        Failure,
        Filters,
        Passages,
        SearchResult,
        Span,
        SyncReport,
        TextDelta,
        Verification,
    )

__all__ = [
    "Answer",
    "CheckedSentence",
    "Chunk",
    "Citation",
    "Corpus",
    "CorruptError",
    "Document",
    "Event",
    "Explanation",
    "Failure",
    "Filters",
    "GenerationError",
    "LoadError",
    "LockedError",
    "MismatchError",
    "ModelError",
    "NotFoundError",
    "Passages",
    "QuestionError",
    "RagError",
    "SearchResult",
    "Settings",
    "SettingsError",
    "Span",
    "StoreError",
    "SyncReport",
    "TextDelta",
    "Verification",
]

# Imported when asked for: the command line is there before pydantic is, to be interrupted.
if not TYPE_CHECKING:

    def __getattr__(name):
        for home in ("errors", "types", "settings", "corpus") if name in __all__ else ():
            if found := vars(import_module(f"rag.{home}")).get(name):
                return found
        raise AttributeError(f"module 'rag' has no attribute {name!r}")

    def __dir__():
        return __all__
