"""The one settings tree. Presets are TOML files in `configs/`; what a setting does is told here.

Precedence, highest first: flags (given as a nested dict), `CITEWELL_…` environment variables
(`CITEWELL_GENERATOR__MODEL=…`, two underscores between levels), the file or preset, these defaults.

Read by pydantic and tomllib alone: pydantic-settings passes over an environment variable that names
no setting, and here a misspelt key is an error wherever it stands.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from rag.errors import ConfigurationError, UnknownSettingError
from rag.resources import resource

__all__ = [
    "AnsweringSettings",
    "ChunkingSettings",
    "EmbedderSettings",
    "ExampleSettings",
    "GeneratorSettings",
    "IngestSettings",
    "PromptSettings",
    "RerankerSettings",
    "RetrievalSettings",
    "Settings",
    "UiSettings",
    "load_settings",
    "parse_value",
    "presets",
]

_PREFIX = "CITEWELL_"
Device = Literal["auto", "cpu", "cuda", "mps"]
Precision = Literal["auto", "float32", "bfloat16", "float16"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())


class EmbedderSettings(_Section):
    """The model that turns text into vectors."""

    model: str = Field(
        "packaged:all-MiniLM-L6-v2",
        description="`packaged:NAME`, a folder, or a hub name (downloads only when `offline` is false).",
    )
    device: Device = Field("auto", description="CUDA, then MPS, then CPU when `auto`.")
    dtype: Precision = Field("auto", description="bfloat16 where the device does it well, else float32.")
    batch_size: int = Field(32, ge=1, description="Texts per forward pass; 8 to 32 is best on a CPU.")
    max_tokens: int | None = Field(None, ge=8, description="Input limit; the model's own when unset.")
    query_prefix: str | None = Field(None, description="Put before questions; the model's own when unset.")
    passage_prefix: str | None = Field(None, description="Put before passages; the model's own when unset.")
    threads: int | None = Field(None, ge=1, description="CPU threads; as many as there are cores when unset.")


class RerankerSettings(_Section):
    """A model that scores question and passage together."""

    model: str | None = Field(None, description="Cross-encoder by folder or hub name; none when unset.")
    device: Device = "auto"
    dtype: Precision = "auto"
    batch_size: int = Field(16, ge=1)
    candidates: int = Field(50, ge=1, description="How many fused passages are reranked.")


class GeneratorSettings(_Section):
    """The language model: it scores evidence, and phrases answers where it is able to."""

    provider: str = Field(
        "local",
        description="`local` (transformers), `none`, or a LangChain provider; `openai`: any such endpoint.",
    )
    model: str = Field("packaged:SmolLM2-135M-Instruct", description="`packaged:NAME`, a folder, or a name.")
    base_url: str | None = Field(None, description="Address of an OpenAI-style endpoint.")
    api_key: SecretStr | None = Field(
        None, description="Key of the endpoint; give it as CITEWELL_GENERATOR__API_KEY, never in a file."
    )
    writes: bool = Field(
        False,
        description="Whether the model is able to phrase answers. If not, answers are quotes.",
    )
    scores_evidence: bool = Field(
        False, description="Whether question likelihood under this (local) model helps to rank evidence."
    )
    device: Device = "auto"
    dtype: Precision = "auto"
    max_new_tokens: int = Field(256, ge=1)
    temperature: float = Field(0.0, ge=0.0, description="0 is greedy: the same question, the same answer.")
    top_k: int = Field(50, ge=0, description="0 switches it off. No effect at temperature 0.")
    top_p: float = Field(1.0, gt=0.0, le=1.0)
    repetition_penalty: float = Field(1.0, gt=0.0)
    seed: int = 0
    context_tokens: int = Field(8_192, ge=256, description="The model's window; the prompt must fit in it.")
    timeout_seconds: float = Field(120.0, gt=0.0)
    retries: int = Field(2, ge=0)


class IngestSettings(_Section):
    """How files are read."""

    max_file_megabytes: float = Field(100.0, gt=0.0, description="Larger files are refused.")
    workers: int | None = Field(None, ge=1, description="Parsing processes; the number of cores when unset.")
    file_seconds: float = Field(120.0, gt=0.0, description="A file that takes longer to parse is stopped.")
    worker_megabytes: float = Field(
        2_000.0, gt=0.0, description="Most memory of a parsing process; a file that needs more is refused."
    )
    keep_originals: bool = Field(
        True, description="Copy each file into the library, so that citations open its pages later."
    )
    batch_chunks: int = Field(256, ge=1, description="Chunks embedded together, across files.")


class ChunkingSettings(_Section):
    """How documents are cut."""

    max_tokens: int = Field(200, ge=16, description="Most tokens of the embedder in a chunk.")
    min_tokens: int = Field(40, ge=0, description="Smaller pieces are joined to a neighbour where they may.")
    context: bool = Field(True, description="Embed title and heading path in front of each chunk.")


class RetrievalSettings(_Section):
    """How passages are found."""

    top_k: int = Field(8, ge=1, description="Passages returned.")
    candidates: int = Field(100, ge=1, description="Hits taken from each leg before fusion.")
    rrf_k: int = Field(60, ge=1, description="Constant of reciprocal rank fusion (Cormack et al. 2009).")
    legs: tuple[Literal["dense", "lexical"], ...] = Field(
        ("dense", "lexical"), description="Which legs search; one alone for comparison."
    )
    merge_neighbours: bool = Field(True, description="Join adjacent chunks of one document for answering.")


class ExampleSettings(_Section):
    """Which worked examples go into the prompt."""

    selector: str = Field("jaccard", description="`jaccard`, `embedding`, `random` or `none`.")
    k: int = Field(2, ge=0)
    pool: str = Field("default", description="Name of a pool in `data/examples/`, or a JSONL file.")
    most_similar: Literal["last", "first"] = "last"


class PromptSettings(_Section):
    """How the prompt is laid out."""

    budget_tokens: int = Field(3_000, ge=128, description="Most tokens of the whole prompt.")
    system: str | None = Field(None, description="System text; the built-in one when unset.")
    cites: bool = Field(
        False, description="Ask the model for `[n]` marks, which those under some 3 B parameters get wrong."
    )


class AnsweringSettings(_Section):
    """How an answer is made and when there is none."""

    max_sentences: int = Field(3, ge=1, description="Most sentences that a quoted answer holds.")
    abstain_below: float = Field(
        0.5, ge=0.0, le=1.0, description="Confidence under which there is no answer."
    )
    unsupported: Literal["mark", "drop", "refuse"] = Field(
        "mark", description="What happens to a generated sentence without support."
    )
    calibration: str = Field("default", description="Name of a file in `data/calibration/`, or a JSON file.")


class UiSettings(_Section):
    """The web app."""

    host: str = "127.0.0.1"
    port: int = Field(8501, ge=0, le=65_535)
    max_upload_megabytes: int = Field(100, ge=1)
    open_browser: bool = True


class Settings(_Section):
    """All settings."""

    library: Path = Field(Path("citewell-library"), description="Folder of the library.")
    offline: bool = Field(True, description="Load weights from this machine only; never ask a model hub.")
    embedder: EmbedderSettings = EmbedderSettings()  # type: ignore[call-arg]
    reranker: RerankerSettings = RerankerSettings()  # type: ignore[call-arg]
    generator: GeneratorSettings = GeneratorSettings()  # type: ignore[call-arg]
    ingest: IngestSettings = IngestSettings()  # type: ignore[call-arg]
    chunking: ChunkingSettings = ChunkingSettings()  # type: ignore[call-arg]
    retrieval: RetrievalSettings = RetrievalSettings()  # type: ignore[call-arg]
    examples: ExampleSettings = ExampleSettings()  # type: ignore[call-arg]
    prompt: PromptSettings = PromptSettings()  # type: ignore[call-arg]
    answering: AnsweringSettings = AnsweringSettings()  # type: ignore[call-arg]
    ui: UiSettings = UiSettings()  # type: ignore[call-arg]


def load_settings(
    config: str | Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Read a preset by name or a file by path, then the environment, then `overrides`.

    `overrides` is nested (`{"retrieval": {"top_k": 3}}`); values of None are left out.

    Raises:
        ConfigurationError: the file cannot be read or a value is out of range.
        UnknownSettingError: a key does not exist; the message names the nearest right one.
    """
    environment = os.environ if environment is None else environment
    name = config if config is not None else environment.get(_PREFIX + "CONFIG", "default")
    tree = _read_preset(name)
    for key, value in _environment_values(environment):
        _set(tree, key.split("__"), value)
    for path, value in _leaves(overrides or {}):
        _set(tree, path, value)
    _reject_unknown_keys(tree, Settings, (), str(name))
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        shown = "(hidden)" if "api_key" in where else repr(first["input"])
        raise ConfigurationError(
            f"setting {where}: {shown} is not accepted: {first['msg']}. "
            f"Correct it in {name}, the environment or the flag."
        ) from None


def presets() -> list[str]:
    """The names of the presets that ship with the program."""
    return sorted(path.stem for path in resource("configs").glob("*.toml"))


def _read_preset(name: str | Path) -> dict[str, Any]:
    path = Path(name)
    if not (path.suffix or os.sep in str(name) or path.is_file()):
        path = resource("configs", f"{name}.toml")
        if not path.is_file():
            raise ConfigurationError(
                f"no preset {str(name)!r}: choose one of {', '.join(presets())}, "
                "or give the path of a TOML file"
            )
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigurationError(f"cannot read settings file {str(path)!r}: {reason}") from None


def _environment_values(environment: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for key, value in environment.items():
        if key.startswith(_PREFIX) and key != _PREFIX + "CONFIG":
            yield key[len(_PREFIX) :].lower(), parse_value(value)


def parse_value(text: str) -> Any:
    """A setting's value from text: a TOML list where it is one, else the text, which its field converts."""
    if not text.startswith("["):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _leaves(tree: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, key))
        elif value is not None:
            yield (*path, key), value


def _set(tree: dict[str, Any], path: tuple[str, ...] | list[str], value: Any) -> None:
    for key in path[:-1]:
        branch = tree.setdefault(key, {})
        if not isinstance(branch, dict):
            raise ConfigurationError(f"setting {'.'.join(path)}: {key!r} is a value, not a section")
        tree = branch
    tree[path[-1]] = value


def _reject_unknown_keys(
    tree: Mapping[str, Any], section: type[BaseModel], path: tuple[str, ...], name: str
) -> None:
    for key, value in tree.items():
        field = section.model_fields.get(key)
        if field is None:
            raise UnknownSettingError(_unknown_key_message(key, section, path, name))
        annotation = field.annotation
        if isinstance(value, Mapping) and isinstance(annotation, type) and issubclass(annotation, BaseModel):
            _reject_unknown_keys(value, annotation, (*path, key), name)


def _unknown_key_message(key: str, section: type[BaseModel], path: tuple[str, ...], name: str) -> str:
    full = ".".join((*path, key))
    here = [".".join((*path, field)) for field in section.model_fields]
    nearest = difflib.get_close_matches(full, here, 1, 0.5) or difflib.get_close_matches(
        key, list(_all_keys(Settings)), 1, 0.0
    )
    return f"unknown setting {full!r} in {name} or a {_PREFIX}… variable: did you mean {nearest[0]!r}?"


def _all_keys(section: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[str]:
    for key, field in section.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from _all_keys(annotation, (*path, key))
        else:
            yield ".".join((*path, key))
