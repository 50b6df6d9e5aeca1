"""A local causal language model: its weights, its tokenizer, its place in memory."""

from __future__ import annotations

import gc
from functools import cached_property
from pathlib import Path
from typing import Any

from rag.errors import ModelError
from rag.models.devices import (
    bits_per_weight,
    choose_device,
    choose_dtype,
    prepare_environment,
    quantization_config,
    quiet_transformers,
)
from rag.models.gguf import converted
from rag.models.prefix_cache import PrefixCache
from rag.models.tokenizer import SpanTokenizer
from rag.models.turn import LocalWeights, Waiting
from rag.models.weights import ModelFiles, locate, require_memory, weight_bytes
from rag.settings import GeneratorSettings

__all__ = ["CausalModel", "Loaded"]


class Loaded:
    """A model and a tokenizer of transformers, ready to compute."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self.model = model
        self.tokenizer = tokenizer

    @property
    def window(self) -> int:
        """Most tokens of prompt and answer together that the model was made for."""
        config = self.model.config.get_text_config()
        return int(getattr(config, "max_position_embeddings", None) or 1_000_000)


class CausalModel(LocalWeights[Loaded]):
    """A model of transformers; `prefix` is for whoever holds the turn, `waiting` knows who else wants it."""

    def __init__(self, settings: GeneratorSettings, *, offline: bool = True) -> None:
        """Take note of what to load; nothing is looked up or loaded yet."""
        prepare_environment(offline)
        super().__init__(settings, offline=offline)
        self.prefix = PrefixCache()
        self.waiting: Waiting[Any] = Waiting()

    @cached_property
    def folder(self) -> Path:
        """The folder of safetensors, tokenizer and config; GGUF weights are converted once.

        Raises:
            ModelNotFoundError: the weights are not on this machine.
            ModelError: they cannot be read.
        """
        files: ModelFiles = locate(self._settings.model, offline=self._offline, setting="generator.model")
        path = converted(files.path) if files.path.suffix == ".gguf" else files.path
        if not (path / "config.json").is_file() or not any(path.glob("*.safetensors")):
            raise ModelError(
                f"{path} holds no language model (config.json and safetensors): check setting generator.model"
            )
        return path

    @cached_property
    def _spans(self) -> SpanTokenizer:
        return SpanTokenizer(self.folder)

    def count_tokens(self, text: str) -> int:
        """How many tokens a text is; needs the tokenizer only, never the weights."""
        return self._spans.count(text)

    def unload(self) -> None:
        """Give the memory back; the next call loads again."""
        super().unload()
        self.prefix.clear()
        gc.collect()
        import torch

        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _read(self) -> Loaded:
        folder = self.folder
        quiet_transformers()
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        device = choose_device(self._settings.device)
        dtype = choose_dtype(self._settings.dtype, device)
        quantization = self._settings.quantization
        fewer = quantization_config(quantization, dtype, device)
        bits = bits_per_weight(quantization, dtype)
        require_memory(self.name, weight_bytes(folder, dtype) * bits // (dtype.itemsize * 8), device)
        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
            model, told = AutoModelForCausalLM.from_pretrained(
                folder,
                dtype=dtype,
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,  # unset, it asks on standard input
                output_loading_info=True,
                **fewer,
            )
            if not fewer:  # quantised weights are on the GPU already and refuse to be moved
                model = model.to(device)
        except torch.OutOfMemoryError:
            raise ModelError(
                f"the model {self.name} does not fit into the memory of {device}: choose a smaller model, "
                "another device or dtype, or put it behind an endpoint (generator.provider)"
            ) from None
        except Exception as error:  # each file of a model is read by a library with errors of its own
            reason = str(error).strip().split("\n", 1)[0]
            raise ModelError(
                f"the model {self.name} in {folder} cannot be loaded ({type(error).__name__}: {reason}): "
                "fetch its files again, or name another model (setting generator.model)"
            ) from error
        if missing := sorted(told["missing_keys"]):
            raise ModelError(
                f"the model {self.name} in {folder} lacks {len(missing)} of its weights ({missing[0]}, …): "
                "fetch its files again, or name a causal language model (setting generator.model)"
            )
        return Loaded(model.eval(), tokenizer)
