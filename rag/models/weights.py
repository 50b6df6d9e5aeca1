"""Where a model's weights lie, a hash that tells them apart, and whether they fit into the memory."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from rag.errors import ModelError, ModelNotFoundError
from rag.models.devices import prepare_environment
from rag.models.packaged import PREFIX, packaged_path

if TYPE_CHECKING:
    import torch

__all__ = [
    "ModelFiles",
    "files_hash",
    "free_bytes",
    "locate",
    "read_json",
    "read_json_list",
    "require_memory",
    "weight_bytes",
]

_DOWNLOADED = ["*.json", "*.safetensors", "*.txt", "*.model", "*.jinja"]
_SECOND_COPIES = ["consolidated*", "original/*", "onnx/*", "openvino/*"]
_SAMPLE_BYTES = 1 << 20


class ModelFiles(NamedTuple):
    """A model as people call it and where it lies (a folder, or one GGUF file)."""

    name: str
    path: Path


def locate(model: str, *, offline: bool, setting: str) -> ModelFiles:
    """Find `packaged:NAME`, a local path, or a hub name (downloaded when not `offline`).

    After a hub name may stand `@REVISION`, a commit of its repository: then it is always the same weights.

    `setting` is the settings key that the model came from, for messages.

    Raises:
        ModelNotFoundError: it is not on this machine, and may not or cannot be downloaded.
    """
    if model.startswith(PREFIX):
        return ModelFiles(model.removeprefix(PREFIX), packaged_path(model))
    path = Path(model).expanduser()
    if path.exists():
        return ModelFiles(path.resolve().name, path.resolve())
    if model.endswith(".gguf"):
        raise ModelNotFoundError(f"{setting}: there is no file {str(path)!r} here; correct the path")
    if model.startswith((".", "/", "~", "\\")) or model.count("/") > 1:
        raise ModelNotFoundError(f"{setting}: there is no folder {model!r}; correct the path")
    name, _, revision = model.partition("@")
    return ModelFiles(name, _hub_folder(name, revision or None, offline, setting))


def _hub_folder(name: str, revision: str | None, offline: bool, setting: str) -> Path:
    prepare_environment(offline)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        return Path(
            snapshot_download(
                name,
                revision=revision,
                allow_patterns=_DOWNLOADED,
                ignore_patterns=_SECOND_COPIES,
                local_files_only=offline,
            )
        )
    except HFValidationError:
        raise ModelNotFoundError(
            f"{setting}: {name!r} is neither `{PREFIX}NAME`, a folder, nor a hub name such as owner/model"
        ) from None
    except LocalEntryNotFoundError:
        advice = (
            "download it once with `offline = false`, or name a folder or a packaged model"
            if offline
            else "check the network connection, or name a folder or a packaged model"
        )
        raise ModelNotFoundError(
            f"{setting}: the model {name!r} is not on this machine and could not be fetched: {advice}"
        ) from None
    except (HfHubHTTPError, OSError) as error:
        raise ModelNotFoundError(
            f"{setting}: the model {name!r} cannot be downloaded ({type(error).__name__}): check its name, "
            "whether it needs a login, and the connection"
        ) from None


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object; empty when there is no such file.

    Raises:
        ModelError: the file is there and holds something else.
    """
    tree = _read(path)
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        raise ModelError(f"the model file {path} holds no JSON object: fetch the model again")
    return tree


def read_json_list(path: Path) -> list[dict[str, Any]]:
    """A JSON array of objects; empty when there is no such file.

    Raises:
        ModelError: the file is there and holds something else.
    """
    tree = _read(path)
    if tree is None:
        return []
    if not isinstance(tree, list) or not all(isinstance(entry, dict) for entry in tree):
        raise ModelError(f"the model file {path} holds no JSON array of objects: fetch the model again")
    return tree


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ModelError(f"the model file {path} cannot be read ({error}): fetch the model again") from None


def files_hash(folder: Path, paths: Iterable[Path], facts: str = "") -> str:
    """16 hexadecimal digits over size, first and last MiB of each file: fast on gigabytes of weights.

    Files count by their path within `folder`, so that a model may be moved. `facts` are hashed too.
    """
    digest = hashlib.sha256(facts.encode())
    for path in sorted(paths):
        size = path.stat().st_size
        digest.update(f"{path.relative_to(folder).as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            digest.update(file.read(_SAMPLE_BYTES))
            file.seek(max(size - _SAMPLE_BYTES, 0))
            digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()[:16]


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
