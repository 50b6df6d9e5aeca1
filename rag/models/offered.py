"""Weights that can be fetched by name: where they lie on the hub, how long they are, what their bytes are."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from rag.errors import ConfigurationError, ModelNotFoundError
from rag.models.devices import LOOPBACK
from rag.resources import resource

__all__ = ["OfferedModel", "models_folder", "offered_model", "offered_models"]

_HUB: Final = "https://huggingface.co"
_FILE: Final = re.compile(r"(?<![\w.-])[A-Za-z0-9][\w.-]{0,200}\.gguf", re.ASCII)
_PATH: Final = re.compile(r"\w[\w.-]{0,99}/\w[\w.-]{0,99}", re.ASCII)
_HEX: Final = re.compile(r"[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class OfferedModel:
    """One GGUF file of a repository on the hub, at one commit of it."""

    name: str
    says: str
    repository: str
    revision: str
    file: str
    bytes: int
    sha256: str
    licence: str
    licence_at: str

    def __post_init__(self) -> None:
        """Refuse names that are no plain names.

        Raises:
            ConfigurationError: something is not written as it has to be.
        """
        for value, form, length in (
            (self.file, _FILE, None),
            (self.repository, _PATH, None),
            (self.revision, _HEX, 40),
            (self.sha256, _HEX, 64),
        ):
            if not form.fullmatch(value) or len(value) != (length or len(value)):
                raise ConfigurationError(f"data/models.toml: {value!r} of {self.name!r} is not accepted")

    @property
    def address(self) -> str:
        """Where the file lies: on the hub, or at the mirror that `HF_ENDPOINT` names.

        Raises:
            ConfigurationError: the mirror is not reached by https, nor on this machine.
        """
        hub = os.environ.get("HF_ENDPOINT", "").rstrip("/") or _HUB
        parts = urlsplit(hub)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise ConfigurationError(f"the variable HF_ENDPOINT: {hub!r} does not begin with https://")
        return f"{hub}/{self.repository}/resolve/{self.revision}/{self.file}"


def offered_models(path: Path | None = None) -> dict[str, OfferedModel]:
    """All of them by name, those of `data/models.toml` unless another file is named."""
    place = resource("data", "models.toml") if path is None else path
    tree = tomllib.loads(place.read_text("utf-8"))
    return {name: OfferedModel(name=name, **entry) for name, entry in tree.items()}


def offered_model(name: str) -> OfferedModel:
    """The one of this name.

    Raises:
        ModelNotFoundError: there is none; the message lists those that there are.
    """
    models = offered_models()
    if name not in models:
        raise ModelNotFoundError(f"no weights are known as {name!r}: choose one of {', '.join(models)}")
    return models[name]


def models_folder(chosen: Path | None) -> Path:
    """The folder of GGUF files: the setting, else `citewell/models` in `XDG_DATA_HOME` (`~/.local/share`)."""
    if chosen is not None:
        return chosen.expanduser()
    root = os.environ.get("XDG_DATA_HOME")
    return (Path(root) if root else Path.home() / ".local" / "share") / "citewell" / "models"
