import ast
import inspect
import subprocess
import sys
from importlib import import_module

import pytest

import rag
from rag import errors


def test_all_is_sorted_and_complete_and_what_type_checkers_see() -> None:
    assert sorted(rag.__all__) == rag.__all__
    seen: dict[str, object] = {}
    for node in ast.walk(ast.parse(inspect.getsource(rag))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rag."):
            home = import_module(node.module or "")
            seen |= {alias.name: getattr(home, alias.name) for alias in node.names}
    assert {name: getattr(rag, name) for name in rag.__all__} == seen
    with pytest.raises(AttributeError, match="'rag' has no attribute 'Nothing'"):
        rag.Nothing  # type: ignore[attr-defined]  # noqa: B018


def test_every_error_is_public_and_drawn_in_the_tree() -> None:
    for name, value in vars(errors).items():
        if inspect.isclass(value) and issubclass(value, errors.RagError):
            assert getattr(rag, name) is value
            assert name in (errors.__doc__ or "")


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = ("torch", "faiss", "gradio", "sentence_transformers", "langchain_core", "openvino")
    code = f"from rag import *; import sys; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
