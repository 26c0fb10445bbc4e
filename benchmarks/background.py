"""Embeds rag/passages.txt with the default model: `python -m benchmarks.background`.

To be run when these passages or the default model change; a test says so.
"""

from __future__ import annotations

import numpy as np
from safetensors.numpy import save_file

from benchmarks.sets import ROOT
from rag import Settings
from rag.background import VECTORS, passages_about_nothing
from rag.embed import load_embedder


def main() -> None:
    """Writes the vectors beside the passages."""
    embedder = load_embedder(Settings())
    tensors = {
        language: embedder.embed_documents(texts).astype(np.float16)
        for language, texts in passages_about_nothing().items()
    }
    about = {"fingerprint": embedder.fingerprint, "command": "python -m benchmarks.background"}
    save_file(tensors, ROOT / "rag" / VECTORS, about)


if __name__ == "__main__":
    main()
