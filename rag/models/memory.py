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


def _free_ram(groups: Path = Path("/sys/fs/cgroup")) -> int | None:
    """What the machine has, or what is left of a container's limit where that is less."""
    known = [free for free in (_free_of_machine(), _free_of_container(groups)) if free is not None]
    return min(known, default=None)


def _free_of_container(groups: Path) -> int | None:
    """By the control groups of Linux, version 2 or 1; memory that only caches files counts as free."""
    for folder, most, used in (
        (groups, "memory.max", "memory.current"),
        (groups / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
    ):
        try:
            limit = int((folder / most).read_text("ascii"))  # "max" where there is no limit
            taken = int((folder / used).read_text("ascii"))
            facts = dict(line.split() for line in (folder / "memory.stat").read_text("ascii").splitlines())
        except (OSError, ValueError):
            continue
        return max(0, limit - taken + int(facts.get("inactive_file", 0)))
    return None


def _free_of_machine() -> int | None:
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
