import inspect
import subprocess
import sys

import rag
from rag import errors


def test_all_is_sorted_and_complete() -> None:
    assert sorted(rag.__all__) == rag.__all__
    public = {name for name in vars(rag) if not name.startswith("_")}
    modules = {name for name in public if inspect.ismodule(getattr(rag, name))}
    assert public - modules == set(rag.__all__)


def test_every_error_is_public_and_drawn_in_the_tree() -> None:
    for name, value in vars(errors).items():
        if inspect.isclass(value) and issubclass(value, errors.RagError):
            assert getattr(rag, name) is value
            assert name in (errors.__doc__ or "")


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = ("torch", "faiss", "gradio", "sentence_transformers", "langchain_core", "openvino")
    code = f"import rag, sys; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
