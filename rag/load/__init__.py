"""A file of the corpus folder -> its documents, or the reason why there are none."""

from rag.load.files import SUFFIXES, article_files, load_file

__all__ = ["SUFFIXES", "article_files", "load_file"]
