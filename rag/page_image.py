"""Pictures of the pages of PDF and picture files with quotes highlighted on them."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rag.child_process import cause, command, environment
from rag.errors import EncryptedDocumentError, NotFoundError
from rag.page_drawing import DRAWN, HIGHLIGHT, LOCKED, drawn_scale, request
from rag.schema import Box

__all__ = ["HIGHLIGHT", "drawn_scale", "page_image"]

_SECONDS: Final = 30.0
_DRAWING: Final = threading.BoundedSemaphore(2)
"""Pages drawn at a time: each may take memory of its own."""


def page_image(
    path: Path,
    number: int,
    highlights: Sequence[Box] = (),
    scale: float = 1.5,
    name: str = "",
    *,
    password: str = "",
) -> bytes:
    """One page of a PDF, or one picture of a picture file, as PNG bytes with the boxes on it marked.

    It is drawn in a process of its own, which may take half a minute and 1.5 GB.

    Args:
        path: The file.
        number: Page, from 1.
        highlights: Boxes in points from the page's top left; those of other pages are passed over.
        scale: Pixels a point; 1.5 is 108 dots an inch. Less for very large pages (`drawn_scale`).
        name: What people call the file; its own name unless given.
        password: Opens a protected PDF; it is kept nowhere.

    Raises:
        EncryptedDocumentError: it opens with another password only.
        NotFoundError: the file is none that can be drawn, or has no such page.
    """
    name = name or path.name
    asked = request(path, number, [box for box in highlights if box.page == number], scale, name, password)
    with _DRAWING:
        try:
            done = subprocess.run(
                command("rag.page_drawing"),
                input=asked,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment(),
                timeout=_SECONDS,
                check=False,
                start_new_session=True,
            )
        except subprocess.TimeoutExpired:
            raise NotFoundError(f"no picture of {name}: drawing it took more than {_SECONDS:g} s") from None
    if done.returncode:
        raise NotFoundError(f"no picture of {name}: drawing it failed ({cause(done.returncode)})")
    if done.stdout.startswith(LOCKED):
        raise EncryptedDocumentError(done.stdout[len(LOCKED) :].decode())
    if not done.stdout.startswith(DRAWN):
        raise NotFoundError(done.stdout.decode())
    return done.stdout[len(DRAWN) :]
