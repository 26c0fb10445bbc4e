"""The fast engine: a sentence-transformers folder on OpenVINO, without torch.

Where the processor multiplies 8-bit integers (VNNI, AMX), passages are encoded in
them, on scales that were measured before; questions, of which there are few, and which
must be right, on finer ones that are found as they go. Elsewhere both are in float. Vectors
of all of these, and of torch, may be compared: `benchmarks/engine.py` shows what is lost.
"""

from __future__ import annotations

import atexit
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from tokenizers import Encoding, Tokenizer

from rag.arrays import FloatArray
from rag.embed.encoder import Encoder, UnsupportedError, load_openvino, padded
from rag.embed.int8 import calibration_texts, known_ranges, quantisation
from rag.embed.resolve import read_json
from rag.once import once

if TYPE_CHECKING:
    import openvino

# Few shapes, because each new one costs 12 ms: lengths in steps, and as many texts in a
# batch as there is room for tokens. Measured: larger batches are no faster, and their texts
# are less alike in length; lengths that are no multiple of 16 take longer than the next that is.
_STEP_TOKENS = 16
_BATCH_TOKENS = 1024
# Batches that are computed side by side, each with its share of the threads: none waits for
# the others at every step, which costs most where other programs use the cores. Each takes
# memory, so there are not more of them.
_MOST_STREAMS = 4
# Threads that compute one question: 1.7 times faster than one where both find a core, and no
# slower where other programs want them.
_QUESTION_THREADS = 2
# Lengths up to which a question has a graph for that one length, compiled when the first one
# comes: nothing is prepared anew between two questions, which saves a quarter. Of the
# questions in docs/retrieval.md four in five have at most 24 tokens, 19 in 20 at most 32.
_QUESTION_TOKENS = (24, 32)

_INT8_FLAGS = {"avx512_vnni", "avx_vnni", "amx_int8"}

_POOLINGS = {"mean": "pooling_mode_mean_tokens", "cls": "pooling_mode_cls_token"}

Requests: TypeAlias = "SimpleQueue[Any]"  # OpenVINO's, those that are not at work


class OpenVinoEncoder:
    """Last hidden states of token ids; usable from several threads.

    It is compiled, and measured for 8 bits if it is new here, at the first call.
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        threads: int,
        sample: Callable[[], Iterable[list[int]]],
        known_by: str,
        streams: int = 1,
        may_use_bf16: bool = True,
    ) -> None:
        """Of an encoder.

        Args:
            sample: Token ids to measure the encoder with.
            known_by: What the measures are kept under.
            streams: How many batches may be computed at the same time, each with its share
                of the threads. Questions go by their own number.
            may_use_bf16: Whether what is not in 8 bits is computed in bf16, where the
                processor can, instead of float.

        Raises:
            UnsupportedError: OpenVINO is not installed.
        """
        self.width = encoder.width
        self._encoder = encoder
        self._threads = threads
        self._streams = streams
        self._question_streams = min(streams, max(1, threads // _QUESTION_THREADS))
        self._sample = sample
        self._known_by = known_by
        self._may_use_bf16 = may_use_bf16
        self._core = load_openvino().Core()
        self._of_length: dict[int | None, Requests] = {}
        self._compiling = threading.Lock()
        # A thread that is still in OpenVINO when the interpreter goes would abort the process.
        most = streams + (len(_QUESTION_TOKENS) + 1) * self._question_streams
        self._computing = threading.Semaphore(most)
        for _ in range(most):
            atexit.register(self._computing.acquire)

    def hidden(
        self, tokens: Sequence[Sequence[int]], *, exact: bool = False
    ) -> tuple[FloatArray, FloatArray]:
        """The last hidden state (texts, tokens, width), and 1 where there is a token, else 0."""
        length = _question_length(tokens) if exact else None
        ids, mask = padded(tokens, length or _STEP_TOKENS)
        rows = self._encoder.look_up(ids)
        requests = self._exact(length) if exact else self._fast
        request = requests.get()  # each serves one thread at a time
        try:
            with self._computing:
                hidden: FloatArray = request.infer([rows, mask])[0]
        finally:
            requests.put(request)
        return hidden, mask

    def _exact(self, length: int | None) -> Requests:
        """For one text of a length, or for whatever comes."""
        with self._compiling:
            if length not in self._of_length:
                self._of_length[length] = self._for_questions((1, length) if length else None)
            return self._of_length[length]

    def _for_questions(self, shape: tuple[int, int] | None) -> Requests:
        graph = self._encoder.graph(shape=shape, in_8_bits=has_int8())
        threads = min(self._threads, _QUESTION_THREADS * self._question_streams)
        return self._compiled(graph, threads, self._question_streams)

    @once
    def _fast(self) -> Requests:
        how = None
        if has_int8():
            ranges = known_ranges(self._encoder, self._core, self._sample, self._known_by)
            how = quantisation(self._encoder, ranges)
        return self._compiled(self._encoder.graph(how), self._threads, self._streams)

    def _compiled(self, graph: openvino.Model, threads: int, streams: int) -> Requests:
        capable = self._core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        in_bf16 = self._may_use_bf16 and "BF16" in capable
        options = {
            "NUM_STREAMS": streams,
            "INFERENCE_NUM_THREADS": threads,
            "ENABLE_CPU_PINNING": False,  # other programs want the cores too
            "INFERENCE_PRECISION_HINT": "bf16" if in_bf16 else "f32",
        }
        model = self._core.compile_model(graph, "CPU", options)
        requests: Requests = SimpleQueue()
        for _ in range(streams):
            requests.put(model.create_infer_request())
        return requests


def _question_length(tokens: Sequence[Sequence[int]]) -> int | None:
    """The length of the graph that a question has; None for a long one, and for several."""
    if len(tokens) > 1:
        return None
    return next((length for length in _QUESTION_TOKENS if len(tokens[0]) <= length), None)


class OpenVinoEngine:
    """Unit rows of texts; usable from several threads."""

    def __init__(
        self,
        folder: Path,
        tokenizer: Tokenizer,
        *,
        max_tokens: int,
        threads: int,
        prompts: Sequence[str],
        known_by: str,
    ) -> None:
        """Reads the model.

        Args:
            tokenizer: Neither cuts off nor pads.
            prompts: Go before the texts that the model is measured with.
            known_by: What the measures are kept under.

        Raises:
            UnsupportedError: The model must run on torch.
        """
        self._pooling = _pooling(folder)
        self._tokenizer = tokenizer
        self._max_tokens = max_tokens
        self._prompts = prompts
        self._streams = min(threads, _MOST_STREAMS)
        self._encoder = OpenVinoEncoder(
            Encoder.read(folder),
            threads=threads,
            sample=self._sample,
            known_by=known_by,
            streams=self._streams,
        )

    def embed(self, texts: Sequence[str], prompt: str, *, exact: bool = False) -> FloatArray:
        """Unit rows of shape (len(texts), dimension), in order; `exact` is slower."""
        encodings = self._tokenizer.encode_batch([prompt + text for text in texts])
        tokens = [self._ids(encoding) for encoding in encodings]
        rows = np.empty((len(texts), self._encoder.width), np.float32)

        def compute(some: list[int]) -> None:
            hidden = self._encoder.hidden([tokens[i] for i in some], exact=exact)
            rows[some] = self._pool(*hidden)

        parts = list(batches([len(ids) for ids in tokens], self._streams))
        if len(parts) == 1:
            compute(parts[0])
        for _ in self._workers.map(compute, parts if len(parts) > 1 else []):
            pass
        return rows

    @once
    def _workers(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._streams, "encoder")

    def _sample(self) -> Iterator[list[int]]:
        for prompt in sorted(set(self._prompts)):
            for text in calibration_texts():
                yield self._ids(self._tokenizer.encode(prompt + text))

    def _ids(self, encoding: Encoding) -> list[int]:
        """Of the first tokens that fit, the special ones at the end among them."""
        ids: list[int] = encoding.ids
        if len(ids) <= self._max_tokens:
            return ids
        is_special = reversed(encoding.special_tokens_mask)
        ends = next(n for n, special in enumerate(is_special) if not special)
        return ids[: self._max_tokens - ends] + ids[len(ids) - ends :]

    def _pool(self, hidden: FloatArray, mask: FloatArray) -> FloatArray:
        if self._pooling == "cls":
            pooled = hidden[:, 0]
        else:
            shares = mask / mask.sum(axis=1, keepdims=True)
            pooled = (shares[:, None] @ hidden)[:, 0]
        norms = np.linalg.norm(pooled, axis=1, keepdims=True)
        unit: FloatArray = pooled / np.maximum(norms, 1e-12)
        return unit


def has_int8(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether the processor multiplies 8-bit integers without overflow on the way."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # not Linux
        return False
    flags = next((line for line in lines if line.startswith("flags")), "")
    return not _INT8_FLAGS.isdisjoint(flags.split())


def batches(lengths: Sequence[int], streams: int = 1) -> Iterator[list[int]]:
    """Places of texts that are embedded together: of like length, so that padding is little.

    Args:
        streams: How many batches are computed side by side: few texts are shared out.
    """
    order = sorted(range(len(lengths)), key=lambda i: -lengths[i])
    most = min(_BATCH_TOKENS, -(-sum(lengths) // streams))
    while order:
        longest = lengths[order[0]] + -lengths[order[0]] % _STEP_TOKENS
        texts = max(1, most // longest)
        yield order[:texts]
        order = order[texts:]


def _pooling(folder: Path) -> str:
    """How token vectors become one, if that is all the model does behind its encoder."""
    if not (modules := read_json(folder / "modules.json", [])):
        return "mean"  # as sentence-transformers does with a bare encoder
    kinds = [module["type"].rpartition(".")[2] for module in modules]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise UnsupportedError(f"it is made of {', '.join(kinds)}")
    if modules[0]["path"]:
        raise UnsupportedError("its encoder is in a folder of its own")
    if read_json(folder / "sentence_bert_config.json", {}).get("do_lower_case"):
        raise UnsupportedError("it lower-cases texts outside its tokenizer")
    config = read_json(folder / modules[1]["path"] / "config.json", {})
    if not config.get("include_prompt", True):
        raise UnsupportedError("it pools without the prompt")
    on = [key for key, value in config.items() if key.startswith("pooling_mode_") and value is True]
    wanted = config.get("pooling_mode")
    mode = str(wanted or next((mode for mode, key in _POOLINGS.items() if on == [key]), on))
    if mode not in _POOLINGS:
        raise UnsupportedError(f"it pools by {mode}")
    return mode
