"""A file of the corpus folder -> its documents, or the reason why there are none."""

from rag.load.files import listing, load_file, open_regular
from rag.load.loader import Loader
from rag.load.names import file_title, is_leftover
from rag.settings import Bounds

#: Stored with an index: raise it when the same file would be read differently.
LOADER_VERSION = "8"

__all__ = [
    "LOADER_VERSION",
    "Bounds",
    "Loader",
    "file_title",
    "is_leftover",
    "listing",
    "load_file",
    "open_regular",
]
