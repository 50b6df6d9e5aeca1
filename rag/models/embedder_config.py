"""What a sentence-transformers folder says about itself, read without loading weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import ConfigurationError, ModelError
from rag.models.weights import ModelFiles, files_hash, read_json, read_json_list
from rag.settings import EmbedderSettings

__all__ = ["EmbedderConfig", "read_embedder_config"]

_QUESTION_PROMPTS = ("query", "question", "search_query")
_PASSAGE_PROMPTS = ("document", "passage", "corpus", "search_document")
_LIBRARY = "sentence_transformers."
_NO_LIMIT = 1_000_000
"""Tokenizers without a limit say 10**30."""


@dataclass(frozen=True, slots=True)
class EmbedderConfig:
    """Everything about an embedder that settles what its vectors mean."""

    name: str
    folder: Path
    dimension: int
    max_tokens: int
    pooling: str
    modules: tuple[str, ...]
    query_prefix: str
    passage_prefix: str
    fingerprint: str


def read_embedder_config(files: ModelFiles, settings: EmbedderSettings) -> EmbedderConfig:
    """Read `modules.json` and the configs it names; settings win over the model's own values.

    A folder without `modules.json` is a plain transformer, which gets mean pooling, as
    sentence-transformers does it.

    Raises:
        ModelError: the folder holds no model that can be used.
        ConfigurationError: `max_tokens` is above what the model can take.
    """
    folder = files.path
    config = read_json(folder / "config.json")
    if not folder.is_dir() or not (config or (folder / "modules.json").is_file()):
        raise ModelError(f"{folder} holds no embedding model (no config.json): check setting embedder.model")
    modules = _modules(folder)
    dimension, pooling = _dimension_and_pooling(folder, modules, config)
    prompts = read_json(folder / "config_sentence_transformers.json").get("prompts") or {}
    query = settings.query_prefix if settings.query_prefix is not None else _first(prompts, _QUESTION_PROMPTS)
    passage = (
        settings.passage_prefix if settings.passage_prefix is not None else _first(prompts, _PASSAGE_PROMPTS)
    )
    max_tokens = _max_tokens(folder, config, settings.max_tokens)
    facts = repr((dimension, max_tokens, pooling, query, passage))
    digest = files_hash(folder, _defining_files(folder), facts)
    return EmbedderConfig(
        name=files.name,
        folder=folder,
        dimension=dimension,
        max_tokens=max_tokens,
        pooling=pooling,
        modules=tuple(kind for kind, _ in modules),
        query_prefix=query,
        passage_prefix=passage,
        fingerprint=f"{files.name}@{digest}",
    )


def _modules(folder: Path) -> list[tuple[str, Path]]:
    """The pipeline's (class name, folder) in order.

    Raises:
        ModelError: a class is none of sentence-transformers, which would run code that comes with the model,
            or a folder lies outside of the model's.
    """
    found = []
    for entry in read_json_list(folder / "modules.json"):
        kind, path = str(entry["type"]), folder / str(entry["path"])
        if not kind.startswith(_LIBRARY) or not path.resolve().is_relative_to(folder.resolve()):
            raise ModelError(
                f"the embedding model in {folder} names the module {kind[:80]!r} in "
                f"{str(entry['path'])[:80]!r}: only classes of sentence-transformers and folders of the "
                "model itself are read"
            )
        found.append((kind.rsplit(".", 1)[-1], path))
    return found


def _dimension_and_pooling(
    folder: Path, modules: list[tuple[str, Path]], config: Mapping[str, Any]
) -> tuple[int, str]:
    dimension = config.get("hidden_size") or config.get("d_model") or config.get("dim")
    pooling = "mean"
    for kind, path in modules:
        settings = read_json(path / "config.json")
        if kind == "Pooling":
            pooling = _pooling(settings)
            width = settings.get("embedding_dimension") or settings.get("word_embedding_dimension")
            dimension = width and int(width) * len(pooling.split("+"))
        elif kind == "Dense":
            dimension = settings.get("out_features")
        elif kind not in {"Transformer", "Normalize"}:
            raise ModelError(
                f"the embedding model in {folder} has a {kind} module, which is not supported: choose a "
                "model made of a transformer, pooling, dense and normalising modules"
            )
    if not isinstance(dimension, int):
        raise ModelError(
            f"the model in {folder} does not say the length of its vectors: choose another model"
        )
    return dimension, pooling


def _pooling(settings: Mapping[str, Any]) -> str:
    """`mean`, `cls`, …, or several joined by `+` (their vectors are put side by side).

    Models that leave the prompt out of the mean (INSTRUCTOR) have ` without prompt` after it.
    """
    modes = settings.get("pooling_mode")
    if modes is None:
        names = {"cls_token": "cls", "mean_tokens": "mean", "max_tokens": "max", "lasttoken": "lasttoken"}
        flags = [key.removeprefix("pooling_mode_") for key, on in settings.items() if on is True]
        modes = [names.get(flag, flag) for flag in flags if flag != "include_prompt"]
    name = modes if isinstance(modes, str) else "+".join(modes) or "mean"
    return name if settings.get("include_prompt", True) else name + " without prompt"


def _max_tokens(folder: Path, config: Mapping[str, Any], wanted: int | None) -> int:
    positions = config.get("max_position_embeddings") or config.get("n_positions") or _NO_LIMIT
    # RoBERTa counts positions from its padding index, and so has two fewer than it says.
    ceiling = positions - 2 if config.get("model_type") in {"roberta", "xlm-roberta"} else positions
    tokenizer_limit = read_json(folder / "tokenizer_config.json").get("model_max_length") or _NO_LIMIT
    own = read_json(folder / "sentence_bert_config.json").get("max_seq_length") or min(
        ceiling, tokenizer_limit
    )
    if wanted is not None and wanted > ceiling:
        raise ConfigurationError(
            f"setting embedder.max_tokens: {wanted} is more than the model takes: set it to {ceiling} or less"
        )
    limit = min(int(own), int(ceiling)) if wanted is None else wanted
    return limit if limit < _NO_LIMIT else 512


def _first(prompts: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((str(prompts[name]) for name in names if prompts.get(name)), "")


def _defining_files(folder: Path) -> list[Path]:
    """Weights, tokenizer and configs: what settles the vectors. Readmes and other formats do not."""
    wanted = ["*.safetensors", "tokenizer.json", "config.json", "modules.json"]
    found = [path for pattern in wanted for path in folder.glob(pattern)]
    found += [path / name for _, path in _modules(folder) if path != folder for name in _files(path)]
    if not any(path.suffix == ".safetensors" for path in found):
        raise ModelError(
            f"the model in {folder} has no safetensors weights: fetch or save it in that format "
            "(older formats are pickles, which may run code)"
        )
    return found


def _files(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    return [path.name for path in folder.iterdir() if path.suffix in {".json", ".safetensors"}]
