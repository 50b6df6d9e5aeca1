"""What can write answers on this machine: packaged weights, GGUF files, and servers on their usual ports."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from rag.errors import ModelError
from rag.models.devices import LOOPBACK
from rag.models.gguf import read_header
from rag.models.offered import models_folder
from rag.models.packaged import PACKAGED, PREFIX, packaged_path
from rag.models.served import ServedModel, served_models
from rag.settings import GeneratorSettings

__all__ = ["USUAL_PORTS", "FoundModel", "found_models"]

USUAL_PORTS: Final = {"Ollama": 11434, "llama.cpp": 8080, "vLLM": 8000, "LM Studio": 1234}


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model with the settings that have it write: a preset ("" for the usual one) and assignments over it.

    `context_tokens` is what it reads as it runs, `trained_tokens` what it was made for; None where not told.
    """

    kind: str
    name: str
    place: str
    context_tokens: int | None
    trained_tokens: int | None
    abilities: tuple[str, ...]
    preset: str
    assignments: tuple[str, ...]

    @property
    def arguments(self) -> tuple[str, ...]:
        """The same for a command line."""
        preset = ("--config", self.preset) if self.preset else ()
        return (*preset, *(word for setting in self.assignments for word in ("--set", setting)))


def found_models(settings: GeneratorSettings) -> list[FoundModel]:
    """All of them; servers are asked at once, on this machine only, and each has two seconds."""
    addresses = {f"http://127.0.0.1:{port}/v1": "" for port in USUAL_PORTS.values()}
    if settings.base_url is not None and urlsplit(settings.base_url).hostname in LOOPBACK:
        addresses[settings.base_url] = settings.api_key.get_secret_value() if settings.api_key else ""
    with ThreadPoolExecutor(len(addresses)) as threads:
        answers = threads.map(served_models, addresses, addresses.values())
        served = [model for models in answers for model in models or ()]
    return [*_packaged(), *_files(models_folder(settings.folder)), *map(_found, served)]


def _found(model: ServedModel) -> FoundModel:
    named = (f"generator.base_url={model.address}", f"generator.model={model.name}")
    return FoundModel(
        model.kind,
        model.name,
        model.address,
        model.context_tokens,
        model.trained_tokens,
        model.abilities,
        "server",
        named,
    )


def _packaged() -> list[FoundModel]:
    found = []
    for model in PACKAGED.values():
        if model.task == "generator":
            try:
                path = packaged_path(model.name)
            except ModelError:  # not installed, or not what was tested
                continue
            named = (f"generator.model={PREFIX}{model.name}", "generator.writes=true")
            trained = _trained_tokens(path)
            found.append(FoundModel("packaged", model.name, str(path), None, trained, (), "", named))
    return found


def _files(folder: Path) -> list[FoundModel]:
    """The GGUF files with a chat template, as those of embedders and of pictures have none."""
    found = []
    for path in sorted(folder.glob("*.gguf")) if folder.is_dir() else ():
        try:
            header = read_header(path)
        except (ModelError, OSError):
            continue
        if "tokenizer.chat_template" in header.facts:
            named = (f"generator.model={path.resolve()}",)
            trained = header.context_tokens
            found.append(
                FoundModel("GGUF file", path.name, str(path), None, trained, (), "cpu-writer", named)
            )
    return found


def _trained_tokens(path: Path) -> int | None:
    try:
        return read_header(path).context_tokens
    except (ModelError, OSError):
        return None
