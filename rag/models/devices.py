"""Where models compute: device, number format, CPU threads; and the libraries' environment.

Nothing here imports torch until a device has to be chosen.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ConfigurationError
from rag.models.silence import no_telemetry, no_tracers
from rag.settings import Device, Precision

if TYPE_CHECKING:
    import torch

__all__ = [
    "accelerator_likely",
    "choose_device",
    "choose_dtype",
    "cpu_has_fast_bfloat16",
    "prepare_environment",
    "quiet_transformers",
    "set_threads",
]

# OpenMP workers that spin while they wait make a query on busy cores fifty times slower; the
# runtime reads this once, when torch or faiss is loaded, and so it is set here at import.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")


def prepare_environment(offline: bool) -> None:
    """Tell the model libraries, before they are imported, whether they may use the network.

    They read these variables at import. `offline` overrules what the user has set: it is a promise.
    Downloads show their progress.
    """
    no_telemetry()
    if offline:
        no_tracers()
        for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_PROGRESS_BARS"):
            os.environ[name] = "1"


def quiet_transformers() -> None:
    """Import transformers without its progress bars and advice; its errors still come as exceptions."""
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()


def accelerator_likely() -> bool:
    """Whether `choose_device` will find a GPU, guessed without importing torch.

    A CUDA or ROCm device is a file under `/dev`; every current Mac has MPS.
    """
    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    if sys.platform == "win32":
        return shutil.which("nvidia-smi") is not None
    return os.environ.get("CUDA_VISIBLE_DEVICES") != "" and any(
        Path(device).exists() for device in ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
    )


def choose_device(wanted: Device = "auto") -> str:
    """`cuda`, `mps` or `cpu`: the first that is there when `auto`.

    Raises:
        ConfigurationError: the device that was asked for is not there.
    """
    import torch

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return next(device for device, present in there.items() if present)
    if not there[wanted]:
        found = ", ".join(device for device, present in there.items() if present)
        raise ConfigurationError(
            f"device {wanted!r} is not on this machine (found: {found}): set device to 'auto', "
            "or install the torch build for it"
        )
    return wanted


def choose_dtype(wanted: Precision, device: str) -> torch.dtype:
    """The number format of the weights: bfloat16 where the device is fast with it, else float32."""
    import torch

    if wanted != "auto":
        return {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}[wanted]
    if device == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    if device == "mps":
        return torch.bfloat16
    return torch.bfloat16 if cpu_has_fast_bfloat16() else torch.float32


@cache
def cpu_has_fast_bfloat16(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether the processor multiplies bfloat16 matrices in hardware (Intel AMX).

    With AMX, bfloat16 embeds three times as fast as float32; on AVX-512 alone it is slower, on
    AVX2 nine times slower, so that nothing less than AMX counts.
    """
    try:
        return " amx_bf16" in cpuinfo.read_text("utf-8", errors="replace")
    except OSError:
        return False


def set_threads(threads: int | None) -> None:
    """Compute with this many CPU threads in this process; None leaves torch's own choice."""
    if threads is not None:
        import torch

        torch.set_num_threads(threads)
