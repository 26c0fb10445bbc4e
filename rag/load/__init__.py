"""A file of the corpus folder -> its documents, or the reason why there are none."""

from rag.load.files import SUFFIXES, article_files, listing, load_file
from rag.load.text import file_title

__all__ = ["SUFFIXES", "article_files", "file_title", "listing", "load_file"]
