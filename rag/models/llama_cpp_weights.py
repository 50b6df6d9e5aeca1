"""GGUF weights in llama.cpp's server, loaded once for all who write with them."""

from __future__ import annotations

import os
import secrets
import threading
from pathlib import Path
from typing import Any, Final

from rag.errors import ConfigurationError, ModelError
from rag.models.gguf_header import read_header
from rag.models.memory import require_memory
from rag.models.turn import Turn
from rag.models.weights import locate
from rag.settings import GeneratorSettings

__all__ = ["LlamaCppWeights"]

_STRIDE: Final = 64
"""Tokens of a prompt that are read between two looks at whether anybody still waits; 128 read 6 % faster."""


class LlamaCppWeights:
    """One loaded model; `turn` is held by whoever computes, since two at once would only slow each other.

    Of the settings only those matter here that loading needs: model, window, threads, time to idle.
    """

    def __init__(self, settings: GeneratorSettings, *, offline: bool = True) -> None:
        """Take note of what to load; nothing is looked up or loaded yet."""
        self._settings = settings
        self._offline = offline
        self._server: Any = None
        self._loading = threading.Lock()
        idle = settings.idle_minutes
        self.turn = Turn(None if idle is None else idle * 60.0, self.unload)

    @property
    def name(self) -> str:
        """The model as people call it."""
        return self._settings.model.removeprefix("packaged:").rstrip("/").rsplit("/", 1)[-1]

    def load(self) -> Any:
        """llama.cpp with the weights, loaded at the first call; other threads wait for it.

        Raises:
            ConfigurationError: the runtime is not installed.
            ModelNotFoundError: the weights are not on this machine.
            ModelError: they cannot be read, or do not fit into memory.
        """
        with self._loading:
            if self._server is None:
                self._server = self._read()
            return self._server

    def unload(self) -> None:
        """Give the memory back; the next call loads again."""
        with self._loading:
            self._server = None

    def _read(self) -> Any:
        try:
            import xllamacpp
        except ImportError:
            raise ConfigurationError(
                "setting generator.provider = 'llama_cpp' needs a package: pip install 'citewell[llama-cpp]'"
            ) from None
        files = locate(self._settings.model, offline=self._offline, setting="generator.model")
        weights = _gguf_file(files.path)
        header = read_header(weights)
        cache = header.cache_bytes(self._settings.context_tokens)
        require_memory(self.name, weights.stat().st_size + cache, "cpu")
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(weights)
        parameters.n_ctx = self._settings.context_tokens
        parameters.n_parallel = 1
        parameters.n_batch = _STRIDE
        parameters.warmup = False
        parameters.verbosity = -1
        parameters.api_keys = [secrets.token_urlsafe(32)]  # it listens on loopback too: for nobody
        threads = self._settings.threads or max(1, (os.cpu_count() or 2) // 2)
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
        try:
            return xllamacpp.Server(parameters)
        except (RuntimeError, ValueError, OSError) as error:
            kind = header.kind or "unknown"
            raise ModelError(
                f"the model {self.name} in {weights} cannot be loaded by llama.cpp ({error}): it may be of a "
                f"kind ({kind}) that the installed xllamacpp does not know, or need more memory; update "
                "xllamacpp, lower generator.context_tokens, or name another file"
            ) from error


def _gguf_file(path: Path) -> Path:
    found = [path] if path.suffix == ".gguf" else sorted(path.glob("*.gguf"))
    if not found:
        raise ModelError(f"{path} holds no GGUF file: name one as generator.model")
    return found[0]
