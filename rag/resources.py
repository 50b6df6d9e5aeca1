"""Where the files that ship with the program lie: presets, samples, examples, calibrations."""

from __future__ import annotations

from pathlib import Path

__all__ = ["presets", "resource"]

_PACKAGE = Path(__file__).resolve().parent


def resource(*parts: str) -> Path:
    """The path of a shipped file or folder, such as `resource("configs", "default.toml")`.

    In a checkout `configs/` and `data/` lie at the top; a wheel carries them inside `rag/`.
    """
    packaged = _PACKAGE / "shipped"
    root = packaged if packaged.is_dir() else _PACKAGE.parent
    return root.joinpath(*parts)


def presets() -> list[str]:
    """The names of the presets that ship with the program."""
    return sorted(path.stem for path in resource("configs").glob("*.toml"))
