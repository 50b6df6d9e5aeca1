"""Which embedder a library is opened with: its own, unless the settings name another."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Final

from rag.errors import ConfigurationError, StoreError
from rag.models.model_protocol import Embedder
from rag.settings import EmbedderSettings, Settings
from rag.store.store import Store

__all__ = ["chosen_settings", "defining_settings", "open_embedder"]

_DEFINING: Final = ("provider", "model", "max_tokens", "query_prefix", "passage_prefix")
"""The settings that decide what vectors mean; the others say how they are computed."""
_LOG = logging.getLogger(__name__)


def open_embedder(store: Store, settings: Settings) -> Embedder:
    """The library's own embedder; in one without vectors, that of the settings.

    A setting of `embedder` that a file, the environment or a flag gives is kept to; the others are
    the library's. What was chosen is remembered in the library.

    Raises:
        ConfigurationError: the settings name another embedder than the library's, or it is a folder inside
            the library: one that others made must not bring a model along.
        ModelNotFoundError: the model is not on this machine; the message says what to do.
    """
    from rag.models import build_embedder

    remembered = store.embedder_settings
    chosen = chosen_settings(settings, remembered)
    _check_is_not_its_own(store, chosen.embedder.model)
    embedder = build_embedder(chosen)
    active = store.embedder
    if active is not None and active != embedder.fingerprint:
        raise ConfigurationError(_mismatch(store, settings, remembered, active, embedder))
    if not remembered:
        _remember(store, embedder, chosen.embedder)
    return embedder


def chosen_settings(settings: Settings, remembered: dict[str, Any]) -> Settings:
    """The settings with the library's embedder where they do not name another themselves."""
    given = settings.embedder.model_fields_set
    if "model" in given and settings.embedder.model != remembered.get("model"):
        return settings
    own = {key: value for key, value in remembered.items() if key in _DEFINING and key not in given}
    if not own:
        return settings
    return settings.model_copy(update={"embedder": settings.embedder.model_copy(update=own)})


def defining_settings(settings: EmbedderSettings) -> dict[str, Any]:
    """Those of the settings that decide what vectors mean: what a library remembers."""
    return {key: getattr(settings, key) for key in _DEFINING}


def _check_is_not_its_own(store: Store, model: str) -> None:
    if Path(model).resolve().is_relative_to(store.path.resolve()):
        raise ConfigurationError(
            f"library {str(store.path)!r} names a model inside itself, {model!r}: put the model "
            "elsewhere, and set embedder.model to it if you trust it"
        )


def _remember(store: Store, embedder: Embedder, settings: EmbedderSettings) -> None:
    try:
        store.remember_embedder(embedder.fingerprint, embedder.dimension, defining_settings(settings))
    except StoreError as error:  # it can be read all the same, and be noted at another time
        _LOG.info("the settings of the library's embedder are not noted yet: %s", error)


def _mismatch(
    store: Store, settings: Settings, remembered: dict[str, Any], active: str, embedder: Embedder
) -> str:
    asked = "name" if settings.embedder.model_fields_set & set(_DEFINING) else "have by default"
    own = f"set embedder.model to the model that made it, such as {active.partition('@')[0]!r}"
    if remembered:
        own = "leave the embedder's settings unset to use the library's own"
    return (
        f"library {str(store.path)!r} was embedded by {active!r}, and the settings {asked} "
        f"{embedder.fingerprint!r}: {own}, or run `citewell reindex --embedder "
        f"{settings.embedder.model}` to change the library's embedder"
    )
