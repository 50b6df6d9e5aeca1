from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from rag.errors import ConfigurationError
from rag.models import devices
from rag.models.devices import choose_device, choose_dtype, cpu_has_fast_bfloat16


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_device_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(ConfigurationError, match=r"'cuda' is not on this machine \(found: .*cpu"):
        choose_device("cuda")


def test_auto_finds_a_device() -> None:
    assert choose_device("auto") in {"cuda", "mps", "cpu"}
    assert choose_device("cpu") == "cpu"


def test_the_guess_without_torch_agrees_with_torch() -> None:
    assert devices.accelerator_likely() == (choose_device("auto") != "cpu")


@pytest.mark.parametrize(
    ("flags", "fast"),
    [("fpu avx2 avx512f", False), ("fpu avx512_bf16", True), ("fpu amx_bf16 amx_tile", True), ("", False)],
)
def test_bfloat16_on_a_cpu_only_where_it_multiplies_it(flags: str, fast: bool, tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text(f"processor : 0\nflags\t\t: {flags}\n")
    assert cpu_has_fast_bfloat16(cpuinfo) is fast
    assert cpu_has_fast_bfloat16(tmp_path / "none") is False


def test_dtype_on_a_cpu_follows_the_flags(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "cpu_has_fast_bfloat16", lambda: True)
    assert choose_dtype("auto", "cpu") is torch.bfloat16
    monkeypatch.setattr(devices, "cpu_has_fast_bfloat16", lambda: False)
    assert choose_dtype("auto", "cpu") is torch.float32
    assert choose_dtype("float16", "cpu") is torch.float16


def test_the_environment_is_set_before_anything_heavy_is_imported() -> None:
    code = (
        "import os, sys; import rag.models.devices as d; d.prepare_environment(offline=True);"
        "assert os.environ['OMP_WAIT_POLICY'] == 'passive' and os.environ['HF_HUB_OFFLINE'] == '1';"
        "assert not {'torch', 'transformers', 'huggingface_hub'} & set(sys.modules)"
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("OMP_", "HF_"))}
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60, env=environment)
