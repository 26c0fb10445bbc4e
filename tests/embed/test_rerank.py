"""The cross-encoder by setting, with a tiny random one."""

import json
import os
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

from rag import Corpus, ModelError, Settings
from rag.embed import Reranker
from tests.conftest import WordEmbedder

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "the", "iron", "bridge", "harbour", "froze", "monday"]


def tiny(folder: Path, labels: int = 1) -> str:
    """A CrossEncoder's folder with random weights."""
    words = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, "[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=words, unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]"
    ).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=labels,  # type: ignore[call-arg]
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    return str(folder)


def test_the_cross_encoder_decides_the_order(folder: Path, tmp_path: Path) -> None:
    name = tiny(tmp_path / "cross")
    settings = Settings(reranker_model=name)
    with Corpus(folder, tmp_path / "index", settings, WordEmbedder()) as corpus:
        corpus.sync()
        hits = corpus.search("the iron bridge", top_k=3)
        (best,) = corpus.search("the iron bridge", top_k=1)
        rankings = corpus.retriever().retriever.rankings("the iron bridge", 3)
    assert rankings["reranked"][:3] == list(dict.fromkeys(hit.document.id for hit in hits))
    texts = [f"{hit.document.title}\n{hit.chunk.text}".strip() for hit in hits]
    scores = Reranker(name).scores("the iron bridge", texts)
    assert scores == sorted(scores, reverse=True)
    assert [hit.legs["reranker"].rank for hit in hits] == [1, 2, 3]
    assert [hit.legs["reranker"].score for hit in hits] == pytest.approx(scores, abs=1e-5)
    assert best.document.id == hits[0].document.id
    assert hits[0].score == 1


def test_a_model_that_is_no_reranker_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="reranker_model"):
        Reranker(tiny(tmp_path / "three", labels=3)).scores("a", ["b"])
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="reranker_model"):
        Reranker(str(tmp_path / "empty")).scores("a", ["b"])


def test_an_embedding_model_is_refused_instead_of_ranking_at_random(tmp_path: Path) -> None:
    name = tiny(tmp_path / "cross")
    config = tmp_path / "cross" / "config.json"
    config.write_text(config.read_text().replace("BertForSequenceClassification", "BertModel"))
    with pytest.raises(ModelError, match="no CrossEncoder; correct the setting reranker_model"):
        Reranker(name).scores("a", ["b"])
    name = tiny(tmp_path / "pooled")
    pooling = {"type": "sentence_transformers.models.Pooling", "path": "1_Pooling"}
    (tmp_path / "pooled" / "modules.json").write_text(json.dumps([pooling]))
    with pytest.raises(ModelError, match="no CrossEncoder"):
        Reranker(name).scores("a", ["b"])


def test_a_damaged_reranker_is_named(tmp_path: Path) -> None:
    name = tiny(tmp_path / "cross")
    os.truncate(tmp_path / "cross" / "model.safetensors", 100)
    with pytest.raises(ModelError, match=r"cannot be loaded as a CrossEncoder.*reranker_model"):
        Reranker(name).scores("a", ["b"])
