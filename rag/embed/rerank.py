"""A second look at the first passages with a sentence-transformers CrossEncoder."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.embed.resolve import model_folder, read_json
from rag.embed.with_torch import loading
from rag.errors import ModelError, first_line
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
        folder = model_folder(self._name, "reranker_model")
        if not _is_cross_encoder(folder):
            raise ModelError(
                f"the model {self._name!r} has not learned to judge passages: it is no "
                "CrossEncoder; correct the setting reranker_model"
            )
        with loading():
            from sentence_transformers import CrossEncoder

            try:
                model: CrossEncoder = CrossEncoder(str(folder), local_files_only=True)
                return model
            except Exception as error:  # whatever a broken folder makes of three libraries
                line = first_line(error)
                raise ModelError(
                    f"the model {self._name!r} cannot be loaded as a CrossEncoder: {line}; "
                    "correct the setting reranker_model"
                ) from error


def _is_cross_encoder(folder: Path) -> bool:
    """Whether the model comes with a head; sentence-transformers would make up a random one."""
    modules = read_json(folder / "modules.json", [])
    if any(module["type"].endswith("Pooling") for module in modules):
        return False
    heads = read_json(folder / "config.json", {}).get("architectures") or ()
    return any(head.endswith(("ForSequenceClassification", "ForCausalLM")) for head in heads)
