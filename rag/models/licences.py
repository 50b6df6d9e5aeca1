"""The models that come as packages, their licences, and whether they are here: for a status page."""

from __future__ import annotations

from dataclasses import dataclass

from rag.errors import ModelError
from rag.models.packaged import PACKAGED, packaged_path

__all__ = ["ModelLicence", "model_licences"]


@dataclass(frozen=True, slots=True)
class ModelLicence:
    """One packaged model: what it is for, where it comes from, under which licence."""

    model: str
    task: str
    package: str
    licence: str
    origin: str
    installed: bool


def model_licences() -> tuple[ModelLicence, ...]:
    """All packaged models, installed or not."""
    return tuple(
        ModelLicence(
            model=model.name,
            task=model.task,
            package=model.distribution,
            licence=model.licence,
            origin=model.origin,
            installed=_installed(model.name),
        )
        for model in PACKAGED.values()
    )


def _installed(name: str) -> bool:
    try:
        packaged_path(name)
    except ModelError:
        return False
    return True
