"""Pictures of pages, drawn once and kept for a while."""

from __future__ import annotations

import io
from collections.abc import Sequence

import streamlit as st

from rag.errors import NotFoundError
from rag.library import Library
from rag.schema import Box

__all__ = ["outlined", "page_picture"]


def page_picture(
    library: Library, document_id: str, page: int, highlights: Sequence[Box] = (), scale: float = 1.6
) -> bytes | None:
    """PNG bytes of a page with boxes highlighted; None for a document without pictures of its pages."""
    try:
        path = str(library.settings.library)
        return _drawn(library, path, document_id, page, tuple(tuple(box) for box in highlights), scale)
    except NotFoundError:
        return None


def outlined(picture: bytes, boxes: Sequence[Sequence[Box]], chosen: int | None, scale: float) -> bytes:
    """The picture with a frame around each group of boxes (one group a chunk); the chosen one bolder."""
    from PIL import Image, ImageDraw

    image = Image.open(io.BytesIO(picture)).convert("RGB")
    draw = ImageDraw.Draw(image)
    for index, group in enumerate(boxes):
        if not group:
            continue
        left, top = min(box.left for box in group), min(box.top for box in group)
        right, bottom = max(box.right for box in group), max(box.bottom for box in group)
        frame = ((left - 3) * scale, (top - 2) * scale, (right + 3) * scale, (bottom + 2) * scale)
        bold = index == chosen
        draw.rectangle(frame, outline=(31, 95, 191) if bold else (150, 175, 210), width=4 if bold else 2)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


@st.cache_data(max_entries=64, show_spinner=False)
def _drawn(
    _library: Library,
    library_path: str,
    document_id: str,
    page: int,
    highlights: tuple[tuple[float, ...], ...],
    scale: float,
) -> bytes:
    """Keyed by the library's path and the document's id, which changes with its content."""
    boxes = [Box(int(box[0]), *box[1:]) for box in highlights]
    return _library.page_image(document_id, page, boxes, scale)
