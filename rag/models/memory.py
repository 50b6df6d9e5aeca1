"""Does a model fit into the memory that is free? Asked before minutes are spent on loading it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ModelError
from rag.models.weights import read_json

if TYPE_CHECKING:
    import torch

__all__ = ["free_bytes", "require_memory", "weight_bytes"]

_STORED_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
_HEADROOM = 1.1
"""Besides the weights: activations, the key-value cache of one prompt, the runtime."""


def weight_bytes(folder: Path, dtype: torch.dtype) -> int:
    """Bytes that the safetensors of a folder take in memory as `dtype` (as stored when quantised)."""
    stored = sum(path.stat().st_size for path in folder.glob("model*.safetensors"))
    config = read_json(folder / "config.json")
    if "quantization_config" in config:
        return stored
    size = _STORED_BYTES.get(str(config.get("dtype") or config.get("torch_dtype")), dtype.itemsize)
    return stored * dtype.itemsize // size


def free_bytes(device: str) -> int | None:
    """Memory that a model can take on a device; None where nobody says."""
    import torch

    if device == "cuda":
        return int(torch.cuda.mem_get_info()[0])
    if device == "mps":
        return int(torch.mps.recommended_max_memory() - torch.mps.current_allocated_memory())
    return _free_ram()


def require_memory(name: str, needed: int, device: str) -> None:
    """Check that weights of `needed` bytes fit.

    Raises:
        ModelError: they do not; says both figures and what to do.
    """
    free = free_bytes(device)
    if free is not None and needed * _HEADROOM > free:
        raise ModelError(
            f"the model {name} needs {needed * _HEADROOM / 1e9:.1f} GB of memory on {device}, and "
            f"{free / 1e9:.1f} GB are free: choose a smaller model, another device or dtype, or put it "
            "behind an endpoint (generator.provider)"
        )


def _free_ram() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
