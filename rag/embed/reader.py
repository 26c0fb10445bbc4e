"""Reads passages for a question: where an answer begins and ends, and whether there is one.

The default embedding model, its upper layers changed by low-rank updates (LoRA, Hu et al.
2021) and three linear outputs put behind them, reads question, title and passage as one
text. What was learned is `reader.safetensors` beside this file: its metadata say when, by
which command and on what. The model's words and lower layers are as they were, so it
reads the languages that it was not trained with, too.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from safetensors.numpy import load
from tokenizers import Tokenizer

from rag.arrays import FloatArray
from rag.embed.bundled import MODEL
from rag.embed.embedder import tokenizer_in
from rag.embed.encoder import Encoder, Tensors, UnsupportedError
from rag.embed.int8 import calibration_texts
from rag.embed.resolve import model_folder
from rag.embed.with_openvino import OpenVinoEncoder, batches
from rag.embed.with_torch import TorchEncoder
from rag.language import encodable
from rag.once import once
from rag.recent import Recent
from rag.settings import Settings, cores
from rag.types import Span

# What is read of each at most, in tokens; with the special ones it is what the model can take.
_QUESTION_TOKENS, _TITLE_TOKENS, _ALL_TOKENS = 64, 24, 512
_PROMPT = "query: "
#: What is put out for a token, in order: whether an answer starts, ends, or is held at all.
OUTPUTS = ("start", "end", "holds")


class Reading(NamedTuple):
    """What reading one passage for a question gave, in logits.

    Attributes:
        tokens: Where the passage's tokens stand in its text.
        starts: For each token, that an answer begins with it.
        ends: For each token, that an answer ends with it.
        holds: That the passage holds an answer.
    """

    tokens: list[Span]
    starts: FloatArray
    ends: FloatArray
    holds: float


class Reader(Protocol):
    """Looks for answers in passages."""

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        """A reading of each passage, given as `(title, text)`."""


def load_reader(settings: Settings) -> TrainedReader:
    """The reader that comes with the project; its weights load when it first reads.

    It is the same for all corpora, so a process has one.
    """
    return _reader(
        settings.engine == "torch", settings.threads or cores(), settings.recent_questions
    )


@cache
def _reader(on_torch: bool, threads: int, recent: int) -> TrainedReader:
    return TrainedReader(on_torch=on_torch, threads=threads, recent=recent)


class TrainedReader:
    """A `Reader` made of the default embedding model."""

    def __init__(self, *, on_torch: bool, threads: int, recent: int = 0) -> None:
        """See `load_reader`; remembers the last `recent` questions."""
        self._on_torch = on_torch
        self._threads = threads
        self._recent: Recent[object, list[Reading]] = Recent(recent)

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        """A reading of each passage, given as `(title, text)`."""
        asked = (question, tuple(passages))
        if (known := self._recent.get(asked)) is None:
            known = self._read(question, passages)
            self._recent.keep(asked, known)
        return list(known)

    def _read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[Reading]:
        inputs = [self.input(question, title, text) for title, text in passages]
        readings: dict[int, Reading] = {}
        for some in batches([len(each.ids) for each in inputs]):
            hidden, _ = self._encoder.hidden([inputs[i].ids for i in some])
            for i, row in zip(some, hidden @ self._outputs.T + self._bias, strict=True):
                readings[i] = inputs[i].reading(row)
        return [readings[i] for i in range(len(inputs))]

    def input(self, question: str, title: str, text: str) -> Input:
        """What the encoder reads, each part cut off at its limit."""
        asked, named, passage = (
            self._tokenizer.encode(encodable(part), add_special_tokens=False)
            for part in (_PROMPT + question, title, text)
        )
        begin, end = self._tokenizer.encode("").ids
        before = [begin, *asked.ids[:_QUESTION_TOKENS], end, *named.ids[:_TITLE_TOKENS], end]
        kept = _ALL_TOKENS - len(before) - 1
        ids = [*before, *passage.ids[:kept], end]
        return Input(ids, len(before), [Span(*span) for span in passage.offsets[:kept]])

    @once
    def _folder(self) -> Path:
        return model_folder(MODEL)

    @once
    def _tokenizer(self) -> Tokenizer:
        return tokenizer_in(self._folder)

    @once
    def _file(self) -> bytes:
        return files("rag.embed").joinpath("reader.safetensors").read_bytes()

    @property
    def known_by(self) -> str:
        """Tells its weights from others."""
        return f"reader {self._folder.name} {hashlib.sha256(self._file).hexdigest()}"

    @once
    def _weights(self) -> Tensors:
        return load(self._file)

    @once
    def _outputs(self) -> FloatArray:
        return np.stack([self._weights[f"{name}.weight"] for name in OUTPUTS]).astype(np.float32)

    @once
    def _bias(self) -> FloatArray:
        return np.array([self._weights[f"{name}.bias"].item() for name in OUTPUTS], np.float32)

    @once
    def _encoder(self) -> OpenVinoEncoder | TorchEncoder:
        try:
            if self._on_torch:
                raise UnsupportedError("the setting engine says so")
            encoder = Encoder.read(self._folder).adapted(self._weights)
            return OpenVinoEncoder(
                encoder,
                threads=self._threads,
                sample=self._sample,
                known_by=self.known_by,
                may_use_bf16=False,  # it misses one answer in a hundred more (docs/answers.md)
            )
        except UnsupportedError as error:
            logging.getLogger(__name__).info("passages are read by torch: %s", error)
            return TorchEncoder(self._folder, self._weights, threads=self._threads)

    def _sample(self) -> Iterator[list[int]]:
        texts = calibration_texts()
        for text, other in zip(texts, texts[1:] + texts[:1], strict=True):
            yield self.input(text[:80], other[:40], other).ids
            yield self.input(text[:80], "", text).ids


class Input(NamedTuple):
    """Question, title and passage as one text.

    Attributes:
        ids: Of all tokens.
        first: Place of the passage's first token among them.
        tokens: Where the passage's tokens stand in its text.
    """

    ids: list[int]
    first: int
    tokens: list[Span]

    def reading(self, logits: FloatArray) -> Reading:
        """From the outputs, shape (tokens of the input, 3)."""
        passage = logits[self.first : self.first + len(self.tokens)]
        return Reading(self.tokens, passage[:, 0], passage[:, 1], float(logits[0, 2]))
