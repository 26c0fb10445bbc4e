"""A sentence-transformers model behind the few calls that the project needs."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from tokenizers import Tokenizer

from rag.embed.e5s1 import FloatArray
from rag.embed.resolve import model_folder
from rag.errors import ModelError
from rag.settings import Settings
from rag.types import Span

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH_TEXTS = 16
_E5_PROMPTS = ("query: ", "passage: ")
_DIGESTED_BLOCKS, _BLOCK_BYTES = 64, 16_384


class Embedder(Protocol):
    """Texts -> vectors whose inner product is the cosine of their meanings."""

    @property
    def dimension(self) -> int:
        """Width of a vector."""

    @property
    def max_tokens(self) -> int:
        """Longest input in tokens, prompt and special tokens included; the rest is cut off."""

    @property
    def fingerprint(self) -> str:
        """Equal for two embedders exactly if their vectors may be compared."""

    def token_spans(self, text: str) -> list[Span]:
        """Where the model's tokens stand in the whole text, without special tokens."""

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        """Unit rows of shape (len(texts), dimension), in order."""

    def embed_query(self, text: str) -> FloatArray:
        """A unit vector of shape (dimension,)."""


def load_embedder(settings: Settings) -> SentenceEmbedder:
    """The embedder that the settings name; its weights load when it first embeds.

    Raises:
        ModelError: There is no such model, or it cannot be read.
    """
    return SentenceEmbedder(model_folder(settings.embedding_model), settings)


class SentenceEmbedder:
    """An `Embedder` of any sentence-transformers model in a folder.

    Tokenizing and the fingerprint need the folder's small files only; torch and
    the weights are loaded, once, by the first text that is embedded.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._folder = folder
        self._name = settings.embedding_model
        self._threads = settings.threads
        self._prompts = _prompts(folder, settings)
        self._lock = threading.RLock()

    @cached_property
    def dimension(self) -> int:
        """Width of a vector."""
        modules = _read_json(self._folder / "modules.json", [])
        for module in reversed(modules):
            config = _read_json(self._folder / module["path"] / "config.json", {})
            for key in ("out_features", "word_embedding_dimension", "embedding_dimension"):
                if key in config and module["path"]:
                    return int(config[key])
        return int(self._model.get_embedding_dimension() or 0)

    @cached_property
    def max_tokens(self) -> int:
        """Longest input in tokens, prompt and special tokens included; the rest is cut off."""
        transformer = _read_json(self._folder / "sentence_bert_config.json", {})
        config = _read_json(self._folder / "config.json", {})
        limits = (transformer.get("max_seq_length"), config.get("max_position_embeddings"))
        return min((int(limit) for limit in limits if limit), default=512)

    @cached_property
    def fingerprint(self) -> str:
        """Name, digest of the weights, prompts, and that vectors are of unit length."""
        prompts = ", ".join(map(repr, self._prompts))
        return f"{self._name} {_weights_digest(self._folder)} ({prompts}, unit length)"

    def token_spans(self, text: str) -> list[Span]:
        """Where the model's tokens stand in the whole text, without special tokens."""
        encoding = self._tokenizer.encode(_encodable(text), add_special_tokens=False)
        return [Span(start, end) for start, end in encoding.offsets]

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        """Unit rows of shape (len(texts), dimension), in order."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        return self._encode(texts, self._prompts[1])

    def embed_query(self, text: str) -> FloatArray:
        """A unit vector of shape (dimension,)."""
        vector: FloatArray = self._encode([text], self._prompts[0])[0]
        return vector

    def warm(self) -> None:
        """Loads the weights now instead of with the first text."""
        self.embed_query("")

    def _encode(self, texts: Sequence[str], prompt: str) -> FloatArray:
        with self._lock:  # torch uses all its threads for one call; the tokenizer allows no two
            rows: FloatArray = self._model.encode(
                [_encodable(text) for text in texts],
                prompt=prompt,
                batch_size=_BATCH_TEXTS,
                normalize_embeddings=True,
                show_progress_bar=False,
            )
        return rows.astype(np.float32, copy=False)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        file = self._folder / "tokenizer.json"
        with self._lock:
            if not file.is_file():
                backend: Tokenizer = self._model.tokenizer.backend_tokenizer
                return Tokenizer.from_str(backend.to_str())
        tokenizer = Tokenizer.from_file(str(file))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _model(self) -> SentenceTransformer:
        with self._lock:
            return _load(self._folder, self._name, self._threads)


def _load(folder: Path, name: str, threads: int) -> SentenceTransformer:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    # Threads that wait actively starve each other where another program wants the cores too.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch
    import transformers
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads or _cores())
    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(str(folder), local_files_only=True)
    except Exception as error:  # whatever a broken folder makes of three libraries
        line = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(
            f"the model {name!r} cannot be loaded: {line}; correct the setting embedding_model"
        ) from error


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _prompts(folder: Path, settings: Settings) -> tuple[str, str]:
    """What goes before a question and before a passage."""
    known: dict[str, str] = _read_json(folder / "config_sentence_transformers.json", {}).get(
        "prompts", {}
    )
    is_e5 = "e5-" in f"{settings.embedding_model} {folder.name}".lower()
    query, document = _E5_PROMPTS if is_e5 else ("", "")
    query = next((known[key] for key in ("query", "search_query") if known.get(key)), query)
    keys = ("document", "passage", "search_document")
    document = next((known[key] for key in keys if known.get(key)), document)
    return (
        query if settings.query_prompt is None else settings.query_prompt,
        document if settings.document_prompt is None else settings.document_prompt,
    )


def _weights_digest(folder: Path) -> str:
    """Tells weights apart by blocks spread over their files, without reading all of them."""
    digest = hashlib.sha256()
    for file in sorted((*folder.rglob("*.safetensors"), *folder.rglob("pytorch_model*.bin"))):
        size = file.stat().st_size
        digest.update(f"{file.relative_to(folder).as_posix()} {size}".encode())
        with file.open("rb") as weights:
            for block in range(_DIGESTED_BLOCKS):
                weights.seek(block * max(0, size - _BLOCK_BYTES) // (_DIGESTED_BLOCKS - 1))
                digest.update(weights.read(_BLOCK_BYTES))
    for name in ("modules.json", "config.json", "tokenizer.json"):
        file = folder / name
        digest.update(file.read_bytes() if file.is_file() else b"")
    return digest.hexdigest()[:16]


def _read_json(file: Path, default: Any) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return default
    except (OSError, ValueError) as error:
        raise ModelError(f"{file} cannot be read: {error}; is the model complete?") from error


def _encodable(text: str) -> str:
    """The text with each lone surrogate, which UTF-8 cannot hold, as `?`; length unchanged."""
    return text.encode("utf-8", "replace").decode()
