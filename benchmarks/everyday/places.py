"""Where the built documents go."""

from __future__ import annotations

from pathlib import Path

FILES = Path(__file__).resolve().parent / "files"


def path(case: str, name: str) -> Path:
    """Where a file goes; its folder is made."""
    folder = FILES / case
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name
