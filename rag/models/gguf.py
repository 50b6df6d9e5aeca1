"""GGUF weights converted once to safetensors: they then load in under a second instead of twenty."""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
from pathlib import Path
from typing import Any

from rag.errors import ModelError
from rag.models.devices import quiet_transformers
from rag.models.gguf_header import read_header
from rag.models.memory import require_memory
from rag.models.verified import cache_folder
from rag.models.weights import files_hash

__all__ = ["converted"]

_VERSION = 1
"""Raise it when the conversion changes: older results are then left unused."""


def converted(path: Path) -> Path:
    """The folder with the model of a GGUF file in bfloat16 safetensors, made at the first call.

    It is written beside its place and renamed, under a lock, so that no process ever sees half of it.

    Raises:
        ModelError: the file cannot be read as a model, or the cache cannot be written.
    """
    from filelock import FileLock

    models = cache_folder() / "models"
    folder = models / f"{path.stem}-{files_hash(path.parent, [path])}-v{_VERSION}"
    if folder.is_dir():
        return folder
    try:
        models.mkdir(parents=True, exist_ok=True)
        # all weights as float32, and once more in bfloat16 on their way to the disk
        require_memory(path.name, read_header(path).weights * 6, "cpu")
        with FileLock(folder.with_suffix(".lock")):
            if not folder.is_dir():
                _convert(path, folder)
    except OSError as error:
        raise ModelError(
            f"the weights {path.name} cannot be converted into {models}: {error.strerror or error}: make "
            "room there, or set XDG_CACHE_HOME to a folder that can be written (0.3 GB)"
        ) from None
    return folder


def _convert(path: Path, folder: Path) -> None:
    quiet_transformers()
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    beside = Path(tempfile.mkdtemp(prefix=".converting-", dir=folder.parent))
    try:
        # The reader draws a progress bar that nothing else turns off.
        with contextlib.redirect_stderr(io.StringIO()):
            model = AutoModelForCausalLM.from_pretrained(
                path.parent, gguf_file=path.name, dtype=torch.float32, local_files_only=True
            )
        AutoTokenizer.from_pretrained(
            path.parent, gguf_file=path.name, local_files_only=True
        ).save_pretrained(beside)
        _save(model, beside)
        beside.rename(folder)
    except OSError:
        raise
    except Exception as error:  # the reader has no errors of its own
        reason = f"{type(error).__name__}: {error}"
        raise ModelError(f"{path} cannot be read as a GGUF model ({reason}): fetch it again") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _save(model: Any, folder: Path) -> None:
    """Write config and weights; `save_pretrained` refuses models that came from GGUF."""
    import torch
    from safetensors.torch import save_file

    config = model.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    config.dtype = torch.bfloat16
    config.save_pretrained(folder)
    model.generation_config.save_pretrained(folder)
    tied = {"lm_head.weight"} if config.tie_word_embeddings else set()
    tensors = {
        name: tensor.to(torch.bfloat16).contiguous()
        for name, tensor in model.state_dict().items()
        if name not in tied
    }
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
