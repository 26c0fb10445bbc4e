import ast
from pathlib import Path

import pytest

from rag import Settings, SettingsError, settings


def write(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "rag.toml"
    file.write_text(text)
    return file


def test_the_environment_goes_over_the_file_and_the_file_over_the_default(tmp_path: Path) -> None:
    file = write(tmp_path, "top_k = 7\nchunk_tokens = 100\n")
    settings = Settings.load(file, {"RAG_TOP_K": "9", "PATH": "/bin"})
    assert (settings.top_k, settings.chunk_tokens) == (9, 100)
    assert settings.embedding_model == Settings().embedding_model


@pytest.mark.parametrize(
    ("text", "environ", "parts"),
    [
        ("topk = 7", {}, ["topk", "rag.toml", "unknown", "top_k"]),
        ("top_k = 0", {}, ["top_k", "rag.toml", "greater", "0"]),
        ("top_k = 'many'", {}, ["top_k", "'many'"]),
        ("file_timeout_s = inf", {}, ["file_timeout_s", "86400", "inf"]),
        ("file_timeout_s = nan", {}, ["file_timeout_s", "86400", "nan"]),
        ("file_timeout_s = 3000000", {}, ["file_timeout_s", "86400"]),
        ("file_memory_mb = 100000000000000", {}, ["file_memory_mb", "1000000"]),
        ("file_max_mb = 100000000000000000", {}, ["file_max_mb", "1000000"]),
        ("", {"RAG_TOPK": "7"}, ["topk", "RAG_TOPK", "unknown"]),
        ("", {"RAG_TOP_K": "x"}, ["top_k", "RAG_TOP_K", "'x'"]),
        ("top_k = ", {}, ["not valid TOML"]),
        ("[fields]\ntitel = 'headline'", {}, ["fields", "rag.toml", "'title'", "'titel'"]),
        ("", {"RAG_FIELDS": "body"}, ["fields", "RAG_FIELDS", "'body'"]),
    ],
)
def test_a_wrong_setting_names_the_key_and_where_it_came_from(
    tmp_path: Path, text: str, environ: dict[str, str], parts: list[str]
) -> None:
    with pytest.raises(SettingsError) as error:
        Settings.load(write(tmp_path, text), environ)
    for part in parts:
        assert part in str(error.value)


@pytest.mark.parametrize(
    ("values", "part"),
    [
        ({"topk": 7}, r"topk \(given in code\): unknown setting"),
        ({"top_k": 0}, r"top_k \(given in code\): .*not 0"),
    ],
)
def test_a_wrong_setting_in_code_is_named_too(values: dict[str, int], part: str) -> None:
    with pytest.raises(SettingsError, match=part):
        Settings(**values)


def test_the_constructor_asks_no_file_and_no_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_TOP_K", "9")
    write(tmp_path, "caution = 'eager'")
    settings = Settings(chunk_tokens=100)
    assert (settings.top_k, settings.caution) == (5, "balanced")


def test_a_named_file_must_exist_but_the_default_need_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings.load(environ={}) == Settings()
    with pytest.raises(SettingsError, match="cannot read"):
        Settings.load("other.toml", {})


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert Settings.load(write(tmp_path, "\ufefftop_k = 7\n"), {}).top_k == 7


def test_the_fields_of_exports_are_json_in_the_environment() -> None:
    assert Settings.load(environ={"RAG_FIELDS": '{"text": "body"}'}).fields == {"text": "body"}


def test_type_checkers_know_every_default() -> None:
    """They see the keyword alone: with a place instead, each setting has to be given."""
    tree = ast.parse(Path(settings.__file__).read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    fields = [call for call in calls if ast.unparse(call.func) == "Field"]
    assert len(fields) >= len(Settings.model_fields)
    assert not [ast.unparse(field) for field in fields if field.args]
