"""A sentence-transformers model behind the few calls that the project needs."""

from __future__ import annotations

import hashlib
import logging
import re
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
from tokenizers import Tokenizer

from rag.arrays import FloatArray
from rag.embed.encoder import UnsupportedError
from rag.embed.resolve import model_folder, read_json
from rag.embed.with_openvino import OpenVinoEngine
from rag.embed.with_torch import TorchEngine
from rag.errors import ModelError
from rag.language import encodable
from rag.once import once
from rag.settings import Settings, cores
from rag.types import Span

_E5 = re.compile("(^|[-_])e5-")
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

    Tokenizing and the fingerprint need the folder's small files only; the engine and
    the weights are loaded, once, by the first text that is embedded.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        self._folder = folder
        self._settings = settings
        self._name = settings.embedding_model
        self._prompts = _prompts(folder, settings)

    @once
    def dimension(self) -> int:
        """Width of a vector."""
        modules = read_json(self._folder / "modules.json", [])
        for module in reversed(modules):
            config = read_json(self._folder / module["path"] / "config.json", {})
            for key in ("out_features", "word_embedding_dimension", "embedding_dimension"):
                if key in config and module["path"]:
                    return int(config[key])
        return self._torch.dimension

    @once
    def max_tokens(self) -> int:
        """Longest input in tokens, prompt and special tokens included; the rest is cut off."""
        transformer = read_json(self._folder / "sentence_bert_config.json", {})
        config = read_json(self._folder / "config.json", {})
        positions = config.get("max_position_embeddings")
        if positions and "roberta" in config.get("model_type", ""):  # the first rows are not used
            positions -= config.get("pad_token_id", 1) + 1
        limits = (transformer.get("max_seq_length"), positions)
        return min((int(limit) for limit in limits if limit), default=512)

    @once
    def fingerprint(self) -> str:
        """Name, digest of the weights, prompts, and that vectors are of unit length."""
        prompts = ", ".join(map(repr, self._prompts))
        name = Path(self._name)  # one spelling for `mini`, `mini/` and `./mini`
        return f"{name} {_weights_digest(self._folder)} ({prompts}, unit length)"

    def token_spans(self, text: str) -> list[Span]:
        """Where the model's tokens stand in the whole text, without special tokens."""
        encoding = self._tokenizer.encode(encodable(text), add_special_tokens=False)
        return [Span(start, end) for start, end in encoding.offsets]

    def embed_documents(self, texts: Sequence[str]) -> FloatArray:
        """Unit rows of shape (len(texts), dimension), in order."""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        return self._engine.embed([encodable(text) for text in texts], self._prompts[1])

    def embed_query(self, text: str) -> FloatArray:
        """A unit vector of shape (dimension,)."""
        vector: FloatArray = self._engine.embed([encodable(text)], self._prompts[0], exact=True)[0]
        return vector

    @once
    def _tokenizer(self) -> Tokenizer:
        if (self._folder / "tokenizer.json").is_file():
            return tokenizer_in(self._folder)
        return unlimited(self._torch.tokenizer)

    @once
    def _engine(self) -> OpenVinoEngine | TorchEngine:
        if self._settings.engine == "torch":
            return self._torch
        try:
            return self._openvino()
        except UnsupportedError as error:
            if self._settings.engine == "openvino":
                raise ModelError(
                    f"the model {self._name!r} does not run on OpenVINO: {error}; "
                    "set engine to auto or torch"
                ) from error
            logging.getLogger(__name__).warning(
                "the model %r runs on torch, which is slower: %s", self._name, error
            )
        return self._torch

    def _openvino(self) -> OpenVinoEngine:
        if not (self._folder / "tokenizer.json").is_file():
            raise UnsupportedError("it has no file tokenizer.json")
        return OpenVinoEngine(
            self._folder,
            self._tokenizer,
            max_tokens=self.max_tokens,
            threads=self._threads,
            prompts=self._prompts,
            known_by=self.fingerprint,
        )

    @once
    def _torch(self) -> TorchEngine:
        return TorchEngine(self._folder, self._name, threads=self._threads)

    @property
    def _threads(self) -> int:
        return self._settings.threads or cores()


def tokenizer_in(folder: Path) -> Tokenizer:
    """The tokenizer of a model, without limits; one for all, as it takes half a second to load."""
    file = folder / "tokenizer.json"
    with _loading:
        return _tokenizer_of(file, file.stat().st_mtime_ns)


_loading = threading.Lock()


@lru_cache(2)
def _tokenizer_of(file: Path, _changed_ns: int) -> Tokenizer:
    try:
        return unlimited(Tokenizer.from_file(str(file)))
    except Exception as error:  # tokenizers has no narrower one
        raise ModelError(f"{file} cannot be read: {error}; is the model complete?") from error


def unlimited(tokenizer: Tokenizer) -> Tokenizer:
    """The tokenizer, which no longer cuts off nor pads."""
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _prompts(folder: Path, settings: Settings) -> tuple[str, str]:
    """What goes before a question and before a passage."""
    config = read_json(folder / "config_sentence_transformers.json", {})
    known: dict[str, str] = config.get("prompts") or {}
    name = Path(settings.embedding_model).name.lower()
    is_e5 = _E5.search(name) and "instruct" not in name  # which wants a whole sentence instead
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
