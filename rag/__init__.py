"""Chat with a corpus of articles, and check every word of the answer."""

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
    Chunk,
    Citation,
    Document,
    Event,
    Failure,
    Passages,
    SearchResult,
    Span,
    SyncReport,
    TextDelta,
    Verification,
)

__all__ = [
    "Answer",
    "Chunk",
    "Citation",
    "Corpus",
    "CorruptError",
    "Document",
    "Event",
    "Failure",
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
