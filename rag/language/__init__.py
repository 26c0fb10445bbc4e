"""Which language a text is in, where its sentences are, and which terms it is found by."""

from rag.language.analyze import ANALYZER_VERSION, analyze
from rag.language.detect import (
    detect_language,
    encodable,
    question_languages,
    served_as,
    unquoted,
    written_in,
)
from rag.language.lines import is_heading
from rag.language.sentences import (
    opens_with_pronoun,
    sentence_spans,
    sentence_spans_within,
    stripped,
    whole_words,
)

__all__ = [
    "ANALYZER_VERSION",
    "analyze",
    "detect_language",
    "encodable",
    "is_heading",
    "opens_with_pronoun",
    "question_languages",
    "sentence_spans",
    "sentence_spans_within",
    "served_as",
    "stripped",
    "unquoted",
    "whole_words",
    "written_in",
]
