"""One strict, frozen `Settings`, read once at the entry.

`Settings.load()` takes a value from, in rising order: the default here, `rag.toml`, a
`RAG_*` environment variable (`RAG_TOP_K=8`). `Settings(top_k=8)` asks neither of the two.
An unknown key is an error that names the file or the variable: a typo must not be silent.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from rag.errors import SettingsError

#: How sure to be before an answer is given.
Caution: TypeAlias = Literal["cautious", "balanced", "eager"]

#: What an export may say of an article.
ExportField: TypeAlias = Literal[
    "id", "text", "title", "date", "language", "source", "url", "authors"
]

#: What settings in `_mb` count.
MEGABYTE = 1_000_000

#: How many passages a search gives at most.
MAX_TOP_K = 1000

# More can be neither limited nor waited for, and is a mistake.
_Megabytes: TypeAlias = Annotated[int, Field(le=1_000_000)]
_Seconds: TypeAlias = Annotated[float, Field(le=86_400)]

ENV_PREFIX = "RAG_"
DEFAULT_FILE = "rag.toml"


class Bounds(BaseModel):
    """How much reading a file may cost, and what exports call their fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    file_max_mb: _Megabytes = Field(
        default=100, ge=1, description="A larger file is left out, and listed."
    )
    file_max_text_mb: _Megabytes = Field(
        default=50, ge=1, description="A file with more text is left out."
    )
    file_timeout_s: _Seconds = Field(
        default=9.0, gt=0, description="How long reading one file may take."
    )
    file_memory_mb: _Megabytes = Field(
        default=1024, ge=256, description="How much memory it may take."
    )
    archive_max_files: int = Field(
        default=10_000, ge=1, description="In an archive with its archives."
    )
    archive_max_mb: _Megabytes = Field(
        default=500, ge=1, description="Unpacked, all files together."
    )
    archive_max_ratio: int = Field(
        default=200, ge=2, description="Size of a file by its size packed."
    )
    archive_max_depth: int = Field(default=2, ge=1, description="Archives within archives.")
    fields: dict[ExportField, str] = Field(
        default={},
        description="Of JSON and CSV exports: which of their fields is `text`, `title`, `date`, "
        "`authors`, `source`, `url`, `language` or `id`. Usual names are known.",
    )

    @field_validator("fields", mode="before")
    @classmethod
    def _fields_of_text(cls, value: object) -> object:
        return json.loads(value) if isinstance(value, str) else value  # from the environment

    @classmethod
    def of(cls, settings: Settings) -> Bounds:
        """Those that are set."""
        return cls(**settings.model_dump(include=set(cls.model_fields)))


class Settings(Bounds):
    """Everything that can be chosen; each field's description is its documentation.

    Raises:
        SettingsError: A key is unknown, or a value is wrong.
    """

    index: str = Field(
        default="index",
        min_length=1,
        description="Folder of the index, created by the first sync, or the address of a "
        "PostgreSQL database that holds it: `postgresql://user@host/database`.",
    )
    index_timeout_s: float = Field(
        default=30.0, gt=0, description="How long a database may take for one step of a search."
    )
    index_ef_search: int = Field(
        default=200,
        ge=1,
        le=1000,
        description="How far a database looks for the nearest vectors: more is slower, and "
        "misses fewer.",
    )
    embedding_model: str = Field(
        default="intfloat/multilingual-e5-small",
        min_length=1,
        description="A sentence-transformers model: a hub name or a folder. "
        "The default comes with pip and needs no network on Linux x86-64.",
    )
    query_prompt: str | None = Field(
        default=None, description="Put before a question; None takes what the model's files say."
    )
    document_prompt: str | None = Field(
        default=None, description="Put before a passage; None takes what the model's files say."
    )
    threads: int = Field(
        default=0,
        ge=0,
        description="Threads for the embedding model; 0 takes the cores of the process.",
    )
    engine: Literal["auto", "openvino", "torch"] = Field(
        default="auto",
        description="What computes vectors: OpenVINO, several times faster, or torch, which runs "
        "every model; auto takes OpenVINO where it is installed and knows the model.",
    )
    chunk_tokens: int = Field(
        default=256,
        ge=16,
        description="Largest chunk in tokens of the model, its title not counted.",
    )
    caution: Caution = Field(
        default="balanced",
        description="How sure to be that the articles hold the answer before giving one.",
    )
    readers: int = Field(
        default=0,
        ge=0,
        description="Files read at the same time; 0 takes the cores of the process.",
    )
    reranker_model: str | None = Field(
        default=None,
        description="A sentence-transformers CrossEncoder, by hub name or folder, that puts the "
        "first 20 passages in its own order; None leaves them as found.",
    )
    top_k: int = Field(default=5, ge=1, le=MAX_TOP_K, description="Passages shown for a question.")
    recent_questions: int = Field(
        default=64,
        ge=0,
        description="How many questions are remembered, to answer them again at once.",
    )
    watch: bool = Field(
        default=True,
        description="The served page follows the folder: edits are found a moment later.",
    )
    history: bool = Field(
        default=True,
        description="The page keeps each user's conversations, and feedback, beside the index.",
    )
    user_header: str = Field(
        default="",
        description="A header in which a reverse proxy says who is signed in, such as "
        "`X-Forwarded-User`; set it only where nobody can reach the server past the proxy.",
    )
    max_question_chars: int = Field(
        default=4_000, ge=1, description="A longer question is refused with a message."
    )
    llm: str = Field(
        default="",
        description="A chat model that words the answers: `ollama:NAME`, `openai:NAME` and what "
        "else LangChain knows, `local:PATH.gguf`. Empty: the answers are quotations.",
    )
    llm_base_url: str = Field(
        default="", description="Address of the chat model's server, if not usual."
    )
    llm_always: bool = Field(
        default=False,
        description="Ask the chat model even where the articles seem to hold no answer.",
    )
    llm_max_tokens: int = Field(default=512, ge=1, description="Longest answer of the chat model.")
    llm_history_tokens: int = Field(
        default=500, ge=0, description="How much of the conversation the chat model is told."
    )
    llm_context_tokens: int = Field(
        default=4096, ge=256, description="Context of a local chat model."
    )
    llm_connect_timeout_s: float = Field(default=5.0, gt=0, description="For reaching its server.")
    llm_first_token_timeout_s: float = Field(default=30.0, gt=0, description="For it to begin.")
    llm_token_timeout_s: float = Field(
        default=10.0, gt=0, description="Between two pieces of its answer."
    )
    llm_timeout_s: float = Field(default=120.0, gt=0, description="For its whole answer.")
    llm_retries: int = Field(
        default=1,
        ge=0,
        le=5,
        description="Further tries where it refuses at once and may be back soon.",
    )

    @classmethod
    def load(
        cls, path: str | Path | None = None, environ: Mapping[str, str] = os.environ
    ) -> Settings:
        """Settings from a TOML file and the environment.

        Args:
            path: The file; None takes `rag.toml` of the working directory if it exists.
            environ: Where `RAG_*` variables are looked up.

        Raises:
            SettingsError: A key is unknown, a value is wrong, or the file cannot be read.
        """
        file = Path(DEFAULT_FILE if path is None else path)
        values: dict[str, Any] = {}
        origin: dict[str, str] = {}
        if path is not None or file.exists():
            values |= _read_toml(file)
            origin |= dict.fromkeys(values, f"in {file}")
        for name, value in environ.items():
            if name.startswith(ENV_PREFIX):
                key = name.removeprefix(ENV_PREFIX).lower()
                values[key] = value
                origin[key] = f"from the environment variable {name}"
        return cls.model_validate(values, context=origin)

    @model_validator(mode="wrap")
    @classmethod
    def _checked(
        cls, values: Any, check: ModelWrapValidatorHandler[Settings], info: ValidationInfo
    ) -> Settings:
        try:
            return check(values)
        except ValidationError as error:
            raise SettingsError(_explain(error, info.context or {})) from None


def cores() -> int:
    """Cores that this process may use: what 0 means for `threads` and `readers`."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"cannot read {file}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} is not valid TOML: {error}") from error


def _explain(error: ValidationError, origin: Mapping[str, str]) -> str:
    """One line per wrong key: the key, where it came from, what is wrong."""
    lines = []
    for problem in error.errors():
        key = str(problem["loc"][0]) if problem["loc"] else "settings"
        what = (
            f"unknown setting; known are {', '.join(Settings.model_fields)}"
            if problem["type"] == "extra_forbidden"
            else f"{problem['msg']}, not {problem['input']!r}"
        )
        lines.append(f"{key} ({origin.get(key, 'given in code')}): {what}")
    return "\n".join(lines)
