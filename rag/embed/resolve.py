"""The name of a model -> the folder that holds it."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

from rag.embed.bundled import MODEL, bundled_model
from rag.errors import ModelError

# Other formats of the same weights, which sentence-transformers would not load here.
_OTHER_FORMATS = ["onnx/*", "openvino/*", "*.onnx", "*.h5", "*.msgpack", "*.ot", "*.gguf"]


def model_folder(name: str, setting: str = "embedding_model") -> Path:
    """The folder of a sentence-transformers model.

    Args:
        name: A folder, or a name on the hub, which is downloaded once.
        setting: Where the name comes from, for messages.

    Raises:
        ModelError: There is no such model, or it cannot be downloaded.
    """
    folder = Path(os.path.expanduser(name))  # Path's fails without a home
    if folder.is_dir():
        return _checked(folder, name, setting)
    if name == MODEL and (bundled := bundled_model()):
        return bundled
    if name.startswith((".", "/", "~")) or name.count("/") > 1 or "\\" in name:
        raise ModelError(f"there is no folder {name!r}; correct the setting {setting}")
    return _checked(_from_hub(name, setting), name, setting)


def read_json(file: Path, default: Any) -> Any:
    """What a file of a model holds, of the kind of the default, which stands for no file.

    Raises:
        ModelError: It cannot be read.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return default
    except (OSError, ValueError) as error:
        raise ModelError(f"{file} cannot be read: {error}; is the model complete?") from error
    if not isinstance(found, type(default)):
        raise ModelError(f"{file} is not as expected; copy the whole model again")
    return found


def _checked(folder: Path, name: str, setting: str) -> Path:
    if not any((folder / file).is_file() for file in ("modules.json", "config.json")):
        raise ModelError(
            f"{name!r} is not a sentence-transformers model: it has neither modules.json nor "
            f"config.json; correct the setting {setting}"
        )
    return folder


def _from_hub(name: str, setting: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, RepositoryNotFoundError

    try:
        try:
            return Path(snapshot_download(name, local_files_only=True))
        except FileNotFoundError:  # not downloaded yet
            logging.getLogger(__name__).info("downloading the model %s", name)
            return Path(snapshot_download(name, ignore_patterns=_OTHER_FORMATS, etag_timeout=10))
    except (HFValidationError, RepositoryNotFoundError) as error:
        raise ModelError(
            f"there is no model {name!r} on the hub that you may read; "
            f"correct the setting {setting}"
        ) from error
    except (HfHubHTTPError, OSError) as error:
        raise ModelError(
            f"the model {name!r} is not on this machine and cannot be downloaded now; "
            f"connect to the network once, or set {setting} to a folder that holds a model"
        ) from error
