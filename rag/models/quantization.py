"""Weights in fewer bits on an NVIDIA GPU, by bitsandbytes (Dettmers et al. 2022 and 2023)."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Literal

from rag.errors import ConfigurationError

if TYPE_CHECKING:
    import torch

__all__ = ["Quantization", "bits_per_weight", "quantization_config"]

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
