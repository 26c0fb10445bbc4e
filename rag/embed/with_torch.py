"""The engine of sentence-transformers itself: torch. Runs every model, on any machine."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer

from rag.arrays import FloatArray
from rag.embed.encoder import Tensors, changes, padded
from rag.errors import ModelError, first_line

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH_TEXTS = 16

# One at a time: transformers lacks half of its names where two threads import it at once.
_LOADING = threading.Lock()


class TorchEncoder:
    """Last hidden states of token ids; usable from several threads."""

    def __init__(self, folder: Path, update: Tensors, *, threads: int) -> None:
        """The encoder in a folder, with the low-rank updates that `Encoder.adapted` describes."""
        with loading():
            import torch
            from transformers import AutoModel

            torch.set_num_threads(threads)
            self._model = AutoModel.from_pretrained(folder, local_files_only=True).eval()
            with torch.no_grad():
                for name, change in changes(update):
                    parameter = self._model.get_parameter(name)
                    parameter += torch.from_numpy(change)
        self._computing = threading.Lock()

    def hidden(self, tokens: Sequence[Sequence[int]]) -> tuple[FloatArray, FloatArray]:
        """The last hidden state (texts, tokens, width), and 1 where there is a token, else 0."""
        import torch

        ids, mask = padded(tokens)
        with self._computing, torch.inference_mode():
            result = self._model(
                input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask).long()
            )
        return result.last_hidden_state.numpy(), mask


class TorchEngine:
    """Unit rows of texts; usable from several threads."""

    def __init__(self, folder: Path, name: str, *, threads: int) -> None:
        """Loads the model.

        Raises:
            ModelError: It cannot be loaded.
        """
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        # Threads that wait actively starve each other where another program wants the cores too.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        with loading():
            import torch

            torch.set_num_threads(threads)
            self._model = _sentence_transformer(folder, name)
        self._computing = threading.Lock()

    @property
    def dimension(self) -> int:
        """Width of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    @property
    def tokenizer(self) -> Tokenizer:
        """A copy of the model's tokenizer."""
        return Tokenizer.from_str(self._model.tokenizer.backend_tokenizer.to_str())

    def embed(self, texts: Sequence[str], prompt: str, *, exact: bool = False) -> FloatArray:
        """Unit rows of shape (len(texts), dimension), in order; all are exact here."""
        # Torch uses all its threads for one call; the tokenizer allows no two.
        with self._computing:
            rows: FloatArray = self._model.encode(
                list(texts),
                prompt=prompt,
                batch_size=_BATCH_TEXTS,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        return rows.astype(np.float32, copy=False)


@contextmanager
def loading() -> Iterator[None]:
    """In which one thread at a time imports what torch's models need, and loads one in silence."""
    with _LOADING:
        import transformers

        transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        yield


def _sentence_transformer(folder: Path, name: str) -> SentenceTransformer:
    import transformers
    from sentence_transformers import SentenceTransformer

    try:
        model = SentenceTransformer(str(folder), local_files_only=True)
    except Exception as error:  # whatever a broken folder makes of three libraries
        line = first_line(error)
        raise ModelError(
            f"the model {name!r} cannot be loaded: {line}; correct the setting embedding_model"
        ) from error
    known = model.tokenizer
    # Where its files are missing, transformers makes up a tokenizer that knows no word.
    if isinstance(known, transformers.PreTrainedTokenizerBase) and len(known) <= len(
        known.all_special_ids
    ):
        raise ModelError(
            f"the model {name!r} has no words: the folder lacks tokenizer.json or what else "
            "its tokenizer reads; copy the whole model, or correct the setting embedding_model"
        )
    return model
