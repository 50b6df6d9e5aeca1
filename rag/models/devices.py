"""Where models compute: device, number format, bits of a weight, CPU threads; and the libraries' environment.

No library reports, and offline nothing is traced, whatever the environment asks for. Nothing here imports
torch until a device has to be chosen.
"""

from __future__ import annotations

import logging
import os
import platform
import re
import shutil
import sys
from collections.abc import MutableMapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from rag.errors import ConfigurationError
from rag.settings import Device, Precision

if TYPE_CHECKING:
    import torch

__all__ = [
    "LOOPBACK",
    "Quantization",
    "accelerator_likely",
    "bits_per_weight",
    "choose_device",
    "choose_dtype",
    "cpu_has_fast_bfloat16",
    "no_proxy_to_this_machine",
    "no_telemetry",
    "no_tracers",
    "prepare_environment",
    "quantization_config",
    "quiet_transformers",
    "set_threads",
]

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
"""Addresses that only this machine reaches."""

# OpenMP workers that spin while they wait make a query on busy cores fifty times slower; the
# runtime reads this once, when torch or faiss is loaded, and so it is set here at import.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")


def prepare_environment(offline: bool) -> None:
    """Tell the model libraries, before they are imported, whether they may use the network.

    They read these variables at import. `offline` overrules what the user has set: it is a promise.
    Downloads show their progress.
    """
    no_telemetry()
    no_proxy_to_this_machine()
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
    """Whether the processor multiplies bfloat16 in hardware (AMX, or AVX-512 with the extension for it).

    There bfloat16 is two to three times as fast as float32; without it is slower, on AVX2 nine times.
    """
    try:
        flags = cpuinfo.read_text("utf-8", errors="replace").split()
        return not {"amx_bf16", "avx512_bf16"}.isdisjoint(flags)
    except OSError:
        return False


def set_threads(threads: int | None) -> None:
    """Compute with this many CPU threads in this process; None leaves torch's own choice."""
    if threads is not None:
        import torch

        torch.set_num_threads(threads)


_LOG = logging.getLogger(__name__)
_TRACERS: Final = re.compile(r"LANG(?:CHAIN|SMITH)_(?:[A-Z]+_)?(?:TRACING|TRACING_V2|HANDLER|OTEL_ENABLED)")
"""What switches on a tracer of LangChain's: LangSmith by either name, OpenTelemetry, and others by theirs."""
_OFF: Final = {
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime 1.32 reports to Microsoft unless told not to
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}
_TELLER: Final = "openvino_telemetry"
"""Reports each import of OpenVINO to Google Analytics where it was agreed to, or thinks that it was."""


def no_telemetry(environment: MutableMapping[str, str] = os.environ) -> None:
    """Switch off what libraries report about their use; before they are loaded.

    Whatever the settings are: no setting names those to whom they would report.
    """
    environment.update(_OFF)
    sys.modules.setdefault(_TELLER, None)  # type: ignore[arg-type]  # then it cannot be imported


def no_tracers(environment: MutableMapping[str, str] = os.environ) -> None:
    """Take LangChain's tracers out of the environment of this process and its children.

    LangChain looks there at every call, of ours and of a chain that holds ours: with a tracer the question
    and the passages would be sent out. What a program switches on in its own code stays its own affair.
    """
    asked = sorted(filter(_TRACERS.fullmatch, environment))
    for name in asked:
        if environment.pop(name).strip().lower() not in ("", "0", "false"):
            _LOG.warning("offline: %s is not followed, nothing is traced (setting offline = true)", name)
    environment["OTEL_SDK_DISABLED"] = "true"
    loaded = sys.modules.get("langsmith.utils")
    if asked and loaded is not None:  # it has read them, and remembers
        loaded.get_env_var.cache_clear()


def no_proxy_to_this_machine(environment: MutableMapping[str, str] = os.environ) -> None:
    """Let no proxy stand before a server on this machine: it would read the question and the passages."""
    names = [name for name in ("no_proxy", "NO_PROXY") if name in environment] or ["no_proxy"]
    for name in names:
        told = [host for host in environment.get(name, "").split(",") if host.strip()]
        environment[name] = ",".join([*told, *sorted(LOOPBACK - set(told))])


Quantization = Literal["none", "8bit", "4bit"]
_BITS: Final[dict[str, int]] = {"8bit": 8, "4bit": 4}


def bits_per_weight(quantization: Quantization, dtype: torch.dtype) -> int:
    """Bits that a weight takes in memory."""
    return _BITS.get(quantization, dtype.itemsize * 8)


def quantization_config(quantization: Quantization, dtype: torch.dtype, device: str) -> dict[str, Any]:
    """What `from_pretrained` takes for it: nothing where weights stay as they are.

    Raises:
        ConfigurationError: the device or the package for it is missing.
    """
    if quantization == "none":
        return {}
    if device != "cuda":
        raise ConfigurationError(
            f"setting generator.quantization = {quantization!r} needs an NVIDIA GPU, and the device is "
            f"{device}: set it to 'none', or use a GGUF file with generator.provider = 'llama_cpp'"
        )
    if find_spec("bitsandbytes") is None:
        raise ConfigurationError(
            f"setting generator.quantization = {quantization!r} needs a package: pip install bitsandbytes"
        )
    from transformers import BitsAndBytesConfig

    if quantization == "8bit":
        return {"quantization_config": BitsAndBytesConfig(load_in_8bit=True)}
    four = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype)
    return {"quantization_config": four}
