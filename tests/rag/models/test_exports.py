from __future__ import annotations

import subprocess
import sys

import pytest

import rag.models
from rag.models.packaged import PACKAGED, packaged_path


def test_every_public_name_can_be_imported() -> None:
    for name in rag.models.__all__:
        assert getattr(rag.models, name).__name__ in {name, "ndarray"}
    with pytest.raises(AttributeError, match="nothing"):
        _ = rag.models.nothing  # type: ignore[attr-defined]


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = (
        "import sys, rag.models; from rag.models import build_embedder, build_generator;"
        "assert not {'torch', 'transformers', 'langchain_core', 'tokenizers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_each_packaged_model_states_its_licence() -> None:
    assert packaged_path("all-MiniLM-L6-v2").exists()
    for model in PACKAGED.values():
        assert model.licence
        assert model.origin.startswith("https://")
        assert model.distribution
