"""Pictures of pages, drawn once and kept for a while."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final

import streamlit as st

from rag.errors import EncryptedDocumentError, NotFoundError
from rag.library import Library
from rag.schema import Box
from ui.app.session import session, texts

__all__ = ["page_picture", "tinted"]

_TINTS: Final = ((219, 234, 254), (220, 245, 226), (253, 237, 213), (240, 228, 252))
_CHOSEN: Final = (255, 221, 51)


def page_picture(
    library: Library, document_id: str, page: int, highlights: Sequence[Box] = (), scale: float = 1.6
) -> bytes | None:
    """PNG bytes of a page with boxes highlighted; None for a document without pictures of its pages.

    For the pages of a protected file its password is asked for, and kept for the session.
    """
    known = session().page_passwords
    marks = tuple(tuple(box) for box in highlights)
    path = str(library.settings.library)
    try:
        return _drawn(library, path, document_id, page, marks, scale, known.get(document_id, ""))
    except NotFoundError:
        return None
    except EncryptedDocumentError:
        _ask_password(document_id)
        return None


def _ask_password(document_id: str) -> None:
    """A field for the password of a protected original."""
    t = texts()
    with st.form(f"page-unlock-{document_id}", clear_on_submit=True, border=False):
        given = st.text_input(t.page_password, type="password", key=f"page-password-{document_id}")
        if st.form_submit_button(t.unlock, icon=":material/lock_open:") and given:
            session().page_passwords[document_id] = given
            st.rerun()


def tinted(picture: bytes, groups: Sequence[Sequence[Box]], chosen: int | None, scale: float) -> bytes:
    """The picture with the lines of each group (one group a chunk) in a tint, those of the chosen one bolder.

    Lines and not one frame around them: a chunk may run from one column into the next.
    """
    from PIL import Image, ImageChops, ImageDraw

    image = Image.open(io.BytesIO(picture)).convert("RGB")
    marks = Image.new("RGB", image.size, "white")
    draw = ImageDraw.Draw(marks)
    for index, group in enumerate(groups):
        fill = _CHOSEN if index == chosen else _TINTS[index % len(_TINTS)]
        for box in group:
            draw.rectangle(tuple(edge * scale for edge in _grown(box)), fill=fill)
    buffer = io.BytesIO()
    # multiplied, so that the ink under a tint stays black
    ImageChops.multiply(image, marks).save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


def _grown(box: Box) -> tuple[float, float, float, float]:
    return box.left - 2, box.top - 1.5, box.right + 2, box.bottom + 1.5


@st.cache_data(max_entries=64, show_spinner=False)
def _drawn(
    _library: Library,
    library_path: str,
    document_id: str,
    page: int,
    highlights: tuple[tuple[float, ...], ...],
    scale: float,
    password: str,
) -> bytes:
    """Keyed by the library's path, the password, and the document's id, which changes with its content."""
    boxes = [Box(int(box[0]), *box[1:]) for box in highlights]
    return _library.page_image(document_id, page, boxes, scale, password=password)
