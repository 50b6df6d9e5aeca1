"""Documents into a library: load, cut, embed, write."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.files import safe_name
    from ingest.pipeline import ingest_paths
    from ingest.progress import LatestProgress, Progress, ProgressEvent
    from ingest.results import FileResult

__all__ = ["FileResult", "LatestProgress", "Progress", "ProgressEvent", "ingest_paths", "safe_name"]

_MODULES = {
    "FileResult": "results",
    "LatestProgress": "progress",
    "Progress": "progress",
    "ProgressEvent": "progress",
    "ingest_paths": "pipeline",
    "safe_name": "files",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first used, so that a parsing process and `--help` start quickly."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
