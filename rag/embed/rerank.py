"""A second look at the first passages with a sentence-transformers CrossEncoder."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.embed.resolve import model_folder
from rag.errors import ModelError
from rag.once import once

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder


class Reranker:
    """Reads question and passage together: slower than comparing vectors, and mostly better."""

    def __init__(self, name: str) -> None:
        """The model loads with the first question.

        Args:
            name: Of a CrossEncoder on the hub, or a folder.
        """
        self._name = name
        self._lock = threading.Lock()

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """How well each passage answers; larger is better.

        Raises:
            ModelError: The model cannot be loaded, or gives more than one number a passage.
        """
        with self._lock:
            found = self._model.predict(
                [(question, passage) for passage in passages], show_progress_bar=False
            )
        if found.ndim != 1:
            raise ModelError(
                f"the model {self._name!r} gives {found.shape[-1]} numbers a passage, not one; "
                "correct the setting reranker_model"
            )
        scores: list[float] = found.tolist()
        return scores

    @once
    def _model(self) -> CrossEncoder:
        from sentence_transformers import CrossEncoder

        try:
            model: CrossEncoder = CrossEncoder(
                str(model_folder(self._name, "reranker_model")), local_files_only=True
            )
            return model
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(
                f"the model {self._name!r} cannot be loaded as a CrossEncoder: {error}; "
                "correct the setting reranker_model"
            ) from error
