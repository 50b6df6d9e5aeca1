"""Citewell: ask your own documents; get answers whose every sentence can be checked."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.library import Library
    from rag.settings import Settings, load_settings

__all__ = ["Library", "Settings", "__version__", "load_settings"]

try:
    __version__ = version("citewell")
except PackageNotFoundError:  # run from a checkout that is not installed
    __version__ = "0+unknown"


def __getattr__(name: str) -> Any:
    """Import the public names when they are first used, so that `import rag` stays quick."""
    if name == "Library":
        from rag.library import Library

        return Library
    if name in {"Settings", "load_settings"}:
        from rag import settings

        return getattr(settings, name)
    raise AttributeError(f"module 'rag' has no attribute {name!r}")
