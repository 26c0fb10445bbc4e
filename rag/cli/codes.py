"""Exit codes; `rag.cli` says when."""

FAILED, WRONG_USE, PARTLY, LOCKED, INTERRUPTED = 1, 2, 3, 75, 130
